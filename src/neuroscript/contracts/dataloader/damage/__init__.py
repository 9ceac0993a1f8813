"""Damaged samples: the first one ends the reading, or each is counted and left out."""

from neuroscript.contracts.dataloader.damage.policy import Damage
from neuroscript.contracts.dataloader.damage.skipped import OnError, Skipped

__all__ = ["Damage", "OnError", "Skipped"]
