from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from neuroscript.contracts import ContractError, ContractRegistry, create_loss
from neuroscript.diagnostics import NeuroScriptError

torch.manual_seed(0)
REAL = torch.randn(6, 3)
OTHER = torch.randn(6, 3)
PROBABLE = torch.rand(6, 3)
BITS = torch.randint(0, 2, (6, 3))
CLASSES = torch.randint(0, 3, (6,))
LOG = torch.log_softmax(REAL, dim=-1)

SAME_AS_TORCH = [
    ("mse", REAL, OTHER, F.mse_loss(REAL, OTHER)),
    ("mae", REAL, OTHER, F.l1_loss(REAL, OTHER)),
    ("huber", REAL, OTHER, F.huber_loss(REAL, OTHER)),
    ("smooth_l1", REAL, OTHER, F.smooth_l1_loss(REAL, OTHER)),
    ("bce", PROBABLE, BITS, F.binary_cross_entropy(PROBABLE, BITS.float())),
    ("bce_with_logits", REAL, BITS, F.binary_cross_entropy_with_logits(REAL, BITS.float())),
    ("cross_entropy", REAL, CLASSES, F.cross_entropy(REAL, CLASSES)),
    ("nll", LOG, CLASSES, F.nll_loss(LOG, CLASSES)),
    ("kl_div", LOG, PROBABLE, F.kl_div(LOG, PROBABLE, reduction="batchmean")),
    ("poisson_nll", REAL, BITS, F.poisson_nll_loss(REAL, BITS.float())),
    (
        "gaussian_nll",
        torch.cat([REAL, PROBABLE], dim=-1),
        OTHER,
        F.gaussian_nll_loss(REAL, OTHER, PROBABLE),
    ),
    (
        "cosine_embedding",
        REAL,
        OTHER,
        F.cosine_embedding_loss(REAL, OTHER, torch.ones(6)),
    ),
]


@pytest.mark.parametrize(
    ("name", "predictions", "targets", "expected"), SAME_AS_TORCH, ids=[c[0] for c in SAME_AS_TORCH]
)
def test_a_loss_is_that_of_torch(
    name: str, predictions: Tensor, targets: Tensor, expected: Tensor
) -> None:
    assert torch.equal(create_loss(name).compute(predictions, targets), expected)


def test_every_built_in_loss_is_compared_with_torch() -> None:
    compared = {case[0] for case in SAME_AS_TORCH}
    built_in = {*ContractRegistry.list_available("loss")["loss"]}
    assert built_in - {"penalty"} == compared


def test_a_penalty_is_what_is_put_out_times_its_weight() -> None:
    penalty = create_loss({"name": "penalty", "weight": 0.5})
    assert penalty.compute(torch.tensor([3.0]), torch.zeros(1)) == 1.5


def test_a_penalty_stands_against_no_targets() -> None:
    penalty = create_loss("penalty")
    assert penalty.objection(torch.tensor([3.0]), torch.zeros(1)) is None
    assert penalty.objection(REAL, OTHER) is not None


def test_pairs_of_predictions() -> None:
    alike = torch.tensor([1, -1, 1, -1, 1, -1])
    assert torch.equal(
        create_loss("cosine_embedding").compute((REAL, OTHER), alike),  # type: ignore[arg-type]
        F.cosine_embedding_loss(REAL, OTHER, alike),
    )
    assert torch.equal(
        create_loss("gaussian_nll").compute((REAL, PROBABLE), OTHER),  # type: ignore[arg-type]
        F.gaussian_nll_loss(REAL, OTHER, PROBABLE),
    )


@pytest.mark.parametrize("shape", [(6, 1), (6,)])
def test_one_output_needs_no_dimension_of_its_own(shape: tuple[int, ...]) -> None:
    predictions, targets = torch.randn(6, 1), torch.randn(6)
    expected = F.mse_loss(predictions.reshape(-1), targets)
    found = create_loss("mse").compute(predictions.reshape(shape), targets.reshape(6, 1))
    assert torch.allclose(found, expected)


@pytest.mark.parametrize(
    ("name", "predictions", "targets"),
    [
        ("mse", torch.ones(4, 3), torch.ones(4)),
        ("mse", torch.ones(4, 3), torch.ones(4, 1)),
        ("mse", torch.ones(4, 1), torch.ones(3, 1)),
        ("bce", torch.ones(4), torch.ones(3)),
        ("cross_entropy", torch.ones(4, 3), torch.ones(3).long()),
        ("cross_entropy", torch.ones(4, 5, 3), torch.ones(4, 6).long()),
        ("gaussian_nll", torch.ones(4, 3), torch.ones(4, 3)),
    ],
)
def test_nothing_is_broadcast(name: str, predictions: Tensor, targets: Tensor) -> None:
    with pytest.raises(NeuroScriptError) as raised:
        create_loss(name).compute(predictions, targets)
    (differ,) = raised.value.diagnostics
    assert differ.code == "NR110"
    assert str(list(predictions.shape)) in differ.message
    assert str(list(targets.shape)) in differ.message


SEQUENCE = torch.randn(2, 5, 4)
MAP = torch.randn(2, 4, 5, 5)


@pytest.mark.parametrize(
    ("predictions", "targets", "expected"),
    [
        (REAL, CLASSES.int(), F.cross_entropy(REAL, CLASSES)),
        (REAL, CLASSES[:, None], F.cross_entropy(REAL, CLASSES)),
        (REAL, PROBABLE, F.cross_entropy(REAL, PROBABLE)),
        (
            SEQUENCE,
            torch.ones(2, 5).long(),
            F.cross_entropy(SEQUENCE.transpose(1, 2), torch.ones(2, 5).long()),
        ),
        (
            torch.eye(4).expand(2, 4, 4),
            torch.arange(4).expand(2, 4),
            F.cross_entropy(torch.eye(4), torch.arange(4)),
        ),
        (MAP, torch.ones(2, 5, 5).long(), F.cross_entropy(MAP, torch.ones(2, 5, 5).long())),
    ],
)
def test_where_the_classes_stand(predictions: Tensor, targets: Tensor, expected: Tensor) -> None:
    assert torch.allclose(create_loss("cross_entropy").compute(predictions, targets), expected)


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        (
            {"name": "cross_entropy", "weight": [1, 2, 3], "label_smoothing": 0.1},
            F.cross_entropy(
                REAL, CLASSES, weight=torch.tensor([1.0, 2.0, 3.0]), label_smoothing=0.1
            ),
        ),
        (
            {"name": "cross_entropy", "ignore_index": int(CLASSES[0])},
            F.cross_entropy(REAL, CLASSES, ignore_index=int(CLASSES[0])),
        ),
    ],
)
def test_options_are_those_of_torch(component: dict[str, Any], expected: Tensor) -> None:
    assert torch.allclose(create_loss(component).compute(REAL, CLASSES), expected)


def test_class_weights_go_where_the_predictions_are() -> None:
    loss = create_loss({"name": "cross_entropy", "weight": [1, 2, 3]})
    assert loss.compute(REAL.to("meta"), CLASSES.to("meta")).device.type == "meta"


@pytest.mark.parametrize("name", ["mse", "cross_entropy"])
def test_a_loss_is_one_number(name: str) -> None:
    with pytest.raises(ContractError, match="a loss is one number"):
        create_loss({"name": name, "reduction": "none"})


def test_retired_options_of_torch_are_no_options() -> None:
    with pytest.raises(ContractError, match="has no option `size_average`"):
        create_loss({"name": "mse", "size_average": True})


def test_gradients_flow() -> None:
    model = nn.Linear(3, 1)
    create_loss("mse").compute(model(REAL), CLASSES).backward()
    assert model.weight.grad is not None
