"""Tables of Apache Arrow as columns: what Parquet files and Hugging Face datasets are read as."""

from neuroscript.contracts.dataloader.arrow.reader import read_batches
from neuroscript.contracts.dataloader.arrow.source import Asked, Batches

__all__ = ["Asked", "Batches", "read_batches"]
