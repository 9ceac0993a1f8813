"""What `__init__` builds: bindings, aggregates, inline calls, what is shared by the whole model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from neuroscript.codegen.aggregates import Aggregates
from neuroscript.codegen.dims import Sizes, only_params
from neuroscript.codegen.expression import Expressions, divisions, known_text
from neuroscript.codegen.host import HostClass, by_keyword, host_of
from neuroscript.codegen.naming import INIT_NAMES, safe, snake_case
from neuroscript.codegen.writer import Writer, string
from neuroscript.diagnostics import InternalError, Sink
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Inline, Instance, ParamCall
from neuroscript.language.names.scope import GlobalDefinition
from neuroscript.language.shapes.dims import Dim, Quotient
from neuroscript.language.shapes.evaluate import Evaluator, global_value
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    AnyNeuron,
    NeuronValue,
    OneOf,
    kind_of,
    to_python,
)
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, names_in, steps_in, values_of

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass

Text = tuple[str, list[str], str]
"""An expression as head, items and tail, so that it can be broken over lines."""


class Constructor:
    """Writes the statements of `__init__` and knows how `forward` reads what they build."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner
        self.env: dict[str, Abstract] = dict(owner.inferred.env)
        self.locals: dict[str, str] = {}
        """Constants and indices as `__init__` reads them."""
        self.captures: dict[str, str] = {}
        """Sizes as `forward` reads them where a pattern or port names them."""
        self.sizes_read: dict[str, str] = {}
        """Sizes of inputs that `forward` reads at its start."""
        self.tensors: frozenset[str] = frozenset()
        """The variables of `forward` that hold tensors, `inputs` those of the ports."""
        self.inputs: tuple[str, ...] = ()
        self.param_attributes: dict[str, str] = {}
        self.global_attributes: dict[str, str] = {}
        self.guarded: set[str] = set()
        self.aggregates = Aggregates(self)
        self.in_init = Expressions(_InitNames(self), self.kind, self.neuron)

    @property
    def init(self) -> Writer:
        return self.owner.init

    def kind(self, value: ast.Value) -> str:
        return kind_of(self.value(value))

    def value(self, value: ast.Value) -> Abstract:
        return self.evaluator().value(value)

    def evaluator(self) -> Evaluator:
        flow = self.owner.inferred.flow
        bodies = flow.bodies if flow is not None else {}
        return Evaluator(self.env, Sink(), self.owner.definition.scope, bodies)

    @contextmanager
    def before_branches(self) -> Iterator[None]:
        """For what each branch of an `if` may read: it is built before the `if`."""
        inner, self.owner.init = self.owner.init, self.owner.top
        yield
        self.owner.init = inner

    # --- context

    def bindings(self) -> None:
        for item in self.owner.definition.neuron.items:
            name = item.name.text
            self.init.place = item.span
            if isinstance(item, ast.Unroll):
                self.aggregates.write(item, f"self.{self.owner.bound[name]}")
            elif self.is_neuron(self.env.get(name)):
                self.binding(item)
            else:
                self.constant(item)

    @staticmethod
    def is_neuron(value: Abstract | None) -> bool:
        if isinstance(value, OneOf):
            return any(Constructor.is_neuron(option) for option in value.options)
        return isinstance(value, NeuronValue | AnyNeuron | Aggregate)

    def constant(self, item: ast.Binding) -> None:
        name = safe(item.name.text, INIT_NAMES)
        self.locals[item.name.text] = name
        self.guard_all(item)
        self.assign_choice(item.value, name, lambda value: (self.in_init.text(value), [], ""))

    def binding(self, item: ast.Binding) -> None:
        target = f"self.{self.owner.bound[item.name.text]}"
        annotation = item.annotation.text if item.annotation is not None else ""
        self.guard_all(item)
        if annotation == "static":
            self.static(item, target)
        elif annotation == "lazy":
            self.lazy(item, target)
        else:
            self.assign_choice(item.value, target, self.made)

    def assign_choice(  # type: ignore[no-untyped-def]
        self, value: ast.Value | ast.Conditional, target: str, write
    ) -> None:
        """`target = value`, under `if`s where the value is conditional."""
        if not isinstance(value, ast.Conditional):
            head, items, tail = write(value)
            self.init.wrapped(f"{target} = {head}", items, tail)
            return
        word, typed = "if", self.typed(value, target) if write == self.made else target
        for condition, option in value.branches:
            self.init.line(f"{word} {self.in_init.text(condition)}:")
            self.init.depth += 1
            head, items, tail = write(option)
            self.init.wrapped(f"{typed} = {head}", items, tail)
            self.init.depth -= 1
            word, typed = "elif", target
        self.init.line("else:")
        self.init.depth += 1
        if value.otherwise is not None:
            head, items, tail = write(value.otherwise)
            self.init.wrapped(f"{target} = {head}", items, tail)
        else:
            self.init.line(f"{target} = nn.Identity()")
        self.init.depth -= 1

    @staticmethod
    def typed(value: ast.Conditional, target: str) -> str:
        """The target as it is assigned first: any module, where branches build several classes."""
        built = {option.span.text.partition("(")[0] for _, option in value.branches}
        built.add(value.otherwise.span.text.partition("(")[0] if value.otherwise else "Identity")
        shared = target.startswith("_shared[")
        return target if shared or len(built) == 1 else f"{target}: nn.Module"

    def lazy(self, item: ast.Binding, target: str) -> None:
        """Built if a path that is left uses it: the conditions of the branches it stands in."""
        conditions = self.owner.uses.get(item.name.text, [])
        if any(not condition for condition in conditions):
            self.assign_choice(item.value, target, self.made)
            return
        if not conditions:
            return  # nothing uses it
        texts = list(dict.fromkeys(conditions))
        joined = " or ".join(texts)
        self.init.line(f"if {joined}:")
        self.init.depth += 1
        self.assign_choice(item.value, target, self.made)
        self.init.depth -= 1

    def static(self, item: ast.Binding, target: str) -> None:
        """One for the whole model, the same arguments wherever it is built."""
        self.owner.shares = True
        key = f"{self.owner.definition.name}.{item.name.text}"
        arguments = [
            self.in_init.text(argument.value)
            for value in values_of(item)
            for call in calls_in(value)
            for argument in call.args
            if not self.is_neuron(self.value(argument.value))
        ]
        if arguments:
            packed = f"({', '.join(arguments)}{',' if len(arguments) == 1 else ''})"
            given = string(f"{key}(..)")
            self.init.line(f"if _shared.setdefault({given}, {packed}) != {packed}:")
            message = f"NS513: `@static {item.name.text}` is built with different arguments"
            where = f"{item.span.source.name}:{item.span.line}"
            self.init.depth += 1
            self.init.wrapped("raise ValueError(", [string(f"{message} ({where})")], ")")
            self.init.depth -= 1
        self.share(key, lambda place: self.assign_choice(item.value, place, self.made))
        self.init.line(f"{target} = _shared[{string(key)}]")

    def share(self, key: str, build) -> None:  # type: ignore[no-untyped-def]
        place = string(key)
        self.init.line(f"if {place} not in _shared:")
        self.init.depth += 1
        build(f"_shared[{place}]")
        self.init.depth -= 1

    def inline_choice(self, value: ast.Value | ast.Conditional) -> str:
        if not isinstance(value, ast.Conditional):
            return "".join(self.flat(self.made(value)))
        text = "nn.Identity()"
        if value.otherwise is not None:
            text = "".join(self.flat(self.made(value.otherwise)))
        for condition, option in reversed(value.branches):
            made = "".join(self.flat(self.made(option)))
            text = f"{made} if {self.in_init.text(condition)} else {text}"
        return f"({text})" if len(value.branches) > 1 else text

    @staticmethod
    def flat(text: Text) -> tuple[str, str, str]:
        head, items, tail = text
        return head, ", ".join(items), tail

    # --- neurons that are built

    def made(self, value: ast.Value) -> Text:
        """The expression that builds or names a neuron."""
        match value:
            case ast.CallValue(call) if call.name.text == "Freeze":
                head, items, tail = self.made(call.args[0].value)
                return head, items, f"{tail}.requires_grad_(False)"
            case ast.CallValue(call) if call.name.text in self.owner.definition.neuron_params:
                return self.param_call(call.name.text, call.args)
            case ast.CallValue(call):
                definition = self.owner.definition.scope.find(call.name.text)
                bound = bind(call, definition, Sink()) if definition is not None else None
                if definition is None or bound is None:
                    raise InternalError(f"{call.span}: nothing to build")
                return self.construct(definition, bound, self.value(value))
            case ast.NameValue(name) if self.is_plain_neuron(name):
                definition = self.owner.definition.scope.find(name)
                assert definition is not None
                complete = self.evaluator().defaults(NeuronValue(definition, None), value.span)
                return self.construct(definition, {}, complete or NeuronValue(definition, ()))
            case ast.NameValue(name) if name in self.owner.definition.neuron_params:
                return self.instance_of(self.owner.params[name]), [], ""
            case ast.BlockValue():
                return self.body(value)
            case _:
                return self.neuron(value) or self.in_init.text(value), [], ""

    def is_plain_neuron(self, name: str) -> bool:
        """Whether a name is a neuron of the program and nothing nearer."""
        if name in self.env or name in self.locals:
            return False
        scope = self.owner.definition.scope
        return scope.find_global(name) is None and scope.find(name) is not None

    @staticmethod
    def instance_of(param: str) -> str:
        return f"{param} if isinstance({param}, nn.Module) else {param}()"

    def construct(
        self, definition: Definition, given: Mapping[str, ast.Argument], value: Abstract
    ) -> Text:
        """A call of the class that stands for a neuron."""
        neuron = value if isinstance(value, NeuronValue) else NeuronValue(definition, ())
        host = self.host(definition, neuron)
        text = self.owner.imports.host_class(host)
        arguments = self.arguments(definition, given, host, self.in_init)
        if not host.module and self.owner.classes.takes_shared(neuron):
            self.owner.shares = True
            arguments.append("_shared=_shared")
        return f"{text}(", arguments, ")"

    def host(self, definition: Definition, value: NeuronValue) -> HostClass:
        """The class of a neuron: of a host, or one that is generated."""
        if not definition.is_graph:
            host = host_of(definition)
            if isinstance(host, HostClass):
                return host
        params = definition.params
        required = tuple(name for name, param in params.items() if param.default is None)
        defaults = [name for name, param in params.items() if param.default is not None]
        optional = tuple((safe(name, INIT_NAMES), name) for name in defaults)
        name = self.owner.classes.of(value)
        return HostClass("", name, required, optional, frozenset(), True)

    def arguments(
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        host: HostClass,
        write: Expressions,
    ) -> list[str]:
        """What is passed to a host: required by position, the rest by name where it differs."""
        for argument in given.values():
            self.guard(argument.value)
        arguments = [
            self.as_tuple(self.argument(definition, given, name, write), host)
            for name in host.positional
        ]
        for theirs, ours in host.keywords:
            default = definition.params[ours].default
            if default is None or ours in host.always or not host.defaults_agree:
                omitted = False
            else:
                omitted = ours not in given or self.is_default(given[ours].value, default)
            if not omitted:
                text = self.as_tuple(self.argument(definition, given, ours, write), host)
                arguments.append(by_keyword(theirs, text))
        return arguments

    @staticmethod
    def as_tuple(text: str, host: HostClass) -> str:
        """A list for torch: its layers declare tuples of sizes."""
        inner = text[1:-1]
        if not host.module.startswith("torch.") or text != f"[{inner}]" or "[" in inner:
            return text
        return f"({inner},)" if inner and ", " not in inner else f"({inner})"

    def argument(
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        name: str,
        write: Expressions,
        strength: int = 0,
    ) -> str:
        argument = given.get(name)
        if argument is not None:
            if name in definition.neuron_params:
                return self.passed(argument.value, definition, name)
            sized = self.owner.inferred.sized.get(argument.span)
            if sized is not None and write is self.in_init:
                text = self.from_params(sized)
                if text is not None:
                    return text
            return write.operand(argument.value, strength)
        default = definition.params[name].default
        assert default is not None
        return _Filled(self, definition, given, write).operand(default, strength)

    def from_params(self, value: Abstract) -> str | None:
        """A size that is known at run time, if parameters say what it is."""
        if isinstance(value, Dim) and only_params(value, self.owner.params):
            return Sizes((), lambda name: self.owner.params.get(name)).text(value)
        return None

    def is_default(self, value: ast.Value, default: ast.Value) -> bool:
        known = Evaluator({}, Sink(), self.owner.definition.scope)
        text = known_text(known.value(value))
        return text is not None and text == known_text(known.value(default))

    def param_call(self, name: str, args: tuple[ast.Argument, ...]) -> Text:
        texts = []
        for argument in args:
            self.guard(argument.value)
            given = self.value(argument.value)
            write = self.factory if self.is_neuron(given) else self.in_init.text
            text = write(argument.value)
            name_of = argument.keyword
            texts.append(f"{safe(name_of.text, INIT_NAMES)}={text}" if name_of else text)
        return f"{self.owner.params[name]}(", texts, ")"

    def body(self, value: ast.BlockValue) -> Text:
        """The neuron that the body of a `@wrap` is."""
        flow = self.owner.inferred.flow
        assert flow is not None
        definition = flow.bodies[value.span]
        given = {
            name: ast.Argument(None, ast.NameValue(name, value.span), value.span)
            for name in definition.params
        }
        return self.construct(definition, given, self.value(value))

    # --- neurons that are given to others

    def passed(self, value: ast.Value, callee: Definition, param: str) -> str:
        """A neuron as an argument: itself where one is enough, else what builds it."""
        if isinstance(value, ast.NameValue) and not self.is_plain_neuron(value.name):
            return self.neuron(value) or self.in_init.text(value)
        if isinstance(value, ast.MemberValue | ast.GlobalValue):
            return self.neuron(value) or self.in_init.text(value)
        if takes_instance(callee, param) and not isinstance(value, ast.NameValue):
            return "".join(self.flat(self.made(value)))
        return self.factory(value)

    def factory(self, value: ast.Value) -> str:
        """What builds a neuron each time it is called: a class, or a class with arguments."""
        if isinstance(value, ast.NameValue):
            if not self.is_plain_neuron(value.name):
                return self.neuron(value) or self.in_init.text(value)
            definition = self.owner.definition.scope.find(value.name)
            assert definition is not None
            host = self.host(definition, NeuronValue(definition, None))
            return self.owner.imports.host_class(host)
        head, items, tail = self.made(value)
        if tail != ")":
            return f"lambda: {head}{', '.join(items)}{tail}"
        return f"{self.owner.imports.partial()}({', '.join([head[:-1], *items])})"

    def neuron(self, value: ast.Value) -> str | None:
        """A value that is a neuron, as `__init__` and `forward` read it; None for others."""
        match value:
            case ast.NameValue(name):
                return self.named(name)
            case ast.GlobalValue(name):
                found = self.owner.definition.scope.find_global(name)
                return self.global_text(found) if found is not None else None
            case ast.MemberValue():
                return self.member(value)
            case ast.CallValue() | ast.BlockValue():
                return "".join(self.flat(self.made(value)))
            case _:
                return None

    def named(self, name: str) -> str | None:
        if name in self.locals:
            return self.locals[name]
        if name in self.captures or name in self.owner.params:
            return None
        if name in self.owner.bound:
            return f"self.{self.owner.bound[name]}"
        found = self.owner.definition.scope.find_global(name)
        if found is not None and name not in self.env:
            return self.global_text(found)
        return None

    def member(self, value: ast.MemberValue) -> str:
        """`self.layers[i]`, or one binding of that round."""
        built = self.aggregates.built[value.name.text]
        text = f"{built.attribute}[{self.in_init.text(value.index)}]"
        if value.member is None or built.single is not None:
            return text
        return f"{text}[{string(value.member.text)}]"

    def global_text(self, found: GlobalDefinition) -> str:
        """A global: its value, or the one instance of the model."""
        value = global_value(found, Sink())
        if not isinstance(value, NeuronValue):
            known = known_text(value)
            if known is None:
                raise InternalError(f"the global {found.name} has no value")
            return known
        if found.name not in self.global_attributes:
            attribute = self.owner.attributes.take(found.name)
            self.global_attributes[found.name] = attribute
            self.owner.shares = True
            with self.before_branches():
                self.share(found.name, lambda place: self.build_global(found, value, place))
                self.init.line(f"self.{attribute} = _shared[{string(found.name)}]")
        return f"self.{self.global_attributes[found.name]}"

    def build_global(self, found: GlobalDefinition, value: NeuronValue, place: str) -> None:
        assert isinstance(found.declaration.value, ast.CallValue)
        call = found.declaration.value.call
        definition = value.definition
        given = bind(call, definition, Sink()) or {}
        host = self.host(definition, value)
        text = self.owner.imports.host_class(host)
        names = _GlobalNames(found)
        kinds = Evaluator({}, Sink(), found.scope)
        write = Expressions(names, lambda v: kind_of(kinds.value(v)))
        arguments = self.arguments(definition, given, host, write)
        self.init.wrapped(f"{place} = {text}(", arguments, ")")

    # --- inline calls

    def inline(self, target: Instance | ParamCall | Inline) -> str:
        """Build what is applied once, where it stands; how `forward` reads it."""
        match target:
            case Instance(definition, arguments):
                value = self.evaluator().arguments(definition, arguments)
                text = self.construct(definition, arguments, NeuronValue(definition, value or ()))
                name = definition.name
            case ParamCall(param, args):
                text, name = self.param_call(param, args), param
            case Inline(value):
                text = self.made(value)
                name = _innermost(value)
            case _:
                assert_never(target)
        attribute = self.owner.attributes.take(snake_case(name))
        head, items, tail = text
        self.init.wrapped(f"self.{attribute} = {head}", items, tail)
        return f"self.{attribute}"

    def param_instance(self, name: str) -> str:
        """The private or shared instance that a bare Neuron parameter is."""
        if name not in self.param_attributes:
            attribute = self.owner.attributes.take(name)
            self.param_attributes[name] = attribute
            with self.before_branches():
                self.init.line(f"self.{attribute} = {self.instance_of(self.owner.params[name])}")
        return f"self.{self.param_attributes[name]}"

    def in_forward(self, name: str) -> str:
        """A constant, or a size of an input, as `forward` reads it."""
        item = self.owner.definition.bindings.get(name)
        if item is not None and not self.is_neuron(self.env.get(name)):
            first = name not in self.owner.stored
            text = self.owner.store(name)
            if first:
                with self.before_branches():
                    self.init.line(f"{text} = {self.locals[name]}")
            return text
        found = self.owner.definition.scope.find_global(name)
        if found is not None:
            return self.global_text(found)
        for port, variable in zip(self.owner.definition.neuron.inputs, self.inputs, strict=True):
            for i, dim in enumerate(port.shape.dims):
                if isinstance(dim, ast.NameValue) and dim.name == name:
                    runs = [d for d in port.shape.dims if isinstance(d, ast.StarDim)]
                    index = i - len(port.shape.dims) if runs else i
                    local = safe(name, INIT_NAMES | self.tensors | {"F"})
                    tensor = f"{variable}[0]" if port.variadic else variable
                    self.sizes_read[local] = f"{tensor}.shape[{index}]"
                    return local
        raise InternalError(f"{self.owner.definition.span}: `forward` has no `{name}`")

    # --- divisions

    def guard_all(self, item: ast.Item) -> None:
        for value in values_of(item):
            self.guard(value)

    def guard(self, value: ast.Value) -> None:
        """A division between integers that nothing proves exact is tested when it is made."""
        for division in divisions(value):
            result = self.value(division)
            if not isinstance(result, Dim) or not _inexact(result):
                continue
            over = self.in_init.operand(division.left, 6)
            under = self.in_init.operand(division.right)
            condition = f"{over} % {under}"
            if condition not in self.guarded:
                self.guarded.add(condition)
                where = f"{division.span.source.name}:{division.span.line}"
                shown = [text if text.isdigit() else f"{{{text}}}" for text in (over, under)]
                message = f"NS509: {shown[0]} cannot be divided by {shown[1]} ({where})"
                self.init.line(f"if {condition}:")
                self.init.depth += 1
                self.init.wrapped("raise ValueError(", [f"f{string(message)}"], ")")
                self.init.depth -= 1


class _InitNames(Mapping[str, str]):
    """Plain names as `__init__` reads them."""

    def __init__(self, owner: Constructor) -> None:
        self.owner = owner

    def __getitem__(self, name: str) -> str:
        if name in self.owner.locals:
            return self.owner.locals[name]
        return self.owner.owner.params[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.owner.owner.params)

    def __len__(self) -> int:
        return len(self.owner.owner.params)


class _GlobalNames(Mapping[str, str]):
    """Names in the value of a global: other globals, by their values."""

    def __init__(self, found: GlobalDefinition) -> None:
        self.found = found

    def __getitem__(self, name: str) -> str:
        other = self.found.scope.find_global(name)
        known = known_text(global_value(other, Sink())) if other is not None else None
        if known is None:
            raise KeyError(name)
        return known

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.found.scope.own_globals)

    def __len__(self) -> int:
        return len(self.found.scope.own_globals)


class _Filled(Expressions):
    """Writes a callee's default: its parameters stand for what the call gives them."""

    def __init__(
        self,
        owner: Constructor,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        write: Expressions,
    ) -> None:
        super().__init__({}, owner.kind)
        self.owner, self.definition, self.given, self.outer = owner, definition, given, write

    def write(self, value: ast.Value) -> tuple[str, int]:
        if isinstance(value, ast.NameValue) and value.name in self.definition.params:
            text = self.owner.argument(self.definition, self.given, value.name, self.outer, 9)
            return text, 9
        if isinstance(value, ast.NameValue | ast.GlobalValue):
            found = self.definition.scope.find_global(value.name)
            if found is not None:
                known = to_python(global_value(found, Sink()))
                return repr(known), 9
        return super().write(value)


def takes_instance(callee: Definition, param: str) -> bool:
    """Whether a neuron uses a Neuron parameter only as it is: then it can be given an instance."""
    values = [value for item in callee.neuron.items for value in values_of(item)]
    if any(name.name == param for value in values for name in names_in(value)):
        return False
    calls = [call.name.text for value in values for call in calls_in(value)]
    return param not in calls and not _called(callee, param)


def _called(callee: Definition, param: str) -> bool:
    for graph in callee.neuron.graphs:
        for step in steps_in(graph.block):
            match step:
                case ast.Call(name, args):
                    if name.text == param:
                        return True
                    values = [argument.value for argument in args]
                case ast.Wrap(args, target):
                    values = [argument.value for argument in args]
                    if isinstance(target, ast.Node) and target.name.text == param:
                        return True
                case _:
                    continue
            if any(name.name == param for value in values for name in names_in(value)):
                return True
            if any(call.name.text == param for value in values for call in calls_in(value)):
                return True
    return False


def _innermost(value: ast.Value) -> str:
    """What a frozen neuron is, for its attribute."""
    while isinstance(value, ast.CallValue) and value.call.name.text == "Freeze":
        value = value.call.args[0].value
    match value:
        case ast.CallValue(call):
            return call.name.text
        case ast.NameValue(name):
            return name
        case _:
            return "frozen"


def _inexact(dim: Dim) -> bool:
    atoms = (atom for monomial, _ in dim.terms for atom in monomial)
    return any(isinstance(atom, Quotient) and atom.exact for atom in atoms)
