"""Every diagnostic code has a page, and the programs on it do what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import neuroscript.codegen
import neuroscript.language
from neuroscript.cli.params import parse_params
from neuroscript.diagnostics import Diagnostic, Severity
from neuroscript.language import check_path
from neuroscript.language.explain import (
    FAMILIES,
    PAGES,
    Example,
    UnknownCode,
    codes,
    page,
)

PENDING: dict[str, str] = {}
"""Codes whose programs the compiler does not judge as their pages say, with the reason."""

LATER = {
    "NS412": "found when the model runs",
    "NS606": "found when the model is built",
    "NS607": "found when the model is built",
    "NS909": "found when the model runs",
}
"""Codes that no check finds: their wrong programs are checked without errors."""


def check(example: Example, folder: Path) -> list[Diagnostic]:
    """What a check of the example says, as its command line asks for it."""
    for name, text in example.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    options: dict[str, Any] = {}
    if example.command:
        assert example.command[:2] == ("neuroscript", "check")
        asked = dict(zip(example.command[3::2], example.command[4::2], strict=True))
        assert set(asked) <= {"--neuron", "--params"}
        options["neuron"] = asked.get("--neuron")
        options["params"] = parse_params([asked.get("--params", "")])
    first = next(iter(example.files))
    return list(check_path(folder / first, name=first, **options).diagnostics)


def pending(code: str) -> Any:
    """The code, expected to fail while it is pending."""
    marks = [pytest.mark.xfail(reason=PENDING[code])] if code in PENDING else []
    return pytest.param(code, marks=marks)


@pytest.mark.parametrize("code", [pending(code) for code in codes()])
def test_the_programs_of_a_page_do_what_it_says(code: str, tmp_path: Path) -> None:
    wrong, right = check(page(code).wrong, tmp_path), check(page(code).right, tmp_path)
    errors = {d.code for d in wrong if d.severity is Severity.ERROR}
    if code in LATER:
        assert errors == set()
    elif code.startswith("NS9"):
        assert (errors, {d.code for d in wrong}) == (set(), {code})
    else:
        assert (errors, {d.code for d in wrong}) == ({code}, {code})
    assert [str(d) for d in right] == []


def kinds(of: type[Diagnostic]) -> Iterator[type[Diagnostic]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_code_of_the_compiler_has_a_page() -> None:
    for package in (neuroscript.language, neuroscript.codegen):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    declared = {vars(kind).get("code") for kind in kinds(Diagnostic)}
    used = {code for code in declared if isinstance(code, str) and code.startswith("NS")}
    assert len(used) > 50
    assert used - set(codes()) == set()


@pytest.mark.parametrize("code", codes())
def test_a_page_has_its_parts(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert re.match(rf"# {code}: \S.*[^.]\n\n\S", text)
    assert text.count("\n## Instead\n") == 1
    assert set(re.findall(r"^## (.*)$", text, flags=re.MULTILINE)) <= {"Instead", "Why"}
    assert page(code).wrong.files
    assert page(code).right.files
    assert page(code).wrong.files != page(code).right.files or page(code).wrong.command
    assert page(code).family in FAMILIES.values()
    assert max(map(len, text.splitlines())) <= 130


def test_codes_in_the_text_of_pages_exist() -> None:
    named = {code for own in codes() for code in re.findall(r"NS\d{3}", page(own).text)}
    assert named - set(codes()) == set()


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("NS316", ("NS313", "NS314", "NS315")),
        ("ns916", ("NS908", "NS909", "NS910")),
        ("NS7", ()),
        ("Linear", ()),
        ("NS701", ()),
    ],
)
def test_an_unknown_code_is_told_with_near_ones(code: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownCode) as raised:
        page(code)
    assert raised.value.near == near


@pytest.mark.parametrize("code", ["NS301", "ns301", "301", " NS301 "])
def test_a_code_may_be_written_in_several_ways(code: str) -> None:
    assert page(code).code == "NS301"
