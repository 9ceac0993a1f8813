"""Writing a trained model to a file, and telling only then that it was written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.contracts.errors import said
from neuroscript.exporting.errors import ExportError, NotStored, UnknownFormat
from neuroscript.exporting.form import Task
from neuroscript.exporting.formats import FORMS, Form
from neuroscript.exporting.metadata import metadata
from neuroscript.exporting.model import Trained
from neuroscript.exporting.trials import trials
from neuroscript.exporting.verify import check_certain, verified

if TYPE_CHECKING:
    from neuroscript.diagnostics import Span
    from neuroscript.training import Runner


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how it compares with the model."""

    path: Path
    format: str
    files: tuple[Path, ...]
    """All that was written: the file itself, and weights beside it where there are any."""

    tried: tuple[str, ...]
    """The sizes for which both were asked."""

    difference: float
    """The largest difference between their answers."""


def export(run: Runner | str | Path, path: str | Path) -> Exported:
    """Writes a run's model in the format of the path's suffix.

    `.safetensors` holds the weights, `.pt2` a program of torch.export, `.onnx` a model for ONNX
    Runtime, `.py` the neuron as Python that needs torch alone. What was written is asked what the
    model is asked, for several sizes of every dimension that varies, and kept if the answers are
    the same. Raises ExportError, and leaves nothing behind, if they are not.
    """
    path = Path(path)
    place = said("export", str(path))
    form = _form_of(path, place)
    runner = _runner(run)
    trained = Trained.of(runner)
    asked = trials(trained)
    check_certain(trained, asked, place)
    task = Task(trained, asked, metadata(trained, asked), place, runner.run_dir)
    with _room_beside(path, place) as folder:
        files = form.write(task, folder / path.name)
        difference = verified(trained, form.read(task, files[0]), asked, form.name, place)
        kept = tuple(_kept(file, path.parent, place) for file in reversed(files))[::-1]
    return Exported(path, form.name, kept, tuple(map(str, asked)), difference)


def _form_of(path: Path, place: Span) -> Form:
    for form in FORMS:
        if path.suffix.lower() == form.suffix:
            return form
    raise ExportError([UnknownFormat(place, str(path), [form.suffix for form in FORMS])])


def _runner(run: Runner | str | Path) -> Runner:
    if not isinstance(run, str | Path):
        return run
    from neuroscript.training import load_run
    from neuroscript.training.run_path import run_at

    return load_run(run_at(run))


@contextmanager
def _room_beside(path: Path, place: Span) -> Iterator[Path]:
    """A folder beside a file to be, so that what is written there can take its place at once."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise _not_stored(path, place, error) from None


def _kept(file: Path, folder: Path, place: Span) -> Path:
    target = folder / file.name
    try:
        os.replace(file, target)  # noqa: PTH105
    except OSError as error:
        raise _not_stored(target, place, error) from None
    return target


def _not_stored(path: Path, place: Span, error: OSError) -> ExportError:
    return ExportError([NotStored(place, str(path), (error.strerror or str(error)).lower())])
