"""Records of JSON as columns: fast where all is well, exact where it is not."""

from neuroscript.contracts.dataloader.records.reader import read_records

__all__ = ["read_records"]
