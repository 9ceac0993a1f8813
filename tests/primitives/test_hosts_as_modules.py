"""What every module does that holds a scan, experts or streams, whatever it computes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim

from neuroscript.primitives import (
    HCDepth,
    HCWidth,
    MambaBlock,
    MambaMixer,
    ManifoldHyperConnect,
    MoEFFN,
    MoERouter,
    Retention,
    SigmoidMoERouter,
    SwitchFFN,
)

# Torch's own way of tracing a torch.autograd.Function.
pytestmark = pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")

Case = tuple[Callable[[], nn.Module], tuple[tuple[str, ...], ...]]
DIM = 8
X = ("batch", "seq", "dim")
STREAMS = ("batch", "seq", "n", "dim")
SIZES = {"dim": DIM, "n": 3}

CASES: dict[str, Case] = {
    "MambaMixer": (lambda: MambaMixer(DIM, d_state=4), (X,)),
    "MambaBlock": (lambda: MambaBlock(DIM, d_state=4, num_heads=2), (X,)),
    "Retention": (lambda: Retention(2), (X, X, X)),
    "Retention, learned": (lambda: Retention(2, learned=True), (X, X, X)),
    "MoERouter": (lambda: MoERouter(DIM, 4, 2, 16), (X,)),
    "SigmoidMoERouter": (lambda: SigmoidMoERouter(DIM, 4, 2, 16), (X,)),
    "MoEFFN": (lambda: MoEFFN(DIM, 4, 2, 16), (X,)),
    "SwitchFFN": (lambda: SwitchFFN(DIM, 4, 16), (X,)),
    "HCWidth": (lambda: HCWidth(3, DIM, 1), (STREAMS,)),
    "HCWidth, static": (lambda: HCWidth(3, DIM, 1, dynamic=False), (STREAMS,)),
    "HCDepth": (lambda: HCDepth(3, DIM), (X, STREAMS)),
    "HCDepth, static": (lambda: HCDepth(3, DIM, dynamic=False), (X, STREAMS)),
    "ManifoldHyperConnect": (
        lambda: ManifoldHyperConnect(nn.Linear(DIM, DIM), 3, DIM, 1),
        (STREAMS,),
    ),
    "ManifoldHyperConnect, static": (
        lambda: ManifoldHyperConnect(nn.Linear(DIM, DIM), 3, DIM, 1, dynamic=False),
        (STREAMS,),
    ),
}


def tensors(shapes: tuple[tuple[str, ...], ...], batch: int = 2, seq: int = 70) -> list[Tensor]:
    sizes = SIZES | {"batch": batch, "seq": seq}
    generator = torch.Generator().manual_seed(seq)
    return [torch.randn([sizes[axis] for axis in shape], generator=generator) for shape in shapes]


def several(made: Any) -> tuple[Tensor, ...]:
    return made if isinstance(made, tuple) else (made,)


def assert_exports(module: nn.Module, shapes: Any, example: int, strict: bool = False) -> None:
    dims = {"batch": Dim("batch"), "seq": Dim("seq")}
    dynamic = tuple({i: dims[a] for i, a in enumerate(s) if a in dims} for s in shapes)
    exported = torch.export.export(
        module, tuple(tensors(shapes, 2, example)), dynamic_shapes=dynamic, strict=strict
    )
    for batch, seq in ((3, 6), (1, 200)):
        inputs = tensors(shapes, batch, seq)
        for ours, theirs in zip(
            several(exported.module()(*inputs)), several(module(*inputs)), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[nn.Module, tuple[tuple[str, ...], ...]]:
    torch.manual_seed(0)
    make, shapes = CASES[request.param]
    return make().eval(), shapes


def test_the_same_again_from_the_same_state(case: Any) -> None:
    module, shapes = case
    inputs = tensors(shapes)
    first = several(module(*inputs))
    twin = copy.deepcopy(module)
    for parameter in twin.parameters():
        nn.init.normal_(parameter)
    twin.load_state_dict(module.state_dict(), strict=True)
    for ours, again, theirs in zip(
        first, several(module(*inputs)), several(twin(*inputs)), strict=True
    ):
        assert torch.equal(ours, again)
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_is_close_and_its_gradients_finite(case: Any, dtype: torch.dtype) -> None:
    module, shapes = case
    inputs = [x.requires_grad_() for x in tensors(shapes)]
    exact = several(module(*inputs))
    with torch.autocast("cpu", dtype):
        rough = several(module(*inputs))
        sum(out.float().square().sum() for out in rough).backward()
    for ours, theirs in zip(rough, exact, strict=True):
        error = (ours.float() - theirs).norm() / theirs.norm()
        assert error < (0.02 if dtype == torch.bfloat16 else 0.005)
    for leaf in (*inputs, *module.parameters()):
        assert leaf.grad is not None
        assert leaf.grad.isfinite().all()


def test_low_precision_is_kept_and_close(case: Any) -> None:
    module, shapes = case
    inputs = tensors(shapes)
    exact = several(module(*inputs))
    low = several(module.bfloat16()(*(x.bfloat16() for x in inputs)))
    for ours, theirs in zip(low, exact, strict=True):
        assert ours.dtype == torch.bfloat16
        assert (ours.float() - theirs).norm() / theirs.norm() < 0.03


def test_compiles_as_one_graph_with_the_same_gradients(case: Any) -> None:
    module, shapes = case
    inputs = [x.requires_grad_() for x in tensors(shapes)]
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    over = [*inputs, *module.parameters()]
    got, wanted = (
        torch.autograd.grad(sum(o.square().sum() for o in several(f(*inputs))), over)
        for f in (compiled, module)
    )
    for ours, theirs in zip(got, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("example", [5, 70])
def test_exports_for_any_batch_and_length(case: Any, example: int) -> None:
    assert_exports(*case, example)


@pytest.mark.parametrize("name", ["MambaMixer", "Retention"])
def test_exports_strictly(name: str) -> None:
    make, shapes = CASES[name]
    assert_exports(make().eval(), shapes, 70, strict=True)


def test_takes_a_single_step(case: Any) -> None:
    module, shapes = case
    one, long = tensors(shapes, 1, 1), tensors(shapes, 1, 1)
    long = [torch.cat([x, x], 1) for x in long]
    for ours, theirs in zip(several(module(*one)), several(module(*long)), strict=True):
        if theirs.dim() > 1:
            torch.testing.assert_close(ours[:, 0], theirs[:, 0])
