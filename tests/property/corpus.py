"""How often the compiler is wrong, measured on generated programs.

    python tests/property/corpus.py --count 2000 --seed 0

makes right programs, changes each of them in a few places, and prints how many right ones are
refused and how many wrong ones accepted; `--write` renews the table in docs/reliability.md.
Ends with 1 if there is one of either.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random

from programs.generate import program
from programs.judge import Judgement, Verdict, judge
from programs.mutate import MUTATIONS, mutated

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
CHANGES = 4
"""Changed copies of each right program that are tried."""

MISTAKES = (Verdict.WRONGLY_ACCEPTED, Verdict.WRONGLY_REFUSED)
WRONG = (Verdict.REFUSED, Verdict.WARNED, Verdict.OPEN, Verdict.WRONGLY_ACCEPTED)


class Corpus:
    """Programs judged so far."""

    def __init__(self) -> None:
        self.right: Counter[Verdict] = Counter()
        self.changed: dict[str, Counter[Verdict]] = {name: Counter() for name in MUTATIONS}
        self.mistakes: list[tuple[int, Judgement]] = []
        self.sizes = 0
        self.unknown = 0

    def add(self, seed: int) -> None:
        """One right program and what becomes of it in other hands."""
        rng = Random(seed)
        made = program(rng)
        found = judge(made)
        self.right[found.verdict] += 1
        self.sizes += found.sizes
        self.unknown += found.unknown
        self.note(seed, found)
        for _ in range(CHANGES):
            change = mutated(rng, made)
            if change is not None:
                name, other = change
                found = judge(other)
                self.changed[name][found.verdict] += 1
                self.note(seed, found)

    def note(self, seed: int, found: Judgement) -> None:
        if found.verdict in MISTAKES:
            self.mistakes.append((seed, found))

    # --- what is shown

    def totals(self) -> Counter[Verdict]:
        total: Counter[Verdict] = Counter()
        for counts in self.changed.values():
            total.update(counts)
        return total

    def summary(self) -> str:
        right, total = sum(self.right.values()), self.totals()
        wrong = sum(total[verdict] for verdict in WRONG)
        rows = [
            ("right programs", right),
            ("of them **refused**", right - self.right[Verdict.RIGHT]),
            ("wrong programs: right ones, changed in one place", wrong),
            ("of them refused", total[Verdict.REFUSED]),
            ("of them wrong for some sizes only, and a warning says so", total[Verdict.WARNED]),
            ("of them wrong where only a run tells the sizes", total[Verdict.OPEN]),
            ("of them **accepted**", total[Verdict.WRONGLY_ACCEPTED]),
            ("changed programs that are still right", total[Verdict.RIGHT]),
            ("of them **refused**", total[Verdict.WRONGLY_REFUSED]),
            ("sizes of results of the right programs", self.sizes),
            ("of them left open", self.unknown),
        ]
        return _table(("", "number"), [(text, str(number)) for text, number in rows])

    def details(self) -> str:
        shown = (Verdict.REFUSED, Verdict.WARNED, Verdict.OPEN, Verdict.WRONGLY_ACCEPTED)
        head = ("what was changed", "still right", "refused", "warned of", "open", "accepted")
        rows = []
        for name, counts in self.changed.items():
            numbers = [counts[Verdict.RIGHT], *(counts[verdict] for verdict in shown)]
            rows.append((name, *(str(number) for number in numbers)))
        return _table(head, rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def renewed(page: str, name: str, text: str) -> str:
    part = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
    if not part.search(page):
        raise ValueError(f"{PAGE} has no part `{name}`")
    return part.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000, help="right programs (2000)")
    arguments.add_argument("--seed", type=int, default=0, help="of the first one (0)")
    arguments.add_argument("--write", action="store_true", help="renew docs/reliability.md")
    chosen = arguments.parse_args()
    corpus = Corpus()
    for seed in range(chosen.seed, chosen.seed + chosen.count):
        corpus.add(seed)
    for seed, found in corpus.mistakes:
        print(f"\nseed {seed}: {found.report()}", file=sys.stderr)
    print(f"{corpus.summary()}\n\n{corpus.details()}")
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8")
        page = renewed(page, "corpus", corpus.summary())
        page = renewed(page, "changes", corpus.details())
        PAGE.write_text(page, encoding="utf-8")
    return 1 if corpus.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
