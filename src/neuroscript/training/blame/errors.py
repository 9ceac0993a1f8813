"""A loss that is no number, and who is to blame."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.training.errors import TrainingError


class NonFiniteLossError(TrainingError):
    """A loss that became NaN or infinite, with which nothing can be learnt any more."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """What gave the first value that is no number."""

    told: str
    """Such as `log gave nan in layer body.3, of values from -0.2 to 1.5`."""

    advice: str | None = None
    """What to try, if that can be told from it alone."""

    place: Span | None = None
    """The line of the program that it stands in."""


@dataclass(frozen=True)
class NonFiniteLoss(Diagnostic):
    code = "NT301"
    step: int
    what: str
    """What became no number: the loss, or the gradient."""

    value: str
    lr: float
    culprit: Culprit | None = None

    @property
    def message(self) -> str:
        return f"{self.what} became {self.value} at step {self.step}"

    @property
    def label(self) -> str:
        culprit = self.culprit
        return culprit.told if culprit is not None and culprit.place == self.span else ""

    @property
    def help(self) -> str:
        culprit = self.culprit
        lines = [] if culprit is None or culprit.place is not None else [culprit.told]
        if culprit is not None and culprit.advice is not None:
            lines.append(culprit.advice)
        else:
            lines.append(
                f"try a smaller learning rate (`training.lr: {self.lr / 10:g}`), "
                "or limit the gradient (`training.clip: 1.0`)"
            )
        return "\n".join(lines)
