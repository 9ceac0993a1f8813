"""The tree of the grammar: its parts, and what they are called and where they stand."""

from __future__ import annotations

from collections.abc import Callable

from neuroscript.diagnostics import Span
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.matcher import Node

SpanOf = Callable[[int, int], Span]
"""Maps places `start <= i < end` of prepared text to the source."""


def parts_of(node: Node, *rules: str) -> list[Node]:
    """The nodes of some rules inside, in order."""
    return [part for part in node.children if part.rule in rules]


class Places:
    """Where nodes of the grammar stand in the source."""

    def __init__(self, between: SpanOf) -> None:
        self.between = between

    def span(self, node: Node) -> Span:
        return self.between(node.start, node.end)

    def name(self, node: Node) -> ast.Name:
        return ast.Name(node.text.rstrip(" "), self.span(node))
