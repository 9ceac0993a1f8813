"""Bands and stretches of a spectrogram that are masked."""

from __future__ import annotations

import pytest
import torch

from neuroscript.primitives import SpecAugment


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def runs(dropped: list[bool]) -> int:
    """How many stretches of dropped places there are."""
    return sum(now and not before for before, now in zip([False, *dropped], dropped, strict=False))


def test_one_band_of_any_width_up_to_the_limit_anywhere() -> None:
    result = SpecAugment(3, 0)(torch.ones(4000, 6, 2))
    assert torch.equal(result[..., 0], result[..., 1])
    bands = (result[..., 0] == 0).tolist()
    assert all(runs(band) <= 1 for band in bands)
    widths = torch.tensor([sum(band) for band in bands])
    for width in range(4):  # each as often as the others
        assert 0.2 < (widths == width).float().mean() < 0.3
    for width in range(1, 4):
        starts = torch.tensor([band.index(True) for band in bands if sum(band) == width])
        for start in range(6 - width + 1):
            assert abs((starts == start).float().mean() - 1 / (7 - width)) < 0.07
        assert starts.max() == 6 - width


def test_limits_beyond_the_size_cover_it() -> None:
    result = SpecAugment(0, 100)(torch.ones(500, 2, 3))
    widths = (result[:, 0] == 0).sum(-1)
    assert set(widths.tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
def test_several_masks_on_both_axes(batch: tuple[int, ...]) -> None:
    x = torch.rand(*batch, 8, 30) + 1
    result = SpecAugment(2, 5, num_freq_masks=2, num_time_masks=3)(x)
    dropped = result == 0
    freq, time = dropped.all(-1), dropped.all(-2)
    assert torch.equal(dropped, freq.unsqueeze(-1) | time.unsqueeze(-2))
    assert torch.equal(result[~dropped], x[~dropped])
    assert all(runs(one) <= 2 for one in freq.view(-1, 8).tolist())
    assert all(runs(one) <= 3 for one in time.view(-1, 30).tolist())


def test_extremes() -> None:
    x = torch.rand(2, 5, 5)
    assert SpecAugment().eval()(x) is x
    assert torch.equal(SpecAugment(0, 0)(x), x)
    assert torch.equal(SpecAugment(5, 5, 0, 0)(x), x)
