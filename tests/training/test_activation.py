"""No activation twice, none forgotten: the loss equals the one of plain logits."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from neuroscript.contracts import create_loss
from neuroscript.training.activation import conversion

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.1, 0.2, -3.0]])
CLASSES = torch.tensor([0, 2])
YES = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
ENDS = {
    None: LOGITS,
    "Softmax": LOGITS.softmax(1),
    "LogSoftmax": LOGITS.log_softmax(1),
}


def loss_of(name, last, predictions, targets):
    between = conversion(name, last)
    return create_loss(name).compute(
        between.apply(predictions) if between else predictions, targets
    )


@pytest.mark.parametrize("last", ENDS)
@pytest.mark.parametrize("loss", ["cross_entropy", "nll"])
def test_class_losses_come_to_the_same_whatever_the_neuron_ends_in(loss, last):
    expected = F.cross_entropy(LOGITS, CLASSES)
    torch.testing.assert_close(loss_of(loss, last, ENDS[last], CLASSES), expected)


@pytest.mark.parametrize(("last", "given"), [(None, LOGITS), ("Sigmoid", LOGITS.sigmoid())])
@pytest.mark.parametrize("loss", ["bce", "bce_with_logits"])
def test_binary_losses_come_to_the_same_whatever_the_neuron_ends_in(loss, last, given):
    expected = F.binary_cross_entropy_with_logits(LOGITS, YES)
    torch.testing.assert_close(loss_of(loss, last, given, YES), expected)


def test_what_was_done_beside_the_plain_meaning_is_said():
    between = conversion("cross_entropy", "Softmax")
    assert between is not None
    assert "not applied twice" in between.notice
    assert conversion("cross_entropy", None) is None
    assert conversion("mse", "Sigmoid") is None


def test_a_probability_that_underflows_still_has_a_finite_loss_and_gradient():
    certain = torch.tensor([[1.0, 0.0]], requires_grad=True)
    between = conversion("nll", "Softmax")
    assert between is not None
    loss = F.nll_loss(between.apply(certain), torch.tensor([1]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(certain.grad).all()
