"""A model of which each process has a part, and what becomes of it in checkpoints and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Replicate

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh
    from torch.optim import Optimizer


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor of which each process has a part; all of them have to come by.

    >>> whole(torch.arange(3))
    tensor([0, 1, 2])
    """
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def part_like(tensor: Tensor, other: Tensor) -> Tensor:
    """The part of a tensor that is one's own, cut as another is; all processes have all of it."""
    moved = tensor.to(other.device)
    if not isinstance(other, DTensor):
        return moved
    cut = other.placements if moved.shape == other.shape else [Replicate()]
    all_of_it = DTensor.from_local(moved, other.device_mesh, [Replicate()], run_check=False)
    return all_of_it.redistribute(placements=cut)


class Shards:
    """A model in parts, one in each process of a mesh.

    Its repeated blocks are put together one by one when they are computed. The model that was
    there before is without its weights until `put_together` gives them to it.
    """

    def __init__(self, model: nn.Module, mesh: DeviceMesh) -> None:
        _take_over_from_first(model, mesh)
        self.whole = model
        self.model = deepcopy(model)
        for block in blocks(self.model):
            fully_shard(block, mesh=mesh)
        fully_shard(self.model, mesh=mesh)
        _empty(model)

    def put_together(self) -> nn.Module:
        """The model with all its weights, on the CPU of each process."""
        with torch.no_grad():
            for own, parts in self._pairs():
                own.data = whole(parts.detach()).to("cpu", own.dtype, copy=True)
        return self.whole

    @contextmanager
    def filled(self) -> Iterator[nn.Module]:
        """The model with room for weights; what was put there is cut into parts at the end."""
        for weight in self.whole.parameters():
            weight.data = torch.empty(weight.shape, dtype=weight.dtype)
        try:
            yield self.whole
            with torch.no_grad():
                for own, parts in self._pairs():
                    parts.copy_(part_like(own.detach(), parts))
        finally:
            _empty(self.whole)

    def optimizer(self, optimizer: Optimizer, state: Mapping[str, Any] | None) -> Optimizer:
        """One of the same kind for the whole model, with a state that `state_of` gave."""
        twins = {id(parts): own for own, parts in self._pairs()}
        made = copy(optimizer)
        made.param_groups = [
            {**group, "params": [twins[id(parts)] for parts in group["params"]]}
            for group in optimizer.param_groups
        ]
        made.state = defaultdict(dict)
        if state is not None:
            made.load_state_dict(dict(state))
        return made

    def take_state(self, optimizer: Optimizer, given: Optimizer) -> None:
        """Cuts the state of an optimizer for the whole model into parts."""
        for group, other in zip(optimizer.param_groups, given.param_groups, strict=True):
            group.update({key: value for key, value in other.items() if key != "params"})
            for parts, own in zip(group["params"], other["params"], strict=True):
                if own in given.state:
                    optimizer.state[parts] = {
                        key: part_like(value, parts).clone()
                        if isinstance(value, Tensor) and value.dim()
                        else value
                        for key, value in given.state[own].items()
                    }

    def _pairs(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Each parameter and buffer of the whole model with its parts."""
        yield from zip(self.whole.parameters(), self.model.parameters(), strict=True)
        yield from zip(self.whole.buffers(), self.model.buffers(), strict=True)


def state_of(optimizer: Optimizer) -> dict[str, Any]:
    """The state of an optimizer with all of each tensor; empty but in the first process."""
    first = distributed.get_rank() == 0
    state = optimizer.state_dict()
    found: dict[int, dict[str, Any]] = {}
    for index, of_one in state["state"].items():
        found[index] = {}
        for key, value in of_one.items():
            all_of_it = whole(value) if isinstance(value, Tensor) else value
            if first:
                kept = all_of_it.cpu() if isinstance(all_of_it, Tensor) else all_of_it
                found[index][key] = kept
    return {**state, "state": found} if first else {}


def weights_of(module: nn.Module) -> dict[str, Tensor]:
    """All weights by name, on the CPU; none but in the first process."""
    first = distributed.get_rank() == 0
    found = {}
    for name, parts in module.state_dict().items():
        tensor = whole(parts)
        if first:
            found[name] = tensor.detach().cpu()
    return found


def blocks(model: nn.Module) -> list[nn.Module]:
    """The repeated blocks that have weights of their own, the inner ones first.

    A block that shares a weight with what is outside stays with the rest of the model.

    >>> layers = nn.ModuleList([nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2)])
    >>> len(blocks(nn.Sequential(layers)))
    2
    """
    repeated = {
        id(block): block
        for layer in model.modules()
        if isinstance(layer, nn.ModuleList)
        for block in layer
        if not isinstance(block, (nn.ModuleList, nn.ModuleDict))
    }
    return [block for block in reversed(repeated.values()) if _keeps_to_itself(model, block)]


def _keeps_to_itself(model: nn.Module, block: nn.Module) -> bool:
    own = {id(weight) for weight in block.parameters()}
    return bool(own) and own.isdisjoint(map(id, _weights_beside(model, block)))


def _weights_beside(layer: nn.Module, block: nn.Module) -> Iterator[nn.Parameter]:
    """All weights of a layer but those that it reaches through a block."""
    if layer is not block:
        yield from layer.parameters(recurse=False)
        for inner in layer.children():
            yield from _weights_beside(inner, block)


def _take_over_from_first(model: nn.Module, mesh: DeviceMesh) -> None:
    """Gives the model of each process the weights of the first one."""
    device = torch.device(mesh.device_type)
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            moved = tensor.detach().to(device)
            distributed.broadcast(moved, src=0)
            tensor.copy_(moved)


def _empty(model: nn.Module) -> None:
    """Takes the memory of the weights away; one who looks at them finds that they are none."""
    for weight in model.parameters():
        nothing = float("nan") if weight.is_floating_point() else 0
        weight.data = torch.full((), nothing, dtype=weight.dtype).expand(weight.shape)
