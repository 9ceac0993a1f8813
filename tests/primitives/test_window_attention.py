"""Windows of an image, each place on its own."""

from __future__ import annotations

import pytest
import torch
from torch.export import Dim, export

from neuroscript.primitives import WindowAttention


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def naive(module: WindowAttention, x: torch.Tensor) -> torch.Tensor:
    """For each place of the padded image: which places it sees, and their mean."""
    size, heads = module.window, module.num_heads
    batch, height, width, dim = x.shape
    e = dim // heads
    tall, wide = -(-height // size) * size, -(-width // size) * size
    up, left = module.shift * (tall > size), module.shift * (wide > size)
    padded = x.new_zeros(batch, tall, wide, dim)
    padded[:, :height, :width] = x
    query, key, value = module.qkv(padded).split(dim, -1)
    result = torch.zeros_like(padded)
    places = [(r, c) for r in range(tall) for c in range(wide)]

    def rolled(r: int, c: int) -> tuple[int, int]:
        return (r - up) % tall, (c - left) % wide

    def group(r: int, c: int) -> tuple[int, int, bool, bool]:
        down, across = rolled(r, c)
        return down // size, across // size, down >= tall - up, across >= wide - left

    for r, c in places:
        seen = [place for place in places if group(*place) == group(r, c)]
        for h in range(heads):
            part = slice(h * e, (h + 1) * e)
            scores = []
            for other in seen:
                (down, across), (low, far) = rolled(r, c), rolled(*other)
                down, across = down % size - low % size, across % size - far % size
                row = (down + size - 1) * (2 * size - 1) + across + size - 1
                score = (query[:, r, c, part] * key[:, *other, part]).sum(-1) * e**-0.5
                scores.append(score + module.bias_table[row, h])
            weights = torch.stack(scores).softmax(0)
            for weight, other in zip(weights, seen, strict=True):
                result[:, r, c, part] += weight[:, None] * value[:, *other, part]
    return module.out(result[:, :height, :width])


@pytest.mark.parametrize(
    ("height", "width", "window", "shift"),
    [(5, 7, 3, 1), (6, 6, 3, 2), (3, 6, 3, 1), (2, 2, 3, 1), (4, 4, 2, 0), (1, 1, 1, 0)],
)
def test_windows(height: int, width: int, window: int, shift: int) -> None:
    module = WindowAttention(4, 2, window, shift).double()
    torch.nn.init.normal_(module.bias_table)
    x = torch.randn(2, height, width, 4, dtype=torch.float64)
    torch.testing.assert_close(module(x), naive(module, x))


def test_a_place_sees_its_window_alone() -> None:
    module = WindowAttention(4, 1, window=2, shift=1)
    x = torch.randn(1, 6, 6, 4, requires_grad=True)
    module(x)[0, 1, 1].sum().backward()
    seen = {(r, c) for r, c in torch.nonzero(x.grad[0].abs().sum(-1)).tolist()}
    assert seen == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_weights() -> None:
    shapes = {key: list(value.shape) for key, value in WindowAttention(6, 3).state_dict().items()}
    assert shapes == {
        "qkv.weight": [18, 6],
        "qkv.bias": [18],
        "out.weight": [6, 6],
        "out.bias": [6],
        "bias_table": [169, 3],
    }


def test_exports_with_free_height_and_width() -> None:
    module = WindowAttention(4, 2, window=3, shift=1).eval()
    free = ({0: Dim.DYNAMIC, 1: Dim.DYNAMIC, 2: Dim.DYNAMIC},)
    exported = export(module, (torch.randn(2, 7, 8, 4),), dynamic_shapes=free).module()
    for sizes in ((1, 9, 9), (3, 3, 12), (2, 13, 2)):
        x = torch.randn(*sizes, 4)
        torch.testing.assert_close(exported(x), module(x))


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match="dim 4 is not divisible by num_heads 3"):
        WindowAttention(4, 3)
    with pytest.raises(ValueError, match="shift 7 is not from 0 to window - 1 = 6"):
        WindowAttention(4, 2, shift=7)
