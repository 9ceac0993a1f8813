"""Shapes and element types through a neuron's body.

Every neuron is inferred once with its parameters as variables. What comes out is its signature
as callers see it: ports, results as inferred, and the equalities that had to be assumed, which
every call decides again with its own arguments. With numbers for the parameters the same walk is
the concrete check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import EndlessRecursion
from neuroscript.language.names.flow import Apply, Flow, Tensor
from neuroscript.language.names.resolve import resolve
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import (
    ArgumentKind,
    ElementTypesDiffer,
    InexactDivision,
    InvalidShape,
    Origin,
    RanksDiffer,
    ResultContradicts,
    SizesAssumed,
    SizesDiffer,
)
from neuroscript.language.shapes.functions import FUNCTIONS, Operation, ShapeProblem
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import Pair, RankMismatch, Unifier, Verdict
from neuroscript.language.shapes.values import KINDS, Abstract, Evaluator, Known, Unknown, kind_of
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.build import names_in


@dataclass(frozen=True, slots=True)
class TypeVar:
    """An element type that is not known yet."""

    number: int


DType = str | TypeVar


@dataclass(frozen=True, slots=True)
class TensorType:
    shape: Shape
    dtype: DType
    origins: tuple[Origin | None, ...] = ()
    """What explains each of `shape.dims`; may be shorter."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """An equality that a body needs and nothing in it proves."""

    expected: Dim
    actual: Dim
    span: Span
    neuron: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """A neuron as its callers see it."""

    definition: Definition
    env: Mapping[str, Abstract]
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    assumptions: tuple[Assumption, ...]
    flow: Flow | None
    tensors: Mapping[int, TensorType]
    """Of every tensor of the flow, by its index."""

    complete: bool
    """Whether the body could be inferred to its end."""


@dataclass(slots=True)
class _Ports:
    """Declared ports with names read as variables."""

    inputs: list[TensorType] = field(default_factory=list)
    outputs: list[TensorType] = field(default_factory=list)
    names: set[Var] = field(default_factory=set)
    """Named sizes of inputs that are no parameters."""
    output_only: set[Var] = field(default_factory=set)
    seqs: set[Seq] = field(default_factory=set)


class Inference:
    """Infers neurons, each once; resolves their flows on the way."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.flows: dict[Definition, Flow] = {}
        self.signatures: dict[tuple[object, ...], Inferred] = {}
        self.active: list[tuple[Definition, Span]] = []
        self.concrete: dict[Definition, list[Inferred]] = {}

    def flow(self, definition: Definition) -> Flow:
        if definition not in self.flows:
            self.flows[definition] = resolve(definition, self.sink)
        return self.flows[definition]

    def signature(
        self, definition: Definition, params: Mapping[str, Abstract] | None = None
    ) -> Inferred:
        """With parameters as variables, or with values for all of them."""
        env = {name: param_value(param, definition) for name, param in definition.params.items()}
        env.update(params or {})
        key = (definition, *(sorted(params.items()) if params is not None else ()))
        if key not in self.signatures:
            body = _Body(self, definition, env, params is not None)
            self.signatures[key] = body.run()
            if params is not None:
                self.concrete.setdefault(definition, []).append(self.signatures[key])
        return self.signatures[key]


def sized_params(definition: Definition) -> set[str]:
    """Parameters that stand alone as a dimension of a port, and so are at least 1."""
    ports = (*definition.neuron.inputs, *definition.neuron.outputs)
    dims = (dim for port in ports for dim in port.shape.dims)
    return {dim.name for dim in dims if isinstance(dim, ast.NameValue)}


def param_value(param: ast.Param, definition: Definition) -> Abstract:
    """A parameter before anyone has given it a value."""
    kind = param_kind(param, definition)
    if kind in ("", "int"):
        return Dim.var(param.name.text, positive=param.name.text in sized_params(definition))
    return Unknown(kind)


def param_kind(param: ast.Param, definition: Definition) -> str:
    """Declared, or int if a dimension uses it, or that of the default."""
    if param.kind is not None and param.kind.text in KINDS:
        return param.kind.text
    if _is_size(param, definition):
        return "int"
    if param.default is None:
        return ""
    kind = kind_of(Evaluator({}, Sink()).value(param.default))
    return "" if kind == "none" else kind


def _is_size(param: ast.Param, definition: Definition) -> bool:
    """Whether a dimension of a port mentions a parameter."""
    ports = (*definition.neuron.inputs, *definition.neuron.outputs)
    dims = (dim for port in ports for dim in port.shape.dims if not isinstance(dim, ast.StarDim))
    return any(name.name == param.name.text for dim in dims for name in names_in(dim))


class _Body:
    """The walk through one body."""

    def __init__(
        self, owner: Inference, definition: Definition, env: Mapping[str, Abstract], concrete: bool
    ) -> None:
        self.owner = owner
        self.sink = owner.sink
        self.definition = definition
        self.env = env
        self.concrete = concrete
        self.types: dict[int, TensorType] = {}
        self.dtypes: dict[TypeVar, DType] = {}
        self.assumptions: list[Assumption] = []
        self.count = 0
        self.failed = False
        self.ports = self.declared()
        params = {v for value in env.values() if isinstance(value, Dim) for v in value.variables}
        self.unifier = Unifier(self.ports.names, params)
        self.origins: dict[Var, Origin] = {}

    # --- declared ports

    def declared(self) -> _Ports:
        ports = _Ports()
        neuron, shared = self.definition.neuron, self.fresh_type()
        anonymous: Seq | None = None
        for port in neuron.inputs:
            shape = self.port_shape(port, ports, None)
            if port.shape.dims and isinstance(port.shape.dims[0], ast.StarDim):
                anonymous = anonymous or shape.seq
            ports.inputs.append(TensorType(shape, self.port_type(port, shared)))
        self.known_names = {v.name for t in ports.inputs for d in t.shape.dims for v in d.variables}
        for port in neuron.outputs:
            shape = self.port_shape(port, ports, anonymous if neuron.impls else None, output=True)
            dtype = self.port_type(port, shared) if neuron.impls else port.dtype
            ports.outputs.append(TensorType(shape, dtype or self.fresh_type()))
        return ports

    def port_type(self, port: ast.Port, shared: TypeVar) -> DType:
        if port.dtype is not None:
            return port.dtype
        return shared if self.definition.neuron.impls else self.fresh_type()

    def fresh_type(self) -> TypeVar:
        self.count += 1
        return TypeVar(self.count)

    def port_shape(
        self, port: ast.Port, ports: _Ports, anonymous: Seq | None, output: bool = False
    ) -> Shape:
        prefix: list[Dim] = []
        suffix: list[Dim] = []
        seq: Seq | None = None
        first_run: Span | None = None
        for i, dim in enumerate(port.shape.dims):
            match dim:
                case ast.StarDim(name, span) if name is not None or i == 0:
                    if seq is not None:
                        self.sink.add(InvalidShape(span, "two runs of dimensions", first_run))
                        continue
                    first_run = span
                    seq = Seq(name) if name else anonymous or Seq.fresh("")
                    if not output:
                        ports.seqs.add(seq)
                case ast.StarDim():
                    (prefix if seq is None else suffix).append(Dim.of(Var.fresh("*")))
                case _:
                    (prefix if seq is None else suffix).append(self.port_dim(dim, ports, output))
        return Shape(tuple(prefix), seq, tuple(suffix))

    def port_dim(self, dim: ast.Value, ports: _Ports, output: bool) -> Dim:
        names: dict[str, Abstract] = dict(self.env)
        for name in names_in(dim):
            if name.name not in names:
                names[name.name] = Dim.var(name.name)
                var = Var(name.name)
                if not output:
                    ports.names.add(var)
                elif var not in ports.names:
                    ports.output_only.add(var)
        value = Evaluator(names, self.sink).value(dim)
        if not isinstance(value, Dim):
            return Dim.of(Var.fresh("?"))
        if value.constant is not None and value.constant < 1:
            self.sink.add(InvalidShape(dim.span, f"{value} is not a size"))
        return value

    # --- the body

    def run(self) -> Inferred:
        definition = self.definition
        flow: Flow | None = None
        if definition.is_graph:
            flow = self.owner.flow(definition)
            self.owner.active.append((definition, definition.span))
            self.walk(flow)
            self.owner.active.pop()
            outputs = tuple(self.result(i, flow) for i in range(len(self.ports.outputs)))
        else:
            outputs = tuple(self.ports.outputs)
        self.unifier.settle()
        return Inferred(
            definition,
            self.env,
            tuple(self.final(t) for t in self.ports.inputs),
            tuple(self.final(t) for t in outputs),
            tuple(self.assumptions),
            flow,
            {index: self.final(t) for index, t in self.types.items()},
            not self.failed and (flow is None or flow.complete),
        )

    def final(self, tensor: TensorType) -> TensorType:
        try:
            shape = self.unifier.shape(tensor.shape)
        except ValueError:
            shape = tensor.shape
        return TensorType(shape, self.dtype(tensor.dtype), tensor.origins)

    def walk(self, flow: Flow) -> None:
        for tensor, declared, port in zip(
            flow.inputs, self.ports.inputs, self.definition.neuron.inputs, strict=True
        ):
            origins = tuple(
                (dim.span, f"{dim.span.text} is declared here")
                for dim in port.shape.dims
                if not isinstance(dim, ast.StarDim)
                or (dim.name is None and dim is not port.shape.dims[0])
            )
            self.types[tensor.index] = TensorType(declared.shape, declared.dtype, origins)
        for step in flow.steps:
            if all(tensor.index in self.types for tensor in step.inputs):
                outputs = self.apply(step)
                if outputs is not None:
                    for tensor, type_ in zip(step.outputs, outputs, strict=True):
                        self.types[tensor.index] = type_
                    continue
            else:
                self.arguments(step)  # for what is wrong with them
            self.failed = True

    def apply(self, step: Apply) -> tuple[TensorType, ...] | None:
        """The types of a step's results, or None where an error has been reported."""
        callee = step.instance.definition
        if any(callee is active for active, _ in self.owner.active):
            calls = [(span, d.name) for d, span in self.owner.active if span is not d.span]
            self.sink.add(EndlessRecursion(step.span, tuple(calls), callee.name))
            return None
        args = self.arguments(step)
        if args is None:
            return None
        self.owner.active.append((callee, step.span))
        signature = self.callee_signature(callee, args)
        self.owner.active.pop()
        return _Call(self, step, signature, args).run()

    def callee_signature(self, callee: Definition, args: Mapping[str, Abstract]) -> Inferred:
        known = all(_is_known(value) for value in args.values())
        if self.concrete and callee.is_graph and known:
            return self.owner.signature(callee, args)
        return self.owner.signature(callee)

    def arguments(self, step: Apply) -> dict[str, Abstract] | None:
        """Values of all parameters of a call: as given, else defaults."""
        callee = step.instance.definition
        values: dict[str, Abstract] = {}
        before = len(self.sink.errors)
        for name, param in callee.params.items():
            given = step.instance.arguments.get(name)
            if given is not None:
                values[name] = Evaluator(self.env, self.sink).value(given.value)
                self.check_kind(callee, param, given, values[name])
            elif param.default is not None:
                values[name] = Evaluator(values, self.sink).value(param.default)
        return values if len(self.sink.errors) == before else None

    def check_kind(
        self, callee: Definition, param: ast.Param, given: ast.Argument, value: Abstract
    ) -> None:
        expected, actual = param_kind(param, callee), kind_of(value)
        fits = actual in ("", "none", expected) or not expected
        if expected == "float" and actual == "int":
            fits = True
        if callee.name in FUNCTIONS and callee.library and actual in ("list", "str"):
            fits = fits or not _is_size(param, callee)  # one for each axis, or "same"
        if not fits:
            declared = param.span if not callee.library else None
            self.sink.add(
                ArgumentKind(
                    given.span, callee.name, param.name.text,
                    _KIND_TEXTS.get(expected, expected), _KIND_TEXTS.get(actual, actual), declared,
                )
            )  # fmt: skip

    def result(self, index: int, flow: Flow) -> TensorType:
        """An output as inferred, after it has been held against its declaration."""
        declared, port = self.ports.outputs[index], self.definition.neuron.outputs[index]
        tensor = flow.outputs[index]
        if tensor is None or tensor.index not in self.types:
            return declared
        actual = self.types[tensor.index]
        self.unifier.flexible |= self.ports.output_only
        if declared.shape.seq is not None and declared.shape.seq not in self.ports.seqs:
            self.unifier.flexible_seqs.add(declared.shape.seq)
        shown, inferred = declared.shape, self.unifier.shape(actual.shape)
        try:
            pairs = self.unifier.pairs(declared.shape, actual.shape)
        except RankMismatch:
            self.contradiction(port, tensor, shown, inferred, None)
            return declared
        for pair in pairs:
            verdict = self.unifier.equal(pair.expected, pair.actual)
            if verdict is Verdict.REFUTED:
                self.contradiction(port, tensor, shown, inferred, pair)
                return declared
            if verdict is Verdict.ASSUMED:
                self.assume(pair, tensor.span, "out", None, None)
        if not self.same_type(declared.dtype, actual.dtype):
            name = port.name.text if port.name else "out"
            self.sink.add(
                ElementTypesDiffer(
                    port.span, name, "out", str(declared.dtype), str(self.dtype(actual.dtype)),
                    (tensor.span, f"this is {self.dtype(actual.dtype)}"),
                )
            )  # fmt: skip
            self.failed = True
        return actual

    def contradiction(
        self, port: ast.Port, tensor: Tensor, declared: Shape, inferred: Shape, pair: Pair | None
    ) -> None:
        name = port.name.text if port.name else "out"
        self.sink.add(
            ResultContradicts(
                tensor.span, name, declared, inferred, port.shape.span,
                self.unifier.dim(pair.expected) if pair else None,
                self.unifier.dim(pair.actual) if pair else None,
            )
        )  # fmt: skip
        self.failed = True

    def assume(
        self, pair: Pair, span: Span, neuron: str, expected: Origin | None, actual: Origin | None
    ) -> None:
        """Note an equality that depends on a size or parameter somebody named."""
        difference = pair.expected - pair.actual
        self.assumptions.append(Assumption(pair.expected, pair.actual, span, neuron))
        if difference.variables <= self.unifier.parameters | self.unifier.independent:
            self.sink.add(SizesAssumed(span, neuron, pair.expected, pair.actual, expected, actual))

    # --- element types

    def dtype(self, dtype: DType) -> DType:
        while isinstance(dtype, TypeVar) and dtype in self.dtypes:
            dtype = self.dtypes[dtype]
        return dtype

    def same_type(self, expected: DType, actual: DType) -> bool:
        expected, actual = self.dtype(expected), self.dtype(actual)
        if expected == actual:
            return True
        if isinstance(actual, TypeVar):
            self.dtypes[actual] = expected
        elif isinstance(expected, TypeVar):
            self.dtypes[expected] = actual
        else:
            return False
        return True


_KIND_TEXTS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a string",
    "list": "a list",
}


def _is_known(value: Abstract) -> bool:
    match value:
        case Dim():
            return value.constant is not None
        case Known():
            return True
        case Unknown():
            return False
        case tuple():
            return all(_is_known(item) for item in value)
        case _:
            assert_never(value)


class _Call:
    """One step: a callee's signature instantiated, and unified with what arrives."""

    def __init__(
        self, body: _Body, step: Apply, signature: Inferred, args: Mapping[str, Abstract]
    ) -> None:
        self.body = body
        self.step = step
        self.signature = signature
        self.args = args
        self.unifier = body.unifier
        self.callee = step.instance.definition
        self.dims: dict[Var, Dim] = {}
        self.seqs: dict[Seq, Shape] = {}
        self.dtypes: dict[TypeVar, TypeVar] = {}
        self.origin_of: dict[Var, Origin] = {}
        self.bind_arguments()

    def bind_arguments(self) -> None:
        """Parameters stand for the arguments given; everything else is fresh in this call."""
        for name, value in self.signature.env.items():
            var = value.variable if isinstance(value, Dim) else None
            if var is None:
                continue
            given = self.args[name]
            self.dims[var] = given if isinstance(given, Dim) else self.unifier.fresh(name)
            argument = self.step.instance.arguments.get(name)
            if argument is not None and isinstance(given, Dim):
                text = f"`{name}` is {given} here"
                self.origin_of[var] = argument.span, text

    def instance(self, dim: Dim) -> Dim:
        for var in dim.variables:
            if var not in self.dims:
                self.dims[var] = self.unifier.fresh(var.name)
        return dim.substitute(self.dims)

    def instance_shape(self, shape: Shape, rename_run: bool = False) -> Shape:
        seq = shape.seq
        if seq is not None and (seq not in self.seqs or rename_run):
            self.seqs[seq] = Shape((), self.unifier.fresh_seq(seq.name))
        prefix = tuple(self.instance(dim) for dim in shape.prefix)
        suffix = tuple(self.instance(dim) for dim in shape.suffix)
        renamed = self.seqs[seq].seq if seq is not None else None
        return Shape(prefix, renamed, suffix)

    def instance_type(self, dtype: DType) -> DType:
        if isinstance(dtype, TypeVar):
            return self.dtypes.setdefault(dtype, self.body.fresh_type())
        return dtype

    def run(self) -> tuple[TensorType, ...] | None:
        try:
            if not self.unify_inputs() or not self.check_assumptions():
                self.body.failed = True
                return self.declared_outputs()
            return self.outputs()
        except ValueError:
            # A division that a solved variable made inexact.
            dims = [dim for t in self.signature.inputs for dim in t.shape.dims]
            shown = next((dim for dim in dims if "/" in repr(dim)), dims[0] if dims else Dim(()))
            over, _, under = repr(shown).strip("()").partition("/")
            self.body.sink.add(InexactDivision(self.step.span, over, under or "1"))
            return None

    # --- inputs

    def unify_inputs(self) -> bool:
        formals = list(self.signature.inputs)
        names = list(self.callee.input_names)
        variadic = self.callee.variadic
        if variadic:
            formals, names = formals * len(self.step.inputs), names * len(self.step.inputs)
        waiting: list[tuple[Pair, str, TensorType, TensorType, Shape]] = []
        for formal, name, tensor in zip(formals, names, self.step.inputs, strict=True):
            actual = self.body.types[tensor.index]
            anonymous = formal.shape.seq is not None and formal.shape.seq.name == ""
            expected = self.instance_shape(formal.shape, rename_run=variadic and anonymous)
            if not self.check_type(formal, actual, name, tensor):
                return False
            try:
                pairs = self.unifier.pairs(expected, actual.shape)
            except RankMismatch:
                shown = self.unifier.shape(expected), self.unifier.shape(actual.shape)
                self.body.sink.add(
                    RanksDiffer(
                        self.step.span, self.callee.name, name, *shown, self.made(tensor, shown[1])
                    )
                )
                return False
            waiting += [(pair, name, formal, actual, expected) for pair in pairs]
        return self.decide(waiting)

    def decide(self, waiting: list[tuple[Pair, str, TensorType, TensorType, Shape]]) -> bool:
        """Left to right; what waits for a variable is tried again until nothing changes."""
        while waiting:
            open_: list[tuple[Pair, str, TensorType, TensorType, Shape]] = []
            for item in waiting:
                pair, name, formal, actual, expected = item
                before = self.unifier.dim(pair.expected), self.unifier.dim(pair.actual)
                verdict = self.unifier.equal(pair.expected, pair.actual)
                if verdict is Verdict.REFUTED:
                    self.sizes_differ(Pair(*before, pair.index), name, formal, actual, expected)
                    return False
                if verdict is Verdict.OPEN:
                    open_.append(item)
                elif verdict is Verdict.ASSUMED:
                    origins = self.pair_origins(pair, formal, actual)
                    shown = Pair(*before, pair.index)
                    self.body.assume(shown, self.step.span, self.callee.name, *origins)
                elif verdict is Verdict.PROVED:
                    self.learn_origin(pair, actual)
            if len(open_) == len(waiting):
                break
            waiting = open_
        return True

    def learn_origin(self, pair: Pair, actual: TensorType) -> None:
        var = pair.expected.variable
        origin = _origin(actual, pair.index)
        if var is not None and origin is not None:
            self.body.origins.setdefault(var, origin)

    def pair_origins(
        self, pair: Pair, formal: TensorType, actual: TensorType
    ) -> tuple[Origin | None, Origin | None]:
        declared = _dim_at(formal.shape, pair.index)
        var = declared.variable if declared is not None else None
        expected = self.origin_of.get(var) if var is not None else None
        if expected is None and var is not None:
            instance = self.dims.get(var)
            solved = instance.variable if instance is not None else None
            expected = self.body.origins.get(solved) if solved is not None else None
        return expected, _origin(actual, pair.index)

    def sizes_differ(
        self, pair: Pair, name: str, formal: TensorType, actual: TensorType, expected: Shape
    ) -> None:
        expected_origin, actual_origin = self.pair_origins(pair, formal, actual)
        declared = _dim_at(formal.shape, pair.index)
        var = declared.variable if declared is not None else None
        advice = None
        if var is not None and var in self.origin_of:
            advice = f"set `{var.name}` to {pair.actual} here"
            if actual_origin is not None and pair.expected.constant is not None:
                advice += f", or make the size that arrives {pair.expected}"
        self.body.sink.add(
            SizesDiffer(
                self.step.span, self.callee.name, name, pair.expected, pair.actual,
                self.unifier.shape(expected), self.unifier.shape(actual.shape),
                expected_origin, actual_origin, advice,
            )
        )  # fmt: skip

    def made(self, tensor: Tensor, shape: Shape) -> Origin:
        return tensor.span, f"this is {shape}"

    def check_type(self, formal: TensorType, actual: TensorType, name: str, tensor: Tensor) -> bool:
        expected = self.instance_type(formal.dtype)
        if self.body.same_type(expected, actual.dtype):
            return True
        given = str(self.body.dtype(actual.dtype))
        wanted = str(self.body.dtype(expected))
        origin = tensor.span, f"this is {given}"
        self.body.sink.add(
            ElementTypesDiffer(self.step.span, self.callee.name, name, wanted, given, origin)
        )
        return False

    # --- what the callee assumed

    def check_assumptions(self) -> bool:
        for assumption in self.signature.assumptions:
            expected, actual = self.instance(assumption.expected), self.instance(assumption.actual)
            before = self.unifier.dim(expected), self.unifier.dim(actual)
            verdict = self.unifier.equal(expected, actual)
            origin = assumption.span, f"`{assumption.neuron}` needs them equal here"
            if verdict is Verdict.REFUTED:
                shown = (
                    self.body.types[self.step.inputs[0].index].shape
                    if self.step.inputs
                    else Shape(())
                )
                self.body.sink.add(
                    SizesDiffer(
                        self.step.span, self.callee.name, "in", *before,
                        self.unifier.shape(self.instance_shape(self.signature.inputs[0].shape)),
                        self.unifier.shape(shown), origin, None,
                    )
                )  # fmt: skip
                return False
            if verdict is Verdict.ASSUMED:
                self.body.assume(Pair(*before, 0), self.step.span, self.callee.name, origin, None)
        return True

    # --- outputs

    def outputs(self) -> tuple[TensorType, ...] | None:
        function = FUNCTIONS.get(self.callee.name) if self.callee.library else None
        if function is None:
            return self.declared_outputs()
        shapes = tuple(self.unifier.shape(self.body.types[t.index].shape) for t in self.step.inputs)
        origins = tuple(self.made(t, s) for t, s in zip(self.step.inputs, shapes, strict=True))
        operation = Operation(
            self.callee.name, self.args, shapes, origins, self.step.span, self.unifier,
            lambda x, y: self.body.assume(
                Pair(x, y, 0), self.step.span, self.callee.name, origins[0], origins[-1]
            ),
        )  # fmt: skip
        try:
            results = function(operation)
        except ShapeProblem as problem:
            self.body.sink.add(problem.diagnostic)
            return None
        return tuple(
            self.output(declared, shape)
            for declared, shape in zip(self.signature.outputs, results, strict=True)
        )

    def declared_outputs(self) -> tuple[TensorType, ...]:
        return tuple(self.output(t, self.instance_shape(t.shape)) for t in self.signature.outputs)

    def output(self, declared: TensorType, shape: Shape) -> TensorType:
        shape = self.unifier.shape(shape)
        dtype = self.body.dtype(self.instance_type(declared.dtype))
        return TensorType(shape, dtype, self.output_origins(declared, shape))

    def output_origins(self, declared: TensorType, shape: Shape) -> tuple[Origin | None, ...]:
        """What explains each size: the argument it is, what it was before, or this step."""
        origins: list[Origin | None] = []
        rank = len(shape.dims)
        for i, dim in enumerate(shape.dims):
            source: Dim | None = None
            if declared.shape.seq is None and len(declared.shape.prefix) == rank:
                source = declared.shape.prefix[i]
            elif i >= rank - len(declared.shape.suffix):
                source = declared.shape.suffix[i - rank]
            elif i < len(declared.shape.prefix):
                source = declared.shape.prefix[i]
            var = source.variable if source is not None else None
            origin = self.origin_of.get(var) if var is not None else None
            if origin is None:
                origin = self.carried(dim)
            origins.append(origin or (self.step.span, f"gives {shape}"))
        return tuple(origins)

    def carried(self, dim: Dim) -> Origin | None:
        """Where an input of this step has the same size, and what explains it there."""
        for tensor in self.step.inputs:
            type_ = self.body.types[tensor.index]
            known = self.unifier.shape(type_.shape).dims
            if len(known) == len(type_.origins):
                for size, origin in zip(known, type_.origins, strict=True):
                    if size == dim and origin is not None:
                        return origin
        return None


def _dim_at(shape: Shape, index: int) -> Dim | None:
    """The dim of a pair: from the start, or from the end."""
    dims = shape.prefix if shape.seq is None or index >= 0 else shape.suffix
    return dims[index] if -len(dims) <= index < len(dims) else None


def _origin(tensor: TensorType, index: int) -> Origin | None:
    origins = tensor.origins
    return origins[index] if -len(origins) <= index < len(origins) else None
