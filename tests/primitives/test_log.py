"""Lines about what passes."""

from __future__ import annotations

import logging

import pytest
import torch

from neuroscript.primitives import Log


def test_it_tells_label_shape_and_dtype(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    x = torch.zeros(2, 3)
    assert Log("hidden")(x) is x
    Log(level="error")(x.long()[0])
    found = [(r.name, r.levelname, r.getMessage()) for r in caplog.records]
    assert found == [
        ("neuroscript", "INFO", "hidden: [2, 3] float32"),
        ("neuroscript", "ERROR", "[3] int64"),
    ]


def test_switches(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Log, "min_level", "warn")
    for level in ("debug", "info", "warn", "error"):
        Log(level, level)(torch.zeros(1))
    assert [r.levelname for r in caplog.records] == ["WARNING", "ERROR"]
    monkeypatch.setattr(Log, "enabled", False)
    Log("quiet", "error")(torch.zeros(1))
    assert len(caplog.records) == 2


def test_without_logging_set_up_it_tells_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("neuroscript"), "propagate", False)
    monkeypatch.setattr(logging.getLogger("neuroscript"), "handlers", [])
    Log("x", "debug")(torch.zeros(2))
    assert capsys.readouterr().err == "x: [2] float32\n"


def test_compiled_models_leave_it_out(caplog: pytest.LogCaptureFixture) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(Log("x"), fullgraph=True, backend="eager")
    caplog.clear()
    assert torch.equal(compiled(torch.ones(2)), torch.ones(2))
    assert not [r for r in caplog.records if r.name == "neuroscript"]


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match='level "loud" is none of debug, info, warn, error'):
        Log("x", "loud")
