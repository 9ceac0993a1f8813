"""What an `impl:` neuron is in Python: a module that is constructed, or an expression.

`torch,nn/Linear` is a class. The standard library says more through `external(..)`:

* `module`, `name` and, with parameters in quotes, `positional`, `always` (passed even at their
  defaults), `absent` (None for the host at their defaults), `initialised` (the deviation that
  weights start with, and that of the host by itself if it has one) and keywords that the host
  calls differently; `fixed` is passed as it stands; `by_rank` names torch's classes for what
  arrives with so many axes, which are what `always` is about then;
* or `alias` (the input itself), `method` (of the input), `emitter` (a function of `emitters.py`),
  `expr` (as `templates.py` says);
* a class whose calls may be written in place, where what is known allows it: `inline`, a function
  of `inlined.py`;
* with `expr`, a class as above or `state`, a template too or the name of a function in `STATES` of
  `emitters.py`, is what it keeps: `{self}`;
* `results`, how ports stand in what the host gives, where that is no plain tuple;
* and `outputs`, the parameter that says how many tensors come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

    starts: str = ""
    """The value of that parameter with which the host starts by itself."""

    results: str | None = None
    """How the outputs stand in what it gives: `{sequence}, ({state}, {cell})`."""

    inline: str | None = None
    """The function of `inlined.py` that may know something simpler for a call."""

    by_rank: Mapping[int, HostClass] = field(default_factory=dict)
    """The class instead of this one where what arrives is known to have so many axes."""


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
        return HostExpression(method=_host_class(definition, "torch.Tensor", name, options))
    if "by_rank" in options:
        entries = [entry.split() for entry in options.pop("by_rank").split(", ")]
        always = {"always": options.pop("always", "")}
        classes = {
            int(rank): _host_class(definition, "torch.nn", name, dict(always))
            for rank, name in entries
        }
        host = _host_class(definition, options.pop("module"), options.pop("name"), options)
        return replace(host, by_rank=classes)
    return _host_class(definition, options.pop("module"), options.pop("name"), options)


def _host_class(
    definition: Definition, module: str, name: str, options: dict[str, str]
) -> HostClass:
    always, absent = (frozenset(options.pop(key, "").split()) for key in ("always", "absent"))
    fixed = tuple(filter(None, options.pop("fixed", "").split("; ")))
    initialised, _, starts = options.pop("initialised", "").partition(" ")
    results = options.pop("results", None)
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
        absent, fixed, initialised or None, starts, results=results, inline=inline,
    )  # fmt: skip


def _text(value: ast.Value) -> str:
    if isinstance(value, ast.Literal) and isinstance(value.value, str):
        return value.value
    raise InternalError(f"{value.span}: an option of `external` is not a string")
