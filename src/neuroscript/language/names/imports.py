"""`use`: names from other files, from installed packages, and from the standard library."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Sink, Source, Span, nearest, or_list
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    HidesStandard,
    ImportClash,
    ImportCycle,
    MalformedPath,
    MissingFile,
    NoSuchPackage,
    Unused,
)
from neuroscript.language.names.scope import GlobalDefinition, Scope, standard_library
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.parse import parse
from neuroscript.language.work import MAX_CHARACTERS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

MAX_BYTES = 4 * MAX_CHARACTERS
"""Of one source file, and of all that a program imports."""


@dataclass(frozen=True, eq=False, slots=True)
class File:
    """A source file that has been read: its program and its scope."""

    source: Source
    program: ast.Program
    scope: Scope


@dataclass(slots=True)
class Loader:
    """Reads files, each once; `root` is the folder that `use local` cannot leave, for the files of
    a package that of the package.
    """

    sink: Sink
    root: Path | None
    """None: files anywhere."""

    files: dict[Path, File | None] = field(default_factory=dict)
    active: list[tuple[Path, Span | None]] = field(default_factory=list)
    """The files that are being read, outermost first, with the `use` that each is read for."""
    room: int = MAX_BYTES
    """How many bytes may still be imported."""

    def load(self, source: Source, base: Path | None) -> File:
        """A program with its imports; `base` is the folder that its local paths start from."""
        if not self.active and source.path is not None:
            self.active.append((source.path.resolve(), None))
        program = parse(source, self.sink)
        scope = Scope(standard_library())
        scope.define(program)
        file = File(source, program, scope)
        places: dict[str, Span] = {}
        stars: dict[str, Span] = {}
        by_name = [use for use in program.uses if use.path[-1].text != "*"]
        for use in (*by_name, *(use for use in program.uses if use not in by_name)):
            self.use(use, file, base, places, stars)
        return file

    def use(
        self,
        use: ast.Use,
        file: File,
        base: Path | None,
        places: dict[str, Span],
        stars: dict[str, Span],
    ) -> None:
        last = use.path[-1]
        if use.alias is not None and last.text == "*":
            self.malformed(use.span, "`*` has no other name", "import one name `as` another")
            return
        provider = use.provider.text
        if provider == "core":
            self.core(use, file)
            return
        if provider == "local":
            target = self.local(use, base)
        else:
            target = self.package(use)
        found = self.exported(use, target) if target is not None else {}
        if not found:
            file.scope.missing.add(use.alias.text if use.alias is not None else last.text)
        for name, thing in found.items():
            self.bring_in(name, thing, use, file, places, stars)

    # --- where names come from

    def core(self, use: ast.Use, file: File) -> None:
        """The standard library is always visible; the name is checked, and may get another."""
        library, last = standard_library(), use.path[-1]
        if last.text == "*":
            return
        definition = library.find(last.text)
        if definition is None:
            near = library.near(last.text)
            self.no_such(last.span, f"the standard library has no `{last.text}`", near)
            file.scope.missing.add(use.alias.text if use.alias is not None else last.text)
        elif use.alias is not None:
            file.scope.imported[use.alias.text] = definition

    def local(self, use: ast.Use, base: Path | None) -> File | None:
        folders = [part.text for part in use.path[:-1]]
        if not folders or folders[-1] == "..":
            advice = "write `use local,folder/file/Name`"
            self.malformed(use.span, "this names no file", advice)
            return None
        shown = "/".join(folders) + ".ns"
        if base is None:
            advice = "give the folder that local paths start from"
            self.sink.add(MissingFile(use.span, shown, "this text is in no folder", advice))
            return None
        return self.file(use.span, Path(os.path.normpath(base.joinpath(*folders))), shown)

    def package(self, use: ast.Use) -> File | None:
        """A file of an installed package, found by its entry point; nothing of it is run."""
        from importlib.metadata import entry_points  # slow to import, and seldom needed

        found = list(entry_points(group="neuroscript.neurons"))
        wanted = use.provider.text
        entry = next((e for e in found if e.name.replace("-", "_") == wanted), None)
        if entry is None:
            names = [e.name.replace("-", "_") for e in found]
            near = tuple(nearest(wanted, [*names, "core", "local"]))
            self.no_such(use.provider.span, f"no package `{wanted}` offers neurons", near)
            return None
        folder = _package_folder(entry)
        folders = [part.text for part in use.path[:-1]]
        if folder is None or ".." in folders or not folders:
            shown = f"`{wanted}` has no file to import from at this path"
            self.no_such(use.span, shown, ())
            return None
        outer, self.root = self.root, folder if self.root is not None else None
        file = self.file(use.span, folder.joinpath(*folders), "/".join([wanted, *folders]) + ".ns")
        self.root = outer
        return file

    def file(self, span: Span, stem: Path, shown: str) -> File | None:
        path = stem.with_name(stem.name + ".ns")
        if self.root is not None and not self.inside(path):
            advice = f"files below `{self.root}` can be used; `--allow-outside` lifts that"
            self.sink.add(MissingFile(span, shown, "it is outside the program's folder", advice))
            return None
        key = path.resolve()
        if key in [active for active, _ in self.active]:
            start = [active for active, _ in self.active].index(key)
            chain = tuple(
                (place, "imports the next")
                for _, place in self.active[start:]
                if place is not None and place != span
            )
            self.sink.add(ImportCycle(span, chain))
            return None
        if key not in self.files:
            source = self.read(span, path, shown)
            if source is None:
                self.files[key] = None
            else:
                self.active.append((key, span))
                self.files[key] = self.load(source, path.parent)
                self.active.pop()
        return self.files[key]

    def inside(self, path: Path) -> bool:
        assert self.root is not None
        return path.resolve().is_relative_to(self.root.resolve())

    def read(self, span: Span, path: Path, shown: str) -> Source | None:
        try:
            size = path.stat().st_size
            if not path.is_file():
                self.sink.add(MissingFile(span, shown, "it is no regular file", None))
                return None
            text = path.read_bytes().decode("utf-8") if size <= MAX_BYTES else ""
            self.room -= size
            if size > MAX_BYTES or len(text) > MAX_CHARACTERS or self.room < 0:
                problem = (
                    "it is too large" if self.room >= 0 else "all imports together are too large"
                )
                limit = f"a file has at most {MAX_CHARACTERS:,} characters"
                self.sink.add(MissingFile(span, shown, problem, limit))
                return None
            return Source(_shown(path), text, path)
        except UnicodeDecodeError as error:
            problem = f"byte {error.start} is not UTF-8"
            self.sink.add(MissingFile(span, shown, problem, "save it as UTF-8"))
        except OSError as error:
            problem = (error.strerror or "cannot be read").lower()
            siblings = (
                sorted(p.stem for p in path.parent.glob("*.ns")) if path.parent.is_dir() else []
            )
            near = nearest(path.stem, siblings)
            advice = f"did you mean {or_list(near)}?" if near else None
            if not near and siblings:
                advice = f"its folder has {or_list(siblings)}"
            self.sink.add(MissingFile(span, shown, problem, advice))
        return None

    # --- what they bring

    def exported(self, use: ast.Use, file: File) -> dict[str, Definition | GlobalDefinition]:
        """What a file defines under the name asked for, or all of it."""
        things: dict[str, Definition | GlobalDefinition] = {
            **file.scope.own,
            **file.scope.own_globals,
        }
        last = use.path[-1]
        if last.text == "*":
            return things
        if last.text not in things:
            near = tuple(nearest(last.text, things))
            self.no_such(last.span, f"`{file.source.name}` defines no `{last.text}`", near)
            return {}
        return {use.alias.text if use.alias else last.text: things[last.text]}

    def bring_in(
        self,
        name: str,
        thing: Definition | GlobalDefinition,
        use: ast.Use,
        file: File,
        places: dict[str, Span],
        stars: dict[str, Span],
    ) -> None:
        """An explicit import hides one by `*`; other clashes are mistakes."""
        scope, star = file.scope, use.path[-1].text == "*"
        own = scope.own.get(name) or scope.own_globals.get(name)
        known = scope.imported.get(name) or scope.imported_globals.get(name)
        if own is not None:
            span = own.span if isinstance(own, Definition) else own.declaration.span
            self.sink.add(ImportClash(use.span, name, span, star))
            return
        if known is not None and known is not thing:
            if star and name in places:
                return
            if (star and name in stars) or (not star and name in places):
                other = stars[name] if star else places[name]
                self.sink.add(ImportClash(use.span, name, other, star))
                return
        library = scope.library
        if library is not None and library.find(name) not in (None, thing):
            self.sink.add(HidesStandard(use.span, name))
        (stars if star else places)[name] = use.span
        if isinstance(thing, Definition):
            scope.imported[name] = thing
            scope.imported_globals.pop(name, None)
        else:
            scope.imported_globals[name] = thing
            scope.imported.pop(name, None)

    def malformed(self, span: Span, problem: str, advice: str) -> None:
        self.sink.add(MalformedPath(span, problem, advice))

    def no_such(self, span: Span, problem: str, near: tuple[str, ...]) -> None:
        advice = f"did you mean {or_list(near)}?" if near else None
        self.sink.add(NoSuchPackage(span, problem, advice))


def _package_folder(entry: EntryPoint) -> Path | None:
    """The folder of the package that an entry point names, without importing it."""
    folder: list[str] | None = None
    for part in entry.value.split(":")[0].split("."):
        spec = PathFinder.find_spec(part, folder)
        if spec is None or spec.submodule_search_locations is None:
            return None
        folder = list(spec.submodule_search_locations)
    return Path(folder[0]) if folder else None


def _shown(path: Path) -> str:
    """A path as messages call it: relative where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return relative if not relative.startswith("..") else str(path)


def unused_imports(file: File, used: set[str], sink: Sink) -> None:
    """Names that a file imports by name and never mentions (NS901)."""
    for use in file.program.uses:
        last = use.path[-1].text
        name = use.alias.text if use.alias is not None else last
        found = name not in file.scope.missing and use.provider.text != "core"
        if last != "*" and name not in used and found:
            sink.add(Unused(use.span, "import", name))
