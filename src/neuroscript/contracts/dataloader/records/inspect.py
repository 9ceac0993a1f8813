"""Looking at one line closely: what it holds, or what exactly is wrong with it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from neuroscript.contracts.dataloader.columns import errors
from neuroscript.contracts.dataloader.records.schema import (
    KIND_WORDS,
    Field,
    Schema,
    find_fields,
    kind_of,
    leaf,
    shape_of,
    value_at,
)
from neuroscript.diagnostics import Diagnostic, Span

EXPECTED = {"input": "numbers, booleans or one text", "target": "numbers, booleans or class names"}

NOT_A_NUMBER = re.compile(r"[\[,:\s](-?(?:NaN|Infinity|inf|nan))\b")


@dataclass(frozen=True)
class Line:
    """A line of a file."""

    path: Path
    number: int
    text: str

    def span(self, start: int = 0, end: int | None = None) -> Span:
        return errors.on_line(self.path, self.number, self.text, start, end)

    def span_of(self, keys: tuple[str, ...]) -> Span:
        """Where the value that the keys lead to stands; the whole line if it is not found."""
        start = 0
        for key in keys:
            found = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:\s*").search(
                self.text, start
            )
            if found is None:
                return self.span()
            start = found.end()
        try:
            end = json.JSONDecoder().raw_decode(self.text, start)[1]
        except (ValueError, RecursionError):
            end = start + 1
        return self.span(start, end)


def parse_line(line: Line) -> dict[str, Any] | Diagnostic:
    """The record of a line, or what is wrong with it."""
    try:
        record = orjson.loads(line.text)
    except orjson.JSONDecodeError as error:
        return _not_json(line, error)
    if isinstance(record, dict):
        return record
    found = "a list" if isinstance(record, list) else f"`{line.text.strip()[:30]}`"
    return errors.NotARecord(line.span(), found)


def _not_json(line: Line, error: orjson.JSONDecodeError) -> Diagnostic:
    odd = NOT_A_NUMBER.search(line.text)
    if odd is not None:
        field = re.findall(r'"([^"]*)"\s*:', line.text[: odd.start(1)])
        span = line.span(odd.start(1), odd.end(1))
        return errors.NotFinite(span, field[-1] if field else "sample", odd[1])
    reason = error.msg.partition(": line ")[0]
    advice = None
    if line.text.lstrip().startswith("["):
        advice = "put each sample on a line of its own, without brackets around them all"
    elif "unexpected end" in reason:
        advice = "a sample begins and ends on one line; is a bracket missing?"
    elif "'" in line.text:
        advice = "JSON wants double quotes"
    return errors.NotJson(line.span(error.pos, error.pos + 1), reason, advice)


def first_schema(line: Line, record: dict[str, Any]) -> Schema | list[Diagnostic]:
    """What the first record declares for all, or what is wrong with it."""
    inputs = find_fields(record, "input")
    targets = find_fields(record, "target") or {}
    ignored: tuple[str, ...] = ()
    if inputs is None:
        inputs = {key: (key,) for key in record if key != "target"}
    else:
        ignored = tuple(key for key in record if key not in ("input", "target"))
    if not inputs:
        return [errors.NoInput(line.span())]
    found: list[Diagnostic] = []
    fields: list[dict[str, Field]] = []
    for role, ports in (("input", inputs), ("target", targets)):
        made = {port: _first_field(line, record, keys, role, found) for port, keys in ports.items()}
        fields.append({port: field for port, field in made.items() if field is not None})
    return found or Schema(fields[0], fields[1], ignored, line.number)


def _first_field(
    line: Line, record: dict[str, Any], keys: tuple[str, ...], role: str, found: list[Diagnostic]
) -> Field | None:
    value = value_at(record, keys)
    shape = shape_of(value)
    kind = kind_of(leaf(value), role)
    name = ".".join(keys)
    span = line.span_of(keys)
    expected = EXPECTED[role]
    if shape is None:
        found.append(errors.WrongShape(span, name, None, (), line.number))
    elif 0 in shape:
        found.append(errors.WrongKind(span, name, "an empty list", expected))
    elif kind is None or (kind == "text" and shape):
        found.append(errors.WrongKind(span, name, _word(leaf(value)), expected))
    else:
        field = Field(keys, shape, kind)
        problem = check_field(line, field, value, line.number)
        if problem is None:
            return field
        found.append(problem)
    return None


def check_record(line: Line, record: dict[str, Any], schema: Schema) -> Iterator[Diagnostic]:
    """Everything in which a record differs from the first one."""
    expected = {*schema.keys, *schema.ignored}
    missing = False
    for field in schema.fields:
        try:
            value = value_at(record, field.keys)
        except (KeyError, TypeError, IndexError):
            others = [key for key in record if key not in expected]
            missing = True
            yield errors.MissingField(line.span(), field.name, schema.first_line, others)
            continue
        problem = check_field(line, field, value, schema.first_line)
        if problem is not None:
            yield problem
    extra = [key for key in record if key not in expected]
    if extra and not missing and "input" not in expected:
        keys = list(schema.keys)
        yield errors.ExtraField(line.span_of((extra[0],)), extra[0], schema.first_line, keys)


def check_field(line: Line, field: Field, value: Any, first_line: int) -> Diagnostic | None:
    """What is wrong with the value of a field, if anything."""
    span = line.span_of(field.keys)
    shape = shape_of(value)
    expected = KIND_WORDS[field.kind]
    for item in _leaves(value):
        if not field.takes(item):
            return errors.WrongKind(span, field.name, _word(item), expected)
        if field.kind == "text" and not item.strip():
            return errors.WrongKind(span, field.name, "an empty text", expected)
        if isinstance(item, float) and not math.isfinite(item):
            return errors.NotFinite(span, field.name, str(item))
        if _too_large(item):
            reason = f"{item}, which is too large"
            return errors.WrongKind(span, field.name, reason, expected)
    if isinstance(value, list) and not value:
        return errors.WrongKind(span, field.name, "an empty list", expected)
    if not _same_but_for_length(shape, field.shape):
        return errors.WrongShape(span, field.name, shape, field.shape, first_line)
    return None


def _same_but_for_length(shape: tuple[int, ...] | None, first: tuple[int, ...]) -> bool:
    return shape is not None and len(shape) == len(first) and shape[1:] == first[1:]


def _too_large(item: Any) -> bool:
    """Whether a number is beyond float32, or a whole one beyond int64."""
    if isinstance(item, float):
        return abs(item) >= errors.FLOAT32_OVERFLOW
    return isinstance(item, int) and not -(2**63) <= item < 2**63


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"the text {json.dumps(value[:30], ensure_ascii=False)}"
    if isinstance(value, dict):
        return "an object"
    return json.dumps(value)
