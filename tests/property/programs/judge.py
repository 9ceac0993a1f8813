"""The compiler's word against what happens: one program checked, generated, and run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import Any

import torch

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import Diagnostic, Severity, render
from neuroscript.language import Checked, check_text
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.values import from_python
from programs.expressions import Unsure, Wrong, evaluate
from programs.neurons import Program
from programs.steps import Tensors

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}
OTHERS = (47, 59, 61, 67, 71, 73)
"""Sizes of inputs that have no name."""


class Verdict(Enum):
    """What became of a program; the first two are as it should be."""

    RIGHT = "right, and accepted"
    REFUSED = "wrong, and refused"
    WARNED = "wrong for some sizes, and a warning says for which"
    OPEN = "wrong where only a run can tell the sizes"
    UNSURE = "of another meaning that the reference cannot tell"
    WRONGLY_REFUSED = "right, and refused"
    WRONGLY_ACCEPTED = "wrong, and accepted"


@dataclass
class Judgement:
    """What is said of one program, and what is so."""

    program: Program
    diagnostics: tuple[Diagnostic, ...] = ()
    why: str = ""
    """What goes wrong by the reference; empty if nothing does."""
    certain: bool = True
    """Whether the reference can tell."""
    disagreements: list[str] = field(default_factory=list)
    """Where an accepted program is not what the compiler says."""
    opened: bool = False
    """Whether it depends on sizes of its inputs that what it does with them comes out even."""
    sizes: int = 0
    unknown: int = 0
    """Sizes of results, and those that the compiler leaves open."""

    @property
    def accepted(self) -> bool:
        return all(d.severity is not Severity.ERROR for d in self.diagnostics)

    @property
    def verdict(self) -> Verdict:
        if not self.accepted:
            if not self.certain:
                return Verdict.UNSURE
            return Verdict.REFUSED if self.why else Verdict.WRONGLY_REFUSED
        if self.disagreements:
            return Verdict.WRONGLY_ACCEPTED
        if not self.why:
            return Verdict.RIGHT
        if any(d.code in ("NS904", "NS910") for d in self.diagnostics):
            return Verdict.WARNED
        return Verdict.OPEN if self.opened else Verdict.WRONGLY_ACCEPTED

    def report(self) -> str:
        said = render(self.diagnostics) if self.diagnostics else "nothing is said"
        rows = [self.verdict.value, self.program.text(), f"runs: {self.why or 'yes'}", said]
        return "\n".join([*rows, *self.disagreements])


def judge(program: Program) -> Judgement:
    """Check a program and run it, by the reference and, if it is accepted, as generated."""
    with warnings.catch_warnings():  # torch warns of layers without elements
        warnings.simplefilter("ignore")
        return _judge(program)


def _judge(program: Program) -> Judgement:
    found = Judgement(program)
    results: list[tuple[Tensors, Tensors]] = []
    try:
        for sizes in program.sizes:
            inputs = program.inputs(sizes)
            results.append((inputs, program.run(inputs)))
    except Wrong as error:
        found.why = _reason(error)
    except Unsure:
        found.certain = False
    params = {name: _plain(value) for name, value in program.params.items()}
    checked = check_text(program.text(), "program.ns", params=params)
    found.diagnostics = checked.diagnostics
    if not found.accepted:
        _look_everywhere(program, found)
        return found
    module = build(emit(checked))
    _hold_to_its_word(program, checked, params, module, found)
    if found.certain and not found.why and not found.disagreements:
        for inputs, expected in results:
            actual = _run(module, program.main.name, params, inputs)
            shapes = [list(x.shape) for x in actual], [list(x.shape) for x in expected]
            if shapes[0] != shapes[1]:
                found.disagreements.append(f"it gives {shapes[0]} and means {shapes[1]}")
    return found


def _look_everywhere(program: Program, found: Judgement) -> None:
    """Whether a program that is refused goes wrong in a part that was not reached."""
    if found.why or not found.certain:
        return
    try:
        program.run_thoroughly()
    except Wrong as error:
        found.why = _reason(error)
    except Unsure:
        found.certain = False


def _reason(error: Wrong) -> str:
    return str(error).strip().split("\n")[0] or "wrong"


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _run(module: ModuleType, name: str, params: Mapping[str, Any], inputs: Tensors) -> Tensors:
    with torch.device("meta"):
        result = getattr(module, name)(**params)(*inputs)
    return tuple(result) if isinstance(result, tuple) else (result,)


# --- signatures are promises


def _hold_to_its_word(
    program: Program, checked: Checked, params: Mapping[str, Any], module: ModuleType,
    found: Judgement,
) -> None:  # fmt: skip
    """Inputs of the signatures that the compiler infers have to give what it infers."""
    inferred = checked.inferred()
    found.opened = inferred.guessed
    _hold_one(program.main.name, inferred, params, module, found)
    for neuron in program.neurons[:-1]:
        if any(":" in param for param in neuron.params):
            continue  # what it does with a neuron is known where it is called
        defaults = {n: evaluate(text, {}) for n, text in neuron.params.items() if text}
        for example in neuron.examples:
            given = {n: _plain(evaluate(text, {})) for n, text in example.items()}
            values = {n: from_python(_plain(v)) for n, v in {**defaults, **given}.items()}
            inferred = checked.inference.signature(checked.definition(neuron.name), values)
            if all(p.severity is not Severity.ERROR for p in inferred.problems):
                _hold_one(neuron.name, inferred, given, module, found)


def _hold_one(
    name: str, inferred: Inferred, params: Mapping[str, Any], module: ModuleType, found: Judgement
) -> None:
    for sizes in found.program.sizes:
        numbers = {Var(n): Dim.const(size) for n, size in sizes.items()}
        named = {v for t in inferred.inputs for dim in t.shape.dims for v in dim.variables}
        free = sorted(named - set(numbers), key=repr)
        numbers |= {v: Dim.const(n) for v, n in zip(free, OTHERS, strict=False)}
        if not _holds(inferred, numbers):
            continue
        if _has_no_size(inferred, numbers):
            found.opened = True
            continue
        inputs = tuple(_input(type_, numbers) for type_ in inferred.inputs)
        try:
            results = _run(module, name, params, inputs)
        except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
            warned = any(d.code == "NS904" for d in found.diagnostics)
            if inferred.guessed or ("NS412" in str(error) and warned):
                found.opened = True
                continue
            line = str(error).strip().split("\n")[0]
            shapes = [list(tensor.shape) for tensor in inputs]
            found.disagreements.append(f"{name}: {type(error).__name__} on {shapes}: {line}")
            return
        for type_, result in zip(inferred.outputs, results, strict=True):
            _compare(name, type_, numbers, result, inferred.guessed, found)


def _holds(inferred: Inferred, numbers: Mapping[Var, Dim]) -> bool:
    """Whether what the compiler assumes is so for these sizes."""
    for assumption in inferred.assumptions:
        sides = {assumption.expected.substitute(numbers), assumption.actual.substitute(numbers)}
        if len(sides) > 1:
            return False
    return True


def _has_no_size(inferred: Inferred, numbers: Mapping[Var, Dim]) -> bool:
    """Whether some size that the compiler infers is none: not whole, or less than 1."""
    types = [*inferred.tensors.values(), *inferred.inputs]
    sizes = [size for type_ in types for size in numbered(type_, numbers)]
    return any(size is not None and size < 1 for size in sizes)


def numbered(type_: TensorType, numbers: Mapping[Var, Dim]) -> list[int | None]:
    """A shape in numbers; None for each size that is left open, -1 for one that is none."""
    sizes: list[int | None] = []
    for dim in type_.shape.dims:
        try:
            sizes.append(dim.substitute(numbers).constant)
        except ValueError:
            sizes.append(-1)
    return sizes


def _input(type_: TensorType, numbers: Mapping[Var, Dim]) -> torch.Tensor:
    sizes, front = numbered(type_, numbers), len(type_.shape.prefix)
    run = [] if type_.shape.seq is None else [23, 19]
    full = [size or 1 for size in (*sizes[:front], *run, *sizes[front:])]
    return torch.empty(full, dtype=DTYPES.get(str(type_.dtype), torch.float32), device="meta")


def _compare(
    name: str, type_: TensorType, numbers: Mapping[Var, Dim], result: torch.Tensor, guessed: bool,
    found: Judgement,
) -> None:  # fmt: skip
    said, is_so = numbered(type_, numbers), list(result.shape)
    front, open_run = len(type_.shape.prefix), type_.shape.seq is not None
    if name == found.program.main.name:
        found.sizes += len(is_so)
        found.unknown += len(is_so) - sum(size is not None for size in said)
    pairs = list(zip(said[:front], is_so, strict=False))
    pairs += list(zip(reversed(said[front:]), reversed(is_so), strict=False))
    fits = len(said) <= len(is_so) if open_run else len(said) == len(is_so)
    if not fits or any(a is not None and a != b for a, b in pairs):
        if guessed:
            found.opened = True
            found.why = found.why or f"{name} gives {is_so}"
        else:
            found.disagreements.append(f"inferred {type_.shape} = {said}, and it is {is_so}")
    if DTYPES.get(str(type_.dtype), torch.float32) != result.dtype:
        found.disagreements.append(f"inferred {type_.dtype}, and it is {result.dtype}")
