"""What can be wrong with the text of a `.ns` file (NS1xx)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Fix, Label, Severity, Span, nearest, or_list, record
from neuroscript.language.syntax.tokens import SECTIONS


@record
class UnexpectedToken(Diagnostic):
    code = "NS101"
    found: str
    expected: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"unexpected {self.found}"

    @property
    def label(self) -> str:
        if not self.expected:
            return ""
        *several, last = self.expected
        return f"expected {', '.join(several)} or {last}" if several else f"expected {last}"

    @property
    def help(self) -> str | None:
        words = [text.strip("`") for text in self.expected if text.strip("`").isalpha()]
        near = nearest(self.found.strip("`"), words)
        return f"did you mean {or_list(near)}?" if near else None

    @property
    def fix(self) -> Fix | None:
        words = [text.strip("`") for text in self.expected if text.strip("`").isalpha()]
        near = nearest(self.found.strip("`"), words)
        return Fix(self.span, near[0]) if len(near) == 1 else None


@record
class MissingColon(Diagnostic):
    code = "NS101"
    header: str

    @property
    def message(self) -> str:
        return f"missing `:` after `{self.header}`"

    @property
    def label(self) -> str:
        return "expected `:` at the end of this line"

    @property
    def fix(self) -> Fix | None:
        return Fix(Span(self.span.source, self.span.start, self.span.start), ":")


@record
class NonAscii(Diagnostic):
    code = "NS102"
    character: str
    look_alike: str | None

    @property
    def message(self) -> str:
        name = unicodedata.name(self.character, f"U+{ord(self.character):04X}").lower()
        return f"`{self.character}` ({name}) outside a comment or string"

    @property
    def help(self) -> str:
        if self.look_alike:
            return f"did you mean `{self.look_alike}`?"
        return "names and operators are written in ASCII"

    @property
    def fix(self) -> Fix | None:
        known = self.look_alike is not None and not self.look_alike[0].isalpha()
        return Fix(self.span, self.look_alike or "") if known else None


@record
class Malformed(Diagnostic):
    """A number or string that is not one."""

    code = "NS103"
    problem: str
    advice: str
    opening: Span | None = None

    @property
    def message(self) -> str:
        return self.problem

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.opening, "opened here")] if self.opening else []

    @property
    def help(self) -> str:
        return self.advice

    @property
    def fix(self) -> Fix | None:
        """A number that lacks a digit on one side of its point."""
        text = self.span.text
        if re.fullmatch(r"[0-9]+\.", text):
            return Fix(self.span, f"{text}0")
        return Fix(self.span, f"0{text}") if re.fullmatch(r"\.[0-9]+", text) else None


@record
class Unbalanced(Diagnostic):
    code = "NS104"
    bracket: str
    noticed: Span | None
    """Where the bracket that does not fit stands; None for a bracket that nothing opened."""

    @property
    def message(self) -> str:
        if self.bracket in ")]":
            return f"`{self.bracket}` closes nothing"
        return f"`{self.bracket}` is never closed"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.noticed, "noticed here")] if self.noticed else []

    @property
    def help(self) -> str:
        if self.bracket in ")]":
            return "remove it"
        return f"close it with `{')' if self.bracket == '(' else ']'}`"


@record
class UnknownOperator(Diagnostic):
    code = "NS105"
    text: str
    advice: str

    @property
    def message(self) -> str:
        return f"unknown operator `{self.text}`"

    @property
    def help(self) -> str:
        return self.advice


@record
class ChainedComparison(Diagnostic):
    code = "NS105"

    @property
    def message(self) -> str:
        return "comparisons cannot be chained"

    @property
    def help(self) -> str:
        return "write `a < b && b < c`"


@record
class WrongIndentation(Diagnostic):
    code = "NS106"
    problem: str
    advice: str
    other: Span | None
    other_text: str

    @property
    def message(self) -> str:
        return self.problem

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.other, self.other_text)] if self.other else []

    @property
    def help(self) -> str:
        return self.advice


@record
class MissingBody(Diagnostic):
    code = "NS107"

    @property
    def message(self) -> str:
        return "nothing follows this line"

    @property
    def label(self) -> str:
        return "an indented block is missing below"

    @property
    def help(self) -> str:
        return "indent what belongs to it on the next lines"


@record
class MissingArrow(Diagnostic):
    code = "NS108"

    @property
    def message(self) -> str:
        return "missing `->` between two steps"

    @property
    def label(self) -> str:
        return "insert `->` before this"

    @property
    def fix(self) -> Fix | None:
        return Fix(Span(self.span.source, self.span.start, self.span.start), "-> ")


@record
class UnknownSection(Diagnostic):
    code = "NS109"
    name: str

    @property
    def message(self) -> str:
        return f"unknown section `{self.name}`"

    @property
    def help(self) -> str:
        near = nearest(self.name, SECTIONS)
        return f"did you mean {or_list(near)}?" if near else f"sections are {or_list(SECTIONS)}"

    @property
    def fix(self) -> Fix | None:
        near = nearest(self.name, SECTIONS)
        return Fix(self.span, near[0]) if len(near) == 1 else None


@record
class RepeatedSection(Diagnostic):
    code = "NS109"
    name: str
    first: Span

    @property
    def message(self) -> str:
        return f"section `{self.name}` stands twice"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "first here")]


@record
class ReservedWord(Diagnostic):
    code = "NS110"
    word: str

    @property
    def message(self) -> str:
        return f"`{self.word}` is a reserved word and cannot be a name"

    @property
    def help(self) -> str:
        return f"call it `{self.word}_`"


@record
class ElseWithoutIf(Diagnostic):
    code = "NS111"
    word: str
    before: Span | None

    @property
    def message(self) -> str:
        return f"`{self.word}` without `if`"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.before, "the line before")] if self.before else []

    @property
    def help(self) -> str:
        return "align it with the `if` that it belongs to, directly below its branch"


@record
class TooDeep(Diagnostic):
    code = "NS112"
    outermost: Span

    @property
    def message(self) -> str:
        return "nesting is deeper than 100 levels"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.outermost, "outermost here")]

    @property
    def help(self) -> str:
        return "split the neuron into several"


@record
class TooManyOperators(Diagnostic):
    code = "NS112"
    most: int

    @property
    def message(self) -> str:
        return f"one value has more than {self.most} operators"

    @property
    def help(self) -> str:
        return "give parts of it names in `context:`"


@record
class StrayDocumentation(Diagnostic):
    code = "NS906"
    severity = Severity.WARNING

    @property
    def message(self) -> str:
        return "documentation that no neuron follows"

    @property
    def help(self) -> str:
        return "use `#` for a comment"
