"""What the built-in data loaders share: whole columns as tensors, and batches cut from them."""

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.description import Description
from neuroscript.contracts.dataloader.columns.encoding import Encoding
from neuroscript.contracts.dataloader.columns.loader import ColumnLoader
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Origin, Table

__all__ = ["Column", "ColumnLoader", "Description", "Encoding", "Origin", "Ragged", "Table"]
