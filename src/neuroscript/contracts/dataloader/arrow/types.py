"""What columns of Arrow hold."""

from __future__ import annotations

from typing import Any

from neuroscript.contracts.dataloader.cells.choice import ColumnType
from neuroscript.extras import needs


def column_types(schema: Any) -> dict[str, ColumnType]:
    """What each column holds: `number` (booleans and lists of numbers too), `text`, or its type."""
    return {field.name: _type(field.type) for field in schema}


def _type(kind: Any) -> ColumnType:
    types = needs("pyarrow.types", extra="parquet", what="reading tables of Arrow")
    kind = storage_of(kind)
    inner, depth = kind, 0
    while _is_list(inner):
        inner, depth = storage_of(inner.value_type), depth + 1
    if types.is_dictionary(inner):
        inner = inner.value_type
    if types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner):
        return f"lists of {inner}" if depth else "text"
    if types.is_boolean(inner) or types.is_integer(inner):
        return "number"
    if types.is_floating(inner) or types.is_decimal(inner):
        return "number"
    return f"values of type {kind}"


def storage_of(kind: Any) -> Any:
    """The type that an extension type is stored as, which is itself for all others."""
    return getattr(kind, "storage_type", kind)


def _is_list(kind: Any) -> bool:
    types = needs("pyarrow.types", extra="parquet", what="reading tables of Arrow")
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))
