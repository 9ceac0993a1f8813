"""What a model is trained for on its data: one decision per output, or located refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from torch import Tensor, nn

from neuroscript.config import Config
from neuroscript.contracts import LossContract, create_loss
from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.training.agreement import check_classes, check_inputs, check_tokens, written
from neuroscript.training.batch import Ports
from neuroscript.training.component import of_output
from neuroscript.training.errors import TrainingError
from neuroscript.training.facts import Facts
from neuroscript.training.head import Head, head_for
from neuroscript.training.inference import Decision, decide
from neuroscript.training.input_port import input_ports
from neuroscript.training.look import facts_of, shape_text, values_of
from neuroscript.training.mismatch import ModelRefuses, OutputMissing, TargetsRefused
from neuroscript.training.neuron import Neuron
from neuroscript.training.objective import Objective, fractions_of, make_objective
from neuroscript.training.probe import Probe, input_names, probe, vocabularies
from neuroscript.training.samples import Samples
from neuroscript.training.suited import check_loss, check_metrics, check_range

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """A model, with what is known of how it was declared."""

    name: str
    model: nn.Module
    declared: Neuron | None
    """None where no `.ns` file describes the model."""

    def input_names(self) -> tuple[str, ...]:
        if self.declared is not None:
            return tuple(port.name for port in self.declared.inputs)
        return input_names(self.model)

    def span(self, port: str) -> Span | None:
        """Where a port was declared."""
        ports = [*self.declared.inputs, *self.declared.outputs] if self.declared else []
        return next((p.span for p in ports if p.name == port), None)

    def shapes(self) -> dict[str, str]:
        """The outputs as they were declared."""
        outputs = self.declared.outputs if self.declared else ()
        return {port.name: written(port.shape) for port in outputs}


@dataclass(frozen=True, slots=True)
class Settled:
    """The objective of a run, and for each output what decided it."""

    objective: Objective
    facts: dict[str, Facts]
    decisions: dict[str, Decision]
    signature: str


def settle(config: Config, subject: Subject, samples: Samples) -> Settled:
    """Decides task, loss and metrics of each output.

    Raises TrainingError with both places, `.ns` file and data, if neuron and data do not suit
    each other, and ConfigError or ContractError at the config if that is what is wrong.
    """
    check_fit(subject, samples)
    names = subject.input_names()
    inputs, _ = Ports(names, ("out",)).unpack({"input": samples.batch_inputs})
    seen = _probe(subject, inputs, samples)
    ports = _ports(subject, names, seen)
    make_loss = partial(create_loss, where=config.at("training.loss"), folders=config.folders)
    facts = {
        port: of_port.told_by(_outputs_per_target(config, port, ports, make_loss))
        for port, of_port in _facts(subject, seen, ports, samples).items()
    }
    decisions = {port: _decide(config, subject, port, facts, samples) for port in facts}
    heads = [_head(config, port, facts, decisions[port]) for port in facts]
    declared = subject.declared.inputs if subject.declared else None
    taken = input_ports(names, declared, seen.inputs)
    objective = make_objective(heads, ports, fractions_of(seen.inputs), make_loss, taken=taken)
    check_targets(config, objective, subject, samples)
    _check_comparison(config, objective, subject, seen, facts, samples)
    return Settled(objective, facts, decisions, _signature(subject, seen))


def check_fit(subject: Subject, samples: Samples) -> None:
    """Refuses inputs that the declared ports or the embeddings cannot take."""
    if subject.declared is not None:
        _refuse(check_inputs(subject.declared.inputs, samples))
    named = _by_port(samples.inputs, subject.input_names())
    spans = {name: span for name in named if (span := subject.span(name))}
    _refuse(check_tokens(named, vocabularies(subject.model), samples, spans))


def check_targets(config: Config, objective: Objective, subject: Subject, samples: Samples) -> None:
    """Refuses targets of classes that an output does not have, or without meaning to the loss."""
    shapes = subject.shapes()
    targets = _by_port(samples.targets, objective.ports.held)
    for part in objective.parts:
        target = targets.get(part.head.port)
        if target is None:
            continue
        check_range(config, part, target, samples)
        if part.task.takes_classes:
            shape = shapes.get(part.head.port, "the output")
            span = subject.span(part.head.port)
            _refuse(check_classes(part.head, target, samples, shape, span))


def _probe(subject: Subject, inputs: Sequence[Tensor], samples: Samples) -> Probe:
    try:
        return probe(subject.model, inputs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        shown = ", ".join(str(values_of(value)) for value in inputs)
        reason = (str(error) or type(error).__name__).splitlines()[0]
        diagnostic = ModelRefuses(samples.place(0), subject.name, shown, reason)
        raise TrainingError([diagnostic]) from error


def _ports(subject: Subject, inputs: tuple[str, ...], seen: Probe) -> Ports:
    names = _output_names(subject, seen)
    outputs = zip(names, seen.outputs.values(), strict=True)
    return Ports(inputs, names, frozenset(name for name, value in outputs if not value.dim()))


def _output_names(subject: Subject, seen: Probe) -> tuple[str, ...]:
    declared = subject.declared.outputs if subject.declared else ()
    if len(declared) == len(seen.outputs):
        return tuple(port.name for port in declared)
    return tuple(seen.outputs)


def _facts(subject: Subject, seen: Probe, ports: Ports, samples: Samples) -> dict[str, Facts]:
    outputs = dict(zip(ports.outputs, seen.outputs.values(), strict=True))
    last = dict(zip(ports.outputs, seen.last.values(), strict=True))
    targets = _by_port(samples.targets, ports.held)
    if targets and len(outputs) > 1:
        _refuse(
            [
                OutputMissing(samples.place(0), port, subject.span(port), list(samples.targets))
                for port in ports.held
                if port not in targets
            ]
        )
    targets |= {port: samples.targets[port] for port in ports.alone if port in samples.targets}
    return facts_of(
        Probe(outputs, last, seen.vocabularies, seen.inputs),
        seen.inputs,
        [targets.get(port) for port in outputs],
        _by_port(samples.names, ports.held),
        subject.shapes(),
    )


def _outputs_per_target(
    config: Config, port: str, ports: Ports, make_loss: Callable[..., LossContract]
) -> int:
    """How many numbers the configured loss wants for each of a target."""
    asked = of_output(config.training.loss, port, len(ports.outputs), port in ports.alone)
    return 1 if asked is None else make_loss(asked).outputs_per_target


def _decide(
    config: Config, subject: Subject, port: str, facts: dict[str, Facts], samples: Samples
) -> Decision:
    of_port = facts[port]
    decided = decide(of_port, of_output(config.task, port, len(facts), of_port.whole))
    if isinstance(decided, Decision):
        return decided
    found = str(of_port.target) if of_port.target else "no target"
    span = subject.span(port)
    raise TrainingError(
        [TargetsRefused(samples.place(0), decided.text, found, of_port.port, span, decided.advice)]
    )


def _head(config: Config, port: str, facts: dict[str, Facts], decision: Decision) -> Head:
    training = config.training
    count, whole = len(facts), facts[port].whole
    metrics = of_output(training.metrics, port, count, whole)
    if metrics is not None and not isinstance(metrics, list):
        metrics = [metrics]
    loss = of_output(training.loss, port, count, whole)
    return head_for(decision.task, facts[port], port, loss, metrics)


def _check_comparison(
    config: Config,
    objective: Objective,
    subject: Subject,
    seen: Probe,
    facts: Mapping[str, Facts],
    samples: Samples,
) -> None:
    targets = _by_port(samples.targets, objective.ports.held)
    for part, output in zip(objective.parts, seen.outputs.values(), strict=True):
        port = part.head.port
        target = targets[port][: len(output)] if port in targets else None
        pair = part.task.arrange(output, target, seen.inputs)
        check_loss(config, part, facts[port], pair, subject.span(port))
        check_metrics(config, part, pair)


def _signature(subject: Subject, seen: Probe) -> str:
    """Such as `[batch, 2] -> [batch, 1]`."""
    if subject.declared is not None:
        return subject.declared.ports
    inputs = ", ".join(shape_text(value.shape[1:]) for value in seen.inputs)
    outputs = ", ".join(shape_text(value.shape[1:]) for value in seen.outputs.values())
    return f"{inputs} -> {outputs}"


def _by_port(given: Mapping[str, T], ports: Sequence[str]) -> dict[str, T]:
    """What data call by names of their own, by port, where it is clear which is which."""
    if len(ports) == 1 and len(given) == 1:
        return {ports[0]: next(iter(given.values()))}
    return {port: given[port] for port in ports if port in given}


def _refuse(problems: Sequence[Diagnostic]) -> None:
    if problems:
        raise TrainingError(problems)
