"""Learning rates in training: at every step, in every group, told to the loggers."""

from __future__ import annotations

import pytest
from lightning.pytorch.callbacks import Callback

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit


class Rates(Callback):
    """Notes the learning rates that each step of the optimizer uses."""

    def __init__(self):
        self.seen = []

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        self.seen.append([group["lr"] for group in optimizer.param_groups])


def test_each_step_has_the_rate_of_the_curve(work):
    rates = Rates()
    module = work.module(schedule={"name": "linear", "warmup": 2})
    work.fit(module, callbacks=[rates])
    part = [1 / 3, 2 / 3, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    assert [lr for (lr,) in rates.seen] == pytest.approx([0.05 * p for p in part])


def test_accumulated_batches_are_one_step_of_the_schedule(work):
    rates = Rates()
    module = work.module(schedule="linear")
    work.fit(module, callbacks=[rates], accumulate_grad_batches=2)
    assert [lr for (lr,) in rates.seen[1::2]] == pytest.approx([0.05 * p for p in (3 / 4, 1 / 4)])


def test_groups_keep_their_ratio(work):
    rates = Rates()
    module = work.module(
        schedule="cosine", groups=[{"match": "stem", "lr": 0.01}, {"match": "head", "lr": 0.1}]
    )
    work.fit(module, callbacks=[rates])
    assert all(head == pytest.approx(10 * stem) for stem, head, _ in rates.seen)
    assert rates.seen[0] == pytest.approx([0.01, 0.1, 0.05])


def test_plateau_follows_validation(work):
    rates = Rates()
    schedule = {"name": "plateau", "patience": 0, "threshold": 1e9, "threshold_mode": "abs"}
    module = work.module(schedule=schedule)
    work.fit(module, val=True, callbacks=[rates], max_epochs=3)
    assert [lr for (lr,) in rates.seen[::4]] == pytest.approx([0.05, 0.05, 0.005])


def test_a_run_without_an_end_has_no_curve(work):
    with pytest.raises(NeuroScriptError, match="how long that is is unknown") as raised:
        work.fit(work.module(schedule="cosine"), max_epochs=-1)
    assert raised.value.diagnostics[0].code == "NT505"


def test_what_is_no_setting_is_refused(work):
    with pytest.raises(TypeError, match="no keyword `epochs`"):
        work.module(epochs=3)
    with pytest.raises(NeuroScriptError, match=r"training.ema` should be greater than 0"):
        work.module(ema=-1)


def test_the_rate_is_logged_with_the_training_loss(folder):
    runner = fit(folder.xor("{epochs: 4, lr: 0.01, schedule: linear, log_every: 1}"))
    lines = (runner.run_dir / "metrics.csv").read_text().splitlines()
    column = lines[0].split(",").index("train_lr")
    rates = [float(line.split(",")[column]) for line in lines[1:]]
    assert rates == pytest.approx([0.01, 0.0075, 0.005, 0.0025])
    assert runner.plan.regime == {"schedule": "linear"}
    assert "train_lr" not in runner.metrics


def test_a_plateau_is_validated_every_epoch(folder):
    config = folder.xor("{epochs: 4, schedule: plateau}", data=", val: 0.5")
    runner = fit(config)
    lines = (runner.run_dir / "metrics.csv").read_text().splitlines()
    column = lines[0].split(",").index("val_loss")
    assert sum(bool(line.split(",")[column]) for line in lines[1:]) == 4
