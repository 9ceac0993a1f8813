"""Writing weights as safetensors, so that there is the whole file or the one before."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.convert.errors import NotWritten, WeightsError, place

if TYPE_CHECKING:
    from torch import Tensor


def write_weights(path: str | Path, state: Mapping[str, Tensor], model: str = "") -> None:
    """Writes a state dict; raises WeightsError (NW103) if that fails, and leaves the old file.

    Of weights that are one tensor, as a head and an embedding, the first is written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path = Path(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    text = {"format": "pt", **({"model": model} if model else {})}
    try:
        with unfinished.open("wb") as file:
            mode = os.fstat(file.fileno()).st_mode
        save_file(_each_once(state), unfinished, metadata=text)
        unfinished.chmod(mode)  # safetensors keeps what it writes from others
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except (OSError, RuntimeError, SafetensorError) as error:
        _remove(unfinished)
        raise WeightsError([NotWritten(place(path), _reason(path, error))]) from None
    except BaseException:
        _remove(unfinished)
        raise


def _each_once(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors that own their memory, without those that are an earlier one again."""
    seen: set[tuple[object, ...]] = set()
    kept: dict[str, Tensor] = {}
    for name, tensor in state.items():
        key = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)
        if tensor.numel() and key in seen:
            continue
        seen.add(key)
        whole = tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()
        kept[name] = tensor.contiguous() if whole else tensor.clone()
    return kept


def _remove(unfinished: Path) -> None:
    """Whatever there is of it; where nothing could be written, there is nothing."""
    with contextlib.suppress(OSError):
        unfinished.unlink()


def _reason(path: Path, error: Exception) -> str:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder `{path.parent}`"
    return (getattr(error, "strerror", None) or str(error).partition("\n")[0]).lower()
