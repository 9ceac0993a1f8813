"""What all host classes promise: gradients, eval, state, low precision, compilation, export."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn
from torch.export import Dim, export

from neuroscript.primitives import (
    ALiBi,
    Checkpoint,
    DropBlock,
    DropConnectLinear,
    DropPath,
    FieldEmbedding,
    GaussianFourierFeatures,
    Log,
    MaskedAttention,
    PositionalEncoding,
    RelativeScoreBias,
    RotaryEmbedding,
    ScaledDotProductAttention,
    SinusoidalTimestepEmbedding,
    SpecAugment,
    WindowAttention,
)


class Case(NamedTuple):
    """A module, and how inputs for given sizes are made; axes of `free` may vary in an export."""

    make: Callable[[], nn.Module]
    inputs: Callable[[int, int], tuple[torch.Tensor, ...]]
    free: tuple[dict[int, str], ...]
    random: bool = False


def normal(*sizes: int) -> torch.Tensor:
    return torch.randn(sizes)


def attention(b: int, n: int, kv: int = 8) -> tuple[torch.Tensor, ...]:
    return normal(b, n, 8), normal(b, n, kv), normal(b, n, kv)


def masked(b: int, n: int) -> tuple[torch.Tensor, ...]:
    return *attention(b, n), torch.arange(n).expand(b, n) < n - 1


SEQUENCE = {0: "b", 1: "n"}
IMAGE = ({0: "b", 2: "n"},)
CASES = {
    "attention": Case(lambda: ScaledDotProductAttention(8, 2), attention, (SEQUENCE,) * 3),
    "causal": Case(
        lambda: ScaledDotProductAttention(8, 4, causal=True, dropout=0.5, num_kv_heads=2),
        lambda b, n: attention(b, n, 4),
        (SEQUENCE,) * 3,
        random=True,
    ),
    "window": Case(
        lambda: ScaledDotProductAttention(8, 1, causal=True, window=2), attention, (SEQUENCE,) * 3
    ),
    "masked": Case(lambda: MaskedAttention(8, 2), masked, (SEQUENCE,) * 4),
    "rotary": Case(
        lambda: RotaryEmbedding(8, scaling="llama3", factor=8.0),
        lambda b, n: (normal(b, 4, n, 8), normal(b, 2, n, 8)),
        (IMAGE[0],) * 2,
    ),
    "rotary pairs": Case(
        lambda: RotaryEmbedding(8, interleaved=True),
        lambda b, n: (normal(b, 4, n, 8), normal(b, 2, n, 8)),
        (IMAGE[0],) * 2,
    ),
    "alibi": Case(lambda: ALiBi(3), lambda b, n: (normal(b, 3, n, 6),), IMAGE),
    "relative": Case(lambda: RelativeScoreBias(3, 2), lambda b, n: (normal(b, 3, n, 6),), IMAGE),
    "waves": Case(
        lambda: PositionalEncoding(5, dropout=0.5),
        lambda b, n: (normal(b, n, 5),),
        (SEQUENCE,),
        random=True,
    ),
    "fields": Case(
        lambda: FieldEmbedding(2, [3, 4], 5),
        lambda b, n: (torch.randint(0, 3, (b, n, 2)),),
        (SEQUENCE,),
    ),
    "windows": Case(
        lambda: WindowAttention(4, 2, 3, 1),
        lambda b, n: (normal(b, 5, 4, 4),),
        ({0: "b"},),
    ),
    "drop path": Case(lambda: DropPath(0.5), lambda b, n: (normal(b, 3, n),), IMAGE, random=True),
    "drop connect": Case(
        lambda: DropConnectLinear(4, 3), lambda b, n: (normal(b, n, 4),), (SEQUENCE,), random=True
    ),
    "drop block": Case(
        lambda: DropBlock(3, 0.5), lambda b, n: (normal(b, 3, n, 5),), IMAGE, random=True
    ),
    "spec augment": Case(
        lambda: SpecAugment(4, 4), lambda b, n: (normal(b, 6, n),), IMAGE, random=True
    ),
    "log": Case(lambda: Log("x"), lambda b, n: (normal(b, n),), (SEQUENCE,)),
    "timestep": Case(
        lambda: SinusoidalTimestepEmbedding(5), lambda b, n: (torch.rand(b),), ({0: "b"},)
    ),
    "fourier": Case(
        lambda: GaussianFourierFeatures(3, 4), lambda b, n: (normal(b, n, 3),), (SEQUENCE,)
    ),
}
NAMES = list(CASES)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def outputs(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    result = module(*inputs)
    return result if isinstance(result, tuple) else (result,)


def assert_close(
    found: tuple[torch.Tensor, ...], wanted: tuple[torch.Tensor, ...], tolerance: float = 1e-5
) -> None:
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.shape == theirs.shape
        torch.testing.assert_close(
            ours.to(theirs.dtype), theirs, atol=tolerance, rtol=tolerance, equal_nan=False
        )


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_finite_and_reach_everything(name: str) -> None:
    case = CASES[name]
    module = case.make().train()
    inputs = tuple(x.requires_grad_() if x.is_floating_point() else x for x in case.inputs(2, 5))
    results = outputs(module, inputs)
    sum((y * torch.randn_like(y)).sum() for y in results).backward()
    for tensor in (*inputs, *module.parameters()):
        assert not tensor.requires_grad or torch.isfinite(tensor.grad).all()


@pytest.mark.parametrize("name", NAMES)
def test_eval_is_deterministic_and_training_random_where_promised(name: str) -> None:
    case = CASES[name]
    module, inputs = case.make().eval(), case.inputs(4, 16)
    first = outputs(module, inputs)
    for one, other in zip(first, outputs(module, inputs), strict=True):
        assert torch.equal(one, other)
    module.train()
    runs = [outputs(module, inputs) for _ in range(4)]
    assert case.random == any(not torch.equal(run[0], first[0]) for run in runs)


@pytest.mark.parametrize("name", NAMES)
def test_state_is_weights_and_comes_back(name: str) -> None:
    case = CASES[name]
    module, other = case.make().eval(), case.make().eval()
    other.load_state_dict(copy.deepcopy(module.state_dict()))
    inputs = case.inputs(2, 5)
    assert_close(outputs(other, inputs), outputs(module, inputs), 0.0)
    weights = {key for key, _ in module.named_parameters()}
    assert set(module.state_dict()) - weights == ({"weight"} if name == "fourier" else set())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", NAMES)
def test_low_precision_is_close_to_full(name: str, dtype: torch.dtype) -> None:
    """Under autocast, and with the module and its inputs in that dtype."""
    case = CASES[name]
    module, inputs = case.make().eval(), case.inputs(2, 5)
    wanted = outputs(module, inputs)
    tolerance = 0.05 if dtype == torch.bfloat16 else 0.01
    with torch.autocast("cpu", dtype=dtype):
        assert_close(outputs(module, inputs), wanted, tolerance)
    module.to(dtype)
    low = tuple(x.to(dtype) if x.is_floating_point() else x for x in inputs)
    results = outputs(module, low)
    assert_close(results, wanted, 2 * tolerance)
    for result in results:
        assert result.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_compiles_without_a_break(name: str) -> None:
    case = CASES[name]
    torch._dynamo.reset()
    module = case.make().eval()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager", dynamic=False)
    inputs = case.inputs(2, 5)
    assert_close(outputs(compiled, inputs), outputs(module, inputs))
    if case.random:  # training is another graph
        module.train()
        for result in outputs(compiled, inputs):
            assert torch.isfinite(result).all()


@pytest.mark.parametrize("name", NAMES)
def test_exports_with_free_sizes(name: str) -> None:
    case = CASES[name]
    module = case.make().eval()
    least = {"b": 1, "n": 4}
    dims = {letter: Dim(letter, min=least[letter], max=64) for letter in "bn"}
    free: Any = tuple({axis: dims[letter] for axis, letter in axes.items()} for axes in case.free)
    exported = export(module, case.inputs(2, 5), dynamic_shapes=free).module()
    for b, n in ((3, 7), (1, 6), (4, 40)):
        inputs = case.inputs(b, n)
        assert_close(outputs(exported, inputs), outputs(module, inputs))


def test_a_checkpointed_block_compiles() -> None:
    torch._dynamo.reset()
    module = Checkpoint(nn.Linear(3, 2))
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager", dynamic=False)
    x = normal(2, 3)
    assert_close((compiled(x),), (module(x),))
