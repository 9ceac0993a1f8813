"""A generated module in a script of the user's own: an ordinary LightningModule."""

from __future__ import annotations

import math

import lightning
import pytest
import torch
from torch import nn

from neuroscript.codegen import build, emit
from neuroscript.contracts import ContractRegistry, LoggerContract
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.language import check_text
from neuroscript.training import NeuronModule
from neuroscript.training.chatter import hushed

INPUTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


class Recorder(LoggerContract):
    """Remembers what it is told."""

    def __init__(self):
        self.told = []
        self.order = []

    def log_metrics(self, step, metrics, phase):
        self.told.append((step, phase, dict(metrics)))

    def log_hyperparameters(self, hyperparameters):
        self.order.append("hyperparameters")
        self.hyperparameters = hyperparameters

    def log_model(self, model):
        self.order.append("model")

    def finish(self):
        self.order.append("finish")


@pytest.fixture
def recorder(monkeypatch):
    made = []

    class Registered(Recorder):
        def __init__(self):
            super().__init__()
            made.append(self)

    ContractRegistry.register_logger("recorder", Registered)
    return made


@pytest.fixture(scope="module")
def generated():
    text = (
        "neuron XOR(hidden=4):\n    in: [batch, 2]\n    out: [batch, 1]\n    graph:\n"
        "        in -> Linear(2, hidden) -> Tanh() -> Linear(hidden, 1) -> Sigmoid() -> out\n"
    )
    return build(emit(check_text(text), target="lightning"))


class Batches:
    """Batches in a fixed order; Lightning takes a list for several loaders."""

    def __init__(self, *batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


def trainer(**arguments):
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "accelerator": "cpu",
    }
    with hushed():
        return lightning.Trainer(**{**quiet, **arguments})


def fit(trainer, module, *loaders):
    with hushed():
        trainer.fit(module, *loaders)


@pytest.mark.parametrize(
    "batch",
    [
        {"input": INPUTS, "target": TARGETS},
        (INPUTS, TARGETS),
        [INPUTS, TARGETS],
        {"input": INPUTS.long(), "target": TARGETS.squeeze(1)},
        {"x": INPUTS.double(), "target": TARGETS},
    ],
    ids=["dict", "pair", "list", "integers", "named"],
)
def test_batches_come_in_any_of_their_forms(generated, batch):
    torch.manual_seed(3)
    module = generated.XORModule(lr=0.05, logger=[])
    fit(trainer(max_epochs=300), module, Batches(batch))
    assert module.state.latest["train_loss"] < 0.05
    assert module.state.as_data()["heads"][0]["task"] == "regression"


def test_parameters_and_settings_are_kept_as_plain_hyperparameters(generated):
    module = generated.XORModule({"hidden": 6}, lr=0.5, optimizer={"name": "sgd", "momentum": 0.9})
    assert module.model.linear.out_features == 6
    assert module.hparams["params"] == {"hidden": 6}
    optimizer = module.configure_optimizers()
    assert isinstance(optimizer, torch.optim.SGD)
    assert optimizer.defaults["lr"] == 0.5
    assert module.hparams["optimizer"] == {"name": "sgd", "momentum": 0.9}


def test_it_loads_from_a_checkpoint_of_lightning_without_the_ns_file(generated, folder):
    module = generated.XORModule({"hidden": 3}, logger=[])
    runner = trainer(max_epochs=2)
    fit(runner, module, Batches((INPUTS, TARGETS)))
    runner.save_checkpoint("a.ckpt")
    loaded = generated.XORModule.load_from_checkpoint("a.ckpt", weights_only=True)
    loaded.eval()
    module.eval()
    assert torch.equal(loaded(INPUTS), module(INPUTS))
    assert loaded.state.as_data() == module.state.as_data()


def test_loggers_are_told_once_an_interval_and_ended_once(generated, recorder):
    module = generated.XORModule(logger=["recorder"], log_every=10)
    fit(trainer(max_epochs=25), module, Batches((INPUTS, TARGETS)))
    (logger,) = recorder
    assert [(step, phase) for step, phase, _ in logger.told] == [
        (10, "train"),
        (20, "train"),
        (25, "train"),
    ]
    assert set(logger.told[0][2]) == {"loss", "mae", "r2"}
    assert logger.order == ["hyperparameters", "model", "finish"]
    assert logger.hyperparameters["log_every"] == 10


def test_the_loss_that_is_told_is_the_mean_of_its_interval(recorder):
    class Given(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, x):
            return x + 0 * self.weight

    module = NeuronModule(Given(), loss="mae", logger=["recorder"], log_every=4)
    zero = torch.zeros(1, 1)
    batches = Batches(*((torch.full((1, 1), v), zero) for v in (1.0, 2.0, 3.0, 6.0)))
    fit(trainer(max_epochs=1), module, batches)
    (logger,) = recorder
    assert logger.told[0][2]["loss"] == pytest.approx(3.0)
    assert logger.told[0][2]["mae"] == pytest.approx(3.0)


def test_a_metric_that_the_samples_do_not_define_is_left_out(recorder):
    model = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
    module = NeuronModule(model, logger=["recorder"])
    fit(trainer(max_epochs=1), module, Batches((INPUTS, torch.ones(4, 1).long())))
    assert set(recorder[0].told[0][2]) == {"loss", "accuracy"}


@pytest.mark.parametrize("room", [1_000_000, 5])
def test_loss_and_metrics_of_training_are_of_the_same_samples(recorder, monkeypatch, room):
    monkeypatch.setattr("neuroscript.training.journal.ROOM", room)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(7, 8), nn.Linear(8, 7))
    module = NeuronModule(model, task="language_modeling", logger=["recorder"], log_every=5)
    tokens = [torch.randint(7, (size, 6)) for size in (4, 4, 1)]
    fit(trainer(max_epochs=4), module, Batches(*({"input": some} for some in tokens)))
    (logger,) = recorder
    assert [step for step, _, _ in logger.told] == [5, 10, 12]
    for _, _, metrics in logger.told:
        assert metrics["perplexity"] == pytest.approx(math.exp(metrics["loss"]), rel=1e-5)


def test_validation_is_weighted_by_samples_and_logged_for_other_callbacks(recorder):
    module = NeuronModule(nn.Linear(1, 1), loss="mae", metrics=["mae"], logger=["recorder"])
    with torch.no_grad():
        module.model.weight.fill_(1.0)
        module.model.bias.fill_(0.0)
    batches = Batches(
        (torch.zeros(3, 1), torch.ones(3, 1)), (torch.zeros(1, 1), torch.full((1, 1), 5.0))
    )
    seen = trainer(max_epochs=1, max_steps=0)
    with hushed():
        seen.validate(module, batches, verbose=False)
    assert seen.callback_metrics["val_loss"].item() == pytest.approx(2.0)
    assert seen.callback_metrics["val_mae"].item() == pytest.approx(2.0)
    assert recorder[0].told == [(0, "val", {"loss": 2.0, "mae": 2.0})]


def test_training_metrics_can_be_watched_every_epoch(generated):
    from lightning.pytorch.callbacks import EarlyStopping

    stopping = EarlyStopping("train_loss", patience=1, min_delta=1e9)
    module = generated.XORModule(logger=[])
    seen = trainer(max_epochs=50, callbacks=[stopping])
    fit(seen, module, Batches((INPUTS, TARGETS)))
    assert seen.current_epoch == 2


def test_the_step_at_which_the_loss_stops_being_a_number_is_told():
    class Breaks(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(1, 1)
            self.calls = 0

        def forward(self, x):
            self.calls += self.training
            return self.linear(x) * (float("nan") if self.calls == 7 else 1.0)

    module = NeuronModule(Breaks(), logger=[], log_every=5)
    with pytest.raises(NeuroScriptError) as caught:
        fit(trainer(max_epochs=20), module, Batches((torch.ones(1, 1), torch.ones(1, 1))))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NT301"
    assert "became nan at step 7" in diagnostic.message


def test_a_loss_that_has_to_be_waited_for_is_not_read_in_every_step(generated, monkeypatch):
    monkeypatch.setattr("neuroscript.training.blame.watch.AT_ONCE", ())
    module = generated.XORModule(logger=[], log_every=50)
    reads = []
    for name in ("item", "tolist", "__float__"):
        original = getattr(torch.Tensor, name)

        def counted(self, *args, original=original):
            reads.append(1)
            return original(self, *args)

        monkeypatch.setattr(torch.Tensor, name, counted)
    fit(trainer(max_steps=20, max_epochs=-1), module, Batches((INPUTS, TARGETS)))
    first = len(reads)
    reads.clear()
    fit(
        trainer(max_steps=40, max_epochs=-1),
        generated.XORModule(logger=[], log_every=50),
        Batches((INPUTS, TARGETS)),
    )
    # Adam reads the step of each of four parameters; nothing of ours grows with the steps.
    assert len(reads) - first <= 20 * 4


def test_language_models_without_targets_predict_the_next_token():
    class Copy(nn.Module):
        """Says that the next token is the present one plus one, with certainty."""

        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(6, 6)
            with torch.no_grad():
                self.embed.weight.copy_(50.0 * torch.eye(6).roll(1, 1))

        def forward(self, x):
            return self.embed(x)

    module = NeuronModule(Copy(), logger=[])
    with hushed():
        seen = trainer(max_epochs=1)
        tokens = torch.tensor([[0, 1, 2, 3], [2, 3, 4, 5]])
        seen.validate(module, Batches({"input": tokens}), verbose=False)
    assert seen.callback_metrics["val_loss"].item() < 1e-6
    assert seen.callback_metrics["val_token_accuracy"].item() == 1.0
    assert seen.callback_metrics["val_perplexity"].item() == pytest.approx(1.0)


def test_targets_of_minus_100_count_for_nothing():
    module = NeuronModule(nn.Embedding(4, 4), logger=[], task="language_modeling")
    with torch.no_grad():
        module.model.weight.copy_(50.0 * torch.eye(4))
    batch = {"input": torch.tensor([[0, 1, 2]]), "target": torch.tensor([[0, -100, 2]])}
    seen = trainer(max_epochs=1)
    with hushed():
        seen.validate(module, Batches(batch), verbose=False)
    assert seen.callback_metrics["val_loss"].item() < 1e-6
    assert seen.callback_metrics["val_token_accuracy"].item() == 1.0


def test_predict_leaves_targets_aside(generated):
    module = generated.XORModule(logger=[])
    with hushed():
        outputs = trainer().predict(module, Batches({"input": INPUTS, "target": TARGETS}))
    assert outputs[0].shape == (4, 1)


def test_a_loss_that_is_no_number_is_refused():
    def wide(predictions, targets):
        return (predictions - targets).abs()

    ContractRegistry.register_loss("wide", wide)
    module = NeuronModule(nn.Linear(1, 1), loss="wide", logger=[])
    with pytest.raises(NeuroScriptError, match="average over the batch"):
        fit(trainer(max_epochs=1), module, Batches((torch.ones(2, 1), torch.ones(2, 1))))
