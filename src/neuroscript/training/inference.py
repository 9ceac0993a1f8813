"""Which task an output is trained for, and why."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.training.facts import Facts
from neuroscript.training.tasks import BY_NAME, TASKS, Task


@dataclass(frozen=True, slots=True)
class Decision:
    """A task and the reason for it, in words that a user reads in the plan."""

    task: Task
    reason: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Why no task can be had, and what targets would suit."""

    text: str
    advice: str


def decide(facts: Facts, task: str | None = None) -> Decision | Objection:
    """The task that was asked for if the facts allow it, else the first that they ask for.

    >>> from neuroscript.training.facts import Values
    >>> facts = Facts("[batch, 1]", (1,), (Values("float", (2,)),), Values("float", (1,)))
    >>> decide(facts).task.name
    'regression'
    >>> decide(facts).reason
    'output [batch, 1] with float targets'
    >>> decide(facts, task="classification").text
    'classification needs an output [batch, classes], and it is [batch, 1]'
    """
    if facts.whole and (facts.target is not None or task not in (None, "none", "penalty")):
        text = f"{facts.port} is one number for the whole batch, and has no target: it is a penalty"
        return Objection(text, "declare the output with a batch: [batch], or [batch, 1]")
    if task is not None:
        asked = BY_NAME[task]
        objection = asked.objection(facts)
        if objection:
            return Objection(objection, f"targets of {task}: {asked.advice}")
        return Decision(asked, "as configured")
    for candidate in TASKS:
        reason = candidate.reason(facts)
        if reason:
            return Decision(candidate, reason)
    return _no_task(facts)


def _no_task(facts: Facts) -> Objection:
    target = facts.target
    if target is None:
        return Objection(
            f"the data have no targets, and {facts.port} is neither the input's shape nor "
            "a vocabulary for each token of it",
            "give each sample a `target`",
        )
    nearest = BY_NAME[_nearest(facts)]
    suited = [task for task in TASKS if _suits_output(task, facts)]
    advice = "\n".join(f"{task.name}: {task.advice}" for task in suited)
    return Objection(nearest.objection(facts) or f"no task takes {target} for {facts.port}", advice)


def _nearest(facts: Facts) -> str:
    """The task whose objection says best what is wrong with the targets."""
    assert facts.target is not None
    if facts.target.kind == "float":
        return "regression"
    if facts.single:
        return "binary_classification" if facts.target.names else "regression"
    if facts.classes:
        return "classification"
    return "token_classification" if len(facts.output) == 2 else "segmentation"


def _suits_output(task: Task, facts: Facts) -> bool:
    """Whether a task is one that users would want of such an output."""
    wanted = {
        "binary_classification": facts.single,
        "classification": facts.classes is not None,
        "multilabel_classification": facts.classes is not None,
        "regression": True,
        "segmentation": len(facts.output) == 3,
        "token_classification": len(facts.output) == 2,
    }
    return wanted.get(task.name, False)
