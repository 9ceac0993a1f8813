"""The walk through one body: what each step makes of the tensors that reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, assert_never

from neuroscript.diagnostics import Diagnostic, Sink, Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Flow,
    Pick,
    Rearranged,
    Selection,
    Step,
    outputs_of,
)
from neuroscript.language.shapes import control
from neuroscript.language.shapes.applying import applied
from neuroscript.language.shapes.declared import DeclaredPorts
from neuroscript.language.shapes.dims import Dim, Inexact, Var
from neuroscript.language.shapes.errors import (
    InexactDivision,
    Origin,
    SizesAssumed,
    TooManyLevels,
)
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.rearrange import Plan
from neuroscript.language.shapes.rearranging import rearranged
from neuroscript.language.shapes.results import results
from neuroscript.language.shapes.run_time_sizes import tell_run_time_sizes
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import (
    Assumption,
    DType,
    Inferred,
    TensorType,
    TypeVar,
)
from neuroscript.language.shapes.unify import Pair, Unifier
from neuroscript.language.shapes.values import Abstract, NeuronValue, map_dims
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend

if TYPE_CHECKING:
    from neuroscript.language.shapes.infer import Inference


class Snapshot(NamedTuple):
    """What is known at a place, to go back to behind a branch."""

    dims: dict[Var, Dim]
    seqs: dict[Seq, Shape]
    names: dict[str, Abstract]
    bound_at: dict[str, Span]
    assumed: int


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
        self.refused: set[Span] = set()
        """Arms of a `match` that what arrives did not fit."""
        self.reached: set[Span] = set()
        """Those that it may fit."""
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
        self.ports = DeclaredPorts(definition, self.params, sink, self.fresh_type)
        for var in self.ports.names:
            self.names.setdefault(var.name, Dim.of(var))
        variables = {v for value in env.values() if isinstance(value, Dim) for v in value.variables}
        self.unifier = Unifier(self.ports.names, variables)
        self.origins: dict[Var, Origin] = {}

    # --- results

    def run(self, problems: tuple[Diagnostic, ...] | None) -> Inferred:
        """Walk the body. `problems` is not None where they belong to an instantiation."""
        outputs = tuple(self.ports.outputs)
        if self.definition.is_graph:
            self.flow = self.owner.flow(self.definition, self.params, self.sink)
            self.bind_context()
            self.enter(self.flow)
            self.walk(self.flow.steps)
            outputs = results(self, self.flow)
        self.unifier.settle()
        if problems is None and self.flow is not None:
            tell_run_time_sizes(self, self.flow)
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
            frozenset(self.refused - self.reached),
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
                return applied(self, step)
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

    def fresh_type(self) -> TypeVar:
        self.count += 1
        return TypeVar(self.count)

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

    # --- branches

    def snapshot(self) -> Snapshot:
        unifier = self.unifier
        return Snapshot(
            dict(unifier.dims), dict(unifier.seqs), dict(self.names), dict(self.bound_at),
            len(self.assumptions),
        )  # fmt: skip

    def restore(self, saved: Snapshot) -> None:
        """Forget what a branch learnt: its assumptions and names stay in it."""
        del self.assumptions[saved.assumed :]
        self.unifier.dims, self.unifier.seqs = saved.dims, saved.seqs
        self.names, self.bound_at = saved.names, saved.bound_at

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
