"""Small runs to serve."""

from __future__ import annotations

import pytest
from tests.training.conftest import Folder

from neuroscript.training import fit, load_run


@pytest.fixture(scope="package")
def runners(tmp_path_factory):
    """Runners by name: `flowers` of a table, `image` with ten classes, `text`, `two` ports."""
    folder = Folder(tmp_path_factory.mktemp("served"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path)
        lines = [f"{i % 5},{i % 3}.5,{'even' if i % 2 else 'odd'}" for i in range(12)]
        folder.write("flowers.csv", "\n".join(["height,width,kind", *lines, ""]))
        image = [[[0.0] * 8] * 8]
        folder.rows("image.jsonl", [(image, i % 10) for i in range(20)])
        folder.write("text.txt", "the cat sat on the mat. " * 8)
        pairs = [f'{{"left": [{i}, 1], "right": [1.5], "target": {i}.5}}' for i in range(8)]
        folder.write("two.jsonl", "\n".join(pairs) + "\n")
        return {
            "flowers": _runner(folder, "flowers", "in: [batch, 2]\nout: [batch, 2]",
                "in -> Linear(2, 8) -> ReLU() -> Linear(8, 2) -> out", "{train: flowers.csv}"),
            "image": _runner(folder, "image", "in: [batch, 1, 8, 8]\nout: [batch, 10]",
                "in -> Flatten() -> Linear(64, 10) -> out", "{train: image.jsonl}"),
            "text": _runner(folder, "text", "in: [batch, seq] int\nout: [batch, seq, 256]",
                "in -> Embedding(256, 8) -> Linear(8, 256) -> out",
                "{train: text.txt, context: 16}"),
            "two": _runner(folder, "two",
                "in left: [batch, 2]\nin right: [batch, 1]\nout: [batch, 1]",
                "(left, right) -> Concat(1) -> Linear(3, 1) -> out", "{train: two.jsonl}"),
        }  # fmt: skip


def _runner(folder, name, ports, graph, data):
    config = folder.neuron(ports, graph, data, training="{steps: 2}", run=f"{{name: {name}}}")
    return load_run(fit(config).run_dir.resolve())
