"""Heads that are the embedding: not stored by us, and stored or not by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroscript.convert.family import Family, Side

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Tie:
    """A head that is the embedding of its model."""

    head: str
    """What the head would be called on the side that is read; there it may be missing."""

    embedding: str
    theirs: str
    their_embedding: str

    @staticmethod
    def of(
        family: Family, source: Side, state: Mapping[str, Tensor], wanted: bool | None
    ) -> Tie | None:
        """The tie of a model; None if its head is another one, or it has none."""
        if family.tied is None:
            return None
        theirs, their_embedding = family.tied
        head, embedding = theirs, their_embedding
        if source == "ours":
            head, embedding = (_our_name(family, name) for name in family.tied)
        tie = Tie(head, embedding, theirs, their_embedding)
        if not family.may_untie or wanted:
            return tie
        if wanted is None and (head not in state or tie._one_tensor(state)):
            return tie
        return None

    def holds(self, state: Mapping[str, Tensor]) -> bool:
        """Whether the head that is there is the embedding, if both are there."""
        import torch

        if self.embedding not in state or self._one_tensor(state):
            return True
        head, embedding = state[self.head], state[self.embedding]
        if head.shape != embedding.shape or head.dtype != embedding.dtype:
            return False
        return head.is_meta or embedding.is_meta or torch.equal(head, embedding)

    def _one_tensor(self, state: Mapping[str, Tensor]) -> bool:
        if self.embedding not in state:
            return False
        head, embedding = state[self.head], state[self.embedding]
        same_memory = head.data_ptr() == embedding.data_ptr() != 0
        return head is embedding or (same_memory and head.shape == embedding.shape)


def _our_name(family: Family, theirs: str) -> str:
    """The name that we have for a weight of theirs; its own where we have none."""
    for part in family.parts:
        for rule in part.rules:
            if [part.theirs + name for name in rule.theirs] == [theirs]:
                return part.ours + rule.ours
    return theirs
