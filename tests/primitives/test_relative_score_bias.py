"""A learnt number for each distance, looked up one by one."""

from __future__ import annotations

import pytest
import torch

from neuroscript.primitives import RelativeScoreBias


@pytest.mark.parametrize("far", [1, 2, 9])
@pytest.mark.parametrize(("q", "k"), [(4, 4), (2, 5), (5, 2), (1, 1)])
def test_each_score_gets_the_number_of_its_distance(far: int, q: int, k: int) -> None:
    torch.manual_seed(0)
    module = RelativeScoreBias(3, far).double()
    assert module.table.shape == (3, 2 * far - 1)
    assert (module.table == 0).all()
    torch.nn.init.normal_(module.table)
    scores = torch.randn(2, 3, q, k, dtype=torch.float64)
    wanted = scores.clone()
    counts = torch.zeros(2 * far - 1)
    for i in range(q):
        for j in range(k):
            row = max(-far + 1, min(far - 1, j - (i + k - q))) + far - 1
            wanted[:, :, i, j] += module.table[:, row].detach()
            counts[row] += 2
    result = module(scores)
    torch.testing.assert_close(result, wanted)
    result.sum().backward()
    torch.testing.assert_close(module.table.grad.float(), counts.expand(3, -1))


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match="max_distance 0 is less than 1"):
        RelativeScoreBias(2, 0)
