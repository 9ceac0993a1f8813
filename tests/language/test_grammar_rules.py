"""The rules that the matcher runs are those of grammar.peg."""

from __future__ import annotations

from neuroscript.language.syntax.grammar_reading import GRAMMAR, RULES, read_grammar, written
from neuroscript.language.syntax.grammar_rules import RULES as RUN


def test_the_rules_are_those_of_the_grammar() -> None:
    text = GRAMMAR.read_text("utf-8")
    assert read_grammar(text) == RUN, "renew them: nox -s pages"
    assert RULES.read_text("utf-8") == written(text)


def test_every_kind_of_expression_is_read() -> None:
    rules = read_grammar("a = b* (!c b / d)?\nb = ~'x'\nc = b+ d\nd = ~'y'")
    choice = "one_of", "", (("in_order", "", (("absent", "", ("c",)), "b")), "d")
    many, perhaps = ("repeated", "", ("b", 0, -1)), ("repeated", "", (choice, 0, 1))
    assert rules["a"] == ("in_order", "a", (many, perhaps))
    assert rules["c"] == ("in_order", "c", (("repeated", "", ("b", 1, -1)), "d"))
    assert rules["d"] == ("token", "d", ("y",))
