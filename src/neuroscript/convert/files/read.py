"""Reading weights: safetensors, or pickles of torch with nothing in them but tensors."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.convert.errors import NotRead, NoWeights, WeightsError, place

if TYPE_CHECKING:
    from torch import Tensor

WHOLE = ("model.safetensors", "pytorch_model.bin")
INDEX = ".index.json"
"""What the name of a list of shards ends in, after the name that one file would have."""

OPTIMIZER = "optimizer/"
"""How the names of an optimizer's tensors begin in our checkpoints."""


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """The weights in a file, or in a folder as the Hugging Face hub has them.

    A folder holds `model.safetensors`, or shards of it with `model.safetensors.index.json`, or the
    same of `pytorch_model.bin`. A file is `.safetensors`, a list of shards, a `.bin`, or a
    checkpoint of ours. Pickles are read with `weights_only=True`: they cannot run anything.
    Raises WeightsError (NW101, NW102) for what cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        path = _in_folder(path)
    if path.name.endswith(INDEX):
        return _shards(path)
    return _file(path)


def _in_folder(folder: Path) -> Path:
    names = [name + ending for name in WHOLE for ending in ("", INDEX)]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    files = [path for path in sorted(folder.iterdir()) if path.suffix == ".safetensors"]
    if len(files) == 1:
        return files[0]
    there = [path.name for path in sorted(folder.iterdir())]
    raise WeightsError([NoWeights(place(folder), names, there)])


def _shards(index: Path) -> dict[str, Tensor]:
    """The weights that a list says are in several files."""
    weights = _weight_map(index)
    state: dict[str, Tensor] = {}
    for shard in dict.fromkeys(weights.values()):
        if Path(shard).name != shard:
            raise _not_read(index, f"it names `{shard}`, which is not in its folder")
        if not (index.parent / shard).is_file():
            raise _not_read(index, f"it names `{shard}`, and there is no such file beside it")
        tensors = _file(index.parent / shard)
        wanted = [name for name, home in weights.items() if home == shard]
        lacking = [name for name in wanted if name not in tensors]
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            raise _not_read(index.parent / shard, f"it lacks `{lacking[0]}`{more}")
        state.update((name, tensors[name]) for name in wanted)
    return {name: state[name] for name in weights}


def _weight_map(index: Path) -> dict[str, str]:
    try:
        data = json.loads(index.read_text(encoding="utf-8"))
    except OSError as error:
        raise _not_read(index, error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise _not_read(index, f"it is no JSON ({error})") from None
    found = data.get("weight_map") if isinstance(data, dict) else None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise _not_read(index, "it has no `weight_map` of names and files")
    return found


def _file(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise _not_read(path, (error.strerror or str(error)).lower()) from None
    if not start:
        raise _not_read(path, "it is empty")
    if path.suffix == ".safetensors" or start[8:] == b"{":
        return _safetensors(path)
    return _pickle(path)


def _safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            shared = json.loads((file.metadata() or {}).get("shared", "{}"))
    except OSError as error:
        raise _not_read(path, error.strerror or str(error)) from None
    except (SafetensorError, ValueError):
        raise _not_read(path, "it is damaged, or no safetensors file") from None
    if isinstance(shared, dict):
        state |= {name: state[other] for name, other in shared.items() if other in state}
    return {name: tensor for name, tensor in state.items() if not name.startswith(OPTIMIZER)}


def _pickle(path: Path) -> dict[str, Tensor]:
    import torch

    try:
        data: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        reason = "it holds more than weights, or is no file of weights"
        raise _not_read(path, reason, "only what cannot run code is read") from None
    except Exception as error:  # noqa: BLE001 - what garbage raises depends on its bytes
        reason = f"it is damaged, or no file of weights ({str(error).partition(chr(10))[0]})"
        raise _not_read(path, reason) from None
    for key in ("model", "state_dict"):
        if isinstance(data, Mapping) and isinstance(data.get(key), Mapping):
            data = data[key]
    if not isinstance(data, Mapping):
        raise _not_read(path, f"it holds a {type(data).__name__}, not weights by name")
    for name, value in data.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise _not_read(path, f"`{name}` in it is a {type(value).__name__}, not a weight")
    return dict(data)


def _not_read(path: Path, reason: str, advice: str | None = None) -> WeightsError:
    return WeightsError([NotRead(place(path), reason, advice)])
