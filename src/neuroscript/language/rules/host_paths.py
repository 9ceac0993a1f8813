"""`impl:` says which class does the work (NS605)."""

from __future__ import annotations

from keyword import iskeyword

from neuroscript.diagnostics import Span, nearest
from neuroscript.language.names.errors import MalformedPath
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast

PROVIDERS = ("torch", "core", "neuroscript", "python")
OPTIONS = ("module", "name")


def host_paths(context: Context) -> None:
    for neuron in context.program.neurons:
        for impl in neuron.impls:
            match impl.host:
                case ast.HostPath():
                    _path(context, impl.host)
                case ast.External():
                    _external(context, impl.host)


def _path(context: Context, host: ast.HostPath) -> None:
    provider = host.provider.text
    if provider not in PROVIDERS:
        near = nearest(provider, PROVIDERS)
        advice = f"did you mean `{near[0]}`?" if near else "write `torch,nn/Linear` or the like"
        _add(context, host.provider.span, f"unknown provider `{provider}`", advice)
    elif any(part.text in ("*", "..") for part in host.path):
        _add(context, host.span, "this names no class", "write `torch,nn/Linear` or the like")
    elif provider == "python" and len(host.path) < 2:
        _add(context, host.span, "this names no class", "write `python,my_pkg/layers/Fancy`")
    elif provider in ("core", "neuroscript"):
        _core(context, host.path[-1])
    else:
        for part in host.path:
            if iskeyword(part.text):
                problem = f"`{part.text}` is a keyword of Python's"
                _add(context, part.span, problem, "nothing can be imported by that name")


def _core(context: Context, name: ast.Name) -> None:
    """A neuron of the standard library that is a class, not wiring or made of others."""
    library = context.scope.library
    found = library.find(name.text) if library is not None else None
    if library is not None and found is None:
        similar = library.near(name.text)
        advice = f"did you mean `{similar[0]}`?" if similar else "see the library's list"
        _add(context, name.span, f"the standard library has no `{name.text}`", advice)
    elif found is not None and not _is_class(found.neuron):
        advice = f"use it in a graph: `graph: in -> {name.text}(..) -> out`"
        _add(context, name.span, f"`{name.text}` is no class of its own", advice)


def _is_class(neuron: ast.Neuron) -> bool:
    if not neuron.impls:
        return False
    host = neuron.impls[0].host
    if isinstance(host, ast.HostPath):
        return True
    return any(arg.keyword is not None and arg.keyword.text == "module" for arg in host.args)


def _external(context: Context, host: ast.External) -> None:
    given: dict[str, ast.Argument] = {}
    for argument in host.args:
        keyword = argument.keyword.text if argument.keyword else ""
        text = isinstance(argument.value, ast.Literal) and isinstance(argument.value.value, str)
        if keyword not in OPTIONS or not text:
            advice = 'write `external(module="my_pkg.layers", name="Fancy")`'
            _add(context, argument.span, "not an option of `external`", advice)
            return
        given[keyword] = argument
        literal = argument.value
        assert isinstance(literal, ast.Literal)
        parts = str(literal.value).split(".") if keyword == "module" else [str(literal.value)]
        if not all(
            part.isascii() and part.isidentifier() and not iskeyword(part) for part in parts
        ):
            problem = f"`{literal.value}` is not a name of Python's"
            advice = "names are joined by dots" if keyword == "module" else "it is one name"
            _add(context, argument.value.span, problem, advice)
    for option in OPTIONS:
        if option not in given:
            advice = 'write `external(module="my_pkg.layers", name="Fancy")`'
            _add(context, host.span, f"`external` misses `{option}`", advice)


def _add(context: Context, span: Span, problem: str, advice: str) -> None:
    context.sink.add(MalformedPath(span, problem, advice))
