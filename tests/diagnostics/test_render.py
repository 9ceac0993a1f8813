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
class Silent(Sample):
    label = ""


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


def test_a_file_that_was_read_twice_is_shown_once() -> None:
    source, again = Source("a.txt", TEXT), Source("a.txt", TEXT)
    sample = Sample(source.at(2, 1, 6), ((again.at(2, 8, 4), "one"),))
    assert render([sample]).splitlines()[3:] == [
        "2 | second line",
        "  | ^^^^^^ ---- one",
        "  | |",
        "  | here",
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


def below(text: str, *places: tuple[str, str], width: int = 100) -> list[str]:
    """What is drawn for labels on parts of a text, without head and gutter; the first is primary.

    The primary label says `here`; the part of each place is looked for from the left.
    """
    source = Source("a.ns", text)

    def span(part: str) -> Span:
        start = text.index(part)
        return Span(source, start, start + len(part))

    primary, *others = places
    sample = Sample(span(primary[0]), tuple((span(part), label) for part, label in others))
    drawn = render([sample], width=width).splitlines()[3:]
    return [line[4:] if line[:1].isdigit() or line[:4] == "  | " else line for line in drawn]


def test_labels_on_one_line_share_a_row_of_marks_and_hang_from_it() -> None:
    places = ("Linear(5, 1)", ""), ("5", "five"), ("4", "four")
    assert below("in -> Linear(2, 4) -> Linear(5, 1)", *places) == [
        "in -> Linear(2, 4) -> Linear(5, 1)",
        "                -     ^^^^^^^-^^^^ here",
        "                |            |",
        "                |            five",
        "                four",
    ]


def test_a_label_that_does_not_end_the_row_hangs_though_it_is_primary() -> None:
    assert below("in -> Linear(2, 4)", ("in", ""), ("4", "four")) == [
        "in -> Linear(2, 4)",
        "^^              - four",
        "|",
        "here",
    ]


def test_the_shorter_of_two_overlapping_marks_lies_on_top() -> None:
    places = ("(a, b)", ""), ("(a, b) -> Add()", "all"), ("(a", "first")
    assert below("(a, b) -> Add()", *places) == [
        "(a, b) -> Add()",
        "--^^^^--------- all",
        "| |",
        "| here",
        "first",
    ]


def test_two_labels_on_one_place_are_both_told() -> None:
    assert below("a -> b", ("a -> b", ""), ("a -> b", "too")) == [
        "a -> b",
        "^^^^^^ here",
        "|",
        "too",
    ]


def test_where_the_primary_place_says_nothing_another_label_on_it_may() -> None:
    source = Source("a.txt", TEXT)
    sample = Silent(source.at(2, 1, 6), ((source.at(2, 1, 6), "opened here"),))
    assert render([sample]).splitlines()[-1] == "  | ^^^^^^ opened here"


def test_a_label_without_room_beside_its_mark_moves_below_and_to_the_left() -> None:
    text = "in -> Linear(2, 4)" + " " * 20 + "-> Linear(5, 1)"
    places = ("in", ""), ("Linear(5, 1)", "expects [batch, 5]")
    assert below(text, *places, width=60) == [
        text,
        "^^" + " " * 39 + "------------",
        "|" + " " * 40 + "|",
        "|" + " " * 37 + "expects [batch, 5]",
        "here",
    ]


def test_a_label_too_long_for_one_row_is_folded() -> None:
    text = "in -> Linear(2, 4)" + " " * 20 + "-> Linear(5, 1)"
    words = "expects one thing and gets another, which it cannot do anything with"
    drawn = below(text, ("Linear(5, 1)", ""), ("in", words), width=60)
    assert drawn[3:] == [
        "|" + " " * 40 + "here",
        "expects one thing and gets another, which it cannot do",
        "anything with",
    ]
    assert all(len(line) <= 57 for line in drawn)


def test_a_place_over_several_lines_is_joined_by_a_line_to_its_left() -> None:
    text = "x -> Linear(\n    2,\n    4\n) -> out"
    assert below(text, ("Linear(\n    2,\n    4\n)", "")) == [
        "  x -> Linear(",
        " ______^",
        "|     2,",
        "|     4",
        "| ) -> out",
        "|_^ here",
    ]


def test_a_place_that_opens_its_line_needs_no_mark_there() -> None:
    text = "x ->\n    Linear(\n        2, 4)\nend"
    assert below(text, ("Linear(\n        2, 4)", ""), ("4", "four"), ("end", "the end")) == [
        "/     Linear(",
        "|         2, 4)",
        "|            - four",
        "|_____________^ here",
        "  end",
        "  --- the end",
    ]


def test_the_middle_of_a_long_place_is_left_out() -> None:
    text = "\n".join(f"line {i}" for i in range(9))
    assert below(text, (text, "")) == [
        "/ line 0",
        "| line 1",
        "... |",
        "| line 7",
        "| line 8",
        "|______^ here",
    ]


def test_places_that_overlap_over_several_lines_get_lanes_of_their_own() -> None:
    text = "a(\n  b(\n    c\n  )\n)"
    assert below(text, (text, ""), ("b(\n    c\n  )", "inner")) == [
        "/   a(",
        "| /   b(",
        "| |     c",
        "| |   )",
        "| |___- inner",
        "|   )",
        "|___^ here",
    ]


def test_marks_stand_below_what_wide_characters_and_tabs_move() -> None:
    assert below('\t"層層" -> out', ("out", ""), ("層層", "two")) == [
        '    "層層" -> out',
        "     ----     ^^^ here",
        "     |",
        "     two",
    ]


def test_no_control_character_reaches_the_terminal() -> None:
    source = Source("a\x1b[2J.ns", "in -> \x1b[31mx\u202e\x07\n")
    sample = Sample(source.at(1, 7, 6), ((source.at(1, 1, 2), "\x1b[0m"),), "\x1b]0;", "\x1b[1m")
    text = render([sample])
    assert all(character == "\n" or character.isprintable() for character in text)
    assert "in -> ␛[31mx" in text


def test_help_is_folded_at_the_width_but_never_within_code() -> None:
    source = Source("a.txt", TEXT)
    advice = "write `in -> Linear(2, 4) -> out` on this line or `in -> Identity() -> out` there"
    sample = Sample(source.at(1, 1), (), advice)
    assert render([sample], width=60).splitlines()[-2:] == [
        "  = help: write `in -> Linear(2, 4) -> out` on this line or",
        "          `in -> Identity() -> out` there",
    ]


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
