"""Python files and modules of the user, imported so that they can register components."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from neuroscript.contracts.errors import (
    ContractError,
    NameMissingInFile,
    PluginError,
    PluginFailed,
    PluginMissing,
    said,
)
from neuroscript.diagnostics import Source, Span


def load_plugin(plugin: str, folders: Sequence[Path] = (), span: Span | None = None) -> ModuleType:
    """Imports a Python file (`losses.py`, looked up in `folders`) or module (`my.losses`) once.

    The file may import what lies beside it, as a script may.
    Raises ContractError if there is none (at `span`), or if it fails (at its own line).
    """
    place = span or said("plugin", plugin)
    if plugin.endswith(".py"):
        return _load_file(plugin, folders, place)
    try:
        return importlib.import_module(plugin)
    except ModuleNotFoundError as error:
        if error.name and (plugin == error.name or plugin.startswith(error.name + ".")):
            raise ContractError([PluginMissing(place, plugin, ())]) from error
        raise _failed(plugin, place, error) from error
    except Exception as error:
        raise _failed(plugin, place, error) from error


def load_from_file(path: str, folders: Sequence[Path], span: Span | None = None) -> Any:
    """What `./my_losses.py:focal` names: an object defined in a Python file."""
    file_name, _, name = path.rpartition(":")
    module = load_plugin(file_name, folders, span)
    if not hasattr(module, name):
        defined = [n for n, v in vars(module).items() if _defined_in(module, n, v)]
        place = span or said("component", path)
        raise ContractError([NameMissingInFile(place, file_name, name, defined)])
    return getattr(module, name)


def find_plugin(plugin: str, folders: Sequence[Path] = (), span: Span | None = None) -> Path:
    """The Python file that a plugin names; raises ContractError (at `span`) if there is none."""
    candidates = list(dict.fromkeys((folder / plugin).resolve() for folder in folders or [Path()]))
    path = next((p for p in candidates if p.is_file()), None)
    if path is None:
        place = span or said("plugin", plugin)
        raise ContractError([PluginMissing(place, plugin, [str(p) for p in candidates])])
    return path


def _load_file(plugin: str, folders: Sequence[Path], place: Span) -> ModuleType:
    path = find_plugin(plugin, folders, place)
    digest = hashlib.sha1(str(path).encode(), usedforsecurity=False).hexdigest()[:8]
    name = f"{path.stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _failed(plugin, _line_in(path, error) or place, error) from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def _failed(plugin: str, place: Span, error: Exception) -> PluginError:
    reason = f"{type(error).__name__}: {getattr(error, 'msg', None) or error}"
    return PluginError([PluginFailed(place, plugin, reason)])


def _line_in(path: Path, error: Exception) -> Span | None:
    """The line of the user's own file at which the exception left it."""
    if isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        if not lines or not lines[-1]:
            return None
        line = lines[-1]
    try:
        source = Source(_shown(path), path.read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError):
        return None
    return source.line_span(line)


def _shown(path: Path) -> str:
    """A path as a message shows it: from the working directory, if it lies there."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _defined_in(module: ModuleType, name: str, value: object) -> bool:
    return not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
