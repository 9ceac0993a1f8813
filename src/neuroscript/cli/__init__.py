"""The command line: one verb, one file; a verb is imported when it runs."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from neuroscript.diagnostics import InternalError, NeuroScriptError, uncollected

VERBS = {
    "fit": "Train a neuron as a config says.",
    "test": "Evaluate a run on test data.",
    "predict": "Ask a run's model about rows of data.",
    "serve": "Answer requests with a run's model, and show a page to try it.",
    "export": "Write a run's model for other programs, verified against the model.",
    "check": "Find mistakes in .ns files and configs without running them.",
    "compile": "Write a .ns file as readable Python.",
    "format": "Lay .ns files out in one way.",
    "list": "List the neurons of the library, or of a .ns file.",
    "show": "Show a neuron: what it is, its dataflow, its weights, its source.",
    "contracts": "List the losses, optimizers, loaders … that a config can name.",
    "convert": "Take weights of Hugging Face transformers, or give them back.",
    "explain": "Say what a diagnostic code means, with examples.",
}
ALIASES = {"train": "fit", "validate": "check", "infer": "predict"}


class ReaderGone(Exception):
    """Who reads our output has had enough, as in `neuroscript compile x.ns | head`."""


class Verbs(click.Group):
    """Knows its verbs by name and help, and imports one only to run it or show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in VERBS:
            return None
        with uncollected():
            command: click.Command = import_module(f"neuroscript.cli.{name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:  # which click would end with exit code 1
            raise ReaderGone from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from neuroscript.diagnostics import did_you_mean

            hint = did_you_mean(args[0], [*VERBS, *ALIASES])
            if hint is None:
                raise
            sentence = hint[0].upper() + hint[1:].replace("`", "")
            raise click.UsageError(f"{error.message} {sentence}", ctx) from None


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from neuroscript import __version__

        click.echo(f"neuroscript {__version__}")
        ctx.exit()


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try: neuroscript fit config.yml",
)
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True,
    help="Show the version and exit.",
)  # fmt: skip
def group() -> None:
    """NeuroScript: write the architecture, point to data, get training."""


def main(args: list[str] | None = None) -> None:
    """Run a command line and exit: 0 done, 1 or 2 a mistake, 130 after Ctrl-C."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Run a command line; its exit code. Nothing the user can mend ends in a traceback."""
    try:
        result: Any = group.main(args=args, prog_name="neuroscript", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except NeuroScriptError as error:
        from neuroscript.cli.screen import show

        show(error.diagnostics)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 (the last resort, reported as a bug of ours)
        return _report(error)


def _report(error: Exception) -> int:
    """A mistake of ours: what happened, and how to see more."""
    if os.environ.get("NEUROSCRIPT_TRACEBACK"):
        raise error
    told = (
        error
        if isinstance(error, InternalError)
        else InternalError(f"{type(error).__name__}: {error}")
    )
    click.echo(f"internal error: {told}", err=True)
    click.echo("NEUROSCRIPT_TRACEBACK=1 shows where it happened.", err=True)
    return 1
