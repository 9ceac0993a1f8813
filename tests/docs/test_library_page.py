"""docs/library.md lists every neuron of the library as its `.ns` file declares it.

Run as a script, this renews the page.
"""

from __future__ import annotations

import re
from pathlib import Path

import neuroscript
from neuroscript.language import check_path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "library.md"
LIST = re.compile(r"(<!-- neurons -->\n).*?(<!-- end -->)", flags=re.DOTALL)


def listing() -> str:
    """A heading for each file, and a table of its neurons."""
    lines = []
    for file in sorted((Path(neuroscript.__file__).parent / "stdlib").glob("*.ns")):
        checked = check_path(file)
        lines += [f"## {file.stem.capitalize()}", "", "| neuron | ports | |", "|---|---|---|"]
        for neuron in checked.program.neurons:
            signature = checked.signature(neuron.name.text)
            call = str(signature).removesuffix(f": {signature.ports}")
            brief = signature.doc.partition("\n")[0].replace("|", "\\|")
            lines.append(f"| `{call}` | `{signature.ports}` | {brief} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_lists_the_library_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    renewed = LIST.sub(lambda found: f"{found[1]}{listing()}{found[2]}", page)
    assert renewed == page, f"renew it: python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(LIST.sub(lambda found: f"{found[1]}{listing()}{found[2]}", text), "utf-8")
