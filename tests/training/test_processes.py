"""Two processes train as one does: the same batches, the same numbers, one folder."""

from __future__ import annotations

import csv
import os
import signal
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from lightning.pytorch.strategies import ModelParallelStrategy
from torch import distributed
from torch.distributed.fsdp import FSDPModule

from neuroscript.config import ConfigError, load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.primitives import Materialised
from neuroscript.training import fit, hooks, load_run, train_from_config
from neuroscript.training.processes.asked import check_layers, check_strategy, devices_and_nodes
from neuroscript.training.processes.moments import for_process
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.parting import is_of_others
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.sharding import mesh, shards_for
from neuroscript.training.processes.shards import Shards, blocks
from neuroscript.training.processes.share import SHARE, Share, shares

pytestmark = pytest.mark.slow

NET = """\
neuron Net:
    in: [batch, 4]
    out: [batch, 3]
    graph:
        in -> Linear(4, 8) -> Tanh() -> Linear(8, 3) -> out
"""
TOKENS = """\
neuron Net:
    in: [batch, seq] int
    out: [batch, seq, 12]
    graph:
        in -> Embedding(12, 4) -> Linear(4, 12) -> out
"""
TWO = {"devices": 2, "strategy": "ddp_fork"}
PARTS = {"devices": 2, "strategy": "fsdp_fork"}
DEEP = """\
neuron Block:
    in: [batch, 8]
    out: [batch, 8]
    graph:
        in -> Linear(8, 8) -> Tanh() -> out

neuron Net:
    in: [batch, 4]
    out: [batch, 3]
    context:
        blocks = unroll(3):
            block = Block()
    graph:
        in -> Linear(4, 8) -> blocks -> Linear(8, 3) -> out
"""
TIED = """\
    context:
        @static mix = Linear(8, 8)
    graph:
        in -> mix -> Linear(8, 8)"""
STOPS = """\
import os, signal
from pathlib import Path
from torch.nn.functional import cross_entropy
from neuroscript.contracts import register_loss

calls = 0

@register_loss("stops")
def stops(predictions, targets):
    global calls
    asked = Path("stop").exists()
    calls += predictions.requires_grad and asked
    if calls == 3 and asked:
        os.kill(os.getpid(), signal.SIGTERM)
    return cross_entropy(predictions, targets)
"""
PLUGIN = """\
import os, signal
from neuroscript.contracts import register_loss

calls = 0

def fourth_in_the_second_process():
    global calls
    if os.environ.get("LOCAL_RANK") == "1":
        calls += 1
    return calls == 4

def squares(predictions, targets):
    return ((predictions - targets) ** 2).mean()

@register_loss("counted")
def counted(predictions, targets):
    with open(f"seen-{os.environ.get('LOCAL_RANK', 'alone')}", "a") as file:
        file.writelines(f"{int(t)}\\n" for t in targets.flatten())
    return squares(predictions, targets)

@register_loss("kills")
def kills(predictions, targets):
    if fourth_in_the_second_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(predictions, targets)

@register_loss("raises")
def raises(predictions, targets):
    if fourth_in_the_second_process():
        raise ValueError("a sample that nobody expected")
    return squares(predictions, targets)

@register_loss("spoils")
def spoils(predictions, targets):
    right = squares(predictions, targets)
    fourth_in_the_second_process()
    return right * float("nan") if calls == 3 else right

@register_loss("signals")
def signals(predictions, targets):
    if fourth_in_the_second_process():
        os.kill(os.getpid(), signal.SIGTERM)
    return squares(predictions, targets)
"""


def classes(folder, samples: int, settings: str) -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(samples, 4, generator=generator).tolist()
    targets = torch.randint(3, (samples,), generator=generator).tolist()
    folder.write("net.ns", NET)
    folder.rows("net.jsonl", list(zip(inputs, targets, strict=True)))
    data = "{train: net.jsonl, val: 0.2, test: 0.1, batch_size: 4}"
    folder.write("net.yml", f"model: {{file: net.ns}}\ndata: {data}\ntraining: {settings}\n")


def same(one, two) -> None:
    """Both runs came to the same weights, and told the same of each step."""
    for (name, mine), other in zip(
        one.model.named_parameters(), two.model.parameters(), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-6, msg=name)
    assert one.metrics.keys() == two.metrics.keys()
    for name, value in one.metrics.items():
        assert two.metrics[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name
    texts = [(run.run_dir / "metrics.csv").read_text().splitlines() for run in (one, two)]
    lines = [list(csv.DictReader(text)) for text in texts]
    assert len(lines[0]) == len(lines[1])
    for mine, other in zip(*lines, strict=True):
        assert mine.keys() == other.keys()
        for name, value in mine.items():
            assert float(other[name] or 0) == pytest.approx(float(value or 0), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("samples", "settings"),
    [
        (24, "{epochs: 3, lr: 0.1, optimizer: sgd, log_every: 1}"),
        (19, "{epochs: 3, lr: 0.05, log_every: 2, accumulate: 2, clip: 1.0}"),
        (
            19,
            "{epochs: 2, lr: 0.1, optimizer: sgd, log_every: 1, "
            "loss: {name: cross_entropy, weight: [1.0, 5.0, 0.5]}}",
        ),
    ],
    ids=["divides", "does-not-divide", "weighs-classes"],
)
def test_two_processes_come_to_what_one_comes_to(folder, samples, settings):
    classes(folder, samples, settings)
    one = fit("net.yml", accelerator="cpu", logger="csv")
    two = fit("net.yml", accelerator="cpu", logger="csv", **TWO)
    same(one, two)
    runs = sorted(path.name for path in (folder.path / "runs/net").iterdir())
    assert runs == ["1", "2", "latest"]
    assert sorted(p.name for p in two.run_dir.iterdir()) == sorted(
        p.name for p in one.run_dir.iterdir()
    )
    found = load_run(two.run_dir)
    example = torch.zeros(1, 4)
    torch.testing.assert_close(found.infer(example), load_run(one.run_dir).infer(example))
    assert two.test().keys() == {name for name in two.metrics if name.startswith("test_")}
    assert "LOCAL_RANK" not in os.environ
    assert not torch.distributed.is_initialized()


def test_tokens_count_wherever_they_fall(folder):
    """Sequences of different lengths: a mean over tokens is one over the tokens of all."""
    generator = torch.Generator().manual_seed(1)
    rows = [
        ({"input": torch.randint(12, (length,), generator=generator).tolist()})
        for length in (9, 2, 3, 8, 2, 7, 5)
    ]
    folder.write("net.ns", TOKENS)
    folder.write("net.jsonl", "".join(f'{{"input": {row["input"]}}}\n' for row in rows))
    folder.write(
        "net.yml",
        "model: {file: net.ns}\ndata: {train: net.jsonl, val: net.jsonl, batch_size: 3}\n"
        "training: {epochs: 2, lr: 0.1, optimizer: sgd, log_every: 1, accelerator: cpu}\n",
    )
    same(fit("net.yml", logger="csv"), fit("net.yml", logger="csv", **TWO))


def counting(folder, loss: str, more: str = "") -> None:
    folder.write("own.py", PLUGIN)
    folder.write("net.ns", NET.replace("[batch, 3]", "[batch, 1]").replace("8, 3", "8, 1"))
    folder.rows("net.jsonl", [([float(i), 0.0, 0.0, 1.0], [float(i)]) for i in range(13)])
    folder.write(
        "net.yml",
        "model: {file: net.ns}\ndata: {train: net.jsonl, batch_size: 4}\nplugins: [own.py]\n"
        f"training: {{loss: {loss}, epochs: 3, lr: 0.0001, accelerator: cpu, devices: 2, "
        f"strategy: ddp_fork, metrics: []{more}}}\n",
    )


def test_each_sample_is_seen_once(folder):
    counting(folder, "counted")
    fit("net.yml")
    seen = [
        [int(line) for line in (folder.path / f"seen-{rank}").read_text().split()]
        for rank in (0, 1)
    ]
    assert len(seen[0]) == 3 * 7
    stand_ins = 3
    assert len(seen[1]) == 3 * 6 + stand_ins
    for epoch in range(3):
        first, second = seen[0][epoch * 7 :][:7], seen[1][epoch * 7 :][:6]
        assert sorted(first + second) == list(range(13))


@pytest.mark.parametrize("loss", ["kills", "raises"])
def test_one_that_ends_takes_the_other_along(folder, loss, capfd):
    counting(folder, loss)
    with pytest.raises(NeuroScriptError) as failed:
        fit("net.yml")
    (told,) = failed.value.diagnostics
    assert told.code == "NT801"
    assert "after step 3" in told.message
    said = capfd.readouterr().err
    if loss == "kills":
        assert "process 1 of 0 to 1 was killed by SIGKILL" in told.message
    else:
        assert "process 1 of 0 to 1 failed with code 1" in told.message
        assert "process 1 of 0 to 1: ValueError: a sample that nobody expected" in said
        assert "own.py" in said
    assert (folder.path / "runs/net/1/checkpoints/last.pt").is_file()
    assert "neuroscript fit runs/net/1 --resume" in str(told.help)
    assert load_run("runs/net/1").config["training"]["devices"] == 2


def test_a_signal_to_one_stops_all(folder, capfd):
    counting(folder, "signals", ", log_every: 1")
    with pytest.raises(KeyboardInterrupt) as stopped:
        fit("net.yml")
    assert stopped.value.step == 4
    assert stopped.value.received == signal.SIGTERM


def test_a_run_of_two_goes_on_as_if_it_had_not_stopped(folder):
    classes(folder, 19, "{epochs: 4, lr: 0.05, log_every: 3, accelerator: cpu, accumulate: 2}")
    folder.write("net.ns", NET.replace("Tanh()", "Dropout(0.5)"))
    whole = fit("net.yml", **TWO)
    fit("net.yml", **{**TWO, "epochs": 2})
    rest = fit("net.yml", resume=True, **{**TWO, "epochs": 4})
    for mine, other in zip(whole.model.parameters(), rest.model.parameters(), strict=True):
        assert torch.equal(mine, other)
    ends = {"val_loss", "val_accuracy", "test_loss"}
    assert {n: whole.metrics[n] for n in ends} == {n: rest.metrics[n] for n in ends}


def counted_shards(module):
    """The parts of a model; writes down how many weights a process has, in how many groups."""
    found = shards_for(module)
    if found is not None:
        own = sum(p.to_local().numel() for p in found.model.parameters())
        groups = sum(isinstance(layer, FSDPModule) for layer in found.model.modules())
        Path(f"held-{os.environ['LOCAL_RANK']}").write_text(f"{own} in {groups}")
    return found


class TestParts:
    """Each process has a part of the weights, and a checkpoint has all of them."""

    def write(self, folder, samples: int, settings: str) -> None:
        classes(folder, samples, settings)
        folder.write("net.ns", DEEP)

    @pytest.mark.parametrize(
        ("samples", "settings"),
        [
            (24, "{epochs: 3, lr: 0.05, log_every: 1, clip: 0.5}"),
            (
                19,
                "{epochs: 3, lr: 0.1, log_every: 2, accumulate: 2, optimizer: sgd, "
                "gradient_checkpointing: true, freeze: ['blocks.0.*'], schedule: cosine}",
            ),
        ],
        ids=["divides", "does-not-divide"],
    )
    def test_they_come_to_what_one_process_comes_to(self, folder, monkeypatch, samples, settings):
        self.write(folder, samples, settings)
        one = fit("net.yml", accelerator="cpu", logger="csv")
        monkeypatch.setattr(hooks, "shards_for", counted_shards)
        parts = fit("net.yml", accelerator="cpu", logger="csv", **PARTS)
        same(one, parts)
        assert {type(p) for p in parts.model.parameters()} == {torch.nn.Parameter}
        held = [(folder.path / f"held-{rank}").read_text() for rank in (0, 1)]
        weights = sum(p.numel() for p in one.model.parameters())
        last = 2 * 8 + 2, 1 * 8 + 1
        assert held == [f"{(weights - sum(last)) // 2 + own} in 4" for own in last]
        example = torch.randn(2, 4, generator=torch.Generator().manual_seed(2))
        saved = load_run(parts.run_dir)
        torch.testing.assert_close(saved.infer(example), one.infer(example))
        torch.testing.assert_close(parts.infer(example), one.infer(example))
        assert parts.test().keys() == {n for n in parts.metrics if n.startswith("test_")}
        alone = torch.load(one.run_dir / "checkpoints/last.pt", weights_only=True)
        found = torch.load(parts.run_dir / "checkpoints/last.pt", weights_only=True)
        assert found["model"].keys() == alone["model"].keys()
        for key, kept in alone["optimizer"]["state"].items():
            for name, value in kept.items():
                other = found["optimizer"]["state"][key][name]
                torch.testing.assert_close(other, value, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize(
        ("first", "then"), [(PARTS, PARTS), (PARTS, {}), (TWO, PARTS)], ids=["same", "out", "in"]
    )
    def test_a_run_goes_on_with_them_or_without(self, folder, first, then):
        """From the middle of a step, with gradients that are not yet applied."""
        settings = (
            "{epochs: 3, lr: 0.05, log_every: 1, accelerator: cpu, accumulate: 2, loss: stops}"
        )
        self.write(folder, 19, settings)
        folder.write("own.py", STOPS)
        with (folder.path / "net.yml").open("a") as config:
            config.write("plugins: [own.py]\n")
        whole = fit("net.yml", **then)
        folder.write("stop", "")
        with pytest.raises(KeyboardInterrupt):
            fit("net.yml", **first)
        (folder.path / "stop").unlink()
        found = torch.load("runs/net/2/checkpoints/last.pt", weights_only=True)
        assert found["metadata"]["config"]["trainer"]["moment"]["gradients"]
        rest = fit("net.yml", resume=True, **({"devices": 1, "strategy": "auto"} | then))
        for mine, other in zip(whole.model.parameters(), rest.model.parameters(), strict=True):
            if first is then:
                assert torch.equal(mine, other)
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-6)

    def test_weights_that_two_blocks_share_stay_with_the_model(self):
        shared = torch.nn.Linear(2, 2)
        used_twice = torch.nn.Sequential(torch.nn.Linear(2, 2), shared)
        own = torch.nn.Sequential(torch.nn.Linear(2, 2))
        layers = torch.nn.ModuleList([used_twice, own, own])
        assert blocks(torch.nn.Sequential(layers, shared)) == [own]

    def test_buffers_that_are_not_saved_stay(self, tmp_path):
        model = torch.nn.BatchNorm1d(3)
        model.register_buffer("scale", torch.tensor([1.0, 2.0]), persistent=False)
        state = {name: tensor + 1 for name, tensor in model.state_dict().items()}
        distributed.init_process_group("gloo", f"file://{tmp_path}/found", rank=0, world_size=1)
        try:
            shards = Shards(model, mesh(torch.device("cpu")))
            assert bool(model.weight.isnan().all())
            with shards.filled() as whole:
                whole.load_state_dict(state)
            assert shards.model.scale.tolist() == [1.0, 2.0]
            assert bool(model.weight.isnan().all())
            assert shards.put_together() is model
        finally:
            distributed.destroy_process_group()
        for name, tensor in model.state_dict().items():
            assert torch.equal(tensor, state[name]), name

    def test_a_strategy_of_lightning_that_has_to_be_told_how_is_refused(self):
        trainer = SimpleNamespace(
            state=SimpleNamespace(fn="fit"), strategy=ModelParallelStrategy(1, 1)
        )
        with pytest.raises(TypeError, match="configure_model"):
            shards_for(SimpleNamespace(_trainer=trainer))

    def test_tied_weights_stay_tied(self, folder):
        classes(folder, 12, "{epochs: 2, lr: 0.05, optimizer: sgd, accelerator: cpu}")
        folder.write("net.ns", DEEP.replace("    graph:\n        in -> Linear(8, 8)", TIED))
        one = fit("net.yml", logger="csv")
        parts = fit("net.yml", logger="csv", **PARTS)
        same(one, parts)
        assert len(list(parts.model.parameters())) == len(parts.model.state_dict()) - 4

    @pytest.mark.parametrize("stops", [False, True])
    def test_a_model_handed_in_is_itself_trained(self, folder, stops):
        classes(folder, 12, "{epochs: 2, lr: 0.05, accelerator: cpu, metrics: [], loss: stops}")
        folder.write("own.py", STOPS)
        with (folder.path / "net.yml").open("a") as config:
            config.write("plugins: [own.py]\n")
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
        before = [p.detach().clone() for p in model.parameters()]
        if stops:
            folder.write("stop", "")
        config = load_config("net.yml", [f"training.{k}={v}" for k, v in PARTS.items()])
        with pytest.raises(KeyboardInterrupt) if stops else nullcontext():
            assert train_from_config(model, config).model is model
        for mine, first in zip(model.parameters(), before, strict=True):
            assert bool(mine.isfinite().all())
            assert not torch.equal(mine, first)

    def test_what_is_out_of_reach_is_not_saved(self, folder):
        counting(folder, "kills", ", log_every: 2")
        with pytest.raises(NeuroScriptError) as failed:
            fit("net.yml", strategy="fsdp_fork")
        (told,) = failed.value.diagnostics
        assert told.code == "NT801"
        assert "process 1 of 0 to 1 was killed by SIGKILL" in told.message
        assert "nothing was saved" in str(told.help)

    @pytest.mark.parametrize("strategy", ["fsdp_fork", "ddp_fork"])
    def test_a_loss_of_one_process_that_is_no_number_ends_both(self, folder, strategy):
        counting(folder, "spoils", ", log_every: 2")
        with pytest.raises(NeuroScriptError) as failed:
            fit("net.yml", strategy=strategy)
        (told,) = failed.value.diagnostics
        assert (told.code, told.message) == ("NT301", "the loss became nan at step 3")

    def test_losses_are_not_scaled(self, folder):
        text = "training: {strategy: fsdp, precision: 16-mixed}\n"
        with pytest.raises(ConfigError) as refused:
            check_strategy(load_config(folder.write("c.yml", text)))
        (told,) = refused.value.diagnostics
        assert (told.code, told.span.text) == ("NT802", "16-mixed")
        assert "bf16-mixed" in told.help

    @pytest.mark.parametrize("regime", ["ema: {decay: 0.9}", "compile: true"])
    def test_what_needs_the_whole_model_is_refused(self, folder, regime):
        text = f"training: {{strategy: fsdp, {regime}}}\n"
        with pytest.raises(ConfigError) as refused:
            check_strategy(load_config(folder.write("c.yml", text)))
        (told,) = refused.value.diagnostics
        key = regime.partition(":")[0]
        assert (told.code, told.span.text) == ("NT802", key)
        assert f"`training.{key}`" in told.message

    def test_layers_that_are_made_late_are_refused(self):
        config = load_config({"training": {"strategy": "fsdp"}})
        late = torch.nn.Sequential(Materialised(torch.nn.Linear))
        check_layers(load_config({}), late)
        with pytest.raises(ConfigError) as refused:
            check_layers(config, late)
        assert refused.value.diagnostics[0].code == "NT802"


class TestShares:
    """What falls to which process."""

    def test_all_rows_fall_to_somebody(self):
        for rows in range(1, 8):
            batch = {"input": torch.arange(rows), "target": {"a": torch.arange(rows)}}
            parts = [next(shares(iter([batch]), rank, 3)) for rank in range(3)]
            own = [part["input"][: part[SHARE].own].tolist() for part in parts]
            assert sorted(row for part in own for row in part) == list(range(rows))
            assert {part[SHARE].whole for part in parts} == {rows}
            assert all(len(part["target"]["a"]) >= 1 for part in parts)

    def test_what_has_no_row_for_each_sample_is_whole(self):
        batch = {"input": torch.zeros(4, 2), "scale": torch.tensor(3.0), "names": list("abcd")}
        part = next(shares(iter([batch]), 1, 2))
        assert part["input"].shape == (2, 2)
        assert part["scale"] == 3.0
        assert part["names"] == ["b", "d"]

    def test_nothing_is_undefined_where_nothing_counts(self):
        loss = torch.tensor(float("nan"), requires_grad=True)
        weighed = Share(0, 3).weighed(loss, 5)
        assert torch.isnan(weighed)  # one process alone has nothing to make up for it

    def test_pairs_of_stand_ins_are_empty(self):
        pair = torch.zeros(1, 3), torch.zeros(1)
        assert [len(part) for part in Share(0, 1).compared(pair)] == [0, 0]
        assert Share(1, 1).compared(pair) is pair


def test_gradients_under_way_are_shared_out_to_another_number_of_processes():
    own = [
        {"randomness": rank, "gradients": {"w": torch.tensor([rank * 2.0])}, "progress": rank}
        for rank in range(3)
    ]
    moment = {"kind": "batch", **own[0], "processes": own}
    found = for_process(moment, 0)
    assert found["gradients"]["w"].tolist() == [2.0]
    assert for_process({"kind": "batch"}, 0) == {"kind": "batch"}
    alone = {"kind": "batch", **own[1], "processes": [own[1]]}
    assert for_process(alone, 0, parts=True)["gradients"]["w"].tolist() == [2.0]


def test_what_another_process_is_to_blame_for():
    assert is_of_others(RuntimeError("[gloo/transport/tcp/pair.cc:537] Connection closed by peer"))
    assert not is_of_others(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_of_others(ValueError("gloo"))
    assert Others(Place(), {}).lost_soon() is None


class TestAsked:
    """What the config says against how the processes were started."""

    @pytest.fixture(autouse=True)
    def _torchrun(self, monkeypatch):
        monkeypatch.setenv("TORCHELASTIC_RUN_ID", "1")
        monkeypatch.setenv("WORLD_SIZE", "8")
        monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")

    def test_numbers_come_from_the_launcher(self):
        assert devices_and_nodes(load_config({})) == (4, 2)
        assert devices_and_nodes(load_config({"training": {"devices": 4}})) == (4, 2)

    @pytest.mark.parametrize(
        ("training", "said"),
        [
            ({"devices": 2}, "torchrun started 4 processes on each machine"),
            ({"nodes": 3}, "torchrun started 2 machines"),
        ],
    )
    def test_other_numbers_are_refused(self, folder, training, said):
        key, value = next(iter(training.items()))
        config = load_config(folder.write("c.yml", f"training: {{{key}: {value}}}\n"))
        with pytest.raises(ConfigError) as refused:
            devices_and_nodes(config)
        (told,) = refused.value.diagnostics
        assert told.code == "NT803"
        assert told.message.startswith(said)
        assert told.span.text == str(value)


@pytest.mark.parametrize("strategy", ["ddp_spawn", "fsdp_cpu_offload"])
def test_strategies_that_cannot_be_saved_are_refused(folder, strategy):
    config = load_config(folder.write("c.yml", f"training: {{strategy: {strategy}}}\n"))
    with pytest.raises(ConfigError) as refused:
        check_strategy(config)
    (told,) = refused.value.diagnostics
    assert (told.code, told.span.text) == ("NT802", strategy)
    assert "`ddp`" in told.help or "ddp" in told.help


def test_values_that_each_process_would_find_are_refused(folder):
    classes(folder, 8, "{lr: auto, devices: 2, strategy: ddp, accelerator: cpu}")
    with pytest.raises(ConfigError) as refused:
        fit("net.yml")
    (told,) = refused.value.diagnostics
    assert (told.code, told.span.text) == ("NT804", "auto")
    assert "training.devices=1" in told.help
