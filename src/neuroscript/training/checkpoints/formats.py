"""The checkpoint format of a file."""

from __future__ import annotations

from pathlib import Path

from neuroscript.contracts import CheckpointContract, ContractRegistry, create_checkpoint


def format_of(path: Path) -> CheckpointContract:
    """The checkpoint format whose files end like this path; torch's own if none does."""
    names = ContractRegistry.list_available("checkpoint")["checkpoint"]
    for name in names:
        if getattr(ContractRegistry.get_checkpoint(name), "suffix", None) == path.suffix:
            return create_checkpoint(name)
    return create_checkpoint("torch")
