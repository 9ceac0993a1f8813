"""Which task an output is trained for, and why."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.training.facts import Facts, Values, shape_text
from neuroscript.training.tasks import BY_NAME, TASKS, Otherwise, Task


@dataclass(frozen=True, slots=True)
class Decision:
    """A task and the reason for it, in words that a user reads in the plan."""

    task: Task
    reason: str
    otherwise: Otherwise | None = None
    """How else the data might be meant, and what says so."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why no task can be had, and what targets would suit."""

    text: str
    advice: str
    suited: str | None = None
    """The shape of an output that would suit the targets, where one can be told."""


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
            return Decision(candidate, reason, candidate.otherwise(facts))
    return _no_task(facts)


def _no_task(facts: Facts) -> Objection:
    target = facts.target
    if target is None:
        return Objection(
            f"the data have no targets, and {facts.port} is neither the input's shape nor "
            "a vocabulary for each token of it",
            "give each sample a `target`",
        )
    suited = [task for task in TASKS if _suits_output(task, facts)]
    advice = "\n".join(f"{task.advice} ({task.name})" for task in suited)
    found = f"that name {len(target.names)} classes" if target.names else str(target)
    text = f"targets {found} do not suit an output {facts.port}"
    return Objection(text, advice, _suited_output(facts, target))


def _suited_output(facts: Facts, target: Values) -> str | None:
    """The shape of an output that would suit targets; None where it is not the shape."""
    single = target.shape in ((), (1,))
    if target.names:
        return shape_text((len(target.names),)) if single else None
    if target.kind == "float":
        shape = target.shape or (1,)
        return None if shape == facts.output else shape_text(shape)
    if target.shape == facts.output[1:] and len(facts.output) == 3 and target.least >= 0:
        return shape_text((int(target.greatest) + 1, *target.shape))
    if len(target.shape) == len(facts.output) == 1 and target.shape != facts.output:
        return shape_text(target.shape)
    return None


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
