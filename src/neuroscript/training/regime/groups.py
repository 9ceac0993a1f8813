"""Parameters with a learning rate and options of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from neuroscript.config import Config
from neuroscript.config.sections import Group
from neuroscript.contracts import split_component
from neuroscript.contracts.contract import Recipe
from neuroscript.contracts.create import check_options, find
from neuroscript.contracts.optimizer import Groups, is_torch_class, options_of_groups
from neuroscript.training.component import Component
from neuroscript.training.errors import TrainingError
from neuroscript.training.regime.errors import NoGroups, NothingLeftForGroup, NothingMatches
from neuroscript.training.regime.patterns import matching, with_layers
from neuroscript.training.regime.place import place_of

KEY = "training.groups"


@dataclass(frozen=True, slots=True)
class Grouped:
    """A group of parameters, by name."""

    names: Sequence[str]
    options: dict[str, Any]
    label: str


def parameter_groups(
    model: nn.Module, config: Config, optimizer: Component, folders: Sequence[Path] = ()
) -> list[Grouped]:
    """The groups of `training.groups`, and last the parameters that none of them matches.

    The first group that matches a parameter has it. Empty if there are no groups. Raises
    TrainingError or ContractError at the group that is wrong.
    """
    if not config.training.groups:
        return []
    check_takes_groups(config, optimizer, folders)
    left = {name: p.dim() for name, p in model.named_parameters() if p.requires_grad}
    groups: list[Grouped] = []
    for index, group in enumerate(config.training.groups):
        names = _matched(model, config, index, group, left)
        groups += _divided(group, names, left)
        for name in names:
            left.pop(name)
    return [*groups, Grouped(list(left), {}, "the rest")] if left else groups


def as_torch(model: nn.Module, groups: Sequence[Grouped]) -> Groups | None:
    """The groups as an optimizer of torch takes them; None for none."""
    parameters = dict(model.named_parameters())
    return [
        {"params": [parameters[name] for name in group.names], **group.options} for group in groups
    ] or None


def check_takes_groups(config: Config, optimizer: Component, folders: Sequence[Path]) -> None:
    """Refuses groups where the optimizer has none, and options that it does not have."""
    name, _ = split_component("optimizer", optimizer)
    implementation = find("optimizer", name, config.at("training.optimizer"), folders)
    if not is_torch_class(implementation):
        raise TrainingError([NoGroups(place_of(config, KEY), name)])
    recipe: Recipe[Any] = Recipe(implementation, options_of_groups(implementation))
    for index, group in enumerate(config.training.groups):
        given = group.model_extra or {}
        beside = ("match", "lr", "no_decay")
        options = {**given, **({"weight_decay": 0.0} if group.no_decay else {})}
        where = config.at(f"{KEY}.{index}", "match")
        check_options("optimizer", name, recipe, options, where, beside)


def _matched(
    model: nn.Module, config: Config, index: int, group: Group, left: dict[str, int]
) -> list[str]:
    """The parameters of a group, in the order of the model."""
    names = [name for name, _ in model.named_parameters()]
    found: set[str] = set()
    for number, pattern in enumerate(group.match):
        place = place_of(config, f"{KEY}.{index}.match", number)
        matched = matching(pattern, names)
        if not matched:
            owner = type(model).__name__
            missing = NothingMatches(place, pattern, "parameter", owner, with_layers(names))
            raise TrainingError([missing])
        if not left.keys() & set(matched):
            reason = f"all that `{pattern}` matches is frozen, or in a group before it"
            raise TrainingError([NothingLeftForGroup(place, pattern, reason)])
        found |= set(matched)
    return [name for name in left if name in found]


def _divided(group: Group, names: Sequence[str], dims: dict[str, int]) -> Iterator[Grouped]:
    """The group, or with `no_decay` its weights and then its biases and norms."""
    options = dict(group.model_extra or {})
    if group.lr is not None:
        options["lr"] = group.lr
    label = ", ".join(group.match)
    if not group.no_decay:
        yield Grouped(names, options, label)
        return
    weights = [name for name in names if dims[name] > 1]
    others = [name for name in names if dims[name] <= 1]
    if weights:
        yield Grouped(weights, options, label)
    if others:
        yield Grouped(others, {**options, "weight_decay": 0.0}, f"{label} (biases and norms)")
