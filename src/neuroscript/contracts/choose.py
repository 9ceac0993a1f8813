"""Making the data loader of a `data` section, and choosing one where it names none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neuroscript.contracts import dataloader
from neuroscript.contracts.contract import Recipe, options_of
from neuroscript.contracts.create import Where, find, make, place_of, said_object
from neuroscript.contracts.dataloader import DATA_KEYS, DataLoaderContract
from neuroscript.contracts.errors import ContractError, NotAContract
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

    Without a `format`, the suffix of the files decides, then `can_handle` of what is registered.
    """
    name = config.get("format") or choose_format(config, where)
    implementation = find("dataloader", name, where, folders)
    recipe = _recipe(implementation, config)
    if recipe is None:
        place = place_of(where, None, "dataloader", name)
        found = said_object(implementation)
        raise ContractError([NotAContract(place, "dataloader", name, found, dataloader.EXPECTED)])
    options = {k: v for k, v in config.items() if k not in DATA_KEYS or k in (recipe.options or ())}
    return make("dataloader", name, recipe, options, where, beside=DATA_KEYS)


def choose_format(config: Mapping[str, Any], where: Where | None = None) -> str:
    """The name of the loader for data whose format is not given."""
    registry = ContractRegistry.of("dataloader")
    suffixes: dict[str, str] = {}
    for name in sorted(registry.built_in):
        suffixes |= dict.fromkeys(getattr(registry.get(name), "suffixes", ()), name)
    paths = config.get("path") or ()
    paths = [paths] if isinstance(paths, (str, Path)) else list(paths)
    for suffix, name in suffixes.items():
        if paths and all(str(path).lower().endswith(suffix) for path in paths):
            return name
    if paths and not any(Path(path).suffix for path in paths) and registry.kind.default:
        return registry.kind.default
    for name in registry.names():
        can_handle = getattr(registry.get(name), "can_handle", None)
        if can_handle is not None and can_handle(config):
            return name
    path = str(paths[0]) if paths else ""
    raise ContractError([NoLoader(place_of(where, None, "dataloader", path), path, list(suffixes))])


def _recipe(implementation: Any, config: Mapping[str, Any]) -> Recipe[DataLoaderContract] | None:
    if isinstance(implementation, type) and issubclass(implementation, DataLoaderContract):
        contract = implementation
        options = contract.options()
        return Recipe(lambda **_: contract.from_config(config), options)
    if not isinstance(implementation, type):
        return None
    from neuroscript.contracts.dataloader import ecosystem

    build: Callable[..., DataLoaderContract]
    if ecosystem.is_dataset(implementation):
        build = ecosystem.from_dataset
    elif ecosystem.is_datamodule(implementation):
        build = ecosystem.from_datamodule
    else:
        return None
    return Recipe(lambda **o: build(implementation, config, o), options_of(implementation))
