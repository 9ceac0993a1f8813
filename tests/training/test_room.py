"""Images that take much of the memory are told about in the plan."""

from __future__ import annotations

import pytest
from PIL import Image

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import plan, room

NOTICE = "images take 0.5 GiB of memory, more than half of what was free"


def test_images_that_take_more_than_half_of_the_memory_are_told(folder, monkeypatch):
    for index in range(4):
        file = folder.path / "pets" / "ab"[index % 2] / f"{index}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2), index).save(file)
    monkeypatch.setattr(room, "GIB", 32)
    ports, graph = "in: [batch, 1, 2, 2]\nout: [batch, 2]", "in -> Flatten() -> Linear(4, 2) -> out"
    config = folder.neuron(ports, graph, "{train: pets}")
    monkeypatch.setattr(room, "free_memory", lambda: 15)
    assert any(note.startswith(NOTICE) for note in plan(config).notices)
    monkeypatch.setattr(room, "free_memory", lambda: 16)
    assert not plan(config).notices
    monkeypatch.setattr(room, "free_memory", lambda: None)
    assert not plan(config).notices
    config = folder.neuron(ports, graph, "{train: pets, cache: always}")
    with pytest.raises(NeuroScriptError, match="`cache: always` is not for images") as caught:
        plan(config)
    assert caught.value.diagnostics[0].file == "net.yml"
