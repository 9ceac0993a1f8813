"""Steps that hold blocks of their own: `if` and `match`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from neuroscript.diagnostics import Span, nearest
from neuroscript.language.names.chain import Bundle, Chain, Failed, Named
from neuroscript.language.names.definition import dim_names
from neuroscript.language.names.errors import (
    BranchesDisagree,
    MisplacedOperation,
    NotANeuronParameter,
    SomeBranchesWrite,
    Unused,
    WrongTensorCount,
    plural,
)
from neuroscript.language.names.flow import (
    Choice,
    ContractArm,
    Dispatch,
    Region,
    Selection,
    ShapeArm,
    Tensor,
)
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast

Walk = Callable[[State, ast.Block, Chain], None]
"""Reads the lines of a block, which go on from what the chain holds."""


class _Branch:
    """What a region gave, before its siblings are known."""

    def __init__(self, region: Region, ports: tuple[str, ...], span: Span, known: bool) -> None:
        self.region = region
        self.ports = ports
        self.span = span
        self.known = known


def choice(state: State, step: ast.If, chain: Chain, last: bool, walk: Walk) -> None:
    """`if`, `elif`, `else`: regions fed with what arrives; without `else` it passes through."""
    conditions = []
    for branch in step.branches:
        state.values.check(branch.condition, state.visible, "which branch exists")
        conditions.append(branch.condition)
    found = [_region(state, branch.block, chain, walk, {}) for branch in step.branches]
    if step.otherwise is not None:
        found.append(_region(state, step.otherwise, chain, walk, {}))
    else:
        assert chain.current is not None
        passed = Region((), chain.current.tensors, {})
        state.take(chain.current.tensors)
        found.append(_Branch(passed, chain.current.ports, step.span, True))
    outputs, writes = _join(state, found, step.span, chain, last)
    branches = tuple(
        (condition, branch.region) for condition, branch in zip(conditions, found, strict=False)
    )
    state.steps.append(Choice(branches, found[-1].region, outputs, writes, step.span))


def match(state: State, step: ast.Match, chain: Chain, last: bool, walk: Walk) -> None:
    """`match:` on a shape, `match(p):` on a signature."""
    if step.param is not None:
        _selection(state, step, step.param, chain, last, walk)
        return
    assert chain.current is not None
    tensors = chain.current.tensors
    if len(tensors) != 1:
        state.sink.add(
            WrongTensorCount(step.span, "match", ("in",), len(tensors), (), chain.current.span)
        )
        raise Failed
    arms, found = [], []
    for arm in step.arms:
        if isinstance(arm.pattern, ast.Contract):
            advice = "match a shape: `[b, d]: ..`; contracts stand in `match(p):`"
            state.sink.add(MisplacedOperation(arm.span, "a contract in a match on shapes", advice))
            raise Failed
        captures = _captures(state, arm.pattern)
        branch = _region(state, arm.block, chain, walk, captures, arm.guard)
        arms.append(ShapeArm(arm.pattern, arm.guard, branch.region, arm.span))
        found.append(branch)
    outputs, writes = _join(state, found, step.span, chain, last)
    state.steps.append(Dispatch(tensors[0], tuple(arms), outputs, writes, step.span))


def _captures(state: State, pattern: ast.ShapeExpr) -> dict[str, Span]:
    """Names that a pattern gives to sizes: those that mean nothing else at construction."""
    scope = state.definition.scope
    taken = (*state.definition.params, *state.visible.indices)
    captures: dict[str, Span] = {}
    for dim in pattern.dims:
        if isinstance(dim, ast.NameValue):
            if dim.name not in taken and scope.find_global(dim.name) is None:
                captures.setdefault(dim.name, dim.span)
        elif not isinstance(dim, ast.StarDim):
            state.values.check(dim, state.visible.with_captures(captures))
    return captures


def _selection(
    state: State, step: ast.Match, param: ast.Name, chain: Chain, last: bool, walk: Walk
) -> None:
    definition = state.definition
    if param.text not in definition.neuron_params:
        declared = definition.params[param.text].span if param.text in definition.params else None
        near = tuple(nearest(param.text, definition.neuron_params))
        state.sink.add(NotANeuronParameter(param.span, param.text, declared, near))
        raise Failed
    assert chain.current is not None
    arms, found = [], []
    for arm in step.arms:
        if not isinstance(arm.pattern, ast.Contract):
            advice = "match a signature: `in [b, d] -> out [b, d]: ..`"
            state.sink.add(MisplacedOperation(arm.span, "a shape in a match on a neuron", advice))
            raise Failed
        shapes = (port.shape for port in (*arm.pattern.inputs, *arm.pattern.outputs))
        params = definition.params
        captures = {n: s for n, s in dim_names(shapes).items() if n not in params}
        branch = _region(state, arm.block, chain, walk, captures, arm.guard)
        arms.append(ContractArm(arm.pattern, arm.guard, branch.region, arm.span))
        found.append(branch)
    incoming = chain.current.tensors
    outputs, writes = _join(state, found, step.span, chain, last)
    state.values.used.add(param.text)
    state.steps.append(Selection(param.text, incoming, tuple(arms), outputs, writes, step.span))


# --- regions


def _region(
    state: State,
    block: ast.Block,
    chain: Chain,
    walk: Walk,
    captures: Mapping[str, Span],
    guard: ast.Value | None = None,
) -> _Branch:
    """Resolve a block fed with the current value; names given in it stay in it."""
    outer_steps, outer_named = state.steps, dict(state.named)
    outer_results, outer_written = dict(state.results), dict(state.written)
    outer_unread, outer_visible = dict(state.unread_names), state.visible
    state.steps = []
    state.visible = state.visible.with_captures(captures)
    assert chain.current is not None
    inner = Chain(chain.current, chain.source, [])
    if guard is not None:
        state.values.check(guard, state.visible)
    walk(state, block, inner)
    writes = {
        name: bundle.tensors[0]
        for name, (bundle, _) in state.written.items()
        if name not in outer_written
    }
    for name, named in state.named.items():
        if name not in outer_named or outer_named[name] is not named:
            state.branch_names[name] = named.span
    _tell_unused(state, inner.current, outer_named)
    unread_outer = {n: s for n, s in outer_unread.items() if n in state.unread_names}
    steps = tuple(state.steps)
    state.steps, state.named = outer_steps, outer_named
    state.results, state.written = outer_results, outer_written
    state.unread_names, state.visible = unread_outer, outer_visible
    chain.unnamed.extend(inner.unnamed)
    known = inner.current is not None and inner.current.known
    results = inner.current.tensors if inner.current is not None else ()
    state.take(results)
    ports = inner.current.ports if inner.current is not None else ()
    return _Branch(Region(steps, results, writes), ports, block.span, known)


def _tell_unused(state: State, given: Bundle | None, outer: Mapping[str, Named]) -> None:
    """Names of a branch that nothing in it reads, and that are not what it gives."""
    if given is None:
        return
    for name, span in state.unread_names.items():
        tensors = state.named[name].bundle.tensors
        used = any(tensor.index in state.read for tensor in tensors)
        if name not in outer and not used and not set(tensors) & set(given.tensors):
            state.sink.add(Unused(span, "value", name))


def _join(
    state: State, found: list[_Branch], span: Span, chain: Chain, last: bool
) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """What a choice gives: one tensor for each result, and for each output that is written."""
    writes = _written(state, found, span, last)
    first = found[0]
    if not all(branch.known for branch in found):
        state.failed = True
        chain.current = None if not last else chain.current
        if not last:
            raise Failed
        return (), writes
    counts = {len(branch.region.results) for branch in found}
    if len(counts) > 1:
        results = tuple(
            (branch.span, f"gives {plural(len(branch.region.results), 'tensor')}")
            for branch in found
        )
        state.sink.add(BranchesDisagree(span, "numbers of tensors", results))
        raise Failed
    outputs = tuple(state.tensor(span) for _ in first.region.results)
    if writes:
        state.take(outputs)
    chain.unnamed.extend(outputs)
    chain.current = Bundle(outputs, first.ports, span)
    return outputs, writes


def _written(state: State, found: list[_Branch], span: Span, last: bool) -> dict[str, Tensor]:
    """Outputs that every branch writes; one that some leave out is NS405."""
    writes: dict[str, Tensor] = {}
    for output in dict.fromkeys(name for branch in found for name in branch.region.writes):
        others = tuple(branch.span for branch in found if output not in branch.region.writes)
        if others or not last:
            state.sink.add(SomeBranchesWrite(span, output, others, not others))
            state.failed = True
        writes[output] = state.tensor(span)
        bundle = Bundle((writes[output],), (output,), span)
        state.written[output] = bundle, span
        state.read.add(writes[output].index)
    return writes
