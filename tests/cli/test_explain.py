"""`neuroscript explain`."""

import pytest

from neuroscript.cli import run
from neuroscript.language.explain import codes, page


def test_a_page_is_plain_text_folded_to_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["explain", "ns301"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "NS301: sizes differ"
    assert "Instead" in lines
    assert "    neuron Net:" in lines
    assert not any("```" in line or line.startswith("#") for line in lines)
    assert all(len(line) <= 60 for line in lines if not line.startswith("    "))


@pytest.mark.parametrize("code", codes())
def test_every_page_can_be_shown(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", code]) == 0
    shown = capsys.readouterr().out
    for example in (page(code).wrong, page(code).right):
        for text in example.files.values():
            assert all(f"    {line}".rstrip() in shown for line in text.splitlines())


def test_several_codes_are_shown_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "NS301", "NS201"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("NS301: ") < shown.index("\n\nNS201: ")


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if line.startswith("  NS")] == [
        f"  {code}  {page(code).title}" for code in codes()
    ]


@pytest.mark.parametrize(
    ("code", "hint"),
    [("NS316", "did you mean NS313, NS314 or NS315?"), ("Linear", "codes look like NS301")],
)
def test_an_unknown_code_ends_with_2(
    code: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", code]) == 2
    told = capsys.readouterr().err
    assert f"there is no code {code}" in told
    assert hint in told
