"""Every example in the comments of the library: what it says is inferred, and true when it runs.

A neuron that is added to a `.ns` file is tested here by its examples, without new code.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import render
from neuroscript.language import check_text
from neuroscript.language.names.documentation import Example

from .conftest import DTYPES, LIBRARY, Case, cases, tensors

CASES = cases()
FLOATS = (torch.float32, torch.float64)
each_example = pytest.mark.parametrize("case", CASES, ids=lambda c: c.example.text)

RECURRENT = (nn.RNNBase, nn.RNNCellBase)
"""What torch itself does not trace with sizes left open."""


def close(actual: object, expected: object, *, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    for a, b in zip(tensors(actual), tensors(expected), strict=True):
        torch.testing.assert_close(a, b, rtol=rtol, atol=atol, equal_nan=True)


@each_example
def test_inferred_and_real_shapes_are_those_of_the_example(case: Case) -> None:
    ports = case.checked.signature().outputs
    results = tensors(case.model().eval()(*case.inputs()))
    for declared, port, real in zip(case.example.outputs, ports, results, strict=True):
        assert port.shape == declared.shape
        assert port.dtype == declared.dtype
        assert tuple(real.shape) == declared.shape
        assert real.dtype in FLOATS if port.dtype == "float" else real.dtype == DTYPES[port.dtype]


def bound(example: Example) -> str:
    """The program of an example, its call made in the context."""
    start, end = example.program.split("    graph: ")
    made = f"    context:\n        made = {example.call}\n"
    return f"{start}{made}    graph: {end.replace(example.call, 'made')}"


@pytest.mark.parametrize(
    "case", [c for c in CASES if " -> " not in c.example.call], ids=lambda c: c.example.text
)
def test_a_binding_gives_the_same(case: Case) -> None:
    checked = check_text(bound(case.example))
    assert not checked.diagnostics, render(checked.diagnostics)
    torch.manual_seed(0)
    model = build(emit(checked)).Example().eval()
    close(model(*case.inputs()), case.model().eval()(*case.inputs()))


@each_example
def test_forward_and_backward_are_finite(case: Case) -> None:
    model, inputs = case.model().train(), case.inputs()
    for tensor in inputs:
        tensor.requires_grad_(tensor.is_floating_point())
    results = tensors(model(*(tensor.clone() for tensor in inputs)))  # some work in place
    assert all(torch.isfinite(result).all() for result in results if result.is_floating_point())
    leaves = [t for t in (*inputs, *model.parameters()) if t.requires_grad]
    learnt = [result.square().sum() for result in results if result.requires_grad]
    if learnt:
        gradients = torch.autograd.grad(sum(learnt), leaves, allow_unused=True)
        assert all(torch.isfinite(g).all() for g in gradients if g is not None)
    used = {p for p in model.parameters() if p.requires_grad}
    assert bool(learnt) or not used, "weights that nothing can train"


@each_example
def test_eval_is_deterministic(case: Case) -> None:
    model, inputs = case.model().eval(), case.inputs()
    close(model(*inputs), model(*inputs), rtol=0, atol=0)


@each_example
def test_a_state_dict_holds_all_that_is_learnt(case: Case) -> None:
    torch.manual_seed(1)
    first, second = case.model().eval(), case.model().eval()
    for parameter in first.parameters():
        nn.init.normal_(parameter.data if parameter.requires_grad else parameter, std=0.1)
    expected = first(*case.inputs())
    second(*case.inputs())  # builds what is built when sizes are known
    second.load_state_dict(first.state_dict())
    close(second(*case.inputs()), expected, rtol=0, atol=0)


@each_example
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.filterwarnings("ignore:Mismatch dtype between input and weight")  # of RMSNorm
def test_autocast_changes_little(case: Case, dtype: torch.dtype) -> None:
    model, inputs = case.model().eval(), case.inputs()
    if dtype == torch.float16 and any(isinstance(m, RECURRENT) for m in model.modules()):
        pytest.skip("torch has no such kernel for CPUs")
    exact = tensors(model(*inputs))
    with torch.autocast("cpu", dtype=dtype):
        results = tensors(model(*inputs))
    for result, expected in zip(results, exact, strict=True):
        if not result.is_floating_point():
            continue
        largest = expected[torch.isfinite(expected)].abs().max().clamp(min=1e-3)
        off = (result.float() - expected.float()).abs()
        assert off[torch.isfinite(expected)].max() <= 0.05 * largest


@each_example
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # by torch
def test_it_compiles_as_one_graph(case: Case) -> None:
    model, inputs = case.model().eval(), case.inputs()
    if skips_tracing(model):
        pytest.skip("torch traces no such module")
    expected = model(*inputs)
    torch.compiler.reset()
    close(torch.compile(model, fullgraph=True, backend="eager")(*inputs), expected)


@each_example
def test_it_exports(case: Case) -> None:
    model, inputs = case.model().eval(), tuple(case.inputs())
    if skips_tracing(model) or not inputs:
        pytest.skip("torch traces no such module")
    exported = torch.export.export(model, inputs, strict=False)
    close(exported.module()(*inputs), model(*inputs))


def skips_tracing(model: nn.Module) -> bool:
    names = {type(module).__name__ for module in model.modules()}
    return any(isinstance(m, RECURRENT) for m in model.modules()) or bool(
        names & {"Checkpoint", "Log"}
    )


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.example.causal is not None], ids=lambda c: c.example.text
)
def test_causal_means_causal(case: Case) -> None:
    axis = case.example.causal
    assert axis is not None
    model, inputs = case.model().eval(), case.inputs()
    steps = inputs[0].shape[axis]
    changed = [changed_from(t, axis, steps, steps // 2) for t in inputs]
    pairs = list(zip(tensors(model(*inputs)), tensors(model(*changed)), strict=True))
    along = [(a, b) for a, b in pairs if has_steps(a, axis, steps)]
    assert along, "no result has these steps"
    for before, after in along:
        kept = [t.narrow(axis, 0, steps // 2) for t in (before, after)]
        close(*kept)
        rest = [t.narrow(axis, steps // 2, steps - steps // 2) for t in (before, after)]
        assert not torch.equal(*rest), "what follows should not be ignored there"


def has_steps(tensor: torch.Tensor, axis: int, steps: int) -> bool:
    return -tensor.ndim <= axis < tensor.ndim and tensor.shape[axis] == steps


def changed_from(tensor: torch.Tensor, axis: int, steps: int, start: int) -> torch.Tensor:
    """The tensor with other values from a step on, where it has that axis."""
    if not has_steps(tensor, axis, steps):
        return tensor
    other = tensor.clone()
    part = other.narrow(axis, start, steps - start)
    part.copy_(1 - part if not tensor.is_floating_point() else part + 1)
    return other


def ports(neuron: str) -> tuple[str, ...]:
    definition = LIBRARY.find(neuron)
    assert definition is not None
    return definition.input_names


MASKED = [c for c in CASES if "mask" in ports(c.neuron) and c.example.inputs[-1].kind != "float"]


@pytest.mark.parametrize("case", MASKED, ids=lambda c: c.example.text)
def test_masks_mask(case: Case) -> None:
    """What stands where a mask over steps is 0 changes nothing where it is 1."""
    model, (x, *others) = case.model().eval(), case.inputs()
    mask = torch.ones_like(others[-1])
    mask[:, -2:] = 0
    others[-1] = mask
    changed = x.clone()
    changed[:, -2:] += 1
    before, after = (tensors(model(value, *others))[0] for value in (x, changed))
    if before.ndim == x.ndim:
        before, after = before[:, :-2], after[:, :-2]
    close(after, before)
