"""The compiler as functions: check, compile, load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from neuroscript.codegen import Target, build, emit
from neuroscript.codegen.construction import check_construction
from neuroscript.codegen.lightning_module import lightning_class
from neuroscript.codegen.naming import class_name
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, nearest, or_list
from neuroscript.language import Checked, Signature, check_path, check_text

_SIGNATURE = "__neuroscript_signature__"


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


def loads(text: str, name: str = "<string>", base: str | Path | None = None) -> Namespace:
    """The neurons of a program given as text, as classes.

    `base` is the folder that `use local` starts from.
    Raises NeuroScriptError if the program has errors.

    >>> text = "neuron A:\\n  in: [n, 2]\\n  out: [n, 1]\\n  graph: in -> Linear(2, 1) -> out\\n"
    >>> loads(text).A()
    A(
      (linear): Linear(in_features=2, out_features=1, bias=True)
    )
    """
    return Namespace(check_text(text, name, base=base).raise_errors())


def load(path: str | Path) -> Namespace:
    """The neurons of a `.ns` file, as classes; see `loads`."""
    return Namespace(check_path(path).raise_errors())


def signature(neuron: Any) -> Signature:
    """The signature of a class that `load` or `loads` made, or of an instance of one.

    Raises TypeError for anything else.
    """
    found = getattr(neuron, _SIGNATURE, None)
    if isinstance(found, Signature):
        return found
    raise TypeError(f"{neuron!r} is not a neuron that neuroscript.load() made")


class Namespace:
    """The neurons of a file: `ns.XOR` is its nn.Module class, `ns.XORModule` its LightningModule.

    LightningModules are made when they are first asked for. Iterating gives the neurons' names.
    """

    def __init__(self, checked: Checked) -> None:
        code = emit(checked)
        self._checked = checked
        self._module: ModuleType = build(code)
        self._neurons = list(checked.scope.own)
        for name in self._neurons:
            cls = self._module.__dict__[class_name(name)]
            setattr(cls, _SIGNATURE, checked.signature(name))
            check_construction(cls, checked, name)
            setattr(self, name, cls)

    def __getattr__(self, name: str) -> Any:
        neuron = name.removesuffix("Module")
        if not name.startswith("_") and neuron != name and neuron in self._neurons:
            value = lightning_class(self._module, class_name(neuron))
            setattr(self, name, value)
            return value
        near = nearest(name, self._neurons) if not name.startswith("_") else []
        hint = f"; did you mean {or_list(near)}?" if near else ""
        raise AttributeError(f"there is no neuron {name!r}{hint}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._neurons)

    def __dir__(self) -> list[str]:
        return [*self._neurons, *(f"{name}Module" for name in self._neurons)]

    def __repr__(self) -> str:
        return f"<neurons of {self._checked.source.name}: {', '.join(self._neurons)}>"


__all__ = [
    "Namespace",
    "NeuroScriptError",
    "check",
    "check_source",
    "compile",
    "compile_source",
    "load",
    "loads",
    "signature",
]
