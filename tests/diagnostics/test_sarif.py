"""Diagnostics as SARIF 2.1.0."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neuroscript.diagnostics import Diagnostic, Label, Severity, Source, Span, as_sarif

LEVELS = {"none", "note", "warning", "error"}


@dataclass(frozen=True)
class Wrong(Diagnostic):
    code = "NX101"
    message = "something is wrong"
    label = "here"
    help = "do it right"
    other: Span | None = None

    @property
    def labels(self) -> list[Label]:
        return [Label(self.other, "because of this")] if self.other else []


@dataclass(frozen=True)
class Odd(Diagnostic):
    code = "NX900"
    severity = Severity.WARNING
    message = "something is odd"


SOURCE = Source("a b.ns", "first line\nsecond line\n", Path("a b.ns"))


def run_of(log: dict[str, Any]) -> dict[str, Any]:
    """The only run of a log, after a look at what the standard asks of each part."""
    assert json.loads(json.dumps(log)) == log
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    driver = run["tool"]["driver"]
    assert driver["name"] == "neuroscript"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        assert len(result["locations"]) == 1
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            place = location["physicalLocation"]
            assert " " not in place["artifactLocation"]["uri"]
            region = place["region"]
            start = region["startLine"], region["startColumn"]
            assert (1, 1) <= start <= (region["endLine"], region["endColumn"])
    return run


def test_a_result_has_its_place_its_help_and_the_other_places() -> None:
    wrong = Wrong(SOURCE.at(2, 1, 6), SOURCE.at(1, 7, 4))
    (result,) = run_of(as_sarif([wrong]))["results"]
    assert result == {
        "ruleId": "NX101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "something is wrong\nhelp: do it right"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a%20b.ns"},
                    "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 7},
                },
                "message": {"text": "here"},
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "a%20b.ns"},
                    "region": {"startLine": 1, "startColumn": 7, "endLine": 1, "endColumn": 11},
                },
                "message": {"text": "because of this"},
            }
        ],
    }


def test_each_code_is_one_rule_with_its_title() -> None:
    found = [Odd(SOURCE.at(1, 1)), Wrong(SOURCE.at(1, 2)), Wrong(SOURCE.at(2, 2))]
    run = run_of(as_sarif(found, {"NX101": "wrong", "NX102": "not found"}, "1.2"))
    assert run["tool"]["driver"] == {
        "name": "neuroscript",
        "version": "1.2",
        "rules": [{"id": "NX101", "shortDescription": {"text": "wrong"}}, {"id": "NX900"}],
    }
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 0]
    assert [result["level"] for result in run["results"]] == ["warning", "error", "error"]


def test_nothing_found_is_a_run_without_results() -> None:
    assert run_of(as_sarif([]))["results"] == []


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        (Source("shown", "", Path("/tmp/a b.ns")), "file:///tmp/a%20b.ns"),
        (Source("shown", "", Path("nets/a.ns")), "nets/a.ns"),
        (Source("<string>", ""), "%3Cstring%3E"),
    ],
)
def test_files_are_named_by_uris(source: Source, uri: str) -> None:
    (result,) = run_of(as_sarif([Odd(Span(source, 0, 0))]))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
