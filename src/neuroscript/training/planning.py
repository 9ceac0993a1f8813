"""What a run will do and why, before it does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroscript.config import Config
    from neuroscript.training.head import Head


@dataclass(frozen=True)
class Plan:
    """Everything that was inferred or configured, as names and values.

    For a neuron with several outputs, `task`, `loss` and `metrics` are dicts by output.
    """

    neuron: str
    file: str | None
    """The `.ns` file, None for a model that was handed in without one."""

    signature: str
    """Such as `[batch, 2] -> [batch, 1]`."""

    parameters: int
    """How many numbers are learnt."""

    data: str
    """The training data in a line: files, format, samples, and what each holds."""

    samples: int | None
    """How many training samples there are, None where the loader does not say."""

    task: str | dict[str, str]
    loss: str | dict[str, str]
    metrics: list[str] | dict[str, list[str]]
    optimizer: str
    lr: float
    batch_size: int
    epochs: int | None
    """None where only steps count."""

    steps: int | None
    """None where only epochs count."""

    seed: int
    val: str | None = None
    """What validates, None if nothing does."""

    test: str | None = None
    logger: list[str] = field(default_factory=list)
    checkpoint: str = "torch"
    reasons: dict[str, str] = field(default_factory=dict)
    """Why each of the above is what it is, by its name."""

    inputs: dict[str, str] = field(default_factory=dict)
    """The element type in which the neuron gets each input, such as `float32`."""

    targets: dict[str, str] = field(default_factory=dict)
    """The element type in which the loss of each output gets what it is compared with."""

    otherwise: dict[str, str] = field(default_factory=dict)
    """For each output that can be read in two ways, the other one and the setting that takes it."""

    weights: str | None = None
    """What it starts from, if a file says that."""

    regime: dict[str, str] = field(default_factory=dict)
    """What was asked for the weights, such as a schedule, by its key, and what it comes to."""

    log_every: int = 100
    """Steps between log lines."""

    notices: tuple[str, ...] = ()
    """What was done beside the plain meaning of the config."""

    heads: tuple[Head, ...] = ()
    """For each output its task, loss and metrics with all options."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of the first output; empty where they have none."""
        return self.heads[0].names if self.heads else ()


def plan(config: str | Path | Mapping[str, Any] | Config) -> Plan:
    """What `fit` would do with a config, and why; nothing is trained.

    Raises NeuroScriptError for whatever `fit` would refuse.
    """
    from neuroscript.config import load_config
    from neuroscript.training.prepare import prepare

    return prepare(load_config(config)).plan
