"""The neurons of a program as classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from neuroscript.codegen import build, emit
from neuroscript.codegen.construction import check_construction
from neuroscript.codegen.lightning_module import lightning_class
from neuroscript.codegen.naming import class_name
from neuroscript.diagnostics import nearest, or_list
from neuroscript.language import Checked, Signature, check_path, check_text

_SIGNATURE = "__neuroscript_signature__"


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


def neurons_in(module: ModuleType, checked: Checked) -> dict[str, type]:
    """The classes of a built module by the names of their neurons, which know their signatures."""
    found: dict[str, type] = {}
    for name in checked.scope.own:
        cls = module.__dict__[class_name(name)]
        setattr(cls, _SIGNATURE, checked.signature(name))
        check_construction(cls, checked, name)
        found[name] = cls
    return found


def lightning_class_of(name: str, neurons: Iterable[str], module: ModuleType) -> Any:
    """What `XORModule` stands for, where `XOR` is a neuron; raises AttributeError for the rest."""
    known = list(neurons)
    neuron = name.removesuffix("Module")
    if not name.startswith("_") and neuron != name and neuron in known:
        return lightning_class(module, class_name(neuron))
    near = nearest(name, known) if not name.startswith("_") else []
    hint = f"; did you mean {or_list(near)}?" if near else ""
    raise AttributeError(f"there is no neuron {name!r}{hint}")


def names_of(neurons: Iterable[str]) -> list[str]:
    """Neurons and their LightningModules."""
    known = list(neurons)
    return [*known, *(f"{name}Module" for name in known)]


class Namespace:
    """The neurons of a file: `ns.XOR` is its nn.Module class, `ns.XORModule` its LightningModule.

    LightningModules are made when they are first asked for. Iterating gives the neurons' names.
    """

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._module = build(emit(checked))
        self._neurons = neurons_in(self._module, checked)
        vars(self).update(self._neurons)

    def __getattr__(self, name: str) -> Any:
        value = lightning_class_of(name, self._neurons, self._module)
        setattr(self, name, value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._neurons)

    def __dir__(self) -> list[str]:
        return names_of(self._neurons)

    def __repr__(self) -> str:
        return f"<neurons of {self._checked.source.name}: {', '.join(self._neurons)}>"
