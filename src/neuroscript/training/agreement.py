"""Whether the inputs in the data suit the ports of a neuron, told with both places."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.description import kind_of
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.diagnostics import Diagnostic
from neuroscript.language import Port
from neuroscript.training.input_port import InputPort
from neuroscript.training.look import values_of
from neuroscript.training.misfit import mismatch_of, ragged_misfit, written
from neuroscript.training.mismatch import InputMissing, ShapeMismatch, TokensExpected
from neuroscript.training.padding import padding_ports
from neuroscript.training.port_edit import edit_of
from neuroscript.training.samples import Samples


def check_inputs(ports: Sequence[Port | InputPort], samples: Samples) -> list[Diagnostic]:
    """What is wrong with the inputs in the data for the declared ports."""
    given = samples.inputs
    told = padding_ports({port.name: len(port.shape) for port in ports}, given)
    ports = [port for port in ports if port.name not in told]
    if len(ports) == 1 and len(given) == 1:
        pairs = [(ports[0], next(iter(given.values())))]
    else:
        missing = [port for port in ports if port.name not in given]
        if missing:
            place = samples.place(0)
            return [InputMissing(place, port.name, port.span, list(given)) for port in missing]
        pairs = [(port, given[port.name]) for port in ports]
    sizes: dict[str, int] = {}
    lengths: dict[str, tuple[str, Ragged]] = {}
    found: list[Diagnostic] = []
    for port, tensor in sorted(pairs, key=lambda pair: isinstance(pair[1], Ragged)):
        if isinstance(tensor, Ragged):
            misfit = ragged_misfit(port, tensor, sizes, lengths)
        else:
            mismatch = mismatch_of(port.shape, tuple(tensor.shape), sizes)
            misfit = (0, mismatch) if mismatch else None
        if misfit is not None:
            found.append(_shape_mismatch(port, tensor, samples, *misfit))
        elif port.dtype == "int" and tensor.dtype.is_floating_point:
            place = samples.input_at(0, port.name)
            found.append(TokensExpected(place, port.name, port.span, str(values_of(tensor))))
    return found


def _shape_mismatch(
    port: Port | InputPort, column: Column, samples: Samples, sample: int, detail: str
) -> ShapeMismatch:
    """The diagnostic of a sample that a port cannot take; text became tokens before."""
    place = samples.input_at(sample, port.name)
    text = place.text.startswith('"')
    sizes = ["seq"] if text else sizes_of(column)
    edit = edit_of(port, [len(column), *sizes]) if text or not sample else None
    return ShapeMismatch(
        place,
        port=port.name,
        port_span=port.span,
        declared=written(port.shape),
        found="text" if text else str(kind_of(column)),
        detail="tokens, as many as the text is long" if text else detail,
        edit=edit and edit.replace("seq]`", "seq] int`") if text else edit,
        wanted=_wanted(port),
    )


def sizes_of(column: Column) -> list[int | str]:
    """The shape of a sample, with a word for the length of sequences that differ."""
    sizes: list[int | str] = list(column.shape[1:])
    if isinstance(column, Ragged):
        sizes[0] = "length"
    return sizes


def _wanted(port: Port | InputPort) -> str:
    """What a sample has to hold for a port.

    In numbers where these are known, else in names: `8 numbers`, `3 × height × width numbers`.
    """
    sizes = [str(dim) for dim in port.shape[1:]]
    if not sizes:
        return "one number"
    return f"{' × '.join(sizes)} number{'' if sizes == ['1'] else 's'}"
