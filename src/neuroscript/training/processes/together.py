"""What processes of a run say to each other; alone, a process answers itself.

Each of these waits for all processes, so each process has to come by in the same order.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, distributed

T = TypeVar("T")


def world() -> int:
    """How many processes are together now."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    return 1


def summed(value: Tensor) -> Tensor:
    """The sum of a tensor over all processes, without waiting for its device.

    >>> summed(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    if world() == 1:
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total


def added(*numbers: float) -> list[float]:
    """The sum of each number over all processes.

    >>> added(1, 2.5)
    [1.0, 2.5]
    """
    if world() == 1:
        return [float(number) for number in numbers]
    total = summed(torch.tensor(numbers, dtype=torch.float64, device=_device()))
    return [float(number) for number in total]


def greatest(number: int) -> int:
    """The greatest of the numbers that the processes have."""
    if world() == 1:
        return number
    found = torch.tensor([number], device=_device())
    distributed.all_reduce(found, distributed.ReduceOp.MAX)
    return int(found)


def rank() -> int:
    """The number of this process among all, from 0."""
    return distributed.get_rank() if world() > 1 else 0


def of_all(value: T) -> list[T]:
    """What each process has, in the order of their numbers."""
    if world() == 1:
        return [value]
    found: list[T] = [value] * world()
    distributed.all_gather_object(found, value)
    return found


def of_first(value: T) -> T:
    """What the first process has."""
    if world() == 1:
        return value
    found = [value]
    distributed.broadcast_object_list(found, src=0)
    return found[0]


def part() -> None:
    """Leaves the others, who learn of it when they next wait for this process."""
    if world() > 1:
        distributed.destroy_process_group()


def _device() -> torch.device:
    """A device on which the processes can exchange tensors."""
    if distributed.get_backend() == "nccl":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")
