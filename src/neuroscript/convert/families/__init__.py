"""The models that can be converted: one file each, found by its name.

A file declares `FAMILY`; there is no list to add it to.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from neuroscript.convert.errors import UnknownModel, WeightsError, nowhere
from neuroscript.convert.family import Family, Settings


@cache
def families() -> tuple[str, ...]:
    """The names of all families.

    >>> families()
    ('bert', 'convnext', 'gpt2', 'llama', 'mamba', 'resnet', 'vit')
    """
    files = Path(__file__).parent.glob("[a-z]*.py")
    return tuple(sorted(path.stem for path in files))


def models() -> list[str]:
    """All names that a model can be asked for by: families, and their models of fixed size."""
    return sorted({name for family in families() for name in (family, *load(family).variants)})


def load(name: str) -> Family:
    """The family of this name, which must be there."""
    family: Family = import_module(f"{__name__}.{name}").FAMILY
    return family


def find(model: str) -> tuple[Family, Settings | None]:
    """The family of a model, and what is fixed for it; letter case does not matter.

    The neuron's name does as well: `BertEncoder` is `bert`. Raises WeightsError (NW105).

    >>> family, settings = find("ResNet50")
    >>> family.name, settings.neuron
    ('resnet', 'ResNet50')
    """
    wanted = model.lower()
    for name in families():
        family = load(name)
        if wanted in (name, family.neuron.lower()):
            return family, None
        if wanted in family.variants:
            return family, family.variants[wanted]
    raise WeightsError([UnknownModel(nowhere(), model, tuple(models()))])
