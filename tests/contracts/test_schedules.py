"""The laws of every schedule, and what its options may be."""

from __future__ import annotations

import warnings
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import SGD
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from neuroscript.contracts import ContractError, ContractRegistry, UnknownContract, create_schedule
from neuroscript.contracts.schedule import Curve, of_run
from neuroscript.contracts.schedule.onecycle import OneCycle

FALLING = ["cosine", "linear", "exponential", "step"]
steps_of_runs = st.integers(2, 400)
parts = st.floats(0.001, 1.0)


def falling(name: str, end: float) -> Curve:
    options = {"factor": end} if name == "step" else {"end": end}
    made = create_schedule({"name": name, **options})
    assert isinstance(made, Curve)
    return made


def test_they_are_found_by_name_and_are_not_among_the_contracts() -> None:
    names = ["constant", "cosine", "exponential", "linear", "onecycle", "plateau", "step"]
    assert ContractRegistry.of("schedule").names() == names
    assert "schedule" not in ContractRegistry.list_available()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FALLING), parts, steps_of_runs, st.data())
def test_it_falls_from_the_whole_and_never_rises(name, end, steps, data) -> None:
    warmup = data.draw(st.integers(0, steps - 1))
    curve = falling(name, end)
    after = [curve.at(step, steps, warmup) for step in range(warmup, steps + 1)]
    assert after[0] == 1.0
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(after))
    assert all(0.0 <= part <= 1.0 for part in after)
    if name != "step":
        assert after[-1] == pytest.approx(end)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*FALLING, "constant"]), steps_of_runs, st.data())
def test_a_warm_up_rises_evenly_to_the_whole(name, steps, data) -> None:
    warmup = data.draw(st.integers(1, steps))
    curve = create_schedule(name)
    assert isinstance(curve, Curve)
    rise = [curve.at(step, steps, warmup) for step in range(warmup + 1)]
    differences = [b - a for a, b in zip([0.0, *rise], rise, strict=False)]
    assert all(difference == pytest.approx(1 / (warmup + 1)) for difference in differences)
    assert rise[0] > 0.0


@settings(max_examples=25, deadline=None)
@given(
    st.integers(5, 300),
    st.floats(0.05, 0.9),
    st.sampled_from(["cos", "linear"]),
    st.floats(1.0, 100.0),
    st.floats(1.0, 1e5),
)
def test_one_cycle_is_that_of_torch(steps, pct_start, anneal, div, final) -> None:
    ours = OneCycle(pct_start, anneal, div, final)
    assert lrs(ours.over(optimizer(), steps, 0), steps) == pytest.approx(
        lrs([one_cycle_of_torch(steps, pct_start, anneal, div, final)], steps), rel=1e-6, abs=1e-12
    )


@given(st.integers(5, 300), st.data())
def test_one_cycle_is_at_its_height_after_its_warm_up(steps, data) -> None:
    warmup = data.draw(st.integers(1, steps - 2))
    cycle = [OneCycle().at(step, steps, warmup) for step in range(steps)]
    assert max(cycle) == pytest.approx(cycle[warmup]) == 1.0


def one_cycle_of_torch(steps, pct_start, anneal, div, final) -> LRScheduler:
    return OneCycleLR(
        optimizer(),
        0.1,
        total_steps=steps,
        pct_start=pct_start,
        anneal_strategy=anneal,
        div_factor=div,
        final_div_factor=final,
        cycle_momentum=False,
    )


def optimizer(*more: float) -> SGD:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (*more, 0.1)]
    return SGD(groups, lr=0.1)


def lrs(schedulers: list[LRScheduler], steps: int) -> list[float]:
    """The learning rate of the last group at each step of the optimizer."""
    seen = []
    (scheduler,) = schedulers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no optimizer makes a step here
        for _ in range(steps):
            seen.append(scheduler.optimizer.param_groups[-1]["lr"])
            scheduler.step()
    return seen


def test_every_group_goes_the_same_way() -> None:
    groups = optimizer(0.01)
    (scheduler,) = create_schedule("linear").over(groups, 4, 0)
    groups.step()
    scheduler.step()
    scheduler.step()
    assert [group["lr"] for group in groups.param_groups] == pytest.approx([0.005, 0.05])


def test_a_plateau_warms_up_and_then_falls_where_nothing_improves() -> None:
    groups = optimizer()
    made = create_schedule({"name": "plateau", "patience": 1, "factor": 0.5, "warmup": 4})
    warm, plateau = made.over(groups, 100, 4)
    groups.step()
    seen = []
    for _ in range(6):
        seen.append(groups.param_groups[-1]["lr"])
        warm.step()
    assert seen == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1, 0.1])
    for loss in (1.0, 1.0, 1.0):
        plateau.step(loss)
        warm.step()
    assert groups.param_groups[-1]["lr"] == pytest.approx(0.05)


@given(st.integers(1, 10_000), st.floats(0.001, 0.999))
def test_steps_are_steps_and_fractions_are_of_the_run(steps, fraction) -> None:
    assert of_run(steps, 7) == steps
    assert 0 <= of_run(fraction, steps) <= steps


def test_a_function_of_the_step_is_a_schedule(tmp_path) -> None:
    file = tmp_path / "own.py"
    file.write_text("def ramp(step, steps, by=0.5):\n    return 1 - by * step / steps\n")
    made = create_schedule({"name": "./own.py:ramp", "by": 1.0}, folders=[tmp_path])
    assert isinstance(made, Curve)
    assert made.at(3, 4, 0) == 0.25


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("cosinus", "there is no schedule called `cosinus`"),
        ({"name": "cosine", "gamma": 0.1}, "schedule `cosine` has no option `gamma`"),
        ({"name": "linear", "end": 2}, "end is a part of the whole, at least 0 and at most 1"),
        ({"name": "exponential", "end": 0}, "end is a part of the whole, more than 0"),
        ({"name": "step", "every": 1.5}, "every is a whole number of steps, or a fraction"),
        ({"name": "plateau", "factor": 1.0}, "factor is less than 1"),
        ({"name": "plateau", "patience": -1}, "patience is 0 or more"),
        ({"name": "onecycle", "div_factor": 0.5}, "div_factor is 1 or more"),
        ({"name": "step", "every": "often"}, "is a whole number or a number, not `often`"),
    ],
)
def test_what_cannot_be_is_said(schedule, message) -> None:
    with pytest.raises((ContractError, UnknownContract)) as raised:
        create_schedule(schedule)
    assert message in str(raised.value)
