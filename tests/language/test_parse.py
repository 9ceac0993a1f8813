"""From text to syntax tree: what parses, and that nothing makes the parser fall over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.diagnostics import Severity, Sink, Source, render
from neuroscript.language import check_text
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.parse import parse

XOR = """\
/// Exclusive or.
neuron XOR(hidden=4):
    in: [batch, 2]
    out: [batch, 1]
    graph:
        in ->
            Linear(2, hidden)   # widen
            ReLU()
            Linear(
                hidden,
                1,
            )
            Sigmoid()
            out
"""


def program(text: str) -> ast.Program:
    sink = Sink()
    result = parse(Source("a.ns", text), sink)
    assert not list(sink), render(sink)
    return result


def calls(neuron: ast.Neuron) -> list[str]:
    found: list[str] = []

    def walk(block: ast.Block) -> None:
        for line in block.lines:
            found.extend(step.name.text for step in line.steps if isinstance(step, ast.Call))
            if line.block is not None:
                walk(line.block)

    for graph in neuron.graphs:
        walk(graph.block)
    return found


def test_a_neuron_with_everything() -> None:
    (neuron,) = program(XOR).neurons
    assert neuron.name.text == "XOR"
    assert [param.name.text for param in neuron.params] == ["hidden"]
    assert neuron.doc is not None
    assert neuron.doc.brief == "Exclusive or."
    assert calls(neuron) == ["Linear", "ReLU", "Linear", "Sigmoid"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("    ", "\t"),
        lambda text: text.replace("    ", "  "),
        lambda text: text.replace("\n", "\n\n# comment → é\n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["crlf", "bom", "tabs", "two spaces", "comments", "no last newline"],
)
def test_layout_that_means_the_same(change) -> None:  # type: ignore[no-untyped-def]
    (neuron,) = program(change(XOR)).neurons
    assert calls(neuron) == ["Linear", "ReLU", "Linear", "Sigmoid"]


@pytest.mark.parametrize(
    "graph",
    [
        "graph: in -> Linear(2, 4) -> ReLU() -> out",
        "graph:\n        in -> Linear(2, 4) -> ReLU() -> out",
        "graph:\n        in\n            -> Linear(2, 4)\n            -> ReLU() -> out",
        "graph:\n        in ->\n            Linear(2, 4) ->\n            ReLU() -> out",
        "graph:\n        in -> Linear(2, 4)\n        -> ReLU()\n        -> out",
        "graph:\n        in -> Linear(2, 4) -> a\n        a -> ReLU() -> out",
    ],
)
def test_pipelines_that_mean_the_same(graph: str) -> None:
    text = f"neuron A:\n    in: [n, 2]\n    out: [n, 4]\n    {graph}\n"
    checked = check_text(text)
    assert not checked.diagnostics, render(checked.diagnostics)
    steps = checked.inferred().flow.steps  # type: ignore[union-attr]
    assert [step.target.definition.name for step in steps] == ["Linear", "ReLU"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.5e-3", 0.0015),
        ("2e3", 2000.0),
        ("true", True),
        ("none", None),
        ('"a\\n\\x41\\u00e9"', "a\nAé"),
        ("'it''s'", None),
        ("`raw \\n`", "raw \\n"),
    ],
)
def test_literals(text: str, value: object) -> None:
    source = f"neuron A(p={text}):\n    in: [n]\n    out: [n]\n    graph: in -> out\n"
    sink = Sink()
    result = parse(Source("a.ns", source), sink)
    if text == "'it''s'":
        assert [d.code for d in sink] == ["NS101"]
        return
    default = result.neurons[0].params[0].default
    assert isinstance(default, ast.Literal)
    assert default.value == value
    assert type(default.value) is type(value)


def test_spans_cover_what_they_stand_for() -> None:
    (neuron,) = program(XOR).neurons
    assert neuron.name.span.text == "XOR"
    assert neuron.inputs[0].shape.span.text == "[batch, 2]"
    line = neuron.graphs[0].block.lines[0]
    assert line.block is not None
    widest = line.block.lines[2].steps[0]
    assert widest.span.text.startswith("Linear(")
    assert widest.span.text.endswith(")")
    assert (widest.span.line, widest.span.end_line) == (9, 12)


def test_deep_nesting_is_told_and_not_a_crash() -> None:
    deep = "(" * 200 + "1" + ")" * 200
    text = f"neuron A(p={deep}):\n    in: [n]\n    out: [n]\n    graph: in -> out\n"
    assert "NS112" in [d.code for d in check_text(text).diagnostics]


def test_nesting_up_to_the_limit_is_fine() -> None:
    deep = "(" * 90 + "1" + ")" * 90
    text = f"neuron A(p={deep}):\n    in: [n]\n    out: [n]\n    graph: in -> Dropout(p) -> out\n"
    assert not check_text(text).has_errors


def test_an_empty_file_is_a_program() -> None:
    for text in ("", "\n\n", "# nothing\n"):
        assert not check_text(text).diagnostics


ALPHABET = st.sampled_from(
    ["neuron", " ", "\n", "    ", "in", "out", ":", "[", "]", "(", ")", "->", ",", "a", "b", "2",
     "Linear", "graph", "impl", "=", "*", "+", "-", '"', "`", "#", "///", ".", "\t", "→", "@", "//",
     "\x00", "é", "!", "&&", "0.5", "3x", "\\", "{"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(ALPHABET, max_size=60).map("".join))
def test_any_text_gets_an_answer(text: str) -> None:
    for diagnostic in check_text(text).diagnostics:
        assert diagnostic.message
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text) + 1
    render(check_text(text).diagnostics)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(XOR)), st.integers(0, 12), st.lists(ALPHABET, max_size=3).map("".join))
def test_any_edit_of_a_right_program_gets_an_answer(at: int, cut: int, put: str) -> None:
    text = XOR[:at] + put + XOR[at + cut :]
    checked = check_text(text)
    render(checked.diagnostics)
    if not checked.has_errors and checked.entry is not None:
        checked.signature()


@given(st.text(max_size=80))
def test_any_characters_at_all_get_an_answer(text: str) -> None:
    render(check_text(text).diagnostics)


def test_independent_mistakes_are_told_together() -> None:
    text = XOR + XOR.replace("XOR", "Other").replace("ReLU", "Relu").replace(
        "[batch, 2]", "[batch, 3]"
    )
    errors = [d for d in check_text(text).diagnostics if d.severity is Severity.ERROR]
    assert [d.code for d in errors] == ["NS301", "NS201"]
