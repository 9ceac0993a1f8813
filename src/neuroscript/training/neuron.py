"""The neuron of a config: checked, compiled, and ready to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroscript.codegen import build, emit
from neuroscript.config import Config, check_neuron
from neuroscript.language import Port

if TYPE_CHECKING:
    from lightning import LightningModule


@dataclass(frozen=True, slots=True)
class Neuron:
    """What the compiler knows of the neuron that a config names."""

    name: str
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    ports: str
    """Both on a line: `[batch, 2] -> [batch, 1]`."""

    code: str
    """The Python that it compiles to, its `…Module` included."""

    module_class: type[LightningModule]
    """The `…Module` of that code."""


def load_neuron(config: Config) -> Neuron:
    """Reads, checks and compiles what `model` names.

    Raises ConfigError at the key, or NeuroScriptError with the mistakes of the `.ns` file.
    """
    checked = check_neuron(config)
    signature = checked.signature()
    code = emit(checked, target="lightning")
    namespace = build(code)
    module_class = getattr(namespace, f"{signature.name}Module")
    return Neuron(
        signature.name,
        signature.inputs,
        signature.outputs,
        signature.ports,
        code.text,
        module_class,
    )
