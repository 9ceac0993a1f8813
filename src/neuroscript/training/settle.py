"""What a model is trained for on its data: one decision per output, or located refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor

from neuroscript.config import Config
from neuroscript.contracts import LossContract, create_loss, split_weight
from neuroscript.training.batch import TARGET, Ports
from neuroscript.training.by_output import check_settings
from neuroscript.training.component import of_output
from neuroscript.training.doubts import doubts
from neuroscript.training.facts import Facts, shape_text
from neuroscript.training.head import Head, head_for
from neuroscript.training.held import held_to
from neuroscript.training.inference import Decision, decide
from neuroscript.training.input_port import input_ports
from neuroscript.training.look import facts_of
from neuroscript.training.objective import Objective, fractions_of, make_objective
from neuroscript.training.padding import padding_ports
from neuroscript.training.probe import SAMPLES, Probe
from neuroscript.training.refusals import check_fit, check_targets, refuse_targets, try_on
from neuroscript.training.samples import Samples
from neuroscript.training.settled import Settled
from neuroscript.training.subject import Subject
from neuroscript.training.suited import check_loss, check_metrics


def settle(config: Config, subject: Subject, samples: Samples) -> Settled:
    """Decides task, loss and metrics of each output.

    Raises TrainingError with both places, `.ns` file and data, if neuron and data do not suit
    each other, and ConfigError or ContractError at the config if that is what is wrong.
    """
    check_fit(subject, samples)
    names = subject.input_names()
    told = padding_ports(subject.input_ranks(), samples.inputs)
    unsettled = Ports(names, ("out",), padding=told)
    inputs, _ = unsettled.unpack({k: v for k, v in samples.batch.items() if k != TARGET})
    seen = _named(subject, try_on(subject, inputs, samples))
    check_settings(config, list(seen.outputs))
    tasks = _tasks(config, seen)
    given = tuple(unsettled.from_data(seen.inputs).values())
    held = held_to(subject, seen.outputs, given, tasks, samples)
    ports = Ports(names, tuple(seen.outputs), _alone(seen, tasks, held, samples), told)
    make_loss = partial(create_loss, where=config.at("training.loss"), folders=config.folders)
    facts = {
        port: of_port.told_by(_outputs_per_target(config, port, seen, tasks, make_loss))
        for port, of_port in _facts(subject, seen, given, held, samples).items()
    }
    decisions = {port: _decide(subject, facts[port], tasks[port], port, samples) for port in facts}
    heads = [_head(config, port, facts, decisions[port]) for port in facts]
    declared = subject.declared.inputs if subject.declared else None
    taken = input_ports(names, declared, seen.inputs)
    objective = make_objective(heads, ports, fractions_of(seen.inputs), make_loss, taken=taken)
    check_targets(config, objective, subject, samples)
    count = len(next(iter(samples.inputs.values())))
    return Settled(
        objective,
        facts,
        decisions,
        _signature(subject, seen),
        {name: _element(value) for name, value in zip(names, seen.inputs, strict=False)},
        _compared(config, objective, subject, seen, facts, samples),
        seen.inputs,
        tuple(
            doubt
            for head in heads
            for doubt in doubts(head, facts[head.port], seen.outputs[head.port], count)
        ),
    )


def _named(subject: Subject, seen: Probe) -> Probe:
    """What was seen, the outputs by their declared names."""
    names = subject.output_names(seen)
    return replace(
        seen,
        outputs=dict(zip(names, seen.outputs.values(), strict=True)),
        last=dict(zip(names, seen.last.values(), strict=True)),
    )


def _tasks(config: Config, seen: Probe) -> dict[str, str | None]:
    """What the config says of the task of each output, None where it says nothing."""
    count = len(seen.outputs)
    return {
        port: of_output(config.task, port, count, output.dim() == 0)
        for port, output in seen.outputs.items()
    }


def _alone(
    seen: Probe, tasks: Mapping[str, str | None], held: Mapping[str, str], samples: Samples
) -> frozenset[str]:
    """The outputs that no target is looked up for."""
    if samples.targets:
        return frozenset(seen.outputs).difference(held)
    return frozenset(
        port for port, output in seen.outputs.items() if not output.dim() or tasks[port] == "none"
    )


def _facts(
    subject: Subject,
    seen: Probe,
    given: Sequence[Tensor],
    held: Mapping[str, str],
    samples: Samples,
) -> dict[str, Facts]:
    return facts_of(
        seen,
        given,
        [samples.targets[held[port]] if port in held else None for port in seen.outputs],
        {port: samples.names[name] for port, name in held.items() if name in samples.names},
        subject.shapes(),
    )


def _outputs_per_target(
    config: Config,
    port: str,
    seen: Probe,
    tasks: Mapping[str, str | None],
    make_loss: Callable[..., LossContract],
) -> int:
    """How many numbers the configured loss wants for each of a target."""
    whole = seen.outputs[port].dim() == 0
    asked = of_output(config.training.loss, port, len(seen.outputs), whole)
    if asked is None or tasks[port] == "none":
        return 1
    component, _ = split_weight(asked, config.folders)
    return make_loss(component).outputs_per_target


def _decide(
    subject: Subject, facts: Facts, task: str | None, port: str, samples: Samples
) -> Decision:
    decided = decide(facts, task)
    if not isinstance(decided, Decision):
        refuse_targets(subject, facts, port, samples, decided)
    return decided


def _head(config: Config, port: str, facts: dict[str, Facts], decision: Decision) -> Head:
    training = config.training
    count, whole = len(facts), facts[port].whole
    metrics = of_output(training.metrics, port, count, whole)
    loss = of_output(training.loss, port, count, whole)
    return head_for(decision.task, facts[port], port, loss, metrics)


def _compared(
    config: Config,
    objective: Objective,
    subject: Subject,
    seen: Probe,
    facts: Mapping[str, Facts],
    samples: Samples,
) -> dict[str, str]:
    """The element type of what each loss compares; refuses what loss or metrics cannot."""
    few = {key: _few(value) for key, value in samples.batch.items()}
    targets = objective.ports.unpack(few)[1]
    found = {}
    for part, target in zip(objective.parts, targets, strict=True):
        port = part.head.port
        if not part.trained:
            continue
        pair = objective.pair(part, seen.outputs[port], target, seen.inputs, few)
        check_loss(config, part, facts[port], pair, seen.outputs, subject.span(port))
        check_metrics(config, part, pair)
        found[port] = _element(pair[1])
    return found


def _element(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _few(value: Any) -> Any:
    """As much of a batch as a model was tried with."""
    if isinstance(value, Mapping):
        return {key: _few(one) for key, one in value.items()}
    return value[:SAMPLES]


def _signature(subject: Subject, seen: Probe) -> str:
    """Such as `[batch, 2] -> [batch, 1]`."""
    if subject.declared is not None:
        return subject.declared.ports
    inputs = ", ".join(shape_text(value.shape[1:]) for value in seen.inputs)
    outputs = ", ".join(shape_text(value.shape[1:]) for value in seen.outputs.values())
    return f"{inputs} -> {outputs}"
