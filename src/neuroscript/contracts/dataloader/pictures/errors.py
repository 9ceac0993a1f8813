"""What can be wrong with images, and with folders and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, and_list, or_list


@dataclass(frozen=True)
class NoImages(Diagnostic):
    code = "ND150"
    suffixes: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.span.source.name}` holds no images"

    @property
    def help(self) -> str:
        return (
            "a folder holds a folder of images for each class, or images alone\n"
            f"images end in {or_list(self.suffixes)}"
        )


@dataclass(frozen=True)
class BrokenImage(Diagnostic):
    code = "ND151"
    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"`{self.name}` is no image that can be read: {self.reason}"

    @property
    def help(self) -> str:
        return "mend it or take it away; `data.on_error: skip` leaves it out"


@dataclass(frozen=True)
class SizesDiffer(Diagnostic):
    code = "ND152"
    name: str
    found: tuple[int, int]
    first: str
    expected: tuple[int, int]

    @property
    def message(self) -> str:
        return f"`{self.name}` is {_size(self.found)}, and `{self.first}` is {_size(self.expected)}"

    @property
    def help(self) -> str:
        return f"give all of them one size: `data.size: {min(self.expected)}`, or [height, width]"


@dataclass(frozen=True)
class ImagesBesideClasses(Diagnostic):
    code = "ND153"
    folder: str

    @property
    def message(self) -> str:
        return f"this image stands beside the folder `{self.folder}`, and belongs to no class"

    @property
    def help(self) -> str:
        return "put each image into the folder of its class, or all of them into one folder"


@dataclass(frozen=True)
class SplitsInside(Diagnostic):
    code = "ND154"
    found: Sequence[str]

    @property
    def message(self) -> str:
        names = and_list(self.found)
        return f"`{self.span.source.name}` holds {names}, which are no classes"

    @property
    def help(self) -> str:
        first = max(self.found, key=lambda name: name.lower().startswith("train"))
        return f"name the folder of each split: `train: {self.span.source.name}/{first}`"


@dataclass(frozen=True)
class NoImageColumn(Diagnostic):
    code = "ND155"
    found: Sequence[str]
    wanted: Sequence[str]

    @property
    def message(self) -> str:
        names = and_list(self.found)
        return f"no column says where the images are: there are {names}"

    @property
    def help(self) -> str:
        return f"call it {or_list(self.wanted)}"


@dataclass(frozen=True)
class MixedTargets(Diagnostic):
    code = "ND156"
    found: str

    @property
    def message(self) -> str:
        return f"the target is {self.found}, where others are of another kind"

    @property
    def help(self) -> str:
        return "targets are numbers everywhere, or names of classes everywhere"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} high and {size[1]} wide"
