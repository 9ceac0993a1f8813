"""Making components from what a config says: a name, or a name with options."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import Parameter
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from neuroscript.contracts.contract import Recipe
from neuroscript.contracts.errors import (
    ContractError,
    MissingOption,
    NameMissing,
    NotAContract,
    NotMade,
    Unfinished,
    UnknownOption,
    WrongOption,
    said,
)
from neuroscript.contracts.option_types import misfit, said_value
from neuroscript.contracts.plugins import load_from_file
from neuroscript.contracts.registry import ContractRegistry
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Span
from neuroscript.extras import ExtraMissingError

if TYPE_CHECKING:
    from lightning.pytorch.callbacks import Callback
    from torch import nn
    from torch.optim import Optimizer

    from neuroscript.contracts.checkpoint import CheckpointContract
    from neuroscript.contracts.loss import LossContract
    from neuroscript.contracts.optimizer import Groups
    from neuroscript.contracts.schedule import Schedule

C = TypeVar("C")

Component = str | Mapping[str, Any]
"""What a config says of a component: its name, or `{name: …, options}`."""

Where = Callable[[str | None], Span | None]
"""Where a component stands: at None its name, at an option that option's key."""


def create_loss(
    component: Component, *, where: Where | None = None, folders: Sequence[Path] = ()
) -> LossContract:
    """The loss of a config. `folders` are where `./file.py:name` is looked up.

    >>> import torch
    >>> loss = create_loss({"name": "huber", "delta": 2.0})
    >>> loss.compute(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor(0.5000)
    """
    made: LossContract = _create("loss", component, where, folders)
    return made


def create_optimizer(
    component: Component,
    model: nn.Module,
    lr: float,
    *,
    groups: Groups | None = None,
    where: Where | None = None,
    folders: Sequence[Path] = (),
) -> Optimizer:
    """The optimizer of a config, over the parameters of `model` that are to be trained.

    `groups` are torch's own, for parameters with options of their own; None makes one group of
    all.
    """
    made = _create("optimizer", component, where, folders, model, lr, groups)
    optimizer: Optimizer = getattr(made, "optimizer", made)
    return optimizer


def create_checkpoint(
    component: Component,
    *,
    beside: Sequence[str] = (),
    where: Where | None = None,
    folders: Sequence[Path] = (),
) -> CheckpointContract:
    """The checkpoint format of a config, without the keys `beside` that the caller reads."""
    made: CheckpointContract = _create("checkpoint", component, where, folders, beside=beside)
    return made


def create_logger(
    component: Component, *, where: Where | None = None, folders: Sequence[Path] = ()
) -> Callback:
    """A logger of a config: a LoggerContract, or the Callback that was registered."""
    made: Callback = _create("logger", component, where, folders)
    return made


def create_schedule(
    component: Component, *, where: Where | None = None, folders: Sequence[Path] = ()
) -> Schedule:
    """The schedule of a config; its `warmup` is left to the caller.

    >>> create_schedule({"name": "linear", "end": 0.5, "warmup": 10}).part(5, 10)
    0.75
    """
    if not isinstance(component, str):
        component = {key: value for key, value in component.items() if key != "warmup"}
    made: Schedule = _create("schedule", component, where, folders, beside=("warmup",))
    return made


def split_component(
    kind: str, component: Component, where: Where | None = None
) -> tuple[str, dict[str, Any]]:
    """The name of a component and its options; options alone are for the kind's default.

    >>> split_component("optimizer", {"name": "sgd", "momentum": 0.9})
    ('sgd', {'momentum': 0.9})
    """
    if isinstance(component, str):
        return component, {}
    options = dict(component)
    name = options.pop("name", ContractRegistry.of(kind).kind.default)
    if not isinstance(name, str):
        raise ContractError([NameMissing(place_of(where, None, kind, "…"), kind)])
    return name, options


def find(
    kind: str, name: str, where: Where | None = None, folders: Sequence[Path] = ()
) -> Callable[..., Any]:
    """The implementation of a name: registered, or `./file.py:name`."""
    span = where(None) if where else None
    if ".py:" in name:
        found: Callable[..., Any] = load_from_file(name, folders, span)
        return found
    return ContractRegistry.of(kind).get(name, span)


def make(
    kind: str,
    name: str,
    recipe: Recipe[C],
    options: Mapping[str, Any],
    where: Where | None,
    beside: Sequence[str] = (),
) -> C:
    """The component, once its options are known to be right.

    Raises ContractError with everything that is wrong with the options.
    """
    check_options(kind, name, recipe, options, where, beside)
    try:
        return recipe.make(**options)
    except ExtraMissingError as error:
        span = where(None) if where else None
        told = [replace(d, span=span) if span else d for d in error.diagnostics]
        raise ExtraMissingError(told) from None
    except (NeuroScriptError, AssertionError):
        raise
    except Exception as error:
        reason = _first_line(error)
        named = next((option for option in options if re.search(rf"\b{option}\b", reason)), None)
        place = place_of(where, named, kind, name)
        raise ContractError([NotMade(place, kind, name, reason)]) from error


def check_options(
    kind: str,
    name: str,
    recipe: Recipe[Any],
    options: Mapping[str, Any],
    where: Where | None,
    beside: Sequence[str] = (),
) -> None:
    """Holds options against the component's own signature; raises ContractError."""
    if recipe.options is None:
        return
    known = tuple(recipe.options)
    problems: list[Diagnostic] = [
        UnknownOption(place_of(where, option, kind, name), kind, name, option, known, beside)
        for option in options
        if option not in recipe.options
    ]
    problems += [
        WrongOption(
            place_of(where, option, kind, name), kind, name, option, said_value(value), expected
        )
        for option, value in options.items()
        if (expected := misfit(value, recipe.options.get(option)))
    ]
    problems += [
        MissingOption(place_of(where, None, kind, name), kind, name, option)
        for option, parameter in recipe.options.items()
        if parameter.default is Parameter.empty and option not in options
    ]
    if problems:
        raise ContractError(problems)


def _create(
    kind: str,
    component: Component,
    where: Where | None,
    folders: Sequence[Path],
    *context: Any,
    beside: Sequence[str] = (),
) -> Any:
    name, options = split_component(kind, component, where)
    implementation = find(kind, name, where, folders)
    package = importlib.import_module(ContractRegistry.of(kind).kind.package)
    recipe: Recipe[Any] | None = package.recipe(name, implementation, *context)
    if recipe is None:
        place = place_of(where, None, kind, name)
        found = said_object(implementation)
        raise ContractError([NotAContract(place, kind, name, found, package.EXPECTED)])
    check_whole(kind, name, implementation, where)
    return make(kind, name, recipe, options, where, ("name", *beside))


def check_whole(kind: str, name: str, implementation: Any, where: Where | None) -> None:
    """Refuses a class that lacks what its contract asks for."""
    missing = sorted(getattr(implementation, "__abstractmethods__", ()))
    if missing and isinstance(implementation, type):
        place = place_of(where, None, kind, name)
        raise ContractError([Unfinished(place, kind, name, implementation.__name__, missing)])


def place_of(where: Where | None, option: str | None, kind: str, name: str) -> Span:
    """Where a component or its option stands, or what was said of it in Python."""
    span = where(option) if where else None
    return span or said(kind, f"{name} {{{option}: …}}" if option else name)


def said_object(implementation: object) -> str:
    """What was registered, as a sentence says it."""
    if isinstance(implementation, type):
        bases = [b.__name__ for b in implementation.__mro__[1:-1]]
        return f"a class ({bases[0]})" if bases else "a class"
    if isinstance(implementation, FunctionType):
        names = ", ".join(inspect.signature(implementation).parameters)
        return f"a function of `{names}`" if names else "a function of nothing"
    return f"an object of type {type(implementation).__name__}"


def _first_line(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0].rstrip(".")
    told_by_itself = isinstance(error, (TypeError, ValueError, RuntimeError))
    return text if text and told_by_itself else f"{type(error).__name__}: {text}".rstrip(": ")
