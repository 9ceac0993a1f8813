"""Numbers and strings: where each one ends, and what is wrong with it."""

from __future__ import annotations

import re
from math import isinf

from neuroscript.diagnostics import Source, Span
from neuroscript.language.syntax.errors import Malformed

MAX_DIGITS = 1000
"""Of a number; sizes have twenty."""

_STRINGS = {
    "`": re.compile(r"`[^`\n]*`"),
    '"': re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    "'": re.compile(r"'(?:[^'\\\n]|\\.)*'"),
}
_TAIL = re.compile(r"[A-Za-z0-9_]+|\.(?![0-9A-Za-z_])")
_ESCAPE = re.compile(r"\\(?:[\\\"'ntr0]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|(.))", re.DOTALL)


def wrong_number(source: Source, start: int, end: int, stop: int, index: bool) -> Malformed | None:
    """What is wrong with a number at `start <= i < end`; `index` says that a dot is before it."""
    text, whole = source.text[start:end], source.text
    tail = _TAIL.match(whole, end, stop)
    if tail and not (index and tail.group() == "."):
        advice = f"write `{text}.0`" if tail.group() == "." else "names start with a letter"
        place = Span(source, start, tail.end())
        return Malformed(place, f"`{place.text}` is not a number", advice)
    if index and not (whole[start - 2 : start - 1].isalnum() or whole[start - 2] in "_])"):
        place = Span(source, start - 1, end)
        return Malformed(place, f"`.{text}` is not a number", f"write `0.{text}`")
    if len(text) > MAX_DIGITS:
        problem = f"a number of {len(text)} digits is larger than any size can be"
        return Malformed(Span(source, start, end), problem, f"{MAX_DIGITS} digits are read")
    if not text.isdigit() and isinf(float(text)):
        problem = f"`{text}` is larger than floats can be"
        return Malformed(Span(source, start, end), problem, "1e308 is read")
    return None


def string_end(source: Source, start: int, stop: int) -> int | Malformed:
    """Where the string ends that starts with the quote at `start`."""
    quote = source.text[start]
    found = _STRINGS[quote].match(source.text, start, stop)
    if found is not None:
        return found.end()
    line_end = source.text.find("\n", start)
    place = Span(source, start, len(source.text) if line_end < 0 else line_end)
    return Malformed(place, "string without an end", f"close it with `{quote}`")


def wrong_escapes(source: Source, start: int, end: int) -> list[Malformed]:
    """What is wrong with the escapes of a string; one in backticks has none."""
    if source.text[start] == "`":
        return []
    known = r"escapes are \\ \" \' \n \t \r \0 \xHH \uHHHH; `raw` strings have none"
    quote = Span(source, start, start + 1)
    return [
        Malformed(
            Span(source, start + escape.start(), start + escape.start() + 2),
            f"`\\{escape.group(1)}` is not an escape",
            known,
            quote,
        )
        for escape in _ESCAPE.finditer(source.text[start:end])
        if escape.group(1) is not None
    ]
