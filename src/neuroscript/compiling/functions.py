"""The compiler as functions: check, compile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroscript.codegen import Target, emit
from neuroscript.diagnostics import Diagnostic
from neuroscript.language import check_path, check_text


def check_source(
    text: str,
    params: Mapping[str, Any] | None = None,
    name: str = "<string>",
    base: str | Path | None = None,
) -> list[Diagnostic]:
    """Errors and warnings of a program given as text, in source order.

    `params` are values for the entry neuron's parameters; `base` is the folder that `use local`
    starts from, without which it is NS603. Nothing is run or imported.

    >>> text = "neuron A:\\n  in: [n]\\n  out: [n]\\n  graph: in -> Relu() -> out\\n"
    >>> [d.code for d in check_source(text)]
    ['NS201']
    """
    return list(check_text(text, name, params=params, base=base).diagnostics)


def check(path: str | Path, params: Mapping[str, Any] | None = None) -> list[Diagnostic]:
    """Errors and warnings of a `.ns` file, in source order.

    `params` are values for the entry neuron's parameters. Raises NeuroScriptError (NS603) if the
    file cannot be read.
    """
    return list(check_path(path, params=params).diagnostics)


def compile_source(
    text: str,
    neuron: str | None = None,
    target: Target = "torch",
    name: str = "<string>",
    base: str | Path | None = None,
) -> str:
    """Python source of a program given as text.

    With `neuron`, that neuron and what it uses; else all neurons. `target="lightning"` adds the
    LightningModule of the entry neuron. `base` is the folder that `use local` starts from.
    Raises NeuroScriptError if the program has errors.
    """
    return emit(check_text(text, name, neuron, base=base), neuron, target).text


def compile(  # noqa: A001 (the verb's name)
    path: str | Path, neuron: str | None = None, target: Target = "torch"
) -> str:
    """Python source of a `.ns` file; see `compile_source`."""
    return emit(check_path(path, neuron), neuron, target).text
