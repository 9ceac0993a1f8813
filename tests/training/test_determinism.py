"""Two runs of a config give the same weights to the bit."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
import torch

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit

GRAPH = "in -> Linear(2, 8) -> BatchNorm(8) -> GELU() -> Dropout(0.3) -> Linear(8, 1) -> out"
RUN = """
import hashlib, sys
from neuroscript.training import fit
runner = fit("net.yml")
digest = hashlib.sha256()
for name, tensor in runner.model.state_dict().items():
    digest.update(tensor.numpy().tobytes())
print(digest.hexdigest())
"""


def digest(model) -> str:
    found = hashlib.sha256()
    for tensor in model.state_dict().values():
        found.update(tensor.numpy().tobytes())
    return found.hexdigest()


def config(folder, training: str):
    rows = [([i % 7 / 7, i % 3 / 3], [i % 5 / 5]) for i in range(40)]
    folder.rows("rows.jsonl", rows)
    data = "{train: rows.jsonl, val: 0.2, batch_size: 8}"
    return folder.neuron("in: [batch, 2]\nout: [batch, 1]", GRAPH, data, training=training)


@pytest.mark.parametrize(
    "training",
    [
        "{epochs: 3, optimizer: adam, schedule: cosine}",
        "{epochs: 3, optimizer: {name: sgd, momentum: 0.9, nesterov: true}, schedule: onecycle}",
        "{epochs: 3, optimizer: lion, lr: 0.0001, schedule: {name: step, every: 4}}",
        "{epochs: 3, optimizer: radam, schedule: plateau, accumulate: 2}",
        "{epochs: 3, optimizer: adamw, ema: 0.9, clip: 0.1, gradient_checkpointing: [gelu]}",
        "{steps: 11, optimizer: nadam, precision: bf16-mixed, deterministic: true}",
    ],
)
def test_in_one_process(folder, training):
    path = config(folder, training)
    first, second = fit(path), fit(path)
    assert digest(first.model) == digest(second.model)
    assert first.metrics == second.metrics


def test_what_was_random_before_plays_no_part(folder):
    path = config(folder, "{epochs: 1}")
    torch.manual_seed(0)
    first = digest(fit(path).model)
    torch.rand(100)
    assert digest(fit(path).model) == first


def test_in_two_processes(folder):
    path = config(folder, "{epochs: 2, schedule: linear, ema: 0.5}")
    here = digest(fit(path).model)
    ran = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    assert ran.stdout.split()[-1] == here


def test_an_operation_without_a_fixed_form_is_told(folder):
    folder.write(
        "own.py",
        "def loose(predictions, targets):\n"
        "    at = (targets * 0).long()\n"
        "    return predictions.put(at, targets).mean()\n",
    )
    path = config(folder, "{epochs: 1, deterministic: true, loss: ./own.py:loose}")
    with pytest.raises(NeuroScriptError) as raised:
        fit(path)
    (told,) = raised.value.diagnostics
    assert (told.code, told.span.text) == ("NT304", "true")
    assert told.message.startswith("`put_` has no deterministic form")
    assert not torch.are_deterministic_algorithms_enabled()
    assert fit(path, deterministic=False).metrics["train_loss"] > -1
