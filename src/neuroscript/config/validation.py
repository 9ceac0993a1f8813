"""From pydantic's account of what is wrong to diagnostics at the places of the config."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from neuroscript.config.config import Config
from neuroscript.config.errors import BadValue, Contradiction, MissingKey, UnknownKey
from neuroscript.config.named.components import KINDS
from neuroscript.config.sections import DataSection, TrainingSection
from neuroscript.config.yaml12 import Document, Path
from neuroscript.diagnostics import Diagnostic, Span, did_you_mean, nearest, or_list

COMPONENTS = tuple(f"{key}." for key in (*KINDS, "training.metrics"))

ELSEWHERE = {
    "learning_rate": "training.lr",
    "max_epochs": "training.epochs",
    "num_epochs": "training.epochs",
    "max_steps": "training.steps",
    "gradient_clip_val": "training.clip",
    "lr_scheduler": "training.schedule",
    "scheduler": "training.schedule",
    "freeze_layers": "training.freeze",
    "param_groups": "training.groups",
    "activation_checkpointing": "training.gradient_checkpointing",
    "accumulate_grad_batches": "training.accumulate",
    "num_workers": "data.workers",
    "criterion": "training.loss",
}
"""What other tools call our keys."""

OF_NUMBERS = ("float", "int", "greater", "less", "finite")
"""What the names of pydantic's mistakes begin with where a number is expected."""


def explain(error: ValidationError, document: Document) -> Iterator[Diagnostic]:
    """A diagnostic for each mistake; the branches of a union count as one."""
    problems = [(_path_in(document, p["loc"]), p) for p in error.errors(include_url=False)]
    expected: dict[Path, list[str]] = {}
    among: dict[Path, list[Any]] = {}
    for path, problem in problems:
        if problem["type"] == "literal_error":
            among.setdefault(path, []).append(problem)
    numbers = {path for path, problem in problems if problem["type"].startswith(OF_NUMBERS)}
    for path, problem in problems:
        match problem["type"]:
            case "extra_forbidden":
                yield _unknown_key(document, path)
            case "missing":
                place, key = document.places[path], str(problem["loc"][-1])
                yield MissingKey(place.key or place.value, ".".join(map(str, (*path, key))), None)
            case _ if any(path == other[: len(path)] != other for other, _ in problems):
                pass  # the branch of the union that was meant says what is wrong inside
            case "literal_error" if path in numbers:
                expected.setdefault(path, []).extend(f"`{c}`" for c in _choices(problem))
            case "literal_error":
                if problem is among[path][0]:
                    yield _not_among(document, path, among[path])
            case _:
                expected.setdefault(path, []).append(_expectation(problem))
    for path, texts in expected.items():
        if path not in among or path in numbers:
            joined = " or ".join(dict.fromkeys(texts))
            span = document.places[path].value
            key = ".".join(map(str, path))
            yield BadValue(span, key, f"should be {joined}", _advice(span, texts))


def contradictions(config: Config) -> Iterator[Diagnostic]:
    """Keys that are right by themselves, but not together."""
    if config.data.format is None:
        yield from _wrong_keys_in_data(config)
    first, second = config.data.batch_size, config.training.batch_size
    here, there = config.where("training.batch_size"), config.where("data.batch_size")
    if first and second and first != second and here and there:
        yield Contradiction(here, "the batch size is given twice", there, "and differs here")
    for path, place in config.document.places.items():
        key = ".".join(map(str, path))
        name = config.get(key) if path[-1:] == ("name",) and key.startswith(COMPONENTS) else ""
        if not isinstance(name, str):
            yield BadValue(place.value, key, "should be text")
    if (clip := config.training.clip) and (clip.norm is None) == (clip.value is None):
        given = config.place("training.clip")
        yield BadValue(given, "training.clip", "should be `{norm: …}` or `{value: …}`, one of them")
    yield from _wrong_by_output(config)
    for split in ("val", "test"):
        value, span = getattr(config.data, split), config.where(f"data.{split}")
        if isinstance(value, float) and not 0 < value < 1 and span:
            yield BadValue(span, f"data.{split}", "should be a fraction between 0 and 1, or a path")


def _wrong_by_output(config: Config) -> Iterator[Diagnostic]:
    """Values for single outputs that are no components."""
    for key in ("training.loss", "training.metrics"):
        given = config.get(key)
        if not isinstance(given, dict) or "name" in given:
            continue
        for output, value in given.items():
            several = isinstance(value, list) and key == "training.metrics"
            for inner in value if several else [value]:
                if not isinstance(inner, (str, dict)):
                    place = config.place(f"{key}.{output}")
                    expected = "should be a name, or `{name: …, options}`"
                    yield BadValue(place, f"{key}.{output}", expected)


def _wrong_keys_in_data(config: Config) -> Iterator[Diagnostic]:
    """Keys under `data`, where every key may be an option of the loader, that are surely wrong.

    Those are keys of training, and slips for `train` where that is missing.
    """
    known = list(DataSection.model_fields)
    for key in config.data.options:
        span = config.where_key(f"data.{key}")
        slip = config.data.train is None and nearest(key, ["train"])
        if span and (slip or key in TrainingSection.model_fields or key in ELSEWHERE):
            yield UnknownKey(span, key, "data", known, _home_of(key, known))


def _path_in(document: Document, loc: tuple[int | str, ...]) -> Path:
    """What of pydantic's location is in the document; the rest names union branches."""
    path: Path = ()
    for part in loc:
        if (*path, part) in document.places:
            path = (*path, part)
    return path


def _expectation(problem: Any) -> str:
    """Pydantic's message as what the value should be."""
    context = problem.get("ctx", {})
    match problem["type"]:
        case "string_type":
            return "text"
        case "int_type" | "int_from_float" | "int_parsing":
            return "a whole number"
        case "float_type" | "float_parsing":
            return "a number"
        case "bool_type" | "bool_parsing":
            return "true or false"
        case "list_type":
            return "a list"
        case "dict_type":
            return "a mapping `{name: …, options}`"
        case "model_type" | "model_attributes_type" | "dataclass_type":
            return "a section with keys of its own"
        case "greater_than":
            return f"greater than {context['gt']:g}"
        case "greater_than_equal":
            return f"at least {context['ge']:g}"
        case "less_than":
            return f"less than {context['lt']:g}"
        case _:
            return str(problem["msg"]).removeprefix("Input should be ")


def _advice(span: Span, expected: list[str]) -> str | None:
    if "true or false" in expected and span.text.lower() in ("yes", "no", "on", "off"):
        return f"in YAML 1.2 `{span.text}` is text"
    if expected == ["a list"]:
        return f"write `[{span.text}]`"
    return None


def _not_among(document: Document, path: Path, problems: list[Any]) -> BadValue:
    """A value that is none of those that may stand there, in any branch of a union."""
    known = list(dict.fromkeys(choice for problem in problems for choice in _choices(problem)))
    given = problems[0]["input"]
    near = did_you_mean(given, known) if isinstance(given, str) else None
    advice = near or f"it is {or_list(known)}"
    span = document.places[path].value
    return BadValue(span, ".".join(map(str, path)), f"cannot be `{given}`", advice)


def _choices(problem: Any) -> list[str]:
    """What a value may be that can only be one of a few words."""
    return re.findall("'([^']*)'", problem["ctx"]["expected"])


def _unknown_key(document: Document, path: Path) -> UnknownKey:
    place = document.places[path]
    *parents, key = map(str, path)
    section = ".".join(parents)
    known = list(_fields_at(tuple(parents)))
    return UnknownKey(place.key or place.value, key, section, known, _home_of(key, known))


def _home_of(key: str, known: list[str]) -> str | None:
    """What to say of a key that has its place in another section."""
    if nearest(key, known):
        return None
    homes = [name for name in _all_keys() if name.rpartition(".")[2] == key]
    if key in ELSEWHERE:
        return f"it is called `{ELSEWHERE[key]}` here"
    if homes:
        sections = [home.rpartition(".")[0] for home in homes]
        if "" in sections:
            return f"`{key}` belongs at the top, outside every section"
        return f"`{key}` belongs in section {or_list(sections)}"
    return None


def _fields_at(path: tuple[str, ...]) -> dict[str, Any]:
    model: Any = Config
    for part in path:
        if not part.isdecimal():
            model = _section_of(model.model_fields[part].annotation)
    return dict(model.model_fields)


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """The section class in an annotation such as `EarlyStopping | None`."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _all_keys(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        section = None if get_origin(field.annotation) is list else _section_of(field.annotation)
        if section is not None:
            yield from _all_keys(section, f"{prefix}{name}.")
