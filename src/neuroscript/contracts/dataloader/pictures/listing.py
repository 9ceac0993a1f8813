"""Which images there are, and the target of each: by folders, or by a table beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from neuroscript.contracts.dataloader.cells.choice import TARGET_NAMES
from neuroscript.contracts.dataloader.cells.column import is_number, numbers_of
from neuroscript.contracts.dataloader.cells.file import CsvFile
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    NotARecord,
    NotJson,
    Unreadable,
    WrongKind,
    on_line,
    whole_file,
)
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.pictures.errors import (
    ImagesBesideClasses,
    NoImageColumn,
    NoImages,
    SplitsInside,
)
from neuroscript.diagnostics import Span

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")
IMAGE_NAMES = ("image", "path", "file", "file_name", "filename")
SPLITS = ("train", "training", "val", "valid", "validation", "test", "testing")
TABLES = (".csv", ".tsv")
RECORDS = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Listed:
    """An image, its target if it has one, and the line of the list that names it."""

    path: Path
    target: Any = None
    line: Span | None = None

    @property
    def place(self) -> Span:
        """Where to point at."""
        return self.line or whole_file(self.path)


def listed(source: Path, damage: Damage) -> list[Listed]:
    """The images of a folder, by class and name, or those that a CSV or JSONL file lists.

    In a list the image is the column `image`, `path`, `file`, `file_name` or `filename`, relative
    to the list; the target is `target`, else `label`, else `y`, else the last column. Raises
    DataError where there are none, or it cannot be told which class they are of.
    """
    try:
        if source.is_dir():
            return _in_folder(source)
        rows = _table_rows(source, damage) if source.suffix in TABLES else _records(source, damage)
        return list(_from_rows(source, rows))
    except OSError as error:
        raise DataError([Unreadable(whole_file(source), error.strerror or str(error))]) from None


def images_below(folder: Path) -> list[Path]:
    """The images in a folder and the folders in it, hidden ones excepted, by name."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _in_folder(folder: Path) -> list[Listed]:
    folders = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    beside = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES)
    of_class = {path.name: images_below(path) for path in folders}
    of_class = {name: images for name, images in of_class.items() if images}
    if of_class and all(name.lower() in SPLITS for name in of_class):
        raise DataError([SplitsInside(whole_file(folder), list(of_class))])
    if of_class and beside:
        raise DataError([ImagesBesideClasses(whole_file(beside[0]), next(iter(of_class)))])
    if not of_class and not beside:
        raise DataError([NoImages(whole_file(folder), SUFFIXES)])
    found = [Listed(path, name) for name, images in of_class.items() for path in images]
    return found or [Listed(path) for path in beside]


def _from_rows(source: Path, rows: Iterator[tuple[dict[str, Any], Span]]) -> Iterator[Listed]:
    for row, span in rows:
        image = next((name for name in IMAGE_NAMES if name in row), None)
        if image is None:
            raise DataError([NoImageColumn(span, list(row), IMAGE_NAMES)])
        others = [name for name in row if name != image]
        target = next((n for n in TARGET_NAMES if n in row), others[-1] if others else None)
        yield Listed(source.parent / str(row[image]), row[target] if target else None, span)


def _table_rows(source: Path, damage: Damage) -> Iterator[tuple[dict[str, Any], Span]]:
    """The rows of a table; what the first row has numbers for is numbers in all."""
    file = CsvFile(source, None, damage)
    numeric: list[bool] = []
    for rows in file.chunks():
        for index, line in enumerate(rows.lines):
            cells = [rows.column(column)[index] for column in range(len(file.names))]
            numeric = numeric or [is_number(cell) for cell in cells]
            row: dict[str, Any] = {}
            for column, cell in enumerate(cells):
                name, found = file.names[column], _value(cell, numeric[column])
                if found is None:
                    place = file.cell(line, column)
                    expected = "numbers" if numeric[column] else "names"
                    damage.meet([WrongKind(place, name, f"`{cell.strip()}`", expected)])
                    break
                row[name] = found
            else:
                yield row, on_line(source, line, file.delimiter.join(cells))


def _value(cell: str, numeric: bool) -> Any:
    """A cell as a finite number or as a name; None if it is neither."""
    if not numeric:
        return cell.strip() or None
    number = numbers_of([cell])
    return None if number is None else number[0].item()


def _records(source: Path, damage: Damage) -> Iterator[tuple[dict[str, Any], Span]]:
    with source.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            span = on_line(source, number, raw.decode(errors="replace"))
            try:
                record = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                damage.meet([NotJson(span, error.msg.partition(": line ")[0])])
                continue
            if isinstance(record, dict):
                yield record, span
            else:
                damage.meet([NotARecord(span, type(record).__name__)])
