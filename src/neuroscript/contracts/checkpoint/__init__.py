"""Checkpoints: a model and its optimizer in a file, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from neuroscript.contracts.contract import Options, Recipe, options_of_contract

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

EXPECTED = "a CheckpointContract"


@dataclass(frozen=True)
class CheckpointMetadata:
    """What a checkpoint says about the moment at which it was taken; nothing in it can run."""

    step: int = 0
    epoch: int = 0
    loss: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    """What JSON can hold: the config of the run, its code, and where the run stood."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    """Large tensors beside model and optimizer that `config` refers to; most runs have none."""

    def as_json(self) -> dict[str, Any]:
        """Everything but the tensors.

        >>> CheckpointMetadata(step=7).as_json()["step"]
        7
        """
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "tensors"}


class CheckpointContract(ABC):
    """A file format for checkpoints; its options are the keywords of its `__init__`."""

    suffix: str = ".pt"
    """What the names of its files end in."""

    @abstractmethod
    def save(
        self,
        path: str | Path,
        model: nn.Module,
        optimizer: Optimizer | None,
        metadata: CheckpointMetadata,
    ) -> None:
        """Writes a checkpoint; after a crash there is the old file or the new one, no half."""

    @abstractmethod
    def load(
        self, path: str | Path, model: nn.Module, optimizer: Optimizer | None = None
    ) -> CheckpointMetadata:
        """Fills the model, and the optimizer if given, and tells when it was saved."""

    def load_optimizer(self, path: str | Path, model: nn.Module, optimizer: Optimizer) -> None:
        """Fills the optimizer alone; as inherited, by loading into a copy of the model."""
        self.load(path, deepcopy(model), optimizer)

    def metadata(self, path: str | Path) -> CheckpointMetadata | None:
        """What a checkpoint says about itself; None if the format tells only while it loads."""
        return None

    def list_checkpoints(self, directory: str | Path) -> list[Path]:
        """The checkpoints of this format in a directory, the oldest first."""
        found = Path(directory).glob(f"*{self.suffix}")
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))

    @classmethod
    def from_config(cls, checkpoint_type: str, **options: Any) -> Self:
        """Makes the format that the config calls `checkpoint_type`."""
        return cls(**options)

    @classmethod
    def options(cls) -> Options | None:
        """The options that a config may give it; None if it takes any."""
        return options_of_contract(cls, CheckpointContract)


def recipe(name: str, implementation: Any) -> Recipe[CheckpointContract] | None:
    """How to make the format from what was registered; None if it is no checkpoint."""
    if isinstance(implementation, type) and issubclass(implementation, CheckpointContract):
        return Recipe(lambda **o: implementation.from_config(name, **o), implementation.options())
    return None
