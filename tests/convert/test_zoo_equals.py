"""The library's models compute what transformers' compute: outputs, gradients, a step, and back."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from hub_models import (
    bert,
    convnext,
    gpt2,
    llama,
    llama3,
    made,
    mamba,
    resnet18,
    resnet50,
    tied_llama,
    vit,
)
from torch import Tensor, nn

import neuroscript
from neuroscript.convert import (
    HubConfig,
    convert,
    load_weights,
    settings_of,
    write_weights,
)
from neuroscript.convert.families import families

OUTPUT = 1e-5
"""How much outputs may differ, of the largest."""

IDS = ("ids: [batch, seq] int",)
IMAGE = ("image: [batch, 3, height, width]",)
TEXT = (
    "input_ids: [batch, seq] int",
    "token_type_ids: [batch, seq] int",
    "attention_mask: [batch, seq] int",
)


@dataclass(frozen=True)
class Case:
    family: str
    make: Callable[[], Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    batch: Callable[[], tuple[Tensor, ...]]


def ids(length: int = 12) -> tuple[Tensor, ...]:
    return (torch.randint(0, 40, (2, length)),)


def text() -> tuple[Tensor, ...]:
    """Two sentences, the second of which is shorter.

    Padding, and nothing else, has the token 0: theirs never learns anything for it.
    """
    mask = torch.ones(2, 10, dtype=torch.int64)
    mask[1, 6:] = 0
    return torch.randint(1, 40, (2, 10)) * mask, torch.randint(0, 2, (2, 10)), mask


def images(size: int) -> tuple[Tensor, ...]:
    return (torch.randn(2, 3, size, size),)


def wide_convnext() -> Any:
    return convnext(hidden_sizes=[8, 16, 32, 64], depths=[1, 2, 1, 1])


def wide_ff_gpt2() -> Any:
    return gpt2(n_inner=20)


def classes_of(outputs: int = 3) -> tuple[str, ...]:
    return (f"logits: [batch, {outputs}]",)


LOGITS = ("logits: [batch, seq, 40]",)
ENCODED = ("hidden: [batch, seq, 8]", "pooled: [batch, 8]")

CASES = {
    "gpt2": Case("gpt2", gpt2, IDS, LOGITS, ids),
    "gpt2-ff": Case("gpt2", wide_ff_gpt2, IDS, LOGITS, ids),
    "llama": Case("llama", llama, IDS, LOGITS, ids),
    "llama3": Case("llama", llama3, IDS, LOGITS, lambda: ids(40)),
    "llama-tied": Case("llama", tied_llama, IDS, LOGITS, ids),
    "bert": Case("bert", bert, TEXT, ENCODED, text),
    "vit": Case("vit", vit, IMAGE, classes_of(), lambda: images(16)),
    "resnet18": Case("resnet", resnet18, IMAGE, classes_of(), lambda: images(64)),
    "resnet50": Case("resnet", resnet50, IMAGE, classes_of(), lambda: images(64)),
    "convnext": Case("convnext", wide_convnext, IMAGE, classes_of(), lambda: images(64)),
    "mamba": Case("mamba", mamba, IDS, LOGITS, lambda: ids(20)),
}


def program(case: Case, config: Any) -> str:
    """A program that is the neuron of a config, called as `neuroscript convert` says."""
    settings = settings_of(HubConfig(config.to_dict()), case.family)
    params = ", ".join(f"{name}={json.dumps(value)}" for name, value in settings.params.items())
    names = [
        ", ".join(port.split(":")[0] for port in ports) for ports in (case.inputs, case.outputs)
    ]
    first, last = (f"({n})" if "," in n else n for n in names)
    lines = [f"in {port}" for port in case.inputs] + [f"out {port}" for port in case.outputs]
    lines.append(f"graph: {first} -> {settings.neuron}({params}) -> {last}")
    return "neuron Net:\n" + "".join(f"    {line}\n" for line in lines)


def ours_of(case: Case, config: Any) -> tuple[nn.Module, str]:
    """Our model, and what its weights' names begin with."""
    net = neuroscript.loads(program(case, config)).Net().eval()
    ((name, _),) = net.named_children()
    return net, f"{name}."


def outputs(
    case: Case, ours: nn.Module, theirs: nn.Module, batch: tuple[Tensor, ...]
) -> Iterator[tuple[Tensor, Tensor]]:
    """What both models give, side by side; of padded positions nothing is asked."""
    result = ours(*batch)
    if case.family != "bert":
        yield result, theirs(batch[0]).logits
        return
    given = theirs(input_ids=batch[0], token_type_ids=batch[1], attention_mask=batch[2])
    kept = batch[2].bool()
    yield result[0][kept], given.last_hidden_state[kept]
    yield result[1], given.pooler_output


def close(one: Tensor, other: Tensor, tolerance: float, least: float = 0.0) -> bool:
    assert one.shape == other.shape
    one, other = one.detach(), other.detach()
    limit = tolerance * float(other.abs().max()) + least
    return bool(torch.isfinite(one).all()) and float((one - other).abs().max()) <= limit


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def pair(case: Case, tmp_path: Path) -> tuple[nn.Module, str, Any]:
    """Our model with the weights of theirs, the prefix of its names, and theirs."""
    theirs = made(case.make)
    settings = settings_of(HubConfig(theirs.config.to_dict()), case.family)
    converted = convert(theirs.state_dict(), case.family, settings=settings).raise_errors()
    write_weights(tmp_path / "w.safetensors", converted.state)
    ours, prefix = ours_of(case, theirs.config)
    assert load_weights(tmp_path / "w.safetensors", ours, prefix).ok
    return ours, prefix, theirs


def test_outputs_gradients_and_a_step(case: Case, pair: tuple[nn.Module, str, Any]) -> None:
    ours, prefix, theirs = pair
    torch.manual_seed(1)
    for result, given in outputs(case, ours, theirs, case.batch()):
        assert close(result, given, OUTPUT)

    losses = [torch.zeros(()), torch.zeros(())]
    for result, given in outputs(case, ours, theirs, case.batch()):
        weights = torch.randn(given.shape) / given.numel() / given.detach().abs().max()
        losses[0] = losses[0] + (result * weights).sum()
        losses[1] = losses[1] + (given * weights).sum()
    for loss in losses:
        loss.backward()

    gradients = {n: p.grad for n, p in theirs.named_parameters() if p.grad is not None}
    expected = convert(gradients, case.family).state
    largest = max(float(gradient.abs().max()) for gradient in expected.values())
    parameters = {n.removeprefix(prefix): p for n, p in ours.named_parameters()}
    assert {n for n in expected if not n.endswith("num_batches_tracked")} == parameters.keys()
    for name, parameter in parameters.items():
        assert parameter.grad is not None, name
        assert close(parameter.grad, expected[name], 1e-4, 1e-5 * largest), name

    for model in (ours, theirs):
        torch.optim.SGD(model.parameters(), lr=0.01 / largest).step()
    after = convert(theirs.state_dict(), case.family).raise_errors().state
    for name, tensor in ours.state_dict().items():
        assert close(tensor, after[name.removeprefix(prefix)], 1e-5), name


def test_the_other_way_round(case: Case) -> None:
    theirs = case.make().eval()
    ours, prefix = ours_of(case, theirs.config)
    torch.manual_seed(2)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(torch.randn(parameter.shape), alpha=0.02)
    state = {name.removeprefix(prefix): tensor for name, tensor in ours.state_dict().items()}
    theirs.load_state_dict(convert(state, case.family, "transformers").raise_errors().state)
    for result, given in outputs(case, ours, theirs, case.batch()):
        assert close(result, given, OUTPUT)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_statistics_of_batches_are_gathered_alike(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    theirs = made(case.make).train()
    ours, prefix = ours_of(case, theirs.config)
    write_weights(tmp_path / "w.safetensors", convert(theirs.state_dict(), case.family).state)
    load_weights(tmp_path / "w.safetensors", ours, prefix)
    batch = case.batch()
    with torch.no_grad():
        given, result = theirs(batch[0]).logits, ours.train()(*batch)
    assert close(result, given, 1e-4)
    after = convert(theirs.state_dict(), case.family).state
    for key, tensor in ours.state_dict().items():
        if "running" in key or "num_batches" in key:
            assert close(tensor, after[key.removeprefix(prefix)], 1e-4), key


def test_linear_scaling_of_positions(tmp_path: Path) -> None:
    rope = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 3.0}
    case = Case("llama", lambda: llama(rope_parameters=rope), IDS, LOGITS, lambda: ids(30))
    theirs = made(case.make)
    ours, prefix = ours_of(case, theirs.config)
    write_weights(tmp_path / "w.safetensors", convert(theirs.state_dict(), "llama").state)
    load_weights(tmp_path / "w.safetensors", ours, prefix)
    for result, given in outputs(case, ours, theirs, case.batch()):
        assert close(result, given, OUTPUT)


def test_every_family_is_compared() -> None:
    assert {case.family for case in CASES.values()} == set(families())
