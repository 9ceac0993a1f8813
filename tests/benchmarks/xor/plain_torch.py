"""XOR as a person would train it by hand: four samples, 1000 steps of Adam on MSE."""

from __future__ import annotations

import time

import torch
from torch import nn

INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[0.0], [1.0], [1.0], [0.0]]


def train(model: nn.Module, optimizer: torch.optim.Optimizer, epochs: int = 1000) -> float:
    inputs, targets = torch.tensor(INPUTS), torch.tensor(TARGETS)
    loss = torch.tensor(0.0)
    for _ in range(epochs):
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(42)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
    # Before the watch starts: the first optimizer of a process imports half of torch.
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    start = time.perf_counter()
    loss = train(model, optimizer)
    print(f"loop {time.perf_counter() - start:.4f} loss {loss:.6f}")
