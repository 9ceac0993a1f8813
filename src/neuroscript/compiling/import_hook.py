"""Makes `.ns` files importable: `import xor` finds `xor.ns` wherever Python finds `xor.py`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import FileLoader, InspectLoader, MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from neuroscript.codegen import build, emit
from neuroscript.compiling.namespace import lightning_class_of, names_of, neurons_in
from neuroscript.diagnostics import Diagnostic, NeuroScriptError
from neuroscript.language import check_path

SUFFIX = ".ns"


class NeuronImportError(NeuroScriptError, ImportError):
    """A `.ns` file with mistakes was imported; its text is the rendered diagnostics."""

    def __init__(
        self, diagnostics: Sequence[Diagnostic], name: str | None = None, path: str | None = None
    ) -> None:
        super().__init__(diagnostics)
        self.name = name
        self.path = path


class NeuronLoader(FileLoader, InspectLoader):
    """Fills a module with the neurons of a `.ns` file.

    `XOR` is the nn.Module class of a neuron, and `XORModule`, made when it is first asked for, its
    LightningModule class. A module that is reloaded is filled anew.
    """

    def exec_module(self, module: ModuleType) -> None:
        """Checks, compiles and runs the file; raises NeuronImportError at its mistakes."""
        try:
            checked = check_path(self.path).raise_errors()
            code = emit(checked)
            names: dict[str, Any] = vars(module)
            for stale in names_of(names.get("__all__", ())):
                names.pop(stale, None)
            neurons = neurons_in(build(code, module), checked)
        except NeuroScriptError as error:
            raise NeuronImportError(error.diagnostics, self.name, str(self.path)) from None
        names.update(neurons)
        names["__all__"] = list(neurons)
        names["__getattr__"] = lambda name: lightning_class_of(name, neurons, module)
        names["__dir__"] = lambda: sorted({*names, *names_of(neurons)})

    def get_source(self, fullname: str) -> str:
        """The text of the `.ns` file."""
        return Path(self.path).read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> CodeType | None:
        """None: a neuron is no script."""
        return None


class NeuronFinder(MetaPathFinder):
    """Looks for `.ns` files in the folders where Python looks for modules, in the same order.

    In one folder a Python module goes before a `.ns` file of its name. A folder with
    `__init__.ns` is a package, a folder without is one as in Python.
    """

    def __init__(self) -> None:
        self._folders: dict[str, FileFinder] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a `.ns` file, None if there is none or a Python module comes first."""
        entries = sys.path if path is None else list(path)
        for count, entry in enumerate(entries, 1):
            spec = self._in_folder(entry).find_spec(fullname)
            if spec is None or spec.loader is None:
                continue
            python = PathFinder.find_spec(fullname, entries[:count])
            return spec if python is None or python.loader is None else None
        return None

    def invalidate_caches(self) -> None:
        """Looks into every folder again."""
        self._folders.clear()

    def _in_folder(self, entry: str) -> FileFinder:
        folder = str(Path(entry).absolute())
        if folder not in self._folders:
            self._folders[folder] = FileFinder(folder, (NeuronLoader, [SUFFIX]))
        return self._folders[folder]


def install_import_hook() -> None:
    """Lets `import` find `.ns` files, on `sys.path` and in packages; once is enough.

    `import xor` finds `xor.ns`; `xor.XOR` and `xor.XORModule` are its classes. A file with
    mistakes raises an error that is both a NeuroScriptError and an ImportError.
    """
    if not any(isinstance(finder, NeuronFinder) for finder in sys.meta_path):
        before = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0
        sys.meta_path.insert(before, NeuronFinder())


def uninstall_import_hook() -> None:
    """Undoes `install_import_hook`; modules that were imported stay as they are."""
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, NeuronFinder)]
