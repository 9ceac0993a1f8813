"""The text of a file."""

from __future__ import annotations

from pathlib import Path

from neuroscript.diagnostics import NeuroScriptError, Source, Span, nearest
from neuroscript.language.errors import UnreadableFile
from neuroscript.language.work import MAX_CHARACTERS


def read_source(path: str | Path, name: str | None = None) -> Source:
    """The text of a file. Raises NeuroScriptError (NS603) if it cannot be read."""
    path, shown = Path(path), name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)  # what is longer is refused by its length
        return Source(shown, data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        near: list[str] = []
    except OSError as error:
        problem = (error.strerror or "cannot be read").lower()
        folder = path.parent
        files = [p.name for p in folder.glob("*.ns")] if folder.is_dir() else []
        near = [str(folder / found) for found in nearest(path.name, files)]
    source = Source(shown, "", path)
    raise NeuroScriptError([UnreadableFile(Span(source, 0, 0), shown, problem, tuple(near))])
