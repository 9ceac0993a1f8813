"""Negative log-likelihood of a normal distribution."""

from __future__ import annotations

from torch import Tensor, nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.loss.over_torch.errors import shapes_differ
from neuroscript.contracts.registry import register_loss


@register_loss("gaussian_nll", replace=False)
class GaussianNLL(ElementwiseLoss):
    """Predicts mean and variance at once.

    Predictions are a pair (mean, variance) in the shape of the targets, or one tensor whose
    last dimension holds the means and then the variances. Variances are positive: end the
    neuron in Softplus or Exp there.
    """

    torch_class = nn.GaussianNLLLoss
    outputs_per_target = 2

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Objects to variances that are not positive."""
        if predictions.shape[-1] % 2 or bool((predictions.chunk(2, dim=-1)[1] > 0).all()):
            return None
        return "the second half of the output is a variance, so positive: end it in Softplus"

    def compute(self, predictions: Tensor | tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        """The mean over all elements unless `reduction` says otherwise."""
        if isinstance(predictions, Tensor):
            if predictions.shape[-1] % 2:
                raise shapes_differ(
                    type(self).__name__,
                    tuple(predictions.shape),
                    tuple(targets.shape),
                    "predict twice as many numbers as there are targets: means, then variances",
                )
            mean, variance = predictions.chunk(2, dim=-1)
        else:
            mean, variance = predictions
        return self.apply(mean, self.like(mean, targets), variance)
