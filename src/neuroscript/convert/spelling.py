"""The names of one model's weights as its maker spells them: prefixes, versions, old names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from neuroscript.convert.family import Family
from neuroscript.convert.names import Pattern


@dataclass(frozen=True)
class Spelling:
    """How transformers spells the names of a family; rules have no prefix, and the older names."""

    family: Family
    prefixed: bool
    newer: bool
    """Whether names are those of today's modules, where these differ from files."""

    @staticmethod
    def of(family: Family, names: Iterable[str]) -> Spelling:
        """The spelling that weights already have."""
        names = list(names)
        prefix = family.prefix
        prefixed = bool(prefix) and any(name.startswith(prefix) for name in names)
        reader = Spelling(family, prefixed, False)
        plain = [reader._without_prefix(name) for name in names]
        newer = [new for new, _ in family.spellings]
        return Spelling(family, prefixed, any(_replaced(n, o, o) for n in plain for o in newer))

    def plain(self, name: str) -> str:
        """A name as the rules have it.

        >>> from neuroscript.convert.families import load
        >>> Spelling(load("bert"), True, False).plain("bert.embeddings.LayerNorm.gamma")
        'embeddings.LayerNorm.weight'
        """
        name = self._without_prefix(name)
        for old, new in self.family.aliases:
            name = name.replace(old, new)
        for newer, older in self.family.spellings:
            replaced = _replaced(name, newer, older)
            if replaced is not None:
                return replaced
        return name

    def full(self, name: str, below_prefix: bool = True) -> str:
        """A name of the rules as transformers has it.

        >>> from neuroscript.convert.families import load
        >>> Spelling(load("vit"), True, True).full("encoder.layer.0.output.dense.bias")
        'vit.layers.0.mlp.fc2.bias'
        """
        if self.newer:
            for newer, older in self.family.spellings:
                replaced = _replaced(name, older, newer)
                if replaced is not None:
                    name = replaced
                    break
        return self.family.prefix + name if self.prefixed and below_prefix else name

    def _without_prefix(self, name: str) -> str:
        return name.removeprefix(self.family.prefix) if self.prefixed else name


def _replaced(name: str, beginning: str, other: str) -> str | None:
    """The name with another beginning; None if it does not begin so."""
    pieces = name.split(".")
    kept = beginning.count(".")
    head, tail = ".".join(pieces[:kept]) + ".", ".".join(pieces[kept:])
    numbers = _pattern(beginning).match(head)
    return None if numbers is None else _pattern(other).fill(numbers) + tail


@lru_cache(maxsize=256)
def _pattern(text: str) -> Pattern:
    return Pattern(text)
