from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import torch
from annotated_types import Ge, Gt, Interval, Len, MultipleOf
from pydantic import Field
from torch import nn

from neuroscript.config import load_config
from neuroscript.contracts import (
    ContractError,
    LossContract,
    create_checkpoint,
    create_dataloader,
    create_logger,
    create_loss,
    create_optimizer,
    register_loss,
    register_optimizer,
    split_component,
)
from neuroscript.contracts.contract import options_of
from neuroscript.contracts.option_types import misfit, type_in_words

MODEL = nn.Linear(2, 1)


def refused(component: Any, create: Any = create_loss, *context: Any) -> list[tuple[str, str]]:
    """Code and message of each thing that is wrong with a component."""
    with pytest.raises(ContractError) as raised:
        create(component, *context)
    assert raised.value.exit_code == 2
    return [(d.code, d.message) for d in raised.value.diagnostics]


@pytest.mark.parametrize(
    ("kind", "component", "name", "options"),
    [
        ("loss", "mse", "mse", {}),
        ("loss", {"name": "huber", "delta": 2}, "huber", {"delta": 2}),
        ("optimizer", {"weight_decay": 0.1}, "adam", {"weight_decay": 0.1}),
        ("checkpoint", {"every": 5}, "torch", {"every": 5}),
    ],
)
def test_a_component_is_a_name_and_options(
    kind: str, component: Any, name: str, options: dict[str, Any]
) -> None:
    assert split_component(kind, component) == (name, options)


def test_a_loss_has_no_default_name() -> None:
    assert refused({"delta": 2}) == [("NR108", "this loss has no name")]


def test_every_wrong_option_is_told_at_its_place() -> None:
    text = {"training": {"loss": {"name": "huber", "delat": 2.0, "reduction": 3}}}
    config = load_config(text)
    with pytest.raises(ContractError) as raised:
        create_loss(config.training.loss or "", where=config.at("training.loss"))
    unknown, wrong = raised.value.diagnostics
    assert (unknown.code, unknown.span.text) == ("NR102", "delat")
    assert unknown.help == "did you mean `delta`?"
    assert (wrong.code, wrong.span.text) == ("NR112", "reduction")
    assert unknown.file == "<config>"


def test_an_unknown_name_is_told_at_its_place() -> None:
    config = load_config({"training": {"optimizer": {"name": "addam"}}})
    where = config.at("training.optimizer")
    with pytest.raises(ContractError) as raised:
        create_optimizer(config.training.optimizer, MODEL, 0.1, where=where)
    assert raised.value.diagnostics[0].span.text == "addam"


def test_an_option_without_a_default_must_be_given() -> None:
    @register_loss("weighted")
    class Weighted(LossContract):
        def __init__(self, weight: float) -> None:
            self.weight = weight

        def compute(self, predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            return (self.weight * (predictions - targets)).mean()

    assert refused("weighted") == [("NR103", "loss `weighted` needs the option `weight`")]
    loss = create_loss({"name": "weighted", "weight": 3})
    assert float(loss.compute(torch.tensor([2.0]), torch.tensor([1.0]))) == 3.0


@pytest.mark.parametrize(
    ("component", "message"),
    [
        ({"name": "sgd", "momentum": "high"}, "of optimizer `sgd` is a number, not `high`"),
        ({"name": "sgd", "nesterov": 1}, "of optimizer `sgd` is true or false, not `1`"),
        ({"name": "adam", "betas": [0.9]}, "of optimizer `adam` is a list of 2 values, not"),
        ({"name": "sgd", "nesterov": True}, "refuses its options: Nesterov momentum requires"),
        ({"name": "sgd", "momentum": -1.0}, "refuses its options: Invalid momentum value"),
    ],
)
def test_values_that_an_optimizer_cannot_take(component: Any, message: str) -> None:
    ((_, told),) = refused(component, create_optimizer, MODEL, 0.1)
    assert message in told


@pytest.mark.parametrize(
    ("create", "component", "kind"),
    [
        (create_loss, "wrong", "loss"),
        (create_optimizer, "wrong", "optimizer"),
        (create_checkpoint, "wrong", "checkpoint"),
        (create_logger, "wrong", "logger"),
        (create_dataloader, {"format": "wrong"}, "dataloader"),
    ],
)
def test_what_cannot_serve_is_refused(create: Any, component: Any, kind: str) -> None:
    from neuroscript.contracts import ContractRegistry

    ContractRegistry.of(kind).register("wrong", dict)
    context = (MODEL, 0.1) if kind == "optimizer" else ()
    ((code, message),) = refused(component, create, *context)
    assert code == "NR107"
    assert message.startswith("`wrong` is a class")


def test_keys_that_the_caller_reads_are_suggested_too() -> None:
    with pytest.raises(ContractError) as raised:
        create_checkpoint({"name": "torch", "evry": 5}, beside=["every", "keep"])
    assert raised.value.diagnostics[0].help == "did you mean `every`?"


def test_ecosystem_losses_are_taken_as_they_are() -> None:
    register_loss("module", nn.SmoothL1Loss)
    register_loss("function", lambda predictions, targets, scale=1.0: scale * targets.sum())
    ones = torch.ones(2)
    module = create_loss({"name": "module", "beta": 2.0})
    assert float(module.compute(ones, ones * 2)) == 0.25
    assert float(create_loss({"name": "function", "scale": 3.0}).compute(ones, ones)) == 6.0
    assert refused({"name": "function", "scael": 3.0})[0][0] == "NR102"


def test_an_ecosystem_loss_goes_where_its_predictions_are() -> None:
    register_loss("weighted", lambda: None)

    class Weighted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("weight", torch.ones(1))

        def forward(self, predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            return (self.get_buffer("weight") * predictions).sum()

    register_loss("weighted", Weighted)
    loss = create_loss("weighted")
    assert loss.compute(torch.ones(1, device="meta"), torch.ones(1)).device.type == "meta"


def test_frozen_parameters_are_not_optimized() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].requires_grad_(False)
    (group,) = create_optimizer("adam", model, 0.1).param_groups
    assert [tuple(p.shape) for p in group["params"]] == [(1, 2), (1,)]
    assert group["lr"] == 0.1


def test_an_optimizer_contract_may_wrap_its_optimizer() -> None:
    class Wrapper:
        def __init__(self, optimizer: torch.optim.Optimizer) -> None:
            self.optimizer = optimizer

        @classmethod
        def from_config(
            cls, model: nn.Module, optimizer_type: str, lr: float, momentum: float = 0.0
        ) -> Wrapper:
            return cls(torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum))

    register_optimizer("wrapped", Wrapper)
    optimizer = create_optimizer({"name": "wrapped", "momentum": 0.5}, MODEL, 0.1)
    assert isinstance(optimizer, torch.optim.SGD)
    assert optimizer.defaults["momentum"] == 0.5
    told = refused({"name": "wrapped", "momentun": 0.5}, create_optimizer, MODEL, 0.1)
    assert told[0][0] == "NR102"


def test_a_loss_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def focal(predictions, targets, gamma=2.0):\n"
        "    return gamma * (predictions - targets).abs().mean()\n"
    )
    component = {"name": "./mine.py:focal", "gamma": 3.0}
    loss = create_loss(component, folders=[tmp_path / "elsewhere", tmp_path])
    assert float(loss.compute(torch.ones(2), torch.zeros(2))) == 3.0


def test_a_file_without_that_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def focal(predictions, targets): ...\n")
    with pytest.raises(ContractError, match="did you mean `focal`"):
        create_loss("./mine.py:foca", folders=[tmp_path])
    with pytest.raises(ContractError, match=r"there is no `\./yours\.py`"):
        create_loss("./yours.py:focal", folders=[tmp_path])


@pytest.mark.parametrize(
    ("annotation", "fits", "does_not"),
    [
        (int, [1], [1.5, True, "1", None]),
        (float, [1, 1.5], [True, "1.5"]),
        (bool, [True], [1, "true"]),
        (str | None, ["a", None], [1]),
        (list[str], [["a"], []], ["a", [1]]),
        (Sequence[int], [[1]], [1, ["a"]]),
        (tuple[float, float], [[0.9, 1]], [[0.9], [0.9, "a"], 0.9]),
        (tuple[int, ...], [[1, 2, 3]], [["a"]]),
        (dict[str, int], [{"a": 1}], [["a"], {"a": "1"}]),
        (list[list[float]], [[[1, 2.5], []]], [[1], [["a"]]]),
        (dict[str, list[int]], [{"a": [1]}], [{"a": 1}]),
        (Literal["mean", "sum"], ["mean"], ["men", 1]),
        (Literal[1, 2], [1], [True, 3, "1"]),
        (Any, ["text", 1, None], []),
        (Annotated[float, Interval(ge=0, lt=1)], [0, 0.5], [1, -0.1, "0.5", True]),
        (Annotated[int, Ge(1)] | None, [1], [0]),
        (Annotated[float, Field(gt=0, le=2)], [2, 0.1], [0, 2.1]),
        (Annotated[list[int], Len(1, 2)], [[1], [1, 2]], [[], [1, 2, 3], ["a"]]),
        (Annotated[list[Annotated[float, Gt(0)]], "widths"], [[1.0]], [[0.0]]),
        (Annotated[int, MultipleOf(8)], [16], [12]),
        (Path, ["a"], [1]),
        (torch.Tensor | None, [[1.0], None], ["high"]),
    ],
)
def test_values_against_annotations(annotation: Any, fits: list[Any], does_not: list[Any]) -> None:
    def component(option: Any) -> None: ...

    component.__annotations__["option"] = annotation
    parameter = (options_of(component) or {})["option"]
    assert [misfit(value, parameter) for value in fits] == [None] * len(fits)
    assert all(misfit(value, parameter) for value in does_not)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Annotated[float, Interval(ge=0, lt=1)], "a number that is at least 0 and is less than 1"),
        (list[float] | None, "a list of numbers or null"),
        (Literal["mean", "sum"], "`mean` or `sum`"),
        (Annotated[list[int], Len(1, 2)], "a list of whole numbers that has at least 1 values"),
        (tuple[float, float], "a list of 2 values"),
        (torch.Tensor | None, "a list of numbers or null"),
        (nn.Module, "Module"),
    ],
)
def test_what_an_option_should_be_is_said_in_words(annotation: Any, words: str) -> None:
    assert type_in_words(annotation).startswith(words)


def test_a_limit_is_told_at_its_option() -> None:
    @register_optimizer("bounded")
    class Bounded:
        @classmethod
        def from_config(
            cls,
            model: nn.Module,
            optimizer_type: str,
            lr: float,
            momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.9,
        ) -> torch.optim.Optimizer:
            return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)

    assert create_optimizer({"name": "bounded", "momentum": 0.5}, MODEL, 0.1)
    ((code, message),) = refused({"name": "bounded", "momentum": 1.5}, create_optimizer, MODEL, 0.1)
    assert code == "NR112"
    assert message.endswith("is a number that is at least 0 and is less than 1, not `1.5`")


def test_a_function_without_targets_is_no_loss() -> None:
    register_loss("one_sided", lambda predictions: predictions.sum())
    ((code, message),) = refused("one_sided")
    assert code == "NR107"
    assert message == "`one_sided` is a function of `predictions`, which cannot serve as a loss"


def test_a_function_written_in_c_is_taken_as_it_is() -> None:
    register_loss("dist", torch.dist)
    assert float(create_loss("dist").compute(torch.tensor([3.0]), torch.tensor([1.0]))) == 2.0
