"""Feeds the compiler programs that nobody would write.

    python tests/fuzz/fuzz.py --inputs 200000 --seed 1

Every input must get an answer within two seconds: diagnostics whose places lie inside the text and
that can be shown, or, where there are no errors, Python that holds nothing but what the emitter
writes. Anything else is a finding: it is made small and printed, with the number that
`--only` takes.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import gc
import json
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parent))

from mutate import generate

from neuroscript.codegen import emit
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Span, as_data, render
from neuroscript.language import check_text

LIMIT = 2.0
"""CPU seconds for one input."""


class TooSlow(BaseException):
    """Not an Exception, so that nothing in between swallows it."""


class Wrong(Exception):
    """An answer that cannot be right."""


@dataclass(frozen=True)
class Finding:
    kind: str
    """What went wrong and where, without what differs from input to input."""
    number: int
    text: str
    details: str


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    gc.freeze()  # the time is for the input, not for looking through all that the process holds
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.unfreeze()


def program(seed: int, number: int) -> str:
    return generate(random.Random(f"{seed}:{number}"))


def judge(text: str) -> str | None:
    """What is wrong with the answer to one input: its kind, or None."""
    return (answer(text) or ("", ""))[0] or None


def answer(text: str) -> tuple[str, str] | None:
    """Kind and details of what goes wrong, or None."""
    try:
        with limit(LIMIT):
            ask(text)
    except TooSlow:
        return "slow", traceback.format_exc()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a finding)
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if "neuroscript" in f.filename
        ]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "here"
        what = str(error) if isinstance(error, Wrong) else ""
        return f"{type(error).__name__} {what or where}", traceback.format_exc()
    return None


def ask(text: str) -> None:
    checked = check_text(text, "fuzz.ns")
    for diagnostic in checked.diagnostics:
        inspect(diagnostic)
    render(checked.diagnostics)
    if checked.has_errors:
        try:
            emit(checked)
        except NeuroScriptError:
            return
        raise Wrong("emitted in spite of errors")
    checked.signature() if checked.entry is not None else None
    for target in ("torch", "lightning") if checked.entry is not None else ("torch",):
        try:
            code = emit(checked, target=target)
        except NeuroScriptError as error:  # a neuron that is no model by itself
            for diagnostic in error.diagnostics:
                inspect(diagnostic)
            return
        inspect_code(code.text)


def inspect(diagnostic: Diagnostic) -> None:
    for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
        if not inside(span):
            raise Wrong(f"{diagnostic.code} lies outside the text")
    if not diagnostic.message or len(diagnostic.message) > 20_000:
        raise Wrong(f"{diagnostic.code} says nothing or too much")
    json.dumps(as_data(diagnostic))


def inside(span: Span) -> bool:
    return 0 <= span.start <= span.end <= len(span.source.text) + 1


EXPECTED = frozenset(
    """Module Expr Constant Import ImportFrom alias ClassDef FunctionDef arguments arg Return
    Assign AnnAssign AugAssign For If Pass Raise Call Attribute Name Load Store keyword Starred
    BinOp UnaryOp BoolOp Compare IfExp Add Sub Mult MatMult Div FloorDiv Mod USub BitOr
    Not And Or Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn Tuple List Dict Subscript Slice
    GeneratorExp ListComp comprehension JoinedStr FormattedValue Lambda""".split()
)
"""The kinds of Python's syntax that generated modules have."""

KNOWN = frozenset(dir(builtins)) | {"__class__", "__name__"}
UNWANTED = frozenset(
    "eval exec compile open input globals locals vars breakpoint __import__".split()
)


def inspect_code(text: str) -> None:
    """Python that parses, has nothing but expected syntax, and uses names that it gives."""
    tree = ast.parse(text)
    given, used = set[str](), set[str]()
    for node in ast.walk(tree):
        if type(node).__name__ not in EXPECTED:
            raise Wrong(f"{type(node).__name__} in the output")
        match node:
            case ast.Name(name, ast.Load()):
                used.add(name)
            case ast.Name(name) | ast.arg(name) | ast.ClassDef(name):
                given.add(name)
            case ast.alias(name, asname):
                given.add(asname or name.split(".")[0])
            case _:
                continue
    if unwanted := set(loaded(tree, frozenset())) & UNWANTED:
        raise Wrong(f"the output uses {sorted(unwanted)}")
    if used - given - KNOWN:
        raise Wrong("the output uses names that it does not give")


def loaded(node: ast.AST, given: frozenset[str]) -> Iterator[str]:
    """Names that are read and are neither parameters nor variables of the functions around them."""
    if isinstance(node, ast.FunctionDef):
        given |= {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
        given |= {n.id for n in stored if isinstance(n.ctx, ast.Store)}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in given:
        yield node.id
    for inner in ast.iter_child_nodes(node):
        yield from loaded(inner, given)


# --- making findings small


def shrink(text: str, kind: str, seconds: float = 20.0) -> str:
    """A smaller text with the same finding: without lines, then without characters."""
    end = time.monotonic() + seconds
    for split, glue in ((str.splitlines, "\n"), (list, "")):
        size = max(1, len(split(text)) // 2)
        while size and time.monotonic() < end:
            pieces, start = split(text), 0
            while start < len(pieces) and time.monotonic() < end:
                smaller = glue.join(pieces[:start] + pieces[start + size :])
                if judge(smaller) == kind:
                    pieces, text = split(smaller), smaller
                else:
                    start += size
            size //= 2
    return text


# --- the run


def fuzz(seed: int, numbers: range, report: Callable[[Finding], None]) -> dict[str, int]:
    """Counts by kind; each new kind is reported once, made small."""
    kinds: dict[str, int] = {}
    for number in numbers:
        if number % 10_000 == 0 and number > numbers.start:
            print(f"{number - numbers.start} inputs", file=sys.stderr, flush=True)
        text = program(seed, number)
        found = answer(text)
        if found is None:
            continue
        kind, details = found
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] == 1:
            if kind != "slow":
                text = shrink(text, kind)
            report(Finding(kind, number, text, details))
    return kinds


def show(finding: Finding) -> None:
    print(
        f"--- {finding.kind} (--only {finding.number})\n{finding.text}\n{finding.details}",
        flush=True,
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--inputs", type=int, default=3000)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", type=int, help="one input, which is printed first")
    given = arguments.parse_args()
    numbers = range(given.first, given.first + given.inputs)
    if given.only is not None:
        numbers = range(given.only, given.only + 1)
        print(program(given.seed, given.only))
    start = time.monotonic()
    kinds = fuzz(given.seed, numbers, show)
    spent = time.monotonic() - start
    count = sum(kinds.values())
    print(f"{len(numbers)} inputs, seed {given.seed}, {count} findings, {spent:.0f} s")
    for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"{count:7} {kind}")
    return int(bool(kinds))


if __name__ == "__main__":
    sys.exit(main())
