from __future__ import annotations

import sys
from pathlib import Path

import pytest

from neuroscript.config import load_config
from neuroscript.contracts import ContractError, ContractRegistry, load_plugin


def test_a_file_is_run_once(tmp_path: Path) -> None:
    (tmp_path / "count.py").write_text(
        f"from pathlib import Path\nwith Path({str(tmp_path / 'runs')!r}).open('a') as f:\n"
        "    f.write('x')\n"
    )
    first = load_plugin("count.py", [tmp_path])
    assert load_plugin(str(tmp_path / "count.py")) is first
    assert (tmp_path / "runs").read_text() == "x"


def test_files_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "losses.py").write_text(f"origin = {folder!r}\n")
    modules = [load_plugin("losses.py", [tmp_path / folder]) for folder in ("a", "b")]
    assert [module.origin for module in modules] == ["a", "b"]


def test_a_module_that_python_can_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_of_mine.py").write_text(
        "from neuroscript.contracts import register_loss\n"
        "register_loss('mine', lambda predictions, targets: predictions.sum())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    load_plugin("plugin_of_mine")
    assert callable(ContractRegistry.get_loss("mine"))


def test_a_file_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_the_plugin.py").write_text("value = 7\n")
    (tmp_path / "mine.py").write_text("from beside_the_plugin import value\n")
    before = list(sys.path)
    assert load_plugin("mine.py", [tmp_path]).value == 7
    assert sys.path == before


@pytest.mark.parametrize(
    ("plugin", "advice"),
    [("nowhere.py", "looked for"), ("nowhere.at.all", "Python cannot import such a module")],
)
def test_one_that_is_not_there_is_told_at_the_config(plugin: str, advice: str) -> None:
    config = load_config({"plugins": [plugin]})
    with pytest.raises(ContractError) as raised:
        load_plugin(plugin, config.folders, config.where("plugins.0"))
    (missing,) = raised.value.diagnostics
    assert (missing.code, missing.span.text) == ("NR106", plugin)
    assert str(missing.help).startswith(advice)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1\n\nb = a / 0\n", 3, "ZeroDivisionError: division by zero"),
        ("def f(:\n", 1, "SyntaxError"),
        ("import torch\nimport not_installed_here\n", 2, "No module named 'not_installed_here'"),
    ],
)
def test_one_that_fails_is_told_at_its_own_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    (tmp_path / "broken.py").write_text(text)
    with pytest.raises(ContractError) as raised:
        load_plugin("broken.py", [tmp_path])
    (failed,) = raised.value.diagnostics
    assert (failed.code, failed.line) == ("NR105", line)
    assert failed.file.endswith("broken.py")
    assert raised.value.exit_code == 1
    assert reason in failed.message


def test_a_module_that_fails_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugin_that_fails.py").write_text("import not_installed_here\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ContractError, match="not_installed_here") as raised:
        load_plugin("plugin_that_fails")
    assert raised.value.diagnostics[0].code == "NR105"
