"""What images take up in memory, told where that is much."""

from __future__ import annotations

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.cache.large import free_memory
from neuroscript.contracts.dataloader.columns import ColumnLoader

GIB = 2**30


def room_notices(loader: DataLoaderContract) -> tuple[str, ...]:
    """Whether the images of training data take more than half of the memory that was free."""
    if not isinstance(loader, ColumnLoader):
        return ()
    images = [loader.table.inputs[name] for name in loader.table.forms]
    taken = sum(column.shape.numel() * column.dtype.itemsize for column in images)
    left = free_memory()
    if left is None or taken <= left:
        return ()
    return (
        f"images take {taken / GIB:.1f} GiB of memory, more than half of what was free: "
        "`data.size` makes them smaller",
    )
