"""The notebooks run from top to bottom, and are kept without what they print."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))


def printed(notebook: nbformat.NotebookNode) -> str:
    """What its cells print and give."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    texts = [o.text for o in outputs if o.output_type == "stream" and o.name == "stdout"]
    return "\n".join(texts + [o.data["text/plain"] for o in outputs if "data" in o])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_xor(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    notebook = nbformat.read(tmp_path / "examples/notebooks/xor.ipynb", as_version=4)
    resources = {"metadata": {"path": str(tmp_path / "examples/notebooks")}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    told = printed(notebook)
    assert "(linear): Linear(in_features=2, out_features=4, bias=True)" in told
    assert "class XOR(nn.Module):" in told
    assert "error[NS201]: unknown neuron `Liner`" in told
    assert "task    regression: output [batch, 1] with float targets" in told
    assert told.splitlines()[-1] == "[0.0, 1.0, 1.0, 0.0]"
