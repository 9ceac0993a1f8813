"""What a request and its answer look like, as JSON schemas made from a neuron's ports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neuroscript.training.head import Head
from neuroscript.training.input_port import InputPort
from neuroscript.training.predicting.batches import Form
from neuroscript.training.predicting.form import wanted

LEAF = {"float": "number", "int": "integer", "bool": "boolean"}


def request_schema(form: Form) -> dict[str, Any]:
    """One row, or a list of rows."""
    return {
        "title": "Rows",
        "description": "One row, or a list of rows.",
        "anyOf": [row_schema(form), {"type": "array", "items": row_schema(form)}],
    }


def row_schema(form: Form) -> dict[str, Any]:
    """A row: an object by port; where there is one port, its value alone too."""
    ports = {port.name: port_schema(port, form) for port in form.ports}
    whole = {"type": "object", "properties": ports, "required": list(ports)}
    if len(ports) > 1:
        return whole
    (value,) = ports.values()
    nested = {"type": "object", "properties": {"input": value}, "required": ["input"]}
    return {"anyOf": [value, whole] if "input" in ports else [value, nested, whole]}


def port_schema(port: InputPort, form: Form) -> dict[str, Any]:
    """What stands at one port: nested lists, as long as the port says; or text.

    >>> port_schema(InputPort("in", ("batch", "seq", 2), "float", (5, 2)), Form(()))["items"]
    {'type': 'array', 'minItems': 2, 'maxItems': 2, 'items': {'type': 'number'}}
    """
    schema: dict[str, Any] = {"type": LEAF[port.element]}
    if port.element == "int" and form.vocabulary is not None:
        schema |= {"minimum": 0, "maximum": form.vocabulary - 1}
    for dim in reversed(port.sizes):
        sizes = {"minItems": dim, "maxItems": dim} if isinstance(dim, int) else {"minItems": 1}
        schema = {"type": "array", **sizes, "items": schema}
    encoding = form.encodings.get(port.name)
    if encoding is not None and encoding.tokenizer is not None:
        schema = {"anyOf": [{"type": "string"}, schema]}
    return {"title": port.name, "description": f"{wanted(port)}, of {port}", **schema}


def answer_schema(heads: Sequence[Head]) -> dict[str, Any]:
    """The answer to one row."""
    several = len(heads) > 1
    made = {head.port: _prediction(head) for head in heads}
    properties: dict[str, Any] = {
        "index": {"type": "integer", "description": "the number of the row in the request"},
        "prediction": {"type": "object", "properties": made}
        if several
        else next(iter(made.values())),
        "probabilities": {"description": "of each class, where there are classes"},
    }
    return {"type": "object", "properties": properties, "required": ["index", "prediction"]}


def _prediction(head: Head) -> dict[str, Any]:
    if head.names and head.task in ("classification", "binary_classification"):
        return {"type": "string", "enum": list(head.names)}
    return {"description": f"the answer of {head.task.replace('_', ' ')}"}


PROBLEM = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "row": {"type": "integer"},
                    "field": {"type": "string"},
                    "wanted": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
    "required": ["error"],
}
