"""Makes the data files beside this script, byte for byte; README.md says where they come from.

    python examples/data/make.py --austen janeaustenr/data/Rdata.rdb

The flowers and the digits are read from scikit-learn's own copies (`pip install scikit-learn`),
the novel from the data file of the Debian package r-cran-janeaustenr. Without `--austen` the text
is left as it is.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent

PERSUASION = (0xD6814, 0x2D32A)
"""Offset and length of the novel in Rdata.rdb, as Rdata.rdx lists them."""

CHAPTERS = 12
"""How many chapters are kept: the first of the novel's two volumes."""


def write_jsonl(name: str, records: Iterable[dict[str, object]]) -> None:
    lines = (json.dumps(record, separators=(", ", ": ")) for record in records)
    (HERE / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def every_fifth(count: int) -> tuple[list[int], list[int]]:
    """The indices of the training and of the test samples: every fifth one is a test sample."""
    return [i for i in range(count) if i % 5], list(range(0, count, 5))


def xor() -> None:
    pairs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    write_jsonl("xor_train.jsonl", ({"input": [a, b], "target": [float(a != b)]} for a, b in pairs))


def iris() -> None:
    from sklearn.datasets import load_iris

    data = load_iris()
    columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    names = [str(data.target_names[i]) for i in data.target]
    rows = [[round(float(v), 1) for v in row] for row in data.data]
    for part, indices in zip(("train", "test"), every_fifth(len(rows)), strict=True):
        with (HERE / f"iris_{part}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow([*columns, "species"])
            table.writerows([*rows[i], names[i]] for i in indices)
        write_jsonl(f"iris_{part}.jsonl", ({"input": rows[i], "target": names[i]} for i in indices))


def digits() -> None:
    from sklearn.datasets import load_digits

    data = load_digits()
    images = [[[[round(float(v) / 16, 3) for v in row] for row in image]] for image in data.images]
    for part, indices in zip(("train", "test"), every_fifth(len(images)), strict=True):
        write_jsonl(
            f"digits_{part}.jsonl",
            ({"input": images[i], "target": int(data.target[i])} for i in indices),
        )


def strings(serialized: bytes) -> Iterator[str]:
    """The strings of a character vector in R's serialization format."""
    at = serialized.index(struct.pack(">I", 16)) + 4
    (count,) = struct.unpack_from(">I", serialized, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from(">I", serialized, at + 4)
        yield serialized[at + 8 : at + 8 + length].decode("utf-8")
        at += 8 + length


def novel(rdata: Path) -> None:
    offset, length = PERSUASION
    packed = rdata.read_bytes()[offset + 4 : offset + length]
    text = "\n".join(strings(zlib.decompress(packed))) + "\n"
    chapters = [m.start() for m in re.finditer(r"^Chapter \d+$", text, flags=re.MULTILINE)]
    kept = text[chapters[0] : chapters[CHAPTERS]].rstrip() + "\n"
    (HERE / "persuasion.txt").write_text(re.sub(r"\n{3,}", "\n\n", kept), encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--austen", type=Path, help="Rdata.rdb of r-cran-janeaustenr")
    chosen = arguments.parse_args()
    xor()
    iris()
    digits()
    if chosen.austen:
        novel(chosen.austen)


if __name__ == "__main__":
    main()
