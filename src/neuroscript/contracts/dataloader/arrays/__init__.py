"""Arrays of numpy in files: found by name, mapped where they can be, checked value by value."""

from neuroscript.contracts.dataloader.arrays.names import Roles, roles_of
from neuroscript.contracts.dataloader.arrays.reader import read_arrays

__all__ = ["Roles", "read_arrays", "roles_of"]
