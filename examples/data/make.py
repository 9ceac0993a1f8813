"""Makes the data files beside this script, byte for byte; README.md says where they come from.

    python examples/data/make.py --austen janeaustenr/data/Rdata.rdb

Flowers, wines, tumours and digits are read from scikit-learn's own copies, the sunspots and the
air from those of statsmodels (`pip install scikit-learn statsmodels`), the novel from the data
file of the Debian package r-cran-janeaustenr. Without `--austen` the text is left as it is.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import generated

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


def write_csv(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def iris() -> None:
    from sklearn.datasets import load_iris

    data = load_iris()
    columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    names = [str(data.target_names[i]) for i in data.target]
    rows = [[round(float(v), 1) for v in row] for row in data.data]
    for part, indices in zip(("train", "test"), every_fifth(len(rows)), strict=True):
        table = ([*rows[i], names[i]] for i in indices)
        write_csv(f"iris_{part}.csv", [*columns, "species"], table)
        write_jsonl(f"iris_{part}.jsonl", ({"input": rows[i], "target": names[i]} for i in indices))


def tumours() -> None:
    """The means of ten properties of cell nuclei; a yes is a malignant tumour."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    header = [str(name).removeprefix("mean ").replace(" ", "_") for name in data.feature_names[:10]]
    for part, indices in zip(("train", "test"), every_fifth(len(data.data)), strict=True):
        rows = ([*(f"{v:.4g}" for v in data.data[i][:10]), 1 - data.target[i]] for i in indices)
        write_csv(f"tumours_{part}.csv", [*header, "malignant"], rows)


def wine() -> None:
    """All that was measured but the alcohol; that, and the cultivar, are the targets."""
    from sklearn.datasets import load_wine

    data = load_wine()
    for part, indices in zip(("train", "test"), every_fifth(len(data.data)), strict=True):
        write_jsonl(
            f"wine_{part}.jsonl",
            (
                {
                    "input": [float(v) for v in data.data[i][1:]],
                    "target": {
                        "cultivar": "abc"[int(data.target[i])],
                        "alcohol": float(data.data[i][0]),
                    },
                }
                for i in indices
            ),
        )


def table_of(name: str) -> list[list[str]]:
    """The rows of a table that statsmodels brings along."""
    file = files("statsmodels") / "datasets" / name / f"{name}.csv"
    return list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:]


def sunspots(seen: int = 24, test_from: int = 1945) -> None:
    """Of each year from 1724 to 2008 the sunspots, in hundreds, and those of the years before."""
    counts = [round(float(row[1]) / 100, 4) for row in table_of("sunspots")]
    samples = [
        {"input": counts[i - seen : i], "target": counts[i]} for i in range(seen, len(counts))
    ]
    last = test_from - 1700 - seen
    write_jsonl("sunspots_train.jsonl", samples[:last])
    write_jsonl("sunspots_test.jsonl", samples[last:])


def air() -> None:
    """Of each month since 1958 its middle, in years from 1958, and the CO2, in ppm above 300.

    Every fifth year is for the test.
    """
    months: dict[tuple[int, int], list[float]] = {}
    for day, ppm in table_of("co2"):
        if ppm:
            months.setdefault((int(day[:4]), int(day[4:6])), []).append(float(ppm))
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "test": []}
    for (year, month), weeks in sorted(months.items()):
        when, mean = year - 1958 + (month - 0.5) / 12, sum(weeks) / len(weeks)
        part = parts["train" if year % 5 else "test"]
        part.append((f"{when:.3f}", f"{mean - 300:.2f}"))
    for name, rows in parts.items():
        write_csv(f"air_{name}.csv", ["year", "co2"], rows)


def digits() -> None:
    from sklearn.datasets import load_digits

    data = load_digits()
    images = [[[[round(float(v) / 16, 3) for v in row] for row in image]] for image in data.images]
    for part, indices in zip(("train", "test"), every_fifth(len(images)), strict=True):
        write_jsonl(
            f"digits_{part}.jsonl",
            ({"input": images[i], "target": int(data.target[i])} for i in indices),
        )
    train, test = every_fifth(len(images))
    for part, indices in (("train", train[:100]), ("test", test[:200])):
        mirrored = ([[row[::-1] for row in images[i][0]]] for i in indices)
        targets = (int(data.target[i]) for i in indices)
        write_jsonl(
            f"mirrored_{part}.jsonl",
            ({"input": x, "target": y} for x, y in zip(mirrored, targets, strict=True)),
        )
    grey = [[[int(v) for v in row] for row in image] for image in data.images]
    generated.pairs(grey, [int(v) for v in data.target], set(test))


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


def words(length: int = 48) -> None:
    """Lines of letters of the novel without what stands between words; 1 where a word ends."""
    text = (HERE / "persuasion.txt").read_text(encoding="utf-8").lower()
    found = re.findall(r"[a-z]+", text)
    letters = "".join(found)
    ends = "".join("0" * (len(word) - 1) + "1" for word in found)
    samples = [
        {
            "input": [ord(c) - ord("a") for c in letters[i : i + length]],
            "target": [int(c) for c in ends[i : i + length]],
        }
        for i in range(0, len(letters) - length, length)
    ]
    generated.write_jsonl("words_train.jsonl", samples[:1200])
    generated.write_jsonl("words_test.jsonl", samples[-250:])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--austen", type=Path, help="Rdata.rdb of r-cran-janeaustenr")
    chosen = arguments.parse_args()
    xor()
    iris()
    tumours()
    wine()
    sunspots()
    air()
    digits()
    if chosen.austen:
        novel(chosen.austen)
    words()
    generated.shapes()
    generated.recalls()


if __name__ == "__main__":
    main()
