"""Columns of token ids, numbered as the training data's tokenizer does."""

from __future__ import annotations

from dataclasses import replace

import torch

from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Table
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer


def retokenize(table: Table, tokenizers: dict[str, Tokenizer]) -> Table:
    """The table with the ids of its texts as these tokenizers, by input, would give them.

    What is no text in the table, or has no tokenizer among these, stays as it is.
    """
    inputs = dict(table.inputs)
    known = {port: t for port, t in tokenizers.items() if port in table.tokenizers}
    for port, tokenizer in known.items():
        mine, column = table.tokenizers[port], inputs[port]
        if type(mine).renumbered is Tokenizer.renumbered:
            continue
        if isinstance(column, Ragged):
            values = mine.renumbered(column.values[:].numpy(), tokenizer)
            inputs[port] = replace(column, values=torch.from_numpy(values))
        else:
            inputs[port] = torch.from_numpy(mine.renumbered(column[:].numpy(), tokenizer))
    return replace(table, inputs=inputs, tokenizers=table.tokenizers | known)
