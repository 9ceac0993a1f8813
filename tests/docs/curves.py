"""The learning curves of docs/gallery/: one small SVG for each config of the examples.

They are readable on light and on dark pages. Each says in a comment what it was drawn of, so that
a test can tell whether the example has changed since.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "gallery"
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 180, 46, 22, 12, 24
COLOURS = {"train": "#3b82f6", "val": "#f97316"}
DRAWN_OF = re.compile(r"<!-- of ([0-9a-f]{12}) -->")
COMMENT = re.compile(r"^\s*(#|///).*$", flags=re.MULTILINE)


def digest(config: Path) -> str:
    """What the curve of a config depends on: the config and its program, comments aside."""
    text = config.read_text(encoding="utf-8")
    program = ROOT / yaml.safe_load(text)["model"]["file"]
    plain = COMMENT.sub("", text) + COMMENT.sub("", program.read_text(encoding="utf-8"))
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def svg_of(config: Path) -> Path:
    return FOLDER / f"{config.stem}.svg"


def is_current(config: Path) -> bool:
    """Whether the curve of a config was drawn of the example as it is."""
    file = svg_of(config)
    found = DRAWN_OF.search(file.read_text(encoding="utf-8")) if file.exists() else None
    return found is not None and found[1] == digest(config)


Points = list[tuple[int, float]]


def curves(metrics: Path) -> dict[str, Points]:
    """The losses in a metrics.csv by phase, each with its step."""
    found: dict[str, Points] = {"train": [], "val": []}
    with metrics.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for phase, points in found.items():
                if row[f"{phase}_loss"]:
                    points.append((int(row["step"]), float(row[f"{phase}_loss"])))
    return {phase: points for phase, points in found.items() if points}


@dataclass(frozen=True)
class Axes:
    """Steps from the left to the right, losses from the bottom to the top by their logarithm."""

    steps: int
    least: float
    most: float

    @classmethod
    def around(cls, drawn: dict[str, Points]) -> Axes:
        losses = [loss for points in drawn.values() for _, loss in points if loss > 0]
        steps = max(step for points in drawn.values() for step, _ in points)
        return cls(steps, min(losses), max(max(losses), min(losses) * 1.1))

    def x(self, step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * step / self.steps

    def y(self, loss: float) -> float:
        share = math.log(max(loss, self.least) / self.least) / math.log(self.most / self.least)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share


def drawing(drawn: dict[str, Points], held_out: str, of: str) -> str:
    """The SVG of some curves; `held_out` is what the second one is called."""
    axes = Axes.around(drawn)
    low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11"'
        ' fill="#808080">',
        f"<!-- of {of} -->",
        f'<path d="M{LEFT} {TOP}V{low}H{right}" fill="none" stroke="#808080"/>',
        _text(LEFT - 5, TOP + 4, f"{axes.most:.3g}", "end"),
        _text(LEFT - 5, low + 4, f"{axes.least:.2g}", "end"),
        _text(LEFT, HEIGHT - 8, "0", "start"),
        _text(right, HEIGHT - 8, f"{axes.steps:,} steps", "end"),
    ]
    names = {"train": "train loss", "val": f"{held_out} loss"}
    for place, (phase, points) in enumerate(drawn.items()):
        colour = COLOURS[phase]
        path = " ".join(f"{axes.x(step):.1f},{axes.y(loss):.1f}" for step, loss in points)
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        lines.append(_text(LEFT + 10 + 90 * place, 14, names[phase], "start", colour))
    return "\n".join([*lines, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#808080") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
