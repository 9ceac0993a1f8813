"""All phases of the language in order, from text to a checked program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Severity,
    Sink,
    Source,
    Span,
    nearest,
)
from neuroscript.language.errors import MissingParameter, UnknownParameter, UnreadableFile
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import NoSuchEntry
from neuroscript.language.names.flow import Tensor
from neuroscript.language.names.scope import Scope, standard_library
from neuroscript.language.rules import apply_rules
from neuroscript.language.rules.rule import Context
from neuroscript.language.shapes.errors import SizesAssumed
from neuroscript.language.shapes.infer import Inference, Inferred, TensorType, param_kind
from neuroscript.language.shapes.values import Abstract, Evaluator, from_python, to_python
from neuroscript.language.signature import Param, Port, Signature, sizes
from neuroscript.language.syntax.ast import Program
from neuroscript.language.syntax.parse import parse


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
        return self.inference.signature(definition, values)

    def signature(self, neuron: str | None = None) -> Signature:
        """Ports, parameters and documentation of a neuron, by default the entry."""
        definition = self.definition(neuron)
        inferred = self.inferred(neuron)
        ports = definition.neuron
        return Signature(
            definition.name,
            tuple(_param(definition, name) for name in definition.params),
            tuple(
                _port(
                    port.name.text if port.name else "in", port.name is not None, type_, port.span
                )
                for port, type_ in zip(ports.inputs, inferred.inputs, strict=True)
            ),
            tuple(
                _port(
                    port.name.text if port.name else "out",
                    port.name is not None,
                    type_,
                    port.span,
                    _last(inferred, i, self.inference),
                )
                for i, (port, type_) in enumerate(zip(ports.outputs, inferred.outputs, strict=True))
            ),
            ports.doc.text if ports.doc else "",
            definition.span,
        )


def check(
    source: Source, neuron: str | None = None, params: Mapping[str, Any] | None = None
) -> Checked:
    """Check a program; `params` are values for the entry neuron's parameters."""
    sink = Sink()
    program = parse(source, sink)
    scope = Scope(standard_library())
    scope.define(program.neurons)
    apply_rules(Context(program, scope, sink))
    symbolic = Inference(sink)
    for definition in scope.own.values():
        symbolic.signature(definition)
    entry = _entry(program, scope, symbolic, neuron, sink)
    inference = symbolic
    if entry is not None and not sink.has_errors:
        inference = _check_concrete(scope.own[entry], params or {}, symbolic, sink)
    return Checked(source, program, scope, inference, entry, params or {}, tuple(sink.sorted()))


def check_text(
    text: str,
    name: str = "<string>",
    neuron: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Checked:
    """Check a program given as text.

    >>> text = "neuron A:\\n  in: [n, 2]\\n  out: [n, 1]\\n  graph: in -> Linear(3, 1) -> out\\n"
    >>> [(d.code, d.line, d.column) for d in check_text(text).diagnostics]
    [('NS301', 4, 16)]
    """
    return check(Source(name, text), neuron, params)


def check_path(
    path: str | Path,
    neuron: str | None = None,
    params: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> Checked:
    """Check a file; messages call it `name`, by default the path as given.

    Raises NeuroScriptError (NS603) if it cannot be read.
    """
    return check(read_source(path, name), neuron, params)


def read_source(path: str | Path, name: str | None = None) -> Source:
    """The text of a file. Raises NeuroScriptError (NS603) if it cannot be read."""
    path, shown = Path(path), name or str(path)
    try:
        return Source(shown, path.read_bytes().decode("utf-8"), path)
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


def _entry(
    program: Program, scope: Scope, inference: Inference, wanted: str | None, sink: Sink
) -> str | None:
    """The one asked for, else the only one that no other uses, else the last."""
    if wanted is not None:
        if wanted in scope.own:
            return wanted
        sink.add(_no_such_entry(program, wanted))
        return None
    if not program.neurons:
        return None
    used = {
        step.instance.definition.name
        for definition, flow in inference.flows.items()
        if not definition.library
        for step in flow.steps
        if step.instance.definition is not definition
    }
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
            values[name] = Evaluator(values, Sink()).value(param.default)
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
    found = Sink()
    concrete = Inference(found)
    concrete.flows = symbolic.flows
    concrete.signature(definition, values)
    reached = [d.span for d in concrete.concrete]
    sink.discard(
        lambda d: isinstance(d, SizesAssumed) and any(_inside(d.span, span) for span in reached)
    )
    told = {(d.code, d.span) for d in sink}
    library = [d for d in found if d.span.source is not definition.span.source]
    sink.extend(d for d in found if d not in library and (d.code, d.span) not in told)
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
        default = to_python(Evaluator({}, Sink()).value(param.default))
        if default is ...:
            default = param.default.span.text
    return Param(name, default, param_kind(param, definition), param.span.text)


def _port(name: str, named: bool, type_: TensorType, span: Span, last: str | None = None) -> Port:
    dtype = type_.dtype if isinstance(type_.dtype, str) else "float"
    return Port(name, named, sizes(type_.shape), dtype, span, last)


def _last(inferred: Inferred, output: int, inference: Inference) -> str | None:
    """The library neuron that makes an output, looked for through composites."""
    flow = inferred.flow
    tensor: Tensor | None = flow.outputs[output] if flow is not None else None
    if flow is None or tensor is None:
        return inferred.definition.name if inferred.definition.library else None
    for step in flow.steps:
        if tensor in step.outputs:
            callee = step.instance.definition
            if not callee.is_graph:
                return callee.name if callee.library else None
            return _last(inference.signature(callee), step.outputs.index(tensor), inference)
    return None
