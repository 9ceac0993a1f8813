"""What holds for every diagnostic as text, whatever the source and the places."""

import re
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from neuroscript.diagnostics import Diagnostic, Label, Source, Span, render
from neuroscript.diagnostics.cells import width as cells

CHARACTERS = st.sampled_from("ab ->()[],:\t\n\n\r→層́\x1b\x00\u202e🙂")
TEXTS = st.text(CHARACTERS, max_size=200)
WIDTHS = st.integers(44, 120)


@dataclass(frozen=True)
class Sample(Diagnostic):
    code = "NX100"
    message = "wrong"
    words: str
    others: tuple[Label, ...]

    @property
    def label(self) -> str:
        return self.words

    @property
    def labels(self) -> tuple[Label, ...]:
        return self.others


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    sources = [Source("a.ns", draw(TEXTS) + "\n"), Source("b.ns", draw(TEXTS) + "b")]
    words = st.lists(st.sampled_from(["[batch, 2]", "is", "層", "declared", "here"]), max_size=12)

    def label(source: Source) -> Label:
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(source.text))] * 2)))
        return Label(Span(source, start, end), " ".join(draw(words)))

    first = label(sources[0])
    others = [label(draw(st.sampled_from(sources))) for _ in range(draw(st.integers(0, 4)))]
    return Sample(first.span, first.text, tuple(others))


@given(samples(), WIDTHS)
def test_only_what_can_be_printed_is_printed(sample: Sample, width: int) -> None:
    for line in render([sample], width=width).split("\n"):
        assert all(c.isprintable() for c in line)


@given(samples(), WIDTHS)
def test_colour_changes_nothing_but_colour(sample: Sample, width: int) -> None:
    coloured = render([sample], colour=True, width=width)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render([sample], width=width)


@given(samples(), WIDTHS)
def test_source_lines_keep_to_the_width(sample: Sample, width: int) -> None:
    for line in render([sample], width=width).split("\n"):
        if re.match(r" *\d+ \|", line):
            assert cells(line) <= width


@given(samples())
def test_every_label_is_shown(sample: Sample) -> None:
    shown = render([sample], width=1000)
    for text in (sample.label, *(label.text for label in sample.labels)):
        assert text in shown


@given(samples())
def test_the_carets_stand_below_the_place(sample: Sample) -> None:
    if sample.span.line != sample.span.end_line:
        return
    lines = render([Sample(sample.span, "", ())], width=1000).split("\n")
    (row,) = [i for i, line in enumerate(lines) if re.match(r" *\| +\^+$|  \| \^+$", line)]
    start = lines[row].index("^") - 4
    before = sample.span.source.line_text(sample.span.line)[: sample.span.column - 1]
    opened = before.replace("\t", "    ")
    assert cells("".join(c if c.isprintable() else "?" for c in opened)) == start
