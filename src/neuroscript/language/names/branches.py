"""Steps that hold blocks of their own: `if` and `match`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span, nearest
from neuroscript.language.names.chain import Bundle, Chain, Failed
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
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.names.resolve import Resolver


class _Branch:
    """What a region gave, before its siblings are known."""

    def __init__(self, region: Region, ports: tuple[str, ...], span: Span, known: bool) -> None:
        self.region = region
        self.ports = ports
        self.span = span
        self.known = known


def choice(resolver: Resolver, step: ast.If, chain: Chain, last: bool) -> None:
    """`if`, `elif`, `else`: regions fed with what arrives; without `else` it passes through."""
    conditions = []
    for branch in step.branches:
        resolver.values.check(branch.condition, resolver.visible, "which branch exists")
        conditions.append(branch.condition)
    found = [_region(resolver, branch.block, chain, {}) for branch in step.branches]
    if step.otherwise is not None:
        found.append(_region(resolver, step.otherwise, chain, {}))
    else:
        assert chain.current is not None
        passed = Region((), chain.current.tensors, {})
        resolver.read.update(tensor.index for tensor in chain.current.tensors)
        found.append(_Branch(passed, chain.current.ports, step.span, True))
    outputs, writes = _join(resolver, found, step.span, chain, last)
    branches = tuple(
        (condition, branch.region) for condition, branch in zip(conditions, found, strict=False)
    )
    resolver.steps.append(Choice(branches, found[-1].region, outputs, writes, step.span))


def match(resolver: Resolver, step: ast.Match, chain: Chain, last: bool) -> None:
    """`match:` on a shape, `match(p):` on a signature."""
    if step.param is not None:
        _selection(resolver, step, step.param, chain, last)
        return
    assert chain.current is not None
    tensors = chain.current.tensors
    if len(tensors) != 1:
        resolver.sink.add(
            WrongTensorCount(step.span, "match", ("in",), len(tensors), (), chain.current.span)
        )
        raise Failed
    arms, found = [], []
    for arm in step.arms:
        if isinstance(arm.pattern, ast.Contract):
            advice = "match a shape: `[b, d]: ..`; contracts stand in `match(p):`"
            resolver.sink.add(
                MisplacedOperation(arm.span, "a contract in a match on shapes", advice)
            )
            raise Failed
        captures = _captures(resolver, arm.pattern)
        branch = _region(resolver, arm.block, chain, captures, arm.guard)
        arms.append(ShapeArm(arm.pattern, arm.guard, branch.region, arm.span))
        found.append(branch)
    outputs, writes = _join(resolver, found, step.span, chain, last)
    resolver.steps.append(Dispatch(tensors[0], tuple(arms), outputs, writes, step.span))


def _captures(resolver: Resolver, pattern: ast.ShapeExpr) -> dict[str, Span]:
    """Names that a pattern gives to sizes: those that mean nothing else at construction."""
    scope = resolver.definition.scope
    taken = (*resolver.definition.params, *resolver.visible.indices)
    captures: dict[str, Span] = {}
    for dim in pattern.dims:
        if isinstance(dim, ast.NameValue):
            if dim.name not in taken and scope.find_global(dim.name) is None:
                captures.setdefault(dim.name, dim.span)
        elif not isinstance(dim, ast.StarDim):
            resolver.values.check(dim, resolver.visible.with_captures(captures))
    return captures


def _selection(
    resolver: Resolver, step: ast.Match, param: ast.Name, chain: Chain, last: bool
) -> None:
    definition = resolver.definition
    if param.text not in definition.neuron_params:
        declared = definition.params[param.text].span if param.text in definition.params else None
        near = tuple(nearest(param.text, definition.neuron_params))
        resolver.sink.add(NotANeuronParameter(param.span, param.text, declared, near))
        raise Failed
    assert chain.current is not None
    arms, found = [], []
    for arm in step.arms:
        if not isinstance(arm.pattern, ast.Contract):
            advice = "match a signature: `in [b, d] -> out [b, d]: ..`"
            resolver.sink.add(
                MisplacedOperation(arm.span, "a shape in a match on a neuron", advice)
            )
            raise Failed
        shapes = (port.shape for port in (*arm.pattern.inputs, *arm.pattern.outputs))
        params = definition.params
        captures = {n: s for n, s in dim_names(shapes).items() if n not in params}
        branch = _region(resolver, arm.block, chain, captures, arm.guard)
        arms.append(ContractArm(arm.pattern, arm.guard, branch.region, arm.span))
        found.append(branch)
    incoming = chain.current.tensors
    outputs, writes = _join(resolver, found, step.span, chain, last)
    resolver.values.used.add(param.text)
    resolver.steps.append(Selection(param.text, incoming, tuple(arms), outputs, writes, step.span))


# --- regions


def _region(
    resolver: Resolver,
    block: ast.Block,
    chain: Chain,
    captures: Mapping[str, Span],
    guard: ast.Value | None = None,
) -> _Branch:
    """Resolve a block fed with the current value; names given in it stay in it."""
    outer_steps, outer_named = resolver.steps, dict(resolver.named)
    outer_results, outer_written = dict(resolver.results), dict(resolver.written)
    outer_unread, outer_visible = dict(resolver.unread_names), resolver.visible
    resolver.steps = []
    resolver.visible = resolver.visible.with_captures(captures)
    assert chain.current is not None
    inner = Chain(chain.current, chain.source, [])
    if guard is not None:
        resolver.values.check(guard, resolver.visible)
    resolver.block(block, inner)
    writes = {
        name: bundle.tensors[0]
        for name, (bundle, _) in resolver.written.items()
        if name not in outer_written
    }
    for name, named in resolver.named.items():
        if name not in outer_named or outer_named[name] is not named:
            resolver.branch_names[name] = named.span
    still_unread = {n: s for n, s in resolver.unread_names.items() if n not in outer_named}
    for name in still_unread:
        used = any(t.index in resolver.read for t in resolver.named[name].bundle.tensors)
        final = inner.current is not None and resolver.named[name].bundle == inner.current
        if not used and not final and inner.current is not None:
            tensors = resolver.named[name].bundle.tensors
            same = set(tensors) & set(inner.current.tensors)
            if not same:
                resolver.sink.add(Unused(still_unread[name], "value", name))
    unread_outer = {n: s for n, s in outer_unread.items() if n in resolver.unread_names}
    steps = tuple(resolver.steps)
    resolver.steps, resolver.named = outer_steps, outer_named
    resolver.results, resolver.written = outer_results, outer_written
    resolver.unread_names, resolver.visible = unread_outer, outer_visible
    chain.unnamed.extend(inner.unnamed)
    known = inner.current is not None and inner.current.known
    results = inner.current.tensors if inner.current is not None else ()
    resolver.read.update(tensor.index for tensor in results)
    ports = inner.current.ports if inner.current is not None else ()
    return _Branch(Region(steps, results, writes), ports, block.span, known)


def _join(
    resolver: Resolver, found: list[_Branch], span: Span, chain: Chain, last: bool
) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """What a choice gives: one tensor for each result, and for each output that is written."""
    writes = _written(resolver, found, span, last)
    first = found[0]
    if not all(branch.known for branch in found):
        resolver.failed = True
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
        resolver.sink.add(BranchesDisagree(span, "numbers of tensors", results))
        raise Failed
    outputs = tuple(resolver.tensor(span) for _ in first.region.results)
    if writes:
        resolver.read.update(tensor.index for tensor in outputs)
    chain.unnamed.extend(outputs)
    chain.current = Bundle(outputs, first.ports, span)
    return outputs, writes


def _written(resolver: Resolver, found: list[_Branch], span: Span, last: bool) -> dict[str, Tensor]:
    """Outputs that every branch writes; one that some leave out is NS405."""
    writes: dict[str, Tensor] = {}
    for output in dict.fromkeys(name for branch in found for name in branch.region.writes):
        others = tuple(branch.span for branch in found if output not in branch.region.writes)
        if others or not last:
            resolver.sink.add(SomeBranchesWrite(span, output, others, not others))
            resolver.failed = True
        writes[output] = resolver.tensor(span)
        bundle = Bundle((writes[output],), (output,), span)
        resolver.written[output] = bundle, span
        resolver.read.add(writes[output].index)
    return writes
