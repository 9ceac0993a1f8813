"""Python that lies beside a `.ns` file, as Python that lies beside a script."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

INSTALLED = tuple(Path(path) for path in set(sysconfig.get_paths().values()))

_kept: dict[Path, dict[str, ModuleType]] = {}
"""By folder, the modules from there whose names others have in `sys.modules`."""


@contextmanager
def importable_from(folder: Path | None, wanted: Collection[str] = ()) -> Iterator[None]:
    """Lets `import` look into a folder first; None stands for no folder.

    A module of another folder does not hide one of the same name that lies here: it is set aside
    meanwhile, unless it is an installed one that is not `wanted` from here.
    """
    if folder is None:
        yield
        return
    folder = folder.resolve()
    others = _set_aside(folder, wanted)
    sys.modules.update(_kept.get(folder, {}) if others else {})
    entry = str(folder)
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
        if others:
            names = {_top(name) for name in others}
            _kept[folder] = _taken(names)
            sys.modules.update(others)


def _set_aside(folder: Path, wanted: Collection[str]) -> dict[str, ModuleType]:
    """Takes modules of elsewhere out of `sys.modules` whose names a file in the folder has."""
    hiding = set()
    for name in _beside(folder) & set(sys.modules):
        home = _home(sys.modules[name])
        if home is None or home == folder:
            continue
        if name in wanted or not any(at == home or at in home.parents for at in INSTALLED):
            hiding.add(name)
    return _taken(hiding) if hiding else {}


def _taken(names: Collection[str]) -> dict[str, ModuleType]:
    found = {name: module for name, module in sys.modules.items() if _top(name) in names}
    for name in found:
        del sys.modules[name]
    return found


def _beside(folder: Path) -> set[str]:
    """The modules and packages of a folder."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return set()
    modules = {entry.stem for entry in entries if entry.suffix == ".py"}
    return modules | {entry.name for entry in entries if (entry / "__init__.py").is_file()}


def _home(module: ModuleType) -> Path | None:
    """The folder that a module or package lies in; None for what is in no file."""
    file = getattr(module, "__file__", None)
    if not file or file.startswith("<"):
        return None
    path = Path(file).resolve()
    return path.parents[1] if path.stem == "__init__" else path.parent


def _top(name: str) -> str:
    return name.partition(".")[0]
