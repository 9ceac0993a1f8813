"""What can be wrong with a program as a whole."""

from __future__ import annotations

from neuroscript.diagnostics import Diagnostic, or_list, record


@record
class UnreadableFile(Diagnostic):
    code = "NS603"
    name: str
    problem: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"cannot read `{self.name}`: {self.problem}"

    @property
    def help(self) -> str | None:
        return f"did you mean {or_list(self.near)}?" if self.near else None


@record
class UnknownParameter(Diagnostic):
    code = "NS504"
    heading: str
    name: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.heading}` has no parameter `{self.name}`"

    @property
    def help(self) -> str | None:
        return f"did you mean {or_list(self.near)}?" if self.near else None


@record
class MissingParameter(Diagnostic):
    code = "NS514"
    name: str
    missing: tuple[str, ...]

    @property
    def message(self) -> str:
        noun = "parameter" if len(self.missing) == 1 else "parameters"
        return f"`{self.name}` has no value for its {noun} {or_list(self.missing)}"

    @property
    def help(self) -> str:
        values = " ".join(f"{name}=.." for name in self.missing)
        return f"give them: `--params {values}`, or `params:` under `model:` in a config"


@record
class ParameterKind(Diagnostic):
    """A value from outside that is no value for its parameter."""

    code = "NS506"
    neuron: str
    name: str
    expected: str
    given: str

    @property
    def message(self) -> str:
        return f"`{self.name}` of `{self.neuron}` is {self.expected}, not {self.given}"


@record
class ParameterNoSize(Diagnostic):
    """A number from outside that is too small for the size that it has to be."""

    code = "NS305"
    neuron: str
    name: str
    given: int

    @property
    def message(self) -> str:
        return f"`{self.name}` of `{self.neuron}` is a size, and {self.given} is none"

    @property
    def help(self) -> str:
        return "sizes are whole numbers from 1"


@record
class Intricate(Diagnostic):
    code = "NS112"
    name: str

    @property
    def message(self) -> str:
        return f"working out `{self.name}` takes more steps than a program may need"

    @property
    def help(self) -> str:
        return "use fewer instances of neurons inside neurons, or smaller counts"
