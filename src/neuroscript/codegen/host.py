"""What an `impl:` neuron is in Python: a module that is constructed, or an expression.

`torch,nn/Linear` is a class. The standard library says more through `external(..)`:

* `module`, `name` and, with parameters in quotes, `positional`, `always` (passed even at their
  defaults), `absent` (None for the host at their defaults), `initialised` (the deviation that
  weights start with) and keywords that the host calls differently; `fixed` is passed as it stands;
* or `alias` (the input itself), `method` (of the input), `emitter` (a function of `emitters.py`),
  `expr` (with ports and parameters in braces; `{ports_list}` is a variadic port without the
  brackets of a tuple);
* a class whose calls may be written in place, where what is known allows it: `inline`, a function
  of `inlined.py`;
* with `expr`, a class as above or `state`, an expression of parameters, is what it keeps: `{self}`;
* `results`, how ports stand in what the host gives, where that is no plain tuple;
* and `outputs`, the parameter that says how many tensors come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword

from neuroscript.diagnostics import InternalError, Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class HostClass:
    """A class that is constructed in `__init__`."""

    module: str
    name: str
    positional: tuple[str, ...]
    """Parameters passed by position."""

    keywords: tuple[tuple[str, str], ...]
    """The host's name and ours, of what is passed by keyword."""

    always: frozenset[str]
    """Parameters that are passed even at their defaults."""

    defaults_agree: bool
    """Whether our defaults are known to be the host's."""

    place: Span | None = None
    """Where a user's neuron names it."""

    absent: frozenset[str] = frozenset()
    """Parameters whose default means None."""

    fixed: tuple[str, ...] = ()
    """Arguments that are always the same."""

    initialised: str | None = None
    """The parameter that says how the weights start."""

    results: str | None = None
    """How the outputs stand in what it gives: `{sequence}, ({state}, {cell})`."""

    inline: str | None = None
    """The function of `inlined.py` that may know something simpler for a call."""


@dataclass(frozen=True, slots=True)
class HostExpression:
    """Something that is written in place: one of the first four fields is set."""

    alias: str | None = None
    method: HostClass | None = None
    template: str | None = None
    emitter: str | None = None
    state: HostClass | str | None = None
    """What a template keeps from call to call: a module, or an expression of parameters."""

    results: str | None = None
    """As for a class."""


Host = HostClass | HostExpression


def by_keyword(name: str, text: str) -> str:
    """An argument of a host by its name, which may be a word that Python keeps to itself."""
    return f'**{{"{name}": {text}}}' if iskeyword(name) else f"{name}={text}"


def host_of(definition: Definition) -> Host:
    """The host of an `impl:` neuron."""
    host = definition.neuron.impls[0].host
    match host:
        case ast.HostPath(provider, path):
            parts = [name.text for name in path]
            if provider.text in ("core", "neuroscript"):
                return _core(definition, parts[-1])
            package = ["torch"] if provider.text == "torch" else []
            return _host_class(definition, ".".join([*package, *parts[:-1]]), parts[-1], {})
        case ast.External(args):
            options = {str(arg.keyword): _text(arg.value) for arg in args}
            return _external(definition, options)


def _core(definition: Definition, name: str) -> Host:
    """The class behind the standard library's neuron of that name, for these parameters."""
    library = definition.scope.library
    found = library.find(name) if library is not None else None
    if found is None:
        return _host_class(definition, "neuroscript.primitives", name, {})
    host = host_of(found)
    assert isinstance(host, HostClass), "what is no class is refused when checking"
    called = {theirs: ours for theirs, ours in host.keywords if ours in definition.params}
    return _host_class(definition, host.module, host.name, called)


def _external(definition: Definition, options: dict[str, str]) -> Host:
    if "alias" in options:
        return HostExpression(alias=options["alias"])
    if "expr" in options:
        template, results = options.pop("expr"), options.pop("results", None)
        kept: HostClass | str | None = options.get("state")
        if "module" in options:
            kept = _host_class(definition, options.pop("module"), options.pop("name"), options)
        return HostExpression(template=template, state=kept, results=results)
    if "emitter" in options:
        return HostExpression(emitter=options["emitter"])
    if "method" in options:
        name = options.pop("method")
        return HostExpression(method=_host_class(definition, "", name, options))
    return _host_class(definition, options.pop("module"), options.pop("name"), options)


def _host_class(
    definition: Definition, module: str, name: str, options: dict[str, str]
) -> HostClass:
    always, absent = (frozenset(options.pop(key, "").split()) for key in ("always", "absent"))
    fixed = tuple(filter(None, options.pop("fixed", "").split("; ")))
    initialised, results = options.pop("initialised", None), options.pop("results", None)
    inline = options.pop("inline", None)
    params = [name for name in definition.params if name != initialised]
    required = tuple(name for name in params if definition.params[name].default is None)
    positional = tuple(options.pop("positional", " ".join(required)).split())
    renamed = {ours: theirs for theirs, ours in options.items() if ours not in positional}
    keywords = [(renamed.get(p, p), p) for p in params if p not in positional]
    keywords += [(theirs, ours) for theirs, ours in options.items() if ours in positional]
    place = definition.neuron.impls[0].host.span if not definition.library else None
    return HostClass(
        module, name, positional, tuple(keywords), always, definition.library, place,
        absent, fixed, initialised, results, inline,
    )  # fmt: skip


def _text(value: ast.Value) -> str:
    if isinstance(value, ast.Literal) and isinstance(value.value, str):
        return value.value
    raise InternalError(f"{value.span}: an option of `external` is not a string")
