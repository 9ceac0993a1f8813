"""Asking a trained model about rows of plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from neuroscript.contracts.dataloader.columns import Encoding
from neuroscript.contracts.dataloader.columns.encoding import InputEncoding
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.answers import answers
from neuroscript.training.input_port import InputPort
from neuroscript.training.objective import Objective
from neuroscript.training.predicting.batches import Batch, Form
from neuroscript.training.predicting.errors import RowError, RowRefused
from neuroscript.training.predicting.form import shape_text
from neuroscript.training.predicting.row import Row
from neuroscript.training.probe import vocabularies

if TYPE_CHECKING:
    from neuroscript.training.runner import Runner


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the model was not asked, and why."""

    index: int
    problems: Sequence[Diagnostic]


class Predictor:
    """Answers rows with a run's model, a batch at a time.

    With `opens`, the path of an image in a row stands for the image.
    """

    def __init__(self, runner: Runner, batch_size: int = 32, *, opens: bool = False) -> None:
        self.runner = runner
        self.batch_size = batch_size
        known = vocabularies(runner.model)
        vocabulary = next(iter(known)) if len(known) == 1 else None
        asked = runner.objective.ports.asked
        ports = tuple(port for port in runner.objective.taken if port.name in asked)
        self.form = Form(ports, vocabulary, _by_port(runner.encoding, ports), opens)

    @property
    def objective(self) -> Objective:
        """What the model was trained for."""
        return self.runner.objective

    def stream(self, chunks: Iterable[Sequence[Row]]) -> Iterator[dict[str, Any] | Refused]:
        """An answer for each row, in order, or why there is none.

        Rows that come together are asked together, a batch at a time; none waits for later ones.
        """
        start = 0
        for chunk in chunks:
            for at in range(0, len(chunk), self.batch_size):
                for answer in self.answer(chunk[at : at + self.batch_size]):
                    if isinstance(answer, Refused):
                        yield Refused(start, answer.problems)
                    else:
                        yield {"index": start, **answer}
                    start += 1

    def all(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The answers of rows; raises RowError with what is wrong with any of them."""
        found: list[dict[str, Any]] = []
        wrong: list[Diagnostic] = []
        for answer in self.stream([rows]):
            if isinstance(answer, Refused):
                wrong += answer.problems
            else:
                found.append(answer)
        if wrong:
            raise RowError(wrong)
        return found

    def answer(self, rows: Sequence[Row]) -> list[dict[str, Any] | Refused]:
        """The answers of a few rows, without their numbers."""
        batches, wrong = self.form.batches(rows)
        found: dict[int, dict[str, Any] | Refused] = {
            number: Refused(number, problems) for number, problems in wrong.items()
        }
        for batch in batches:
            found |= self._ask(batch, rows)
        return [found[number] for number in range(len(rows))]

    def _ask(self, batch: Batch, rows: Sequence[Row]) -> dict[int, dict[str, Any] | Refused]:
        try:
            outputs = self.runner.outputs(batch.inputs)
        except (RuntimeError, ValueError, IndexError) as error:
            return self._ask_each(batch, rows, error)
        said = answers(self.objective, outputs, self.form.text)
        return dict(zip(batch.numbers, said, strict=True))

    def _ask_each(
        self, batch: Batch, rows: Sequence[Row], error: Exception
    ) -> dict[int, dict[str, Any] | Refused]:
        """Finds out which rows of a batch it is that the model cannot take."""
        if len(batch.numbers) == 1:
            number = batch.numbers[0]
            return {number: Refused(number, [self._refusal(batch.inputs, rows[number], error)])}
        found: dict[int, dict[str, Any] | Refused] = {}
        for at, number in enumerate(batch.numbers):
            one = {name: value[at : at + 1] for name, value in batch.inputs.items()}
            found |= self._ask(Batch([number], one), rows)
        return found

    def _refusal(self, inputs: Mapping[str, Tensor], row: Row, error: Exception) -> Diagnostic:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        shapes = ", ".join(shape_text(value.shape[1:]) for value in inputs.values())
        return RowRefused(row.place(()), next(iter(inputs)), shapes, reason)


def _by_port(encoding: Encoding | None, ports: Sequence[InputPort]) -> dict[str, InputEncoding]:
    """What the training data were made of, by the ports of the neuron."""
    given = encoding.inputs if encoding is not None else ()
    if len(ports) == 1 and len(given) == 1:
        return {ports[0].name: given[0]}
    return {one.port: one for one in given}
