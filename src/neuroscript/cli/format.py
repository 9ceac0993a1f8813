"""`neuroscript format`: one layout for all `.ns` files."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

import click

from neuroscript.cli.screen import show
from neuroscript.diagnostics import Diagnostic, NeuroScriptError
from neuroscript.language import read_source
from neuroscript.language.syntax.format import format_source

STDIN = Path("-")


@click.command("format", epilog="Example: neuroscript format models/ --check --diff")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(files: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Lay .ns files out in the one canonical way; what they mean and their comments stay.

    Folders are searched for .ns files; `-` reads standard input and writes standard output. A
    file with syntax errors is left as it is.
    """
    if STDIN in files:
        if len(files) > 1:
            raise click.UsageError("`-` reads standard input and goes with no other file")
        return _format_stdin(check, diff)
    found = list(dict.fromkeys(_search(files)))
    changed: list[Path] = []
    failed: list[Path] = []
    problems: list[Diagnostic] = []
    for path in found:
        try:
            if _format_file(path, diff, write=not (check or diff)):
                changed.append(path)
        except NeuroScriptError as error:
            failed.append(path)
            problems += error.diagnostics
        except OSError as error:
            failed.append(path)
            reason = (error.strerror or str(error)).lower()
            click.echo(f"cannot write `{path}`: {reason}", err=True)
    show(problems)
    _report(changed, failed, len(found), written=not (check or diff))
    return int(bool(failed) or (check and bool(changed)))


def _format_file(path: Path, diff: bool, write: bool) -> bool:
    """Whether the file changes. Raises NeuroScriptError, and OSError if it cannot be written."""
    before = read_source(path).text
    after = format_source(before, str(path))
    if after == before:
        return False
    if diff:
        _show_difference(str(path), before, after)
    if write:
        write_atomically(path, after)
    return True


def write_atomically(path: Path, text: str) -> None:
    """Replace a file, keeping its permissions: there is the old text or the new one.

    A link stays one; the file that it leads to is replaced. Raises OSError.
    """
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(target.stat().st_mode)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _search(files: Sequence[Path]) -> Iterator[Path]:
    """Files as given, and the `.ns` files of folders; hidden folders are passed over."""
    for path in files:
        if path.is_dir():
            yield from _in_folder(path)
        else:
            yield path


def _in_folder(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.ns")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _format_stdin(check: bool, diff: bool) -> int:
    try:
        before = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"standard input is not text: byte {error.start} is not UTF-8"
        raise click.ClickException(problem) from None
    after = format_source(before, "<stdin>")
    if diff:
        _show_difference("<stdin>", before, after)
    elif not check:
        sys.stdout.buffer.write(after.encode())
        sys.stdout.buffer.flush()
    if check and after != before:
        click.echo("would reformat <stdin>", err=True)
    return int(check and after != before)


def _show_difference(name: str, before: str, after: str) -> None:
    lines = unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} (formatted)", lineterm=""
    )
    for line in lines:
        click.echo(line)


def _report(changed: Sequence[Path], failed: Sequence[Path], total: int, written: bool) -> None:
    """What was done, on standard error."""
    for path in changed:
        click.echo(f"{'reformatted' if written else 'would reformat'} {path}", err=True)
    counts = [
        (len(changed), "reformatted" if written else "would be reformatted"),
        (total - len(changed) - len(failed), "unchanged"),
        (len(failed), "refused"),
    ]
    told = [f"{number} file{'s' * (number > 1)} {what}" for number, what in counts if number]
    click.echo(", ".join(told) or "no .ns files found", err=True)
