"""What the numbers of a schedule may be."""

from __future__ import annotations


def part_of_lr(
    name: str, value: float, *, least: float | None = None, above: float | None = None
) -> float:
    """A part of the whole, at most 1."""
    low = least if least is not None else above
    if value > 1 or (least is not None and value < least) or (above is not None and value <= above):
        more = "at least" if least is not None else "more than"
        raise ValueError(f"{name} is a part of the whole, {more} {low:g} and at most 1")
    return value


def part_of_run(name: str, value: float) -> float:
    """A whole number of steps, or a fraction of the run."""
    if value <= 0 or (value >= 1 and value != int(value)):
        raise ValueError(f"{name} is a whole number of steps, or a fraction of the run below 1")
    return value


def at_least_one(name: str, value: float) -> float:
    """What something is divided by."""
    if value < 1:
        raise ValueError(f"{name} is 1 or more")
    return value
