"""Tables of text cells as columns: which are features, which is the target, what they hold."""

from neuroscript.contracts.dataloader.cells.choice import Choice, choose_columns
from neuroscript.contracts.dataloader.cells.reader import read_table

__all__ = ["Choice", "choose_columns", "read_table"]
