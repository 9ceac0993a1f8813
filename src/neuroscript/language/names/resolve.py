"""Names in a graph: from lines and blocks to a flow of tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import assert_never

from neuroscript.diagnostics import Sink, Span, nearest
from neuroscript.language.names import branches
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.chain import Bundle, Chain, Failed, Named
from neuroscript.language.names.context import resolve_context
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    BranchLocal,
    CannotBeBuilt,
    CannotBeUsedHere,
    LikelySlip,
    MixedTuple,
    NeverWritten,
    NoSource,
    NoSuchPort,
    NotADestination,
    OuterTensor,
    OutputsNotCounted,
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
from neuroscript.language.names.flow import (
    Apply,
    Flow,
    Hint,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Shared,
    Step,
    Target,
    Tensor,
    all_steps,
    outputs_of,
)
from neuroscript.language.names.ports import Ports, ports_of
from neuroscript.language.names.rearrange import rearrange
from neuroscript.language.names.values import ValueNames, Visible
from neuroscript.language.names.wrap import wrap
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import nodes_in


def resolve(definition: Definition, sink: Sink, known: Mapping[str, Ports] | None = None) -> Flow:
    """The flow of a graph neuron; what is wrong with its names goes to `sink`.

    `known` are the ports of its Neuron parameters, where an instantiation says what they are.
    """
    return Resolver(definition, sink, known or {}).run()


class Resolver:
    """Walks the lines of one graph."""

    def __init__(self, definition: Definition, sink: Sink, known: Mapping[str, Ports]) -> None:
        self.definition = definition
        self.neuron = definition.neuron
        self.input_names = frozenset(definition.input_names)
        self.sink = sink
        self.known = known
        self.values = ValueNames(sink)
        self.visible: Visible = Visible(definition)
        self.steps: list[Step] = []
        self.count = 0
        self.hints: dict[int, Hint] = {}
        self.named: dict[str, Named] = {}
        self.results: dict[str, Bundle] = {}
        """The latest result of each binding."""
        self.branch_names: dict[str, Span] = {}
        """Names given in branches that have ended."""
        self.read: set[int] = set()
        self.unread_names: dict[str, Span] = {}
        self.failed = False
        self.inputs = tuple(self.tensor(p.span, p.variadic) for p in self.neuron.inputs)
        self.written: dict[str, tuple[Bundle, Span]] = {}
        self.bodies: dict[Span, Definition] = {}

    def tensor(self, span: Span, pack: bool = False) -> Tensor:
        self.count += 1
        return Tensor(self.count - 1, span, pack)

    def run(self) -> Flow:
        before = self.sink.error_count
        self.visible = resolve_context(self.definition, self.values, self.sink)
        for graph in self.neuron.graphs:
            self.block(graph.block, self.entering(), top=self.definition.outer is None)
        self.check_unread_names()
        outputs = tuple(self.output(name) for name in self.definition.output_names)
        self.failed |= self.sink.error_count > before
        self.check_unused()
        return Flow(
            self.inputs,
            tuple(self.steps),
            outputs,
            self.hints,
            not self.failed,
            self.bodies,
            frozenset(self.values.used),
        )

    def entering(self) -> Chain:
        """What flows into the graph: nothing, but for the body of a `@wrap`."""
        if self.definition.outer is None:
            return Chain(None)
        self.read.update(tensor.index for tensor in self.inputs)
        incoming = Bundle(self.inputs, self.definition.input_names, self.neuron.span)
        return Chain(incoming, self.inputs[0])

    # --- lines and blocks

    def block(self, block: ast.Block, chain: Chain, top: bool = False) -> None:
        for line in block.lines:
            try:
                self.line(line, chain, top)
            except Failed:
                self.failed = True
                chain.current = None
                self.forgive_names(line)

    def line(self, line: ast.Line, chain: Chain, top: bool) -> None:
        steps = line.steps
        continues = line.continues or isinstance(steps[0], ast.Rearrange)
        if not continues and self.starts(line, top):
            chain.current, chain.unnamed = self.source(steps[0]), []
            tensors = chain.current.tensors
            chain.source = tensors[0] if len(tensors) == 1 else None
            steps = steps[1:] if not self.makes(steps[0]) else steps
        elif chain.current is None:
            if not self.failed or (top and not continues):
                self.complain_about_source(line)
            raise Failed
        elif top and not continues:
            self.complain_about_source(line)
            raise Failed
        for i, step in enumerate(steps):
            last = i == len(steps) - 1 and line.block is None
            self.step(step, chain, last)
        if line.block is not None:
            self.block(line.block, chain)

    def complain_about_source(self, line: ast.Line) -> None:
        """Say why a line that should start a connection does not."""
        if self.neuron.damaged:
            raise Failed
        first = line.steps[0]
        followed = len(line.steps) > 1 or line.block is not None
        if followed and not line.continues and isinstance(first, ast.Node | ast.TupleStep):
            self.source(first)
        self.sink.add(NoSource(first.span))

    def starts(self, line: ast.Line, top: bool) -> bool:
        """Whether a line begins a connection of its own."""
        first = line.steps[0]
        followed = len(line.steps) > 1 or line.block is not None
        match first:
            case ast.Call():
                return self.makes(first)
            case ast.Node() if followed and self.makes(first):
                return True
            case ast.Node():
                if followed and first.at is None and not self.is_defined(first, top):
                    self.refuse_outer([first])
                return followed and first.at is None and self.is_defined(first, top)
            case ast.TupleStep():
                self.refuse_outer(first.items)
                known = [self.is_defined(item, True) for item in first.items]
                if followed and any(known) and not all(known):
                    self.mixed_tuple(first, known)
                return followed and all(known)
            case ast.If() | ast.Match() | ast.Wrap() | ast.Rearrange():
                return False
            case _:
                assert_never(first)

    def makes(self, step: ast.Step) -> bool:
        """Whether a step is a neuron without inputs: a call, or a binding not yet applied."""
        match step:
            case ast.Call(name):
                found = self.definition.scope.find(name.text)
                own = name.text in self.definition.params
                return not own and found is not None and not found.neuron.inputs
            case ast.Node(port=None, at=None) if not self.is_defined(step, True):
                shared = self.shared(step)
                if shared is None:
                    return False
                ports = ports_of(shared, self.definition, self.known)
                return ports is not None and ports.inputs == ()
            case _:
                return False

    def refuse_outer(self, nodes: Sequence[ast.Node]) -> None:
        """In the body of a `@wrap`: a tensor of the graph around it is no source."""
        for node in nodes:
            outer = self.definition.outer or frozenset()
            if node.name.text in outer and not self.is_defined(node, True):
                self.sink.add(OuterTensor(node.span, node.name.text))
                raise Failed

    def mixed_tuple(self, step: ast.TupleStep, known: Sequence[bool]) -> None:
        if self.neuron.damaged:
            raise Failed
        new = [item for item, is_known in zip(step.items, known, strict=True) if not is_known]
        near = [name for item in new for name in nearest(item.name.text, self.sources())]
        places = []
        for item in new:
            bound = item.name.text in self.definition.bindings
            state = "is a binding that is not applied yet" if bound else "is not defined"
            places.append((item.span, f"`{item.name}` {state}"))
            later = self.later(item)
            if later is not None:
                places[-1] = item.span, f"`{item.name}` is not defined yet"
                places.append((later, f"`{item.name}` is defined here, later"))
        self.sink.add(MixedTuple(step.span, tuple(places), tuple(near[:3])))
        raise Failed

    def is_defined(self, node: ast.Node, results: bool) -> bool:
        """Whether a node means a value; with `results`, those of bindings count."""
        name = node.name.text
        if name in self.results:
            return results or node.port is not None
        if name in ("in", "out"):
            return name == "in" or bool(self.written)
        return name in self.named or name in self.written or name in self.input_names

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
                case ast.If() | ast.Match() | ast.Wrap() | ast.Rearrange():
                    pass
                case _:
                    assert_never(step)
        if line.block is not None:
            for inner in line.block.lines:
                self.forgive_names(inner)

    # --- sources

    def sources(self) -> list[str]:
        return [*self.definition.input_names, *self.named, *self.results]

    def source(self, step: ast.Step) -> Bundle:
        match step:
            case ast.Node() if not self.makes(step):
                return self.read_node(step)
            case ast.TupleStep(items, span):
                bundles = [self.read_node(item) for item in items]
                if not all(bundle.known for bundle in bundles):
                    raise Failed
                tensors = tuple(t for bundle in bundles for t in bundle.tensors)
                ports = tuple(p for bundle in bundles for p in bundle.ports)
                return Bundle(tensors, ports, span)
            case _:
                return Bundle((), (), step.span)

    def read_node(self, node: ast.Node) -> Bundle:
        bundle = self.lookup(node)
        self.unread_names.pop(node.name.text, None)
        if not bundle.known:
            raise Failed
        if node.port is None:
            self.read.update(tensor.index for tensor in bundle.tensors)
            return Bundle(bundle.tensors, bundle.ports, node.span)
        if len(bundle.tensors) == 1 and bundle.tensors[0].pack and isinstance(node.port, int):
            return self.pick_from_pack(bundle.tensors[0], node, node.port)
        tensor = bundle.pick(node.port)
        if tensor is None:
            made = bundle.tensors[0].span if bundle.tensors else None
            self.sink.add(NoSuchPort(node.span, node.name.text, node.port, bundle.ports, made))
            raise Failed
        self.read.add(tensor.index)
        return Bundle((tensor,), (str(node.port),), node.span)

    def pick_from_pack(self, pack: Tensor, node: ast.Node, position: int) -> Bundle:
        self.read.add(pack.index)
        output = self.tensor(node.span)
        self.steps.append(Pick(pack, position, output, node.span))
        self.read.add(output.index)
        return Bundle((output,), (str(position),), node.span)

    def lookup(self, node: ast.Node) -> Bundle:
        name = node.name.text
        inputs = self.definition.input_names
        if name == "in" and "in" not in inputs:
            return self.lookup_in(node)
        if name in inputs:
            return Bundle((self.inputs[inputs.index(name)],), (name,), node.span)
        if name in self.named:
            return self.named[name].bundle
        if name in self.results:
            return self.results[name]
        if name in self.written:
            return self.written[name][0]
        if name == "out" and len(self.written) == 1:
            return next(iter(self.written.values()))[0]
        self.unknown(node)
        raise Failed

    def lookup_in(self, node: ast.Node) -> Bundle:
        """`in` where no port has that name: the only input, or one picked behind a dot."""
        inputs = self.definition.input_names
        if node.port is not None or len(inputs) == 1:
            ports = inputs
            return Bundle(self.inputs, ports, node.span)
        named = tuple((p.span, p.name.text if p.name else "in") for p in self.neuron.inputs)
        if self.neuron.damaged:
            pass  # it may be declared in a line that was left out
        elif not named:
            self.sink.add(UnknownName(node.span, "in", ()))
        else:
            self.sink.add(UnclearPort(node.span, "in", named))
        raise Failed

    def unknown(self, node: ast.Node) -> None:
        name = node.name.text
        if self.neuron.damaged:
            return  # it may be given in a line that was left out
        if self.definition.outer is not None and name in self.definition.outer:
            self.sink.add(OuterTensor(node.span, name))
        elif name in self.branch_names:
            self.sink.add(BranchLocal(node.span, name, self.branch_names[name]))
        elif name in self.definition.params:
            declared = self.definition.params[name].span
            advice = "parameters are used in the arguments of calls"
            self.sink.add(CannotBeUsedHere(node.span, name, "a parameter", advice, declared))
        elif name in self.definition.bindings:
            declared = self.definition.bindings[name].span
            start = "" if self.makes(ast.Node(node.name, None, node.span)) else "in -> "
            advice = f"apply it first: `{start}{name} -> ..`"
            self.sink.add(CannotBeUsedHere(node.span, name, "a binding", advice, declared))
        elif self.definition.scope.find(name) is not None:
            self.sink.add(self.neuron_as_name(node))
        else:
            near = tuple(nearest(name, self.sources())) if self.sink.error_count < 50 else ()
            self.sink.add(UnknownName(node.span, name, near, self.later(node)))

    def neuron_as_name(self, node: ast.Node) -> CannotBeUsedHere:
        """A neuron that stands where a value or a binding can."""
        name = node.name.text
        found = self.definition.scope.find(name)
        bare = node.port is None and node.at is None
        params = found.neuron.params if found is not None else ()
        call = bare and all(param.default is not None for param in params)
        return CannotBeUsedHere(node.span, name, "a neuron", f"write `{name}()`", call=call)

    def later(self, node: ast.Node) -> Span | None:
        """Where a name is given after it is used."""
        places = self.mentions.get(node.name.text, ())
        return next((span for span in places if span.start > node.span.start), None)

    @cached_property
    def mentions(self) -> Mapping[str, list[Span]]:
        """Where the graph mentions names as nodes, in order."""
        found: dict[str, list[Span]] = {}
        for graph in self.neuron.graphs:
            for item in nodes_in(graph.block):
                found.setdefault(item.name.text, []).append(item.span)
        return found

    # --- steps

    def step(self, step: ast.Step, chain: Chain, last: bool) -> None:
        assert chain.current is not None
        match step:
            case ast.Call():
                self.call(step, chain)
            case ast.Node():
                self.node(step, chain)
            case ast.TupleStep():
                self.unpack(step, chain)
            case ast.If():
                branches.choice(self, step, chain, last)
            case ast.Match():
                branches.match(self, step, chain, last)
            case ast.Wrap():
                wrap(self, step, chain)
            case ast.Rearrange():
                rearrange(self, step, chain)
            case _:
                assert_never(step)

    def call(self, call: ast.Call, chain: Chain) -> None:
        assert chain.current is not None
        name = call.name.text
        if name == "Freeze" or name in self.definition.params or name in self.visible.bindings:
            if not self.values.call(call, self.visible, None):
                raise Failed
        if name == "Freeze":
            self.frozen(call, chain)
            return
        if name in self.definition.neuron_params:
            ports = self.known.get(name, Ports.unknown(name))
            self.apply(ParamCall(name, call.args, call.span), ports, chain, call.span)
            return
        definition, arguments = self.callee(call)
        if definition is None:
            raise Failed
        counted = Ports.of_call(definition, arguments or {})
        if counted is None and arguments is not None:
            self.sink.add(OutputsNotCounted(call.span, name, str(definition.counted_by)))
            raise Failed
        ports = counted or Ports.of(definition)
        if arguments is None:
            self.failed = True
            self.apply(None, ports, chain, call.span)
        else:
            self.apply(Instance(definition, arguments, call.span), ports, chain, call.span)

    def frozen(self, call: ast.Call, chain: Chain) -> None:
        """`Freeze(F(a))` inline: an instance of its own, like any call."""
        inner = call.args[0].value
        ports = ports_of(inner, self.definition, self.known)
        assert ports is not None
        self.apply(Inline(ast.CallValue(call, call.span), call.span), ports, chain, call.span)

    def callee(self, call: ast.Call) -> tuple[Definition | None, dict[str, ast.Argument] | None]:
        """The neuron that a call means, and its arguments; None for what is wrong."""
        name, scope = call.name.text, self.definition.scope
        names_known = [self.values.check(arg.value, self.visible) for arg in call.args]
        definition = scope.find(name)
        if definition is None:
            if scope.find_global(name) is not None:
                advice = f"there is one for the whole model: write `{name}`"
                self.sink.add(CannotBeBuilt(call.span, name, "is built already", advice, None))
            elif not scope.is_missing(name):
                self.sink.add(UnknownNeuron(call.name.span, name, scope.near(name)))
            return None, None
        bound = bind(call, definition, self.sink)
        return definition, bound if all(names_known) else None

    def apply(self, target: Target | None, ports: Ports, chain: Chain, span: Span) -> None:
        """Put what flows through a target; None stands for one whose arguments are wrong."""
        incoming = chain.current
        assert incoming is not None
        self.check_count(span, ports, incoming)
        names = incoming.ports if ports.same else (ports.outputs or ("out",))
        outputs = tuple(self.tensor(span) for _ in names)
        if target is not None:
            self.steps.append(Apply(target, incoming.tensors, outputs, span))
        self.read.update(tensor.index for tensor in incoming.tensors)
        chain.current = Bundle(outputs, names, span)
        chain.unnamed.extend(outputs)

    def check_count(self, span: Span, ports: Ports, incoming: Bundle) -> None:
        packs = any(tensor.pack for tensor in incoming.tensors)
        if ports.inputs is None or ports.variadic:
            fits = len(incoming.tensors) > 0
        else:
            fits = not packs and len(incoming.tensors) == len(ports.inputs)
        if not fits:
            definition = ports.definition
            own = definition is not None and not definition.library
            declared = (
                [port.span for port in definition.neuron.inputs] if own and definition else []
            )
            self.sink.add(
                WrongTensorCount(
                    span,
                    ports.name,
                    ports.inputs or ("in",),
                    len(incoming.tensors),
                    tuple(declared),
                    incoming.span if incoming.tensors else None,
                )
            )
            raise Failed

    # --- names as destinations

    def node(self, node: ast.Node, chain: Chain) -> None:
        """A name behind an arrow: an output, something to apply, or a new name for the value."""
        name = node.name.text
        output = self.output_name(node)
        if output is not None:
            assert chain.current is not None
            self.write(output, node, chain.current)
            self.hint(chain, output if len(self.neuron.outputs) > 1 else None)
            return
        shared = self.shared(node)
        if shared is not None and node.port is not None and node.at is None:
            self.sink.add(NotADestination(node.span, node.span.text, "one output of it", None))
            raise Failed
        if shared is not None:
            self.apply_shared(node, shared, chain)
            return
        if name in self.visible.bindings:
            declared = self.definition.bindings[name].span
            self.sink.add(NotADestination(node.span, name, "a constant", declared))
            raise Failed
        assert chain.current is not None
        self.name(node, chain.current, chain)

    def shared(self, node: ast.Node) -> ast.NameValue | ast.MemberValue | None:
        """The binding, aggregate, member, Neuron parameter or neuron global that a node means."""
        name = node.name.text
        if node.at is not None:
            return self.member(node, node.at)
        is_global = (
            self.definition.scope.find_global(name) is not None
            and name not in self.definition.input_names
            and name not in self.named
        )
        if name in self.visible.bindings or name in self.definition.neuron_params or is_global:
            value = ast.NameValue(name, node.name.span)
            return value if ports_of(value, self.definition, self.known) is not None else None
        return None

    def member(self, node: ast.Node, index: ast.Value) -> ast.MemberValue:
        name = node.name.text
        member = ast.Name(str(node.port), node.span) if node.port is not None else None
        value = ast.MemberValue(node.name, member, index, node.span)
        known = self.values.check(value, self.visible)
        if ports_of(value, self.definition, self.known) is None:
            item = self.definition.bindings.get(name)
            parts = (
                tuple(part.name.text for part in item.items) if isinstance(item, ast.Unroll) else ()
            )
            declared = item.span if item is not None else None
            if known:
                self.sink.add(NoSuchPort(node.span, name, node.port or 0, parts, declared))
            raise Failed
        if not known:
            raise Failed
        return value

    def apply_shared(
        self, node: ast.Node, value: ast.NameValue | ast.MemberValue, chain: Chain
    ) -> None:
        name = node.name.text
        ports = ports_of(value, self.definition, self.known)
        assert ports is not None
        self.values.used.add(name)
        self.apply(Shared(value, node.span), ports, chain, node.span)
        if node.at is None and name in self.visible.bindings and chain.current is not None:
            self.results[name] = chain.current

    def name(self, node: ast.Node, value: Bundle, chain: Chain) -> None:
        """`-> name`: the name stands for the value from here on."""
        name = node.name.text
        if name == "in" or name in self.definition.input_names:
            declared = next((p.span for p in self.neuron.inputs), None)
            self.sink.add(NotADestination(node.span, name, "an input", declared))
            raise Failed
        if node.port is not None:
            self.sink.add(NotADestination(node.span, f"{name}.{node.port}", "a port", None))
            raise Failed
        if name in self.definition.params:
            declared = self.definition.params[name].span
            self.sink.add(NotADestination(node.span, name, "a parameter", declared))
            raise Failed
        if self.definition.scope.find(name) is not None:
            self.sink.add(self.neuron_as_name(node))
            raise Failed
        if name in self.named and self.named[name].bundle.known:
            self.sink.add(Rebound(node.span, name, self.named[name].span))
        self.named[name] = Named(value, node.span)
        if not name.startswith("_"):  # said to be of no interest
            self.unread_names[name] = node.span
        self.hint(chain, name)
        chain.source = value.tensors[0] if len(value.tensors) == 1 else None

    def forgive(self, node: ast.Node) -> None:
        """Let a name count as given, with a value nobody knows."""
        if node.port is None and node.at is None and not self.is_defined(node, True):
            outputs = self.definition.output_names
            output = outputs[0] if node.name.text == "out" and len(outputs) == 1 else None
            output = node.name.text if node.name.text in outputs else output
            unknown = Bundle((self.tensor(node.span),), ("out",), node.span, known=False)
            if output is not None:
                self.written.setdefault(output, (unknown, node.span))
            elif self.definition.scope.find(node.name.text) is None:
                self.named.setdefault(node.name.text, Named(unknown, node.span))

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
            raise Failed
        if isinstance(node.port, int) and node.port < len(outputs):
            return outputs[node.port]
        if node.port in outputs:
            return str(node.port)
        self.sink.add(NoSuchPort(node.span, "out", node.port, outputs, None))
        raise Failed

    def write(self, output: str, node: ast.Node, value: Bundle) -> None:
        if output in self.written:
            if self.written[output][0].known:
                self.sink.add(WrittenTwice(node.span, output, self.written[output][1]))
            self.read.update(tensor.index for tensor in value.tensors)
            return
        if len(value.tensors) != 1:
            self.sink.add(WrongNameCount(node.span, 1, value.ports or ("no tensor",), value.span))
            raise Failed
        self.written[output] = value, node.span
        self.read.update(tensor.index for tensor in value.tensors)

    def unpack(self, step: ast.TupleStep, chain: Chain) -> None:
        value = chain.current
        assert value is not None
        count = len(step.items)
        tensors = value.tensors * count if len(value.tensors) == 1 else value.tensors
        if len(tensors) != count:
            self.sink.add(WrongNameCount(step.span, count, value.ports, value.span))
            raise Failed
        ports = value.ports if len(value.tensors) > 1 else tuple(i.name.text for i in step.items)
        for item, tensor, port in zip(step.items, tensors, ports, strict=True):
            part = Chain(
                Bundle((tensor,), (port,), item.span),
                chain.source,
                [t for t in chain.unnamed if t is tensor],
            )
            self.node(item, part)
        chain.unnamed = []
        chain.current = Bundle(tensors, ports, step.span)

    def hint(self, chain: Chain, name: str | None) -> None:
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
            if self.definition.outer is None:
                self.sink.add(TakenImplicitly(port.span, name, loose[0].span))
            self.read.add(loose[0].index)
            return loose[0]
        self.sink.add(NeverWritten(port.span, name, tuple(tensor.span for tensor in loose)))
        self.failed = True
        return None

    def loose_ends(self) -> list[Tensor]:
        """Values of the graph itself, not of its branches, that nothing takes."""
        made = [tensor for step in self.steps for tensor in outputs_of(step)]
        return [tensor for tensor in made if tensor.index not in self.read]

    def check_unread_names(self) -> None:
        """A name that nothing reads is a slip if it looks like another, else it is unused."""
        for name, span in self.unread_names.items():
            scope = [
                *self.definition.input_names,
                *self.definition.output_names,
                *self.definition.params,
                *self.definition.bindings,
                *(other for other in self.named if other not in self.unread_names),
                "in",
                "out",
            ]
            if name[0].isupper():  # written like a neuron
                scope += self.definition.scope.names()
            near = tuple(other for other in nearest(name, scope) if not _numbered(name, other))
            if near:
                self.sink.add(LikelySlip(span, name, near))
                self.failed = True

    def check_unused(self) -> None:
        if self.failed or self.neuron.damaged:
            return
        for name, span in self.unread_names.items():
            tensors = self.named[name].bundle.tensors if name in self.named else ()
            if tensors and not any(tensor.index in self.read for tensor in tensors):
                self.sink.add(Unused(span, "value", name))
                self.read.update(tensor.index for tensor in tensors)
        for step in all_steps(tuple(self.steps)):
            if isinstance(step, Apply) and step.outputs:
                if not any(tensor.index in self.read for tensor in step.outputs):
                    self.sink.add(Unused(step.span, "result of", _target_name(step.target)))
        for name, item in self.definition.bindings.items():
            if name not in self.values.used:
                self.sink.add(Unused(item.name.span, "binding", name))


def _target_name(target: Target) -> str:
    match target:
        case Instance(definition):
            return definition.name
        case ParamCall(param):
            return param
        case Shared(value) | Inline(value):
            return value.span.text
        case _:
            assert_never(target)


def _numbered(one: str, other: str) -> bool:
    """Whether two names are told apart by their numbers: `v1` is no slip for `v10`."""
    letters = one.rstrip("0123456789")
    return letters == other.rstrip("0123456789") and letters not in (one, other)
