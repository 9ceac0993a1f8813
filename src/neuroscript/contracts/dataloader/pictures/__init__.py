"""Images in files: found by folder or by list, decoded to one size."""

from neuroscript.contracts.dataloader.pictures.decode import Form
from neuroscript.contracts.dataloader.pictures.listing import SUFFIXES, listed
from neuroscript.contracts.dataloader.pictures.reader import read_images

__all__ = ["SUFFIXES", "Form", "listed", "read_images"]
