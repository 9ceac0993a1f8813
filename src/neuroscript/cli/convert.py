"""`neuroscript convert`: weights of transformers' models as ours, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neuroscript.cli.screen import show
from neuroscript.convert import (
    Settings,
    WeightsError,
    convert,
    models,
    read_config,
    read_weights,
    settings_of,
    write_weights,
)
from neuroscript.convert.errors import place
from neuroscript.convert.families import find
from neuroscript.diagnostics import did_you_mean, or_list
from neuroscript.diagnostics.cells import clean

if TYPE_CHECKING:
    from torch import Tensor

IN_FOLDER = "model.safetensors"
"""What transformers calls the file of weights in a folder."""

BESIDE_CONFIG = (
    IN_FOLDER, "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    "model", "pytorch_model",
)  # fmt: skip
"""How the names of files begin to which the config.json beside them belongs."""


@click.command(
    "convert",
    epilog="Example: neuroscript convert downloads/gpt2 --to gpt2 -o weights.safetensors",
)
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--to", "ours", metavar="MODEL",
    help="Read weights of transformers, and write those of this model of ours.",
)  # fmt: skip
@click.option(
    "--from", "theirs", metavar="MODEL",
    help="Read weights of this model of ours, and write those of transformers.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True,
    help="The .safetensors file to write; with --from a folder does, too.",
)  # fmt: skip
@click.option(
    "--part", metavar="NAME",
    help="With --from: the part of the model that is meant, by its attribute.",
)  # fmt: skip
@click.option(
    "--partial", is_flag=True,
    help="Write what fits, although weights are missing, extra or of another shape.",
)  # fmt: skip
def command(
    source: Path,
    ours: str | None,
    theirs: str | None,
    output: Path,
    part: str | None,
    partial: bool,
) -> None:
    """Convert weights between models of Hugging Face transformers and those of the library.

    SOURCE is a folder as the hub has it, or a file: .safetensors, .bin, a list of shards, or a
    checkpoint. Of a folder with config.json, the parameters of the matching model are printed.

    Models: {models}.
    """
    if (ours is None) == (theirs is None):
        raise click.UsageError("say one of `--to MODEL` and `--from MODEL`")
    if part is not None and ours is not None:
        raise click.UsageError("`--part` goes with `--from`: weights of ours can be a part of more")
    model = ours or theirs or ""
    _known(model)
    output = _output(source, output, folder=theirs is not None)
    settings = _settings(source if ours else output, model)
    state = read_weights(source)
    if part is not None:
        state = _part(state, part)
    if ours is not None:
        converted = convert(state, model, settings=settings)
    else:
        converted = convert(state, model, "transformers", settings=settings, names="files")
    report = converted.report
    tolerated = partial and bool(report.taken)
    found = report.diagnostics(place(source), tolerated)
    if not report.ok and not tolerated:
        raise WeightsError(found)
    show(found)
    write_weights(output, converted.state, model)
    for line in report.lines():
        click.echo(clean(line), err=True)
    click.echo(f"wrote {output}", err=True)
    if ours is not None and settings is not None:
        click.echo("\n".join(_params(settings)))


command.help = (command.help or "").replace("{models}", ", ".join(models()))


def _known(model: str) -> None:
    """Raises click.BadParameter for a model that there is not."""
    try:
        find(model)
    except WeightsError as error:
        (told,) = error.diagnostics
        raise click.BadParameter(f"{told.message}: {told.help}") from None


def _part(state: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The weights of one part by their names in it; raises click.BadParameter if it has none."""
    start = f"{name}."
    found = {
        key.removeprefix(start): value for key, value in state.items() if key.startswith(start)
    }
    if not found:
        parts = sorted({key.partition(".")[0] for key in state if "." in key})
        near = did_you_mean(name, parts) or f"there are {or_list(parts)}"
        raise click.BadParameter(f"no weights begin with `{start}`: {near}", param_hint="--part")
    return found


def _output(source: Path, output: Path, folder: bool) -> Path:
    """The file to write; raises click.BadParameter for one that cannot be meant."""
    if folder and output.is_dir():
        output = output / IN_FOLDER
    if output.suffix != ".safetensors" and not output.is_dir():
        raise click.BadParameter("should end in .safetensors", param_hint="-o")
    if output.resolve() in (source.resolve(), (source / IN_FOLDER).resolve()):
        raise click.BadParameter(f"`{output}` is what is read", param_hint="-o")
    return output


def _settings(weights: Path, model: str) -> Settings | None:
    """What config.json says of weights of transformers, in a folder or beside the file of one."""
    if not weights.is_dir() and weights.name.split("-")[0] not in BESIDE_CONFIG:
        return None
    config = read_config(weights if weights.is_dir() else weights.parent)
    if config is None or not config.has("model_type"):
        return None
    return settings_of(config, model)


def _params(settings: Settings) -> list[str]:
    """The lines for config.yml that make the model of these weights."""
    if settings.neuron is None:
        return ["# the library has no model of these sizes"]
    params = (f"  {name}: {_yaml(value)}" for name, value in settings.params.items())
    return [f"# {settings.neuron}", "params:", *params]


def _yaml(value: Any) -> str:
    """A number, a truth value, or a word."""
    return value if isinstance(value, str) else json.dumps(value)
