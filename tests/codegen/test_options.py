"""Self-contained files and files that test what arrives."""

import subprocess
import sys
from pathlib import Path

import black
import pytest
import torch

from neuroscript.cli import run
from neuroscript.codegen import build, emit
from neuroscript.language import check_text

CAUSAL = """\
neuron CausalConv1d(dim):
    in: [batch, dim, n]
    out: [batch, dim, n]
    graph: in -> Tanh() -> out

neuron Net(dim=4):
    in: [batch, dim, n]
    out: [batch, dim, n]
    graph: in -> CausalConv1d(dim) -> Body(dim) -> out

neuron Body(dim):
    in: [batch, dim, n]
    out: [batch, dim, n]
    impl: core,CausalConv1d
"""
TEXT = """\
neuron Net(dim=4, width=4):
    in x: [batch, n, dim]
    in y: [batch, n]
    out: [batch, n, dim]
    graph:
        x -> Linear(width, dim) -> mixed
        y -> Reshape([batch, n, 1]) -> column
        (mixed, column) -> Add() -> out
"""


def test_a_bundled_file_needs_torch_alone(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "04-text.ns"
    out = tmp_path / "text_model.py"
    assert run(["compile", str(example), "--bundle", "-o", str(out)]) == 0
    assert black.format_str(out.read_text(), mode=black.Mode()) == out.read_text()
    script = (
        "import sys; sys.modules['neuroscript'] = None; sys.modules['lightning'] = None\n"
        "import torch, text_model\n"
        "print(text_model.ByteModel(dim=8)(torch.zeros(2, 5, dtype=torch.long)).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "torch.Size([2, 5, 256])"


def test_a_bundled_class_gives_way_to_a_neuron_of_its_name() -> None:
    text = CAUSAL.replace("Body(dim", "Body(dim, dim, 3").replace(
        "neuron Body(dim, dim, 3", "neuron Body(dim, out_dim, kernel_size"
    )
    code = emit(check_text(text), bundled=True).text
    assert "class CoreCausalConv1d(nn.Conv1d):" in code
    assert "class CausalConv1d(nn.Module):" in code
    assert "from neuroscript" not in code


def test_bundling_a_lightning_module_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ns"
    path.write_text(CAUSAL)
    assert run(["compile", str(path), "--bundle", "--target", "lightning"]) == 2


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ((2, 4), (2, 3), r"NS302: `Net` expects \[batch, n, dim\], but gets \[2, 4\] \(a.ns:2\)"),
        ((2, 3, 5), (2, 3), r"NS301: `Net` expects 4 at `x`, but gets 5 \(a.ns:2\)"),
        ((2, 3, 4), (2, 7), r"NS301: `Net` expects 3 at `y`, but gets 7 \(a.ns:3\)"),
    ],
)
def test_run_time_checks_tell_what_is_expected(
    x: tuple[int, ...], y: tuple[int, ...], message: str
) -> None:
    code = emit(check_text(TEXT, "a.ns"), runtime_checks=True)
    assert black.format_str(code.text, mode=black.Mode()) == code.text
    model = build(code).Net()
    assert model(torch.zeros(2, 3, 4), torch.zeros(2, 3)).shape == (2, 3, 4)
    with pytest.raises(ValueError, match=message):
        model(torch.zeros(x), torch.zeros(y))


def test_run_time_checks_hold_what_was_assumed() -> None:
    text = (
        "neuron Net(a, b):\n    in: [n, a]\n    out: [n, b]\n    graph: in -> Linear(b, b) -> out\n"
    )
    model = build(emit(check_text(text, "a.ns"), runtime_checks=True)).Net(4, 6)
    with pytest.raises(ValueError, match=r"NS301: .*\(a.ns:"):
        model(torch.zeros(1, 4))
