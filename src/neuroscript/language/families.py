"""The library by families: a file of layers is one, and all complete models are one."""

from __future__ import annotations

from pathlib import PurePosixPath

from neuroscript.diagnostics import Source, record
from neuroscript.language.names.scope import Library

TITLES = {"zoo": "Complete models."}
"""Of families that are several files; others say at their top what they are."""


@record
class Family:
    """Neurons that belong together; `title` is a sentence on them."""

    name: str
    title: str
    neurons: tuple[str, ...]


def families(library: Library) -> tuple[Family, ...]:
    """All families, those of layers before those of models.

    >>> from neuroscript.language.names.scope import standard_library
    >>> [family.name for family in families(standard_library()) if "Linear" in family.neurons]
    ['feedforward']
    """
    members: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for name in library.names():
        source = library.source(name)
        family = family_of(source)
        members.setdefault(family, []).append(name)
        titles.setdefault(family, TITLES.get(family) or _first_comment(source))
    return tuple(Family(name, titles[name], tuple(found)) for name, found in members.items())


def family_of(source: Source) -> str:
    """`feedforward` for `stdlib/feedforward.ns`, `zoo` for `stdlib/zoo/gpt2.ns`."""
    _, *folders, file = PurePosixPath(source.name).parts
    return folders[0] if folders else PurePosixPath(file).stem


def _first_comment(source: Source) -> str:
    first = source.text.partition("\n")[0]
    return first.removeprefix("# ") if first.startswith("# ") else ""
