"""Training from columns that are kept in files is training from memory."""

from __future__ import annotations

import pytest
import torch

from neuroscript.contracts.dataloader.cache import large
from neuroscript.training import fit, plan


@pytest.mark.parametrize("free", [None, 0])
def test_the_weights_are_the_same(folder, monkeypatch, free):
    monkeypatch.setenv("NEUROSCRIPT_CACHE", str(folder.path / "cache"))
    monkeypatch.setattr(large, "free_memory", lambda: free)
    rows = [([i / 9, (i * 7 % 9) / 9], i % 3) for i in range(27)]
    folder.rows("data.jsonl", rows)
    weights = []
    for cache in ("never", "always"):
        config = folder.neuron(
            "in: [batch, 2]\nout: [batch, 3]",
            "in -> Linear(2, 3) -> out",
            f"{{train: data.jsonl, val: 0.2, batch_size: 4, normalize: standard, cache: {cache}}}",
            training="{epochs: 2}",
        )
        weights.append(fit(config).model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_format_that_is_not_kept_says_so(folder):
    folder.write("text.txt", "hello " * 100)
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, seq, 256]",
        "in -> Embedding(256, 4) -> Linear(4, 256) -> out",
        "{train: text.txt, cache: always}",
    )
    with pytest.raises(Exception, match="`cache: always` is not for text"):
        plan(config)


def test_workers_that_nobody_needs_are_told(folder):
    assert plan(folder.xor(data=", workers: 2")).notices == (
        "data.workers is of no use here: batches are cut from whole columns",
    )
