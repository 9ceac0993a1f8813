"""Making the data loader of a `data` section, and choosing one where it names none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from neuroscript.contracts import dataloader
from neuroscript.contracts.create import Where, check_whole, find, make, place_of, said_object
from neuroscript.contracts.dataloader import DATA_KEYS, DataLoaderContract
from neuroscript.contracts.errors import ContractError, NotAContract, UnknownOption
from neuroscript.contracts.registry import ContractRegistry
from neuroscript.diagnostics import Diagnostic, or_list


@dataclass(frozen=True)
class NoLoader(Diagnostic):
    code = "NR111"
    path: str
    suffixes: Sequence[str]

    @property
    def message(self) -> str:
        return f"no data loader takes `{self.path}`" if self.path else "there is no data to load"

    @property
    def help(self) -> str:
        names = ContractRegistry.of("dataloader").names()
        return (
            f"say `data.format`: {or_list(names)}\nchosen by themselves: {or_list(self.suffixes)}"
        )


def create_dataloader(
    config: Mapping[str, Any], *, where: Where | None = None, folders: Sequence[Path] = ()
) -> DataLoaderContract:
    """The loader of one split: `config` is the `data` section with `path` and `split` put in.

    Without a `format`, the suffix of the files decides, then `can_handle` of what is registered;
    folders are known by what they hold.
    """
    name = config.get("format") or choose_format(config, where)
    implementation = find("dataloader", name, where, folders)
    recipe = dataloader.recipe(name, implementation, config)
    if recipe is None:
        raise _no_loader(name, said_object(implementation), where)
    check_whole("dataloader", name, implementation, where)
    options = {k: v for k, v in config.items() if k not in DATA_KEYS or k in (recipe.options or ())}
    try:
        made = make("dataloader", name, recipe, options, where, beside=DATA_KEYS)
    except ContractError as error:
        raise type(error)([_at_its_key(told, where) for told in error.diagnostics]) from error
    if not isinstance(made, DataLoaderContract):
        raise _no_loader(name, f"a function that returns {said_object(made)}", where)
    return made


def _no_loader(name: str, found: str, where: Where | None) -> ContractError:
    place = place_of(where, None, "dataloader", name)
    return ContractError([NotAContract(place, "dataloader", name, found, dataloader.EXPECTED)])


def _at_its_key(told: Diagnostic, where: Where | None) -> Diagnostic:
    """What a loader says of an option, at that option's key."""
    if isinstance(told, UnknownOption):
        return replace(told, span=place_of(where, told.option, told.kind, told.name))
    return told


def choose_format(config: Mapping[str, Any], where: Where | None = None) -> str:
    """The name of the loader for data whose format is not given."""
    registry = ContractRegistry.of("dataloader")
    suffixes: dict[str, str] = {}
    for name in sorted(registry.built_in):
        suffixes |= dict.fromkeys(getattr(registry.get(name), "suffixes", ()), name)
    paths = config.get("path") or ()
    paths = [paths] if isinstance(paths, (str, Path)) else list(paths)
    folders = bool(paths) and all(Path(path).is_dir() for path in paths)
    for suffix, name in suffixes.items():
        if paths and all(str(path).lower().endswith(suffix) for path in paths):
            return name
    no_suffix = bool(paths) and not any(Path(path).suffix for path in paths)
    if no_suffix and not folders and registry.kind.default:
        return registry.kind.default
    for name in registry.names():
        can_handle = getattr(registry.get(name), "can_handle", None)
        if can_handle is not None and can_handle(config):
            return name
    path = str(paths[0]) if paths else ""
    raise ContractError([NoLoader(place_of(where, None, "dataloader", path), path, list(suffixes))])
