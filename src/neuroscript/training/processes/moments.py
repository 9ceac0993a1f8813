"""What of a moment each process has of its own."""

from __future__ import annotations

from typing import Any

from neuroscript.training.processes.together import of_all, world

OWN = ("randomness", "gradients", "progress")
"""Where its random numbers stand, what it added up of gradients and of metrics."""

PROCESSES = "processes"


def by_process(moment: dict[str, Any]) -> dict[str, Any]:
    """What each process has of its own, for a checkpoint that the first one writes."""
    return {} if world() == 1 else {PROCESSES: of_all({key: moment[key] for key in OWN})}


def for_process(moment: dict[str, Any], rank: int, parts: bool = False) -> dict[str, Any]:
    """The moment at which a process stood when it was saved.

    A run may go on with another number of processes: then gradients under way are shared out
    evenly, and the first process alone goes on with the metrics under way. Gradients are shared out
    too where each process has only its `parts` of them.
    """
    found = moment.get(PROCESSES)
    if found is None:
        return moment
    if len(found) == world():
        moment = {**moment, **found[rank]}
    if len(found) == world() and not parts:
        return moment
    return {**moment, "gradients": _shared_out([one["gradients"] for one in found])}


def _shared_out(gradients: list[dict[str, Any]]) -> dict[str, Any]:
    """What each process has to have, for the mean over all to be what it was."""
    return {
        name: sum(of_one[name].float() for of_one in gradients) / len(gradients)
        for name in gradients[0]
    }
