"""The compiler from Python: check, compile, load, import."""

from neuroscript.compiling.functions import check, check_source, compile, compile_source  # noqa: A004
from neuroscript.compiling.import_hook import install_import_hook, uninstall_import_hook
from neuroscript.compiling.namespace import Namespace, load, loads, signature
from neuroscript.diagnostics import NeuroScriptError

__all__ = [
    "Namespace",
    "NeuroScriptError",
    "check",
    "check_source",
    "compile",
    "compile_source",
    "install_import_hook",
    "load",
    "loads",
    "signature",
    "uninstall_import_hook",
]
