"""What an exported Python file has beside its neuron: its text becomes part of that file.

It uses the names that stand above it there, and needs torch alone.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

MODEL: Any = None
PARAMETERS: dict[str, Any] = {}
ABOUT: dict[str, Any] = {}
WEIGHTS_FILE: str | None = None
WEIGHTS: str = ""

# -- the file begins here


def load() -> nn.Module:
    """The trained model, in evaluation mode."""
    model: nn.Module = MODEL(**PARAMETERS)
    model.load_state_dict(_weights())
    if any("normalize" in port for port in ABOUT["inputs"]):
        model = _Normalised(model)
    return model.eval()


def predict(rows: list[Any]) -> list[dict[str, Any]]:
    """An answer for each row: a value, or with several inputs an object by their names."""
    model, found = load(), []
    for row in rows:
        given = [row[port["name"]] if isinstance(row, dict) else row for port in ABOUT["inputs"]]
        inputs = [
            torch.tensor([value], dtype=_TYPES[port["type"]])
            for value, port in zip(given, ABOUT["inputs"], strict=True)
        ]
        with torch.no_grad():
            result = model(*inputs)
        outputs = [result] if isinstance(result, torch.Tensor) else list(result)
        answers = {
            port["name"]: _answer(output[0], port)
            for output, port in zip(outputs, ABOUT["outputs"], strict=True)
            if output.dim()
        }
        found.append(next(iter(answers.values())) if len(answers) == 1 else answers)
    return found


class _Normalised(nn.Module):
    """The model behind what brings its inputs to the scale that was learnt with it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: torch.Tensor) -> Any:
        pairs = zip(inputs, ABOUT["inputs"], strict=True)
        return self.model(*(_scaled(value, port.get("normalize")) for value, port in pairs))


def _scaled(value: torch.Tensor, normal: dict[str, Any] | None) -> torch.Tensor:
    if normal is None:
        return value
    shape = [1] * value.dim()
    if normal["dim"] != 0:
        shape[normal["dim"]] = len(normal["shift"])
    shift, scale = (
        torch.tensor(normal[key]).to(value).reshape(shape) for key in ("shift", "scale")
    )
    return (value - shift) * scale


_TYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}


def _answer(output: torch.Tensor, port: dict[str, Any]) -> dict[str, Any]:
    if port["task"] == "classification":
        chances = _chances(output, port["gives"])
        best, names = int(chances.argmax()), port.get("classes")
        return {"prediction": names[best] if names else best, "probabilities": chances.tolist()}
    if port["task"] == "binary_classification":
        yes = float(output if port["gives"] == "probabilities" else output.sigmoid())
        best, names = int(yes >= 0.5), port.get("classes")
        return {"prediction": names[best] if names else best, "probabilities": [1 - yes, yes]}
    return {"output": output.tolist()}


def _chances(output: torch.Tensor, gives: str) -> torch.Tensor:
    if gives == "logits":
        return output.softmax(-1)
    return output.exp() if gives == "log probabilities" else output


def _weights() -> dict[str, torch.Tensor]:
    """The weights, which are stored as safetensors."""
    beside = Path(__file__).with_name(WEIGHTS_FILE) if WEIGHTS_FILE else None
    raw = beside.read_bytes() if beside else base64.b64decode(WEIGHTS)
    start = 8 + int.from_bytes(raw[:8], "little")
    header, data = json.loads(raw[8:start]), memoryview(bytearray(raw[start:]))
    about = header.pop("__metadata__", {})
    found = {}
    for name, entry in header.items():
        dtype, (begin, end) = _STORED[entry["dtype"]], entry["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=dtype) if end > begin else torch.empty(0)
        found[name] = flat.to(dtype).reshape(entry["shape"])
    for name, other in json.loads(about.get("shared", "{}")).items():
        found[name] = found[other]
    return found


_STORED = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "C64": torch.complex64,
}

if __name__ == "__main__":
    import sys

    for answer in predict([json.loads(line) for line in sys.argv[1:] or sys.stdin]):
        print(json.dumps(answer, ensure_ascii=False))  # noqa: T201
