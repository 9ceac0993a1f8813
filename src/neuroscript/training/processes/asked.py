"""How many processes a run has, and of what kind: what the config asks for, and who starts them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from torch import nn

from neuroscript.config import Config, ConfigError
from neuroscript.primitives import Materialised
from neuroscript.training.processes.errors import FoundByEach, OtherNumber, StrategyWithout

SPAWNS, OFFLOADS, SHARDS = "ddp_spawn", "fsdp_cpu_offload", ("fsdp", "fsdp_fork")


@dataclass(frozen=True, slots=True)
class Started:
    """What a launcher says of the processes that it has started."""

    launcher: str
    world: int
    beside: int
    """How many there are on each machine."""


def started() -> Started | None:
    """By whom the processes of this run were started; None if not by somebody else."""
    env = os.environ
    if "TORCHELASTIC_RUN_ID" in env:
        return Started("torchrun", int(env["WORLD_SIZE"]), int(env["LOCAL_WORLD_SIZE"]))
    if "SLURM_NTASKS" in env and env.get("SLURM_JOB_NAME") not in ("bash", "interactive"):
        world = int(env["SLURM_NTASKS"])
        return Started("SLURM", world, world // int(env.get("SLURM_NNODES", "1")))
    return None


def devices_and_nodes(config: Config) -> tuple[str | int | list[int], int]:
    """How many devices on each machine, and machines; from the launcher where nothing is said.

    Raises ConfigError where the config says something else than was started.
    """
    training, found = config.training, started()
    devices, nodes = training.devices, training.nodes
    if found is None:
        return devices, nodes
    given = len(devices) if isinstance(devices, list) else devices
    if given == "auto":
        devices = found.beside
    elif str(given).isdecimal() and int(given) != found.beside:
        span = config.place("training.devices")
        what = "processes on each machine"
        raise ConfigError([OtherNumber(span, found.launcher, found.beside, int(given), what)])
    machines = found.world // found.beside
    if config.where("training.nodes") is not None and nodes != machines:
        span = config.place("training.nodes")
        raise ConfigError([OtherNumber(span, found.launcher, machines, nodes, "machines")])
    return devices, machines


def check_strategy(config: Config) -> None:
    """Refuses the strategies under which a run could not be saved, or not be given back."""
    strategy, span = config.training.strategy, config.place("training.strategy")
    if strategy.startswith(SPAWNS):
        reason = "starts processes that give nothing back"
        raise ConfigError([StrategyWithout(span, strategy, reason, ["ddp", "ddp_fork"])])
    if strategy == OFFLOADS:
        reason = "keeps the weights where a checkpoint does not find them"
        raise ConfigError([StrategyWithout(span, strategy, reason, ["fsdp", "ddp"])])
    if strategy in SHARDS:
        _check_shards(config)
        _check_precision(config)


def _check_shards(config: Config) -> None:
    """Refuses what needs a model that is whole while it is trained."""
    training = config.training
    asked = {"training.ema": training.ema, "training.compile": training.compile}
    for key, value in asked.items():
        if value:
            reason = f"does not go with `{key}`, which needs the whole model in each process"
            span = config.place_of_key(key)
            raise ConfigError([StrategyWithout(span, training.strategy, reason, ["ddp"])])


def _check_precision(config: Config) -> None:
    """Refuses to scale losses, which the optimizer of parts does not know."""
    if config.training.precision in (16, "16", "16-mixed"):
        reason = "does not scale losses, as precision `16-mixed` needs it"
        span = config.place("training.precision")
        raise ConfigError([StrategyWithout(span, config.training.strategy, reason, ["bf16-mixed"])])


def check_layers(config: Config, model: nn.Module) -> None:
    """Refuses to leave to each process its part of what is not yet there."""
    strategy, span = config.training.strategy, config.place("training.strategy")
    made_late = any(isinstance(layer, Materialised) for layer in model.modules())
    if strategy in SHARDS and made_late:
        reason = "does not go with layers whose sizes are known only when the model runs"
        raise ConfigError([StrategyWithout(span, strategy, reason, ["ddp"])])


def check_found(config: Config, world: int) -> None:
    """Refuses `auto` where each process would find a value of its own."""
    asked = {
        "data.batch_size": config.finds_batch_size,
        "training.lr": config.training.lr == "auto",
    }
    for key, auto in asked.items():
        if auto and world > 1:
            raise ConfigError([FoundByEach(config.place(key), key, world)])
