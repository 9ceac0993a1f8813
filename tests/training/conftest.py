"""An empty directory to work in, and small files to train on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

XOR = """\
neuron XOR:
    in: [batch, 2]
    out: [batch, 1]
    graph:
        in ->
            Linear(2, 4)
            ReLU()
            Linear(4, 1)
            Sigmoid()
            out
"""
XOR_ROWS = [([0.0, 0.0], [0.0]), ([0.0, 1.0], [1.0]), ([1.0, 0.0], [1.0]), ([1.0, 1.0], [0.0])]


class Folder:
    """Writes files and configs into the working directory of a test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def rows(self, name: str, rows: list[tuple[object, object]]) -> Path:
        lines = [json.dumps({"input": x, "target": y}) for x, y in rows]
        return self.write(name, "\n".join(lines) + "\n")

    def xor(self, training: str = "{epochs: 5, lr: 0.01}", data: str = "", more: str = "") -> str:
        """The config of the headline example, with its files."""
        self.write("xor.ns", XOR)
        self.rows("xor.jsonl", XOR_ROWS)
        text = "model: {neuron: XOR, file: xor.ns}\n"
        text += f"data: {{train: xor.jsonl{data}}}\ntraining: {training}\n{more}"
        return str(self.write("xor.yml", text).name)

    def neuron(self, ports: str, graph: str, data: str, **sections: str) -> str:
        """The config of a neuron `Net` with these ports and this pipeline, on `data`."""
        lines = [f"    {line}" for line in ports.splitlines()]
        text = "\n".join(["neuron Net:", *lines, "    graph:", f"        {graph}", ""])
        self.write("net.ns", text)
        config = f"model: {{file: net.ns}}\ndata: {data}\n"
        config += "".join(f"{key}: {value}\n" for key, value in sections.items())
        return str(self.write("net.yml", config).name)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
