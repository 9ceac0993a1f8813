"""Generated classes as they run: load, attributes, arguments, determinism."""

import inspect
import subprocess
import sys
import textwrap
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


def test_quotients_are_rounded_before_they_are_multiplied() -> None:
    text = """
    neuron Windows(size, k=3):
        in: [batch, c, size, size]
        out: [batch, c, *]
        graph: in -> MaxPool2d(k) -> ReLU() => [batch, c, others] -> out
    """
    windows = neuroscript.loads(textwrap.dedent(text)).Windows(size=10)
    assert windows(torch.zeros(2, 5, 10, 10)).shape == (2, 5, 9)


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


def test_sizes_are_checked_with_the_arguments_of_a_construction() -> None:
    ns = neuroscript.loads(
        "neuron A(dim, heads):\n    in: [b, dim]\n    out: [b, 4]\n"
        "    graph: in -> Linear(dim, dim / heads) -> Linear(4, 4) -> out\n"
    )
    assert ns.A(8, 2)(torch.zeros(1, 8)).shape == (1, 4)
    with pytest.raises(ValueError, match="8 cannot be divided by 3") as inexact:
        ns.A(8, heads=3)
    assert [d.code for d in inexact.value.diagnostics] == ["NS509"]
    with pytest.raises(ValueError, match="expects 4, but gets 6") as differ:
        ns.A(12, 2)
    assert [(d.code, d.line) for d in differ.value.diagnostics] == [("NS301", 4)]
    with pytest.raises(TypeError, match="missing 2 required"):
        ns.A()


def test_a_compiled_file_guards_divisions_itself(tmp_path: Path) -> None:
    text = (
        "neuron A(dim, heads):\n    in: [b, dim]\n    out: [b, dim / heads]\n"
        "    graph: in -> Linear(dim, dim / heads) -> out\n"
    )
    module: dict[str, object] = {}
    exec(neuroscript.compile_source(text, name="a.ns"), module)
    with pytest.raises(ValueError, match=r"NS509: 8 cannot be divided by 3 \(a.ns:4\)"):
        module["A"](8, 3)  # type: ignore[operator]


def test_a_division_that_is_always_exact_is_not_guarded() -> None:
    text = (
        "neuron Pairs(n):\n    in: [b, n * (n + 1) / 2]\n    out: [b, 1]\n"
        "    graph: in -> Linear(n * (n + 1) / 2, 1) -> out\n"
    )
    assert "NS509" not in neuroscript.compile_source(text)
    assert neuroscript.loads(text).Pairs(4)(torch.zeros(2, 10)).shape == (2, 1)


def test_a_host_that_is_not_there_is_told_at_its_line() -> None:
    text = (
        "neuron A:\n    in: [n]\n    out: [n]\n    impl: torch,nn/Linaer\n\n"
        "neuron B:\n    in: [n]\n    out: [n]\n    impl: python,no_such_package/layers/Fancy\n"
    )
    with pytest.raises(neuroscript.NeuroScriptError) as caught:
        neuroscript.loads(text)
    assert [(d.code, d.line) for d in caught.value.diagnostics] == [("NS606", 4), ("NS606", 9)]
    assert caught.value.diagnostics[0].help == "did you mean `Linear`?"


def test_a_host_that_refuses_its_arguments_is_told_with_the_line() -> None:
    text = (
        "neuron A(k):\n    in: [n, k] float\n    out: [n, k] float\n    impl: torch,nn/Linear\n\n"
        "neuron B:\n    in: [n, 2]\n    out: [n, 2]\n    graph: in -> A(2) -> out\n"
    )
    with pytest.raises(ValueError, match="out_features") as caught:
        neuroscript.loads(text).B()
    assert [(d.code, d.line) for d in caught.value.diagnostics] == [("NS607", 9)]


def test_a_traceback_shows_the_line_of_the_source(tmp_path: Path) -> None:
    path = tmp_path / "xor.ns"
    path.write_text(XOR.replace(" -> ReLU", "\n        -> ReLU"))
    with pytest.raises(RuntimeError) as caught:
        neuroscript.load(path).XOR()(torch.zeros(1, 3))
    frames = [(str(entry.path), entry.lineno + 1) for entry in caught.traceback]
    assert (str(path), 5) in frames


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
    """In a process of its own: other packages add names of theirs to torch's class."""
    program = "from torch import nn; print(*dir(nn.Module()))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    public = {name for name in done.stdout.split() if not name.startswith("_")}
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


WORDS = ("F", "Any", "Callable", "class", "isinstance", "lambda", "partial", "range", "super")


@pytest.mark.parametrize("word", WORDS)
def test_names_that_python_or_the_module_needs_can_be_used(word: str) -> None:
    text = f"""\
neuron Twice(body: Neuron):
    in: [*s]
    out: [*s]
    context:
        layers = unroll(2):
            layer = body
    graph: in -> layers -> out

neuron {word}({word}=2):
    in: [b, 4]
    out: [b, {word}]
    context:
        layers = unroll({word}):
            layer = Linear(4, 4)
    graph: in -> layers -> Twice(Linear(4, 4)) -> Linear(4, {word}) -> out

neuron Net:
    in: [b, 4]
    out: [b, 3]
    graph: in -> {word}({word}=3) -> out
"""
    ns = neuroscript.loads(text)
    assert getattr(ns, word)()(torch.zeros(1, 4)).shape == (1, 2)
    assert ns.Net()(torch.zeros(1, 4)).shape == (1, 3)
