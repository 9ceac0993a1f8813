"""What is inferred from which model and which data: every pair of inference_table.yml.

Each pair is a neuron and its first samples. It says the task, the loss, the metrics, the element
types in which the neuron and the loss get what the data hold, and what the plan says of all this;
or the code and the message with which the pair is refused.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from neuroscript import plan
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.tasks import BY_NAME

TABLE: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("inference_table.yml").read_text(encoding="utf-8")
)
NAMES = [pair["pair"] for pair in TABLE]


def program(neuron: str) -> str:
    """A neuron in full, from what is below its heading or from `[port] -> pipeline -> [port]`."""
    if neuron.startswith("neuron "):
        return f"{neuron}\n"
    if "\n" not in neuron:
        first, *steps, last = neuron.split(" -> ")
        neuron = f"in: {first}\nout: {last}\ngraph: in -> {' -> '.join(steps)} -> out"
    return "neuron Net:\n" + "".join(f"    {line}\n" for line in neuron.splitlines())


def told(pair: dict[str, Any]) -> dict[str, Any]:
    """What planning says of a pair, in the words of the table."""
    config = {"model": {"file": "net.ns"}, "data": {"train": "data.jsonl"}}
    try:
        found = plan(config | pair.get("config", {}))
    except NeuroScriptError as error:
        first = error.diagnostics[0]
        where = f"{first.file}:{first.line}:{first.column}"
        refusal = {"refused": first.code, "where": where, "says": first.message, "try": first.help}
        return {key: value for key, value in refusal.items() if value}
    said = {
        "task": found.task,
        "why": found.reasons["task"],
        "unless": "; ".join(found.otherwise.values()),
        "loss": found.loss,
        "metrics": found.metrics,
        "neuron gets": found.inputs,
        "loss gets": found.targets,
        "notes": list(found.notices),
    }
    return {key: value for key, value in said.items() if value}


@pytest.mark.parametrize("pair", TABLE, ids=NAMES)
def test_each_pair(folder, pair):
    folder.write("net.ns", program(pair["neuron"]))
    folder.write("data.jsonl", "".join(f"{json.dumps(row)}\n" for row in pair["samples"]))
    given = {"pair", "neuron", "samples", "config"}
    assert told(pair) == {key: value for key, value in pair.items() if key not in given}


def test_the_table_is_as_large_as_it_should_be():
    assert len(NAMES) == len(set(NAMES)) >= 100
    tasks = {pair.get("task") for pair in TABLE if isinstance(pair.get("task"), str)}
    assert tasks == set(BY_NAME) - {"none", "penalty"}
    assert len([pair for pair in TABLE if "refused" in pair]) >= 30


def test_the_rules_of_the_guide_are_those_of_the_table():
    guide = Path(__file__).parents[2] / "docs" / "guides" / "inference.md"
    rows = re.findall(r"^\| `(\w+)` \|(.*)$", guide.read_text(encoding="utf-8"), flags=re.MULTILINE)
    rules = {task: cells.split("|") for task, cells in rows}
    assert set(rules) == set(BY_NAME) - {"none"}
    for pair in TABLE:
        if isinstance(pair.get("task"), str) and "config" not in pair:
            *_, losses, metrics, _ = rules[pair["task"]]
            assert pair["loss"] in re.findall(r"\w+", losses), pair["pair"]
            assert set(pair["metrics"]) <= set(re.findall(r"\w+", metrics)), pair["pair"]
