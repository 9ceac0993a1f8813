"""Where a run stands between two batches, and how to stand there again.

Lightning's own state says which batch was last begun. A moment says more: which were completed,
whether their validation is still to come, and what was under way: gradients not yet applied, what
metrics added up, where random numbers stand.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from neuroscript.training.checkpoints.randomness import go_on_from, randomness
from neuroscript.training.processes.shards import part_like, whole

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

    from neuroscript.training.hooks import RegistryHooks

Loops: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["batch", "validation", "end"]
"""What comes next: a batch, the validation that is due, or a new epoch."""

BATCHES, VALIDATION = "epoch_loop.batch_progress", "epoch_loop.val_loop.batch_progress"
EPOCHS = "epoch_progress"


def moment(
    trainer: Trainer, module: RegistryHooks, validation: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Where a run stands now, as plain data and tensors.

    `validation` is what `before_validation` gave, if a validation was begun and not ended.
    """
    loops = trainer.fit_loop.state_dict()
    unfinished, due = _step_undone(loops), _validation_due(trainer, loops)
    kind = _settle(trainer, loops)
    rewound = 0
    if unfinished:
        rewound = loops[BATCHES]["current"]["completed"] % trainer.accumulate_grad_batches
        _rewind(loops, rewound)
        module.state.forget_beyond(loops[BATCHES]["total"]["completed"])
    if due:
        kind = "validation"
    if validation is not None:
        kind, loops = "validation", validation["loops"]
    return {
        "kind": kind,
        "loops": loops,
        "randomness": validation["randomness"] if validation else randomness(),
        "gradients": {} if rewound or kind == "end" else _gradients(trainer, module),
        "metrics": dict(trainer.callback_metrics),
        "progress": module.state.progress(),
    }


def before_validation(trainer: Trainer) -> dict[str, Any]:
    """What must be remembered when a validation begins, lest it has to be begun again."""
    loops = trainer.fit_loop.state_dict()
    _settle(trainer, loops)
    return {"loops": loops, "randomness": randomness()}


def position(saved: dict[str, Any]) -> tuple[int, int]:
    """The epoch under way and how many of its batches are done, both counted from 0."""
    loops = saved["loops"]
    return loops[EPOCHS]["current"]["processed"], loops[BATCHES]["current"]["completed"]


def for_lightning(saved: dict[str, Any]) -> Loops:
    """The state that makes Lightning begin with the batch, or the validation, that comes next."""
    loops: Loops = deepcopy(saved["loops"])
    validated = loops[VALIDATION]
    for counts in (validated["total"], validated["current"]):
        counts.update(dict.fromkeys(counts, counts["completed"]))
    if saved["kind"] == "validation":
        # Lightning begins a validation again of which some batch was begun and not ended.
        validated["current"] = dict.fromkeys(validated["current"], 0)
        validated["total"]["ready"] += 1
        validated["total"]["started"] += 1
    else:
        # After a batch that was only fetched, Lightning goes on with that batch.
        loops[BATCHES]["is_last_batch"] = False
        loops[BATCHES]["total"]["ready"] += 1
        loops[BATCHES]["current"]["ready"] += 1
    if saved["kind"] == "end":
        epochs = loops[EPOCHS]
        for counts in (epochs["total"], epochs["current"]):
            counts.update(dict.fromkeys(counts, counts["completed"]))
    return loops


def stand_again(trainer: Trainer, module: RegistryHooks, saved: dict[str, Any]) -> None:
    """Puts everything to where it stood, once Lightning is about to begin what comes next.

    What Lightning counted and did on the way there is as if it had not been.
    """
    fit_loop = trainer.fit_loop
    fit_loop.load_state_dict(saved["loops"])
    epoch_loop = fit_loop.epoch_loop
    for loop in (fit_loop, epoch_loop, epoch_loop.val_loop, epoch_loop.automatic_optimization):
        loop.restarting = False
        loop.on_iteration_done()
    trainer._logger_connector._callback_metrics.update(saved["metrics"])  # noqa: SLF001
    for name, parameter in module.named_parameters():
        gradient = saved["gradients"].get(name)
        parameter.grad = None if gradient is None else part_like(gradient, parameter).clone()
    go_on_from(saved["randomness"])


def _settle(trainer: Trainer, loops: Loops) -> Kind:
    """Lets the counters say what was completed, whatever was under way."""
    batches, epochs = loops[BATCHES], loops[EPOCHS]
    for counts in (batches["total"], batches["current"]):
        counts.update(dict.fromkeys(counts, counts["processed"]))
    if epochs["current"]["processed"] < epochs["current"]["ready"]:
        return "batch"
    loop = trainer.fit_loop.epoch_loop
    if epochs["current"]["processed"] and not loop._num_ready_batches_reached():  # noqa: SLF001
        # Training ended in the middle of an epoch, which Lightning counts as done.
        for counts in (epochs["total"], epochs["current"]):
            counts.update(processed=counts["processed"] - 1, completed=counts["processed"] - 1)
        return "batch"
    for counts in (epochs["total"], epochs["current"]):
        counts["completed"] = counts["processed"]
        counts.update(ready=counts["processed"] + 1, started=counts["processed"] + 1)
    batches["current"] = dict.fromkeys(batches["current"], 0)
    batches["is_last_batch"] = False
    return "end"


def _validation_due(trainer: Trainer, loops: Loops) -> bool:
    """Whether a batch is being ended after which the model will be validated."""
    current = loops[BATCHES]["current"]
    if not current["completed"] < current["processed"] == current["ready"]:
        return False
    fetcher = trainer.fit_loop._data_fetcher  # noqa: SLF001
    due = fetcher and trainer.fit_loop.epoch_loop._should_check_val_fx(fetcher)  # noqa: SLF001
    return bool(due)


def _step_undone(loops: Loops) -> bool:
    """Whether a batch was begun and its step not ended."""
    current = loops[BATCHES]["current"]
    return bool(current["started"] > current["processed"])


def _rewind(loops: Loops, batches: int) -> None:
    """Goes back to the last step of the optimizer: gradients of a broken step are worth nothing."""
    for counts in (loops[BATCHES]["total"], loops[BATCHES]["current"]):
        counts.update(dict.fromkeys(counts, counts["completed"] - batches))


def _gradients(trainer: Trainer, module: LightningModule) -> dict[str, Any]:
    """The gradients that were added up and not yet applied."""
    if not trainer.fit_loop.epoch_loop._should_accumulate():  # noqa: SLF001
        return {}
    named = module.named_parameters()
    return {name: whole(parameter.grad) for name, parameter in named if parameter.grad is not None}
