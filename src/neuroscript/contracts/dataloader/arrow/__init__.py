"""Tables of Apache Arrow as columns: what Parquet files and Hugging Face datasets are read as."""

from neuroscript.contracts.dataloader.arrow.reader import Asked, Batches, read_batches

__all__ = ["Asked", "Batches", "read_batches"]
