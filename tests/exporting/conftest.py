"""A folder to work in, and small runs to export."""

from __future__ import annotations

import pytest
from tests.training.conftest import Folder, folder

from neuroscript.training import fit

__all__ = ["folder"]


@pytest.fixture(scope="package")
def runs(tmp_path_factory):
    """A folder with two runs: `pairs` of classes with names, `text` of tokens."""
    folder = Folder(tmp_path_factory.mktemp("runs"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path)
        rows = [([float(i % 5), float(i % 3)], "even" if i % 2 else "odd") for i in range(16)]
        folder.rows("pairs.jsonl", rows)
        _train(
            folder,
            "pairs",
            "in: [batch, 2]\nout: [batch, 2]",
            "in -> Linear(2, 8) -> BatchNorm(8) -> ReLU() -> Linear(8, 2) -> Softmax() -> out",
            "{train: pairs.jsonl}",
        )
        lines = [f'{{"input": [{i % 7}, 1, 2, 3, 4]}}\n' for i in range(8)]
        folder.write("text.jsonl", "".join(lines))
        _train(
            folder,
            "text",
            "in: [batch, seq] int\nout: [batch, seq, 7]",
            "in -> Embedding(7, 8) -> LearnedPositionalEmbedding(6, 8)"
            " -> TransformerEncoderBlock(8, 2, 16, 0.1) -> Linear(8, 7) -> out",
            "{train: text.jsonl}",
        )
    return folder


def _train(folder, name, ports, graph, data):
    config = folder.neuron(ports, graph, data, training="{steps: 2}", run=f"{{name: {name}}}")
    fit(config)
