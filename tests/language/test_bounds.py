"""Checking and compiling files that nobody has looked at: what it may take, read, run and write."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from neuroscript.codegen import emit
from neuroscript.diagnostics import Severity
from neuroscript.language import check_path, check_text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECONDS, MEGABYTES = 2, 500
GELU = "neuron A:\n    in: [*s]\n    out: [*s]\n    graph: in -> GELU() -> out\n"


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT / "src"), *sys.path]
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, paths))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


# --- time and memory


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits are those of Unix")
def test_crafted_programs_get_an_answer_in_time() -> None:
    ran = python(str(HERE / "bounds" / "answer.py"))
    assert ran.returncode == 0, ran.stderr
    answers: list[list[Any]] = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len({name for name, *_ in answers}) > 70
    for name, verb, end, seconds, megabytes, first in answers:
        assert end in (0, 1), f"{verb} of {name}: ended with {end}, {first}"
        assert seconds <= SECONDS, f"{verb} of {name} took {seconds} s"
        assert megabytes <= MEGABYTES, f"{verb} of {name} took {megabytes} MB"
        assert "Traceback" not in first, f"{verb} of {name}: {first}"
        assert "internal error" not in first, f"{verb} of {name}: {first}"


def test_work_is_counted_not_timed() -> None:
    """The same program is refused wherever it is checked."""
    text = (
        "neuron N(n, k):\n    in: [*s]\n    out: [*s]\n    graph:\n"
        "        in -> if n > 0: N(n - 1, 2 * k) -> N(n - 1, 2 * k + 1)\n        -> out\n"
        "neuron A:\n    in: [b]\n    out: [b]\n    graph: in -> N({}, 1) -> out\n"
    )
    few, many = check_text(text.replace("{}", "5")), check_text(text.replace("{}", "50"))
    assert few.diagnostics == ()
    (found,) = many.diagnostics
    assert found.code == "NS112"
    assert "more steps" in found.message


def test_a_file_of_a_million_characters_is_the_largest() -> None:
    text = "neuron A:\n    in: [b]\n    out: [b]\n    graph: in -> GELU() -> out\n#"
    assert check_text(text + "x" * (1_000_000 - len(text))).diagnostics == ()
    (found,) = check_text(text + "x" * 1_000_000).diagnostics
    assert found.code == "NS603"
    assert "1,000,000 characters" in found.message


def test_no_more_than_a_thousand_mistakes_are_told() -> None:
    checked = check_text("neuron A:\n    in: [b]\n" + "    §\n" * 3000)
    assert len(checked.diagnostics) == 1000
    assert checked.has_errors


def test_an_error_behind_a_thousand_warnings_is_told() -> None:
    params = ", ".join(f"p{i}=1" for i in range(1500))
    ports = "    in: [b, 3]\n    out: [b, 3]\n"
    text = f"neuron A({params}):\n{ports}    graph: in -> Linear(4, 3) -> out\n"
    assert check_text(text).has_errors


# --- what is read, run, written


AUDIT = """
import sys
seen = []
wanted = ("open", "import", "exec", "os.", "subprocess.", "socket.", "shutil.", "ctypes.")
def hook(event, arguments):
    if recording and event.startswith(wanted):
        first = arguments[0] if arguments else ""
        seen.append((event, str(first), str(arguments[1]) if event == "open" else ""))
recording = False
sys.addaudithook(hook)
from neuroscript.cli import run
run(["check", sys.argv[1], "--params", "d=4"]); run(["compile", sys.argv[1]])  # imports
recording = True
ends = [run(["check", sys.argv[1], "--params", "d=4"]), run(["compile", sys.argv[1]])]
recording = False
import json
print("\\0" + json.dumps([ends, seen, [m for m in sys.modules if m.startswith(("evil", "torch"))]]))
"""


def test_nothing_of_a_program_is_run_and_nothing_else_is_read(tmp_path: Path) -> None:
    trap = "import pathlib\npathlib.Path(__file__).with_name('trapped').touch()\n"
    texts = {
        "main.ns": "use local,parts/used/Part\nuse evil,neurons/Kit\n"
        "neuron Host(d=4):\n    in: [*, d]\n    out: [*, d]\n    impl: python,evil/layers/Fancy\n"
        "neuron Other(d=4):\n    in: [*, d]\n    out: [*, d]\n"
        '    impl: external(module="evil", name="X")\n'
        "neuron Net(d=4):\n    in: [b, d]\n    out: [b, d]\n"
        "    graph: in -> Host(d) -> Other(d) -> Part() -> Kit() -> out\n",
        "parts/used.ns": GELU.replace("A:", "Part:"),
        "parts/unused.ns": GELU.replace("A:", "Part:"),
        "evil/__init__.py": trap,
        "evil/layers.py": trap,
        "evil/neurons.ns": GELU.replace("A:", "Kit:"),
        "conftest.py": trap,
        "sitecustomize.py": "",
        "evil-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n",
        "evil-1.dist-info/entry_points.txt": "[neuroscript.neurons]\nevil = evil\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = sorted(path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts)
    ran = python("-B", "-c", AUDIT, "main.ns", cwd=tmp_path)
    told, _, data = ran.stdout.partition("\0")
    assert data, ran.stderr
    ends, seen, modules = json.loads(data)
    assert ends == [0, 0], ran.stderr
    assert "class Net(nn.Module):" in told
    assert modules == []
    assert before == sorted(path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts)
    opened = [
        (Path(tmp_path, path).resolve(), mode) for event, path, mode in seen if event == "open"
    ]
    mine = {
        path.relative_to(tmp_path.resolve())
        for path, _ in opened
        if tmp_path.resolve() in path.parents
    }
    assert mine <= {
        Path("main.ns"),
        Path("parts/used.ns"),
        Path("evil/neurons.ns"),
        Path("evil-1.dist-info/entry_points.txt"),
        Path("evil-1.dist-info/METADATA"),
    }
    assert not [path for path, mode in opened if set(mode) & set("wax+")]
    others = {event for event, _, _ in seen} - {"open", "os.listdir", "os.scandir", "import"}
    assert not others
    assert not [what for event, what, _ in seen if event == "import" and what.startswith("evil")]


def test_the_largest_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.ns"
    with path.open("wb") as file:
        file.truncate(1 << 34)  # takes no room on the disk, and would not fit into memory
    (found,) = check_path(path).diagnostics
    assert found.code == "NS603"


# --- source text never becomes code


QUOTES = [
    '"""', "'''", '\\"""', '"', "'", "\\", "\\\\", '\\\\"', "{x}", "%s", "\0", "\x1b2J",
    "\u2028", "\u202e", "\ud800", "\N{BOM}", '")', "')\nimport os\n", '""")\nimport os\n"""',
    "\\N{DIGIT ONE}", "\\x41", "#", "\r", "\n",
]  # fmt: skip


def literal(text: str) -> str:
    """A string of NeuroScript."""
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(
        named.get(c, c if c.isprintable() else f"\\u{ord(c):04x}") for c in text
    ) + '"'  # fmt: skip


def kinds(text: str) -> list[str]:
    """The shape of a module: its nodes in order, without what strings and docstrings say."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text))]


@pytest.mark.parametrize("inside", QUOTES, ids=ascii)
def test_strings_stay_strings(inside: str) -> None:
    program = (
        "@global mode = {}\n"
        "neuron Host(a={}, b=[{}, {}]):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/Fancy\n"
        "neuron A(c={}):\n    in: [b, 4]\n    out: [b, 4]\n    context:\n        k = {}\n"
        "    graph: in -> if c == {}: Host({}, [c, k, mode]) else: Host()\n        -> out\n"
    )
    code = emit(check_text(program.replace("{}", literal(inside)))).text
    plain = emit(check_text(program.replace("{}", literal("harmless")))).text
    code.encode()
    assert kinds(code) == kinds(plain)
    values = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    assert values.count(inside) >= 6


@pytest.mark.parametrize("inside", [text for text in QUOTES if text not in "\r\n"], ids=ascii)
def test_documentation_stays_documentation(inside: str) -> None:
    written = inside.replace("\r", " ").replace("\n", " ").strip()
    program = (
        "/// {0}\n/// {0}\n///\n/// # {0}\n/// {0}\n"
        "neuron A(a=`x`):  # {0}\n    in: [*s]\n    out: [*s]\n    graph: in -> GELU() -> out\n"
    )
    code = emit(check_text(program.replace("{0}", written))).text
    plain = emit(check_text(program.replace("{0}", "harmless"))).text
    assert kinds(code) == kinds(plain)
    if written.isprintable():
        assert written in ast.get_docstring(ast.parse(code).body[-1], clean=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ['a""".ns', "a\\.ns", "a'''.ns", "a\nimport os\n.ns", 'a";import os;".ns', "a\u2028.ns"],
    ids=ascii,
)
def test_names_of_files_stay_names(name: str) -> None:
    assert kinds(emit(check_text(GELU, name)).text) == kinds(emit(check_text(GELU)).text)


PYTHON_NAMES = [
    "class", "def", "import", "None", "True", "lambda", "self", "super", "torch", "nn", "Any",
    "print", "int", "tuple", "range", "isinstance", "forward", "training", "parameters", "eval",
    "exec", "open", "x", "out_", "_shared", "partial", "NamedTuple", "ValueError", "len",
]  # fmt: skip


@pytest.mark.parametrize("name", PYTHON_NAMES)
def test_names_of_python_can_be_names(name: str) -> None:
    """As neuron, parameter, port, binding, value: what is written is Python and means that."""
    program = (
        "neuron {}:\n    in: [*s]\n    out: [*s]\n    graph: in -> GELU() -> out\n",
        "neuron A({}=4):\n    in: [b, {}]\n    out: [b, {}]\n"
        "    graph: in -> Linear({}, {}) -> out\n",
        "neuron A:\n    in {}: [b, 4]\n    in other: [b, 4]\n    out: [b, 4]\n"
        "    graph: ({}, other) -> Add() -> out\n",
        "neuron A:\n    in: [b, 4]\n    out: [b, 4]\n    context:\n        {} = Linear(4, 4)\n"
        "    graph: in -> {} -> out\n",
        "neuron A:\n    in: [b, 4]\n    out: [b, 4]\n    graph:\n        in -> GELU() -> {}\n"
        "        ({}, in) -> Add() -> out\n",
        "neuron A:\n    in: [b, {}]\n    out: [b, 4]\n    graph: in -> Linear({}, 4) -> out\n",
        "neuron A:\n    in: [b, 4]\n    out {}: [b, 4]\n    out other: [b, 4]\n"
        "    graph: in -> ({}, other)\n",
    )
    for text in program:
        checked = check_text(text.replace("{}", name))
        errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        assert errors == []
        for target in ("torch", "lightning"):
            code = emit(checked, target=target).text  # type: ignore[arg-type]
            compile(code, "generated", "exec")


@pytest.mark.parametrize(
    "option",
    [
        'name="a; import os"', 'name="a.b"', 'name="class"', 'module="a b"', 'module=".a"',
        'module="a..b"', 'module=""', 'name="é"', 'name="a\\nimport os"', 'emitter="x"', 'expr="x"',
        "name=a", 'positional="x"',
    ],
)  # fmt: skip
def test_hosts_are_names(option: str) -> None:
    others = {"module": 'module="m"', "name": 'name="N"'}
    key = option.partition("=")[0]
    given = ", ".join([option, *(text for name, text in others.items() if name != key)])
    text = f"neuron A:\n    in: [*s]\n    out: [*s]\n    impl: external({given})\n"
    assert {d.code for d in check_text(text).diagnostics} == {"NS605"}


@pytest.mark.parametrize(
    "path", ["torch,nn/class", "python,import/X", "python,a/lambda", "torch,is"]
)
def test_paths_of_hosts_are_names(path: str) -> None:
    text = f"neuron A:\n    in: [*s]\n    out: [*s]\n    impl: {path}\n"
    assert {d.code for d in check_text(text).diagnostics} == {"NS605"}
