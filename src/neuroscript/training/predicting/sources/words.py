"""What is asked: by a word of the command line (a file, standard input, a row), by a config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from neuroscript.config import Config
from neuroscript.config.named.data_files import data_files
from neuroscript.contracts.dataloader.columns.errors import whole_file
from neuroscript.contracts.dataloader.pictures import SUFFIXES
from neuroscript.contracts.dataloader.records.inspect import Line
from neuroscript.diagnostics import Source, Span
from neuroscript.training.predicting.batches import Form
from neuroscript.training.predicting.errors import NoSuchInput, NothingToAnswer, RowError
from neuroscript.training.predicting.many import are_several
from neuroscript.training.predicting.row import Row
from neuroscript.training.predicting.sources.lines import rows_of_file, rows_of_stream
from neuroscript.training.predicting.sources.loaded import rows_by_loader
from neuroscript.training.predicting.sources.table import rows_of_table

LINES = (".jsonl", ".ndjson", ".json")
TABLES = (".csv", ".tsv")
TEXT = (".txt", ".text", ".md")


@dataclass(frozen=True, slots=True)
class Question:
    """One input: a file, standard input, or rows that stand on the command line."""

    path: Path | None = None
    stream: BinaryIO | None = None
    said: tuple[Row, ...] = ()

    def rows(self, form: Form, config: Config, batch_size: int) -> Iterator[list[Row]]:
        """The rows, some at a time."""
        as_text = form.text is not None
        if self.stream is not None:
            return rows_of_stream(self.stream, as_text)
        if self.path is None:
            return iter([list(self.said)])
        suffix = self.path.suffix.lower()
        if form.images and suffix in SUFFIXES:
            place = whole_file(self.path)
            return iter([[Row(str(self.path.absolute()), lambda _: place)]])
        if suffix in LINES or (config.data.format == "jsonl" and not suffix):
            return rows_of_file(self.path, as_text=False)
        if suffix in TABLES and _takes_columns(form):
            return rows_of_table(self.path, config.data.options.get("delimiter"))
        if as_text and suffix in TEXT:
            return rows_of_file(self.path, as_text=True)
        return rows_by_loader(self.path, config, batch_size)


def questions(words: Sequence[str], form: Form, stdin: BinaryIO) -> list[Question]:
    """What the words ask; raises RowError for one that is neither a file nor a row."""
    return [_question(word, form, stdin) for word in words]


def questions_of(config: Config) -> list[Question]:
    """What `data.predict` of a config asks; raises RowError if it asks nothing.

    Raises ConfigError for files that are not there.
    """
    if config.data.predict is None:
        raise RowError([NothingToAnswer(config.place_of_key("data.predict"))])
    return [Question(path=Path(file)) for file in data_files(config, "predict")]


def _question(word: str, form: Form, stdin: BinaryIO) -> Question:
    if word == "-":
        return Question(stream=stdin)
    path = Path(word)
    if _exists(path):
        return Question(path=path)
    place = Line(Path("<input>"), 1, word).span_of
    value = _value(word, form)
    if are_several(value, form):
        return Question(said=tuple(Row(one, lambda _: place(())) for one in value))
    return Question(said=(Row(value, place),))


def _takes_columns(form: Form) -> bool:
    """Whether it is known of each port which columns it is made of."""
    known = form.encodings
    return all(port.name in known and known[port.name].columns for port in form.ports)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # as for a name that is too long
        return False


def _value(word: str, form: Form) -> Any:
    try:
        value = orjson.loads(word)
    except orjson.JSONDecodeError:
        if form.text is not None and not _looks_like_a_file(word):
            return word
        raise RowError([NoSuchInput(Span(Source("<input>", word), 0, len(word)), word)]) from None
    if form.text is not None and not isinstance(value, str | list | dict):
        return word
    return value


def _looks_like_a_file(word: str) -> bool:
    """Whether a word that is no file seems to have been meant as one."""
    suffix = Path(word).suffix
    return not any(map(str.isspace, word)) and suffix[1:].isalpha() and word[:1] != "."
