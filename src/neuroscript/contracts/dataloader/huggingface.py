"""Datasets of the Hugging Face `datasets` library: from a folder, from its cache, or by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.contracts.dataloader.arrow import Asked, Batches, read_batches
from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.errors import DataError, Unreadable, whole_file
from neuroscript.contracts.dataloader.columns.paths import paths_of
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.contracts.registry import register_dataloader
from neuroscript.extras import needs

BATCH_ROWS = 16384
SAVED = ("state.json", "dataset_dict.json")
SPLITS = {"train": ("train",), "val": ("validation", "val", "valid", "dev"), "test": ("test",)}


@register_dataloader("huggingface", replace=False)
class HuggingFaceLoader(ColumnLoader):
    """One sample per row of a dataset, by the rules of tables: see `parquet`.

    `train`, `val` and `test` are folders that `save_to_disk` wrote; of a folder with several
    splits, the one of that name is taken. With `dataset`, the name or folder of a dataset, and
    `subset` where it has several, they are names of its splits: `val: validation`, or
    `train: "train[:80%]"`. It is looked for as `datasets` is set up to: `HF_HUB_OFFLINE=1` stays
    off the net. Columns of classes have the names that the dataset gives them.
    """

    format: ClassVar[str] = "huggingface"
    suffixes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        path: str | Path | Sequence[str | Path] = (),
        *,
        split: str = "train",
        dataset: str | None = None,
        subset: str | None = None,
        target: str | list[str] | dict[str, str] | None = None,
        features: list[str] | dict[str, Any] | None = None,
        tokenizer: str | None = None,
        max_length: int | None = None,
        **common: Any,
    ) -> None:
        if not path and dataset is None:
            raise ValueError("`dataset` names what to load, or `train` the folder that holds it")
        self.of_split = split
        self.named = dataset, subset
        self.asked = Asked(target, features, tokenizer=tokenizer_for(tokenizer, max_length))
        super().__init__(path, **common)

    @classmethod
    def can_handle(cls, config: Mapping[str, Any]) -> bool:
        """Folders that `save_to_disk` wrote."""
        folders = paths_of(config.get("path"))
        return bool(folders) and all(any((f / name).is_file() for name in SAVED) for f in folders)

    def read(self, files: Sequence[Path]) -> Table:
        """The rows of the split, or of the folders, in order."""
        name, subset = self.named
        if name is None:
            found = [_batches(path, _from_disk(path, self.of_split)) for path in files]
        else:
            splits = [str(file) for file in files] or [SPLITS.get(self.of_split, ("train",))[0]]
            found = [_batches(Path(name), _named(name, subset, split)) for split in splits]
        return read_batches(found, self.asked, Damage(self.on_error, "row"))


def _library() -> Any:
    library = needs("datasets", extra="huggingface", what="reading datasets of Hugging Face")
    library.disable_progress_bars()
    return library


def _from_disk(folder: Path, split: str) -> Any:
    """The dataset of a folder; of several splits the one that is meant."""
    library = _library()
    try:
        found = library.load_from_disk(str(folder))
    except Exception as error:  # noqa: BLE001 - what is no dataset may raise anything
        raise DataError([Unreadable(whole_file(folder), _first_line(error))]) from None
    if not hasattr(found, "keys"):
        return found
    wanted = next((name for name in SPLITS.get(split, ()) if name in found), None)
    if wanted is None:
        reason = f"it has no split for {split}: it has {', '.join(found)}"
        raise DataError([Unreadable(whole_file(folder), reason)])
    return found[wanted]


def _named(name: str, subset: str | None, split: str) -> Any:
    """One split of a dataset that the library finds by its name, or in a folder of files."""
    library = _library()
    try:
        return library.load_dataset(name, subset, split=split)
    except Exception as error:  # noqa: BLE001 - the net, the disk and the files may all fail
        reason = f"split `{split}`: {_first_line(error)}"
        raise DataError([Unreadable(whole_file(Path(name)), reason)]) from None


def _batches(path: Path, dataset: Any) -> Batches:
    features = dataset.features
    names = {
        name: feature.names for name, feature in features.items() if hasattr(feature, "int2str")
    }

    def read(columns: list[str]) -> Iterator[Any]:
        yield from dataset.select_columns(columns).with_format("arrow").iter(BATCH_ROWS)

    return Batches(path, features.arrow_schema, read, names)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
