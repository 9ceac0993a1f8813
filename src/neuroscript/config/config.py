"""A config that has been read: its values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr

from neuroscript.config.dump import to_yaml
from neuroscript.config.errors import BadValue, ConfigError, MissingKey
from neuroscript.config.paths import find_files
from neuroscript.config.sections import (
    DataSection,
    ModelSection,
    OutputTask,
    RunSection,
    Section,
    Task,
    TrainingSection,
)
from neuroscript.config.yaml12 import Document, Place
from neuroscript.diagnostics import Source, Span


class Config(Section):
    """What a run is set to.

    >>> from neuroscript.config import load_config
    >>> config = load_config({"training": {"lr": 0.01}})
    >>> config.training.lr, config.training.optimizer, config.batch_size
    (0.01, 'adam', 32)
    """

    model: ModelSection = Field(default_factory=ModelSection, description="what is trained")
    data: DataSection = Field(default_factory=DataSection, description="what it is trained on")
    task: Task | dict[str, OutputTask] | None = Field(
        default=None,
        description="one, or one for each output; by the neuron and the data if none",
    )
    training: TrainingSection = Field(
        default_factory=TrainingSection, description="how it is trained"
    )
    plugins: list[str] = Field(default=[], description="Python files or modules to import first")
    run: RunSection = Field(default_factory=RunSection, description="where the results go")

    _document: Document = PrivateAttr()

    @classmethod
    def of(cls, data: dict[str, Any], document: Document) -> Config:
        """The config with these values; raises pydantic's ValidationError."""
        config = cls.model_validate(data)
        config._document = document  # noqa: SLF001 - its own
        return config

    @property
    def document(self) -> Document:
        """The text that the config was read from, its values, and where each stands."""
        return self._document

    @property
    def source(self) -> Source:
        """The text that the config was read from."""
        return self._document.source

    @property
    def folders(self) -> list[Path]:
        """Where its paths are looked up: its own folder, then the working directory."""
        own = [self.source.path.parent] if self.source.path else []
        return [*own, Path()]

    @property
    def name(self) -> str:
        """The name of the run: `run.name`, or the stem of the file."""
        return self.run.name or (self.source.path.stem if self.source.path else "run")

    @property
    def batch_size(self) -> int:
        """Samples per step, from either place that may say it; 32, also while it is `auto`."""
        given = self.data.batch_size or self.training.batch_size
        return given if isinstance(given, int) else 32

    @property
    def finds_batch_size(self) -> bool:
        """Whether the batch size is still to be found."""
        return "auto" in (self.data.batch_size, self.training.batch_size)

    def with_found(self, **values: Any) -> Config:
        """The same config with other values in section `training`, such as those of `auto`.

        >>> from neuroscript.config import load_config
        >>> config = load_config({"training": {"lr": "auto"}, "data": {"batch_size": "auto"}})
        >>> found = config.with_found(lr=0.02, batch_size=64)
        >>> found.lr, found.batch_size, found.finds_batch_size
        (0.02, 64, False)
        """
        data = self.data
        if "batch_size" in values:
            data = data.model_copy(update={"batch_size": None})
        training = self.training.model_copy(update=values)
        return self.model_copy(update={"training": training, "data": data})

    @property
    def lr(self) -> float:
        """The learning rate; 0.001 while it is `auto`."""
        given = self.training.lr
        return 0.001 if isinstance(given, str) else given

    @property
    def epochs(self) -> int | None:
        """Passes over the data; 10 where neither epochs nor steps are given, None for steps."""
        return self.training.epochs or (None if self.training.steps else 10)

    def where(self, key: str) -> Span | None:
        """Where the value of a key such as `training.loss` stands; None if it is not given."""
        place = self._place(key)
        return place.value if place else None

    def where_key(self, key: str) -> Span | None:
        """Where the key itself stands."""
        place = self._place(key)
        return (place.key or place.value) if place else None

    def place(self, key: str) -> Span:
        """Where the value of a key stands, or the nearest section that is given, to point at."""
        found = self.where(key)
        while found is None and "." in key:
            key = key.rpartition(".")[0]
            found = self.where_key(key)
        return found or self._root

    def place_of_key(self, key: str) -> Span:
        """Where a key itself stands, or the nearest section that is given."""
        return self.where_key(key) or self.place(key)

    def at(self, key: str, *named_by: str) -> ComponentPlace:
        """Where a component stands, in the form that `contracts.create_…` takes.

        `named_by` are the keys below it that say which one it is; `name` if there are none.
        """
        return ComponentPlace(self, key, named_by or ("name",))

    @property
    def weights_key(self) -> str | None:
        """The key that names a file of weights, if one does."""
        if self.model.weights is None:
            return None
        return "model.weights" if isinstance(self.model.weights, str) else "model.weights.file"

    def resolve(self, key: str) -> Path:
        """The file that a key names, looked up beside the config, then in the working directory.

        Raises ConfigError at the key, naming both places, if there is none.
        """
        return self.resolve_all(key)[0]

    def resolve_all(self, key: str) -> list[Path]:
        """The files that a key names: a path, a list of paths, or globs; sorted by glob."""
        value = self.get(key)
        if value is None:
            raise self.missing(key)
        if isinstance(value, list):
            spans = [self.where(f"{key}.{i}") for i in range(len(value))]
        else:
            value, spans = [value], [self.where(key)]
        found: list[Path] = []
        for path, span in zip(value, spans, strict=True):
            found += find_files(key, str(path), span or self._root, self.folders)
        if not found:
            raise self.error(key, "should name at least one file")
        return found

    def get(self, key: str) -> Any:
        """The value at a dotted key; None if there is none."""
        value: Any = self
        for part in key.split("."):
            if isinstance(value, list):
                value = value[int(part)] if part.isdecimal() and int(part) < len(value) else None
            else:
                value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        return value

    def missing(self, key: str) -> ConfigError:
        """The error to raise where a key is needed that is not given."""
        return ConfigError([MissingKey(self.place_of_key(key), key, meaning_of(key))])

    def error(self, key: str, expected: str, advice: str | None = None) -> ConfigError:
        """The error to raise for a value that does not do: `config.error(key, "should be …")`."""
        return ConfigError([BadValue(self.place(key), key, expected, advice)])

    def dump(self) -> str:
        """The fully resolved config as YAML, which can be read back."""
        size = "auto" if self.finds_batch_size else self.batch_size
        training = {"epochs": self.epochs, "batch_size": size}
        sections = {
            "training": self.training.model_copy(update=training),
            "run": self.run.model_copy(update={"name": self.name}),
        }
        return to_yaml(self.model_copy(update=sections).model_dump(exclude_none=True))

    @property
    def _root(self) -> Span:
        """The first line that says something."""
        start = self._document.places[()].value.start
        return Span(self.source, start, start + len(self.source.text[start:].partition("\n")[0]))

    def _place(self, key: str) -> Place | None:
        path = tuple(int(part) if part.isdecimal() else part for part in key.split("."))
        return self._document.places.get(path)


class ComponentPlace:
    """The places of one component of a config: its name, and each of its options."""

    def __init__(self, config: Config, key: str, named_by: Sequence[str]) -> None:
        self.config = config
        self.key = key
        self.named_by = named_by

    def __call__(self, option: str | None) -> Span | None:
        """Where the option's key stands, or for None the name, or else the whole component."""
        if option is not None:
            found = self.config.where_key(f"{self.key}.{option}")
        else:
            places = (self.config.where(f"{self.key}.{key}") for key in self.named_by)
            found = next(filter(None, places), None)
        return found or self.config.where(self.key)


def config_schema() -> dict[str, Any]:
    """The JSON schema of a config, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Config.model_json_schema(),
        "title": "NeuroScript config",
    }


def meaning_of(key: str) -> str | None:
    """What the description of a key says."""
    model: Any = Config
    description = None
    for part in key.split("."):
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            return None
        description, model = field.description, field.annotation
    return description
