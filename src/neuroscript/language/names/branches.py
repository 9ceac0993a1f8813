"""Steps that hold blocks of their own: `if`, `match`, `@wrap`; and rearrangements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span, nearest
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.chain import Bundle, Chain, Failed
from neuroscript.language.names.definition import Definition, dim_names
from neuroscript.language.names.errors import (
    BranchesDisagree,
    MisplacedOperation,
    NoNeuronParameter,
    NotANeuronParameter,
    SomeBranchesWrite,
    UnknownAnnotation,
    UnknownNeuron,
    Unused,
    WrongTensorCount,
    plural,
)
from neuroscript.language.names.flow import (
    Choice,
    ContractArm,
    Dispatch,
    Instance,
    Rearranged,
    Region,
    Selection,
    ShapeArm,
    Tensor,
)
from neuroscript.language.names.ports import Ports, ports_of
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import mentioned_in_block

if TYPE_CHECKING:
    from neuroscript.language.names.resolve import Resolver

REDUCTIONS = ("mean", "sum", "min", "max", "prod", "logsumexp")


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


# --- @wrap


def wrap(resolver: Resolver, step: ast.Wrap, chain: Chain) -> None:
    """`v -> @wrap(W, a): target` is v through `W(target, a)`."""
    definition, rest = _wrapper(resolver, step)
    target = _wrapped(resolver, step)
    first = definition.neuron_params[0]
    call = ast.Call(
        ast.Name(definition.name, step.span),
        (ast.Argument(None, target, step.target.span), *rest),
        step.span,
    )
    known = [resolver.values.check(arg.value, resolver.visible) for arg in rest]
    arguments = bind(call, definition, resolver.sink)
    if arguments is None or not all(known) or first not in arguments:
        raise Failed
    instance = Instance(definition, arguments, step.span)
    resolver.apply(instance, Ports.of(definition), chain, step.span)


def _wrapper(resolver: Resolver, step: ast.Wrap) -> tuple[Definition, tuple[ast.Argument, ...]]:
    """The neuron that wraps, and the arguments behind the one it wraps."""
    first = step.args[0] if step.args else None
    if first is None or first.keyword is not None or not isinstance(first.value, ast.NameValue):
        advice = "its first argument is the name of a neuron: `@wrap(Skip): ..`"
        resolver.sink.add(MisplacedOperation(step.span, "`@wrap` without a neuron", advice))
        raise Failed
    name, scope = first.value.name, resolver.definition.scope
    definition = scope.find(name)
    if definition is None:
        if not scope.is_missing(name):
            resolver.sink.add(UnknownNeuron(first.span, name, scope.near(name)))
        raise Failed
    params = tuple(definition.params)
    if not params or params[0] not in definition.neuron_params:
        resolver.sink.add(NoNeuronParameter(first.span, name, definition.span))
        raise Failed
    return definition, step.args[1:]


def _wrapped(resolver: Resolver, step: ast.Wrap) -> ast.Value:
    """What is wrapped, as a value."""
    if isinstance(step.target, ast.Block):
        body = _body(resolver, step.target)
        resolver.bodies[step.target.span] = body
        resolver.values.used |= {name for name in body.params if name in resolver.visible.bindings}
        return ast.BlockValue(step.target, step.target.span)
    node = step.target
    shared = resolver.shared(node)
    if shared is not None:
        resolver.values.used.add(node.name.text)
        return shared
    value = ast.NameValue(node.name.text, node.span)
    if resolver.definition.scope.find(node.name.text) is None:
        near = resolver.definition.scope.near(node.name.text)
        resolver.sink.add(UnknownNeuron(node.span, node.name.text, near))
        raise Failed
    return value


def _body(resolver: Resolver, block: ast.Block) -> Definition:
    """A wrapped block as a neuron: what it names of the neuron around it are its parameters."""
    outer = resolver.definition
    span = block.span
    params: list[ast.Param] = []
    for name in dict.fromkeys(mentioned_in_block(block)):
        is_neuron = name in outer.neuron_params or (
            name in resolver.visible.bindings and _is_neuron(resolver, name)
        )
        visible = (*outer.params, *resolver.visible.bindings, *resolver.visible.indices)
        if name in visible:
            kind = ast.Name("Neuron", span) if is_neuron else None
            if not is_neuron and name in outer.params:
                kind = outer.params[name].kind
            params.append(ast.Param(ast.Name(name, span), kind, None, span))
    for name in mentioned_in_block(block):  # what it must not use is told there, not as unused
        resolver.unread_names.pop(name, None)
        if name in resolver.named:
            resolver.read.update(t.index for t in resolver.named[name].bundle.tensors)
    star = ast.ShapeExpr((ast.StarDim(None, span),), span)
    neuron = ast.Neuron(
        name=ast.Name(f"{outer.name}Body", span),
        params=tuple(params),
        inputs=(ast.Port(None, star, None, False, span),),
        outputs=(ast.Port(None, star, None, False, span),),
        impls=(),
        graphs=(ast.Graph(ast.Block(_with_output(block.lines), span), span),),
        items=(),
        doc=None,
        span=span,
    )
    tensors = frozenset(("in", "out", *outer.input_names, *outer.output_names, *resolver.named)) - {
        "in",
        "out",
    }
    return Definition(neuron, outer.scope, outer.library, tensors)


def _with_output(lines: tuple[ast.Line, ...]) -> tuple[ast.Line, ...]:
    """What the last line gives is the output."""
    place = lines[-1].span
    out = ast.Node(ast.Name("out", place), None, place)
    return (*lines, ast.Line((out,), None, True, place))


def _is_neuron(resolver: Resolver, name: str) -> bool:
    value = ast.NameValue(name, resolver.definition.span)
    return ports_of(value, resolver.definition, resolver.known) is not None


# --- rearrangements


def rearrange(resolver: Resolver, step: ast.Rearrange, chain: Chain) -> None:
    """`=> [..]` on a single tensor."""
    assert chain.current is not None
    if len(chain.current.tensors) != 1 or chain.current.tensors[0].pack:
        count = len(chain.current.tensors)
        resolver.sink.add(WrongTensorCount(step.span, "=>", ("in",), count, (), chain.current.span))
        raise Failed
    operation = _operation(resolver, step)
    source, output = chain.current.tensors[0], resolver.tensor(step.span)
    named = {dim.name.text: dim.name.span for dim in step.dims if isinstance(dim, ast.NamedDim)}
    resolver.visible = resolver.visible.with_captures(named)
    resolver.steps.append(Rearranged(source, step, operation, output, step.span))
    resolver.read.add(source.index)
    chain.current = Bundle((output,), ("out",), step.span)
    chain.unnamed.append(output)


def _operation(resolver: Resolver, step: ast.Rearrange) -> Instance | None:
    """The neuron that reduces or repeats, if it is one; built-in operations need none."""
    if step.annotation is None:
        return None
    kind = step.annotation.text
    if kind not in ("reduce", "repeat"):
        near = tuple(nearest(kind, ("reduce", "repeat")))
        resolver.sink.add(UnknownAnnotation(step.annotation.span, kind, near, ("reduce", "repeat")))
        raise Failed
    if isinstance(step.operation, ast.Call):
        definition, arguments = resolver.callee(step.operation)
        if definition is None or arguments is None:
            raise Failed
        if len(definition.neuron.inputs) != 1 or len(definition.neuron.outputs) != 1:
            problem = f"`{definition.name}` does not take one tensor and give one"
            advice = "a neuron with one input and one output can do it"
            resolver.sink.add(MisplacedOperation(step.operation.span, problem, advice))
            raise Failed
        return Instance(definition, arguments, step.operation.span)
    assert step.operation is not None
    name = step.operation.text
    known: tuple[str, ...] = REDUCTIONS if kind == "reduce" else ("copy",)
    if name not in known:
        similar = nearest(name, known)
        advice = f"did you mean `{similar[0]}`?" if similar else f"it can be {', '.join(known)}"
        problem = f"`@{kind}` knows no `{name}`"
        resolver.sink.add(MisplacedOperation(step.operation.span, problem, advice))
        raise Failed
    return None
