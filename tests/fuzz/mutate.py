"""Programs nobody would write: real ones cut up and mixed, and random ones of the grammar."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from parsimonious.expressions import (
    Expression,
    Literal,
    Lookahead,
    OneOf,
    Quantifier,
    Regex,
)  # fmt: skip
from parsimonious.expressions import (
    Sequence as InOrder,
)
from parsimonious.grammar import Grammar

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(
    r"[A-Za-z_]\w*|[0-9]+(?:\.[0-9]+)?|->|=>|==|!=|<=|>=|&&|\|\||\n *|[ \t]+|.", re.DOTALL
)
ODD = [
    "\x00", "\t", "\r", "\r\n", "\x0b", "\x0c", "\x0e", "\x0f", "\x1b[31m", "\x7f", "\u00a0",
    "é", "→", "×", "\u202e", "\u2028", "\ufeff", "\U0001f600", "e\u0301", "\u200b", "한", "`",
    '"', "'", "\\", '"""', "{", "}", "{0}", "%s", "//", "///", "/// # x\n", "#", "\\u12", "\\x",
    '"\\', ";", "$", "?", "~>", "<-", "**", "===",
]  # fmt: skip
NUMBERS = [
    "0", "1", "2", "3", "7", "64", "-1", "10001", "99999999999999999999", "1e400", "1.5", "0.0",
    "1e-9", "9" * 400, "007", "3x", ".5", "5.",
]  # fmt: skip
PIECES = [
    "in", "out", "->", "=>", "[", "]", "(", ")", ",", ":", "=", "*", "/", "%", "@",
    "@wrap(Skip): ", "@lazy ", "@static ", "@global n", "@reduce(mean) ", "@repeat(copy) ",
    "if true: ", "else: ", "elif n > 0: ", "match:", "match(p):", "where n > 0", "unroll(3):",
    "unroll(n) as i:", "Freeze(Linear(2, 2))", "others", "e=d/h", "*shape", "in.0", "x[0]",
    "x.y[-1]", "none", "true", "not ", "!", "&&", "||", "<", "==", "int", "Neuron",
    "use local,a/B\n", "use core,nn/*\n", "@global n = 3\n", "impl: torch,nn/Linear",
    "external(name=\"x\")", "(a, b)", "[a, b]", "(1,)", "[b, *r, 3]", "-> out", "in ->",
    "neuron A:\n", "    ", "  ", "\n", "\n\n", "\t",
]  # fmt: skip


@cache
def library() -> tuple[str, ...]:
    """The standard library, neuron by neuron."""
    found: list[str] = []
    for path in sorted((ROOT / "src/neuroscript/stdlib").rglob("*.ns")):
        found += re.findall(r"^neuron .*\n(?:[ \n].*\n?)*", path.read_text("utf-8"), re.MULTILINE)
    return tuple(found)


@cache
def programs() -> tuple[str, ...]:
    """The examples, what the golden tests hold, and the constructs beside this file, in parts."""
    texts: list[str] = []
    for folder in ("examples", "tests/goldens", "tests/fuzz"):
        texts += [path.read_text("utf-8") for path in sorted((ROOT / folder).rglob("*.ns"))]
    parts = re.split(
        r"^# ---.*\n", (ROOT / "tests/fuzz/constructs.ns").read_text("utf-8"), flags=re.MULTILINE
    )
    return tuple(dict.fromkeys(text for text in [*texts, *parts, *parts] if text.strip()))


def any_program(dice: random.Random) -> str:
    return dice.choice(programs() if dice.random() < 0.75 else library())


# --- mutations: from a text to another


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def _spot(dice: random.Random, items: Sequence[Any], most: int = 12) -> tuple[int, int]:
    start = dice.randrange(len(items) + 1)
    return start, min(len(items), start + dice.randint(0, most))


def splice(text: str, dice: random.Random) -> str:
    """Some tokens replaced by some of another program."""
    tokens, other = _tokens(text), _tokens(any_program(dice))
    (start, end), (first, last) = _spot(dice, tokens), _spot(dice, other)
    return "".join([*tokens[:start], *other[first:last], *tokens[end:]])


def delete(text: str, dice: random.Random) -> str:
    tokens = _tokens(text)
    start, end = _spot(dice, tokens, 4)
    return "".join(tokens[:start] + tokens[end:])


def insert(text: str, dice: random.Random) -> str:
    tokens = _tokens(text)
    tokens.insert(dice.randrange(len(tokens) + 1), dice.choice(PIECES))
    return "".join(tokens)


def odd(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(ODD) + text[at:]


def swap_lines(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


def repeat_lines(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    start, end = _spot(dice, lines, 6)
    return "\n".join(lines[:end] + lines[start:end] * dice.choice([1, 1, 1, 2, 30]) + lines[end:])


def drop_lines(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    start, end = _spot(dice, lines, 3)
    return "\n".join(lines[:start] + lines[end:])


def indent(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    start, end = _spot(dice, lines, 4)
    by = dice.choice(["  ", "    ", " ", "\t", ""])
    for i in range(start, end):
        lines[i] = by + lines[i] if by else lines[i][dice.randint(1, 4) :]
    return "\n".join(lines)


def rename(text: str, dice: random.Random) -> str:
    """One name becomes another one of the same program."""
    tokens = _tokens(text)
    names = [i for i, token in enumerate(tokens) if token[0].isalpha()]
    if not names:
        return text
    tokens[dice.choice(names)] = tokens[dice.choice(names)]
    return "".join(tokens)


def number(text: str, dice: random.Random) -> str:
    tokens = _tokens(text)
    places = [i for i, token in enumerate(tokens) if token[0].isdigit()]
    if not places:
        return text
    tokens[dice.choice(places)] = dice.choice(NUMBERS)
    return "".join(tokens)


def nest(text: str, dice: random.Random) -> str:
    """Some tokens put into many brackets, or one value into many calls."""
    tokens = _tokens(text)
    start, end = _spot(dice, tokens, 3)
    depth = dice.choice([1, 2, 5, 90, 400])
    before, after = dice.choice([("(", ")"), ("[", "]"), ("Skip(", ")"), ("-", ""), ("not ", "")])
    return "".join(
        [*tokens[:start], before * depth, *tokens[start:end], after * depth, *tokens[end:]]
    )


def long_line(text: str, dice: random.Random) -> str:
    tokens = _tokens(text)
    start, end = _spot(dice, tokens, 6)
    return "".join(tokens[:end] + tokens[start:end] * dice.choice([3, 20, 300]) + tokens[end:])


def cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def join(text: str, dice: random.Random) -> str:
    return text + dice.choice(["", "\n"]) + any_program(dice)


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    splice, splice, splice, delete, delete, insert, insert, odd, swap_lines, repeat_lines,
    drop_lines, indent, rename, rename, rename, rename, rename, number, number, number, nest,
    long_line, cut, join,
)  # fmt: skip

MEANINGS = (rename, rename, rename, number, number, swap_lines, drop_lines)
"""Mutations that mostly leave something that parses."""


# --- what the grammar allows

NAMES = [
    "a",
    "b",
    "d",
    "n",
    "x",
    "p",
    "i",
    "s",
    "rest",
    "layers",
    "Linear",
    "Add",
    "Skip",
    "GELU",
    "A",
    "B",
    "Concat",
]
WORDS = {
    "IDENT": NAMES,
    "INT": ["0", "1", "2", "3", "8", "64"],
    "FLOAT": ["0.5", "1e3"],
    "STRING": ['"mean"', "'a\\n'", "`r`"],
    "WORD_VALUE": ["true", "false", "none"],
    "DTYPE": ["int", "float", "bool", "complex"],
    "UP": [".."], "RESHAPE": ["=> "], "ARROW": ["-> "], "AT_GLOBAL": ["@global "],
    "AT_WRAP": ["@wrap"],
    "COMPARE": ["==", "!=", "<", ">="], "OR": [" or ", "||"], "AND": [" and ", "&&"],
    "NOT": ["!", "not "],
    "ADDITIVE": ["+", "-"], "DIM_PRODUCT": ["*", "/"], "MULTIPLICATIVE": ["*", "/", "%"],
    "MINUS": ["-"], "AT": ["@"], "COLON": [": "], "COMMA": [", "], "DOT": ["."], "EQUALS": [" = "],
    "STAR": ["*"], "SLASH": ["/"], "LPAR": ["("], "RPAR": [")"], "LBRACK": ["["], "RBRACK": ["]"],
    "INDENT": ["\x0e"], "DEDENT": ["\x0f"], "NL": ["\n"], "AFTER_BLOCK": [""],
}  # fmt: skip


@cache
def _grammar() -> dict[str, Any]:
    return dict(
        Grammar(files("neuroscript.language.syntax").joinpath("grammar.peg").read_text("utf-8"))
    )


def _grow(rule: Expression, dice: random.Random, depth: int) -> str:
    if rule.name in WORDS:
        return dice.choice(WORDS[rule.name])
    match rule:
        case Regex():
            return str(rule.name).lower() + " "
        case Literal():
            return str(rule.literal)
        case Lookahead():
            return ""
        case OneOf():
            choices = rule.members
            if depth <= 0:
                choices = choices[-1:]
            return _grow(dice.choice(choices), dice, depth - 1)
        case InOrder():
            return "".join(_grow(member, dice, depth - 1) for member in rule.members)
        case Quantifier():
            more = 0
            while depth > 0 and more < min(rule.max, 4) and dice.random() < 0.35:
                more += 1
            return "".join(
                _grow(rule.members[0], dice, depth - 1) for _ in range(max(int(rule.min), more))
            )
    raise TypeError(f"no way to grow {rule!r}")


def _laid_out(text: str) -> str:
    """With INDENT and DEDENT as indentation."""
    level, out = 0, []
    for line in text.split("\n"):
        level += line.count("\x0e") - line.count("\x0f")
        out.append("    " * level + line.replace("\x0e", "").replace("\x0f", ""))
    return "\n".join(out)


AROUND = {
    "item": "neuron A(n=2, p: Neuron):\n\x0ein: [b, n]\nout: [b, n]\ncontext:\n\x0e{}\x0f"
    "graph: in -> a -> out\n\x0f",
    "line": "neuron A(d, n=2, p: Neuron=GELU):\n\x0ein: [b, s, d]\nout: [b, s, d]\ncontext:\n"
    "\x0elayers = unroll(n) as i:\n\x0ea = Linear(d, d)\n\x0f\x0fgraph:\n\x0ein -> x\n"
    "x -> {}\x0f\x0f",
    "section": "neuron A(d):\n\x0ein: [*, d]\nout: [*, d]\n{}\x0f",
}
"""What a part of a program stands in."""


def grown(dice: random.Random) -> str:
    """A program that the grammar allows, between neurons that its names may mean."""
    rule = dice.choice(["declaration", "declaration", "item", "line", "line", "section"])
    text = _grow(_grammar()[rule], dice, dice.choice([8, 14, 20]))
    return _laid_out(AROUND.get(rule, "{}").replace("{}", text))


def generate(dice: random.Random) -> str:
    """One input: a real program with one to six mutations, a grown one, or noise."""
    kind = dice.random()
    if kind < 0.02:
        return "".join(
            dice.choice(PIECES + ODD + NUMBERS + NAMES) for _ in range(dice.randint(0, 60))
        )
    text = grown(dice) if kind < 0.3 else any_program(dice)
    if kind < 0.2:
        return text
    mutations = MEANINGS if dice.random() < 0.5 else MUTATIONS
    for _ in range(dice.choice([1, 1, 1, 1, 2, 2, 3, 6])):
        text = dice.choice(mutations)(text, dice)[:20_000]
    return text
