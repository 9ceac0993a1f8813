"""Data that a neuron, or what was settled for it, cannot take: refused before training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn, TypeVar

from torch import Tensor

from neuroscript.config import Config
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.agreement import check_inputs
from neuroscript.training.batch import TARGET
from neuroscript.training.errors import TrainingError
from neuroscript.training.facts import Facts
from neuroscript.training.ids import check_classes, check_tokens
from neuroscript.training.inference import Objection
from neuroscript.training.look import values_of
from neuroscript.training.misfit import other_length
from neuroscript.training.mismatch import ModelRefuses, OutputMissing, TargetsRefused
from neuroscript.training.objective import Objective
from neuroscript.training.padding import padding_ports
from neuroscript.training.probe import Probe, probe, vocabularies
from neuroscript.training.samples import Samples
from neuroscript.training.settled import Settled
from neuroscript.training.subject import Subject
from neuroscript.training.suited import check_range

T = TypeVar("T")


def check_fit(subject: Subject, samples: Samples) -> None:
    """Refuses inputs that the declared ports or the embeddings cannot take."""
    if subject.declared is not None:
        _refuse(check_inputs(subject.declared.inputs, samples))
    told = padding_ports(subject.input_ranks(), samples.inputs)
    asked = [name for name in subject.input_names() if name not in told]
    named = _by_port(samples.inputs, asked)
    spans = {name: span for name in named if (span := subject.span(name))}
    tokenizers = _by_port(samples.tokenizers, asked)
    _refuse(check_tokens(named, vocabularies(subject.model), samples, spans, tokenizers))


def check_split(config: Config, settled: Settled, subject: Subject, samples: Samples) -> None:
    """Refuses data of another split that the neuron, or what was settled, cannot take."""
    check_fit(subject, samples)
    given = {key: value for key, value in samples.batch.items() if key != TARGET}
    inputs, _ = settled.objective.ports.unpack(given)
    try_on(subject, inputs, samples)
    objective, facts = settled.objective, settled.facts
    targets = _by_port(samples.targets, objective.ports.held)
    lacking = [port for port in facts if facts[port].target and port not in targets]
    place, found = samples.place(0), list(samples.targets)
    _refuse([OutputMissing(place, port, subject.span(port), found, True) for port in lacking])
    check_targets(config, objective, subject, samples)
    names = _by_port(samples.names, objective.ports.held)
    for part in objective.parts:
        port, task = part.head.port, part.task
        if port not in targets or not task.takes_target:
            continue
        of_split = replace(facts[port], target=values_of(targets[port], names.get(port, ())))
        objection = task.objection(of_split)
        if objection is not None:
            refused = Objection(objection, task.advice)
            refuse_targets(subject, of_split, port, samples, refused)


def check_targets(config: Config, objective: Objective, subject: Subject, samples: Samples) -> None:
    """Refuses targets of classes that an output does not have, or without meaning to the loss."""
    shapes = subject.shapes()
    targets = _by_port(samples.targets, objective.ports.held)
    for part in objective.parts:
        port, target = part.head.port, targets.get(part.head.port)
        if target is None and part.task.name == "language_modeling":
            tokens = next(iter(samples.inputs.values()))
            _refuse(
                check_classes(
                    part.head, tokens, samples, shapes.get(port, "the output"), subject.span(port)
                )
            )
        if target is None:
            continue
        check_range(config, part, target, samples)
        one_hot = part.task.name == "classification" and target.shape[1:] == (part.head.classes,)
        if part.task.takes_classes and not one_hot:
            shape, span = shapes.get(port, "the output"), subject.span(port)
            _refuse(check_classes(part.head, target, samples, shape, span))


def try_on(subject: Subject, inputs: Sequence[Tensor], samples: Samples) -> Probe:
    """Runs the first samples through a model; refuses a model that does not take them."""
    try:
        return probe(subject.model, inputs, subject.fractions())
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        shown = ", ".join(str(values_of(value)) for value in inputs)
        reason = (str(error) or type(error).__name__).splitlines()[0]
        odd = next(filter(None, map(other_length, samples.inputs.values())), 0)
        diagnostic = ModelRefuses(samples.place(odd), subject.name, shown, reason)
        raise TrainingError([diagnostic]) from error


def refuse_targets(
    subject: Subject, facts: Facts, port: str, samples: Samples, refused: Objection
) -> NoReturn:
    """Tells, with both places, why the targets do not suit an output."""
    declared_at = subject.span(port)
    if facts.target is None:
        place, found = samples.place(0), "no target"
    else:
        place, found = samples.target_at(0, port), str(facts.target)
    raise TrainingError(
        [
            TargetsRefused(
                place, refused.text, found, facts.port, declared_at, refused.advice, refused.suited
            )
        ]
    )


def _by_port(given: Mapping[str, T], ports: Sequence[str]) -> dict[str, T]:
    """What data call by names of their own, by port, where it is clear which is which."""
    if len(ports) == 1 and len(given) == 1:
        return {ports[0]: next(iter(given.values()))}
    return {port: given[port] for port in ports if port in given}


def _refuse(problems: Sequence[Diagnostic]) -> None:
    if problems:
        raise TrainingError(problems)
