"""What to minimise, inferred from nothing but a model and its first batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from neuroscript.contracts import create_loss, split_weight
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.batch import INPUT, Ports
from neuroscript.training.by_output import settings_refused
from neuroscript.training.component import Component, Metrics, of_output
from neuroscript.training.errors import TrainingError
from neuroscript.training.facts import Facts
from neuroscript.training.head import Head, head_for
from neuroscript.training.inference import Decision, decide
from neuroscript.training.input_port import input_ports
from neuroscript.training.look import facts_of, values_of
from neuroscript.training.mismatch import ModelRefuses, TargetsRefused
from neuroscript.training.objective import Objective, fractions_of, make_objective
from neuroscript.training.padding import padding_ports
from neuroscript.training.probe import input_names, probe
from neuroscript.training.settings import UnknownTask
from neuroscript.training.tasks import BY_NAME


def objective_from_batch(
    model: nn.Module,
    batch: Any,
    task: str | dict[str, str] | None = None,
    loss: Component | None = None,
    metrics: Metrics | None = None,
    folders: Sequence[Path] = (),
) -> Objective:
    """The objective of a LightningModule that is used without a plan.

    Raises TrainingError if the model does not take the batch, or no task takes its targets.
    """
    name = type(model).__name__
    names = input_names(model)
    told = padding_ports(dict.fromkeys(names, 2), _names_in(batch))
    inputs, _ = Ports(names, ("out",), padding=told).unpack(batch)
    shown = ", ".join(str(values_of(value)) for value in inputs)
    try:
        seen = probe(model, inputs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise TrainingError([ModelRefuses(said("batch", shown), name, shown, reason)]) from error
    if problems := _settings_refused(task, loss, metrics, list(seen.outputs)):
        raise TrainingError(problems)
    count = len(seen.outputs)
    tasks: dict[str, str | None] = {
        port: of_output(task, port, count, not output.dim())
        for port, output in seen.outputs.items()
    }
    alone = frozenset(
        port for port, output in seen.outputs.items() if not output.dim() or tasks[port] == "none"
    )
    ports = Ports(names, tuple(seen.outputs), alone, told)
    given = tuple(ports.from_data(seen.inputs).values())
    _, targets = ports.unpack(batch)
    heads: list[Head] = []
    for port, facts in facts_of(seen, given, targets).items():
        asked = of_output(loss, port, count, facts.whole)
        if asked is not None and tasks[port] != "none":
            component, _ = split_weight(asked, folders)
            wanted = create_loss(component, folders=folders).outputs_per_target
            facts = facts.told_by(wanted)
        decision = _decided(facts, tasks[port])
        measured = of_output(metrics, port, count, facts.whole)
        heads.append(head_for(decision.task, facts, port, asked, measured))
    taken = input_ports(ports.inputs, None, seen.inputs)
    return make_objective(heads, ports, fractions_of(seen.inputs), folders=folders, taken=taken)


def _names_in(batch: Any) -> Sequence[str]:
    """The names that a batch gives its inputs, as far as it names them."""
    if not isinstance(batch, Mapping):
        return ()
    given = batch.get(INPUT)
    return list(given if isinstance(given, Mapping) else batch)


def _settings_refused(
    task: str | Mapping[str, str] | None, loss: object, metrics: object, outputs: Sequence[str]
) -> list[Diagnostic]:
    settings = {"task": task, "loss": loss, "metrics": metrics}
    problems = settings_refused(settings, outputs)
    asked = task.values() if isinstance(task, Mapping) else [task]
    known = list(BY_NAME)
    return problems + [
        UnknownTask(said("task", name), name, known)
        for name in asked
        if name is not None and name not in known
    ]


def _decided(facts: Facts, task: str | None) -> Decision:
    decision = decide(facts, task)
    if isinstance(decision, Decision):
        return decision
    found = str(facts.target) if facts.target else "no targets"
    refused = TargetsRefused(
        said("target", found),
        decision.text,
        found,
        facts.port,
        None,
        decision.advice,
        decision.suited,
    )
    raise TrainingError([refused])
