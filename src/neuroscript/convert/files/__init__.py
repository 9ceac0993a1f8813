"""Weights in files: one, or several with an index, or a folder with either."""

from neuroscript.convert.files.read import read_weights
from neuroscript.convert.files.write import write_weights

__all__ = ["read_weights", "write_weights"]
