"""The LightningModule of a neuron, written out as a user would read and change it."""

from __future__ import annotations

import linecache
from types import ModuleType
from typing import Any

from neuroscript.codegen.kept_source import keep_source
from neuroscript.codegen.writer import Line, Writer

LIGHTNING_IMPORTS = (
    "from lightning import LightningModule",
    "from neuroscript.training import Component, RegistryHooks",
)

_TEMPLATE = '''\
class {neuron}Module(RegistryHooks, LightningModule):
    """Trains {neuron}.

    Its loss, optimizer and logging hooks are resolved by name from the contract registry.
    """

    neuron = {neuron}

    def __init__(
        self,
        params: dict[str, Any] | None = None,
        *,
        task: str | None = None,
        loss: Component | None = None,
        optimizer: Component = "adam",
        lr: float = 0.001,
        metrics: list[Component] | None = None,
        logger: Component | list[Component] = "console",
        log_every: int = 100,
        schedule: Component | None = None,
        groups: list[dict[str, Any]] | None = None,
        freeze: list[str] | None = None,
        ema: float | dict[str, Any] | None = None,
        gradient_checkpointing: bool | list[str] = False,
        compile: bool | dict[str, Any] = False,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.model = {neuron}(**(params or {{}}))
        self.use_contracts(
            task,
            loss,
            optimizer,
            lr,
            metrics,
            logger,
            log_every,
            schedule=schedule,
            groups=groups,
            freeze=freeze,
            ema=ema,
            gradient_checkpointing=gradient_checkpointing,
            compile=compile,
        )

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.model(*inputs)
'''


def write_lightning_module(out: Writer, neuron: str) -> None:
    """`class <neuron>Module(RegistryHooks, LightningModule)`, behind the class of the neuron.

    `params` are the neuron's parameters. What is None is inferred from the signature and the
    first batch.
    """
    out.line()
    out.line()
    out.lines.extend(Line(line) for line in _TEMPLATE.format(neuron=neuron).splitlines())


def lightning_class(module: ModuleType, neuron: str) -> Any:
    """The LightningModule of a class of a built module, made in that module.

    The same text as in a file that `compile` writes; running it imports lightning. It is added to
    the module's source, where `inspect.getsource` finds it.
    """
    name = f"{neuron}Module"
    if name not in module.__dict__:
        file = str(module.__file__)
        text = "".join(linecache.getlines(file))
        imports = ("from typing import Any", "import torch", *LIGHTNING_IMPORTS)
        added = "\n".join(["", "", *imports, "", "", _TEMPLATE.format(neuron=neuron)])
        first = text.count("\n")
        exec(compile("\n" * first + added, file, "exec"), module.__dict__)  # noqa: S102
        keep_source(file, text + added)
        line = added[: added.index("\nclass ")].count("\n") + 2
        module.__dict__[name].__firstlineno__ = first + line
    return module.__dict__[name]
