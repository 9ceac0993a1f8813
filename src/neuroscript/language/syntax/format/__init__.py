"""The one layout for `.ns` text: `format_source`."""

from __future__ import annotations

from neuroscript.diagnostics import InternalError, NeuroScriptError, Severity, Sink, Source
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.comments import Notes, scan
from neuroscript.language.syntax.format.declarations import Declarations
from neuroscript.language.syntax.format.meaning import meaning
from neuroscript.language.syntax.format.page import Page
from neuroscript.language.syntax.parse import parse

__all__ = ["format_source", "meaning"]


def format_source(text: str, name: str = "<string>") -> str:
    r"""The program in canonical layout: what it means and all its comments stay.

    Raises NeuroScriptError, whose messages call the text `name`, if it does not parse. Lines end
    as the first one does.

    >>> text = "neuron A( n=2 ):\n  in:[b,n]\n  out: [b,1]\n  graph: in->Linear(n,1)->out # go"
    >>> print(format_source(text), end="")
    neuron A(n=2):
        in: [b, n]
        out: [b, 1]
        graph: in -> Linear(n, 1) -> out  # go
    """
    text = text.removeprefix("\ufeff")
    program = _parse(text, name)
    page = Page(Notes(program))
    Declarations(page).program(program)
    result = page.text
    _verify(program, result)
    return result.replace("\n", "\r\n") if _ends_lines_with_crlf(text) else result


def _parse(text: str, name: str) -> ast.Program:
    sink = Sink()
    program = parse(Source(name, text), sink)
    errors = [d for d in sink.sorted() if d.severity is Severity.ERROR]
    if errors:
        raise NeuroScriptError(errors)
    return program


def _verify(program: ast.Program, result: str) -> None:
    """Raise InternalError rather than hand out a text that says something else."""
    again = Sink()
    written = parse(Source(program.source.name, result), again)
    if again.has_errors or meaning(written) != meaning(program):
        raise InternalError(f"{program.source.name}: formatting it would change what it means")
    comments = [sorted(c.text for c in scan(t)[0]) for t in (program.source.text, result)]
    if comments[0] != comments[1]:
        raise InternalError(f"{program.source.name}: formatting it would lose a comment")


def _ends_lines_with_crlf(text: str) -> bool:
    end = text.find("\n")
    return end > 0 and text[end - 1] == "\r"
