"""A plan made from what was settled, and shown to the user before the first step."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.config import Config
from neuroscript.contracts import DataLoaderContract, split_component
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.diagnostics.cells import fold
from neuroscript.diagnostics.cells import width as cells
from neuroscript.training.batch import Ports
from neuroscript.training.component import of_output, split, written
from neuroscript.training.data import Data
from neuroscript.training.ends import stopped_early
from neuroscript.training.look import values_of
from neuroscript.training.normal import normal_notices
from neuroscript.training.objective import parameters_of
from neuroscript.training.padding import padding_notices
from neuroscript.training.planning import Plan
from neuroscript.training.room import room_notices
from neuroscript.training.samples import Samples
from neuroscript.training.settled import Settled
from neuroscript.training.subject import Subject
from neuroscript.training.tasks import BY_NAME
from neuroscript.training.trainer import USUAL

if TYPE_CHECKING:
    from neuroscript.training.runner import Runner

LABELS = {"gradient_checkpointing": "recompute", "batch_size": "batch"}
"""What keys are called that are too long for the plan."""

SHORT = "for about ten lines of a short run"
INDENT = 13
"""Columns before the text of a line, its label among them."""

CONFIGURED, DEFAULT, FROM_TASK = "as configured", "default", "from task"


def make_plan(
    config: Config,
    subject: Subject,
    data: Data,
    samples: Samples,
    settled: Settled,
    weights: str | None = None,
    regime: Mapping[str, str] | None = None,
    log_every: int = 100,
) -> Plan:
    """The plan of a run."""
    training = config.training
    heads = tuple(part.head for part in settled.objective.parts)
    optimizer, _ = split_component("optimizer", training.optimizer)
    loggers = training.logger if isinstance(training.logger, list) else [training.logger]
    file = config.model.file if subject.declared is not None else None
    return Plan(
        neuron=subject.name,
        file=file,
        signature=settled.signature,
        parameters=parameters_of(subject.model),
        data=_described(data.train, samples, _named(config.data.train), settled.objective.ports),
        samples=_count(data.train),
        task=_by_output({head.port: head.task for head in heads}),
        loss=_by_output({head.port: split(head.loss)[0] for head in heads}),
        metrics=_by_output({head.port: [split(m)[0] for m in head.metrics] for head in heads}),
        optimizer=optimizer,
        lr=config.lr,
        batch_size=config.batch_size,
        epochs=config.epochs,
        steps=training.steps,
        seed=training.seed,
        val=_split(config.data.val, data.val),
        test=_split(config.data.test, data.test),
        logger=[split_component("logger", logger)[0] for logger in loggers],
        checkpoint=split_component("checkpoint", training.checkpoint)[0],
        reasons=_reasons(config, settled) | _of_lines(config, log_every),
        notices=(
            *_notices(data.train, settled),
            *_needless(config, data.train),
            *room_notices(data.train),
        ),
        inputs=settled.inputs,
        targets=settled.targets,
        otherwise=_otherwise(config, settled),
        weights=weights,
        regime=dict(regime or {}),
        log_every=log_every,
        heads=heads,
    )


def plan_lines(plan: Plan, room: int | None = None) -> list[str]:
    """The plan as it is printed: what, its value, why; folded to `room` columns if that is given.

    The values of the inferred rows are aligned, so that the reasons stand in one column.
    """
    file = [plan.file] if plan.file else []
    count = f"{plan.parameters:,} parameter{'' if plan.parameters == 1 else 's'}"
    rows = [
        ("neuron", "   ".join([plan.neuron, *file, plan.signature, count])),
        *([("weights", plan.weights)] if plan.weights else []),
        ("data", plan.data),
        *([("val", plan.val)] if plan.val else []),
        *([("test", plan.test)] if plan.test else []),
    ]
    lines = [f"  {label:<10} {text}" for label, text in rows]
    decided = list(_decided(plan))
    width = max(len(value) for _, value, _ in decided)
    lines += [f"  {label:<10} {value:<{width}}   {why}" for label, value, why in decided]
    lines += [f"  {'unless':<10} {reading}" for reading in plan.otherwise.values()]
    lines += [f"  {'note':<10} {notice}" for notice in plan.notices]
    if room is None:
        return lines
    return [part for line in lines for part in folded(line, room)]


def room_of_terminal() -> int | None:
    """The columns of the terminal that standard error is shown on; None if it is none."""
    return shutil.get_terminal_size().columns if sys.stderr.isatty() else None


def folded(line: str, room: int) -> list[str]:
    """A line of the plan on a terminal of `room` columns, broken between its parts where it can be.

    >>> folded("  data       rows.jsonl   jsonl   4 samples   input float[2]", 40)
    ['  data       rows.jsonl   jsonl', '             4 samples   input float[2]']
    """
    if cells(line) <= room or room < 2 * INDENT:
        return [line]
    label, text = line[:INDENT], line[INDENT:]
    rows: list[str] = []
    for part in text.strip().split("   "):
        joined = f"{rows[-1]}   {part.strip()}" if rows else part.strip()
        if rows and INDENT + cells(joined) <= room:
            rows[-1] = joined
        elif part.strip():
            rows += fold(part.strip(), room - INDENT)
    return [label + rows[0], *(" " * INDENT + row for row in rows[1:])]


def _decided(plan: Plan) -> Iterator[tuple[str, str, str]]:
    several = len(plan.heads) > 1
    for head in plan.heads:
        of = f"{head.port}: " if several else ""
        key = f".{head.port}" if several else ""
        yield "task", of + head.task, plan.reasons[f"task{key}"]
        if not BY_NAME[head.task].trains:
            continue
        yield "loss", of + written(head.loss), plan.reasons[f"loss{key}"]
        if head.metrics:
            names = ", ".join(written(metric) for metric in head.metrics)
            yield "metrics", of + names, plan.reasons[f"metrics{key}"]
    yield "optimizer", f"{plan.optimizer} lr {plan.lr:g}", plan.reasons["optimizer"]
    for key, lines in plan.regime.items():
        for value in lines.splitlines():
            yield LABELS.get(key, key), value, plan.reasons.get(key, CONFIGURED)
    if plan.reasons["log_every"] == SHORT:
        yield "log", f"every {plan.log_every} step{'' if plan.log_every == 1 else 's'}", SHORT


def _reasons(config: Config, settled: Settled) -> dict[str, str]:
    training = config.training
    several = len(settled.decisions) > 1
    reasons = {}
    for port, decision in settled.decisions.items():
        key = f".{port}" if several else ""
        reasons[f"task{key}"] = decision.reason
        whole = settled.facts[port].whole
        for name in ("loss", "metrics"):
            said = of_output(getattr(training, name), port, len(settled.decisions), whole)
            reasons[f"{name}{key}"] = FROM_TASK if said is None else CONFIGURED
    if several:
        for name in ("task", "loss", "metrics"):
            texts = [f"{port}: {reasons[f'{name}.{port}']}" for port in settled.decisions]
            reasons[name] = "; ".join(texts)
    keys = {
        "optimizer": ("training.optimizer",),
        "lr": ("training.lr",),
        "batch_size": ("data.batch_size", "training.batch_size"),
        "epochs": ("training.epochs", "training.steps"),
        "seed": ("training.seed",),
        "logger": ("training.logger",),
        "checkpoint": ("training.checkpoint",),
    }
    for name, places in keys.items():
        reasons[name] = CONFIGURED if any(map(config.where, places)) else DEFAULT
    return reasons


def _notices(loader: DataLoaderContract, settled: Settled) -> tuple[str, ...]:
    objective = settled.objective
    converted = [part.conversion.notice for part in objective.parts if part.conversion is not None]
    padded = padding_notices(loader, objective.ports.padding)
    scaled = normal_notices(objective.ports.inputs, objective.normals)
    return (*padded, *scaled, *converted, *settled.doubts)


def _otherwise(config: Config, settled: Settled) -> dict[str, str]:
    """The other reading of each output that has one, unless its loss already takes that one."""
    several = len(settled.decisions) > 1
    return {
        port: decision.otherwise.said(port if several else None)
        for port, decision in settled.decisions.items()
        if decision.otherwise is not None
        and (decision.otherwise.key != "training.loss" or config.training.loss is None)
    }


def _of_lines(config: Config, log_every: int) -> dict[str, str]:
    short = config.training.log_every is None and log_every < USUAL
    return {"log_every": SHORT if short else CONFIGURED if config.training.log_every else DEFAULT}


def _needless(config: Config, loader: DataLoaderContract) -> tuple[str, ...]:
    """What was asked for and is of no use."""
    if not config.data.workers or not isinstance(loader, ColumnLoader):
        return ()
    return ("data.workers is of no use here: batches are cut from whole columns",)


def _by_output(values: Mapping[str, Any]) -> Any:
    return dict(values) if len(values) > 1 else next(iter(values.values()))


def _described(loader: DataLoaderContract, samples: Samples, named: str, ports: Ports) -> str:
    """The data in a line; `ignored` are also the fields that the neuron has no input for."""
    unused = not_taken(samples.inputs, ports)
    if isinstance(loader, ColumnLoader):
        return f"{named}   {loader.describe().without(unused)}"
    kinds = [f"{k} {values_of(value)}" for k, value in samples.inputs.items() if k not in unused]
    kinds += [f"{name} {values_of(value)}" for name, value in samples.targets.items()]
    told = [*([named] if named else []), type(loader).__name__, "  ".join(kinds)]
    return "   ".join([*told, f"ignored {', '.join(unused)}"] if unused else told)


def not_taken(fields: Iterable[str], ports: Ports) -> tuple[str, ...]:
    """The inputs of the data that the neuron does not take; a lone one is taken by any name.

    >>> not_taken(["left", "id"], Ports(("left",), ("out",)))
    ('id',)
    >>> not_taken(["pixels"], Ports(("in",), ("out",)))
    ()
    """
    given = list(fields)
    alone = len(given) == 1 and len(ports.asked) == 1
    return () if alone else tuple(name for name in given if name not in ports.inputs)


def _split(asked: Any, loader: DataLoaderContract | None) -> str | None:
    if loader is None:
        return None
    named = f"{asked:g} of train" if isinstance(asked, float) else _named(asked)
    count = _count(loader)
    told = [named] if count is None else [named, f"{count} sample{'' if count == 1 else 's'}"]
    if isinstance(loader, ColumnLoader) and loader.stratified:
        told.append("stratified by class")
    if isinstance(loader, ColumnLoader) and loader.table.skipped and not isinstance(asked, float):
        told.append(str(loader.table.skipped))
    return "   ".join(told)


def _named(paths: Any) -> str:
    return ", ".join(map(str, paths)) if isinstance(paths, list) else str(paths or "")


def _count(loader: DataLoaderContract) -> int | None:
    return len(loader.table) if isinstance(loader, ColumnLoader) else None


def result_lines(runner: Runner, steps: int, seconds: float) -> list[str]:
    """The last metrics, where everything lies, and how to go on."""
    metrics = "   ".join(f"{name} {value:.4g}" for name, value in runner.metrics.items())
    lines = [f"  {'result':<10} {metrics}", f"  {'trained':<10} {steps:,} steps in {seconds:.1f} s"]
    if runner.trainer is not None and (why := stopped_early(runner.trainer)) is not None:
        lines.append(f"  {'stopped':<10} {why}")
    lines.append(f"  {'saved':<10} {runner.run_dir}   {_below(runner.checkpoint, runner.run_dir)}")
    lines.append(f'  {"load":<10} neuroscript.load_run("{runner.run_dir}")')
    return lines


def _below(path: Path | None, folder: Path) -> str:
    if path is None:
        return ""
    path, folder = path.absolute(), folder.absolute()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def as_json_object(runner: Runner) -> dict[str, Any]:
    """What `--json` ends with; a metric that is no number is null."""
    return {
        "metrics": {k: v if math.isfinite(v) else None for k, v in runner.metrics.items()},
        "run_dir": str(runner.run_dir),
        "checkpoint": str(runner.checkpoint) if runner.checkpoint else None,
    }
