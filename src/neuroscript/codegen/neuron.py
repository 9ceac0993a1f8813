"""One neuron as an nn.Module class."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.expression import ATOM, Expressions, divisions, known_text
from neuroscript.codegen.forward import Variables
from neuroscript.codegen.host import HostClass, HostExpression, host_of
from neuroscript.codegen.kinds import TYPES, param_kinds
from neuroscript.codegen.naming import MODULE_ATTRIBUTES, Names, safe, snake_case
from neuroscript.codegen.writer import Writer
from neuroscript.diagnostics import Sink
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Apply, Flow, Tensor
from neuroscript.language.shapes.dims import Dim, Quotient
from neuroscript.language.shapes.infer import Inference, Inferred, param_value
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, Evaluator, kind_of
from neuroscript.language.syntax import ast


@dataclass(slots=True)
class Imports:
    """What a module has to import, collected while its classes are written."""

    torch: bool = True
    nn: bool = True
    named_tuple: bool = False
    any: bool = False
    names: dict[str, set[str]] = field(default_factory=dict)
    """Names by module, for `from module import name`."""
    classes: frozenset[str] = frozenset()
    """Names that classes of the module itself have."""

    def host(self, module: str, name: str) -> str:
        """How to write a host class, imported where that is needed."""
        if module == "torch.nn":
            return f"nn.{name}"
        if module == "torch" or module.startswith("torch."):
            return f"{module}.{name}"
        local = name
        if name in self.classes:
            local = f"Core{name}" if module == "neuroscript.primitives" else f"Host{name}"
        text = name if local == name else f"{name} as {local}"
        self.names.setdefault(module, set()).add(text)
        return local


ClassNames = Callable[[Definition], str]


class NeuronClass:
    """Writes the class of one graph or `impl:` neuron."""

    def __init__(
        self, definition: Definition, inference: Inference, classes: ClassNames, imports: Imports
    ) -> None:
        self.definition = definition
        self.inference = inference
        self.classes = classes
        self.imports = imports
        self.inferred: Inferred = inference.signature(definition)
        self.kinds = param_kinds(definition, inference)
        self.attributes = Names(MODULE_ATTRIBUTES)
        self.stored: dict[str, str] = {}
        """Parameters that `forward` needs, with their attributes."""
        self.init: list[tuple[str, list[str], str]] = []
        """Statements of `__init__` as heads, items and tails."""
        self.late_defaults: list[tuple[str, str]] = []
        """Parameters whose default depends on another, with its expression."""
        self.guarded: set[str] = set()
        self.params = {name: safe(name, {"self", "torch", "nn"}) for name in definition.params}
        self.in_init = Expressions(self.params, self.kind)
        self.in_forward = Expressions(_Stored(self), self.kind)

    def kind(self, value: ast.Value) -> str:
        return kind_of(Evaluator(self.inferred.env, Sink()).value(value))

    # --- the class

    def write(self, out: Writer) -> None:
        definition = self.definition
        name = self.classes(definition)
        if len(definition.neuron.outputs) > 1:
            self.write_outputs(out, name)
        body = Writer()
        body.depth = out.depth + 1
        self.write_forward(body)
        out.line(f"class {name}(nn.Module):")
        out.depth += 1
        doc = definition.neuron.doc
        out.docstring(declaration(definition), doc.text if doc is not None else "")
        out.line()
        self.write_init(out)
        out.depth -= 1
        out.lines.extend(body.lines)

    def write_outputs(self, out: Writer, name: str) -> None:
        self.imports.named_tuple = True
        out.line(f"class {name}Output(NamedTuple):")
        out.depth += 1
        out.docstring(f"What {name} gives.")
        out.line()
        for port in self.definition.output_names:
            out.line(f"{safe(port, _TUPLE_ATTRIBUTES)}: torch.Tensor")
        out.depth -= 1
        out.line()
        out.line()

    def write_init(self, out: Writer) -> None:
        params = [self.param(param) for param in self.definition.neuron.params]
        if not params and not self.init:
            return
        out.wrapped("def __init__(", ["self", *params], ") -> None:")
        out.depth += 1
        out.line("super().__init__()")
        for name, value in self.late_defaults:
            out.line(f"if {name} is None:")
            out.line(f"    {name} = {value}")
        for parameter, attribute in self.stored.items():
            out.line(f"self.{attribute} = {self.params[parameter]}")
        for head, items, tail in self.init:
            out.wrapped(head, items, tail)
        out.depth -= 1
        out.line()

    def param(self, param: ast.Param) -> str:
        name = self.params[param.name.text]
        type_ = TYPES.get(self.kinds[param.name.text])
        if type_ is None:
            self.imports.any = True
            type_ = "Any"
        if param.default is None:
            return f"{name}: {type_}"
        if isinstance(param.default, ast.Literal) and param.default.value is None:
            type_ = f"{type_} | None"
        earlier = _Earlier()
        default = Expressions(earlier, self.kind).text(param.default)
        if earlier.used:  # Python evaluates defaults before any argument is known
            self.late_defaults.append((name, self.in_init.text(param.default)))
            type_, default = f"{type_} | None", "None"
        return f"{name}: {type_} = {default}"

    # --- forward

    def write_forward(self, out: Writer) -> None:
        if not self.definition.is_graph:
            self.write_host_forward(out)
            return
        flow = self.inference.flow(self.definition)
        variables = Variables(self.definition, flow, _is_alias)
        out.wrapped(
            "def forward(", ["self", *self.inputs(variables, flow)], f") -> {self.returns()}:"
        )
        out.depth += 1
        steps = [step for step in flow.steps if not _is_alias(step)]
        results = [tensor for tensor in flow.outputs if tensor is not None]
        for position, step in enumerate(steps):
            head, items, tail = self.apply(step, flow, variables)
            returned = position == len(steps) - 1 and step.outputs == tuple(results[:1])
            if returned and len(results) == 1:
                out.wrapped(f"return {head}", items, tail)
                break
            targets = ", ".join(variables[tensor] for tensor in step.outputs)
            out.wrapped(f"{targets} = {head}", items, tail)
        else:
            values = [variables[tensor] for tensor in results]
            if len(values) == 1:
                out.line(f"return {values[0]}")
            else:
                out.wrapped(f"return {self.classes(self.definition)}Output(", values, ")")
        out.depth -= 1

    def inputs(self, variables: Variables, flow: Flow) -> list[str]:
        return [
            f"{'*' if tensor.pack else ''}{variables[tensor]}: torch.Tensor"
            for tensor in flow.inputs
        ]

    def returns(self) -> str:
        if len(self.definition.neuron.outputs) > 1:
            return f"{self.classes(self.definition)}Output"
        return "torch.Tensor"

    def apply(self, step: Apply, flow: Flow, variables: Variables) -> tuple[str, list[str], str]:
        """A step as head, items and tail of an expression."""
        definition = step.instance.definition
        inputs = [
            f"*{variables[tensor]}" if tensor.pack else variables[tensor] for tensor in step.inputs
        ]
        if definition.is_graph:
            return f"{self.construct(step, definition)}(", inputs, ")"
        host = host_of(definition)
        if isinstance(host, HostClass):
            return f"{self.construct_host(step, host, host.module, host.name)}(", inputs, ")"
        return self.expression(step, host, inputs)

    def expression(
        self, step: Apply, host: HostExpression, inputs: list[str]
    ) -> tuple[str, list[str], str]:
        site = _Site(self, step)
        if host.emitter is not None:
            return EMITTERS[host.emitter](site, inputs[0]), [], ""
        if host.method is not None:
            arguments = self.arguments(step, host.method, self.in_forward)
            return f"{inputs[0]}.{host.method.name}(", arguments, ")"
        assert host.template is not None
        ports = step.instance.definition.input_names
        values: dict[str, str] = dict(zip(ports, inputs, strict=False))
        if step.instance.definition.variadic:
            packed = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
            values[ports[0]] = inputs[0][1:] if inputs[0].startswith("*") else packed
        for name in step.instance.definition.params:
            values[name] = site.argument(name)
        return host.template.format_map(values), [], ""

    def write_host_forward(self, out: Writer) -> None:
        """A neuron that is nothing but its host class: the class holds one and calls it."""
        ports = [port.name.text if port.name else "x" for port in self.definition.neuron.inputs]
        names = [safe(port, {"self", "torch", "nn"}) for port in ports]
        variadic = self.definition.variadic
        inputs = [f"{'*' if variadic else ''}{name}: torch.Tensor" for name in names]
        host = host_of(self.definition)
        assert isinstance(host, HostClass)
        attribute = self.attributes.take(snake_case(host.name))
        arguments = [self.params[name] for name in host.positional]
        arguments += [f"{theirs}={self.params[ours]}" for theirs, ours in host.keywords]
        self.init.append(
            (f"self.{attribute} = {self.imports.host(host.module, host.name)}(", arguments, ")")
        )
        several = len(self.definition.neuron.outputs) > 1
        out.wrapped("def forward(", ["self", *inputs], f") -> {self.returns()}:")
        out.depth += 1
        passed = [f"*{name}" if variadic else name for name in names]
        call = f"self.{attribute}({', '.join(passed)})"
        out.line(f"return {self.returns()}(*{call})" if several else f"return {call}")
        out.depth -= 1

    # --- submodules

    def construct(self, step: Apply, definition: Definition) -> str:
        """Construct a generated class in `__init__`; how `forward` reads it."""
        host = HostClass(
            "",
            self.classes(definition),
            tuple(name for name, param in definition.params.items() if param.default is None),
            tuple((n, n) for n, param in definition.params.items() if param.default is not None),
            frozenset(),
            True,
        )
        return self.construct_host(step, host, "", host.name)

    def construct_host(self, step: Apply, host: HostClass, module: str, name: str) -> str:
        attribute = self.attributes.take(snake_case(step.instance.definition.name))
        for argument in step.instance.arguments.values():
            self.guard(argument.value)
        text = self.imports.host(module, name) if module else name
        arguments = self.arguments(step, host, self.in_init)
        self.init.append((f"self.{attribute} = {text}(", arguments, ")"))
        return f"self.{attribute}"

    def arguments(self, step: Apply, host: HostClass, write: Expressions) -> list[str]:
        """What is passed to a host: required by position, the rest by name where it differs."""
        given, params = step.instance.arguments, step.instance.definition.params
        arguments = [self.argument(step, name, write) for name in host.positional]
        for theirs, ours in host.keywords:
            default = params[ours].default
            if default is None or ours in host.always or not host.defaults_agree:
                omitted = False
            else:
                omitted = ours not in given or self.is_default(given[ours].value, default)
            if not omitted:
                arguments.append(f"{theirs}={self.argument(step, ours, write)}")
        return arguments

    def argument(self, step: Apply, name: str, write: Expressions, strength: int = 0) -> str:
        given = step.instance.arguments.get(name)
        if given is not None:
            return write.operand(given.value, strength)
        default = step.instance.definition.params[name].default
        assert default is not None
        return _Filled(self, step, write).operand(default, strength)

    @staticmethod
    def is_default(value: ast.Value, default: ast.Value) -> bool:
        known = Evaluator({}, Sink())
        text = known_text(known.value(value))
        return text is not None and text == known_text(known.value(default))

    def guard(self, value: ast.Value) -> None:
        """A division between integers that nothing proves exact is tested when it is made."""
        for division in divisions(value):
            result = Evaluator(self.inferred.env, Sink()).value(division)
            if not isinstance(result, Dim) or not _inexact(result):
                continue
            over = self.in_init.operand(division.left, 6)
            under = self.in_init.operand(division.right)
            condition = f"{over} % {under}"
            if condition not in self.guarded:
                self.guarded.add(condition)
                where = f"{division.span.source.name}:{division.span.line}"
                message = f"NS509: {{{over}}} cannot be divided by {{{under}}} ({where})"
                self.init.append((f"if {condition}:", [], ""))
                self.init.append((f'    raise ValueError(f"{message}")', [], ""))

    def store(self, parameter: str) -> str:
        """The attribute that keeps a parameter for `forward`."""
        if parameter not in self.stored:
            self.stored[parameter] = self.attributes.take(parameter)
        return f"self.{self.stored[parameter]}"


class _Stored(Mapping[str, str]):
    """Parameters as `forward` reads them; asking for one stores it."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner

    def __getitem__(self, name: str) -> str:
        if name not in self.owner.params:
            raise KeyError(name)
        return self.owner.store(name)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.owner.params)

    def __len__(self) -> int:
        return len(self.owner.params)


class _Earlier(dict[str, str]):
    """Notes which parameters a default mentions."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override]
        self.used.add(name)
        return default or name


class _Filled(Expressions):
    """Writes a callee's default: its parameters stand for what the call gives them."""

    def __init__(self, owner: NeuronClass, step: Apply, write: Expressions) -> None:
        super().__init__({}, owner.kind)
        self.owner, self.step, self.outer = owner, step, write

    def write(self, value: ast.Value) -> tuple[str, int]:
        if isinstance(value, ast.NameValue) and value.name in self.step.instance.definition.params:
            return self.owner.argument(self.step, value.name, self.outer, ATOM), ATOM
        return super().write(value)


class _Site:
    """A call, as emitters see it."""

    def __init__(self, owner: NeuronClass, step: Apply) -> None:
        self.owner = owner
        self.step = step

    @property
    def shape(self) -> Shape:
        return self.owner.inferred.tensors[self.step.inputs[0].index].shape

    def given(self, name: str) -> Abstract:
        given = self.step.instance.arguments.get(name)
        if given is not None:
            return Evaluator(self.owner.inferred.env, Sink()).value(given.value)
        definition = self.step.instance.definition
        param = definition.params[name]
        if param.default is None:
            return param_value(param, definition)
        return Evaluator({}, Sink()).value(param.default)

    def argument(self, name: str) -> str:
        return self.owner.argument(self.step, name, self.owner.in_forward)

    def module(self, module: str, name: str) -> str:
        definition = self.step.instance.definition
        required = tuple(n for n, param in definition.params.items() if param.default is None)
        optional = tuple((n, n) for n, p in definition.params.items() if p.default is not None)
        host = HostClass(module, name, required, optional, frozenset(), True)
        return self.owner.construct_host(self.step, host, module, name)


def _is_alias(step: Apply) -> bool:
    definition = step.instance.definition
    if definition.is_graph:
        return False
    host = host_of(definition)
    return isinstance(host, HostExpression) and host.alias is not None


def _inexact(dim: Dim) -> bool:
    atoms = (atom for monomial, _ in dim.terms for atom in monomial)
    return any(isinstance(atom, Quotient) and atom.exact for atom in atoms)


def needed(definition: Definition, inference: Inference) -> list[Definition]:
    """The neurons whose classes a neuron's class uses, in textual order."""
    if not definition.is_graph:
        return []
    steps = inference.flow(definition).steps
    return [step.instance.definition for step in steps if step.instance.definition.is_graph]


def declaration(definition: Definition) -> str:
    """The signature as it is declared, on one line."""
    neuron = definition.neuron

    def ports(declared: tuple[ast.Port, ...]) -> str:
        texts = []
        for port in declared:
            name = f"{'*' if port.variadic else ''}{port.name.text} " if port.name else ""
            dtype = f" {port.dtype}" if port.dtype and port.dtype != "float" else ""
            texts.append(f"{name}{port.shape.span.text}{dtype}")
        return ", ".join(texts) or "()"

    text = f"{definition.heading()}: {ports(neuron.inputs)} -> {ports(neuron.outputs)}"
    return re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", text))


_TUPLE_ATTRIBUTES = frozenset({"count", "index"})

__all__ = ["Imports", "NeuronClass", "Tensor", "declaration", "needed"]
