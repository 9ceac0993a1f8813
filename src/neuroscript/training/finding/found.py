"""A run with its `auto` values found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.config import load_config
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.finding.batch_size import find_batch_size
from neuroscript.training.finding.errors import OutOfMemory, OutOfMemoryError
from neuroscript.training.finding.learning_rate import find_learning_rate
from neuroscript.training.finding.memory import free_again
from neuroscript.training.prepare import prepare
from neuroscript.training.telling import tell

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared
    from neuroscript.training.runner import Runner

GOES_ON = "as in the run that goes on"


def found(prepared: Prepared, checkpoint: Path | None = None) -> Prepared:
    """The run with a batch size and a learning rate where its config says `auto`.

    Those of a run that goes on from `checkpoint` are what they were there. Weights and random
    numbers are left as they were. Raises TrainingError where nothing can be found.
    """
    if prepared.config.finds_batch_size:
        saved = _saved(prepared, checkpoint, "batch_size")
        size, why = (int(saved), GOES_ON) if saved else find_batch_size(prepared)
        accumulate = _saved(prepared, checkpoint, "accumulate")
        values = {"batch_size": size, **({"accumulate": accumulate} if saved else {})}
        prepared = _with(prepared, {"batch_size": (str(size), why)}, values)
    if prepared.config.training.lr == "auto":
        saved = _saved(prepared, checkpoint, "lr")
        lr, why = (float(saved), GOES_ON) if saved else find_learning_rate(prepared)
        module, config = prepared.module, prepared.config.with_found(lr=lr)
        module.state.lr, module.state.config = lr, config
        module.hparams.update({"lr": lr})
        reasons = {**prepared.plan.reasons, "lr": why, "optimizer": why}
        plan = replace(prepared.plan, lr=lr, reasons=reasons)
        prepared = replace(prepared, config=config, plan=plan)
    return prepared


def run_in_memory(prepared: Prepared, run: Callable[[Prepared], Runner], quiet: bool) -> Runner:
    """Runs what was prepared; where its batch size was found, batches are halved until they fit.

    That is for a step of the first epoch that does not fit in memory: the run begins anew, with
    twice as many batches for each step. Raises OutOfMemoryError for any other.
    """
    while True:
        try:
            return run(prepared)
        except OutOfMemoryError as error:
            smaller = _smaller(prepared, error)
            if smaller is None:
                raise
            tell([f"  {'memory':<10} {error.diagnostics[0].message}", ""], quiet)
        size, accumulate = smaller
        free_again()
        why = f"halved, because {size * 2} did not fit in memory"
        values = {"batch_size": size, "accumulate": accumulate}
        shown = f"{size}, {accumulate} for each step"
        prepared = _with(prepared, {"batch_size": (shown, why)}, values)


def _smaller(prepared: Prepared, error: OutOfMemoryError) -> tuple[int, int] | None:
    (told,) = error.diagnostics
    was_found = prepared.plan.reasons.get("batch_size", "").startswith(("found", "halved"))
    if not was_found or not isinstance(told, OutOfMemory) or told.batch_size < 2:
        return None
    steps = len(prepared.data.train) // told.accumulate
    return (told.batch_size // 2, told.accumulate * 2) if told.step < steps else None


def _with(
    prepared: Prepared, shown: dict[str, tuple[str, str]], values: dict[str, Any]
) -> Prepared:
    """The run with other values in its config, prepared anew with the weights it began with."""
    config, handed_in = prepared.config.with_found(**values), prepared.handed_in
    if handed_in is not None:
        handed_in.put_back()
    again = prepare(config, None if handed_in is None else handed_in.model)
    regime = {**again.plan.regime, **{key: text for key, (text, _) in shown.items()}}
    reasons = {**again.plan.reasons, **{key: why for key, (_, why) in shown.items()}}
    plan = replace(again.plan, regime=regime, reasons=reasons)
    return replace(again, plan=plan, handed_in=handed_in)


def _saved(prepared: Prepared, checkpoint: Path | None, key: str) -> Any:
    """What a value was in the run that goes on; None where nothing goes on."""
    if checkpoint is None:
        return None
    contract = format_of(checkpoint)
    metadata = contract.metadata(checkpoint) or contract.load(checkpoint, prepared.module.model)
    run = metadata.config.get("run")
    if run is None:
        return None
    config = load_config(run)
    return config.batch_size if key == "batch_size" else getattr(config.training, key)
