"""Makes the data that are drawn by chance, or put together from the real ones by chance.

`make.py` calls it. Python's own generator gives the same numbers everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
Image = list[list[int]]

SHAPES = ("disc", "square", "cross")
SIZE = 16
"""Height and width of an image of shapes."""


def write_jsonl(name: str, records: Iterable[dict[str, Any]]) -> None:
    lines = (json.dumps(record, separators=(",", ":")) for record in records)
    (HERE / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def covers(shape: str, x: int, y: int, radius: int) -> bool:
    """Whether a shape around the origin covers a pixel."""
    if shape == "disc":
        return x * x + y * y <= radius * radius
    if shape == "square":
        return max(abs(x), abs(y)) <= radius
    return min(abs(x), abs(y)) <= 1 and max(abs(x), abs(y)) <= radius


def scene(random: Random) -> dict[str, Any]:
    """Two shapes in noise, grey values 0 … 9, and for each pixel 0 or 1 + the shape it is of.

    Shapes are as bright as each other, so that a pixel alone does not tell which one it is of.
    """
    grey = [[random.choice((0, 0, 1, 2, 3)) for _ in range(SIZE)] for _ in range(SIZE)]
    label = [[0] * SIZE for _ in range(SIZE)]
    for kind in random.sample(range(len(SHAPES)), 2):
        radius = random.randint(3, 4)
        row, column = (random.randint(radius, SIZE - 1 - radius) for _ in "rc")
        for y in range(SIZE):
            for x in range(SIZE):
                if covers(SHAPES[kind], x - column, y - row, radius):
                    grey[y][x] = random.choice((4, 5, 6, 7, 8, 9))
                    label[y][x] = 1 + kind
    return {"input": [grey], "target": label}


def shapes() -> None:
    random = Random(1)
    write_jsonl("shapes_train.jsonl", (scene(random) for _ in range(300)))
    write_jsonl("shapes_test.jsonl", (scene(random) for _ in range(80)))


def pair(random: Random, by_digit: list[list[Image]]) -> dict[str, Any]:
    """Two digits by different hands; every other pair is of the same digit."""
    same = random.random() < 0.5
    digit = random.randrange(10)
    other = digit if same else (digit + random.randrange(1, 10)) % 10
    left, right = random.choice(by_digit[digit]), random.choice(by_digit[other])
    return {"left": [left], "right": [right], "target": int(same)}


def pairs(images: list[Image], digits: list[int], test: set[int]) -> None:
    """Pairs of digits; no image of the training pairs is in a test pair."""
    random = Random(2)
    for part, count in (("train", 1000), ("test", 250)):
        by_digit: list[list[Image]] = [[] for _ in range(10)]
        for i, (image, digit) in enumerate(zip(images, digits, strict=True)):
            if (i in test) == (part == "test"):
                by_digit[digit].append(image)
        write_jsonl(f"pairs_{part}.jsonl", (pair(random, by_digit) for _ in range(count)))


def recall(random: Random, length: int = 16, kept: int = 3) -> dict[str, Any]:
    """Letters 2 … 9 among noise 0, then as many times 1 as there were letters.

    The targets are the letters, in order, at the places of the 1; -100 before them.
    """
    letters = [random.randrange(2, 10) for _ in range(kept)]
    places = sorted(random.sample(range(length), kept))
    tokens = [0] * length
    for place, letter in zip(places, letters, strict=True):
        tokens[place] = letter
    return {"input": tokens + [1] * kept, "target": [-100] * length + letters}


def recalls() -> None:
    random = Random(3)
    write_jsonl("recall_train.jsonl", (recall(random) for _ in range(2000)))
    write_jsonl("recall_test.jsonl", (recall(random) for _ in range(200)))
