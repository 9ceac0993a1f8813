"""Datasets whose samples are loaded by other processes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset

from neuroscript.contracts import create_dataloader, register_dataloader
from neuroscript.contracts.dataloader.columns.errors import DataError


class Squares(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, broken: int = -1) -> None:
        self.broken = broken

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if index == self.broken:
            raise OSError("sample 5 is gone")
        return torch.tensor([float(index)]), torch.tensor(float(index) ** 2)


@pytest.fixture(autouse=True)
def squares() -> None:
    register_dataloader("squares")(Squares)


@pytest.mark.parametrize("workers", [0, 1])
def test_samples_are_the_same_whoever_loads_them(workers: int) -> None:
    loader = create_dataloader({"format": "squares", "batch_size": 4, "workers": workers})
    inputs = torch.cat([batch["input"] for batch in loader])
    assert sorted(inputs.flatten().tolist()) == [float(i) for i in range(8)]


def test_one_that_fails_is_told_with_its_reason() -> None:
    loader = create_dataloader({"format": "squares", "workers": 1, "broken": 5})
    with pytest.raises(DataError) as raised:
        list(loader)
    (told,) = raised.value.diagnostics
    assert told.code == "ND190"
    assert "Squares failed: OSError: sample 5 is gone" in told.message
