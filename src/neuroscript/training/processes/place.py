"""Which of the processes of a run this one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightning import Trainer


@dataclass(frozen=True, slots=True)
class Place:
    """One process among all processes of a run, each with a device of its own.

    >>> Place(1, 4).first, str(Place(1, 4))
    (False, 'process 1 of 0 to 3')
    """

    rank: int = 0
    """Its number among all, from 0."""

    world: int = 1
    """How many there are on all machines."""

    local: int = 0
    """Its number among those of its machine."""

    beside: int = 1
    """How many there are on its machine."""

    external: bool = False
    """Whether something else starts the processes: torchrun, SLURM, MPI."""

    @property
    def first(self) -> bool:
        """Whether it is the one that writes and speaks."""
        return self.rank == 0

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.world > 1

    def __str__(self) -> str:
        return f"process {self.rank} of 0 to {self.world - 1}"


def place_of(trainer: Trainer) -> Place:
    """The place that a Trainer was set up for, known before its processes have found each other."""
    from lightning.fabric.plugins.environments.lightning import LightningEnvironment

    strategy: Any = trainer.strategy
    environment = getattr(strategy, "cluster_environment", None)
    if environment is None:
        return Place()
    beside, local = trainer.num_devices, environment.local_rank()
    if isinstance(environment, LightningEnvironment):
        world = beside * trainer.num_nodes
        return Place(environment.node_rank() * beside + local, world, local, beside)
    return Place(environment.global_rank(), environment.world_size(), local, beside, True)
