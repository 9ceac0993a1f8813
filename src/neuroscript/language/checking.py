"""All phases of the language in order, from text to a checked program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from neuroscript.diagnostics import Sink, Source, Span, deep_recursion, uncollected
from neuroscript.language.checked import Checked
from neuroscript.language.concrete import check_concrete
from neuroscript.language.entry import entry_of
from neuroscript.language.errors import Intricate, UnreadableFile
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.imports import File, Loader, unused_imports
from neuroscript.language.reading import read_source
from neuroscript.language.rules import apply_rules
from neuroscript.language.rules.rule import Context
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.syntax.walk import mentioned, mentioned_in_body
from neuroscript.language.work import MAX_CHARACTERS, TooMuchWork, bounded


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
        entry = entry_of(file.program, file.scope, neuron, sink)
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
            return check_concrete(definition, params, inference, sink)
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
