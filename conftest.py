"""What all tests share, and how the documentation is run.

Every block of README.md, CONTRIBUTING.md and docs/ is a test.

Each page has a folder of its own, with a copy of examples/ and configs/, and one Python namespace.

| block | what happens |
|---|---|
| `python` | is executed |
| `shell` | is executed by `bash -e` |
| `ns` | is checked: without diagnostics, unless the next block shows what was found |
| `py` | is part of the Python that the `ns` block before it becomes; `...` stands for anything |
| `text` | is what the block before it printed; `...` stands for anything |
| any, with `title="name"` | is written to that file, and may have mistakes |
| none of these | is left alone |
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

# Before torch is imported, and inherited by the commands that tests start: two workers on two
# cores must not fight for them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parent
TITLE = re.compile(r'^(?P<language>\w+) title="(?P<file>[^"]+)"$')
FENCES = FencedCodeBlockLexer(language=r".+", mapping={"language": "arguments", "source": "source"})

run_python_block = PythonEvaluator()


@contextlib.contextmanager
def registrations_put_back() -> Iterator[None]:
    """What is registered inside is forgotten afterwards, built-in components excepted."""
    from neuroscript.contracts import KINDS, ContractRegistry

    registries = [ContractRegistry.of(kind.name) for kind in KINDS]
    before = [dict(registry._registered) for registry in registries]
    yield
    for registry, registered in zip(registries, before, strict=True):
        built_in = {n: i for n, i in registry._registered.items() if n in registry.built_in}
        registry._registered.clear()
        registry._registered.update(built_in | registered)


@pytest.fixture(autouse=True)
def registrations_end_with_the_test() -> Iterator[None]:
    """No test sees what another one registered."""
    with registrations_put_back():
        yield


def read(document: Document) -> Iterator[Region]:
    """The blocks of a page that do something, each with what does it."""
    for region in FENCES(document):
        info = region.lexemes["arguments"]
        title = TITLE.match(info)
        language = title["language"] if title else info
        evaluate = EVALUATORS.get(language)
        if title and language != "ns":
            evaluate = write
        if evaluate is not None:
            region.parsed = region.lexemes["source"]
            region.lexemes["file"] = title["file"] if title else ""
            region.evaluator = evaluate
            yield region


def write(example: Example) -> None:
    path = Path(example.region.lexemes["file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example.parsed, encoding="utf-8")


def run_python(example: Example) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run_python_block(example)
    example.namespace["_printed"] = printed.getvalue()


def run_shell(example: Example) -> None:
    ran = subprocess.run(
        ["bash", "-e", "-c", example.parsed],
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    example.namespace["_printed"] = ran.stdout
    if ran.returncode != 0 and not shows_output(example):
        raise AssertionError(f"ended with {ran.returncode}:\n{ran.stdout}")


def check_program(example: Example) -> None:
    from neuroscript.diagnostics import render
    from neuroscript.language import check_text

    file = example.region.lexemes["file"]
    if file:
        write(example)
    checked = check_text(example.parsed, name=file or "example.ns", base=".")
    example.namespace["_printed"] = render(checked.diagnostics)
    example.namespace["_checked"] = checked
    if checked.diagnostics and not file and not shows_output(example):
        raise AssertionError(render(checked.diagnostics))


def find_in_generated(example: Example) -> str | None:
    """The program before this block becomes Python with these lines in it."""
    from neuroscript.codegen import emit

    text = emit(example.namespace["_checked"]).text
    wanted, got = f"...\n{example.parsed}...", f"\n{text}"
    if doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
        return None
    return f"the page says\n{example.parsed}\nbut it becomes\n{text}"


def shows_output(example: Example) -> bool:
    """Whether the page shows what this block prints, so that failing may be the point of it."""
    after = example.document.text[example.region.end :]
    return re.match(r"(```)?\s*```text", after) is not None


def compare(example: Example) -> str | None:
    """The block before this one must have printed it."""
    printed = example.namespace.pop("_printed", None)
    if printed is None:
        return "no block that prints stands before this one"
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    wanted = example.parsed
    if doctest.OutputChecker().check_output(wanted, printed, flags):
        return None
    return f"the page says\n{wanted}\nbut it printed\n{printed}"


EVALUATORS: dict[str, Any] = {
    "python": run_python,
    "shell": run_shell,
    "ns": check_program,
    "py": find_in_generated,
    "text": compare,
}


def enter_page(namespace: dict[str, Any]) -> None:
    """Begins a page: a folder of its own, importable, and registrations of its own."""
    folder = Path(tempfile.mkdtemp(prefix="neuroscript-docs-"))
    for name in ("examples", "configs"):
        shutil.copytree(ROOT / name, folder / name)
    page = namespace["_page"] = contextlib.ExitStack()
    page.callback(shutil.rmtree, folder, ignore_errors=True)
    page.enter_context(contextlib.chdir(folder))
    sys.path.insert(0, str(folder))
    page.callback(sys.path.remove, str(folder))
    page.callback(forget_modules_of, folder)
    page.enter_context(registrations_put_back())


def forget_modules_of(folder: Path) -> None:
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(folder)):
            del sys.modules[name]


def leave_page(namespace: dict[str, Any]) -> None:
    namespace["_page"].close()


pytest_collect_file = Sybil(
    parsers=[read, SkipParser()],
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md", "docs/**/*.md"],
    setup=enter_page,
    teardown=leave_page,
).pytest()
