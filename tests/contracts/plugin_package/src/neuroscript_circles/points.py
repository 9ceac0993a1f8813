"""Data that are made, not read."""

import torch

from neuroscript.contracts import DataLoaderContract


class Circles(DataLoaderContract):
    """Points of the plane, and whether they lie in a circle."""

    def __init__(
        self, count: int, radius: float = 0.8, batch_size: int = 32, seed: int = 42
    ) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.points = torch.rand(count, 2, generator=generator) * 2 - 1
        self.inside = (self.points.norm(dim=1, keepdim=True) < radius).float()
        self.batch_size = batch_size

    def __iter__(self):
        pairs = zip(
            self.points.split(self.batch_size), self.inside.split(self.batch_size), strict=True
        )
        for points, inside in pairs:
            yield {"input": points, "target": inside}

    def __len__(self) -> int:
        return -(-len(self.points) // self.batch_size)
