"""How the processes of a run come to be and find each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed

from neuroscript.training.processes.others import Others, again, at_last, end_with_parent, forked
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.together import of_first, world

if TYPE_CHECKING:
    from lightning import Trainer

RUN_DIR = "NEUROSCRIPT_RUN_DIR"
"""The variable by which a process tells those that it starts where the run is kept."""

FOUND_BY = ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "LOCAL_RANK", "WORLD_SIZE")
"""The variables by which processes find each other."""


def forks(trainer: Trainer) -> bool:
    """Whether the strategy is one that forks, as in a notebook."""
    return getattr(trainer.strategy, "_start_method", None) == "fork"


def join(trainer: Trainer, place: Place) -> None:
    """Lets processes that something else started find each other, before they have prepared."""
    if not (place.external and place.several) or distributed.is_initialized():
        return
    strategy: Any = trainer.strategy
    environment, device = strategy.cluster_environment, strategy.root_device
    os.environ["MASTER_ADDR"] = environment.main_address
    os.environ["MASTER_PORT"] = str(environment.main_port)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, rank=place.rank, world_size=place.world)


def same_for_all(place: Place, make: Callable[[], Path]) -> Path:
    """The folder that the first process makes and all others are told."""
    if place.several and world() > 1:
        return of_first(make() if place.first else Path())
    told = os.environ.get(RUN_DIR)
    if place.several and not place.first and told is not None:
        return Path(told)
    found = make()
    if place.several:
        os.environ[RUN_DIR] = str(found)
    return found


@contextmanager
def with_others(
    trainer: Trainer, place: Place, work: Callable[[Place], int], tell: Callable[[str], None]
) -> Iterator[Others]:
    """Starts the other processes of this machine, if nothing else does; they end with this one.

    Where the strategy forks, each of them does `work` and nothing else. Otherwise they run the
    command of this process from the start, and go on after training as it does. `tell` is told
    what one of them ended with, where this process would wait for it for ever.
    """
    if forks(trainer) and place.several and place.local == 0:
        with _findable(trainer, place):
            others = Others(place, forked(place, work))
            others.watch(tell)
            try:
                yield others
            finally:
                if world() > 1:
                    distributed.destroy_process_group()
                others.end()
        return
    if place.several and not place.external and "LOCAL_RANK" not in os.environ:
        _make_findable(trainer, place)
        others = Others(place, again(place))
        at_last(others)
        others.watch(tell)
    else:
        others = Others(place, {})
        if place.local and not place.external:
            end_with_parent()
    try:
        yield others
    except BaseException:
        others.end()
        raise
    others.rest()


@contextmanager
def _findable(trainer: Trainer, place: Place) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in (*FOUND_BY, RUN_DIR)}
    _make_findable(trainer, place)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None or name == RUN_DIR:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _make_findable(trainer: Trainer, place: Place) -> None:
    """Says in the environment how to find the processes of this run."""
    strategy: Any = trainer.strategy
    environment = strategy.cluster_environment
    os.environ["MASTER_ADDR"] = environment.main_address
    os.environ["MASTER_PORT"] = str(environment.main_port)
    os.environ["NODE_RANK"] = str(environment.node_rank())
    os.environ["LOCAL_RANK"] = "0"
    os.environ["WORLD_SIZE"] = str(place.world)


def share_cores(place: Place) -> None:
    """Leaves to each process of a machine its share of the cores, unless the user said how many."""
    if place.several and "OMP_NUM_THREADS" not in os.environ:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        torch.set_num_threads(max(1, (cores or 1) // place.beside))
