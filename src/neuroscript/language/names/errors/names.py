"""What can be wrong with a name."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Fix, Label, Span, or_list, record


@record
class UnknownNeuron(Diagnostic):
    code = "NS201"
    name: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"unknown neuron `{self.name}`"

    @property
    def help(self) -> str:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return "define it in this file, or use one of the standard library"

    @property
    def fix(self) -> Fix | None:
        """A name that differs in case and underscores alone."""
        plain = self.name.lower().replace("_", "")
        same = [name for name in self.near if name.lower() == plain]
        return Fix(self.span, same[0]) if len(same) == 1 else None


@record
class UnknownName(Diagnostic):
    code = "NS202"
    name: str
    near: tuple[str, ...]
    defined_later: Span | None = None

    @property
    def message(self) -> str:
        if self.defined_later is not None:
            return f"`{self.name}` is used before it is defined"
        return f"unknown name `{self.name}`"

    @property
    def labels(self) -> Sequence[Label]:
        if self.defined_later is None:
            return []
        return [Label(self.defined_later, "defined here, later")]

    @property
    def help(self) -> str | None:
        if self.defined_later is not None:
            return "move this line below the definition"
        return f"did you mean {or_list(self.near)}?" if self.near else None


@record
class LikelySlip(Diagnostic):
    """A new name that nothing reads and that looks like one in scope."""

    code = "NS202"
    name: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.name}` names a value that nothing reads"

    @property
    def help(self) -> str:
        return f"did you mean {or_list(self.near)}?"


@record
class NoSuchPort(Diagnostic):
    code = "NS203"
    value: str
    port: str | int
    ports: tuple[str, ...]
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.value}` has no port `{self.port}`"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "made here")] if self.declared else []

    @property
    def help(self) -> str:
        if len(self.ports) < 2:
            return f"`{self.value}` is a single tensor: write `{self.value}`"
        return f"its ports are {or_list(self.ports)}, or 0 to {len(self.ports) - 1}"


@record
class DefinedTwice(Diagnostic):
    code = "NS204"
    name: str
    first: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is defined twice"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "first defined here")]

    @property
    def help(self) -> str:
        return "give one of them another name"


@record
class ReservedName(Diagnostic):
    code = "NS205"
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` is a reserved name"

    @property
    def help(self) -> str:
        return f"call it `{self.name.strip('_') or 'Neuron'}`"


@record
class NoSuchEntry(Diagnostic):
    code = "NS215"
    name: str
    near: tuple[str, ...]
    available: tuple[str, ...]

    @property
    def message(self) -> str:
        if not self.available:
            return "there is no neuron in this file"
        return f"there is no neuron `{self.name}` in this file"

    @property
    def help(self) -> str | None:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return f"it defines {or_list(self.available)}" if self.available else None


@record
class CannotBeUsedHere(Diagnostic):
    code = "NS216"
    name: str
    what: str
    advice: str
    declared: Span | None = None
    call: bool = False
    """Whether calling it is all that is missing."""

    @property
    def message(self) -> str:
        return f"`{self.name}` is {self.what} and cannot be used here"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []

    @property
    def help(self) -> str:
        return self.advice

    @property
    def fix(self) -> Fix | None:
        return Fix(self.span, f"{self.name}()") if self.call else None


@record
class Cycle(Diagnostic):
    code = "NS214"
    names: tuple[str, ...]
    places: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        if len(self.names) == 1:
            return f"`{self.names[0]}` needs itself"
        return f"{', '.join(f'`{name}`' for name in self.names)} depend on each other"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.places]

    @property
    def help(self) -> str:
        if len(self.names) == 1:
            return "give it a value without its own name"
        return "one of them has to do without the others"


@record
class BranchLocal(Diagnostic):
    code = "NS413"
    name: str
    declared: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is a name inside a branch and unknown outside"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "named inside a branch here")]

    @property
    def help(self) -> str:
        return "end the branch with that value: a branch gives what its last line gives"


@record
class RunTimeDecides(Diagnostic):
    code = "NS404"
    name: str
    what: str
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.name}` is known when the model runs, but decides {self.what}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "a size of a tensor")] if self.declared else []

    @property
    def help(self) -> str:
        return "make it a parameter, or decide by shape: `match .. where`"


@record
class OuterTensor(Diagnostic):
    code = "NS512"
    name: str

    @property
    def message(self) -> str:
        return f"a wrapped body cannot use `{self.name}` of the graph around it"

    @property
    def help(self) -> str:
        return "it sees what flows into it, parameters and bindings"


@record
class UnknownAnnotation(Diagnostic):
    code = "NS212"
    name: str
    near: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def message(self) -> str:
        if self.name == "global":
            return "`@global` stands inside a neuron"
        return f"unknown annotation `@{self.name}`"

    @property
    def help(self) -> str:
        if self.name == "global":
            return "globals are declared at the left margin of a file"
        if self.near:
            return f"did you mean {or_list(f'@{name}' for name in self.near)}?"
        return f"here stands {or_list(f'@{name}' for name in self.allowed)}"
