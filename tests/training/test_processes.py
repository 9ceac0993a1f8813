"""Two processes train as one does: the same batches, the same numbers, one folder."""

from __future__ import annotations

import csv
import os
import signal

import pytest
import torch

from neuroscript.config import ConfigError, load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run
from neuroscript.training.processes.asked import check_strategy, devices_and_nodes
from neuroscript.training.processes.moments import for_process
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.parting import is_of_others
from neuroscript.training.processes.place import Place
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


@pytest.mark.parametrize("strategy", ["ddp_spawn", "fsdp"])
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
