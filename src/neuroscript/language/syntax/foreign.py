"""Operators and characters that other languages have, and what to write for them."""

from __future__ import annotations

from neuroscript.diagnostics import Span
from neuroscript.language.syntax.errors import NonAscii, UnknownOperator

_ADVICE = {
    "//": "`#` starts a comment",
    "**": "write the product out: `n * n`",
    "===": "write `==`",
    "!==": "write `!=`",
    "<>": "write `!=`",
    "<-": "connections run from left to right: `in -> out`",
    "~>": "write `->`",
    "&": "write `&&` or `and`",
    "|": "write `||` or `or`",
    "~": "write `!` or `not`",
    ";": "start a new line",
    "{": "blocks are made by indentation",
    "}": "blocks are made by indentation",
    "\\": "put long lines into brackets, or start the next one with `->`",
}
_LOOK_ALIKES = {
    "→": "->", "⇒": "=>", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-",
    "≤": "<=", "≥": ">=", "≠": "!=", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
    "，": ",", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "\u00a0": "a blank",
}  # fmt: skip


def foreign_operator(place: Span) -> UnknownOperator:
    """What to say of an operator that is none here."""
    text = place.text
    shown = text if text.isprintable() else f"\\x{ord(text):02x}"
    return UnknownOperator(place, shown, _ADVICE.get(text, "remove it"))


def foreign_character(place: Span) -> NonAscii:
    """What to say of a character beyond ASCII."""
    return NonAscii(place, place.text, _LOOK_ALIKES.get(place.text))
