"""Who is to blame for a loss or a gradient that is no number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from neuroscript.training.batch import TARGET
from neuroscript.training.blame.errors import Culprit
from neuroscript.training.blame.trace import Operation, finite, has_nan, trace

if TYPE_CHECKING:
    from neuroscript.training.hooks import RegistryHooks

ADVICE = {
    "log": "a logarithm needs more than 0: clamp what goes in, or work with logits",
    "sqrt": "a root needs more than 0, its gradient too: add a small number to what goes in",
    "rsqrt": "a root needs more than 0, its gradient too: add a small number to what goes in",
    "division": "it divides by 0: add a small number to what it divides by",
    "reciprocal": "it divides by 0: add a small number to what it divides by",
    "norm": "the norm of a vector of zeros has no gradient: add a small number to the vector",
    "pow": "a power of 0 or less may have no value, or no gradient: clamp what goes in",
    "softmax": "a row of nothing but -inf has no softmax: a mask leaves nothing to look at",
}
"""What to try, by the operation that gave what is no number."""


def blame(module: RegistryHooks, batch: Any, gradient: bool) -> Culprit | None:
    """Runs a batch once more and finds where what is no number comes from; None if it is nowhere.

    With `gradient`, the loss is a number, and its gradient is not.
    """
    in_data = _in_batch(batch)
    if in_data is not None:
        return in_data
    spoilt = [name for name, p in module.model.named_parameters() if not finite(p.detach())]
    if spoilt:
        return _of_weights(spoilt)
    if module.state.recomputing is not None:
        module.state.recomputing.end()
    objective = module.state.objective_for(module.model, batch)
    precision = module.trainer.precision_plugin

    def run() -> Tensor:
        with precision.forward_context():
            return objective.outcome(module.model, batch).loss

    traced = trace(module.model, run, backward=gradient)
    origin = traced.backward_origin if gradient else traced.forward_origin()
    module.zero_grad(set_to_none=True)
    return None if origin is None else _of_operation(origin, gradient)


def _in_batch(batch: Any) -> Culprit | None:
    parts = (
        batch.items() if isinstance(batch, dict) else zip(("input", TARGET), batch, strict=False)
    )
    for name, part in parts:
        for tensor in tree_leaves(part):
            if isinstance(tensor, Tensor) and tensor.is_floating_point() and not finite(tensor):
                rows = (~torch.isfinite(tensor)).flatten(1).any(1) if tensor.dim() > 1 else None
                bad = ~torch.isfinite(tensor) if rows is None else rows
                sample = int(bad.nonzero()[0, 0]) if bad.dim() else 0
                told = f"the batch holds {_kind(tensor)}: the {name} of its sample {sample + 1}"
                return Culprit(told, "look at the data: nothing can be learnt from such a sample")
    return None


def _of_weights(spoilt: list[str]) -> Culprit:
    """The gradient goes from the last layer to the first: the last one that it spoilt began."""
    layer = spoilt[-1].rpartition(".")[0] or spoilt[-1]
    return Culprit(f"the step before spoilt the weights, from layer `{layer}` on")


def _of_operation(origin: Operation, gradient: bool) -> Culprit:
    where = f" in layer `{origin.layer}`" if origin.layer else ""
    if not where and origin.place is None:
        where = " in the loss"
    kind = "a gradient that is no number" if gradient else _kind(*origin.outputs)
    told = f"`{origin.name}` gave {kind}{where}, of values {_range(origin.inputs[0])}"
    return Culprit(told, ADVICE.get(origin.name), origin.place)


def _kind(*tensors: Tensor) -> str:
    return "nan" if any(map(has_nan, tensors)) else "an infinite value"


def _range(tensor: Tensor) -> str:
    values = tensor.detach().float()
    return f"from {float(values.min()):.4g} to {float(values.max()):.4g}" if values.numel() else ""
