"""Diagnostics as text and as data."""

from dataclasses import dataclass

import pytest

from neuroscript.diagnostics import (
    Diagnostic,
    Label,
    NeuroScriptError,
    Severity,
    Sink,
    Source,
    Span,
    as_data,
    nearest,
    or_list,
    render,
)


@dataclass(frozen=True)
class Sample(Diagnostic):
    code = "NX100"
    others: tuple[tuple[Span, str], ...] = ()
    advice: str | None = None
    text: str = "something is wrong"

    @property
    def message(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        return "here"

    @property
    def labels(self) -> list[Label]:
        return [Label(span, text) for span, text in self.others]

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class Caution(Sample):
    code = "NX900"
    severity = Severity.WARNING


TEXT = "first line\nsecond line\nthird line\nfourth line\nfifth line\n"


def test_labels_on_several_lines_stand_in_source_order() -> None:
    source = Source("a.txt", TEXT)
    sample = Sample(source.at(5, 1, 5), ((source.at(1, 7, 4), "one"), (source.at(3, 1, 5), "two")))
    assert render([sample]).splitlines() == [
        "error[NX100]: something is wrong",
        " --> a.txt:5:1",
        "  |",
        "1 | first line",
        "  |       ---- one",
        "2 | second line",
        "3 | third line",
        "  | ----- two",
        "4 | fourth line",
        "5 | fifth line",
        "  | ^^^^^ here",
    ]


def test_labels_in_another_file_get_an_excerpt_of_their_own() -> None:
    source, other = Source("a.txt", TEXT), Source("data.jsonl", '{"input": [1]}', first_line=120)
    sample = Sample(source.at(2, 1, 6), ((other.at(120, 11, 3), "three"),), "try this\nor that")
    assert render([sample]).splitlines() == [
        "error[NX100]: something is wrong",
        "   --> a.txt:2:1",
        "    |",
        "  2 | second line",
        "    | ^^^^^^ here",
        "   ::: data.jsonl:120:11",
        "    |",
        '120 | {"input": [1]}',
        "    |           --- three",
        "    = help: try this",
        "            or that",
    ]


def test_colour_changes_nothing_but_colour() -> None:
    import re

    source = Source("a.txt", TEXT)
    sample = Sample(source.at(2, 1, 6), ((source.at(1, 1, 5), "one"),), "help")
    coloured = render([sample], colour=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render([sample])


def test_long_lines_are_cut_to_the_width() -> None:
    source = Source("a.txt", "x" * 500)
    lines = render([Sample(source.at(1, 1, 400))], width=60).splitlines()
    assert max(len(line.removesuffix(" here")) for line in lines) == 60


def test_a_label_far_along_a_long_line_is_still_shown() -> None:
    source = Source("data.jsonl", '{"input": [' + "0.25, " * 100 + "oops]}")
    column = source.text.index("oops") + 1
    text = render([Sample(source.at(1, column, 4))], width=80)
    marked, marks = text.splitlines()[3:5]
    assert marked[marks.index("^") : marks.index("^") + 4] == "oops"
    assert max(len(line) for line in text.splitlines()) <= 80


def test_data_counts_from_one_and_holds_labels() -> None:
    source = Source("a.txt", TEXT)
    data = as_data(Sample(source.at(2, 1, 6), ((source.at(1, 7, 4), "one"),)))
    assert data["file"] == "a.txt"
    assert (data["line"], data["column"]) == (2, 1)
    assert (data["end_line"], data["end_column"]) == (2, 7)
    assert data["labels"][0]["text"] == "one"
    assert (data["labels"][0]["line"], data["labels"][0]["column"]) == (1, 7)
    assert data["severity"] == "error"


def test_a_sink_sorts_by_place_and_says_nothing_twice() -> None:
    source, sink = Source("a.txt", TEXT), Sink()
    late, early = Sample(source.at(3, 1)), Caution(source.at(1, 1))
    for diagnostic in (late, early, Sample(source.at(3, 1))):
        sink.add(diagnostic)
    assert list(sink) == [early, late]
    assert sink.errors == [late]
    assert sink.has_errors


def test_an_error_reads_as_its_diagnostics() -> None:
    source = Source("a.txt", TEXT)
    error = NeuroScriptError([Sample(source.at(1, 1))])
    assert str(error) == render(error.diagnostics)
    assert error.exit_code == 1


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("Liner", ["Linear", "LayerNorm"], ["Linear"]),
        ("epoch", ["epochs", "steps"], ["epochs"]),
        ("relu", ["ReLU", "ReLU6", "GELU"], ["ReLU"]),
        ("Frobnicate", ["Linear", "Add"], []),
        ("x", ["y"], []),
    ],
)
def test_nearest(name: str, candidates: list[str], expected: list[str]) -> None:
    assert nearest(name, candidates)[: len(expected) or 1] == expected


def test_or_list_is_cut_where_it_gets_long() -> None:
    assert or_list(["a"]) == "`a`"
    assert or_list(str(i) for i in range(20)).endswith("(8 more)")
