"""Which task is inferred from what: the table of the documentation, row by row."""

from __future__ import annotations

import pytest

from neuroscript.training.facts import Facts, Values
from neuroscript.training.inference import Decision, Objection, decide

FLOATS = Values("float", (4,))
IMAGE = Values("float", (3, 8, 8))
TOKENS = Values("int", (16,))
STEPS = Values("float", (16, 5))


def facts(inputs, output, target, last=None, vocabularies=()):
    port = "[" + ", ".join(["batch", *map(str, output)]) + "]"
    return Facts(port, output, (inputs,), target, last, frozenset(vocabularies))


def number(kind, shape=(), binary=False, names=()):
    return Values(kind, shape, binary, names)


TABLE = [
    # input, output, target, last, task, loss, metrics
    (FLOATS, (1,), number("float", (1,)), None, "regression", "mse", ["mae", "r2"]),
    (FLOATS, (1,), number("float"), None, "regression", "mse", ["mae", "r2"]),
    (FLOATS, (3,), number("float", (3,)), None, "regression", "mse", ["mae", "r2"]),
    (FLOATS, (1,), number("float", (1,), binary=True), "Sigmoid", "regression", "mse", None),
    (FLOATS, (1,), number("int"), None, "regression", "mse", None),
    (FLOATS, (), number("int"), None, "regression", "mse", None),
    (FLOATS, (3,), number("int"), None, "classification", "cross_entropy", ["accuracy", "f1"]),
    (FLOATS, (3,), number("int", (1,)), None, "classification", "cross_entropy", None),
    (FLOATS, (3,), number("int", names=("a", "b")), None, "classification", "cross_entropy", None),
    (FLOATS, (2,), number("bool"), None, "classification", "cross_entropy", None),
    (FLOATS, (3,), number("int"), "Softmax", "classification", "nll", None),
    (FLOATS, (3,), number("int"), "LogSoftmax", "classification", "nll", None),
    (IMAGE, (10,), number("int"), None, "classification", "cross_entropy", ["accuracy", "top5"]),
    (IMAGE, (3,), number("int"), None, "classification", "cross_entropy", ["accuracy", "f1"]),
    (TOKENS, (2,), number("int"), None, "classification", "cross_entropy", ["accuracy", "f1"]),
    (
        FLOATS,
        (1,),
        number("int", binary=True),
        None,
        "binary_classification",
        "bce_with_logits",
        ["accuracy", "auroc"],
    ),
    (FLOATS, (), number("bool"), "Sigmoid", "binary_classification", "bce", None),
    (FLOATS, (1,), number("int", names=("no", "yes")), None, "binary_classification", None, None),
    (
        FLOATS,
        (4,),
        number("int", (4,), binary=True),
        None,
        "multilabel_classification",
        "bce_with_logits",
        ["f1", "average_precision"],
    ),
    (FLOATS, (4,), number("bool", (4,)), "Sigmoid", "multilabel_classification", "bce", None),
    (FLOATS, (4,), number("int", (4,)), None, "regression", "mse", None),
    (IMAGE, (5, 8, 8), number("int", (8, 8)), None, "segmentation", "cross_entropy", ["mean_iou"]),
    (STEPS, (16, 7), number("int", (16,)), None, "token_classification", "cross_entropy", None),
    (TOKENS, (16, 7), number("int", (16,)), None, "token_classification", "cross_entropy", None),
    (
        TOKENS,
        (16, 99),
        number("int", (16,)),
        None,
        "language_modeling",
        "cross_entropy",
        ["perplexity", "token_accuracy"],
    ),
    (TOKENS, (16, 7), None, None, "language_modeling", "cross_entropy", None),
    (FLOATS, (4,), None, None, "reconstruction", "mse", ["mae"]),
    (IMAGE, (3, 8, 8), None, "Sigmoid", "reconstruction", "mse", ["mae"]),
    (STEPS, (16, 5), None, None, "reconstruction", "mse", ["mae"]),
]


@pytest.mark.parametrize(("inputs", "output", "target", "last", "task", "loss", "metrics"), TABLE)
def test_each_row_of_the_table(inputs, output, target, last, task, loss, metrics):
    given = facts(inputs, output, target, last, vocabularies={99})
    decision = decide(given)
    assert isinstance(decision, Decision)
    assert decision.task.name == task
    assert given.port in decision.reason
    if loss is not None:
        assert decision.task.loss(given) == loss
    if metrics is not None:
        assert decision.task.metrics(given) == metrics


def test_the_reason_of_the_headline_example_reads_as_promised():
    decision = decide(facts(FLOATS, (1,), number("float", (1,))))
    assert isinstance(decision, Decision)
    assert decision.reason == "output [batch, 1] with float targets"


REFUSED = [
    (facts(FLOATS, (3,), number("float", (2,))), None, "do not suit an output [batch, 3]"),
    (facts(FLOATS, (1,), number("int", names=("a", "b", "c"))), None, "that name 3 classes"),
    (facts(FLOATS, (3,), None), None, "no targets"),
    (facts(FLOATS, (3,), number("float")), "classification", "these targets are fractions"),
    (facts(FLOATS, (1,), number("int")), "classification", "[batch, classes]"),
    (facts(FLOATS, (1,), number("int")), "binary_classification", "takes 0 and 1"),
    (facts(FLOATS, (3,), number("int", names=("a",))), "regression", "these targets are names"),
    (facts(FLOATS, (3,), number("float", (3,))), "reconstruction", "the input's shape"),
    (facts(FLOATS, (16, 9), None), "language_modeling", "one input of tokens"),
]


@pytest.mark.parametrize(("given", "task", "text"), REFUSED)
def test_targets_that_a_task_cannot_take_are_refused_with_what_it_takes(given, task, text):
    refused = decide(given, task)
    assert isinstance(refused, Objection)
    assert text in refused.text
    assert refused.advice


def test_a_configured_task_wins_over_what_would_be_inferred():
    given = facts(FLOATS, (1,), number("float", (1,), binary=True))
    decision = decide(given, "binary_classification")
    assert isinstance(decision, Decision)
    assert (decision.task.name, decision.reason) == ("binary_classification", "as configured")
