"""The walk through one body: what each step makes of the tensors that reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from neuroscript.diagnostics import Diagnostic, Sink, Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import RunTimeDecides
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Flow,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Selection,
    Shared,
    Step,
    Tensor,
    outputs_of,
    regions,
)
from neuroscript.language.shapes import control
from neuroscript.language.shapes.apply import Applier
from neuroscript.language.shapes.dims import Dim, Inexact, Var
from neuroscript.language.shapes.errors import (
    ElementTypesDiffer,
    InexactDivision,
    InvalidShape,
    Origin,
    ResultContradicts,
    SizedAtRunTime,
    SizesAssumed,
    TooManyLevels,
)
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.params import needs_module
from neuroscript.language.shapes.rearrange import Plan
from neuroscript.language.shapes.rearranging import rearranged
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import (
    Arriving,
    Assumption,
    DType,
    Inferred,
    TensorType,
    TypeVar,
)
from neuroscript.language.shapes.unify import Pair, RankMismatch, Unifier, Verdict
from neuroscript.language.shapes.values import (
    Abstract,
    Known,
    NeuronValue,
    map_dims,
    variables_in,
)
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, names_in, values_of
from neuroscript.language.work import spend

if TYPE_CHECKING:
    from neuroscript.language.shapes.infer import Inference


@dataclass(slots=True)
class Ports:
    """Declared ports with names read as variables."""

    inputs: list[TensorType] = field(default_factory=list)
    outputs: list[TensorType] = field(default_factory=list)
    names: set[Var] = field(default_factory=set)
    """Named sizes of inputs that are no parameters."""
    output_only: set[Var] = field(default_factory=set)
    seqs: set[Seq] = field(default_factory=set)


class Body:
    """One body with one set of values for its parameters."""

    def __init__(
        self,
        owner: Inference,
        definition: Definition,
        env: Mapping[str, Abstract],
        concrete: bool,
        sink: Sink,
    ) -> None:
        spend(100)
        self.owner = owner
        self.sink = sink
        self.definition = definition
        self.params = dict(env)
        self.names: dict[str, Abstract] = dict(env)
        self.concrete = concrete
        self.types: dict[int, TensorType] = {}
        self.dtypes: dict[TypeVar, DType] = {}
        self.assumptions: list[Assumption] = []
        self.said: dict[Span, SizesAssumed] = {}
        """What was told to be assumed at each place."""
        self.plans: dict[Span, Plan] = {}
        self.targets: dict[Span, tuple[Shape, Shape]] = {}
        """Source and target of each `=>`."""
        self.chosen: dict[Span, Choice] = {}
        self.sized: dict[Span, Abstract] = {}
        self.callees: dict[Span, tuple[NeuronValue, ...]] = {}
        self.bound_at: dict[str, Span] = {}
        self.count = 0
        self.rounds = 1
        """How many rounds of aggregates are looked at one by one around a step."""
        self.inside: set[Span] = set()
        """The aggregates around it."""
        self.failed = False
        self.flow: Flow | None = None
        self.ports = Ports()
        self.declare()
        variables = {v for value in env.values() if isinstance(value, Dim) for v in value.variables}
        self.unifier = Unifier(self.ports.names, variables)
        self.origins: dict[Var, Origin] = {}

    # --- declared ports

    def declare(self) -> None:
        neuron, shared, ports = self.definition.neuron, self.fresh_type(), self.ports
        anonymous: Seq | None = None
        for port in neuron.inputs:
            shape = self.port_shape(port, None)
            if port.shape.dims and isinstance(port.shape.dims[0], ast.StarDim):
                anonymous = anonymous or shape.seq
            ports.inputs.append(TensorType(shape, self.port_type(port, shared)))
        for port in neuron.outputs:
            shape = self.port_shape(port, anonymous if neuron.impls else None, output=True)
            dtype = self.port_type(port, shared) if neuron.impls else port.dtype
            ports.outputs.append(TensorType(shape, dtype or self.fresh_type()))
        for var in ports.names:
            self.names.setdefault(var.name, Dim.of(var))

    def port_type(self, port: ast.Port, shared: TypeVar) -> DType:
        if port.dtype is not None:
            return port.dtype
        return shared if self.definition.neuron.impls else self.fresh_type()

    def fresh_type(self) -> TypeVar:
        self.count += 1
        return TypeVar(self.count)

    def port_shape(self, port: ast.Port, anonymous: Seq | None, output: bool = False) -> Shape:
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
                        self.ports.seqs.add(seq)
                case ast.StarDim():
                    (prefix if seq is None else suffix).append(Dim.of(Var.fresh("*")))
                case _:
                    (prefix if seq is None else suffix).append(self.port_dim(dim, output))
        return Shape(tuple(prefix), seq, tuple(suffix))

    def port_dim(self, dim: ast.Value, output: bool) -> Dim:
        names: dict[str, Abstract] = dict(self.params)
        scope = self.definition.scope
        for name in names_in(dim):
            if name.name not in names and scope.find_global(name.name) is None:
                names[name.name] = Dim.var(name.name)
                var = Var(name.name)
                if not output:
                    self.ports.names.add(var)
                elif var not in self.ports.names:
                    self.ports.output_only.add(var)
        value = Evaluator(names, self.sink, scope).size(dim)
        if value is None:
            return Dim.of(Var.fresh("?"))
        if value.constant is not None and value.constant < 1:
            self.sink.add(InvalidShape(dim.span, f"{value} is not a size"))
        return value

    # --- results

    def run(self, problems: tuple[Diagnostic, ...] | None) -> Inferred:
        """Walk the body. `problems` is not None where they belong to an instantiation."""
        outputs = tuple(self.ports.outputs)
        if self.definition.is_graph:
            self.flow = self.owner.flow(self.definition, self.params, self.sink)
            self.bind_context()
            self.enter(self.flow)
            self.walk(self.flow.steps)
            outputs = tuple(self.exact_result(i, self.flow) for i in range(len(outputs)))
        self.unifier.settle()
        if problems is None:
            self.tell_run_time_sizes()
        complete = not self.failed and (self.flow is None or self.flow.complete)
        return self.inferred(outputs, complete, problems is not None)

    def declared_only(self, too_deep: bool, keeps_problems: bool) -> Inferred:
        """What the ports say, where the body is being inferred already or lies too deep."""
        if too_deep:
            self.sink.add(TooManyLevels(self.definition.span, self.definition.name))
        runs = [t.shape.seq for t in self.ports.inputs if t.shape.seq and not t.shape.seq.name]
        outputs = [
            TensorType(_with_run(t.shape, runs[0]), t.dtype) if runs else t
            for t in self.ports.outputs
        ]
        return self.inferred(tuple(outputs), not too_deep, keeps_problems)

    def inferred(
        self, outputs: tuple[TensorType, ...], complete: bool, keeps_problems: bool
    ) -> Inferred:
        return Inferred(
            self.definition,
            {name: value for name, value in self.names.items() if self.is_env(name)},
            tuple(self.final(t) for t in self.ports.inputs),
            tuple(self.final(t) for t in outputs),
            tuple(self.assumptions),
            self.flow,
            {index: self.final(t) for index, t in self.types.items()},
            complete,
            self.unifier.guessed,
            self.plans,
            self.targets,
            self.chosen,
            self.callees,
            {span: map_dims(value, self.final_dim) for span, value in self.sized.items()},
            tuple(self.sink) if keeps_problems else (),
        )

    def is_env(self, name: str) -> bool:
        return name in self.params or name in self.definition.bindings

    def final(self, tensor: TensorType) -> TensorType:
        try:
            shape = self.unifier.shape(tensor.shape)
        except ValueError:
            shape = tensor.shape
        return TensorType(shape, self.dtype(tensor.dtype), tensor.origins, tensor.names)

    def final_dim(self, dim: Dim) -> Dim:
        try:
            return self.unifier.dim(dim)
        except ValueError:
            return dim

    def evaluator(self, extra: Mapping[str, Abstract] | None = None) -> Evaluator:
        bodies = self.flow.bodies if self.flow is not None else {}
        names = {**self.names, **extra} if extra else self.names
        return Evaluator(names, self.sink, self.definition.scope, bodies)

    def bind_context(self) -> None:
        for item in self.definition.neuron.items:
            self.names[item.name.text] = self.evaluator().item(item)
            if isinstance(item, ast.Unroll):
                control.check_count(self, item, self.names[item.name.text])

    def enter(self, flow: Flow) -> None:
        """The declared types of the inputs, explained by where each size is declared."""
        for tensor, declared, port in zip(
            flow.inputs, self.ports.inputs, self.definition.neuron.inputs, strict=True
        ):
            dims = [
                dim
                for i, dim in enumerate(port.shape.dims)
                if not isinstance(dim, ast.StarDim) or (dim.name is None and i > 0)
            ]
            origins = tuple((dim.span, f"{dim.span.text} is declared here") for dim in dims)
            self.types[tensor.index] = TensorType(declared.shape, declared.dtype, origins)

    # --- steps

    def walk(self, steps: Sequence[Step]) -> None:
        for step in steps:
            try:
                known = self.step(step)
            except Inexact as problem:
                over, under = repr(problem.over), repr(problem.under)
                self.sink.add(InexactDivision(step.span, over, under))
                known = False
            if not known:
                self.failed = True

    def step(self, step: Step) -> bool:
        """Whether the types of a step's results are known now."""
        spend(20)
        match step:
            case Apply():
                return self.apply(step)
            case Pick(source, _, output):
                if source.index not in self.types:
                    return False
                self.types[output.index] = self.types[source.index]
                return True
            case Rearranged():
                return rearranged(self, step)
            case Choice():
                return control.choose(self, step)
            case Dispatch():
                return control.dispatch(self, step)
            case Selection():
                return control.select(self, step)
            case _:
                assert_never(step)

    def apply(self, step: Apply) -> bool:
        value, arguments = self.target(step)
        arriving = self.arriving(step.inputs)
        if arriving is None or value is None:
            return False
        applier = Applier(self, step.span, arguments, len(step.outputs))
        outputs = applier.apply(value, arriving)
        if outputs is None or len(outputs) != len(step.outputs):
            return False
        for tensor, type_ in zip(step.outputs, outputs, strict=True):
            self.types[tensor.index] = type_
        return True

    def arriving(self, tensors: Sequence[Tensor]) -> list[Arriving] | None:
        if not all(tensor.index in self.types for tensor in tensors):
            return None
        return [Arriving(self.types[t.index], t.span, t.pack) for t in tensors]

    def target(self, step: Apply) -> tuple[Abstract | None, Mapping[str, ast.Argument]]:
        """What is applied, and the arguments that explain its sizes."""
        match step.target:
            case Instance(definition, arguments):
                args = self.evaluator().arguments(definition, arguments)
                if args is None:
                    return None, arguments
                self.note_sizes(arguments, dict(args))
                return NeuronValue(definition, args), arguments
            case ParamCall(param, args, span):
                return self.evaluator().param_call(param, args, span), {}
            case Inline(value) | Shared(value):
                return self.evaluator().value(value), {}
            case _:
                assert_never(step.target)

    def note_sizes(
        self, arguments: Mapping[str, ast.Argument], values: Mapping[str, Abstract]
    ) -> None:
        """Keep what arguments are that mention sizes known only at run time."""
        for name, argument in arguments.items():
            mentioned = {found.name for found in names_in(argument.value)}
            if any(self.is_size(name) for name in mentioned):
                self.sized[argument.span] = values[name]

    def refuse_run_time_sizes(self, *calls: ast.Call) -> None:
        """What is built once, in a binding or frozen, is built before the model runs (NS404)."""
        given = [argument.value for call in calls for argument in call.args]
        names = [name for part in given for name in names_in(part) if self.is_size(name.name)]
        if names:
            first = names[0]
            self.sink.add(RunTimeDecides(first.span, first.name, "what is built", None))
            self.failed = True

    def refuse_in_what_is_built_once(self, flow: Flow) -> None:
        """Bindings, what is frozen in place, Neuron parameters, neurons that reduce or repeat."""
        for item in self.definition.neuron.items:
            for written in values_of(item):
                self.refuse_run_time_sizes(*calls_in(written))
        for step in self.built(flow.steps):
            match step:
                case Apply(Inline(value)):
                    self.refuse_run_time_sizes(*calls_in(value))
                case Apply(ParamCall(param, args, span)):
                    self.refuse_run_time_sizes(ast.Call(ast.Name(param, span), args, span))
                case Rearranged() if isinstance(step.node.operation, ast.Call):
                    self.refuse_run_time_sizes(step.node.operation)
                case _:
                    continue

    def tell_run_time_sizes(self) -> None:
        """Layers that are built when the model runs, since nothing else says how large (NS908)."""
        if self.flow is None:
            return
        self.refuse_in_what_is_built_once(self.flow)
        for step in self.built(self.flow.steps):
            if not isinstance(step, Apply) or not isinstance(step.target, Instance):
                continue
            definition = step.target.definition
            if not needs_module(definition) and definition.neuron.inputs:
                continue
            names: dict[str, Span] = {}
            for argument in step.target.arguments.values():
                value = self.sized.get(argument.span)
                dims = [self.final_dim(Dim.of(var)) for var in variables_in(value or Known(None))]
                if all(self.from_params(dim) for dim in dims):
                    continue
                found = [name for name in names_in(argument.value) if self.is_size(name.name)]
                names.update({name.name: name.span for name in reversed(found)})
                if found and not (isinstance(value, Dim) and definition.neuron.inputs):
                    first = found[0]
                    what = f"a `{definition.name}`"
                    self.sink.add(RunTimeDecides(first.span, first.name, what, None))
                    self.failed, names = True, {}
                    break
            if names:
                places = tuple((span, "known when the model runs") for span in names.values())
                self.sink.add(SizedAtRunTime(step.span, definition.name, tuple(names), places))

    def built(self, steps: Sequence[Step]) -> Iterator[Step]:
        """Every step but those in arms of `match(p)` that are not, or not yet, chosen."""
        for step in steps:
            yield step
            inside = regions(step)
            if isinstance(step, Selection):
                chosen = self.chosen.get(step.span)
                inside = () if chosen is None else regions(chosen)
            for region in inside:
                yield from self.built(region.steps)

    def from_params(self, dim: Dim) -> bool:
        return all(var.number == 0 and var.name in self.params for var in dim.variables)

    def is_size(self, name: str) -> bool:
        return (
            name in self.names
            and name not in self.params
            and name not in self.definition.bindings
            and isinstance(self.names[name], Dim)
        )

    # --- outputs against their declarations

    def exact_result(self, index: int, flow: Flow) -> TensorType:
        """An output; the declared one where what was assumed makes a size of it inexact."""
        try:
            return self.result(index, flow)
        except Inexact as problem:
            tensor = flow.outputs[index]
            span = tensor.span if tensor is not None else self.definition.span
            over, under = repr(problem.over), repr(problem.under)
            self.sink.add(InexactDivision(span, over, under))
            self.failed = True
            return self.ports.outputs[index]

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
            try:
                verdict = self.unifier.equal(pair.expected, pair.actual)
            except ValueError:
                verdict = Verdict.REFUTED
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
                self.final_dim(pair.expected) if pair else None,
                self.final_dim(pair.actual) if pair else None,
            )
        )  # fmt: skip
        self.failed = True

    def assume(
        self,
        pair: Pair,
        span: Span,
        neuron: str,
        expected: Origin | None,
        actual: Origin | None,
        told: bool = False,
    ) -> None:
        """Note an equality that depends on a size or parameter somebody named."""
        difference = pair.expected - pair.actual
        named = self.unifier.parameters | self.unifier.independent
        self.unifier.guessed |= not difference.variables <= named
        tell = not told and difference.variables <= named
        self.assumptions.append(Assumption(pair.expected, pair.actual, span, neuron, told or tell))
        if not tell:
            return
        pairs: tuple[tuple[Dim, Dim], ...] = ((pair.expected, pair.actual),)
        said = self.said.get(span)
        if said is not None and said in self.sink:
            self.sink.discard(lambda d: d is said)
            pairs = tuple(dict.fromkeys(said.pairs + pairs))
            expected, actual = said.expected_origin, said.actual_origin
        self.said[span] = SizesAssumed(span, neuron, pairs, expected, actual)
        self.sink.add(self.said[span])

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

    def contract_shape(self, pattern: ast.ShapeExpr) -> Shape:
        """A shape of a contract, with the names that are known where it is used."""
        prefix: list[Dim] = []
        suffix: list[Dim] = []
        run: Seq | None = None
        for i, dim in enumerate(pattern.dims):
            side = prefix if run is None else suffix
            if isinstance(dim, ast.StarDim):
                if dim.name is not None or i == 0:
                    run = Seq.fresh(dim.name or "")
                else:
                    side.append(Dim.of(Var.fresh("*")))
                continue
            value = self.evaluator().value(dim)
            side.append(value if isinstance(value, Dim) else Dim.of(Var.fresh("?")))
        return Shape(tuple(prefix), run, tuple(suffix))

    # --- branches

    def snapshot(self) -> tuple[object, ...]:
        unifier = self.unifier
        learnt = dict(unifier.dims), dict(unifier.seqs), dict(self.names), dict(self.bound_at)
        return *learnt, len(self.assumptions)

    def restore(self, saved: tuple[object, ...]) -> None:
        """Forget what a branch learnt: its assumptions and names stay in it."""
        dims, seqs, names, bound_at, assumed = saved
        assert isinstance(assumed, int)
        del self.assumptions[assumed:]
        assert isinstance(dims, dict)
        assert isinstance(seqs, dict)
        assert isinstance(names, dict)
        assert isinstance(bound_at, dict)
        self.unifier.dims, self.unifier.seqs = dims, seqs
        self.names, self.bound_at = names, bound_at

    def settle_region(self, steps: Sequence[Step]) -> None:
        """Put what a branch learnt into the types of its tensors, before it is forgotten."""
        for step in steps:
            for tensor in outputs_of(step):
                if tensor.index in self.types:
                    self.types[tensor.index] = self.final(self.types[tensor.index])


def _with_run(shape: Shape, run: Seq) -> Shape:
    """With the run of the inputs for a leading `*`: so a neuron is taken to be inside itself."""
    if shape.seq is None or shape.seq.name:
        return shape
    return Shape(shape.prefix, run, shape.suffix)
