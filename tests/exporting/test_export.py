"""Exports say what the model says, or are not there."""

from __future__ import annotations

import json
import subprocess
import sys

import onnx
import onnxruntime
import pytest
import torch
from safetensors import safe_open
from torch import nn

import neuroscript
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.exporting import export
from neuroscript.exporting.formats import python
from neuroscript.exporting.formats.pt2 import METADATA
from neuroscript.exporting.formats.safetensors import Safetensors
from neuroscript.training import fit, load_run, train_from_config


@pytest.fixture
def here(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(runs.path)
    return tmp_path


def test_weights_say_what_they_are(here):
    done = export("runs/pairs", here / "pairs.safetensors")
    assert done.difference == 0
    assert done.tried == ("batch 3", "batch 1", "batch 8")
    with safe_open(done.path, "pt") as file:
        about = file.metadata()
        weight = file.get_tensor("linear.weight")
    assert torch.equal(weight, load_run("runs/pairs/1").model.linear.weight)
    assert json.loads(about["outputs"]) == [
        {
            "name": "out",
            "shape": ["batch", 2],
            "task": "classification",
            "gives": "probabilities",
            "classes": ["even", "odd"],
        }
    ]
    assert json.loads(about["config"])["run"]["name"] == "pairs"


def test_a_program_of_torch_export_takes_any_batch_and_any_length(here):
    done = export("runs/text", here / "text.pt2")
    assert done.tried == (
        "batch 3, seq 5", "batch 1, seq 5", "batch 8, seq 5", "batch 2, seq 2", "batch 2, seq 6",
    )  # fmt: skip
    assert done.difference < 1e-5
    extra = {METADATA: ""}
    program = torch.export.load(done.path, extra_files=extra).module()
    about = json.loads(extra[METADATA])
    assert about["inputs"] == [{"name": "in", "shape": ["batch", "seq"], "type": "int"}]
    assert about["outputs"][0]["shape"] == ["batch", "seq", 7]
    tokens = torch.tensor([[1, 2, 3]])
    torch.testing.assert_close(program(tokens), load_run("runs/text/1").infer(tokens))


def test_onnx_runs_in_onnx_runtime_with_named_dimensions(here):
    done = export("runs/text", here / "text.onnx")
    model = onnx.load(done.path)
    dims = [dim.dim_param for dim in model.graph.input[0].type.tensor_type.shape.dim]
    assert (model.graph.input[0].name, dims) == ("in", ["batch", "seq"])
    about = {entry.key: entry.value for entry in model.metadata_props}
    assert about["neuron"] == "Net"
    session = onnxruntime.InferenceSession(str(done.path))
    (answer,) = session.run(["out"], {"in": [[1, 2, 3], [4, 5, 6]]})
    expected = load_run("runs/text/1").infer(torch.tensor([[1, 2, 3], [4, 5, 6]]))
    torch.testing.assert_close(torch.tensor(answer), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("limit", [python.EMBEDDED, 16])
def test_python_needs_torch_alone(here, monkeypatch, limit):
    monkeypatch.setattr(python, "EMBEDDED", limit)
    done = export("runs/pairs", here / "pairs.py")
    assert len(done.files) == (1 if limit > 16 else 2)
    code = "import sys; sys.modules.update(neuroscript=None, lightning=None, safetensors=None); "
    code += "import json, pairs; print(json.dumps(pairs.predict([[1, 2], {'in': [0, 1]}])))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True
    )
    expected = load_run("runs/pairs/1").predict([[1, 2], [0, 1]])
    for ours, theirs in zip(json.loads(ran.stdout), expected, strict=True):
        assert ours["prediction"] == theirs["prediction"]
        assert ours["probabilities"] == pytest.approx(theirs["probabilities"])


@pytest.mark.parametrize("suffix", [".safetensors", ".pt2", ".py"])
def test_what_was_learnt_of_the_scale_of_inputs_is_exported(folder, suffix):
    rows = [([100.0 * (i % 5), 0.001 * (i % 3)], [float(i % 2)]) for i in range(16)]
    folder.rows("wide.jsonl", rows)
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]",
        "in -> Linear(2, 1) -> out",
        "{train: wide.jsonl, normalize: standard}",
        training="{steps: 2}",
    )
    runner = fit(config)
    done = export(runner, folder.path / f"model{suffix}")
    assert done.difference < 1e-4
    if suffix == ".pt2":
        program = torch.export.load(done.path).module()
        question = torch.tensor([[200.0, 0.001]])
        torch.testing.assert_close(program(question), runner.infer(question))
        assert abs(float(program(question))) < 10


def test_python_brings_our_own_layers_along(here):
    done = export("runs/text", here / "text.py")
    assert done.difference == 0
    assert "import neuroscript" not in done.path.read_text()


def test_a_suffix_or_a_folder_that_is_none_is_told(here):
    for path, code in (("model.pth", "NT601"), ("nowhere/model.pt2", "NT607")):
        with pytest.raises(NeuroScriptError, match=code):
            export("runs/pairs", here / path)


class Strange(nn.Module):
    def forward(self, x):
        return -x if x.sum() > 0 else x


class Singular(nn.Module):
    def forward(self, x):
        return x + torch.linalg.svd(x.unsqueeze(1))[1]


class Moody(nn.Module):
    def forward(self, x):
        return x + torch.rand(1)


class Fixed(nn.Module):
    def forward(self, x):
        return x if len(x) == 3 else x + 1


@pytest.mark.parametrize(
    ("layer", "suffix", "code", "message"),
    [
        (Strange(), ".pt2", "NT602", "layer `1` (Strange) cannot be exported to torch.export: wh"),
        (Singular(), ".onnx", "NT602", "layer `1` (Singular) cannot be exported to ONNX: ONNX has"),
        (Moody(), ".pt2", "NT605", "differently each time, at output `out`"),
        (Fixed(), ".pt2", "NT602", "`batch` cannot vary, it is always 3"),
        (nn.ReLU(), ".py", "NT606", "its model was handed in"),
    ],
)
def test_what_cannot_be_exported_names_its_layer_and_leaves_nothing(
    folder, layer, suffix, code, message
):
    model = nn.Sequential(nn.Linear(2, 1), layer)
    runner = train_from_config(model, folder.xor("{steps: 1, loss: mse}"))
    with pytest.raises(NeuroScriptError) as caught:
        neuroscript.export(runner, folder.path / f"model{suffix}")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert message in diagnostic.message
    assert not list(folder.path.glob("*model*"))


def test_an_export_that_differs_is_not_kept(here, monkeypatch):
    def read(self, task, path):
        return lambda inputs: [output + 0.01 for output in task.trained(inputs)]

    monkeypatch.setattr(Safetensors, "read", read)
    with pytest.raises(NeuroScriptError, match=r"differs from the model by 0\.01 at output `out`"):
        export("runs/pairs", here / "model.safetensors")
    assert not list(here.iterdir())
