"""The form of a row: what stands at each input of a neuron, held against what it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neuroscript.contracts.dataloader.records.schema import shape_of
from neuroscript.diagnostics import Diagnostic, Span
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


def by_port(ports: Sequence[InputPort], row: Row) -> Sequence[Found | Diagnostic]:
    """The values of a row in the order of the ports; else what is missing.

    A row is `{"input": …, "target": …}`, or an object with a key for each port, or, where there
    is one port, its value alone. The target and further keys count for nothing.
    """
    given: Any = row.value
    keys: tuple[str, ...] = ()
    names = [port.name for port in ports]
    if isinstance(given, Mapping) and INPUT in given and (names == [INPUT] or INPUT not in names):
        given, keys = given[INPUT], (INPUT,)
    if not isinstance(given, Mapping):
        if len(ports) == 1:
            return [Found(given, keys)]
        given = {}
    held = [key for key in given if key != TARGET]
    if len(ports) == 1 and names[0] not in given and len(held) == 1:
        return [Found(given[held[0]], (*keys, held[0]))]
    missing = [port for port in ports if port.name not in given]
    if missing:
        span = row.place(())
        return [PortMissing(span, port.name, wanted(port), names, held) for port in missing]
    return [Found(given[port.name], (*keys, port.name)) for port in ports]


def problems(
    ports: Sequence[InputPort], found: Sequence[Found], row: Row, vocabulary: int | None
) -> Iterator[Diagnostic]:
    """Everything in which the values of a row are not what the ports take."""
    known: dict[str, int] = {}
    for port, of_port in zip(ports, found, strict=True):
        span = row.place(of_port.keys)
        shape = shape_of(of_port.value)
        if shape is None or not _fits(shape, port, known):
            told = "lists that differ in length" if shape is None else shape_text(shape)
            yield RowShape(span, port.name, told, wanted(port, known))
            continue
        yield from _of_kind(port, of_port.value, span, vocabulary)


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
