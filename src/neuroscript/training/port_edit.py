"""What to write so that a port takes the data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuroscript.diagnostics import Span
from neuroscript.language import Port
from neuroscript.training.facts import shape_text
from neuroscript.training.input_port import InputPort


def edit_of(port: Port | InputPort, sizes: Sequence[int | str]) -> str | None:
    """What to write in the `.ns` file, or in the config, so that the port takes such a batch.

    None where no file is known to declare the port.
    """
    if port.span is None:
        return None
    declared = port.span.text.partition("[")[2].partition("]")[0]
    dims = [dim.strip() for dim in declared.split(",")]
    place = f"{port.span.source.name}:{port.span.line}"
    if len(dims) != len(sizes) or any(dim.startswith("*") for dim in dims):
        shape = shape_text(sizes[1:])
        return f"write `{port.span.text.replace(f'[{declared}]', shape)}` in {place}"
    wrong = [i for i, dim in enumerate(port.shape) if isinstance(dim, int) and dim != sizes[i]]
    params = {dims[i]: sizes[i] for i in wrong if _is_parameter(dims[i], port.span)}
    if len(params) < sum(dims[i].isidentifier() for i in wrong):
        return None  # the graph itself settles such a size
    if wrong and len(params) == len(wrong) and all(isinstance(n, int) for n in params.values()):
        given = ", ".join(f"{name}: {size}" for name, size in params.items())
        return f"set `model.params: {{{given}}}`"
    mended = [str(sizes[i]) if i in wrong else dim for i, dim in enumerate(dims)]
    text = port.span.text.replace(f"[{declared}]", f"[{', '.join(mended)}]")
    return f"write `{text}` in {place}"


def _is_parameter(name: str, port: Span) -> bool:
    """Whether the neuron that a port belongs to has a parameter of that name."""
    heading = port.source.text[: port.start].rpartition("neuron ")[2].partition(":\n")[0]
    return re.search(rf"[(,]\s*{re.escape(name)}\b", heading) is not None
