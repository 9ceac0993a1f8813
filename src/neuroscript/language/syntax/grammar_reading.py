"""Reads grammar.peg with parsimonious, into the rules that the matcher runs.

    python -m neuroscript.language.syntax.grammar_reading

writes them to grammar_rules.py, so that no program waits for the grammar to be read; a test holds
the two to each other.
"""

from __future__ import annotations

import math
from pathlib import Path

from parsimonious.expressions import Expression, Lookahead, OneOf, Quantifier, Regex, Sequence
from parsimonious.grammar import Grammar

from neuroscript.diagnostics import InternalError
from neuroscript.language.syntax.matcher import Part, Rule

GRAMMAR = Path(__file__).with_name("grammar.peg")
RULES = Path(__file__).with_name("grammar_rules.py")
HEAD = '''"""The rules of grammar.peg, as grammar_reading.py reads them."""

from __future__ import annotations

from neuroscript.language.syntax.matcher import Rule

# ruff: noqa: E501
# fmt: off
RULES: dict[str, Rule] = {
'''


def read_grammar(text: str) -> dict[str, Rule]:
    """The rules of a grammar by name, those that others use by theirs."""
    grammar = Grammar(text)
    return {name: _rule(expression) for name, expression in grammar.items()}


def _rule(expression: Expression) -> Rule:
    name = expression.name
    match expression:
        case Regex():
            return "token", name, (expression.re.pattern,)
        case OneOf():
            return "one_of", name, tuple(_part(member) for member in expression.members)
        case Sequence():
            return "in_order", name, tuple(_part(member) for member in expression.members)
        case Lookahead() if expression.negativity:
            return "absent", name, (_part(expression.members[0]),)
        case Quantifier():
            most = -1 if math.isinf(expression.max) else int(expression.max)
            return "repeated", name, (_part(expression.members[0]), expression.min, most)
        case _:
            raise InternalError(f"grammar.peg: no way to match {expression}")


def _part(expression: Expression) -> Part:
    """A rule by its name, or what stands in a rule without one."""
    return expression.name or _rule(expression)


def written(text: str) -> str:
    """The module that holds the rules of a grammar."""
    rules = (f"    {name!r}: {rule!r},\n" for name, rule in read_grammar(text).items())
    return f"{HEAD}{''.join(rules)}}}\n"


if __name__ == "__main__":
    RULES.write_text(written(GRAMMAR.read_text("utf-8")), "utf-8")
