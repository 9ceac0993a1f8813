"""Vectors for the values of several categorical fields."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import nn


class FieldEmbedding(nn.Module):
    """A vector for the value of each field, all from one table in which fields follow each other.

    Input [*b, num_fields] of int, output [*b, num_fields, embedding_dim]. `num_embeddings` is how
    many values a field has: one number for all, or one for each. A value must be from 0 to its
    field's number - 1; this is not checked, since it would halt a GPU. Weight: `embedding.weight`
    [sum of num_embeddings, embedding_dim], normal with deviation `std`. Naumov et al., 2019.

    >>> FieldEmbedding(3, [10, 20, 30], 4)(torch.tensor([[9, 19, 29]])).shape
    torch.Size([1, 3, 4])
    """

    offsets: torch.Tensor

    def __init__(
        self,
        num_fields: int,
        num_embeddings: int | Sequence[int],
        embedding_dim: int,
        std: float = 0.01,
    ) -> None:
        super().__init__()
        sizes = (
            [num_embeddings] * num_fields
            if isinstance(num_embeddings, int)
            else list(num_embeddings)
        )
        if len(sizes) != num_fields:
            raise ValueError(f"num_embeddings has {len(sizes)} numbers for {num_fields} fields")
        self.num_fields = num_fields
        self.embedding = nn.Embedding(sum(sizes), embedding_dim)
        nn.init.normal_(self.embedding.weight, std=std)
        offsets = torch.tensor([0, *accumulate(sizes[:-1])])
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows: torch.Tensor = self.embedding(x + self.offsets)
        return rows
