"""docs/library.md lists every neuron of the library, docs/library/ has a page for each family.

All of it is what the `.ns` files say and what the compiler makes of them. Run as a script, this
renews the pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from neuroscript.language.description import Description, describe
from neuroscript.language.families import Family, families
from neuroscript.language.names.documentation import Example, Tensor
from neuroscript.language.names.scope import standard_library

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FOLDER = DOCS / "library"
STDLIB = "../../src/neuroscript/"
RENEW = f"renew it: python {Path(__file__).relative_to(ROOT)}"

LISTS = {
    DOCS / "library.md": re.compile(r"(<!-- neurons -->\n).*?(<!-- end -->)", flags=re.DOTALL),
    DOCS / "index.md": re.compile(r"(<!-- families -->\n).*?(<!-- end -->)", flags=re.DOTALL),
}
"""Pages of which a part is made from the library."""

MARKS = re.compile(r"[*<\\]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\()")
"""What Markdown takes for emphasis, HTML, or the start of a link."""


@cache
def described(name: str) -> Description:
    definition = standard_library().find(name)
    assert definition is not None
    return describe(definition)


# --- the list


def listing() -> str:
    """A heading for each family, and a table of its neurons."""
    lines = []
    for family in families(standard_library()):
        page = f"library/{family.name}.md"
        lines += [f"## [{heading(family)}]({page})", "", f"{plain(family.title)}", ""]
        lines += ["| neuron | ports | |", "|---|---|---|"]
        for name in family.neurons:
            found = described(name)
            brief = plain(found.definition.documentation.brief).replace("|", "\\|")
            ports = found.signature.ports.replace("|", "\\|")
            lines.append(f"| [{name}]({page}#{name.lower()}) | `{ports}` | {brief} |")
        lines.append("")
    return "\n".join(lines)


def links() -> str:
    """A line of links for the index of all pages."""
    names = [f"[{f.name}](library/{f.name}.md)" for f in families(standard_library())]
    rows = [", ".join(names[i : i + 4]) for i in range(0, len(names), 4)]
    return "  By families: " + ",\n  ".join(rows) + ".\n  "


def renewed(path: Path) -> str:
    new = listing() if path.name == "library.md" else links()
    text = path.read_text(encoding="utf-8")
    return LISTS[path].sub(lambda found: f"{found[1]}{new}{found[2]}", text)


# --- the pages


def heading(family: Family) -> str:
    return family.name.replace("_", " ").capitalize()


def family_page(family: Family) -> str:
    """What all neurons of a family are, one below the other."""
    head = [f"# {heading(family)}", "", plain(family.title), "", "[All families](../library.md)"]
    return "\n".join([*head, *(line for name in family.neurons for line in section(name)), ""])


def section(name: str) -> Iterator[str]:
    """One neuron: signature, prose, dataflow, weights, examples."""
    found = described(name)
    said = found.definition.documentation
    yield from ["", f"## {name}", "", f"`{found.definition.heading()}`", ""]
    yield from [f"Takes and gives `{found.signature.ports}`.", ""]
    yield from [plain(said.prose), ""]
    if said.aliases:
        also = ", ".join(f"`{also}` for `{param}`" for also, param in said.aliases.items())
        yield from [f"Also called: {also}.", ""]
    drawing = found.drawing(100)
    if drawing:
        yield from ["```drawing", *drawing, "```", ""]
    yield from [f"Weights: {weights(found)}. {source(found)}", ""]
    yield from ["```ns", *programs(said.examples), "```"]


def weights(found: Description) -> str:
    count = found.weights
    if count.formula is None:
        return f"how many depends on {count.depends_on}"
    return "none" if count.number == 0 else f"`{count}`"


def source(found: Description) -> str:
    file = found.definition.span.source.name
    return f"Source: [{file}]({STDLIB}{file})"


def programs(examples: tuple[Example, ...]) -> Iterator[str]:
    """The examples as neurons of their own."""
    for i, example in enumerate(examples):
        name = ("Usual", "Unusual")[i] if i < 2 else f"Unusual{i}"
        yield from [""] if i else []
        ins, outs = ports("in", example.inputs), ports("out", example.outputs)
        yield f"neuron {name}:"
        yield from (f"    {line}" for line in (*ins.values(), *outs.values()))
        start = f"{bundle(ins)} -> " if ins else ""
        yield f"    graph: {start}{example.call} -> {bundle(outs)}"


def ports(word: str, tensors: tuple[Tensor, ...]) -> dict[str, str]:
    """The declaration of each port, by the name it has in the graph."""
    if len(tensors) == 1:
        return {word: f"{word}: {declared(tensors[0])}"}
    letters = "abcdefgh" if word == "in" else "pqrstuvw"
    return {
        letter: f"{word} {letter}: {declared(tensor)}"
        for letter, tensor in zip(letters, tensors, strict=False)
    }


def declared(tensor: Tensor) -> str:
    return str(Tensor(tensor.shape, tensor.dtype))


def bundle(names: dict[str, str]) -> str:
    return next(iter(names)) if len(names) == 1 else f"({', '.join(names)})"


def plain(text: str) -> str:
    """Prose in which Markdown sees no marks of its own, but for code in backticks."""
    parts = text.split("`")
    parts[::2] = [MARKS.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "`".join(parts)


# --- tests


@pytest.mark.parametrize("family", families(standard_library()), ids=lambda family: family.name)
def test_the_page_of_a_family_is_what_its_files_say(family: Family) -> None:
    page = FOLDER / f"{family.name}.md"
    assert page.exists(), RENEW
    assert family_page(family) == page.read_text(encoding="utf-8"), RENEW


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_the_lists_are_those_of_the_library(page: Path) -> None:
    assert renewed(page) == page.read_text(encoding="utf-8"), RENEW


def test_no_other_page_is_there() -> None:
    names = {family.name for family in families(standard_library())}
    assert {path.stem for path in FOLDER.iterdir()} == names


def test_all_examples_are_shown() -> None:
    shown = [line for name in standard_library().names() for line in section(name)]
    count = sum(
        len(described(name).definition.documentation.examples)
        for name in standard_library().names()
    )
    assert sum(line.startswith("    graph: ") for line in shown) == count


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    found = families(standard_library())
    for path in FOLDER.iterdir():
        if path.stem not in {family.name for family in found}:
            path.unlink()
    for family in found:
        (FOLDER / f"{family.name}.md").write_text(family_page(family), encoding="utf-8")
    for path in LISTS:
        path.write_text(renewed(path), encoding="utf-8")


if __name__ == "__main__":
    main()
