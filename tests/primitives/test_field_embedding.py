"""Fields of one table, each as a table of its own."""

from __future__ import annotations

import pytest
import torch

from neuroscript.primitives import FieldEmbedding


@pytest.mark.parametrize("sizes", [[3, 1, 5], [4, 4, 4]])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_every_field_has_its_own_rows(sizes: list[int], dtype: torch.dtype) -> None:
    module = FieldEmbedding(3, 4 if sizes == [4, 4, 4] else sizes, 2)
    tables = module.embedding.weight.split(sizes)
    for values in ([0, 0, 0], [size - 1 for size in sizes]):
        result = module(torch.tensor([[values]], dtype=dtype))
        assert result.shape == (1, 1, 3, 2)
        for field, value in enumerate(values):
            assert torch.equal(result[0, 0, field], tables[field][value])


def test_rows_start_with_the_deviation_asked_for() -> None:
    torch.manual_seed(0)
    assert abs(FieldEmbedding(2, 500, 10, std=0.3).embedding.weight.std() - 0.3) < 0.01
    assert abs(FieldEmbedding(2, 500, 10).embedding.weight.std() - 0.01) < 0.001


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match="num_embeddings has 2 numbers for 3 fields"):
        FieldEmbedding(3, [4, 5], 2)
