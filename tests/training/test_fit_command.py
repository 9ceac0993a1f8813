"""The command `fit`: what it prints, where, and what it ends with."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from neuroscript.cli.fit import command
from neuroscript.diagnostics import NeuroScriptError


@pytest.fixture
def invoke(folder):
    def run(*arguments):
        result = CliRunner().invoke(command, arguments, catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr

    return run


def test_everything_for_people_goes_to_stderr(folder, invoke):
    code, out, err = invoke(folder.xor("{epochs: 3}"))
    assert (code, out) == (0, "")
    lines = err.splitlines()
    assert lines[0].startswith("  neuron     XOR   xor.ns")
    assert any(line.startswith("  task       regression") for line in lines)
    assert any(line.startswith("epoch 3   step 3   train loss") for line in lines)
    assert any(line.startswith("  result     train_loss") for line in lines)
    assert any("runs/xor/1   checkpoints/last.pt" in line for line in lines)
    assert lines[-1] == '  load       neuroscript.load_run("runs/xor/1")'


def test_json_is_one_object_on_stdout_and_quiet_says_nothing(folder, invoke):
    code, out, err = invoke(folder.xor("{epochs: 3}"), "--json", "--quiet")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert set(data) == {"metrics", "run_dir", "checkpoint"}
    assert data["metrics"]["train_loss"] > 0
    assert data["run_dir"] == "runs/xor/1"
    assert (folder.path / data["checkpoint"]).is_file()


def test_print_config_shows_what_can_be_fed_back(folder, invoke):
    code, out, _ = invoke(folder.xor(), "training.lr=1e-5", "--print-config")
    assert code == 0
    folder.write("resolved.yml", out)
    _, again, _ = invoke("resolved.yml", "--print-config")
    assert again == out
    assert "lr: 1.0e-05" in out
    assert not (folder.path / "runs").exists()


def test_a_dry_run_checks_everything_and_writes_nothing(folder, invoke):
    code, out, err = invoke(folder.xor(), "--dry-run")
    assert (code, out) == (0, "")
    assert "regression" in err
    assert not (folder.path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["training.epoch=3"], 2, "`epochs`"),
        (["data.train=none.jsonl"], 2, "there is no `none.jsonl`"),
        (["model.neuron=XORR"], 2, "`XOR`"),
        (["model.params={hidden: 3}"], 2, "`XOR` has no parameter `hidden`"),
        (["data.format=josnl"], 2, "jsonl"),
        (["training.loss=msee"], 2, "mse"),
        (["task=classification"], 1, "[batch, classes]"),
        (["data.train=broken.jsonl"], 1, "broken.jsonl:2"),
        (["model.file=none.ns"], 2, "none.ns"),
    ],
)
def test_mistakes_are_diagnostics_with_their_exit_code(folder, arguments, code, text):
    folder.write("broken.jsonl", '{"input": [0.0, 1.0], "target": [1.0]}\n{"input": [0.0, 1.0]}\n')
    config = folder.xor()
    with pytest.raises(NeuroScriptError) as caught:
        CliRunner().invoke(command, [config, *arguments], catch_exceptions=False)
    assert caught.value.exit_code == code
    assert text in str(caught.value)
