"""`${env:NAME}` in the values of a config."""

from __future__ import annotations

import os
import re
from typing import Any

from neuroscript.config.errors import VariableNotSet
from neuroscript.config.yaml12 import Document, Path, read_scalar
from neuroscript.diagnostics import Sink

REFERENCE = re.compile(r"\$\{env:([^}]*)\}")


def fill_in_environment(document: Document, sink: Sink) -> None:
    """Replaces every reference by the variable's text.

    A value that is one reference and nothing else is read as YAML reads a plain scalar, so
    that numbers stay numbers. A variable that is not set is an error at the value.
    """

    def fill(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner, (*path, i)) for i, inner in enumerate(value)]
        if not isinstance(value, str) or "${env:" not in value:
            return value
        for name in REFERENCE.findall(value):
            if name not in os.environ:
                sink.add(VariableNotSet(document.places[path].value, name))
                return value
        filled = REFERENCE.sub(lambda match: os.environ[match[1]], value)
        return read_scalar(filled) if REFERENCE.fullmatch(value) else filled

    for key, value in document.data.items():
        document.data[key] = fill(value, (key,))
