"""Steps that decide: `if` at construction, `match` by shape or by signature; counts."""

from neuroscript.language.shapes.control.choosing import choose
from neuroscript.language.shapes.control.counts import check_count
from neuroscript.language.shapes.control.dispatching import dispatch
from neuroscript.language.shapes.control.selecting import select

__all__ = ["check_count", "choose", "dispatch", "select"]
