"""Weights of ours against the module that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.convert.errors import WeightsError, place
from neuroscript.convert.guess import looks_like
from neuroscript.convert.report import Extra, Misshaped, Missing, Report, Taken

if TYPE_CHECKING:
    from torch import Tensor, nn

    from neuroscript.diagnostics import Span


def check_against(
    state: Mapping[str, Tensor], reference: Mapping[str, Tensor], model: str = "the model"
) -> Report:
    """What of a state dict fits a model's own, which is missing, extra, or has another shape.

    >>> import torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> report = check_against({"weight": torch.zeros(1, 3)}, layer.state_dict())
    >>> report.ok, report.missing[0].sources, report.misshaped[0].expected
    (False, ('bias',), '[1, 2]')
    """
    report = Report(model)
    for name, wanted in reference.items():
        shape = str(list(wanted.shape))
        if name not in state:
            report.missing.append(Missing((name,), (name,), shape))
            continue
        found = state[name]
        if found.shape == wanted.shape and found.is_floating_point() == wanted.is_floating_point():
            report.taken.append(Taken((name,), (name,), tuple(found.shape)))
        else:
            kind = "" if found.is_floating_point() else f"{str(found.dtype).split('.')[-1]} "
            told = f"{kind}{list(found.shape)}"
            report.misshaped.append(Misshaped(name, (name,), told, shape))
    extra = [name for name in state if name not in reference]
    report.extra += [Extra(name, tuple(state[name].shape)) for name in extra]
    if not report.ok:
        report.advice = _advice(state, reference)
    return report


def load_weights(
    path: str | Path,
    module: nn.Module,
    prefix: str = "",
    partial: bool = False,
    where: Span | None = None,
) -> Report:
    """Reads weights of ours from a file and puts them into a module.

    The file may be what `neuroscript convert` wrote, or a checkpoint. With `prefix`, the weights
    are of the part of the module that its state dict has below that name: `gpt2.`. With `partial`,
    what fits is loaded, and what is missing keeps the values it has. What is wrong is told at
    `where`, by default at the file.
    Raises WeightsError if the file cannot be read, or, unless `partial`, if anything does not fit;
    the module is then as it was.
    """
    from neuroscript.convert.files import read_weights

    path = Path(path)
    state = {prefix + name: tensor for name, tensor in read_weights(path).items()}
    reference = module.state_dict()
    within = {name: tensor for name, tensor in reference.items() if name.startswith(prefix)}
    report = check_against(state, within, type(module).__name__)
    if not report.taken or not (partial or report.ok):
        raise WeightsError(report.diagnostics(where or place(path)))
    taken = {name: state[name] for weight in report.taken for name in weight.sources}
    module.load_state_dict({**reference, **taken})
    return report


def _advice(state: Mapping[str, Tensor], reference: Mapping[str, Tensor]) -> str | None:
    """Why so much may be wrong: a part of another model, or weights that are not ours."""
    first = next(iter(state), "")
    for name in reference:
        if name.endswith(f".{first}"):
            prefix = name.removesuffix(first)
            if all(prefix + other in reference for other in state):
                return f"all of them fit below `{prefix}`"
    family = looks_like(state.keys())
    if family is None:
        return None
    return f"these are names of transformers: `neuroscript convert … --to {family}` gives ours"
