"""What to minimise, inferred from nothing but a model and its first batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import nn

from neuroscript.contracts import create_loss
from neuroscript.contracts.errors import said
from neuroscript.training.batch import Ports
from neuroscript.training.component import Component, of_output
from neuroscript.training.errors import TrainingError
from neuroscript.training.head import Head, head_for
from neuroscript.training.inference import Objection, decide
from neuroscript.training.input_port import input_ports
from neuroscript.training.look import facts_of, values_of
from neuroscript.training.mismatch import ModelRefuses, TargetsRefused
from neuroscript.training.objective import Objective, fractions_of, make_objective
from neuroscript.training.probe import input_names, probe
from neuroscript.training.settings import UnknownTask
from neuroscript.training.tasks import BY_NAME


def objective_from_batch(
    model: nn.Module,
    batch: Any,
    task: str | dict[str, str] | None = None,
    loss: Component | None = None,
    metrics: list[Component] | None = None,
    folders: Sequence[Path] = (),
) -> Objective:
    """The objective of a LightningModule that is used without a plan.

    Raises TrainingError if the model does not take the batch, or no task takes its targets.
    """
    name = type(model).__name__
    inputs, _ = Ports(input_names(model), ("out",)).unpack(batch)
    shown = ", ".join(str(values_of(value)) for value in inputs)
    try:
        seen = probe(model, inputs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise TrainingError([ModelRefuses(said("batch", shown), name, shown, reason)]) from error
    alone = frozenset(name for name, value in seen.outputs.items() if not value.dim())
    ports = Ports(input_names(model), tuple(seen.outputs), alone)
    _, targets = ports.unpack(batch)
    heads: list[Head] = []
    for port, facts in facts_of(seen, seen.inputs, targets).items():
        count = len(seen.outputs)
        asked = of_output(task, port, count, facts.whole)
        asked_loss = of_output(loss, port, count, facts.whole)
        if asked_loss is not None:
            facts = facts.told_by(create_loss(asked_loss, folders=folders).outputs_per_target)
        if asked is not None and asked not in BY_NAME:
            raise TrainingError([UnknownTask(said("task", asked), asked, list(BY_NAME))])
        decision = decide(facts, asked)
        if isinstance(decision, Objection):
            found = str(facts.target) if facts.target else "no targets"
            place = said("target", found)
            raise TrainingError(
                [TargetsRefused(place, decision.text, found, facts.port, None, decision.advice)]
            )
        heads.append(
            head_for(
                decision.task,
                facts,
                port,
                asked_loss,
                of_output(metrics, port, count, facts.whole),
            )
        )
    taken = input_ports(ports.inputs, None, seen.inputs)
    return make_objective(heads, ports, fractions_of(seen.inputs), folders=folders, taken=taken)
