"""Decoding one image to a given form."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.errors import DataError, shown, whole_file
from neuroscript.contracts.dataloader.pictures.errors import BrokenImage
from neuroscript.diagnostics import NeuroScriptError, Span
from neuroscript.extras import needs

if TYPE_CHECKING:
    from PIL.Image import Image

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
PIXEL = 1 / 255
"""What one step of a pixel's 256 is worth, as models see it: images go from 0 to 1."""

ORIENTATION = 0x0112
"""The number of the EXIF tag that says how a camera was held."""


@dataclass(frozen=True, slots=True)
class Form:
    """Height and width, and the number of channels; None for those that an image has."""

    size: tuple[int, int] | None = None
    channels: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain values, to be kept with a model."""
        return {"size": list(self.size) if self.size else None, "channels": self.channels}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Form:
        """The form that `as_data` told about."""
        size = data["size"]
        return cls((int(size[0]), int(size[1])) if size else None, data["channels"])


def image_at(path: Path, form: Form) -> NDArray[np.uint8]:
    """The pixels of the image in a file; raises DataError, which names it, if there is none."""
    try:
        return decode(path, form)
    except NeuroScriptError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged image may raise anything
        raise DataError([broken(path, error, whole_file(path))]) from None


def broken(path: Path, error: Exception, place: Span) -> BrokenImage:
    """What is wrong with an image that could not be read."""
    name = shown(path)
    if isinstance(error, FileNotFoundError):
        return BrokenImage(place, name, "there is no such file")
    reason = (str(error) or type(error).__name__).replace(str(path), name)
    return BrokenImage(place, name, reason)


def fractions(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Pixels as models see them."""
    return pixels * np.float32(PIXEL)


def decode(source: Path | bytes, form: Form) -> NDArray[np.uint8]:
    """The pixels of an image, `[channels, height, width]`.

    An image of another shape is scaled to cover the size, and what stands out is cut off evenly.
    Raises whatever PIL raises for what is no image, OSError most of the time.
    """
    pil: Any = needs("PIL.Image", extra="images", what="reading images")
    operations: Any = needs("PIL.ImageOps", extra="images", what="reading images")
    with pil.open(source if isinstance(source, Path) else io.BytesIO(source)) as opened:
        if form.size is not None:
            opened.draft(None, (2 * form.size[1], 2 * form.size[0]))
        image: Image = opened
        if image.getexif().get(ORIENTATION, 1) != 1:
            image = operations.exif_transpose(image)
        channels = form.channels or (1 if image.mode in GREY else 3)
        image = _in_mode(image, MODES[channels])
        if form.size is not None and image.size != form.size[::-1]:
            image = operations.fit(image, form.size[::-1], pil.Resampling.BILINEAR)
        pixels = np.array(image, dtype=np.uint8)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _in_mode(image: Image, mode: str) -> Image:
    if image.mode.startswith("I;16"):
        image.load()
        bytes_of = np.array(image).astype(np.uint16) >> 8
        image = needs("PIL.Image", extra="images", what="reading images").fromarray(
            bytes_of.astype(np.uint8)
        )
    elif image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return image if image.mode == mode else image.convert(mode)
