"""Text as numbers: tokenizers, and the columns of token ids that they make of strings."""

from neuroscript.contracts.dataloader.tokenizers.choose import tokenizer_for, tokenizer_from_data
from neuroscript.contracts.dataloader.tokenizers.texts import TextColumn, Texts
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Encoded, Tokenizer

__all__ = ["Encoded", "TextColumn", "Texts", "Tokenizer", "tokenizer_for", "tokenizer_from_data"]
