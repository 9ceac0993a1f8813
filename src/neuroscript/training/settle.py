"""What a model is trained for on its data: one decision per output, or located refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn, TypeVar

from torch import Tensor

from neuroscript.config import Config
from neuroscript.contracts import LossContract, create_loss, split_weight
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.agreement import check_inputs
from neuroscript.training.batch import TARGET, Ports
from neuroscript.training.by_output import check_settings
from neuroscript.training.component import of_output
from neuroscript.training.doubts import doubts
from neuroscript.training.errors import TrainingError
from neuroscript.training.facts import Facts, shape_text
from neuroscript.training.head import Head, head_for
from neuroscript.training.held import held_to
from neuroscript.training.ids import check_classes, check_tokens
from neuroscript.training.inference import Decision, Objection, decide
from neuroscript.training.input_port import input_ports
from neuroscript.training.look import facts_of, values_of
from neuroscript.training.misfit import other_length
from neuroscript.training.mismatch import ModelRefuses, OutputMissing, TargetsRefused
from neuroscript.training.objective import Objective, fractions_of, make_objective
from neuroscript.training.padding import padding_ports
from neuroscript.training.probe import SAMPLES, Probe, probe, vocabularies
from neuroscript.training.samples import Samples
from neuroscript.training.subject import Subject
from neuroscript.training.suited import check_loss, check_metrics, check_range

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """The objective of a run, and for each output what decided it."""

    objective: Objective
    facts: dict[str, Facts]
    decisions: dict[str, Decision]
    signature: str
    inputs: dict[str, str]
    """The element type in which the neuron gets each input, such as `float32`."""

    targets: dict[str, str]
    """The element type in which the loss of each output gets what it compares."""

    seen: tuple[Tensor, ...]
    """The inputs of the first samples, as the neuron takes them."""

    doubts: tuple[str, ...] = ()
    """What can be trained, but hardly as it is meant."""


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
    seen = _named(subject, _probe(subject, inputs, samples))
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
    _probe(subject, inputs, samples)
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
            _refuse_targets(subject, of_split, port, samples, refused)


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


def _probe(subject: Subject, inputs: Sequence[Tensor], samples: Samples) -> Probe:
    try:
        return probe(subject.model, inputs, subject.fractions())
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        shown = ", ".join(str(values_of(value)) for value in inputs)
        reason = (str(error) or type(error).__name__).splitlines()[0]
        odd = next(filter(None, map(other_length, samples.inputs.values())), 0)
        diagnostic = ModelRefuses(samples.place(odd), subject.name, shown, reason)
        raise TrainingError([diagnostic]) from error


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
        _refuse_targets(subject, facts, port, samples, decided)
    return decided


def _refuse_targets(
    subject: Subject, facts: Facts, port: str, samples: Samples, refused: Objection
) -> NoReturn:
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


def _by_port(given: Mapping[str, T], ports: Sequence[str]) -> dict[str, T]:
    """What data call by names of their own, by port, where it is clear which is which."""
    if len(ports) == 1 and len(given) == 1:
        return {ports[0]: next(iter(given.values()))}
    return {port: given[port] for port in ports if port in given}


def _refuse(problems: Sequence[Diagnostic]) -> None:
    if problems:
        raise TrainingError(problems)
