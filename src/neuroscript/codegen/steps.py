"""What `forward` does, step by step; each submodule is built where its step stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from neuroscript.codegen.aggregates import Built
from neuroscript.codegen.dims import Sizes
from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.forward import Variables, is_alias
from neuroscript.codegen.host import HostClass, HostExpression, host_of
from neuroscript.codegen.naming import INIT_NAMES, safe, snake_case
from neuroscript.codegen.patterns import arm_test
from neuroscript.codegen.rearranged import rearranged
from neuroscript.codegen.writer import Chain, Line, Writer, string
from neuroscript.diagnostics import InternalError, Sink
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Region,
    Selection,
    Shared,
    Step,
    Tensor,
)
from neuroscript.language.names.ports import ports_of
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.params import param_value
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, Aggregate, NeuronValue
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Text
    from neuroscript.codegen.neuron import NeuronClass


class Steps:
    """Writes the statements of `forward` to `out`."""

    def __init__(self, owner: NeuronClass, variables: Variables, out: Writer) -> None:
        self.owner = owner
        self.variables = variables
        self.out = out
        self.constructor = owner.constructor

    def prologue(self, depth: int) -> list[Line]:
        """Sizes of inputs that are read at the start."""
        indent = "    " * depth
        texts = self.constructor.sizes_read.items()
        return [Line(f"{indent}{name} = {text}", self.out.place) for name, text in texts]

    def write(self, steps: Sequence[Step], results: Sequence[Tensor]) -> None:
        """All steps, then what is returned."""
        written = [s for s in steps if not (isinstance(s, Apply) and is_alias(s))]
        for position, step in enumerate(written):
            last = position == len(written) - 1
            text = self.expression(step)
            if text is None:
                continue
            outputs = _outputs(step)
            if last and len(results) == 1 and outputs == tuple(results):
                self.put("return ", text)
                return
            targets = ", ".join(self.variables[tensor] for tensor in outputs)
            self.put(f"{targets} = ", text)
        values = [self.variables[tensor] for tensor in results]
        if len(values) == 1:
            self.give_back(values[0])
        else:
            self.out.wrapped(f"return {self.owner.name}Output(", values, ")")

    def put(self, prefix: str, text: Text | Chain) -> None:
        if isinstance(text, Chain):
            self.out.chained(prefix, text)
        else:
            head, items, tail = text
            self.out.wrapped(prefix + head, items, tail)

    def give_back(self, value: str) -> None:
        """`return value`, or what the line before gave it, if that is all it was for."""
        last = self.out.lines[-1] if self.out.lines else ""
        start = f"{'    ' * self.out.depth}{value} = "
        if last.startswith(start):
            self.out.lines.pop()
            self.out.line(f"return {last.removeprefix(start)}")
        else:
            self.out.line(f"return {value}")

    def region(self, region: Region, step: Choice | Dispatch | Selection) -> None:
        """A branch: its steps, then its results in the variables of the whole choice."""
        before = len(self.out.lines)
        for inner in region.steps:
            if isinstance(inner, Apply) and is_alias(inner):
                continue
            text = self.expression(inner)
            if text is not None:
                targets = ", ".join(self.variables[tensor] for tensor in _outputs(inner))
                self.put(f"{targets} = ", text)
        pairs = list(zip(step.outputs, region.results, strict=False))
        pairs += [(step.writes[name], tensor) for name, tensor in region.writes.items()]
        for output, result in pairs:
            if output.index not in self.variables.names:
                continue
            target, source = self.variables[output], self.variables[result]
            if target != source:
                self.out.line(f"{target} = {source}")
        if len(self.out.lines) == before:
            self.out.line("pass")

    def expression(self, step: Step) -> Text | Chain | None:
        """A step as an expression; None where it was written as statements."""
        self.out.place = self.owner.init.place = step.span
        match step:
            case Apply():
                return self.apply(step)
            case Pick(source, position):
                return f"{self.variables[source]}[{position}]", [], ""
            case Rearranged():
                return self.rearranged(step)
            case Choice():
                self.choice(step)
            case Dispatch():
                self.dispatch(step)
            case Selection():
                self.selection(step)
        return None

    # --- applying

    def apply(self, step: Apply) -> Text | None:
        inputs = [
            f"*{self.variables[tensor]}" if tensor.pack else self.variables[tensor]
            for tensor in step.inputs
        ]
        match step.target:
            case Instance(definition):
                host = None if definition.is_graph else host_of(definition)
                if isinstance(host, HostExpression):
                    return self.wiring(step, step.target, host, inputs)
                sizes = self.run_time_sizes(step.target)
                if sizes and not all(self.readable(name) for name in sizes):
                    return self.sized_by_inputs(step, step.target, inputs)
                if sizes:
                    return self.materialised(step.target, sizes, inputs)
                return f"{self.constructor.inline(step.target)}(", inputs, ")"
            case ParamCall() | Inline():
                return f"{self.constructor.inline(step.target)}(", inputs, ")"
            case Shared():
                return self.shared(step, step.target, inputs)

    def wiring(
        self, step: Apply, target: Instance, host: HostExpression, inputs: list[str]
    ) -> Text:
        site = Site(self, step, target)
        if host.emitter is not None:
            return EMITTERS[host.emitter](site, inputs[0] if inputs else ""), [], ""
        if host.method is not None:
            arguments = self.constructor.arguments(
                target.definition, target.arguments, host.method, self.owner.in_forward
            )
            return f"{inputs[0]}.{host.method.name}(", arguments, ")"
        assert host.template is not None
        ports = target.definition.input_names
        values: dict[str, str] = dict(zip(ports, inputs, strict=False))
        if target.definition.variadic:
            packed = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
            values[ports[0]] = inputs[0][1:] if inputs[0].startswith("*") else packed
            values[f"{ports[0]}_list"] = ", ".join(inputs)
        for name in target.definition.params:
            values[name] = site.argument(name)
        return host.template.format_map(values), [], ""

    def shared(self, step: Apply, target: Shared, inputs: list[str]) -> Text | None:
        value = target.value
        name = value.name if not isinstance(value, ast.MemberValue) else value.name.text
        if isinstance(value, ast.NameValue) and name in self.owner.definition.neuron_params:
            return f"{self.constructor.param_instance(name)}(", inputs, ")"
        found = self.constructor.env.get(name)
        if isinstance(found, Aggregate):
            return self.aggregate(step, value, self.constructor.aggregates.built[name], inputs)
        text = self.constructor.neuron(value)
        return f"{text}(", inputs, ")"

    # --- aggregates

    def aggregate(
        self, step: Apply, value: ast.Value, built: Built, inputs: list[str]
    ) -> Text | None:
        """A loop over the rounds; one round or one member of it without a loop."""
        item = self.owner.definition.bindings[_name_of(value)]
        assert isinstance(item, ast.Unroll)
        if isinstance(value, ast.MemberValue):
            text = self.constructor.member(value)
            if value.member is not None or built.single is not None:
                return f"{text}(", inputs, ")"
            self.carry(step, inputs)
            self.round(item, text, [self.variables[t] for t in step.outputs])
            return None
        self.carry(step, inputs)
        carried = [self.variables[tensor] for tensor in step.outputs]
        self.loop(item, built.attribute, carried, built.single)
        return None

    def carry(self, step: Apply, inputs: list[str]) -> None:
        """Bring what arrives into the variables that the loop changes."""
        for tensor, text in zip(step.outputs, inputs, strict=False):
            if self.variables[tensor] != text:
                self.out.line(f"{self.variables[tensor]} = {text}")

    def loop(self, item: ast.Unroll, rounds: str, carried: list[str], single: str | None) -> None:
        taken = {*carried, *self.variables.held}
        variable = safe(single or _singular(item.name.text), {"self", *taken})
        self.out.line(f"for {variable} in {rounds}:")
        self.out.depth += 1
        if single is not None:
            inner = next(i for i in item.items if i.name.text == single)
            self.round_item(inner, variable, carried)
        else:
            self.round(item, variable, carried)
        self.out.depth -= 1

    def round(self, item: ast.Unroll, place: str, carried: list[str]) -> None:
        for inner in self.constructor.aggregates.rounds(item):
            self.round_item(inner, f"{place}[{string(inner.name.text)}]", carried)

    def round_item(self, item: ast.Item, place: str, carried: list[str]) -> None:
        if isinstance(item, ast.Unroll):
            neurons = self.constructor.aggregates.rounds(item)
            single = neurons[0].name.text if len(neurons) == 1 else None
            self.loop(item, place, carried, single)
            return
        takes, gives = self.counts(item, len(carried))
        targets = ", ".join(carried[:gives])
        self.out.wrapped(f"{targets} = {place}(", carried[:takes], ")")

    def counts(self, item: ast.Binding, carried: int) -> tuple[int, int]:
        """How many of the carried values a binding takes, and how many it replaces."""
        ports = ports_of(item.value, self.owner.definition, {})
        takes = carried if ports is None or ports.inputs is None else len(ports.inputs)
        gives = 1 if ports is None or ports.outputs is None else len(ports.outputs)
        return min(takes, carried), min(gives, carried)

    # --- layers whose sizes are known when the model runs

    def run_time_sizes(self, target: Instance) -> list[str]:
        """The names of sizes in a call's arguments that no parameter gives."""
        names: list[str] = []
        for argument in target.arguments.values():
            sized = self.owner.inferred.sized.get(argument.span)
            if sized is None or self.constructor.from_params(sized) is not None:
                continue
            for name in names_in(argument.value):
                known = name.name in self.owner.params or name.name in self.owner.bound
                known |= self.owner.definition.scope.find_global(name.name) is not None
                if not known and name.name not in names:
                    names.append(name.name)
        return names

    def readable(self, name: str) -> bool:
        """Whether `forward` has a size under its name: an arm or a port captures it."""
        ports = self.owner.definition.neuron.inputs
        return name in self.constructor.captures or any(
            isinstance(dim, ast.NameValue) and dim.name == name
            for port in ports
            for dim in port.shape.dims
        )

    def sized_by_inputs(self, step: Apply, target: Instance, inputs: list[str]) -> Text:
        """The same for sizes that the contract of an arm names: what arrives has them."""
        axes: list[tuple[Dim, str]] = []
        for tensor, text in zip(step.inputs, inputs, strict=True):
            shape = self.owner.inferred.tensors[tensor.index].shape
            behind = len(shape.suffix) if shape.seq is not None else 0
            axes += [(dim, f"{text}.shape[{i}]") for i, dim in enumerate(shape.prefix)]
            axes += [(dim, f"{text}.shape[{i - behind}]") for i, dim in enumerate(shape.suffix)]
        sizes = Sizes(axes, self.owner.params.get)
        arguments, values = dict(target.arguments), {}
        for name, argument in target.arguments.items():
            sized = self.owner.inferred.sized.get(argument.span)
            if sized is None or self.constructor.from_params(sized) is not None:
                continue
            value = sizes.text(sized) if isinstance(sized, Dim) else None
            if value is None:
                raise InternalError(f"{argument.span}: nothing that arrives has this size")
            values[name] = value
            placed = ast.NameValue(name, argument.span)
            arguments[name] = ast.Argument(None, placed, argument.span)
        given = Instance(target.definition, arguments, target.span)
        return self.materialised(given, list(values), inputs, list(values.values()))

    def materialised(
        self, target: Instance, sizes: list[str], inputs: list[str], read: list[str] | None = None
    ) -> Text:
        """One layer for each tuple of sizes, built when they are first met."""
        attribute = self.owner.attributes.take(snake_case(target.definition.name))
        local = self.owner.imports.host("neuroscript.primitives", "Materialised")
        saved = dict(self.constructor.locals)
        names = {name: safe(name, INIT_NAMES) for name in sizes}
        self.constructor.locals.update(names)
        value = self.constructor.evaluator().arguments(target.definition, target.arguments)
        head, items, tail = self.constructor.construct(
            target.definition, target.arguments, NeuronValue(target.definition, value or ())
        )
        self.constructor.locals = saved
        text = f"{head}{', '.join(items)}{tail}"
        self.owner.init.wrapped(
            f"self.{attribute} = {local}(", [f"lambda {', '.join(names.values())}: {text}"], ")"
        )
        values = read or [self.owner.in_forward.names[name] for name in sizes]
        return f"self.{attribute}.at({', '.join([inputs[0], *values])})(", inputs, ")"

    # --- rearranging

    def rearranged(self, step: Rearranged) -> Text | Chain:
        x = self.variables[step.source]
        if step.operation is not None:
            text = self.constructor.inline(step.operation)
            return f"{text}(", [x], ")"
        plan = self.owner.inferred.plans.get(step.span)
        if plan is None:
            raise InternalError(f"{step.span}: nothing says how to rearrange this")
        operation = step.node.operation
        name = operation.text if isinstance(operation, ast.Name) else ""
        return rearranged(plan, x, name, self.size_name)

    def size_name(self, name: str) -> str | None:
        known = (*self.owner.params, *self.constructor.captures)
        if name in known:
            return self.owner.in_forward.names[name]
        ports = self.owner.definition.neuron.inputs
        dims = [d.name for p in ports for d in p.shape.dims if isinstance(d, ast.NameValue)]
        return self.constructor.in_forward(name) if name in dims else None

    # --- choices

    def choice(self, step: Choice) -> None:
        """`if` in `forward`, and the same `if` around what its branches build."""
        step = self.open_branches(step)
        if not step.branches:
            self.alone(step.otherwise, step)
            return
        regions = [region for _, region in step.branches]
        conditions = [condition for condition, _ in step.branches]
        built: list[Writer] = []
        word = "if"
        for condition, region in zip(conditions, regions, strict=True):
            self.out.line(f"{word} {self.owner.in_forward.text(condition)}:")
            built.append(self.branch(region, step))
            word = "elif"
        if self.writes_something(step.otherwise, step):
            self.out.line("else:")
            built.append(self.branch(step.otherwise, step))
        else:
            built.append(Writer(self.owner.init.depth + 1, step.span))
        self.build(conditions, built)

    def open_branches(self, step: Choice) -> Choice:
        """Without the branches that are never taken, whatever the parameters."""
        branches: list[tuple[ast.Value, Region]] = []
        for condition, region in step.branches:
            holds = self.constructor.evaluator().condition(condition)
            if holds is True:
                return replace(step, branches=tuple(branches), otherwise=region)
            if holds is None:
                branches.append((condition, region))
        return replace(step, branches=tuple(branches))

    def branch(self, region: Region, step: Choice) -> Writer:
        """Write a branch; what it builds goes to a writer of its own."""
        outer, guarded = self.owner.init, set(self.constructor.guarded)
        self.owner.init = Writer(outer.depth + 1, outer.place)
        self.out.depth += 1
        self.region(region, step)
        self.out.depth -= 1
        inner, self.owner.init = self.owner.init, outer
        self.constructor.guarded = guarded
        return inner

    def writes_something(self, region: Region, step: Choice) -> bool:
        if region.steps or region.writes:
            return True
        return any(
            output.index in self.variables.names
            and self.variables[output] != self.variables[result]
            for output, result in zip(step.outputs, region.results, strict=False)
        )

    def build(self, conditions: Sequence[ast.Value], built: Sequence[Writer]) -> None:
        init = self.owner.init
        while built and not built[-1].lines:
            built = built[:-1]
        if len(built) == 2 and len(conditions) == 1 and not built[0].lines:
            init.line(f"if not {self.constructor.in_init.operand(conditions[0], 4)}:")
            init.lines.extend(built[1].lines)
            return
        word = "if"
        for i, writer in enumerate(built):
            if i < len(conditions):
                init.line(f"{word} {self.constructor.in_init.text(conditions[i])}:")
            else:
                init.line("else:")
            empty = [Line(f"{'    ' * writer.depth}pass", writer.place)]
            init.lines.extend(writer.lines or empty)
            word = "elif"

    def dispatch(self, step: Dispatch) -> None:
        """Tests of the shape, in order."""
        x = self.variables[step.source]
        type_ = self.owner.inferred.tensors.get(step.source.index)
        shape = type_.shape if type_ is not None else None
        word, open_ = "if", True
        for arm in step.arms:
            test, captures = arm_test(arm, x, shape, self)
            if test is None:
                continue  # it can never be taken
            saved = dict(self.constructor.captures)
            self.constructor.captures.update(captures)
            if test == "":
                if word == "if":
                    self.region(arm.region, step)
                else:
                    self.out.line("else:")
                    self.indented(arm.region, step)
                open_ = False
            else:
                self.out.line(f"{word} {test}:")
                self.indented(arm.region, step)
            self.constructor.captures = saved
            word = "elif"
            if not open_:
                break
        if open_:
            where = f"{step.span.source.name}:{step.span.line}"
            message = f"NS412: no arm takes {{list({x}.shape)}} ({where})"
            prefix = "else:" if word == "elif" else "if True:"
            self.out.line(prefix)
            self.out.depth += 1
            self.out.wrapped("raise ValueError(", [f"f{string(message)}"], ")")
            self.out.depth -= 1

    def indented(self, region: Region, step: Dispatch) -> None:
        self.out.depth += 1
        self.region(region, step)
        self.out.depth -= 1

    def selection(self, step: Selection) -> None:
        """The arm that this instantiation takes, as if it stood there alone."""
        choice = self.owner.choice(step)
        if choice.branches:
            self.choice(choice)
            return
        self.alone(choice.otherwise, step)

    def alone(self, region: Region, step: Choice | Selection) -> None:
        """The one branch that is taken, without a test."""
        self.region(region, step)
        if self.out.lines and self.out.lines[-1].strip() == "pass":
            self.out.lines.pop()


class Site:
    """A call of a wiring neuron, as emitters see it."""

    general = False

    def __init__(self, steps: Steps, step: Apply, target: Instance) -> None:
        self.steps = steps
        self.step = step
        self.target = target

    @property
    def shape(self) -> Shape:
        return self.steps.owner.inferred.tensors[self.step.inputs[0].index].shape

    def given(self, name: str) -> Abstract:
        argument = self.target.arguments.get(name)
        if argument is not None:
            return self.steps.constructor.value(argument.value)
        param = self.target.definition.params[name]
        if param.default is None:
            return param_value(param, self.target.definition)
        return Evaluator({}, Sink(), self.target.definition.scope).value(param.default)

    def argument(self, name: str) -> str:
        owner = self.steps.owner
        return self.steps.constructor.argument(
            self.target.definition, self.target.arguments, name, owner.in_forward
        )

    def attribute(self, wanted: str, text: str) -> str:
        attribute = self.steps.owner.attributes.take(wanted)
        self.steps.owner.init.line(f"self.{attribute} = {text}")
        return f"self.{attribute}"

    def buffer(self, wanted: str, text: str) -> str:
        attribute = self.steps.owner.attributes.take(wanted)
        self.steps.owner.init.line(f"self.register_buffer({string(attribute)}, {text})")
        return f"self.{attribute}"

    def in_init(self, name: str) -> str:
        constructor = self.steps.constructor
        return constructor.argument(
            self.target.definition, self.target.arguments, name, constructor.in_init
        )

    def module(self, module: str, name: str) -> str:
        definition = self.target.definition
        required = tuple(n for n, param in definition.params.items() if param.default is None)
        optional = tuple((n, n) for n, p in definition.params.items() if p.default is not None)
        host = HostClass(module, name, required, optional, frozenset(), True)
        constructor = self.steps.constructor
        attribute = self.steps.owner.attributes.take(snake_case(definition.name))
        arguments = constructor.arguments(
            definition, self.target.arguments, host, constructor.in_init
        )
        text = self.steps.owner.imports.host(module, name)
        self.steps.owner.init.wrapped(f"self.{attribute} = {text}(", arguments, ")")
        return f"self.{attribute}"


def _outputs(step: Step) -> tuple[Tensor, ...]:
    match step:
        case Apply(outputs=outputs):
            return outputs
        case Pick(output=output) | Rearranged(output=output):
            return (output,)
        case _:
            return ()


def _name_of(value: ast.Value) -> str:
    match value:
        case ast.MemberValue(name):
            return name.text
        case ast.NameValue(name) | ast.GlobalValue(name):
            return name
        case _:
            return ""


def _singular(name: str) -> str:
    """What one of several is called: `layers` gives `layer`."""
    if name.endswith("s") and len(name) > 2 and not name.endswith("ss"):
        return name[:-1]
    return f"{name}_round"
