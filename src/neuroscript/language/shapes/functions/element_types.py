"""Library neurons whose arguments decide the element type of what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from neuroscript.language.shapes.values import Abstract, Known

CASTS = {
    "float": ("float", "float16", "bfloat16", "float32", "float64", "half", "double"),
    "int": ("int", "int8", "int16", "int32", "int64", "uint8", "long"),
    "bool": ("bool",),
    "complex": ("complex", "complex64", "complex128"),
}
"""Names of element types, by what the language calls them."""


def cast_type(args: Mapping[str, Abstract]) -> str | None:
    """The element type that `Cast` gives; None for a name that is not known here."""
    value = args.get("dtype")
    name = value.value if isinstance(value, Known) else None
    if not isinstance(name, str):
        return None
    for kind, names in CASTS.items():
        if name in names:
            return kind
    return None


ELEMENT_TYPES: Mapping[str, Callable[[Mapping[str, Abstract]], str | None]] = {"Cast": cast_type}
"""Library neurons that change element types, by what their arguments say."""
