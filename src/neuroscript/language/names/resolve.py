"""Names in a graph: from lines and blocks to a flow of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from neuroscript.diagnostics import Sink, Span, nearest
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    CannotBeUsedHere,
    LikelySlip,
    MixedTuple,
    NeverWritten,
    NoSource,
    NoSuchPort,
    NotADestination,
    Rebound,
    TakenImplicitly,
    UnclearPort,
    UnknownName,
    UnknownNeuron,
    Unused,
    WrittenTwice,
    WrongNameCount,
    WrongTensorCount,
)
from neuroscript.language.names.flow import Apply, Flow, Hint, Instance, Tensor
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class Bundle:
    """What flows along an arrow: tensors with the names of the ports they come from."""

    tensors: tuple[Tensor, ...]
    ports: tuple[str, ...]
    span: Span
    known: bool = True
    """False for what an earlier mistake leaves unclear; nothing more is said about it."""

    def pick(self, port: str | int) -> Tensor | None:
        if isinstance(port, int):
            return self.tensors[port] if port < len(self.tensors) else None
        return self.tensors[self.ports.index(port)] if port in self.ports else None


@dataclass(slots=True)
class _Chain:
    """The current value of a block, and the values on the way to it that have no name yet."""

    current: Bundle | None
    source: Tensor | None = None
    unnamed: list[Tensor] = field(default_factory=list)


@dataclass(slots=True)
class _Named:
    """An intermediate: what it is now and where it was last named."""

    bundle: Bundle
    span: Span


class _Failed(Exception):
    """The rest of a line cannot be resolved; what is wrong has been reported."""


def resolve(definition: Definition, sink: Sink) -> Flow:
    """The flow of a graph neuron; what is wrong with its names goes to `sink`."""
    return _Resolver(definition, sink).run()


class _Resolver:
    def __init__(self, definition: Definition, sink: Sink) -> None:
        self.definition = definition
        self.neuron = definition.neuron
        self.sink = sink
        self.steps: list[Apply] = []
        self.count = 0
        self.hints: dict[int, Hint] = {}
        self.named: dict[str, _Named] = {}
        self.read: set[int] = set()
        self.unread_names: dict[str, Span] = {}
        self.failed = False
        self.inputs = tuple(self.tensor(p.span, p.variadic) for p in self.neuron.inputs)
        self.written: dict[str, tuple[Bundle, Span]] = {}

    def tensor(self, span: Span, pack: bool = False) -> Tensor:
        self.count += 1
        return Tensor(self.count - 1, span, pack)

    def run(self) -> Flow:
        for graph in self.neuron.graphs:
            self.block(graph.block, _Chain(None), top=True)
        self.check_unread_names()
        outputs = tuple(self.output(name) for name in self.definition.output_names)
        self.check_unused_steps()
        return Flow(self.inputs, tuple(self.steps), outputs, self.hints, not self.failed)

    # --- lines and blocks

    def block(self, block: ast.Block, chain: _Chain, top: bool = False) -> None:
        for line in block.lines:
            try:
                self.line(line, chain, top)
            except _Failed:
                self.failed = True
                chain.current = None
                self.forgive_names(line)

    def line(self, line: ast.Line, chain: _Chain, top: bool) -> None:
        steps = line.steps
        if not line.continues and self.starts(line):
            chain.current, chain.unnamed = self.source(steps[0]), []
            tensors = chain.current.tensors
            chain.source = tensors[0] if len(tensors) == 1 else None
            steps = steps[1:] if not isinstance(steps[0], ast.Call) else steps
        elif chain.current is None:
            if not self.failed or (top and not line.continues):
                self.complain_about_source(line)
            raise _Failed
        elif top and not line.continues:
            self.complain_about_source(line)
            raise _Failed
        for step in steps:
            self.step(step, chain)
        if line.block is not None:
            self.block(line.block, chain)

    def complain_about_source(self, line: ast.Line) -> None:
        """Say why a line that should start a connection does not."""
        first = line.steps[0]
        followed = len(line.steps) > 1 or line.block is not None
        match first:
            case ast.Node() if followed and not line.continues:
                self.source(first)
            case ast.TupleStep() if followed and not line.continues:
                self.source(first)
        self.sink.add(NoSource(first.span))

    def starts(self, line: ast.Line) -> bool:
        """Whether a line begins a connection of its own."""
        first = line.steps[0]
        followed = len(line.steps) > 1 or line.block is not None
        match first:
            case ast.Call():
                found = self.definition.scope.find(first.name.text)
                return found is not None and not found.neuron.inputs
            case ast.Node():
                return followed and self.is_defined(first)
            case ast.TupleStep():
                known = [self.is_defined(item) for item in first.items]
                if followed and any(known) and not all(known):
                    self.mixed_tuple(first, known)
                return followed and all(known)
            case _:
                assert_never(first)

    def mixed_tuple(self, step: ast.TupleStep, known: Sequence[bool]) -> None:
        if self.neuron.damaged:
            raise _Failed
        new = [item for item, is_known in zip(step.items, known, strict=True) if not is_known]
        near = [name for item in new for name in nearest(item.name.text, self.sources())]
        places = []
        for item in new:
            places.append((item.span, f"`{item.name}` is not defined"))
            later = self.later(item)
            if later is not None:
                places[-1] = item.span, f"`{item.name}` is not defined yet"
                places.append((later, f"`{item.name}` is defined here, later"))
        self.sink.add(MixedTuple(step.span, tuple(places), tuple(near[:3])))
        raise _Failed

    def is_defined(self, node: ast.Node) -> bool:
        name = node.name.text
        return name in ("in", *self.definition.input_names, *self.named, *self.written) or (
            name == "out" and bool(self.written)
        )

    def forgive_names(self, line: ast.Line) -> None:
        """Names that a failed line gives count as given, so that later lines are not blamed.

        Its calls are still looked at: what is wrong with them is wrong wherever they stand.
        """
        for step in line.steps[1:]:
            match step:
                case ast.Call():
                    self.callee(step)
                case ast.Node():
                    self.forgive(step)
                case ast.TupleStep(items):
                    for item in items:
                        self.forgive(item)
                case _:
                    assert_never(step)
        if line.block is not None:
            for inner in line.block.lines:
                self.forgive_names(inner)

    # --- sources

    def sources(self) -> list[str]:
        return [*self.definition.input_names, *self.named]

    def source(self, step: ast.Step) -> Bundle:
        match step:
            case ast.Call():
                return Bundle((), (), step.span)
            case ast.Node():
                return self.read_node(step)
            case ast.TupleStep(items, span):
                bundles = [self.read_node(item) for item in items]
                if not all(bundle.known for bundle in bundles):
                    raise _Failed
                tensors = tuple(t for bundle in bundles for t in bundle.tensors)
                ports = tuple(p for bundle in bundles for p in bundle.ports)
                return Bundle(tensors, ports, span)
            case _:
                assert_never(step)

    def read_node(self, node: ast.Node) -> Bundle:
        bundle = self.lookup(node)
        self.unread_names.pop(node.name.text, None)
        self.read.update(tensor.index for tensor in bundle.tensors)
        if not bundle.known:
            raise _Failed
        if node.port is None:
            return Bundle(bundle.tensors, bundle.ports, node.span)
        tensor = bundle.pick(node.port)
        if tensor is None:
            made = bundle.tensors[0].span if bundle.tensors else None
            self.sink.add(NoSuchPort(node.span, node.name.text, node.port, bundle.ports, made))
            raise _Failed
        return Bundle((tensor,), (str(node.port),), node.span)

    def lookup(self, node: ast.Node) -> Bundle:
        name = node.name.text
        inputs = self.definition.input_names
        if name == "in" and "in" not in inputs:
            if node.port is not None or len(inputs) == 1:
                return Bundle(self.inputs, inputs, node.span)
            ports = self.neuron.inputs
            named = tuple((port.span, port.name.text if port.name else "in") for port in ports)
            if not ports:
                self.sink.add(UnknownName(node.span, "in", ()))
            else:
                self.sink.add(UnclearPort(node.span, "in", named))
            raise _Failed
        if name in inputs:
            return Bundle((self.inputs[inputs.index(name)],), (name,), node.span)
        if name in self.named:
            return self.named[name].bundle
        if name in self.written:
            return self.written[name][0]
        if name == "out" and len(self.written) == 1:
            return next(iter(self.written.values()))[0]
        self.unknown(node)
        raise _Failed

    def unknown(self, node: ast.Node) -> None:
        name = node.name.text
        if self.neuron.damaged:
            return  # it may be given in a line that was left out
        if name in self.definition.params:
            declared = self.definition.params[name].span
            advice = "parameters are used in the arguments of calls"
            self.sink.add(CannotBeUsedHere(node.span, name, "a parameter", advice, declared))
        elif self.definition.scope.find(name) is not None:
            self.sink.add(CannotBeUsedHere(node.span, name, "a neuron", f"write `{name}()`"))
        else:
            near = tuple(nearest(name, self.sources()))
            self.sink.add(UnknownName(node.span, name, near, self.later(node)))

    def later(self, node: ast.Node) -> Span | None:
        """Where a name is given after it is used."""
        for graph in self.neuron.graphs:
            for item in _targets(graph.block):
                if item.name.text == node.name.text and item.span.start > node.span.start:
                    return item.span
        return None

    # --- steps

    def step(self, step: ast.Step, chain: _Chain) -> None:
        match step:
            case ast.Call():
                self.call(step, chain)
            case ast.Node():
                assert chain.current is not None
                self.destination(step, chain.current, chain)
            case ast.TupleStep():
                self.unpack(step, chain)
            case _:
                assert_never(step)

    def call(self, call: ast.Call, chain: _Chain) -> None:
        definition, arguments = self.callee(call)
        if definition is None:
            raise _Failed
        assert chain.current is not None
        incoming = chain.current
        self.check_count(call, definition, incoming)
        outputs = tuple(self.tensor(call.span) for _ in definition.neuron.outputs)
        if arguments is None:
            self.failed = True
        else:
            instance = Instance(definition, arguments, call.span)
            self.steps.append(Apply(instance, incoming.tensors, outputs, call.span))
        self.read.update(tensor.index for tensor in incoming.tensors)
        chain.current = Bundle(outputs, definition.output_names, call.span)
        chain.unnamed.extend(outputs)

    def callee(self, call: ast.Call) -> tuple[Definition | None, dict[str, ast.Argument] | None]:
        """The neuron that a call means, and its arguments; None for what is wrong."""
        name = call.name.text
        definition = self.definition.scope.find(name)
        if definition is None:
            near = self.definition.scope.near(name)
            self.sink.add(UnknownNeuron(call.name.span, name, near))
            return None, None
        return definition, bind(call, definition, self.sink)

    def check_count(self, call: ast.Call, definition: Definition, incoming: Bundle) -> None:
        packs = any(tensor.pack for tensor in incoming.tensors)
        if definition.variadic:
            fits = len(incoming.tensors) > 0
        else:
            fits = not packs and len(incoming.tensors) == len(definition.neuron.inputs)
        if not fits:
            ports = definition.neuron.inputs
            self.sink.add(
                WrongTensorCount(
                    call.span,
                    definition.name,
                    definition.input_names,
                    len(incoming.tensors),
                    tuple(port.span for port in ports) if not definition.library else (),
                    incoming.span if incoming.tensors else None,
                )
            )
            raise _Failed

    def destination(self, node: ast.Node, value: Bundle, chain: _Chain) -> None:
        """`-> name`: an output takes the value, or a new name stands for it from here on."""
        name = node.name.text
        output = self.output_name(node)
        if output is not None:
            self.write(output, node, value)
            self.hint(chain, output if len(self.neuron.outputs) > 1 else None)
            return
        if name == "in" or name in self.definition.input_names:
            declared = next((p.span for p in self.neuron.inputs), None)
            self.sink.add(NotADestination(node.span, name, "an input", declared))
            raise _Failed
        if node.port is not None:
            self.sink.add(NotADestination(node.span, f"{name}.{node.port}", "a port", None))
            raise _Failed
        if name in self.definition.params:
            declared = self.definition.params[name].span
            self.sink.add(NotADestination(node.span, name, "a parameter", declared))
            raise _Failed
        if self.definition.scope.find(name) is not None:
            self.sink.add(CannotBeUsedHere(node.span, name, "a neuron", f"write `{name}()`"))
            raise _Failed
        if name in self.named and self.named[name].bundle.known:
            self.sink.add(Rebound(node.span, name, self.named[name].span))
        self.named[name] = _Named(value, node.span)
        self.unread_names[name] = node.span
        self.hint(chain, name)
        chain.source = value.tensors[0] if len(value.tensors) == 1 else None

    def forgive(self, node: ast.Node) -> None:
        """Let a name count as given, with a value nobody knows."""
        if node.port is None and not self.is_defined(node):
            outputs = self.definition.output_names
            output = outputs[0] if node.name.text == "out" and len(outputs) == 1 else None
            output = node.name.text if node.name.text in outputs else output
            unknown = Bundle((self.tensor(node.span),), ("out",), node.span, known=False)
            if output is not None:
                self.written.setdefault(output, (unknown, node.span))
            elif self.definition.scope.find(node.name.text) is None:
                self.named.setdefault(node.name.text, _Named(unknown, node.span))

    def output_name(self, node: ast.Node) -> str | None:
        """The output port that a node means, if it means one."""
        outputs, name = self.definition.output_names, node.name.text
        if name in outputs and node.port is None:
            return name
        if name != "out":
            return None
        if node.port is None:
            if len(outputs) == 1:
                return outputs[0]
            ports = self.neuron.outputs
            named = tuple((port.span, port.name.text if port.name else "out") for port in ports)
            self.sink.add(UnclearPort(node.span, "out", named))
            raise _Failed
        if isinstance(node.port, int) and node.port < len(outputs):
            return outputs[node.port]
        if node.port in outputs:
            return str(node.port)
        self.sink.add(NoSuchPort(node.span, "out", node.port, outputs, None))
        raise _Failed

    def write(self, output: str, node: ast.Node, value: Bundle) -> None:
        if output in self.written:
            if self.written[output][0].known:
                self.sink.add(WrittenTwice(node.span, output, self.written[output][1]))
            self.read.update(tensor.index for tensor in value.tensors)
            return
        if len(value.tensors) != 1:
            self.sink.add(WrongNameCount(node.span, 1, value.ports or ("no tensor",), value.span))
            raise _Failed
        self.written[output] = value, node.span
        self.read.update(tensor.index for tensor in value.tensors)

    def unpack(self, step: ast.TupleStep, chain: _Chain) -> None:
        value = chain.current
        assert value is not None
        count = len(step.items)
        tensors = value.tensors * count if len(value.tensors) == 1 else value.tensors
        if len(tensors) != count:
            self.sink.add(WrongNameCount(step.span, count, value.ports, value.span))
            raise _Failed
        ports = value.ports if len(value.tensors) > 1 else tuple(i.name.text for i in step.items)
        for item, tensor, port in zip(step.items, tensors, ports, strict=True):
            part = _Chain(None, chain.source, [t for t in chain.unnamed if t is tensor])
            self.destination(item, Bundle((tensor,), (port,), item.span), part)
        chain.unnamed = []
        chain.current = Bundle(tensors, ports, step.span)

    def hint(self, chain: _Chain, name: str | None) -> None:
        for tensor in chain.unnamed:
            self.hints.setdefault(tensor.index, Hint(name, chain.source))
        chain.unnamed = []

    # --- what is left at the end

    def output(self, name: str) -> Tensor | None:
        """What an output takes; a sole output that is never written takes the one loose end."""
        if name in self.written:
            return self.written[name][0].tensors[0]
        if self.failed or self.neuron.damaged:
            return None
        loose = self.loose_ends()
        port = self.neuron.outputs[self.definition.output_names.index(name)]
        if len(self.neuron.outputs) == 1 and len(loose) == 1:
            self.sink.add(TakenImplicitly(port.span, name, loose[0].span))
            self.read.add(loose[0].index)
            return loose[0]
        self.sink.add(NeverWritten(port.span, name, tuple(tensor.span for tensor in loose)))
        self.failed = True
        return None

    def loose_ends(self) -> list[Tensor]:
        made = [tensor for step in self.steps for tensor in step.outputs]
        return [tensor for tensor in made if tensor.index not in self.read]

    def check_unread_names(self) -> None:
        """A name that nothing reads is a slip if it looks like another, else it is unused."""
        for name, span in self.unread_names.items():
            scope = [
                *self.definition.input_names,
                *self.definition.output_names,
                *self.definition.params,
                *(other for other in self.named if other not in self.unread_names),
                "in",
                "out",
            ]
            if name[0].isupper():  # written like a neuron
                scope += self.definition.scope.names()
            near = tuple(nearest(name, scope))
            if near:
                self.sink.add(LikelySlip(span, name, near))
                self.failed = True

    def check_unused_steps(self) -> None:
        if self.failed or self.neuron.damaged:
            return
        for name, span in self.unread_names.items():
            tensors = self.named[name].bundle.tensors
            if not any(tensor.index in self.read for tensor in tensors):
                self.sink.add(Unused(span, "value", name))
                self.read.update(tensor.index for tensor in tensors)
        for step in self.steps:
            if step.outputs and not any(t.index in self.read for t in step.outputs):
                self.sink.add(Unused(step.span, "result of", step.instance.definition.name))


def _targets(block: ast.Block) -> list[ast.Node]:
    """All nodes in a block that could give a name."""
    found: list[ast.Node] = []
    for line in block.lines:
        for step in line.steps:
            match step:
                case ast.Node():
                    found.append(step)
                case ast.TupleStep(items):
                    found.extend(items)
                case ast.Call():
                    pass
                case _:
                    assert_never(step)
        if line.block is not None:
            found.extend(_targets(line.block))
    return found
