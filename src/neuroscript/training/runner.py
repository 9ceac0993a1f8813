"""A trained model at hand: to ask, to test, to save."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from neuroscript.config import Config, load_config
from neuroscript.contracts import CheckpointMetadata
from neuroscript.contracts.dataloader.columns import Encoding
from neuroscript.contracts.errors import said
from neuroscript.training.answers import answers
from neuroscript.training.batch import INPUT
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.errors import NothingToTest, TrainingError
from neuroscript.training.objective import Objective, as_tuple
from neuroscript.training.predicting.predictor import Predictor
from neuroscript.training.predicting.row import rows_of
from neuroscript.training.run_dir import CONFIG

if TYPE_CHECKING:
    from lightning import LightningDataModule, Trainer

    from neuroscript.training.hooks import RegistryHooks
    from neuroscript.training.planning import Plan


@dataclass
class Runner:
    """What `fit` returns. The model stays where it was trained; inputs are brought to it."""

    module: RegistryHooks
    """The LightningModule around the model."""

    trainer: Trainer | None
    """The Trainer of the run, None for a run that was loaded."""

    plan: Plan | None
    run_dir: Path
    datamodule: LightningDataModule | None = None
    checkpoint: Path | None = None
    """The best checkpoint if something was monitored, else the last."""

    metrics: dict[str, float] = field(default_factory=dict)
    """The last value of each metric, by names such as `train_loss`."""

    config: dict[str, Any] = field(default_factory=dict)
    """The resolved config as plain data."""

    about: dict[str, Any] = field(default_factory=dict)
    """What a file says of the run that `save` writes: its config, its code."""

    @property
    def model(self) -> nn.Module:
        """The neuron itself."""
        return self.module.model

    @property
    def objective(self) -> Objective:
        """What the model was trained for."""
        objective = self.module.state.objective
        assert objective is not None, "a run has an objective before it has a Runner"
        return objective

    @property
    def encoding(self) -> Encoding | None:
        """How rows of plain data become batches; None where the data loader did not say."""
        return self.module.state.encoding

    def infer(self, *inputs: Tensor) -> Any:
        """What the model gives for a batch of each input, in evaluation mode, on the CPU.

        Whole numbers are turned into fractions where the model needs them.
        """
        outputs = self.outputs(inputs[0] if len(inputs) == 1 else inputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def predict(self, rows: Any) -> list[dict[str, Any]]:
        """An answer for each row: `index`, `prediction`, and for classes `probabilities`.

        Rows are what they are to `neuroscript predict`: plain values as in a data file, texts,
        paths of images, objects by port or by the columns of a table; or one tensor with the rows
        as its first dimension. They may differ in the sizes that the neuron leaves open. A text
        or an object is one row. Classes that have names are answered by name. Raises RowError with
        what is wrong with any row.
        """
        if isinstance(rows, Tensor):
            said = answers(self.objective, self.outputs(rows), Predictor(self).form.text)
            return [{"index": index, **answer} for index, answer in enumerate(said)]
        one = isinstance(rows, str | Mapping)
        return Predictor(self, opens=True).all(rows_of([rows] if one else rows))

    @property
    def settings(self) -> Config:
        """The config of the run, with whole paths where its folder is still there."""
        file = self.run_dir / CONFIG
        return load_config(file if file.is_file() else self.config)

    def test(self, data: str | Path | None = None) -> dict[str, float]:
        """The metrics on the test data of the config, or on other files, by names such as
        `test_accuracy`.

        Raises TrainingError if there are none, or they do not suit the model.
        """
        if data is None and self.trainer is not None and self.datamodule is not None:
            found = self._tested_by_trainer(self.trainer, self.datamodule)
        else:
            from neuroscript.training.evaluating import evaluate

            settings = self.settings
            if data is not None:
                source = settings.source.path or self.config
                settings = load_config(source, [f"data.test={json.dumps(str(data))}"])
            found = evaluate(self, settings)
        self.metrics.update(found)
        return found

    def save(self, path: str | Path) -> Path:
        """Writes the model to a file in the format of its suffix; `.pt` and `.safetensors` are
        there from the start.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata = CheckpointMetadata(
            step=self.trainer.global_step if self.trainer else 0,
            loss=self.metrics.get("train_loss"),
            metrics=dict(self.metrics),
            config={
                "run": self.config,
                **self.about,
                "settled": self.module.state.as_data(),
            },
        )
        format_of(path).save(path, self.model, None, metadata)
        return path

    def outputs(self, given: Any) -> tuple[Tensor, ...]:
        """What the model gives at each output: `given` is a batch without targets."""
        batch = given if isinstance(given, (Mapping, Tensor)) else {INPUT: tuple(given)}
        device = next((p.device for p in self.model.parameters()), torch.device("cpu"))
        training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                inputs = self.objective.inputs(batch if isinstance(batch, Mapping) else [batch])
                result = self.model(*(value.to(device) for value in inputs))
        finally:
            self.model.train(training)
        return tuple(output.cpu() for output in as_tuple(result))

    def _tested_by_trainer(
        self, trainer: Trainer, datamodule: LightningDataModule
    ) -> dict[str, float]:
        if not _has_test(datamodule):
            raise TrainingError([NothingToTest(said("data", "test"))])
        with hushed():
            trainer.test(self.module, datamodule=datamodule, verbose=False)
        latest = self.module.state.latest
        return {name: value for name, value in latest.items() if name.startswith("test_")}


def _has_test(datamodule: LightningDataModule) -> bool:
    return bool(datamodule.test_dataloader())
