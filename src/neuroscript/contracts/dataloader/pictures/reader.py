"""Images to a column of pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.classes import number_classes
from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.errors import DataError, shown
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.pictures.decode import PIXEL, Form, broken, decode
from neuroscript.contracts.dataloader.pictures.errors import (
    MixedTargets,
    NoImages,
    SizesDiffer,
)
from neuroscript.contracts.dataloader.pictures.listing import SUFFIXES, Listed, listed
from neuroscript.diagnostics import Diagnostic, NeuroScriptError

AT_ONCE = 256
"""How many images are decoded before they are put away."""


def read_images(sources: Sequence[Path], form: Form, damage: Damage) -> Table:
    """The images of folders and lists, in one form, in order.

    Without a size or a number of channels, those of the first image hold for all. Raises
    DataError at the first image that is broken or of another size, unless `damage` counts them.
    """
    wanted = [image for source in sources for image in listed(source, damage)]
    reader = _Reader(form, damage)
    for start in range(0, len(wanted), AT_ONCE):
        reader.read(wanted[start : start + AT_ONCE])
    if not reader.kept and damage.count:
        raise damage.nothing_left(sources[0])
    if not reader.kept:
        raise DataError([NoImages(wanted[0].place, SUFFIXES)])
    targets, names = _targets(reader.kept)
    pixels = reader.pixels.finish()
    return Table(
        inputs={"input": pixels},
        targets={} if targets is None else {"target": targets},
        class_names={"target": names} if names else {},
        origins=tuple(_origin(image) for image in reader.kept),
        scales={"input": PIXEL},
        forms={"input": Form((pixels.shape[2], pixels.shape[3]), pixels.shape[1])},
        skipped=damage.skipped,
    )


class _Reader:
    def __init__(self, form: Form, damage: Damage) -> None:
        self.form = form
        self.damage = damage
        self.pixels = Growing()
        self.kept: list[Listed] = []
        self.shape: tuple[int, ...] | None = None

    def read(self, images: Sequence[Listed]) -> None:
        good: list[NDArray[np.uint8]] = []
        for image, pixels in zip(images, self.decoded(images), strict=True):
            problem = pixels if isinstance(pixels, Diagnostic) else self.odd(image, pixels)
            if problem is not None:
                self.damage.meet([problem])
            else:
                assert not isinstance(pixels, Diagnostic)
                good.append(pixels)
                self.kept.append(image)
        if good:
            self.pixels.add(np.stack(good))

    def decoded(self, images: Sequence[Listed]) -> Iterator[NDArray[np.uint8] | Diagnostic]:
        """The pixels of each image; the first one of all decides what is not said."""
        start = 0
        while self.shape is None and start < len(images):
            first = self.one(images[start])
            if not isinstance(first, Diagnostic):
                self.shape = first.shape
                self.form = Form(self.form.size, self.form.channels or first.shape[0])
            start += 1
            yield first
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            yield from pool.map(self.one, images[start:])

    def one(self, image: Listed) -> NDArray[np.uint8] | Diagnostic:
        try:
            return decode(image.path, self.form)
        except NeuroScriptError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged image may raise anything
            return broken(image.path, error, image.place)

    def odd(self, image: Listed, pixels: NDArray[np.uint8]) -> Diagnostic | None:
        """Whether an image is of another size than the first."""
        assert self.shape is not None
        if pixels.shape == self.shape:
            return None
        sizes = [(shape[1], shape[2]) for shape in (pixels.shape, self.shape)]
        first = shown(self.kept[0].path)
        return SizesDiffer(image.place, shown(image.path), sizes[0], first, sizes[1])


def _targets(images: Sequence[Listed]) -> tuple[Column | None, list[str] | None]:
    """The targets of images: classes by name, or numbers."""
    given: list[Any] = [image.target for image in images]
    kinds = [str if isinstance(target, str) else type(target) for target in given]
    if set(kinds) == {type(None)}:
        return None, None
    if set(kinds) == {str}:
        return number_classes(given)
    if set(kinds) <= {int, float} or set(kinds) == {bool}:
        return torch.tensor(given), None
    odd = next(i for i, kind in enumerate(kinds) if kind is not kinds[0] or kind not in (str, int))
    raise DataError([MixedTargets(images[odd].place, f"`{given[odd]}`")])


def _origin(image: Listed) -> Origin:
    if image.line is None or image.line.source.path is None:
        return Origin(image.path, 1, 1, unit="file")
    return Origin(image.line.source.path, image.line.line, 1)
