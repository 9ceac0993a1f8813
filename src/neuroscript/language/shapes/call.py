"""One call: a callee's signature instantiated, and unified with what arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Severity, Sink, Span
from neuroscript.language.names.errors import StaticArgumentsDiffer
from neuroscript.language.shapes.dims import Dim, Inexact, Var, unknown
from neuroscript.language.shapes.errors import (
    ElementTypesDiffer,
    InexactDivision,
    Origin,
    RanksDiffer,
    SizesDiffer,
    Within,
)
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.functions import (
    ELEMENT_TYPES,
    FUNCTIONS,
    Operation,
    ShapeProblem,
)
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import Arriving, DType, TensorType, TypeVar
from neuroscript.language.shapes.unify import Pair, RankMismatch, Verdict
from neuroscript.language.shapes.values import Abstract, NeuronValue, is_known
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

Apply = Callable[[Abstract, Sequence[Arriving]], tuple[TensorType, ...] | None]
"""Applies a neuron to tensors here."""

Waiting = tuple[Pair, str, TensorType, TensorType, Shape]
"""A pair to decide, with the port, its formal and actual type, and the expected shape."""


class Call:
    """The unification of one call; parameters stand for arguments, the rest is fresh."""

    def __init__(
        self,
        body: Body,
        neuron: NeuronValue,
        arriving: Sequence[Arriving],
        span: Span,
        arguments: Mapping[str, ast.Argument],
        apply: Apply,
    ) -> None:
        self.body = body
        self.callee = neuron.definition
        self.args = dict(neuron.args or ())
        self.arriving = arriving
        self.span = span
        self.arguments = arguments
        self.apply = apply
        self.unifier = body.unifier
        self.signature, self.dims = body.owner.at_call(self.callee, self.args, body.concrete)
        self.unifier.guessed |= self.signature.guessed
        self.seqs: dict[Seq, Shape] = {}
        self.dtypes: dict[TypeVar, TypeVar] = {}
        self.origin_of: dict[Var, Origin] = {}
        self.doubtful: frozenset[Var] = frozenset()
        """What the callee calls a size that is wrong here: what comes out of it is not blamed."""
        self.bind_arguments()
        self.check_statics()

    def check_statics(self) -> None:
        """A `@static` binding is built with the same arguments in every call (NS513)."""
        for item in self.callee.neuron.items:
            annotation = getattr(item, "annotation", None)
            if annotation is None or annotation.text != "static":
                continue
            value = Evaluator(self.args, Sink(), self.callee.scope).item(item)
            if not is_known(value):
                continue
            key = (self.callee, item.name.text)
            first, place = self.body.owner.statics.setdefault(key, (value, self.span))
            if first != value:
                problem = "is built with different arguments"
                self.body.sink.add(StaticArgumentsDiffer(self.span, item.name.text, problem, place))

    def bind_arguments(self) -> None:
        for name, value in self.signature.env.items():
            var = value.variable if isinstance(value, Dim) else None
            if var is None or name not in self.callee.params or name not in self.args:
                continue
            given = self.args[name]
            self.dims[var] = given if isinstance(given, Dim) else self.unifier.fresh(name)
            argument = self.arguments.get(name)
            if argument is not None and isinstance(given, Dim):
                self.origin_of[var] = argument.span, f"`{name}` is {given} here"

    # --- instantiation

    def instance(self, dim: Dim) -> Dim:
        for var in dim.variables:
            if var not in self.dims:
                self.dims[var] = self.unifier.fresh(var.name)
        return dim.substitute(self.dims)

    def instances(self, dim: Dim) -> tuple[Dim, ...]:
        """The sizes that a dim of a port stands for: several if it is a list that is given."""
        given = self.args.get(dim.variable.name) if dim.variable is not None else None
        if isinstance(given, tuple) and dim.variable in self.dims:
            return tuple(size if isinstance(size, Dim) else unknown() for size in given)
        return (self.instance(dim),)

    def instance_shape(self, shape: Shape, rename_run: bool = False) -> Shape:
        seq = shape.seq
        if seq is not None and (seq not in self.seqs or rename_run):
            self.seqs[seq] = Shape((), self.unifier.fresh_seq(seq.name))
        prefix = tuple(size for dim in shape.prefix for size in self.instances(dim))
        suffix = tuple(size for dim in shape.suffix for size in self.instances(dim))
        renamed = self.seqs[seq].seq if seq is not None else None
        return Shape(prefix, renamed, suffix)

    def instance_type(self, dtype: DType) -> DType:
        if isinstance(dtype, TypeVar):
            return self.dtypes.setdefault(dtype, self.body.fresh_type())
        return dtype

    # --- the call

    def run(self) -> tuple[TensorType, ...] | None:
        if not self.pass_problems_on():
            return None
        try:
            if not self.unify_inputs() or not self.check_assumptions():
                self.body.failed = True
                self.dims.update({var: unknown() for var in self.doubtful})
                return self.declared_outputs()
            return self.outputs()
        except Inexact as problem:
            over, under = repr(problem.over), repr(problem.under)
            self.body.sink.add(InexactDivision(self.span, over, under))
            return None

    def pass_problems_on(self) -> bool:
        """What is wrong inside the callee because of how it is called here."""
        own = self.callee.span.source is self.body.definition.span.source
        for problem in self.signature.problems:
            if problem.severity is not Severity.ERROR and not self.body.concrete:
                continue  # what it assumed is decided again below
            if isinstance(problem, Within):
                problem = problem.inner
            inside = not self.callee.library and own
            span = problem.span if inside else self.span
            self.body.sink.add(Within(span, problem, self.callee.name, self.span))
        return all(p.severity is not Severity.ERROR for p in self.signature.problems)

    # --- inputs

    def unify_inputs(self) -> bool:
        formals = list(self.signature.inputs)
        names = list(self.callee.input_names)
        variadic = self.callee.variadic
        if variadic:
            formals, names = formals * len(self.arriving), names * len(self.arriving)
        waiting: list[Waiting] = []
        for formal, name, tensor in zip(formals, names, self.arriving, strict=True):
            anonymous = formal.shape.seq is not None and formal.shape.seq.name == ""
            expected = self.instance_shape(formal.shape, rename_run=variadic and anonymous)
            if not self.check_type(formal, tensor, name):
                return False
            try:
                pairs = self.unifier.pairs(expected, tensor.type.shape)
            except RankMismatch:
                shown = self.unifier.shape(expected), self.unifier.shape(tensor.type.shape)
                origin = self.made(tensor, shown[1])
                self.body.sink.add(RanksDiffer(self.span, self.callee.name, name, *shown, origin))
                return False
            waiting += [(pair, name, formal, tensor.type, expected) for pair in pairs]
        return self.decide(waiting)

    def decide(self, waiting: list[Waiting]) -> bool:
        """Left to right; what waits for a variable is tried again until nothing changes."""
        while waiting:
            open_: list[Waiting] = []
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
                    self.body.assume(shown, self.span, self.callee.name, *origins)
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
        self.doubtful = declared.variables if declared is not None else frozenset()
        advice = None
        if var is not None and var in self.origin_of:
            advice = f"set `{var.name}` to {pair.actual} here"
            if actual_origin is not None and pair.expected.constant is not None:
                advice += f", or make the size that arrives {pair.expected}"
        self.body.sink.add(
            SizesDiffer(
                self.span, self.callee.name, name, pair.expected, pair.actual,
                self.unifier.shape(expected), self.unifier.shape(actual.shape),
                expected_origin, actual_origin, advice,
            )
        )  # fmt: skip

    @staticmethod
    def made(tensor: Arriving, shape: Shape) -> Origin:
        return tensor.span, f"this is {shape}"

    def check_type(self, formal: TensorType, tensor: Arriving, name: str) -> bool:
        if self.callee.library and self.callee.name in ELEMENT_TYPES:
            return True
        expected = self.instance_type(formal.dtype)
        if self.body.same_type(expected, tensor.type.dtype):
            return True
        given = str(self.body.dtype(tensor.type.dtype))
        wanted = str(self.body.dtype(expected))
        origin = tensor.span, f"this is {given}"
        self.body.sink.add(
            ElementTypesDiffer(self.span, self.callee.name, name, wanted, given, origin)
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
                shown = self.arriving[0].type.shape if self.arriving else Shape(())
                formal = self.signature.inputs[0].shape if self.signature.inputs else Shape(())
                self.body.sink.add(
                    SizesDiffer(
                        self.span, self.callee.name, "in", *before,
                        self.unifier.shape(self.instance_shape(formal)),
                        self.unifier.shape(shown), origin, None,
                    )
                )  # fmt: skip
                return False
            if verdict is Verdict.ASSUMED:
                pair, told = Pair(*before, 0), assumption.told and self.here(assumption.span)
                self.body.assume(pair, self.span, self.callee.name, origin, None, told)
        return True

    def here(self, place: Span) -> bool:
        """Whether somebody who reads what is said of this file reads what is said of a place."""
        return place.source is self.span.source

    # --- outputs

    def outputs(self) -> tuple[TensorType, ...] | None:
        function = FUNCTIONS.get(self.callee.name) if self.callee.library else None
        if function is None:
            return self.declared_outputs()
        if any(tensor.pack for tensor in self.arriving):
            unknown = Shape((), Seq.fresh("?"))
            return tuple(self.output(declared, unknown) for declared in self.signature.outputs)
        shapes = tuple(self.unifier.shape(tensor.type.shape) for tensor in self.arriving)
        origins = tuple(self.made(t, s) for t, s in zip(self.arriving, shapes, strict=True))
        first, last = (origins[0], origins[-1]) if origins else (None, None)
        operation = Operation(
            self.callee.name, self.args, shapes, origins, self.span, self.unifier,
            lambda x, y: self.body.assume(
                Pair(x, y, 0), self.span, self.callee.name, first, last
            ),
            self.applied,
        )  # fmt: skip
        try:
            results = function(operation)
        except ShapeProblem as problem:
            self.body.sink.add(problem.diagnostic)
            return None
        self.unifier.guessed |= any(shape.seq and shape.seq.name == "?" for shape in results)
        declared = self.signature.outputs
        if len(declared) == 1:
            declared = declared * len(results)
        found = zip(declared, results, strict=True)
        outputs = tuple(self.output(declared, shape) for declared, shape in found)
        return tuple(self.retyped(output) for output in outputs)

    def applied(self, value: Abstract) -> Sequence[Shape] | None:
        """What a neuron that the callee is given makes of what arrives."""
        found = self.apply(value, self.arriving)
        return None if found is None else [tensor.shape for tensor in found]

    def retyped(self, output: TensorType) -> TensorType:
        """With the element type that an argument asks for, where a neuron changes it."""
        change = ELEMENT_TYPES.get(self.callee.name)
        if change is None:
            return output
        dtype = change(self.args)
        return TensorType(output.shape, dtype or output.dtype, output.origins)

    def declared_outputs(self) -> tuple[TensorType, ...]:
        return tuple(self.output(t, self.instance_shape(t.shape)) for t in self.signature.outputs)

    def output(self, declared: TensorType, shape: Shape) -> TensorType:
        shape = self.unifier.shape(shape)
        self.unifier.unknown(shape.seq)
        shape = self.unifier.shape(shape)
        dtype = self.body.dtype(self.instance_type(declared.dtype))
        return TensorType(shape, dtype, self.output_origins(declared, shape))

    def output_origins(self, declared: TensorType, shape: Shape) -> tuple[Origin | None, ...]:
        """What explains each size: the argument it is, what it was before, or this step."""
        origins: list[Origin | None] = []
        rank, made = len(shape.dims), (self.span, f"gives {shape}")
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
            origins.append(origin or self.carried.get(dim) or made)
        return tuple(origins)

    @cached_property
    def carried(self) -> Mapping[Dim, Origin]:
        """The sizes of what arrives, and what explains them there."""
        found: dict[Dim, Origin] = {}
        for tensor in self.arriving:
            known = self.unifier.shape(tensor.type.shape).dims
            if len(known) == len(tensor.type.origins):
                for size, origin in zip(known, tensor.type.origins, strict=True):
                    if origin is not None:
                        found.setdefault(size, origin)
        return found


def _dim_at(shape: Shape, index: int) -> Dim | None:
    """The dim of a pair: from the start, or from the end."""
    dims = shape.prefix if shape.seq is None or index >= 0 else shape.suffix
    return dims[index] if -len(dims) <= index < len(dims) else None


def _origin(tensor: TensorType, index: int) -> Origin | None:
    origins = tensor.origins
    return origins[index] if -len(origins) <= index < len(origins) else None
