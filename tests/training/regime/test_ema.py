"""The average of the weights: what it is, where it is used, that it outlives the run."""

from __future__ import annotations

import pytest
import torch
from lightning.pytorch.callbacks import Callback

from neuroscript.training import fit, load_run
from neuroscript.training.chatter import hushed


class Weights(Callback):
    """Notes a weight after each step and at each validation."""

    def __init__(self):
        self.trained, self.validated = [], []

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.trained.append(pl_module.model.head.weight.detach().clone())

    def on_validation_epoch_start(self, trainer, pl_module):
        self.validated.append(pl_module.model.head.weight.detach().clone())


def average(trained, decay, start=1, every=1):
    kept = trained[start - 1].clone()
    for done, weight in enumerate(trained[start - 1 :: every][1:], start=1):
        kept.lerp_(weight, 1 - min(decay, (1 + done) / (10 + done)))
    return kept


@pytest.mark.parametrize(
    ("ema", "start", "every"),
    [
        (0.5, 1, 1),
        (0.2, 1, 1),
        ({"decay": 0.9, "every": 3}, 1, 3),
        ({"start": 4}, 4, 1),
        ({"start": 0.5}, 4, 1),
    ],
)
def test_it_is_the_average_of_the_steps_and_stays_in_the_model(work, ema, start, every):
    seen = Weights()
    module = work.module(ema=ema)
    work.fit(module, callbacks=[seen], val=True)
    decay = ema if isinstance(ema, float) else ema.get("decay", 0.999)
    expected = average(seen.trained, decay, start, every)
    torch.testing.assert_close(module.model.head.weight, expected)
    torch.testing.assert_close(seen.validated[-1], expected)
    assert not torch.equal(seen.trained[-1], expected)


def test_validation_leaves_the_training_alone(work):
    plain, averaged, validated = Weights(), Weights(), Weights()
    work.fit(work.module(), callbacks=[plain])
    work.fit(work.module(ema=0.9), callbacks=[averaged])
    work.fit(work.module(ema=0.9), callbacks=[validated], val=True)
    for one, two, three in zip(plain.trained, averaged.trained, validated.trained, strict=True):
        assert torch.equal(one, two)
        assert torch.equal(one, three)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_checkpoint_of_lightning_goes_on_exactly(work, folder, optimizer):
    whole = work.module(ema=0.9, optimizer=optimizer)
    whole.model.eval()
    work.fit(whole, max_epochs=4)
    first = work.module(ema=0.9, optimizer=optimizer)
    first.model.eval()
    work.fit(first, max_epochs=2, callbacks=[Saving()])
    second = work.module(seed=5, ema=0.9, optimizer=optimizer)
    second.model.eval()
    work.fit(second, max_epochs=4, ckpt_path="half.ckpt")
    for one, two in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(one, two)
    kept = torch.load("half.ckpt", weights_only=True)["state_dict"]["model.head.weight"]
    assert torch.equal(kept, first.model.head.weight)


class Saving(Callback):
    def on_train_epoch_end(self, trainer, pl_module):
        if trainer.current_epoch == 1:
            with hushed():
                trainer.save_checkpoint("half.ckpt")


@pytest.mark.parametrize("checkpoint", ["torch", "safetensors"])
def test_a_run_keeps_the_averages_as_its_model(folder, checkpoint):
    text = f"{{epochs: 6, lr: 0.1, ema: 0.5, checkpoint: {checkpoint}}}"
    runner = fit(folder.xor(text))
    assert runner.plan.regime["ema"] == "decay 0.5"
    loaded = load_run(runner.run_dir)
    for one, two in zip(runner.model.parameters(), loaded.model.parameters(), strict=True):
        assert torch.equal(one, two)
    plain = fit("xor.yml", ema=None)
    assert not torch.equal(plain.model.linear.weight, runner.model.linear.weight)
    assert plain.metrics["train_loss"] == runner.metrics["train_loss"]


def test_a_run_goes_on_exactly(folder):
    whole = fit(folder.xor("{epochs: 6, lr: 0.1, ema: 0.5}"), **{"run.name": "whole"})
    fit("xor.yml", epochs=3)
    rest = fit("xor.yml", resume=True)
    for one, two in zip(whole.model.parameters(), rest.model.parameters(), strict=True):
        assert torch.equal(one, two)
    assert rest.trainer.global_step == 6
