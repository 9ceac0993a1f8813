"""Which argument of a call goes to which parameter."""

from __future__ import annotations

from neuroscript.diagnostics import Sink, nearest
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    MissingArgument,
    PositionalAfterKeyword,
    UnexpectedArgument,
    plural,
)
from neuroscript.language.syntax import ast


def bind(call: ast.Call, definition: Definition, sink: Sink) -> dict[str, ast.Argument] | None:
    """Arguments by parameter: positional first, then by keyword. None if they do not fit."""
    params = list(definition.params)
    bound: dict[str, ast.Argument] = {}
    keyword: ast.Argument | None = None
    problems = 0
    for position, argument in enumerate(call.args):
        problem: str | None = None
        near: tuple[str, ...] = ()
        if argument.keyword is None:
            if keyword is not None:
                sink.add(PositionalAfterKeyword(argument.span, keyword.span))
                problems += 1
                continue
            name = params[position] if position < len(params) else ""
            if not name:
                taken = plural(len(params), "argument") if params else "no argument"
                problem = f"takes {taken}, this is number {position + 1}"
        else:
            keyword, name = argument, argument.keyword.text
            name = definition.documentation.aliases.get(name, name)
            if name not in params:
                problem = f"has no parameter `{name}`"
                near = tuple(nearest(name, params))
        if problem is None and name in bound:
            problem = f"gets `{name}` twice"
        if problem is not None:
            heading = definition.heading()
            sink.add(UnexpectedArgument(argument.span, definition.name, problem, heading, near))
            problems += 1
        else:
            bound[name] = argument
    missing = tuple(
        name
        for name, param in definition.params.items()
        if param.default is None and name not in bound
    )
    if missing and not problems:
        sink.add(
            MissingArgument(
                call.span, definition.name, missing, definition.heading(), definition.span
            )
        )
    return None if missing or problems else bound
