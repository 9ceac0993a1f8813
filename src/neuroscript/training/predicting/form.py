"""The form of a row: what stands at each input of a neuron, held against what it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.columns.encoding import InputEncoding
from neuroscript.contracts.dataloader.pictures.decode import broken, decode, fractions
from neuroscript.contracts.dataloader.pictures.listing import IMAGE_NAMES
from neuroscript.contracts.dataloader.records.schema import shape_of
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Span
from neuroscript.training.batch import INPUT, TARGET
from neuroscript.training.input_port import InputPort
from neuroscript.training.predicting.errors import PortMissing, RowKind, RowShape, UnknownToken
from neuroscript.training.predicting.row import Row

WANTED = {"float": "numbers", "int": "whole numbers", "bool": "booleans"}
ONE = {"float": "one number", "int": "one whole number", "bool": "true or false"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a row holds for one port, and the keys that lead to it."""

    value: Any
    keys: tuple[str, ...]


def by_port(
    ports: Sequence[InputPort],
    row: Row,
    encodings: Mapping[str, InputEncoding],
    opens: bool = False,
) -> Sequence[Found | Diagnostic]:
    """The values of a row in the order of the ports, text as tokens; and what is missing.

    Where it `opens` files, the path of an image stands for the image.

    A row is `{"input": …, "target": …}`, or an object with a key for each port, or for each
    column that a port was made of, or, where there is one port, its value alone. The target and
    further keys count for nothing.
    """
    given: Any = row.value
    keys: tuple[str, ...] = ()
    names = [port.name for port in ports]
    if isinstance(given, Mapping) and INPUT in given and (names == [INPUT] or INPUT not in names):
        given, keys = given[INPUT], (INPUT,)
    if not isinstance(given, Mapping):
        if len(ports) == 1:
            return [_encoded(Found(given, keys), encodings.get(names[0]), row, opens)]
        given = {}
    held = [key for key in given if key != TARGET]
    found: list[Found | Diagnostic] = []
    for port in ports:
        encoding = encodings.get(port.name)
        columns = encoding.columns if encoding is not None else ()
        if port.name in given:
            one = Found(given[port.name], (*keys, port.name))
            found.append(_encoded(one, encoding, row, opens))
        elif columns and all(name in given for name in columns):
            cells = [given[name] for name in columns]
            found.append(_of_columns(cells, keys, encoding, row))
        elif opens and (image := _image_in(given, encoding)):
            found.append(_encoded(Found(given[image], (*keys, image)), encoding, row, opens))
        elif len(ports) == 1 and len(held) == 1 and len(columns) < 2:
            one = Found(given[held[0]], (*keys, held[0]))
            found.append(_encoded(one, encoding, row, opens))
        else:
            lacking = next((name for name in columns if name not in given), port.name)
            wholes = list(columns) or names
            found.append(PortMissing(row.place(()), lacking, wanted(port), wholes, held))
    return found


def _of_columns(
    cells: list[Any], keys: tuple[str, ...], encoding: InputEncoding | None, row: Row
) -> Found | Diagnostic:
    """What stands in the columns of a table that a port is made of."""
    if encoding is not None and encoding.tokenizer is not None:
        return _encoded(Found(cells[0], keys), encoding, row)
    numbers = [as_number(cell) for cell in cells]
    single = len(numbers) == 1 and isinstance(numbers[0], list)
    return Found(numbers[0] if single else numbers, keys)


def _encoded(
    found: Found, encoding: InputEncoding | None, row: Row, opens: bool = False
) -> Found | Diagnostic:
    """Text as tokens, and the path of an image, looked up beside the row's file, as its pixels."""
    if encoding is None or not isinstance(found.value, str):
        return found
    if encoding.tokenizer is not None:
        return Found(encoding.tokenizer.encode(found.value), found.keys)
    if encoding.form is None or not opens:
        return found
    place = row.place(found.keys)
    path = (place.source.path or Path()).parent / found.value
    try:
        return Found(fractions(decode(path, encoding.form)), found.keys)
    except NeuroScriptError as error:
        return error.diagnostics[0]
    except Exception as error:  # noqa: BLE001 - a damaged image may raise anything
        return broken(path, error, place)


def _image_in(given: Mapping[str, Any], encoding: InputEncoding | None) -> str | None:
    """The key under which lists of images have their paths."""
    if encoding is None or encoding.form is None:
        return None
    return next((name for name in IMAGE_NAMES if isinstance(given.get(name), str)), None)


def as_number(cell: Any) -> Any:
    """A cell of a table as a number, if it is the text of one.

    >>> [as_number(cell) for cell in ("2", "2.5", "two", None)]
    [2, 2.5, 'two', None]
    """
    if isinstance(cell, str):
        for kind in (int, float):
            try:
                return kind(cell)
            except ValueError:
                pass
    return cell


def problems(
    ports: Sequence[InputPort], found: Sequence[Found], row: Row, vocabulary: int | None
) -> Iterator[Diagnostic]:
    """Everything in which the values of a row are not what the ports take."""
    known: dict[str, int] = {}
    for port, of_port in zip(ports, found, strict=True):
        span = row.place(of_port.keys)
        value = of_port.value.tolist() if hasattr(of_port.value, "tolist") else of_port.value
        shape = shape_of(value)
        if shape is None or not _fits(shape, port, known):
            told = "lists that differ in length" if shape is None else shape_text(shape)
            yield RowShape(span, port.name, told, wanted(port, known))
            continue
        yield from _of_kind(port, value, span, vocabulary)


def _fits(shape: tuple[int, ...], port: InputPort, known: dict[str, int]) -> bool:
    """Whether a shape is the port's; `known` are the sizes of names so far."""
    if len(shape) != port.rank:
        return False
    for size, dim in zip(shape, port.sizes, strict=True):
        expected = dim if isinstance(dim, int) else known.get(dim, size)
        if isinstance(dim, str) and dim.isidentifier():
            known.setdefault(dim, size)
        if expected != size or size == 0:
            return False
    return True


def _of_kind(
    port: InputPort, value: Any, span: Span, vocabulary: int | None
) -> Iterator[Diagnostic]:
    for leaf in leaves(value):
        if not _is(port, leaf):
            yield RowKind(span, port.name, _told(leaf), WANTED[port.element])
            return
        if port.element == "int" and vocabulary is not None and not 0 <= leaf < vocabulary:
            yield UnknownToken(span, port.name, leaf, vocabulary)
            return


def _is(port: InputPort, leaf: Any) -> bool:
    match port.element:
        case "bool":
            return isinstance(leaf, bool)
        case "int":
            return isinstance(leaf, int) and not isinstance(leaf, bool) and -(2**63) <= leaf < 2**63
        case _:
            return isinstance(leaf, int | float) and abs(leaf) < 3.4e38 and math.isfinite(leaf)


def leaves(value: Any) -> Iterator[Any]:
    """The single values in nested lists."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def wanted(port: InputPort, known: Mapping[str, int] | None = None) -> str:
    """What a port takes from one row, in words.

    >>> wanted(InputPort("in", ("batch", "seq", 8), "float", (5, 8)))
    'numbers [seq, 8]'
    >>> wanted(InputPort("in", ("batch", 2), "float", (2,)))
    '2 numbers'
    """
    sizes = [(known or {}).get(str(dim), dim) for dim in port.sizes]
    if not sizes:
        return ONE[port.element]
    if len(sizes) == 1 and sizes[0] != 1 and isinstance(sizes[0], int):
        return f"{sizes[0]} {WANTED[port.element]}"
    if sizes == [1]:
        return f"a list of {ONE[port.element]}"
    return f"{WANTED[port.element]} [{', '.join(map(str, sizes))}]"


def shape_text(shape: Sequence[int]) -> str:
    """How large a value is, in words.

    >>> shape_text(()), shape_text((2,)), shape_text((2, 3))
    ('a single value', 'a list of 2', 'a list of 2 × 3')
    """
    return f"a list of {' × '.join(map(str, shape))}" if shape else "a single value"


def _told(leaf: Any) -> str:
    if leaf is None:
        return "null"
    if isinstance(leaf, str):
        return f"the text `{leaf[:30]}`"
    if isinstance(leaf, Mapping):
        return "an object"
    return str(leaf).lower() if isinstance(leaf, bool) else str(leaf)
