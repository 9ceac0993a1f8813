"""`=> [..]`: which axis goes where, decided from names before any number is known.

The result is a plan: reshape into parts, permute, reshape into the target, without the stages
that would do nothing.
"""

from neuroscript.language.shapes.rearrange.placing import rearrange
from neuroscript.language.shapes.rearrange.plan import Plan
from neuroscript.language.shapes.rearrange.reading import Reading, RearrangeProblem
from neuroscript.language.shapes.rearrange.reducing import reduction
from neuroscript.language.shapes.rearrange.repeating import repetition
from neuroscript.language.shapes.rearrange.rereading import as_before, unread

__all__ = [
    "Plan",
    "Reading",
    "RearrangeProblem",
    "as_before",
    "rearrange",
    "reduction",
    "repetition",
    "unread",
]
