"""XOR as a person would train it with Lightning, all defaults: the same steps as plain_torch.py."""

from __future__ import annotations

import time
from typing import Any

import lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[0.0], [1.0], [1.0], [0.0]]


class XOR(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        inputs, targets = batch
        loss = nn.functional.mse_loss(self.model(inputs), targets)
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=0.01)


if __name__ == "__main__":
    torch.manual_seed(42)
    module = XOR()
    data = TensorDataset(torch.tensor(INPUTS), torch.tensor(TARGETS))
    trainer = lightning.Trainer(max_epochs=1000)
    start = time.perf_counter()
    trainer.fit(module, DataLoader(data, batch_size=4, shuffle=True))
    took = time.perf_counter() - start
    print(f"loop {took:.4f} loss {float(trainer.callback_metrics['train_loss']):.6f}")
