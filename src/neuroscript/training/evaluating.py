"""Holding a trained model against test data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from neuroscript.config import Config
from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.errors import said
from neuroscript.training.agreement import check_inputs
from neuroscript.training.data import load_data, load_split
from neuroscript.training.errors import NothingToTest, TrainingError
from neuroscript.training.meter import Meter
from neuroscript.training.refusals import check_fit, check_targets
from neuroscript.training.samples import look_at
from neuroscript.training.subject import Subject

if TYPE_CHECKING:
    from neuroscript.training.runner import Runner


def evaluate(runner: Runner, config: Config) -> dict[str, float]:
    """The metrics of a run's model on the test data of a config, by names such as `test_loss`.

    Raises TrainingError if the config has none, or they do not suit the model.
    """
    loader = _test_data(config, runner)
    samples = look_at(loader, config.where("data.test"))
    if odd := check_inputs(runner.objective.taken, samples):
        raise TrainingError(odd)
    subject = Subject(type(runner.model).__name__, runner.model, None)
    check_fit(subject, samples)
    check_targets(config, runner.objective, subject, samples)
    return {f"test_{name}": value for name, value in _measured(runner, loader).items()}


def _test_data(config: Config, runner: Runner) -> DataLoaderContract:
    """The test data, their classes and tokens numbered as the model was trained on them."""
    if config.data.test is None:
        raise TrainingError([NothingToTest(config.where_key("data") or said("data", "test"))])
    if isinstance(config.data.test, float):
        held_out = load_data(config).test
        assert held_out is not None, "a fraction is always held out"
        return held_out
    loader = load_split(config, "test")
    if isinstance(loader, ColumnLoader):
        heads = [part.head for part in runner.objective.parts if part.task.takes_target]
        names = {head.port: list(head.names) for head in heads if head.names}
        if len(heads) == 1 and names:
            names = {key: list(heads[0].names) for key in loader.class_names}
        loader.use_class_names(names)
        if runner.encoding is not None:
            inputs = runner.encoding.inputs
            loader.use_tokenizers({i.port: i.tokenizer for i in inputs if i.tokenizer is not None})
    return loader


def _measured(runner: Runner, loader: DataLoaderContract) -> dict[str, float]:
    model, objective = runner.model, runner.objective
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    meter = Meter(objective)
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for batch in loader:
                meter.add(objective.outcome(model, _moved(batch, device)))
    finally:
        model.train(training)
    return meter.read()


def _moved(batch: Any, device: torch.device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, Mapping):
        return {name: _moved(value, device) for name, value in batch.items()}
    if isinstance(batch, tuple | list):
        return type(batch)(_moved(value, device) for value in batch)
    return batch
