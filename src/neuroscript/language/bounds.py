"""Work on a neuron after its program is checked, bounded as checking is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neuroscript.diagnostics import NeuroScriptError, deep_recursion, uncollected
from neuroscript.language.errors import Intricate
from neuroscript.language.names.definition import Definition
from neuroscript.language.work import TooMuchWork, allow, bounded


@contextmanager
def within_bounds(characters: int, definition: Callable[[], Definition]) -> Iterator[None]:
    """As much as programs of so many characters may need. Raises NeuroScriptError (NS112).

    `definition` is asked for the neuron only where it takes too much.
    """
    with bounded(), uncollected(), deep_recursion():
        allow(characters)
        try:
            yield
        except TooMuchWork:
            found = definition()
            raise NeuroScriptError([Intricate(found.span, found.name)]) from None
