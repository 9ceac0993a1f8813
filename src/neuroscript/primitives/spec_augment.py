"""Noise for spectrograms."""

from __future__ import annotations

import torch
from torch import nn


class SpecAugment(nn.Module):
    """In training, bands of frequencies and stretches of time of a spectrogram become 0.

    Input [*b, freq, time], output the same shape. For each sample and mask, the width is drawn from
    0 to `freq_mask_param` (`time_mask_param`) or the whole size if that is less, then the start
    from where it fits. Identity in eval. Park et al., 2019.

    >>> SpecAugment()(torch.ones(2, 80, 300)).shape
    torch.Size([2, 80, 300])
    """

    def __init__(
        self,
        freq_mask_param: int = 27,
        time_mask_param: int = 100,
        num_freq_masks: int = 1,
        num_time_masks: int = 1,
    ) -> None:
        super().__init__()
        self.freq_mask_param = freq_mask_param
        self.time_mask_param = time_mask_param
        self.num_freq_masks = num_freq_masks
        self.num_time_masks = num_time_masks

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        freq = self._masked(x, x.shape[-2], self.freq_mask_param, self.num_freq_masks)
        time = self._masked(x, x.shape[-1], self.time_mask_param, self.num_time_masks)
        return x.masked_fill(freq.unsqueeze(-1) | time.unsqueeze(-2), 0.0)

    @staticmethod
    def _masked(x: torch.Tensor, size: int, param: int, count: int) -> torch.Tensor:
        """Which places of an axis of that size fall into one of `count` masks [*b, size]."""
        draws = torch.rand((2, *x.shape[:-2], count, 1), device=x.device)
        widest = torch.sym_min(param, size)  # type: ignore[no-untyped-call]
        width = (draws[0] * (widest + 1)).floor()
        start = (draws[1] * (size - width + 1)).floor()
        place = torch.arange(size, device=x.device)
        inside: torch.Tensor = (place >= start) & (place < start + width)
        return inside.any(-2)

    def extra_repr(self) -> str:
        freq, time = self.freq_mask_param, self.time_mask_param
        return f"{freq}, {time}, {self.num_freq_masks}, {self.num_time_masks}"
