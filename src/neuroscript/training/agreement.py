"""Whether data suit a neuron: found before training, told with both places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, first_where
from neuroscript.contracts.dataloader.columns.description import kind_of
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.tokenizers import Tokenizer
from neuroscript.contracts.loss import IGNORED
from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.language import Port
from neuroscript.training.facts import shape_text
from neuroscript.training.head import Head
from neuroscript.training.input_port import InputPort
from neuroscript.training.look import values_of
from neuroscript.training.mismatch import (
    ClassOutOfRange,
    InputMissing,
    ShapeMismatch,
    TokenOutOfRange,
    TokensExpected,
    TooManyNames,
    VocabularyTooSmall,
)
from neuroscript.training.padding import padding_ports
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
            mismatch = _mismatch(port.shape, tuple(tensor.shape), sizes)
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


def ragged_misfit(
    port: Port | InputPort,
    column: Ragged,
    sizes: dict[str, int],
    lengths: dict[str, tuple[str, Ragged]],
) -> tuple[int, str] | None:
    """The first sequence that a port cannot take, and why; None if it takes all.

    `sizes` are those of names so far, `lengths` the sequences that a name stood for, and where.
    """
    samples, first, rest = len(column), int(column.lengths[0]), column.shape[2:]
    wrong = _mismatch(port.shape, (samples, first, *rest), dict(sizes))
    if wrong:
        return 0, wrong
    dim = port.shape[1] if len(port.shape) > 1 else "*"
    if not isinstance(dim, int) and re.fullmatch(r"[A-Za-z_]\w*", dim) and dim not in sizes:
        other, same = lengths.setdefault(dim, (port.name, column))
        differs = (same.lengths != column.lengths).nonzero()
        if not len(differs):
            return None
        odd = int(differs[0])
        return odd, f"{column.lengths[odd]} here, {same.lengths[odd]} in `{other}` (`{dim}`)"
    odd = other_length(column)
    wrong = _mismatch(port.shape, (samples, int(column.lengths[odd]), *rest), dict(sizes))
    return (odd, wrong) if wrong else None


def sizes_of(column: Column) -> list[int | str]:
    """The shape of a sample, with a word for the length of sequences that differ."""
    sizes: list[int | str] = list(column.shape[1:])
    if isinstance(column, Ragged):
        sizes[0] = "length"
    return sizes


def check_tokens(
    inputs: Mapping[str, Column],
    vocabularies: frozenset[int],
    samples: Samples,
    spans: Mapping[str, Span],
    tokenizers: Mapping[str, Tokenizer],
) -> list[Diagnostic]:
    """Tokens that no embedding knows, where there is one vocabulary.

    A tokenizer may have no more ids than the largest embedding, whether the data have them or not.
    """
    largest = max(vocabularies, default=None)
    small = [port for port, t in tokenizers.items() if largest and t.vocabulary > largest]
    if largest and small:
        return [_too_small(tokenizers[port], largest, samples, spans.get(port)) for port in small]
    if len(vocabularies) != 1:
        return []
    (vocabulary,) = vocabularies
    found: list[Diagnostic] = []
    for port, tensor in inputs.items():
        if tensor.dtype.is_floating_point:
            continue
        strange = first_where(tensor, partial(_outside, vocabulary=vocabulary))
        if strange is not None:
            place, token = samples.input_at(strange[0], port), int(strange[1])
            found.append(TokenOutOfRange(place, port, spans.get(port), token, vocabulary))
    return found


def _outside(values: Tensor, vocabulary: int) -> Tensor:
    """Where tokens are that are not known; bytes would take 256 for 0."""
    values = values.long()
    return (values < 0) | (values >= vocabulary)


def _too_small(
    tokenizer: Tokenizer, vocabulary: int, samples: Samples, span: Span | None
) -> Diagnostic:
    name, ids = tokenizer.name, tokenizer.vocabulary
    return VocabularyTooSmall(samples.place(0), name, ids, span, vocabulary)


def check_classes(
    head: Head, target: Column, samples: Samples, declared: str, span: Span | None
) -> list[Diagnostic]:
    """Targets that name a class which the output does not have."""
    classes = head.classes
    if classes is None or classes == 1:
        return []
    if len(head.names) > classes:
        place = samples.target_at(0, head.port)
        return [TooManyNames(place, head.names, classes, declared, span)]
    strange = first_where(target, lambda v: ((v < 0) & (v != IGNORED)) | (v >= classes))
    if strange is None:
        return []
    what, at = ("target", samples.target_at) if samples.targets else ("token", samples.input_at)
    place = at(strange[0], head.port)
    return [ClassOutOfRange(place, int(strange[1]), classes, declared, span, what)]


def other_length(column: Column) -> int:
    """The first sample that is not as long as the first one; 0 where all are."""
    if not isinstance(column, Ragged):
        return 0
    return int((column.lengths != column.lengths[0]).nonzero()[0])


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


def _wanted(port: Port | InputPort) -> str:
    """What a sample has to hold for a port.

    In numbers where these are known, else in names: `8 numbers`, `3 × height × width numbers`.
    """
    sizes = [str(dim) for dim in port.shape[1:]]
    if not sizes:
        return "one number"
    return f"{' × '.join(sizes)} number{'' if sizes == ['1'] else 's'}"


def written(shape: Sequence[int | str]) -> str:
    """A shape as it stands in a `.ns` file.

    >>> written(("batch", 2))
    '[batch, 2]'
    """
    return f"[{', '.join(map(str, shape))}]"


def _mismatch(
    declared: Sequence[int | str], sizes: Sequence[int], known: dict[str, int]
) -> str | None:
    """Why a tensor does not have a declared shape; `known` are the sizes of names so far.

    >>> _mismatch(("batch", 2), (4, 3), {})
    '3 instead of 2'
    >>> _mismatch(("*", 8), (4, 5, 8), {}) is None
    True
    """
    star = next((i for i, dim in enumerate(declared) if str(dim).startswith("*")), None)
    many = star is not None and (star == 0 or len(str(declared[star])) > 1)
    if many and star is not None:
        after = len(declared) - star - 1
        if len(sizes) < len(declared) - 1:
            return _dims(sizes)
        sizes = [*sizes[:star], *sizes[len(sizes) - after :]]
        declared = [*declared[:star], *declared[star + 1 :]]
    elif len(declared) != len(sizes):
        return _dims(sizes)
    for dim, size in zip(declared, sizes, strict=True):
        expected = dim if isinstance(dim, int) else known.get(dim)
        if expected is None:
            if re.fullmatch(r"[A-Za-z_]\w*", str(dim)):
                known[str(dim)] = size
        elif expected != size:
            name = "" if isinstance(dim, int) else f" (`{dim}`)"
            return f"{size} instead of {expected}{name}"
    return None


def _dims(sizes: Sequence[int]) -> str:
    """How many dimensions a sample has, without that of the batch."""
    rank = len(sizes) - 1
    return {0: "one number a sample", 1: "a list of numbers"}.get(rank, f"{rank} dimensions")
