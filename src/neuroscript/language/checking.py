"""All phases of the language in order, from text to a checked program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Severity,
    Sink,
    Source,
    Span,
    deep_recursion,
    nearest,
)
from neuroscript.language.errors import (
    Intricate,
    MissingParameter,
    UnknownParameter,
    UnreadableFile,
)
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import NoSuchEntry
from neuroscript.language.names.flow import Apply, Choice, Dispatch, Instance, Selection, Step
from neuroscript.language.names.imports import File, Loader, unused_imports
from neuroscript.language.names.scope import Scope
from neuroscript.language.rules import apply_rules
from neuroscript.language.rules.rule import Context
from neuroscript.language.shapes.errors import SizesAssumed, Within
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.params import param_kind
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.values import Abstract, from_python, to_python
from neuroscript.language.signature import Param, Port, Signature, sizes
from neuroscript.language.syntax.ast import Program
from neuroscript.language.syntax.walk import mentioned, mentioned_in_body
from neuroscript.language.work import MAX_CHARACTERS, TooMuchWork, bounded, uncollected


@dataclass(frozen=True, eq=False)
class Checked:
    """A program after all checks: what it defines, and what there is to say about it."""

    source: Source
    program: Program
    scope: Scope
    inference: Inference
    entry: str | None
    """The neuron that the program is about; None if there is none."""

    params: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def raise_errors(self) -> Checked:
        """Raise NeuroScriptError if there are errors; warnings alone pass."""
        if self.has_errors:
            errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
            raise NeuroScriptError(errors)
        return self

    def definition(self, neuron: str | None = None) -> Definition:
        """A neuron of this file, by default the entry. Raises NeuroScriptError (NS215)."""
        name = neuron if neuron is not None else self.entry
        if name is None or name not in self.scope.own:
            raise NeuroScriptError([_no_such_entry(self.program, name or "")])
        return self.scope.own[name]

    def inferred(self, neuron: str | None = None) -> Inferred:
        """What inference found, with numbers for the parameters where all are known."""
        definition = self.definition(neuron)
        values = _values(definition, self.params if definition.name == self.entry else {})
        if values is None:
            return self.inference.generic(definition)
        return self.inference.signature(definition, values)

    def problems_with(self, neuron: str, params: Mapping[str, Any]) -> Sequence[Diagnostic]:
        """What is wrong with a neuron of this file once it has these values for parameters."""
        definition = self.definition(neuron)
        known = {name: value for name, value in params.items() if name in definition.params}
        values = _values(definition, known)
        if values is None:
            return ()
        return self.inference.signature(definition, values).problems

    def signature(self, neuron: str | None = None) -> Signature:
        """Ports, parameters and documentation of a neuron, by default the entry."""
        definition = self.definition(neuron)
        inferred = self.inferred(neuron)
        ports = definition.neuron
        inputs = zip(definition.input_names, ports.inputs, inferred.inputs, strict=True)
        outputs = zip(definition.output_names, ports.outputs, inferred.outputs, strict=True)
        return Signature(
            definition.name,
            tuple(_param(definition, name) for name in definition.params),
            tuple(
                _port(name, port.name is not None, type_, port.span)
                for name, port, type_ in inputs
            ),
            tuple(
                _port(
                    name, port.name is not None, type_, port.span,
                    _last(inferred, i, self.inference),
                )
                for i, (name, port, type_) in enumerate(outputs)
            ),
            definition.documentation.prose,
            definition.span,
        )  # fmt: skip


def check(
    source: Source,
    neuron: str | None = None,
    params: Mapping[str, Any] | None = None,
    base: Path | None = None,
    allow_outside: bool = False,
) -> Checked:
    """Check a program; `params` are values for the entry neuron's parameters.

    `base` is the folder that `use local` starts from and cannot leave, by default that of the
    file; with `allow_outside` it can.
    """
    sink = Sink()
    if len(source.text) > MAX_CHARACTERS:
        problem = f"it has more than {MAX_CHARACTERS:,} characters"
        sink.add(UnreadableFile(Span(source, 0, 0), source.name, problem, ()))
        source = replace(source, text="")
    folder = base if base is not None else source.path.parent if source.path else None
    loader = Loader(sink, None if allow_outside else folder)
    with bounded(), uncollected(), deep_recursion():
        file = loader.load(source, folder)
        entry = _entry(file.program, file.scope, neuron, sink)
        loaded = (*(f for f in loader.files.values() if f is not None), file)
        inference = _check_loaded(loaded, entry, params or {}, sink)
    return Checked(
        source, file.program, file.scope, inference, entry, params or {}, tuple(sink.sorted())
    )


def _check_loaded(
    files: Sequence[File], entry: str | None, params: Mapping[str, Any], sink: Sink
) -> Inference:
    """Rules and shapes of all files, then the entry of the last one with numbers."""
    inference = Inference(sink)
    definition: Definition | None = None
    try:
        for file in files:
            apply_rules(Context(file.program, file.scope, sink))
            for definition in file.scope.own.values():
                inference.generic(definition)
            _tell_unused_imports(file, sink)
        if entry is not None and not sink.has_errors:
            definition = files[-1].scope.own[entry]
            return _check_concrete(definition, params, inference, sink)
    except TooMuchWork:
        assert definition is not None, "only what a neuron comes to takes much work"
        sink.add(Intricate(definition.span, definition.name))
    return inference


def _tell_unused_imports(file: File, sink: Sink) -> None:
    if not file.program.uses:
        return
    used = {name for neuron in file.program.neurons for name in mentioned_in_body(neuron)}
    used |= {name for value in file.program.globals for name in mentioned(value.value)}
    unused_imports(file, used, sink)


def check_text(
    text: str,
    name: str = "<string>",
    neuron: str | None = None,
    params: Mapping[str, Any] | None = None,
    base: str | Path | None = None,
) -> Checked:
    """Check a program given as text; `base` is the folder that `use local` starts from.

    >>> text = "neuron A:\\n  in: [n, 2]\\n  out: [n, 1]\\n  graph: in -> Linear(3, 1) -> out\\n"
    >>> [(d.code, d.line, d.column) for d in check_text(text).diagnostics]
    [('NS301', 4, 16)]
    """
    return check(Source(name, text), neuron, params, None if base is None else Path(base))


def check_path(
    path: str | Path,
    neuron: str | None = None,
    params: Mapping[str, Any] | None = None,
    name: str | None = None,
    allow_outside: bool = False,
) -> Checked:
    """Check a file; messages call it `name`, by default the path as given.

    `use local` cannot leave the file's folder unless `allow_outside` is set.
    Raises NeuroScriptError (NS603) if it cannot be read.
    """
    return check(read_source(path, name), neuron, params, allow_outside=allow_outside)


def read_source(path: str | Path, name: str | None = None) -> Source:
    """The text of a file. Raises NeuroScriptError (NS603) if it cannot be read."""
    path, shown = Path(path), name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)  # what is longer is refused by its length
        return Source(shown, data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        near: list[str] = []
    except OSError as error:
        problem = (error.strerror or "cannot be read").lower()
        folder = path.parent
        files = [p.name for p in folder.glob("*.ns")] if folder.is_dir() else []
        near = [str(folder / found) for found in nearest(path.name, files)]
    source = Source(shown, "", path)
    raise NeuroScriptError([UnreadableFile(Span(source, 0, 0), shown, problem, tuple(near))])


# --- the entry neuron


def _entry(program: Program, scope: Scope, wanted: str | None, sink: Sink) -> str | None:
    """The one asked for, else the only one that no other uses, else the last."""
    if wanted is not None:
        if wanted in scope.own:
            return wanted
        sink.add(_no_such_entry(program, wanted))
        return None
    if len(program.neurons) < 2:
        return program.neurons[0].name.text if program.neurons else None
    used = {
        name
        for neuron in program.neurons
        for name in mentioned_in_body(neuron)
        if name != neuron.name.text
    }
    used |= {name for value in program.globals for name in mentioned(value.value)}
    free = [name for name in scope.own if name not in used]
    return free[0] if len(free) == 1 else program.neurons[-1].name.text


def _no_such_entry(program: Program, wanted: str) -> NoSuchEntry:
    names = tuple(neuron.name.text for neuron in program.neurons)
    return NoSuchEntry(Span(program.source, 0, 0), wanted, tuple(nearest(wanted, names)), names)


# --- with numbers for parameters


def _values(definition: Definition, params: Mapping[str, Any]) -> dict[str, Abstract] | None:
    """Values for all parameters: as given, else defaults. None if one has neither."""
    values: dict[str, Abstract] = {}
    for name, param in definition.params.items():
        if name in params:
            values[name] = from_python(params[name])
        elif param.default is not None:
            values[name] = Evaluator(values, Sink(), definition.scope).value(param.default)
        else:
            return None
    return values


def _check_concrete(
    definition: Definition, params: Mapping[str, Any], symbolic: Inference, sink: Sink
) -> Inference:
    """Everything that the entry reaches, again, with numbers.

    What was assumed with variables is now decided, so those warnings give way to what the
    numbers say.
    """
    known = list(definition.params)
    for name in params:
        if name not in known:
            near = tuple(nearest(name, known))
            sink.add(UnknownParameter(definition.span, definition.heading(), name, near))
    values = _values(definition, params)
    if params and values is None:
        missing = [
            name
            for name, param in definition.params.items()
            if param.default is None and name not in params
        ]
        sink.add(MissingParameter(definition.span, definition.name, tuple(missing)))
    if values is None or sink.has_errors:
        return symbolic
    concrete = Inference(Sink())
    concrete.flows = dict(symbolic.flows)
    found = concrete.signature(definition, values)
    reached = [d.span for d in concrete.reached]
    sink.discard(
        lambda d: isinstance(d, SizesAssumed) and any(_inside(d.span, span) for span in reached)
    )
    told = {(d.code, d.span) for d in sink}
    for problem in found.problems:
        inner = problem.inner if isinstance(problem, Within) else problem
        new = problem.severity is Severity.ERROR or isinstance(inner, SizesAssumed)
        if new and (problem.code, problem.span) not in told:
            told.add((problem.code, problem.span))
            sink.add(problem)
    return concrete


def _inside(place: Span, header: Span) -> bool:
    """Whether a place belongs to the neuron with this header: no other starts in between."""
    if place.source is not header.source or place.start < header.start:
        return False
    return "\nneuron " not in place.source.text[header.end : place.start]


# --- signatures


def _param(definition: Definition, name: str) -> Param:
    param = definition.params[name]
    default: Any = ...
    if param.default is not None:
        default = to_python(Evaluator({}, Sink(), definition.scope).value(param.default))
        if default is ...:
            default = param.default.span.text
    return Param(name, default, param_kind(param, definition), param.span.text)


def _port(name: str, named: bool, type_: TensorType, span: Span, last: str | None = None) -> Port:
    dtype = type_.dtype if isinstance(type_.dtype, str) else "float"
    return Port(name, named, sizes(type_.shape), dtype, span, last)


def _last(inferred: Inferred, output: int, inference: Inference, depth: int = 0) -> str | None:
    """The library neuron that makes an output, looked for through composites and branches."""
    flow = inferred.flow
    tensor = flow.outputs[output] if flow is not None else None
    if flow is None or tensor is None:
        return inferred.definition.name if inferred.definition.library else None
    return _maker(tensor.index, flow.steps, inferred, inference, depth)


def _maker(
    index: int, steps: tuple[Step, ...], inferred: Inferred, inference: Inference, depth: int
) -> str | None:
    if depth > 20:
        return None
    for step in steps:
        match step:
            case Apply(target, _, outputs, span):
                position = next((i for i, t in enumerate(outputs) if t.index == index), None)
                if position is None:
                    continue
                if isinstance(target, Instance):
                    definition = target.definition
                else:
                    values = inferred.callees.get(span, ())
                    if not values:
                        return None
                    definition = values[-1].definition
                if not definition.is_graph:
                    return definition.name if definition.library else None
                callee = inference.generic(definition)
                return _last(callee, position, inference, depth + 1)
            case Choice() | Dispatch() | Selection():
                found = _in_branches(index, step, inferred, inference, depth)
                if found is not None:
                    return found
            case _:
                continue
    return None


def _in_branches(
    index: int,
    step: Choice | Dispatch | Selection,
    inferred: Inferred,
    inference: Inference,
    depth: int,
) -> str | None:
    """What makes a result of a choice, if all branches agree."""
    if isinstance(step, Choice):
        branches = [*(region for _, region in step.branches), step.otherwise]
    else:
        branches = [arm.region for arm in step.arms]
    position = next((i for i, t in enumerate(step.outputs) if t.index == index), None)
    written = next((n for n, t in step.writes.items() if t.index == index), None)
    makers: set[str | None] = set()
    for region in branches:
        if written is not None:
            tensor = region.writes.get(written)
        elif position is not None and position < len(region.results):
            tensor = region.results[position]
        else:
            return None
        if tensor is not None:
            makers.add(_maker(tensor.index, region.steps, inferred, inference, depth + 1))
    return makers.pop() if len(makers) == 1 else None
