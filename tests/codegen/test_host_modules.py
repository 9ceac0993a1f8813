"""Python beside `.ns` files: modules of one name in several folders are several modules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from neuroscript import NeuroScriptError, load
from neuroscript.codegen.importable import importable_from

HOST = """\
from torch import nn

from {names} import SCALE


class Scale(nn.Module):
    scale = SCALE

    def forward(self, x):
        return x * self.scale
"""
NEURON = """\
neuron Scaled:
    in: [batch]
    out: [batch]
    impl: python,{module}/Scale
"""


def write(folder: Path, scale: float, module: str = "hosts_beside") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(HOST.format(names=f"names_of_{module}"))
    (folder / f"names_of_{module}.py").write_text(f"SCALE = {scale}\n")
    (folder / "net.ns").write_text(NEURON.format(module=module))
    return folder / "net.ns"


def scale(path: Path) -> float:
    (host,) = load(path).Scaled().children()
    return host.scale  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def forget() -> None:
    for name in [name for name in sys.modules if name.endswith("hosts_beside")]:
        del sys.modules[name]


def test_each_folder_has_its_own(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", 2.0), write(tmp_path / "b", 3.0)
    path = list(sys.path)
    assert [scale(first), scale(second), scale(first), scale(second)] == [2.0, 3.0, 2.0, 3.0]
    assert sys.modules["hosts_beside"].__file__ == str(tmp_path / "a/hosts_beside.py")
    assert sys.path == path


def test_a_module_is_imported_once(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", 2.0), write(tmp_path / "b", 3.0)
    for path in (first, second):
        one, two = (type(next(load(path).Scaled().children())) for _ in range(2))
        assert one is two


def test_hosts_of_several_files_meet_in_one_program(tmp_path: Path) -> None:
    write(tmp_path / "a", 2.0)
    inner = write(tmp_path / "a/b", 3.0)
    text = inner.read_text().replace("Scale\n", "Other\n").replace("Scaled", "Others")
    inner.write_text(text)
    host = tmp_path / "a/b/hosts_beside.py"
    host.write_text(host.read_text().replace("class Scale", "class Other"))
    (tmp_path / "a/both.ns").write_text(
        "use local,net/Scaled\nuse local,b/net/Others\n\nneuron Both:\n"
        "    in: [batch]\n    out: [batch]\n    graph: in -> Scaled() -> Others() -> out\n"
    )
    import torch

    assert load(tmp_path / "a/both.ns").Both()(torch.ones(1)).item() == 6.0


def test_one_program_cannot_have_two_hosts_of_one_name(tmp_path: Path) -> None:
    write(tmp_path / "a", 2.0)
    inner = write(tmp_path / "a/b", 3.0)
    inner.write_text(inner.read_text().replace("Scaled", "Others"))
    (tmp_path / "a/both.ns").write_text(
        "use local,net/Scaled\nuse local,b/net/Others\n\nneuron Both:\n"
        "    in: [batch]\n    out: [batch]\n    graph: in -> Scaled() -> Others() -> out\n"
    )
    with pytest.raises(NeuroScriptError) as raised:
        load(tmp_path / "a/both.ns")
    (told,) = raised.value.diagnostics
    assert (told.code, told.file) == ("NS606", str(inner))
    assert "takes it from beside" in told.message
    assert told.help == "give one of the two files `hosts_beside.py` another name"


def test_a_file_beside_goes_before_an_installed_module_that_it_hides(tmp_path: Path) -> None:
    import colorsys

    path = write(tmp_path / "a", 4.0, module="colorsys")
    assert scale(path) == 4.0
    assert sys.modules["colorsys"] is colorsys


def test_other_installed_modules_stay_what_they_are(tmp_path: Path) -> None:
    import json

    (tmp_path / "json.py").write_text("raise AssertionError('nobody asked for it')\n")
    with importable_from(tmp_path):
        import json as inside
    assert inside is json


def test_one_that_is_missing_is_still_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a", 2.0)
    (tmp_path / "a/hosts_beside.py").unlink()
    with pytest.raises(NeuroScriptError, match=r"`hosts_beside\.Scale` cannot be imported"):
        load(path)
