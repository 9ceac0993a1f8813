"""Answering all that was asked on a command line, and counting what could not be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from neuroscript.config import Config
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.predicting.errors import RowError
from neuroscript.training.predicting.predictor import Predictor, Refused
from neuroscript.training.predicting.row import Row
from neuroscript.training.predicting.sources import Question

AT_ONCE = 5
"""How many rows that cannot be answered are told."""


@dataclass(slots=True)
class Tally:
    """How many rows were answered and skipped, and what is wrong with the first of these."""

    answered: int = 0
    skipped: int = 0
    problems: list[Diagnostic] = field(default_factory=list)


def ask(
    predictor: Predictor,
    asked: Sequence[Question],
    config: Config,
    tell: Callable[[dict[str, Any]], object],
    skips: bool = False,
) -> Tally:
    """Tells the answers of all rows in order, numbered through.

    Raises RowError at the first row that cannot be answered; where it `skips`, only if no row can.
    """
    tally = Tally()
    for answer in predictor.stream(_chunks(predictor, asked, config)):
        if not isinstance(answer, Refused):
            tell(answer)
            tally.answered += 1
            continue
        if not skips:
            raise RowError(answer.problems)
        tally.skipped += 1
        if len(tally.problems) < AT_ONCE:
            tally.problems += answer.problems[:1]
    if tally.skipped and not tally.answered:
        raise RowError(tally.problems)
    return tally


def _chunks(
    predictor: Predictor, asked: Sequence[Question], config: Config
) -> Iterator[Sequence[Row]]:
    for question in asked:
        yield from question.rows(predictor.form, config, predictor.batch_size)
