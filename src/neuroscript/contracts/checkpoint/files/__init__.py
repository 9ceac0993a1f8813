"""What the checkpoint formats share: files that are whole or not there, and states that fit."""

from neuroscript.contracts.checkpoint.files.atomic import sweep, write_atomically
from neuroscript.contracts.checkpoint.files.errors import CheckpointError
from neuroscript.contracts.checkpoint.files.states import fill_model, fill_optimizer

__all__ = ["CheckpointError", "fill_model", "fill_optimizer", "sweep", "write_atomically"]
