"""What can be wrong with a table of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, and_list, did_you_mean, or_list


@dataclass(frozen=True)
class NoHeader(Diagnostic):
    code = "ND120"

    @property
    def message(self) -> str:
        return "the first line holds numbers, where the names of the columns are expected"

    @property
    def help(self) -> str:
        return "put a line with a name for each column in front; `target` names the target"


@dataclass(frozen=True)
class SameName(Diagnostic):
    code = "ND121"
    name: str

    @property
    def message(self) -> str:
        return f"two columns are called `{self.name}`"


@dataclass(frozen=True)
class NoColumn(Diagnostic):
    code = "ND122"
    name: str
    option: str
    columns: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no column `{self.name}`, which `data.{self.option}` names"

    @property
    def help(self) -> str:
        near = did_you_mean(self.name, self.columns)
        return near or f"the columns are {or_list(self.columns).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class NoFeatures(Diagnostic):
    code = "ND123"
    target: str
    texts: Sequence[str] = ()

    @property
    def message(self) -> str:
        return f"no column is left for the input: `{self.target}` is the target"

    @property
    def help(self) -> str:
        if self.texts:
            names = and_list(self.texts)
            return f"{names} hold text: `data.features` says which of them is the input"
        return "features are columns of numbers; `data.target` and `data.features` name others"


@dataclass(frozen=True)
class CellCount(Diagnostic):
    code = "ND124"
    found: int
    expected: int

    @property
    def message(self) -> str:
        cells = "1 cell" if self.found == 1 else f"{self.found} cells"
        return f"this line has {cells}, where the first line names {self.expected} columns"


@dataclass(frozen=True)
class OtherColumns(Diagnostic):
    code = "ND125"
    first_file: str

    @property
    def message(self) -> str:
        return f"the columns differ from those of `{self.first_file}`"


@dataclass(frozen=True)
class UnusableColumn(Diagnostic):
    code = "ND127"
    name: str
    found: str
    option: str

    @property
    def message(self) -> str:
        return f"column `{self.name}` holds {self.found}, where numbers or text are needed"

    @property
    def help(self) -> str:
        role = "target" if self.option == "target" else "input"
        return f"`data.{self.option}` names another column for the {role}"


@dataclass(frozen=True)
class TextAmongNumbers(Diagnostic):
    code = "ND128"
    name: str

    @property
    def message(self) -> str:
        return f"column `{self.name}` holds text, which cannot stand beside others in one input"

    @property
    def help(self) -> str:
        return f"give it an input of its own: `data.features: {{{self.name}: {self.name}, …}}`"
