"""Runs that were killed, wherever they were, end as if they had not been."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLING = Path(__file__).with_name("killing.py")


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_killed_run_that_is_gone_on_with_ends_as_if_it_had_never_been_killed() -> None:
    ran = subprocess.run(
        [sys.executable, str(KILLING), "--kills", "21", "--seed", "5"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    killed = {line[:28].strip(): int(line[28:]) for line in ran.stdout.splitlines() if line}
    assert killed["ended otherwise"] == 0
    ways = ["SIGKILL", "SIGTERM", "before the file is whole", "before it is in place"]
    assert all(killed[way] for way in [*ways, "once in place"])
    assert sum(killed.values()) - killed["ended before the kill"] >= 21
