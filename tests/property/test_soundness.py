"""Right programs are accepted as what they are, wrong ones refused.

A short run of what `python tests/property/corpus.py` does at length, and of the same generator with
choices by hypothesis.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from corpus import MISTAKES, Corpus, renewed
from programs.generate import program
from programs.judge import Verdict, judge
from programs.mutate import mutated

RUN = {"deadline": None, "derandomize": True, "phases": [Phase.explicit, Phase.generate]}
"""Programs are shown whole: to make a smaller one takes minutes."""

CORPUS = range(100_000, 100_080)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    found = Corpus()
    for seed in CORPUS:
        found.add(seed)
    return found


def test_no_wrong_program_is_accepted_and_no_right_one_refused(corpus: Corpus) -> None:
    reports = [f"seed {seed}: {found.report()}" for seed, found in corpus.mistakes]
    assert not reports, "\n\n".join(reports)


def test_the_corpus_has_right_and_wrong_programs(corpus: Corpus) -> None:
    assert corpus.right[Verdict.RIGHT] == len(CORPUS)
    assert corpus.totals()[Verdict.REFUSED] > len(CORPUS)
    assert corpus.sizes > 0


def test_the_table_is_put_between_its_marks() -> None:
    page = "a\n<!-- corpus -->\nold\n<!-- end -->\nb\n"
    assert renewed(page, "corpus", "new") == "a\n<!-- corpus -->\nnew\n<!-- end -->\nb\n"
    with pytest.raises(ValueError, match="has no part"):
        renewed(page, "other", "new")


@settings(max_examples=25, **RUN)
@given(st.randoms(use_true_random=False))
def test_a_program_that_runs_is_accepted_as_what_it_is(rng: Random) -> None:
    found = judge(program(rng))
    assert found.verdict is Verdict.RIGHT, found.report()


@settings(max_examples=40, **RUN)
@given(st.randoms(use_true_random=False))
def test_a_program_that_is_made_wrong_is_not_accepted(rng: Random) -> None:
    change = mutated(rng, program(rng))
    if change is not None:
        found = judge(change[1])
        assert found.verdict not in MISTAKES, f"{change[0]}: {found.report()}"
