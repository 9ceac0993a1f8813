"""How runs end."""

from __future__ import annotations

import csv

import pytest

from neuroscript.training import fit


def rows(runner):
    with (runner.run_dir / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("training", "last"),
    [
        ("{steps: 5}", 5),
        ("{steps: 4}", 4),
        ("{steps: 7, epochs: 40}", 7),
        ("{steps: 3, accumulate: 2}", 3),
    ],
)
def test_the_last_step_is_validated_wherever_it_lies(folder, training, last):
    config = folder.xor(training, data=", val: 0.5, batch_size: 1")
    runner = fit(config)
    validated = [int(row["step"]) for row in rows(runner) if row["val_loss"]]
    assert validated[-1] == last == runner.trainer.global_step
    assert len(set(validated)) == len(validated)
    assert runner.checkpoint.name.startswith("best-")


def test_an_early_end_is_told(folder, capsys):
    stopping = "early_stopping: {monitor: train_loss, patience: 2, min_delta: 100.0}"
    fit(folder.xor(f"{{epochs: 50, {stopping}}}"))
    told = capsys.readouterr().err
    assert "  stopped    early, in epoch 3: train_loss was no better 2 times in a row, 0." in told


def test_a_run_that_ends_as_asked_says_no_more(folder, capsys):
    fit(folder.xor("{epochs: 3, early_stopping: {monitor: train_loss}}"))
    assert "stopped" not in capsys.readouterr().err
