"""Ids that a neuron does not know: tokens without an embedding, classes without an output."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, first_where
from neuroscript.contracts.dataloader.tokenizers import Tokenizer
from neuroscript.contracts.dataloader.tokenizers.bytes import ByteTokenizer
from neuroscript.contracts.loss import IGNORED
from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.training.head import Head
from neuroscript.training.mismatch import (
    ClassOutOfRange,
    TokenOutOfRange,
    TooManyNames,
    VocabularyTooSmall,
)
from neuroscript.training.samples import Samples


def check_tokens(
    inputs: Mapping[str, Column],
    vocabularies: frozenset[int],
    samples: Samples,
    spans: Mapping[str, Span],
    tokenizers: Mapping[str, Tokenizer],
) -> list[Diagnostic]:
    """Tokens that no embedding knows, where there is one vocabulary.

    A tokenizer may have no more ids than the largest embedding, whether the data have them or not.
    Bytes are told by the data: plain English needs 128 of them.
    """
    largest = max(vocabularies, default=None)
    small = [
        port
        for port, tokenizer in tokenizers.items()
        if largest and tokenizer.vocabulary > largest and not isinstance(tokenizer, ByteTokenizer)
    ]
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
