"""The page to try a model by hand: one file, whose form is made from the neuron's ports."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from neuroscript.training.input_port import InputPort
from neuroscript.training.predicting import Predictor
from neuroscript.training.predicting.batches import Form
from neuroscript.training.predicting.form import wanted

FIELDS = 24
"""Up to how many numbers each have a field of their own."""


def page_of(name: str, predictor: Predictor) -> str:
    """The page of a model, complete: it asks for nothing but `/predict`."""
    about = {
        "name": name,
        "ports": [_port(port, predictor.form) for port in predictor.form.ports],
        "outputs": [
            {"port": part.head.port, "task": part.head.task, "names": list(part.head.names)}
            for part in predictor.objective.parts
            if part.task.takes_target
        ],
    }
    text = (files("neuroscript.serving.page") / "page.html").read_text("utf-8")
    inline = json.dumps(about, ensure_ascii=False).replace("<", "\\u003c")
    return text.replace("/*ABOUT*/ null", inline).replace("<!--NAME-->", _escaped(name))


def _port(port: InputPort, form: Form) -> dict[str, Any]:
    """What the page is told of a port, and how it is to be filled in there."""
    encoding = form.encodings.get(port.name)
    columns = encoding.columns if encoding is not None else ()
    return {
        "name": port.name,
        "kind": _kind(port, form),
        "element": port.element,
        "shape": str(port),
        "wanted": wanted(port),
        "sample": list(port.sample),
        "labels": list(columns) if len(columns) == (port.sample or (1,))[0] else [],
        "most": form.vocabulary - 1 if form.vocabulary and port.element == "int" else None,
    }


def _kind(port: InputPort, form: Form) -> str:
    """Text, an image, a switch, numbers with a field each, or JSON."""
    encoding = form.encodings.get(port.name)
    if encoding is not None and encoding.tokenizer is not None:
        return "text"
    if port.element == "bool" and not port.sizes:
        return "switch"
    fixed = all(isinstance(size, int) for size in port.sizes)
    if port.element == "float" and fixed and port.rank == 3 and port.sample[0] in (1, 3):
        return "image"
    if port.element != "bool" and fixed and port.rank < 2 and (port.sample or (1,))[0] <= FIELDS:
        return "numbers"
    return "json"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
