"""Records of JSON as columns: fast where all is well, exact where it is not."""

from neuroscript.contracts.dataloader.records.garbage import garbage_collection_off
from neuroscript.contracts.dataloader.records.reader import read_records

__all__ = ["garbage_collection_off", "read_records"]
