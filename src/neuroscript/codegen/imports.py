"""What a generated module has to import, collected while its classes are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from neuroscript.codegen.errors import HostCannotBeImported
from neuroscript.codegen.host import HostClass
from neuroscript.diagnostics import NeuroScriptError, Span


@dataclass(slots=True)
class Imports:
    typing: set[str] = field(default_factory=set)
    functools: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    """Names by module, for `from module import name`."""

    classes: set[str] = field(default_factory=set)
    """Names that classes of the module itself have."""

    locals: set[str] = field(default_factory=set)
    """Names that classes of other modules have here."""

    hosts: dict[tuple[str, str], Span] = field(default_factory=dict)
    """Classes that users' neurons name, with where they do."""

    def host_class(self, host: HostClass) -> str:
        """How to write a host, or a class of the module itself."""
        if host.place is not None:
            first = self.hosts.setdefault((host.module, host.name), host.place)
            _refuse_another(first, host.place, host)
        return self.host(host.module, host.name) if host.module else host.name

    def host(self, module: str, name: str) -> str:
        """How to write a class of a module, imported where that is needed."""
        if module == "torch.nn":
            return f"nn.{name}"
        if module == "torch" or module.startswith("torch."):
            return f"{module}.{name}"
        local = name
        if name in self.classes:
            local = f"Core{name}" if module == "neuroscript.primitives" else f"Host{name}"
        self.locals.add(local)
        text = name if local == name else f"{name} as {local}"
        self.names.setdefault(module, set()).add(text)
        return local

    def partial(self) -> str:
        self.functools.add("partial")
        return "partial"


def _refuse_another(first: Span, place: Span, host: HostClass) -> None:
    """Refuses a class of a file that has the name of a file beside another `.ns` file."""
    here, there = place.source.path, first.source.path
    if here is None or there is None or here.parent == there.parent:
        return
    beside = host.module.partition(".")[0]
    if any((here.parent / name).exists() for name in (f"{beside}.py", f"{beside}/__init__.py")):
        reason = f"this program takes it from beside `{first.source.name}` already"
        advice = f"give one of the two files `{beside}.py` another name"
        told = HostCannotBeImported(place, f"{host.module}.{host.name}", reason, (), advice)
        raise NeuroScriptError([told])
