"""The model as a graph of operations, with the dimensions that vary by their names."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from inspect import signature
from typing import Any

import torch
from torch import nn
from torch.export import Dim, ExportedProgram
from torch.export.dynamic_shapes import refine_dynamic_shapes_from_suggested_fixes

from neuroscript.exporting.errors import ExportError, NotExportable
from neuroscript.exporting.form import Task
from neuroscript.exporting.model import Trained
from neuroscript.exporting.trials import BATCH, dimensions

ATTEMPTS = 4
"""How often the exporter may ask for narrower dimensions."""


LATE_GUARDS: dict[str, Any] = (
    {"prefer_deferred_runtime_asserts_over_guards": True}
    if "prefer_deferred_runtime_asserts_over_guards" in signature(torch.export.export).parameters
    else {}
)
"""Sizes that a graph does not hold for are refused when they come, not while it is traced."""


def graph_of(task: Task, form: str) -> ExportedProgram:
    """The model's graph for every size that its ports leave open.

    Raises ExportError with the layer that cannot be traced, or the dimension that cannot vary.
    """
    trained, shapes = task.trained, named_dimensions(task.trained, Dim)
    example = task.asked[0].inputs
    for _ in range(ATTEMPTS):
        entered: list[str] = []
        try:
            with _followed(trained.model, entered), quiet(), torch.no_grad():
                return torch.export.export(
                    trained.program, example, dynamic_shapes=(tuple(shapes),), **LATE_GUARDS
                )
        except Exception as error:
            fixes = _fixes(error)
            if fixes is None:
                raise _untraceable(task, form, entered, error) from error
            shapes = _narrowed(task, form, shapes, fixes)
    raise _untraceable(task, form, [], RuntimeError("its dimensions depend on each other"))


def named_dimensions(trained: Trained, make: Any) -> Any:
    """For each input, what `make` makes of the name of each dimension that varies, by its place."""
    known = {name: make(name) for name in dimensions(trained.ports)}
    return [
        {0: known[BATCH]}
        | {at: known[dim] for at, dim in enumerate(port.sizes, 1) if dim in known}
        | {
            at: Dim.AUTO
            for at, dim in enumerate(port.sizes, 1)
            if isinstance(dim, str) and dim not in known and make is Dim
        }
        for port in trained.ports
    ]


def _fixes(error: Exception) -> str | None:
    """What the exporter suggests, without what it adds to that."""
    text = str(error)
    if "Suggested fixes:" not in text:
        return None
    return text.split("\n\nThe error above")[0].rstrip()


def _narrowed(task: Task, form: str, shapes: Any, fixes: str) -> Any:
    """The dimensions as far as the model takes them; refuses a model for which one is fixed."""
    narrowed = refine_dynamic_shapes_from_suggested_fixes(fixes, shapes)
    for before, after in zip(shapes, narrowed, strict=True):
        for at, dim in before.items():
            if isinstance(after.get(at), int):
                name = getattr(dim, "__name__", "a dimension")
                reason = f"`{name}` cannot vary, it is always {after[at]}"
                layer = task.trained.layer(_unrolled(task.trained.model) if at else "")
                raise ExportError([NotExportable(task.place, form, layer, reason)])
    return narrowed


def _unrolled(model: nn.Module) -> str:
    """The first layer that is traced step by step, so that the number of steps becomes fixed."""
    recurrent = (path for path, one in model.named_modules() if isinstance(one, nn.RNNBase))
    return next(recurrent, "")


@contextlib.contextmanager
def _followed(model: nn.Module, entered: list[str]) -> Iterator[None]:
    """While this lasts, `entered` holds the layers whose forward pass has not ended."""
    handles = []
    for path, module in model.named_modules():
        if path:
            handles.append(module.register_forward_pre_hook(_entering(entered, path)))
            handles.append(module.register_forward_hook(_leaving(entered)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _entering(entered: list[str], path: str) -> Any:
    return lambda *_: entered.append(path)


def _leaving(entered: list[str]) -> Any:
    def left(*_: object) -> None:
        entered.pop()

    return left


def _untraceable(task: Task, form: str, entered: list[str], error: Exception) -> ExportError:
    layer = task.trained.layer(entered[-1] if entered else "")
    return ExportError([NotExportable(task.place, form, layer, reason_of(error))])


def reason_of(error: Exception) -> str:
    """The first line of what went wrong, in words that say something to our users."""
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    if "data-dependent" in text:
        return "what it does depends on the values that arrive, not on their shapes alone"
    return text


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what the exporters say to their own developers from our users."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
