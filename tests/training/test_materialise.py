"""Layers sized at run time are trained: they exist before the optimizer does."""

import warnings
from pathlib import Path

import lightning
import pytest
import torch
from torch.utils.data import DataLoader

import neuroscript

TEXT = """\
neuron Net(dim=3):
    in: [batch, width]
    out: [batch, dim]
    graph: in -> Linear(width, dim) -> out
"""
ROWS = [
    {"input": torch.rand(5), "target": torch.rand(3)} for _ in range(8)
]  # fmt: skip


class Weights(lightning.Callback):
    """The weights of the layer before each step."""

    def __init__(self) -> None:
        self.seen: list[torch.Tensor] = []

    def on_train_batch_start(self, trainer, module, batch, batch_idx) -> None:  # type: ignore[no-untyped-def]
        self.seen.append(module.model.linear["5"].weight.detach().clone())


def test_in_a_script_of_ones_own(tmp_path: Path) -> None:
    ns = neuroscript.loads(TEXT)
    assert [d.code for d in neuroscript.check_source(TEXT)] == ["NS908"]
    module = ns.NetModule(lr=0.1)
    trainer = lightning.Trainer(
        max_epochs=2, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    weights = Weights()
    trainer.callbacks.append(weights)  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(module, DataLoader(ROWS, batch_size=4))  # type: ignore[arg-type]
    assert len(weights.seen) == 4
    assert not torch.equal(weights.seen[0], weights.seen[-1])
    with pytest.warns(UserWarning, match="NS909"):
        module.model(torch.zeros(1, 7))


def test_a_state_dict_brings_the_layers_it_names() -> None:
    ns = neuroscript.loads(TEXT)
    model, other = ns.Net(), ns.Net()
    model(torch.zeros(1, 4))
    other.load_state_dict(model.state_dict())
    assert list(other.state_dict()) == ["linear.4.weight", "linear.4.bias"]
    x = torch.rand(2, 4)
    assert torch.equal(model(x), other(x))
