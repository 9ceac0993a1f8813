"""Reading a config: text, then environment and overrides, then values held to their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from neuroscript.config.config import Config
from neuroscript.config.dump import to_yaml
from neuroscript.config.environment import fill_in_environment
from neuroscript.config.errors import ConfigError, UnreadableConfig
from neuroscript.config.overrides import apply_overrides
from neuroscript.config.validation import contradictions, explain
from neuroscript.config.yaml12 import Document, Place, read_yaml
from neuroscript.diagnostics import Sink, Source, Span, did_you_mean


def load_config(
    config: str | Path | Mapping[str, Any] | Config, overrides: Iterable[str] = ()
) -> Config:
    """The config of a file, or of a dict with the same keys.

    `overrides` are `a.b.c=value`, the value in YAML. Raises ConfigError with everything that is
    wrong, each at its line and column.

    >>> load_config({"training": {"epochs": 3}}, ["training.lr=1e-2"]).training.lr
    0.01
    """
    overrides = list(overrides)
    if isinstance(config, Config) and not overrides:
        return config
    sink = Sink()
    if isinstance(config, Config):
        document = deepcopy(config.document)
    else:
        document = read_yaml(_source(config), sink)
    source = document.source
    if document.data is None and not sink.has_errors:
        document = Document(source, {}, {(): Place(None, Span(source, 0, 0))})
    if not isinstance(document.data, dict) and not sink.has_errors:
        root = document.places[()].value
        sink.add(UnreadableConfig(root, "a config is made of sections, such as `model:`"))
    if sink.has_errors:
        raise ConfigError(sink.errors)
    apply_overrides(document, overrides, sink)
    fill_in_environment(document, sink)
    if sink.has_errors:
        raise ConfigError(sink.errors)
    return _validated(document, sink)


def _validated(document: Document, sink: Sink) -> Config:
    given = {key: {} if value is None else value for key, value in document.data.items()}
    try:
        config = Config.of(given, document)
    except ValidationError as error:
        sink.extend(explain(error, document))
        raise ConfigError(sink.errors) from None
    sink.extend(contradictions(config))
    if sink.has_errors:
        raise ConfigError(sink.errors)
    return config


def _source(config: str | Path | Mapping[str, Any]) -> Source:
    if isinstance(config, Mapping):
        try:
            return Source("<config>", to_yaml(dict(config)))
        except yaml.YAMLError as error:
            here = Source("<config>", "config")
            reason = f"a config holds plain values only: {str(error).splitlines()[0]}"
            raise ConfigError([UnreadableConfig(Span(here, 0, 6), reason)]) from None
    path = Path(config)
    if path.suffix == ".ns" and path.is_file():
        reason = f"`{config}` holds neurons, and a config says how to train one"
        advice = f"write a config with\nmodel: {{file: {config}}}\ndata: {{train: …}}"
        raise ConfigError([UnreadableConfig(_argument(path), reason, advice)])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = f"cannot read `{config}`: {error.strerror or error}"
        beside = [str(found) for end in ("yml", "yaml") for found in path.parent.glob(f"*.{end}")]
        near = did_you_mean(str(config), sorted(beside))
        raise ConfigError([UnreadableConfig(_argument(path), reason, near)]) from None
    except UnicodeDecodeError as error:
        reason = f"`{config}` is not UTF-8 text (byte {error.start})"
        raise ConfigError([UnreadableConfig(_argument(path), reason)]) from None
    return Source(str(config), text, path)


def _argument(path: Path) -> Span:
    source = Source("<command line>", str(path))
    return Span(source, 0, len(source.text))
