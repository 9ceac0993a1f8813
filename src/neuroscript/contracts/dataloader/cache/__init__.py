"""Columns kept in files, so that data are read once and need not fit into memory."""

from neuroscript.contracts.dataloader.cache.cached import cached
from neuroscript.contracts.dataloader.cache.large import are_large

__all__ = ["are_large", "cached"]
