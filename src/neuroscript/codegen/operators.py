"""Where an expression that is too long for a line is broken."""

from __future__ import annotations

import re

_LOOSEST_FIRST = (("if", "else"), ("or",), ("and",), ("+", "-"), ("*", "/", "//", "%", "@"))
BRACKETS_AND_COMMAS = re.compile(r'"(?:[^"\\]|\\.)*"|[()\[\]{}]|,')
"""Strings are tokens of their own, so that what stands in them is passed over."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()\[\]{}]| (if|else|or|and|[-+*/%@]+)(?= )')


def at_operators(text: str) -> list[str]:
    """The parts between the operators that bind least, each with the operator before it.

    >>> at_operators("a + (b - c) * d - e")
    ['a', '+ (b - c) * d', '- e']
    >>> at_operators("relu(a + b)")
    ['relu(a + b)']
    """
    depth, found = 0, []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        elif match[1] and not depth:
            found.append((match.start(), match[1]))
    for operators in _LOOSEST_FIRST:
        places = [start for start, token in found if token in operators]
        if places:
            ends = [*places[1:], len(text)]
            parts = zip([0, *(place + 1 for place in places)], [places[0], *ends], strict=True)
            return [text[start:end] for start, end in parts]
    return [text]


def at_last_bracket(text: str) -> tuple[str, list[str], str] | None:
    """What ends in a bracket as head, items and tail; None if nothing stands in that bracket.

    >>> at_last_bracket("torch.cat((a, f(b, c)), dim=1)")
    ('torch.cat(', ['(a, f(b, c))', 'dim=1'], ')')
    >>> at_last_bracket("f()[:, x[0]]")
    ('f()[', [':', 'x[0]'], ']')
    >>> at_last_bracket("(a,)") is None  # its comma is part of it
    True
    """
    opened: list[int] = []
    commas: dict[int, list[int]] = {}
    for match in BRACKETS_AND_COMMAS.finditer(text):
        if match[0] in "([{":
            opened.append(match.start())
        elif match[0] == "," and opened:
            commas.setdefault(opened[-1], []).append(match.start())
        elif match[0] in ")]}" and opened:
            start = opened.pop()
            if match.end() == len(text) and start + 2 < len(text):
                ends = [*commas.get(start, ()), len(text) - 1]
                parts = [
                    text[a + 1 : b].strip() for a, b in zip([start, *ends], ends, strict=False)
                ]
                return (text[: start + 1], parts, match[0]) if parts[-1] else None
    return None
