"""docs/codes.md, and what `explain` says of codes that are not of the language.

Both are made from the diagnostics that the code declares and from the golden messages. Run as a
script, this renews them.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import neuroscript
from neuroscript.cli import run
from neuroscript.cli.reference import FAMILIES, PAGE, sections
from neuroscript.diagnostics import Diagnostic

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "codes.md"
TESTS = ROOT / "tests"
FOLDERS = tuple(
    f"goldens/{topic}"
    for topic in ("mistakes", "training", "plugins", "config", "data", "made_data")
)
COUNT = re.compile(r"\n\d+ (error|warning)s?\b.*\n*", re.DOTALL)
HEAD = """\
# Codes of configs, data and runs

What is wrong with a config, data, a component or a run is told with a code.
`neuroscript explain CODE` shows a section of this page in a terminal. The codes of `.ns` files have
pages of their own, under [errors](errors/syntax.md).
"""


def diagnostics() -> Iterator[type[Diagnostic]]:
    """Every diagnostic with a code of one of the families."""
    for module in pkgutil.walk_packages(neuroscript.__path__, "neuroscript."):
        if not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except ImportError:  # a package that is an extra
                continue
    todo = [Diagnostic]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        code = getattr(cls, "code", "")
        ours = isinstance(code, str) and cls.__module__.startswith("neuroscript.")
        if ours and code[:2] in FAMILIES:
            yield cls


def examples() -> dict[str, str]:
    """For each code the shortest of the first messages that tell it."""
    found: dict[str, str] = {}
    for texts in told():
        here: dict[str, list[str]] = {}
        for text in texts:
            for message in re.split(r"\n\n(?=error\[|warning\[)", text):
                if code := re.match(r"\w+\[(N[A-Z]\d+)\]", message):
                    here.setdefault(code[1], []).append(message.strip())
        for code, messages in here.items():
            found.setdefault(code, min(messages, key=lambda m: (m.count("\n"), len(m))))
    return found


def told() -> Iterator[Iterator[str]]:
    """What is told of mistakes: by folder of goldens, then on the pages of the manual."""
    for folder in FOLDERS:
        yield map(bare, sorted((TESTS / folder).rglob("*.err")))
    yield map(bare, sorted((TESTS / "convert" / "goldens").glob("*.txt")))
    blocks = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    pages = sorted(page for page in DOCS.parent.rglob("*.md") if page != DOCS)
    yield (
        re.sub(COUNT, "\n", re.sub(r"^\.{3}\n?", "", block, flags=re.MULTILINE)).strip()
        for page in pages
        for block in blocks.findall(page.read_text(encoding="utf-8"))
    )


def bare(file: Path) -> str:
    """What is told in a golden file, without the command, the status and the count."""
    text = re.sub(r"^(exit \d+\n\n|\$ .*\n)", "", file.read_text(encoding="utf-8"))
    return re.sub(COUNT, "\n", text).strip()


def written() -> str:
    """The page, family by family."""
    titles: dict[str, str] = {}
    for cls in sorted(diagnostics(), key=lambda cls: cls.__name__):
        words = re.sub(r"(?<=.)(?=[A-Z][a-z]|(?<=[a-z])[A-Z])", " ", cls.__name__).lower()
        titles[cls.code] = f"{titles[cls.code]}, or {words}" if cls.code in titles else words
    shown = examples()
    text = HEAD
    for start, family in FAMILIES.items():
        text += f"\n## {family}\n"
        for code in sorted(code for code in titles if code.startswith(start)):
            text += f"\n### {code}: {titles[code]}\n"
            if code in shown:
                text += f"\n```console\n{shown[code]}\n```\n"
    return text


def test_the_page_is_what_the_diagnostics_and_goldens_say() -> None:
    renew = f"renew it: python {Path(__file__).relative_to(ROOT)}"
    assert written() == DOCS.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8"), renew


def test_most_codes_have_an_example() -> None:
    with_one = [code for code, (_, text) in sections().items() if text]
    assert len(with_one) >= 100


@pytest.mark.parametrize("code", ["NC104", "nt101", "ND103", "NR101"])
def test_explain_shows_them(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", code]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{code.upper()}: ")
    assert f"    error[{code.upper()}]: " in shown


def test_a_code_that_there_is_not_is_told_with_those_near_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "NT1O1"]) == 2
    assert "NT101" in capsys.readouterr().err


if __name__ == "__main__":
    for target in (DOCS, PAGE):
        target.write_text(written(), encoding="utf-8")
