"""Generated classes as they run: load, attributes, arguments, determinism."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import neuroscript
from neuroscript.codegen.naming import MODULE_ATTRIBUTES

XOR = """\
/// Exclusive or.
neuron XOR(hidden=4):
    in: [batch, 2]
    out: [batch, 1]
    graph: in -> Linear(2, hidden) -> ReLU() -> Linear(hidden, 1) -> Sigmoid() -> out
"""


def test_load_gives_classes(tmp_path: Path) -> None:
    path = tmp_path / "xor.ns"
    path.write_text(XOR)
    ns = neuroscript.load(path)
    assert list(ns) == ["XOR"]
    assert issubclass(ns.XOR, nn.Module)
    assert ns.XOR(hidden=7)(torch.zeros(3, 2)).shape == (3, 1)
    assert str(neuroscript.signature(ns.XOR)) == "XOR(hidden=4): [batch, 2] -> [batch, 1]"
    assert neuroscript.signature(ns.XOR()).doc == "Exclusive or."


def test_an_unknown_neuron_is_suggested() -> None:
    with pytest.raises(AttributeError, match="did you mean `XOR`"):
        neuroscript.loads(XOR).Xor  # noqa: B018


def test_wrong_programs_raise_with_diagnostics() -> None:
    with pytest.raises(neuroscript.NeuroScriptError) as caught:
        neuroscript.loads(
            XOR.replace("Linear(hidden, 1)", "Linear(5, 1)").replace("hidden=4", "hidden=3")
        )
    assert [d.code for d in caught.value.diagnostics] == ["NS301"]
    assert "NS301" in str(caught.value)


def test_source_is_found_by_inspect_and_in_tracebacks() -> None:
    ns = neuroscript.loads(XOR)
    assert "self.linear_2(x)" in inspect.getsource(ns.XOR)


def test_a_division_that_is_not_exact_is_told_at_construction() -> None:
    ns = neuroscript.loads(
        "neuron A(dim, heads):\n    in: [b, dim]\n    out: [b, dim / heads]\n"
        "    graph: in -> Linear(dim, dim / heads) -> out\n"
    )
    assert ns.A(8, 2)(torch.zeros(1, 8)).shape == (1, 4)
    with pytest.raises(ValueError, match=r"NS509: 8 cannot be divided by 3 \(<string>:4\)"):
        ns.A(8, 3)


def test_torch_target_needs_only_torch(tmp_path: Path) -> None:
    path = tmp_path / "xor_model.py"
    path.write_text(neuroscript.compile_source(XOR))
    script = (
        "import sys, torch; sys.modules['neuroscript'] = None; sys.modules['lightning'] = None\n"
        "import xor_model; print(xor_model.XOR()(torch.zeros(1, 2)).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "torch.Size([1, 1])"


def test_the_same_text_gives_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    texts = set()
    golden = Path(__file__).parents[1] / "goldens" / "code" / "ports.ns"
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-m", "neuroscript", "compile", str(golden)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1


def test_names_that_modules_have_are_known() -> None:
    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES, public - MODULE_ATTRIBUTES


@pytest.mark.parametrize(
    "text", ['"; import os"', "`'''`", '"\\"\\"\\""', '"{0}"', "'\\\\'", '"%s\\n"']
)
def test_no_string_becomes_code(text: str) -> None:
    source = (
        f"/// {text}\nneuron A(p={text}):\n    in: [n]\n    out: [n]\n"
        '    impl: external(module="collections", name="Counter")\n'
    )
    code = neuroscript.compile_source(source)
    names = set(compile(code, "a", "exec").co_names)
    assert names <= {"torch", "nn", "collections", "Counter", "Module", "A", "__doc__"}
