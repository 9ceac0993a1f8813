"""What padding tells a neuron: which steps of a batch are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader, Ragged
from neuroscript.contracts.dataloader.columns.ragged import IGNORED
from neuroscript.diagnostics import and_list

if TYPE_CHECKING:
    from torch import Tensor

LENGTHS = "lengths"
SEGMENTS = "segments"
MASKS = ("mask", "attention_mask", LENGTHS)
"""Inputs that are told about the padding where the data have none of that name."""


def asks_for_padding(port: str) -> bool:
    """Whether an input is one that padding fills: `mask`, or `left_mask` of the input `left`.

    >>> [name for name in ("tokens", "attention_mask", "left_lengths") if asks_for_padding(name)]
    ['attention_mask', 'left_lengths']
    """
    return port in MASKS or port.endswith(("_mask", "_lengths"))


def padding_ports(ports: Mapping[str, int], columns: Iterable[str]) -> dict[str, int]:
    """Those of the inputs that padding fills, with their number of dimensions.

    At least one input is left to the data.
    """
    given = set(columns)
    found = {p: rank for p, rank in ports.items() if p not in given and asks_for_padding(p)}
    return found if len(found) < len(ports) else {}


def filled(port: str, rank: int, given: Mapping[str, Tensor], batch: Any) -> Tensor:
    """What an input is given: `lengths` are ints `[batch]`; a mask is true where a step is there.

    A mask is `[batch, seq]`, or `[batch, seq, seq]` or `[batch, 1, seq, seq]` for pairs of steps
    of the same sample. `given` are the inputs from the data, of which the first, or the one
    that the port is named after, is meant.
    """
    about = port.removesuffix("_mask").removesuffix("_lengths")
    name = about if about in given else next(iter(given))
    present = steps_present(given[name], _of(batch, LENGTHS, name))
    if port == LENGTHS or port.endswith("_lengths"):
        return present.sum(1)
    if rank < 3:
        return present
    pairs = present[:, :, None] & present[:, None, :]
    segments = _of(batch, SEGMENTS, name)
    if segments is not None:
        pairs &= segments[:, :, None] == segments[:, None, :]
    return pairs if rank == 3 else pairs[:, None]


def padding_notices(loader: DataLoaderContract, told: Mapping[str, int]) -> list[str]:
    """What is done with sequences of different lengths, in words for the plan."""
    if not isinstance(loader, ColumnLoader):
        return []
    names = and_list(list(told))
    after = (
        f"{names} {'tells' if names.count('`') == 2 else 'tell'} which are there"
        if names
        else "no input of the neuron (`mask`, `lengths`) asks which are there"
    )
    table = loader.table
    if table.segments is not None:
        (name,) = table.inputs
        apart = any(rank > 2 for rank in told.values())
        how = f"{names} keeps them apart" if apart else "each is seen by those behind it"
        return [
            f"{table.packed} samples of {name} packed into {len(table)} windows of at most "
            f"{table.segments.longest} steps; {how}"
        ]
    return [
        f"{name} of {column.shortest} to {column.longest} steps: padded with {loader.pad_value:g} "
        f"to the longest of each batch; {after}"
        for name, column in loader.table.inputs.items()
        if isinstance(column, Ragged)
    ]


def steps_present(value: Tensor, lengths: Tensor | None) -> Tensor:
    """Where the steps `[batch, seq]` of an input are there, all of them where none is padded."""
    import torch

    steps = value.shape[1] if value.dim() > 1 else 1
    if lengths is None:
        return torch.ones(len(value), steps, dtype=torch.bool, device=value.device)
    return torch.arange(steps, device=value.device) < lengths.to(value.device)[:, None]


def marked(value: Tensor, name: str, batch: Any) -> Tensor:
    """An input as a target: what is not there becomes -100, or NaN for fractions.

    The first step of each sample that is packed behind another is not there to be foretold.
    """
    lengths, segments = _of(batch, LENGTHS, name), _of(batch, SEGMENTS, name)
    if lengths is None:
        return value
    absent = ~steps_present(value, lengths)
    if segments is not None:
        absent[:, 1:] |= segments[:, 1:] != segments[:, :-1]
    ignored = float("nan") if value.is_floating_point() else IGNORED
    return value.masked_fill(absent.reshape(*absent.shape, *(1,) * (value.dim() - 2)), ignored)


def repadded(value: Tensor, before: Tensor, name: str, batch: Any) -> Tensor:
    """An input that was changed, its padding as it was before."""
    lengths = _of(batch, LENGTHS, name)
    if lengths is None:
        return value
    import torch

    present = steps_present(value, lengths)
    return torch.where(present.reshape(*present.shape, *(1,) * (value.dim() - 2)), value, before)


def is_padded(batch: Any) -> bool:
    """Whether a batch says how long its sequences are."""
    return isinstance(batch, Mapping) and LENGTHS in batch


def compared(predictions: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Predictions and targets of the steps that are there, for losses that know no -100.

    >>> import torch
    >>> predictions, targets = torch.zeros(1, 2, 3), torch.tensor([[[1.0] * 3, [torch.nan] * 3]])
    >>> [list(value.shape) for value in compared(predictions, targets)]
    [[1, 3], [1, 3]]
    """
    present = ~targets.isnan()
    if targets.dim() > 2:
        present = present.flatten(2).any(-1)
    return predictions[present], targets[present]


def as_fractions(target: Tensor) -> Tensor:
    """Whole numbers as fractions, with NaN for those that are ignored."""
    if target.is_floating_point():
        return target
    return target.float().masked_fill(target == IGNORED, float("nan"))


def _of(batch: Any, key: str, name: str) -> Tensor | None:
    """What a batch says under a key of one of its inputs."""
    found = batch.get(key) if isinstance(batch, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get(name)
    return found
