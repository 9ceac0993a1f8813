"""The formatter: what it keeps, what it settles, and that it comes to rest.

`UPDATE_GOLDENS=1 pytest tests/language/test_format.py` writes the golden texts anew.
"""

import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import neuroscript.stdlib
from neuroscript.diagnostics import NeuroScriptError, Sink, Source, render
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format import format_source, meaning, pieces
from neuroscript.language.syntax.format.comments import scan
from neuroscript.language.syntax.parse import parse

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "goldens" / "format").glob("*.ns"))
OTHERS = sorted(
    path
    for folder in ("src/neuroscript/stdlib", "examples", "tests/goldens/code")
    for path in (ROOT / folder).rglob("*.ns")
)


def program(text: str) -> ast.Program:
    sink = Sink()
    result = parse(Source("a.ns", text), sink)
    assert not sink.has_errors, render(list(sink)) + "\n" + text
    return result


def comments(text: str) -> list[str]:
    return sorted(comment.text for comment in scan(text)[0])


def settled(text: str) -> str:
    """The formatted text, of which all laws of formatting have been checked."""
    result = format_source(text)
    assert meaning(program(result)) == meaning(program(text))
    assert comments(result) == comments(text)
    assert format_source(result) == result
    assert "\t" not in result.replace("'\t'", "")
    assert "\n\n\n" not in result
    assert not re.search(r"[ \n]\n\Z|[ ]\n", result)
    return result


# --- goldens


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_golden(case: Path) -> None:
    actual = settled(case.read_text(encoding="utf-8"))
    golden = case.with_suffix(".out")
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(actual, encoding="utf-8")
    assert actual == golden.read_text(encoding="utf-8")


def test_every_golden_has_a_source() -> None:
    assert {case.stem for case in CASES} == {p.stem for p in CASES[0].parent.glob("*.out")}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
@pytest.mark.parametrize("width", [100, 40, 1])
def test_laws_hold_for_real_programs(
    path: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "WIDTH", width)
    settled(path.read_text(encoding="utf-8"))


# --- single decisions

HEAD = "neuron A(d=4):\n    in: [b, d]\n    out: [b, d]\n"


def in_graph(*lines: str) -> str:
    return HEAD + "    graph:\n" + "".join(f"        {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("a&&!b||c", "a and not b or c"),
        ("(a)+(b)", "a + b"),
        ("(a*b)+c", "(a * b) + c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("((a+b))", "a + b"),
        ("- -a", "--a"),
        ("-(a+b)", "-(a + b)"),
        ("a - -1", "a - -1"),
        ("!(a==b)", "not (a == b)"),
        ("!a==b", "not a == b"),
        ("(!a)==b", "(not a) == b"),
        ("a and (b and c)", "a and (b and c)"),
        ("(a and b) and c", "(a and b) and c"),
        ("a<(b<c)", "a < (b < c)"),
        ("( 1,2, )", "[1, 2]"),
        ("[ ]", "[]"),
        ("(1,)", "[1]"),
        ("'it' == `raw \\n`", "'it' == `raw \\n`"),
        ("layers . ffn [ -1 ]", "layers.ffn[-1]"),
        ("@ global  n/2", "@global n / 2"),
        ("1.50e-3", "1.50e-3"),
        ("f( a=( b+1 ),c = [f()] )", "f(a=b + 1, c=[f()])"),
    ],
)
def test_values(written: str, formatted: str) -> None:
    assert settled(f"@global x={written}") == f"@global x = {formatted}\n"


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("in->A( )->=>[ b,e = d/2 ]->out", "in -> A() => [b, e=d / 2] -> out"),
        ("in -> ( a,b , )", "in -> (a, b)"),
        ("( a ) -> out", "(a) -> out"),
        ("in -> if d>2:A() else:B()->C()", "in -> if d > 2: A() else: B() -> C()"),
        ("in -> @wrap( S ,k=1 ):layers [ 0 ]->out", "in -> @wrap(S, k=1): layers[0] -> out"),
        ("in -> @wrap(S):->A()->B()", "in -> @wrap(S): -> A() -> B()"),
        ("in => @reduce( Attn( d ) )[ b ] -> out", "in => @reduce(Attn(d)) [b] -> out"),
        ("in.0 -> out . left", "in.0 -> out.left"),
        ("in -> out ->", "in -> out"),
    ],
)
def test_connections(written: str, formatted: str) -> None:
    assert settled(in_graph(written)) == in_graph(formatted)


def test_a_long_connection_becomes_a_block_of_steps() -> None:
    steps = [f"Linear(d, d, bias={word})" for word in ("true", "false", "true", "false")]
    assert settled(in_graph(f"in -> {' -> '.join(steps)} -> out")) == in_graph(
        "in ->", *(f"    {step}" for step in steps), "    out"
    )


def test_a_long_branch_becomes_blocks() -> None:
    long = "Linear(d, d) -> LayerNorm(d) -> GELU() -> Linear(d, d)"
    text = in_graph(f"in -> if d > 2: {long} else: {long}")
    assert settled(text) == in_graph("in -> if d > 2:", f"    {long}", "else:", f"    {long}")


def test_a_long_graph_line_moves_below_its_head() -> None:
    chain = "in -> " + " -> ".join(["Linear(d, d)"] * 4) + " -> GroupNorm(1, d) -> out"
    assert settled(f"{HEAD}    graph: {chain}") == in_graph(chain)


def test_a_long_condition_is_put_into_brackets() -> None:
    conditions = [f"a_rather_long_name_{i} > 0" for i in range(5)]
    assert settled(f"@global x = {' and '.join(conditions)}") == (
        "@global x = (\n    a_rather_long_name_0 > 0\n"
        + "".join(f"        and {condition}\n" for condition in conditions[1:])
        + ")\n"
    )


def test_the_choice_between_row_and_block_is_the_authors() -> None:
    row = in_graph("in -> A() -> B() -> out")
    arrows = in_graph("in -> A()", "    -> B()", "    -> out")
    same = in_graph("in -> A()", "-> B()", "-> out")
    block = in_graph("in ->", "    A()", "    B()", "    out")
    assert [settled(text) for text in (row, arrows, same, block)] == [row, arrows, same, block]


def test_tabs_and_other_widths_become_four_blanks() -> None:
    text = in_graph("in -> if d > 2:", "    A()", "else:", "    B()", "-> out")
    assert settled(text.replace("    ", "\t")) == text
    assert settled(text.replace("    ", " ")) == text


def test_line_ends_stay_as_the_first_one() -> None:
    text = in_graph("in -> out  # same")
    assert format_source(text.replace("\n", "\r\n")) == text.replace("\n", "\r\n")


def test_a_byte_order_mark_goes() -> None:
    assert format_source("\ufeff" + HEAD) == HEAD


@pytest.mark.parametrize("text", ["", "\n\n", "  \n", "\ufeff"])
def test_nothing_stays_nothing(text: str) -> None:
    assert format_source(text) == ""


def test_comments_alone_stay() -> None:
    assert settled("\n#one\n\n\n  # two\n#!three\n##") == "# one\n\n# two\n#!three\n##\n"


def test_a_program_that_does_not_parse_is_refused() -> None:
    with pytest.raises(NeuroScriptError) as caught:
        format_source("neuron A:\n    in: [n\n", "mine.ns")
    assert [d.code for d in caught.value.diagnostics] == ["NS104"]
    assert "mine.ns:2:9" in str(caught.value)


def test_a_program_with_other_mistakes_is_formatted() -> None:
    assert settled(in_graph("in->Nonsense()->out")) == in_graph("in -> Nonsense() -> out")


def test_documentation_without_neuron_stays() -> None:
    assert settled("///lost") == "/// lost\n"


def test_deep_nesting() -> None:
    value = "f(" * 50 + ")" * 50
    assert settled(f"@global x = {value}\n").count("f(") == 50
    assert settled("@global x = " + "+".join("1" * 150) + "\n").count("1") == 150


# --- any program

NAMES = ("a", "b", "left", "d", "heads", "context", "a_name_that_is_rather_long", "Linear", "B")


class Author:
    """Writes a random program in a random manner."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.unit = rng.choice(["  ", "   ", "    ", "\t"])
        self.count = 0
        self.shy = rng.random() < 0.4

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def several(self, most: int = 3) -> range:
        return range(self.rng.randint(1, most))

    def name(self) -> str:
        return self.rng.choice(NAMES)

    def comment(self) -> str:
        self.count += 1
        mark = "///" if self.chance(0.05) else "#"
        return f"{mark}{self.rng.choice(['', ' ', '  '])}c{self.count} (x, [->"

    def gap(self) -> str:
        """Anything that may stand between tokens inside brackets."""
        if self.shy or self.chance(0.8):
            return self.rng.choice(["", " "])
        note = self.comment() if self.chance(0.5) else ""
        return f" {note}\n{' ' * self.rng.randint(0, 9)}"

    def listed(self, open_: str, items: list[str], close: str) -> str:
        last = f"{self.gap()}," if items and self.chance(0.2) else ""
        inner = ",".join(f"{self.gap()}{item}{self.gap()}" for item in items)
        return f"{open_}{inner or self.gap()}{last}{self.gap()}{close}"

    # --- values

    def value(self, depth: int = 2) -> str:
        pick = self.rng.random()
        if depth == 0 or pick < 0.3:
            atoms = [self.name(), "3", "1.5e3", "'a # b'", "`raw`", "true", "none", "@global n"]
            return self.rng.choice(atoms)
        if pick < 0.55:
            word = self.rng.choice(
                ["+", "-", "*", "/", "%", " and ", "||", "==", "< ", " or ", "&&"]
            )
            return f"{self.operand(depth)}{word}{self.operand(depth)}"
        if pick < 0.65:
            return self.rng.choice(["-", "!", "not "]) + self.operand(depth)
        if pick < 0.75:
            items = [self.value(depth - 1) for _ in self.several()]
            if self.chance(0.5):
                return self.listed("[", items, "]")
            return f"({items[0]},{self.gap()}{','.join(items[1:])})"
        if pick < 0.85:
            member = f".{self.name()}" if self.chance(0.5) else ""
            return f"{self.name()}{member}[{self.gap()}{self.value(depth - 1)}{self.gap()}]"
        return self.call(depth - 1)

    def operand(self, depth: int) -> str:
        inner = self.value(depth - 1)
        return (
            f"({self.gap()}{inner}{self.gap()})"
            if not inner.isalnum() or self.chance(0.2)
            else inner
        )

    def call(self, depth: int = 2) -> str:
        return self.name() + self.arguments(depth)

    def arguments(self, depth: int = 2) -> str:
        items = [self.value(depth) for _ in self.several()] if self.chance(0.7) else []
        items += [f"{self.name()} ={self.value(depth)}" for _ in self.several()]
        return self.listed("(", items if self.chance(0.7) else [], ")")

    def dim(self) -> str:
        return self.rng.choice(["1", "a", "b", "d*2", "(a+b)/2", "@global n", "a - b - 1"])

    def shape(self) -> str:
        return self.listed(
            "[", [self.rng.choice([self.dim(), "*", "*rest"]) for _ in self.several()], "]"
        )

    # --- layout

    def line(self, level: int, text: str) -> list[str]:
        """A line with whatever may stand above and behind it."""
        lines = []
        while self.chance(0.12):
            note = "" if self.chance(0.4) else self.comment()
            lines.append(self.unit * self.rng.randint(0, level + 1) + note)
        trailing = f"  {self.comment()}" if self.chance(0.15) else ""
        return [*lines, f"{self.unit * level}{text}{trailing}"]

    def program(self) -> str:
        lines: list[str] = []
        for _ in self.several():
            pick = self.rng.random()
            if pick < 0.15:
                lines += self.line(0, "use local , blocks / * as B")
            elif pick < 0.3:
                lines += self.line(0, f"@global g = {self.value()}")
            else:
                lines += self.neuron()
        text = "\n".join([*lines, *([self.comment()] if self.chance(0.2) else [])])
        return text.replace("\n", "\r\n") if self.chance(0.1) else text

    def neuron(self) -> list[str]:
        params = [
            self.rng.choice(["p", "p: Neuron", f"p : int={self.value(1)}"]) for _ in self.several()
        ]
        lines = ["///doc"] if self.chance(0.3) else []
        lines += self.line(
            0, f"neuron A{self.listed('(', params, ')') if self.chance(0.7) else ''} :"
        )
        sections = [self.ports, self.graph, self.context, self.impl]
        for write in self.rng.choices(sections, [3, 4, 2, 1], k=self.rng.randint(1, 4)):
            lines += write()
            if write == self.impl:
                sections.clear()
                break
        return lines

    def ports(self) -> list[str]:
        word = self.rng.choice(["in", "out"])
        dtype = self.rng.choice(["", "int", " float"])
        if self.chance(0.3):
            ports = (self.line(2, f"{self.name()}:{self.shape()}{dtype}") for _ in self.several())
            return [*self.line(1, f"{word}:"), *(line for port in ports for line in port)]
        name = self.rng.choice(["", f" {self.name()}", f" *{self.name()} "])
        return self.line(1, f"{word}{name}: {self.shape()}{dtype}")

    def impl(self) -> list[str]:
        host = self.rng.choice(["torch,nn/Linear", f"external{self.arguments(1)}"])
        if self.chance(0.3):
            return [*self.line(1, "impl:"), *self.line(2, host)]
        return self.line(1, f"impl:{host}")

    def context(self, level: int = 1) -> list[str]:
        head = "context:" if level == 1 else f"{self.name()} = unroll( {self.value(1)} ) as i :"
        lines = self.line(level, head)
        for _ in self.several():
            if self.chance(0.2) and level < 3:
                lines += self.context(level + 1)
                continue
            lead = self.rng.choice(["", "@lazy ", "@ static "]) + self.name()
            if self.chance(0.4):
                rows = [f"{lead} = if {self.value(1)}:{self.value()}"]
                rows += [f"elif {self.value(1)}: {self.value(1)}" for _ in self.several(2)]
                rows += [f"else: {self.value()}"]
                if self.chance(0.5):
                    lines += self.line(level + 1, " ".join(rows))
                else:
                    lines += (line for row in rows for line in self.line(level + 1, row))
            else:
                lines += self.line(level + 1, f"{lead} ={self.value()}")
        return lines

    def graph(self) -> list[str]:
        if self.chance(0.3):
            return self.chain(1, "graph: ", 2)
        return [*self.line(1, "graph:"), *self.block(2, 2)]

    def block(self, level: int, depth: int, arrow: str = "") -> list[str]:
        lines = self.chain(level, arrow, depth)
        for _ in self.several():
            lines += self.chain(level, self.rng.choice(["", "", "-> "]), depth)
        return lines

    def chain(self, level: int, head: str, depth: int) -> list[str]:
        row = head + self.simple()
        for _ in range(self.rng.choice([0, 0, 1, 1, 2, 6])):
            arrow = self.rng.choice(["->", " -> "])
            step = self.rearrangement() if self.chance(0.15) else self.simple()
            row += f" {step}" if step.startswith("=>") else f"{arrow}{step}"
        pick = self.rng.random()
        if depth == 0 or pick < 0.4:
            return self.line(level, row)
        if pick < 0.5:
            deeper = self.block(level + 1, depth - 1, "-> ")
            return [*self.line(level, row), *deeper]
        if pick < 0.6:
            return [*self.line(level, f"{row} ->"), *self.block(level + 1, depth - 1)]
        lines = self.step_with_block(level, f"{row} -> ", depth - 1)
        if self.chance(0.3):
            lines += self.chain(level, "-> ", depth - 1)
        return lines

    def step_with_block(self, level: int, row: str, depth: int) -> list[str]:
        pick = self.rng.random()
        if pick < 0.25:
            head = self.rng.choice(["match:", "match: ->", f"match( {self.name()} ) :"])
            return [*self.line(level, row + head), *self.arms(level + 1, depth)]
        if pick < 0.45:
            wrap = f"{row}@wrap{self.arguments(1)}:"
            if self.chance(0.4):
                return self.line(level, f"{wrap} {self.node()}")
            if self.chance(0.4):
                return self.line(level, f"{wrap} -> {self.inline()}")
            return [*self.line(level, wrap), *self.block(level + 1, depth)]
        if pick < 0.65:
            branches = [f"if {self.value(1)}: {self.inline()}"]
            branches += [f"elif {self.value(1)}:{self.inline()}" for _ in self.several(2)]
            return self.line(
                level, " ".join([f"{row}{branches[0]}", *branches[1:], f"else: {self.inline()}"])
            )
        lines = self.branch(level, f"{row}if {self.value(1)} :", depth)
        if self.chance(0.4):
            lines += self.branch(level, f"elif {self.value(1)}:", depth)
        if self.chance(0.6):
            lines += self.branch(level, "else:", depth)
        return lines

    def branch(self, level: int, head: str, depth: int) -> list[str]:
        if self.chance(0.4):
            return self.line(level, f"{head} {self.inline()}")
        return [*self.line(level, head), *self.block(level + 1, depth)]

    def arms(self, level: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in self.several():
            guard = f" where {self.value(1)}" if self.chance(0.3) else ""
            pattern = self.shape()
            if self.chance(0.3):
                pattern = f"in a {self.shape()},{self.shape()} ->out{self.shape()}"
            if self.chance(0.5):
                lines += self.chain(level, f"{pattern}{guard}: ", depth)
            else:
                lines += [*self.line(level, f"{pattern}{guard}:"), *self.block(level + 1, depth)]
        return lines

    def inline(self) -> str:
        return " -> ".join(self.simple() for _ in self.several())

    def simple(self) -> str:
        if self.chance(0.5):
            return self.call(1)
        if self.chance(0.3):
            return self.listed("(", [self.node() for _ in self.several()], ")")
        return self.node()

    def node(self) -> str:
        return self.rng.choice(["in", "out", self.name(), "a.left", "b.0", f"a[{self.value(0)}]"])

    def rearrangement(self) -> str:
        operation = self.rng.choice(["", "", f"@reduce({self.call(0)})", "@ repeat(copy)"])
        dims = [
            self.rng.choice([self.dim(), "others", f"e = {self.dim()}"]) for _ in self.several()
        ]
        return f"=>{operation}{self.listed('[', dims, ']')}"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([100, 100, 60, 25]))
def test_laws_hold_for_any_program(seed: int, width: int) -> None:
    text = Author(random.Random(seed)).program()
    sink = Sink()
    parse(Source("a.ns", text), sink)
    assume(not sink.has_errors)  # a few lines go on from what ends there
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "WIDTH", width)
        settled(text)


@pytest.mark.parametrize(
    "path",
    [
        *Path(neuroscript.stdlib.__file__).parent.rglob("*.ns"),
        *(Path(__file__).parents[2] / "examples").glob("*.ns"),
    ],
    ids=lambda path: path.name,
)
def test_what_we_ship_is_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_source(text, str(path)) == text
