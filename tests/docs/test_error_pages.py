"""docs/errors/ shows the pages of `neuroscript explain`, with what the compiler prints.

Run as a script, this renews docs/errors/.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path
from unittest import mock

import pytest

from neuroscript.cli import run
from neuroscript.language.explain import FAMILIES, Example, Page, codes, page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "errors"
SHELL = re.compile(r"^```shell\n.*?^```\n", flags=re.MULTILINE | re.DOTALL)


def printed(example: Example) -> str:
    """What checking an example prints, by its command line or by itself."""
    name, output = next(iter(example.files)), io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(output))
        stack.enter_context(mock.patch.dict(os.environ, {"COLUMNS": "100", "NO_COLOR": "1"}))
        for file, text in example.files.items():
            Path(file).write_text(text, encoding="utf-8")
        run(list(example.command[1:]) or ["check", name])
    return output.getvalue()


def article(page: Page) -> str:
    """A page as a section of a longer one, its wrong program followed by what is printed."""
    wrong, heading, right = page.text.partition("\n## Instead\n")
    told = printed(page.wrong)
    found = f"[{page.code}]" in told
    if page.wrong.command:
        output = f"\n```text\n{told}```\n"
        wrong = SHELL.sub(lambda shell: shell[0] + output if found else "", wrong)
    else:
        wrong = wrong.replace("```ns\n", '```ns title="wrong.ns"\n')
        diagnostics = told.rpartition("\n\n")[0]
        output = f"```\n\n```text\n{diagnostics}\n```\n"
        wrong = wrong.replace("\n```\n", f"\n{output}") if found else wrong
    if "no mistakes found" not in printed(page.right):
        right = SHELL.sub("", right).replace("```ns\n", '```ns title="right.ns"\n')
    text = re.sub(r"^## (.*)$", r"**\1**", wrong + heading + right, flags=re.MULTILINE)
    return f"## {page.code}: {page.title}\n\n{text}"


def family_page(start: str, family: str) -> str:
    """All pages of a family, with what they are about."""
    pages = [page(code) for code in codes() if code.startswith(start)]
    head = f"# {family}: {pages[0].code} to {pages[-1].code}\n\n"
    note = "`neuroscript explain CODE` shows a section of this page in a terminal.\n\n"
    return head + note + "\n".join(map(article, pages))


@pytest.mark.parametrize(("start", "family"), FAMILIES.items())
def test_the_page_of_a_family_is_what_explain_says(start: str, family: str) -> None:
    file = FOLDER / f"{family.lower()}.md"
    renew = f"renew it: python {Path(__file__).relative_to(ROOT)}"
    assert family_page(start, family) == file.read_text(encoding="utf-8"), renew


def test_no_other_page_is_there() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {name.lower() for name in FAMILIES.values()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for start, family in FAMILIES.items():
        text = family_page(start, family)
        (FOLDER / f"{family.lower()}.md").write_text(text, encoding="utf-8")
