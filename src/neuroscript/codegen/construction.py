"""What happens when a class that `load` made is constructed.

Sizes are checked with the very arguments, before anything is built, and what a host class says
about its arguments is told with the line that names it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from neuroscript.codegen.errors import ConstructionError, HostRefuses
from neuroscript.diagnostics import Diagnostic, Severity, Span
from neuroscript.language import Checked

_inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Whether an outer construction is going on, which has checked its parts."""


def check_construction(cls: type, checked: Checked, neuron: str) -> None:
    """Make a class check its sizes when it is constructed on its own.

    Refuted sizes raise ConstructionError, which is a ValueError, before anything is built.
    """
    original: Callable[..., None] = vars(cls).get("__init__", cls.__init__)  # type: ignore[misc]
    signature = inspect.signature(original)

    @functools.wraps(original)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        if _inside.get():
            original(self, *args, **kwargs)
            return
        given = dict(_plain(signature, self, args, kwargs))
        errors = [d for d in checked.problems_with(neuron, given) if d.severity is Severity.ERROR]
        if errors:
            raise ConstructionError(errors)
        token = _inside.set(True)
        try:
            original(self, *args, **kwargs)
        except TypeError as error:
            refused = _refused(error, checked)
            if refused is None:
                raise
            raise ConstructionError([refused]) from error
        finally:
            _inside.reset(token)

    cls.__init__ = construct  # type: ignore[misc]


def _plain(
    signature: inspect.Signature, self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[tuple[str, Any]]:
    """The arguments that are plain values; none if the call does not fit at all."""
    try:
        bound = signature.bind(self, *args, **kwargs)
    except TypeError:
        return []  # Python tells it
    plain = (bool, int, float, str, list, tuple, type(None))
    named = list(bound.arguments.items())[1:]
    return [(name.rstrip("_"), value) for name, value in named if isinstance(value, plain)]


def _refused(error: TypeError, checked: Checked) -> Diagnostic | None:
    """The call in the source whose host class raised, if that is what happened."""
    trace = error.__traceback__
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    path = checked.source.path
    if trace.tb_frame.f_code.co_filename not in (str(path), checked.source.name):
        return None
    line: Span = checked.source.line_span(trace.tb_lineno)
    return HostRefuses(line, str(error))
