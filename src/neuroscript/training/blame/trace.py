"""A batch run once more, every operation watched for values that are no numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from neuroscript.diagnostics import Span
from neuroscript.training.blame.place import line_being_run


@dataclass(slots=True)
class Operation:
    """An operation with its tensors, and whether they are finite."""

    name: str
    layer: str
    """The innermost layer that runs it; empty outside of the model, as the loss is."""

    place: Span | None
    inputs: list[Tensor]
    outputs: list[Tensor]

    @property
    def is_origin(self) -> bool:
        """Whether it made of finite values some that are not."""
        return all(map(finite, self.inputs)) and not all(map(finite, self.outputs))

    @property
    def makes_nan(self) -> bool:
        """Whether it made NaN of values without."""
        return not any(map(has_nan, self.inputs)) and any(map(has_nan, self.outputs))


@dataclass(slots=True)
class Trace:
    """The operations of a batch in their order."""

    operations: list[Operation] = field(default_factory=list)
    backward_origin: Operation | None = None
    """The first operation whose gradient came in finite and went out otherwise."""

    def forward_origin(self) -> Operation | None:
        """The last operation that made a value that is no number: what follows passed it on.

        Infinities on the way (of masks) count only where no NaN was made.
        """
        nan = next((one for one in reversed(self.operations) if one.makes_nan), None)
        if nan is None:
            return next((one for one in reversed(self.operations) if one.is_origin), None)
        return nan if "softmax" in nan.name or "attention" in nan.name else self._before(nan)

    def _before(self, late: Operation) -> Operation:
        """Where the infinities come from of which an operation made NaN."""
        made = {id(t): one for one in self.operations for t in one.outputs}
        while not all(map(finite, late.inputs)):
            givers = (made.get(id(t)) for t in late.inputs if not finite(t))
            giver = next((one for one in givers if one is not None and one is not late), None)
            if giver is None:
                return late
            late = giver
        return late


def finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def has_nan(tensor: Tensor) -> bool:
    return bool(torch.isnan(tensor).any())


def trace(model: nn.Module, run: Callable[[], Tensor], backward: bool) -> Trace:
    """Runs a batch, and its gradient if asked, watching; `run` gives the loss."""
    watch = _Watch()
    with ExitStack() as stack:
        stack.enter_context(_layers(model, watch))
        stack.enter_context(torch.enable_grad())
        with watch:
            loss = run()
    if backward:
        model.zero_grad(set_to_none=True)
        for node, operation in watch.nodes.items():
            _watch_gradient(node, operation, watch.trace)
        torch.autograd.backward(loss)
    return watch.trace


class _Watch(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.trace = Trace()
        self.layer: list[str] = []
        self.nodes: dict[Node, Operation] = {}
        """What computes gradients, and the operation that it belongs to."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        inputs = _fractions((args, kwargs or {}))
        versions = [tensor._version for tensor in inputs]  # noqa: SLF001 (says what was changed)
        given = func(*args, **(kwargs or {}))
        outputs = _fractions(given)
        changed = any(t._version != v for t, v in zip(inputs, versions, strict=True))  # noqa: SLF001
        if inputs and outputs and not changed:
            layer = self.layer[-1] if self.layer else ""
            one = Operation(_name(func), layer, None, inputs, outputs)
            if not all(map(finite, outputs)) or any(t.requires_grad for t in outputs):
                one.place = line_being_run(trace.__code__)
            self.trace.operations.append(one)
            self._own(one)
        return given

    def _own(self, operation: Operation) -> None:
        """Notes what an operation added to the graph."""
        found = [t.grad_fn for t in operation.outputs if t.grad_fn is not None]
        while found:
            node = found.pop()
            if node not in self.nodes:
                self.nodes[node] = operation
                found += [before for before, _ in node.next_functions if before is not None]


@contextmanager
def _layers(model: nn.Module, watch: _Watch) -> Iterator[None]:
    """While this lasts, it is known which layer runs."""
    hooks = []
    for name, layer in model.named_modules():
        hooks.append(layer.register_forward_pre_hook(lambda *_, n=name: watch.layer.append(n)))
        hooks.append(layer.register_forward_hook(lambda *_: _leave(watch), always_call=True))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _leave(watch: _Watch) -> None:
    if watch.layer:
        watch.layer.pop()


def _watch_gradient(node: Node, operation: Operation, trace: Trace) -> None:
    def look(out: Sequence[Tensor | None], given: Sequence[Tensor | None]) -> None:
        if trace.backward_origin is None and _all_finite(given) and not _all_finite(out):
            trace.backward_origin = operation

    node.register_hook(look)


def _all_finite(tensors: Sequence[Tensor | None]) -> bool:
    return all(finite(tensor) for tensor in tensors if tensor is not None)


def _fractions(values: Any) -> list[Tensor]:
    return [t for t in tree_leaves(values) if isinstance(t, Tensor) and t.is_floating_point()]


def _name(func: Any) -> str:
    name = str(getattr(func, "__name__", func)).strip("_")
    return {"truediv": "division", "rtruediv": "division", "div": "division"}.get(name, name)
