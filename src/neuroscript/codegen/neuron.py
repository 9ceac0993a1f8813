"""One neuron as an nn.Module class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from neuroscript.codegen.construct import Constructor
from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.expression import Expressions
from neuroscript.codegen.forward import Variables, is_alias
from neuroscript.codegen.guards import write_guards
from neuroscript.codegen.host import HostExpression, by_keyword, host_of
from neuroscript.codegen.imports import Imports
from neuroscript.codegen.kinds import TYPES, param_kinds
from neuroscript.codegen.naming import INIT_NAMES, MODULE_ATTRIBUTES, Names, safe, snake_case
from neuroscript.codegen.steps import Steps
from neuroscript.codegen.uses import uses
from neuroscript.codegen.writer import Line, Writer
from neuroscript.diagnostics import InternalError, Sink
from neuroscript.language.names.definition import Definition, shape_text
from neuroscript.language.names.flow import Choice, Region, Selection, regions
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.shapes.values import Abstract, NeuronValue, kind_of, to_python
from neuroscript.language.syntax import ast


class NeuronClass:
    """Writes the class of one neuron, as one instantiation of its Neuron parameters needs it.

    `classes` names the class of a neuron value; `shares` says whether it takes `_shared`.
    """

    def __init__(self, inferred: Inferred, classes: Classes, imports: Imports, name: str) -> None:
        self.inferred = inferred
        self.definition = inferred.definition
        self.classes = classes
        self.imports = imports
        self.name = name
        self.kinds = param_kinds(inferred)
        self.attributes = Names(MODULE_ATTRIBUTES)
        self.bound = {name: self.attributes.take(name) for name in self.definition.bindings}
        """Attributes of bindings; those of inline calls come behind them."""
        self.stored: dict[str, str] = {}
        """Parameters and constants that `forward` needs, with their attributes."""
        self.shares = False
        """Whether it holds something there is one of in the whole model."""
        self.params = {name: safe(name, INIT_NAMES) for name in self.definition.params}
        self.late_defaults: list[tuple[str, str]] = []
        self.uses: dict[str, list[str]] = {}
        """For each binding, the conditions under which the graph uses it; empty for always."""
        self.init = self.top = Writer(2, self.definition.span)
        self.constructor = Constructor(self)
        self.in_forward = Expressions(_Stored(self), self.kind, self.constructor.neuron)

    def kind(self, value: ast.Value) -> str:
        scope = self.definition.scope
        return kind_of(Evaluator(self.inferred.env, Sink(), scope).value(value))

    def value(self, value: ast.Value) -> Abstract:
        bodies = self.inferred.flow.bodies if self.inferred.flow is not None else {}
        return Evaluator(self.inferred.env, Sink(), self.definition.scope, bodies).value(value)

    # --- the class

    def write(self) -> list[Line]:
        """The lines of the class, and of the tuple it returns if it has several outputs."""
        span = self.definition.span
        out, body = Writer(place=span), Writer(1, span)
        self.write_forward(body)
        if len(self.definition.neuron.outputs) > 1:
            self.write_outputs(out)
        out.line(f"class {self.name}(nn.Module):")
        out.depth += 1
        doc = self.definition.neuron.doc
        out.docstring(declaration(self.definition), doc.text if doc is not None else "")
        out.line()
        self.write_init(out)
        out.lines.extend(body.lines)
        return out.lines

    def write_outputs(self, out: Writer) -> None:
        self.imports.typing.add("NamedTuple")
        out.line(f"class {self.name}Output(NamedTuple):")
        out.depth += 1
        out.docstring(f"What {self.name} gives.")
        out.line()
        for port in self.definition.output_names:
            out.line(f"{safe(port, _TUPLE_ATTRIBUTES)}: torch.Tensor")
        out.depth -= 1
        out.line()
        out.line()

    def write_init(self, out: Writer) -> None:
        params = [self.param(param) for param in self.definition.neuron.params]
        if self.shares:
            self.imports.typing.add("Any")
            params += ["*", "_shared: dict[str, Any] | None = None"]
        if not params and not self.init.lines:
            return
        out.wrapped("def __init__(", ["self", *params], ") -> None:")
        out.depth += 1
        out.line("super().__init__()")
        if self.shares:
            out.line("_shared = {} if _shared is None else _shared")
        for name, value in self.late_defaults:
            out.line(f"if {name} is None:")
            out.line(f"    {name} = {value}")
        for parameter, attribute in self.stored.items():
            if parameter in self.params:
                out.line(f"self.{attribute} = {self.params[parameter]}")
        out.lines.extend(self.init.lines)
        out.depth -= 1
        out.line()

    def param(self, param: ast.Param) -> str:
        name = self.params[param.name.text]
        if param.name.text in self.definition.neuron_params:
            self.imports.typing.add("Callable")
            return f"{name}: nn.Module | Callable[..., nn.Module]{self.neuron_default(param)}"
        type_ = TYPES.get(self.kinds[param.name.text])
        if type_ is None:
            self.imports.typing.add("Any")
            type_ = "Any"
        if param.default is None:
            return f"{name}: {type_}"
        if isinstance(param.default, ast.Literal) and param.default.value is None:
            type_ = f"{type_} | None"
        earlier = _Earlier()
        default = Expressions(earlier, self.kind, self.constructor.neuron).text(param.default)
        if earlier.used & set(self.params):  # Python evaluates defaults before any argument
            value = Expressions(self.params, self.kind, self.constructor.neuron)
            self.late_defaults.append((name, value.text(param.default)))
            type_, default = f"{type_} | None", "None"
        elif earlier.used:  # a global: its value
            known = to_python(self.value(param.default))
            default = repr(known) if known is not ... else default
        return f"{name}: {type_} = {default}"

    def neuron_default(self, param: ast.Param) -> str:
        if param.default is None:
            return ""
        return f" = {self.constructor.factory(param.default)}"

    # --- forward

    def write_forward(self, out: Writer) -> None:
        if not self.definition.is_graph:
            self.write_host_forward(out)
            return
        flow = self.inferred.flow
        if flow is None:
            raise InternalError(f"{self.definition.name} has no flow")
        variables = Variables(self.definition, flow, is_alias, self.arms)
        self.constructor.tensors = frozenset(variables.names.values())
        self.constructor.inputs = tuple(variables[tensor] for tensor in flow.inputs)
        self.uses = uses(self)
        self.constructor.bindings()
        body = Writer(out.depth + 1, out.place)
        steps = Steps(self, variables, body)
        if self.classes.runtime_checks:
            write_guards(self, body)
        results = [tensor for tensor in flow.outputs if tensor is not None]
        steps.write(flow.steps, results)
        out.wrapped("def forward(", ["self", *self.inputs(variables)], f") -> {self.returns()}:")
        out.lines.extend(steps.prologue(out.depth + 1))
        out.lines.extend(body.lines)

    def arms(self, step: Selection) -> tuple[Region, ...]:
        """The arms of a `match(p)` that this instantiation may take."""
        return regions(self.choice(step))

    def choice(self, step: Selection) -> Choice:
        """What a `match(p)` comes to; its first arm while nothing is known of the neuron."""
        first = Choice((), step.arms[0].region, step.outputs, step.writes, step.span)
        return self.inferred.chosen.get(step.span, first)

    def inputs(self, variables: Variables) -> list[str]:
        flow = self.inferred.flow
        assert flow is not None
        return [
            f"{'*' if tensor.pack else ''}{variables[tensor]}: torch.Tensor"
            for tensor in flow.inputs
        ]

    def returns(self) -> str:
        several = len(self.definition.neuron.outputs) > 1
        return f"{self.name}Output" if several else "torch.Tensor"

    def write_host_forward(self, out: Writer) -> None:
        """A neuron that is nothing but its host: the class holds one and calls it."""
        ports = [port.name.text if port.name else "x" for port in self.definition.neuron.inputs]
        names = [safe(port, {"self", "torch", "nn"}) for port in ports]
        variadic = self.definition.variadic
        inputs = [f"{'*' if variadic else ''}{name}: torch.Tensor" for name in names]
        host = host_of(self.definition)
        passed = [f"*{name}" if variadic else name for name in names]
        if isinstance(host, HostExpression):
            call = self.host_expression(host, passed)
        else:
            attribute = self.attributes.take(snake_case(host.name))
            arguments = [self.params[name] for name in host.positional]
            arguments += [by_keyword(t, self.params[ours]) for t, ours in host.keywords]
            text = self.imports.host_class(host)
            self.init.wrapped(f"self.{attribute} = {text}(", arguments, ")")
            call = f"self.{attribute}({', '.join(passed)})"
        several = len(self.definition.neuron.outputs) > 1
        out.wrapped("def forward(", ["self", *inputs], f") -> {self.returns()}:")
        aliased = isinstance(host, HostExpression) and host.alias is not None
        if several and aliased:
            repeated = ", ".join([call] * len(self.definition.neuron.outputs))
            call = f"{self.returns()}({repeated})"
        elif several:
            call = f"{self.returns()}(*{call})"
        out.line(f"    return {call}")

    def host_expression(self, host: HostExpression, passed: list[str]) -> str:
        """A wiring neuron on its own, as one that is given to a Neuron parameter needs it."""
        if host.alias is not None:
            return passed[0]
        site = _OwnSite(self)
        if host.emitter is not None:
            return EMITTERS[host.emitter](site, passed[0] if passed else "")
        if host.method is not None:
            arguments = [site.argument(name) for name in host.method.positional]
            arguments += [f"{t}={site.argument(ours)}" for t, ours in host.method.keywords]
            return f"{passed[0]}.{host.method.name}({', '.join(arguments)})"
        assert host.template is not None
        values = dict(zip(self.definition.input_names, passed, strict=False))
        if self.definition.variadic:
            values[self.definition.input_names[0]] = passed[0][1:]
            values[f"{self.definition.input_names[0]}_list"] = passed[0]
        values.update({name: site.argument(name) for name in self.definition.params})
        return host.template.format_map(values)

    def store(self, name: str) -> str:
        """The attribute that keeps a parameter or constant for `forward`."""
        if name not in self.stored:
            self.stored[name] = self.attributes.take(name)
        return f"self.{self.stored[name]}"


class Classes:
    """Names of classes: asked for while one is written, it writes those it needs first."""

    runtime_checks: bool
    """Whether `forward` tests the sizes of what arrives."""

    def of(self, value: NeuronValue) -> str:
        raise NotImplementedError

    def takes_shared(self, value: NeuronValue) -> bool:
        raise NotImplementedError


class _Stored(Mapping[str, str]):
    """Names as `forward` reads them; asking for a parameter stores it."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner

    def __getitem__(self, name: str) -> str:
        local = self.owner.constructor.captures.get(name)
        if local is not None:
            return local
        if name in self.owner.params:
            return self.owner.store(name)
        return self.owner.constructor.in_forward(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.owner.params)

    def __len__(self) -> int:
        return len(self.owner.params)


class _Earlier(dict[str, str]):
    """Notes which names a default mentions."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override]
        self.used.add(name)
        return default or name


class _OwnSite:
    """A wiring neuron's own class, as emitters see it: its parameters are attributes."""

    general = True

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner

    @property
    def shape(self):  # type: ignore[no-untyped-def]
        return self.owner.inferred.inputs[0].shape

    def given(self, name: str) -> Abstract:
        return self.owner.inferred.env[name]

    def argument(self, name: str) -> str:
        return self.owner.store(name)

    def attribute(self, wanted: str, text: str) -> str:
        attribute = self.owner.attributes.take(wanted)
        self.owner.init.line(f"self.{attribute} = {text}")
        return f"self.{attribute}"

    def buffer(self, wanted: str, text: str) -> str:
        attribute = self.owner.attributes.take(wanted)
        self.owner.init.line(f'self.register_buffer("{attribute}", {text})')
        return f"self.{attribute}"

    def in_init(self, name: str) -> str:
        return self.owner.params[name]

    def module(self, module: str, name: str) -> str:
        arguments = [self.owner.params[param] for param in self.owner.definition.params]
        text = self.owner.imports.host(module, name)
        attribute = self.owner.attributes.take(snake_case(name))
        self.owner.init.wrapped(f"self.{attribute} = {text}(", arguments, ")")
        return f"self.{attribute}"


def declaration(definition: Definition) -> str:
    """The signature as it is declared, on one line."""
    neuron = definition.neuron

    def ports(declared: tuple[ast.Port, ...]) -> str:
        texts = []
        for port in declared:
            name = f"{'*' if port.variadic else ''}{port.name.text} " if port.name else ""
            dtype = f" {port.dtype}" if port.dtype and port.dtype != "float" else ""
            texts.append(f"{name}{shape_text(port.shape)}{dtype}")
        return ", ".join(texts) or "()"

    if definition.outer is not None:
        return f"A body of `@wrap` in {definition.name.removesuffix('Body')}."
    return f"{definition.heading()}: {ports(neuron.inputs)} -> {ports(neuron.outputs)}"


_TUPLE_ATTRIBUTES = frozenset({"count", "index"})
