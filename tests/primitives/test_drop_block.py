"""Squares that are dropped, rebuilt from the same draws."""

from __future__ import annotations

import pytest
import torch

from neuroscript.primitives import DropBlock, Dropblock


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(("height", "width"), [(9, 12), (5, 5), (3, 2), (1, 1)])
def test_a_square_around_each_seed(size: int, height: int, width: int) -> None:
    x = torch.rand(2, 3, height, width) + 1
    torch.manual_seed(3)
    draws = torch.rand(x.shape)
    places = max(height - size + 1, 1) * max(width - size + 1, 1)
    seeds = draws < min(1.0, 0.2 * height * width / (size**2 * places))
    keep = torch.ones_like(x)
    for b, c, r, s in torch.nonzero(seeds).tolist():
        # An even square has one row and column more after its seed's place than before it.
        top, left = r - (size - 1) // 2, s - (size - 1) // 2
        keep[b, c, max(top, 0) : top + size, max(left, 0) : left + size] = 0
    torch.manual_seed(3)
    wanted = x * keep * keep.numel() / max(keep.sum().item(), 1)
    torch.testing.assert_close(DropBlock(size, 0.2)(x), wanted)


def test_about_as_many_go_as_asked() -> None:
    torch.manual_seed(0)
    dropped = (Dropblock(3, 0.1)(torch.ones(8, 8, 32, 32)) == 0).float().mean()
    assert 0.08 < dropped < 0.11


def test_extremes() -> None:
    x = torch.ones(1, 2, 4, 4, requires_grad=True)
    assert DropBlock(3, 0.0)(x) is x
    assert DropBlock(3).eval()(x) is x
    result = DropBlock(3, 1.0)(x)
    assert torch.equal(result, torch.zeros(1, 2, 4, 4))
    result.sum().backward()
    assert torch.equal(x.grad, torch.zeros(1, 2, 4, 4))
    with pytest.raises(ValueError, match="block_size 0 is less than 1"):
        DropBlock(0)
    with pytest.raises(ValueError, match="drop_prob 2 is no probability"):
        DropBlock(3, 2)
