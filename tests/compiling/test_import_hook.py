"""`import` finds `.ns` files once the hook is installed."""

from __future__ import annotations

import importlib
import inspect
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import neuroscript
from neuroscript.compiling.import_hook import NeuronFinder
from neuroscript.diagnostics import NeuroScriptError

LINE = """\
neuron Line(width=1):
    in: [batch, width]
    out: [batch, 1]
    graph: in -> Linear(width, 1) -> out
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path`; what is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    neuroscript.install_import_hook()
    yield tmp_path
    neuroscript.uninstall_import_hook()
    for name, module in list(sys.modules.items()):
        if str(getattr(getattr(module, "__spec__", None), "origin", None)).startswith(
            str(tmp_path)
        ):
            del sys.modules[name]


def test_a_file_is_a_module(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    assert line.Line(width=3)(torch.zeros(2, 3)).shape == (2, 1)
    assert line.__all__ == ["Line"]
    assert {"Line", "LineModule"} <= set(dir(line))
    assert str(neuroscript.signature(line.Line)) == "Line(width=1): [batch, 1] -> [batch, 1]"
    assert sys.modules["line"] is line


def test_the_spec_says_where_it_is_from(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    assert line.__spec__.origin == str(folder / "line.ns")
    assert line.__spec__.name == line.__name__ == "line"
    assert line.__loader__.get_source("line") == LINE
    assert repr(line) == f"<module 'line' from '{folder}/line.ns'>"


def test_its_lightning_module_is_there_by_name(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    from line import Line, LineModule  # type: ignore[import-not-found]

    assert isinstance(LineModule({"width": 2}).model, Line)
    assert LineModule.__module__ == "line"
    with pytest.raises(ImportError, match="cannot import name 'Lime'"):
        from line import Lime  # noqa: F401
    with pytest.raises(AttributeError, match="did you mean"):
        _ = sys.modules["line"].Lin


def test_source_is_found(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    made = inspect.getsource(line.Line)
    assert made.startswith("class Line(nn.Module):")
    assert "nn.Linear(width, 1)" in made
    assert inspect.getsource(line.LineModule).startswith("class LineModule(")
    for cls in (line.Line, line.LineModule):
        assert inspect.getsourcelines(cls)[1] == cls.__firstlineno__


def test_a_traceback_shows_the_line_of_the_file(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    with pytest.raises(RuntimeError) as raised:
        line.Line()(torch.zeros(2, 3))
    told = "".join(traceback.format_tb(raised.value.__traceback__))
    assert f'File "{folder}/line.ns", line 4' in told
    assert "graph: in -> Linear(width, 1) -> out" in told


def test_classes_can_be_pickled(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    model = pickle.loads(pickle.dumps(line.Line()))
    assert type(model) is line.Line


def test_folders_are_packages(folder: Path) -> None:
    for name in ("plain", "whole", "python"):
        (folder / name).mkdir()
        (folder / name / "line.ns").write_text(LINE)
    (folder / "whole/__init__.ns").write_text(LINE.replace("Line", "Whole", 1))
    (folder / "python/__init__.py").write_text("from .line import Line\n")
    assert importlib.import_module("plain.line").Line
    assert importlib.import_module("whole").Whole
    assert importlib.import_module("whole.line").Line.__module__ == "whole.line"
    assert importlib.import_module("python").Line.__module__ == "python.line"


def test_a_file_goes_before_a_folder_of_its_name(folder: Path) -> None:
    (folder / "line").mkdir()
    (folder / "line.ns").write_text(LINE)
    assert importlib.import_module("line").Line


def test_python_goes_first_in_one_folder_and_order_decides_between_folders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (folder / name).mkdir()
        monkeypatch.syspath_prepend(folder / name)
    (folder / "second/mine.py").write_text("origin = 'python'\n")
    (folder / "second/mine.ns").write_text(LINE)
    assert importlib.import_module("mine").origin == "python"
    (folder / "second/other.ns").write_text(LINE)
    (folder / "first/other.py").write_text("")
    assert importlib.import_module("other").Line


def test_imports_of_other_files_are_followed(folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts/line.ns").write_text(LINE)
    (folder / "two.ns").write_text(
        "use local,parts/line/Line\n\nneuron Two:\n    in: [b, 4]\n    out: [b, 1]\n"
        "    graph: in -> Line(4) -> out\n"
    )
    assert importlib.import_module("two").Two()(torch.zeros(3, 4)).shape == (3, 1)


def test_mistakes_are_import_errors_with_their_place(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE.replace("Linear", "Liner"))
    with pytest.raises(ImportError) as raised:
        importlib.import_module("line")
    assert isinstance(raised.value, NeuroScriptError)
    assert (raised.value.name, raised.value.path) == ("line", str(folder / "line.ns"))
    assert "did you mean `Linear` or `Line`?" in str(raised.value)
    assert f"--> {folder}/line.ns:4:18" in str(raised.value)
    assert "line" not in sys.modules
    (folder / "line.ns").write_text(LINE)
    assert importlib.import_module("line").Line


def test_a_changed_file_can_be_loaded_again(folder: Path) -> None:
    (folder / "line.ns").write_text(LINE)
    line = importlib.import_module("line")
    old = line.LineModule
    (folder / "line.ns").write_text(LINE.replace("Line(", "Curve(", 1))
    assert importlib.reload(line) is line
    assert line.__all__ == ["Curve"]
    assert not hasattr(line, "Line")
    assert not hasattr(line, "LineModule")
    assert line.CurveModule is not old
    (folder / "line.ns").write_text("neuron")
    with pytest.raises(ImportError):
        importlib.reload(line)
    assert line.Curve


def test_a_new_file_is_found_after_a_failure(folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("late")
    (folder / "late.ns").write_text(LINE)
    importlib.invalidate_caches()
    assert importlib.import_module("late").Line


def test_installing_twice_is_installing_once(folder: Path) -> None:
    neuroscript.install_import_hook()
    assert sum(isinstance(finder, NeuronFinder) for finder in sys.meta_path) == 1
    neuroscript.uninstall_import_hook()
    neuroscript.uninstall_import_hook()
    (folder / "line.ns").write_text(LINE)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("line")


def test_installing_it_imports_no_torch() -> None:
    code = (
        "import sys, neuroscript; neuroscript.install_import_hook()\n"
        "print([name for name in ('torch', 'lightning') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
