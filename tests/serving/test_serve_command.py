"""The command `serve`: where it listens, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.serving import serve
from neuroscript.serving.limits import Limits


def test_it_ends_by_sigterm_without_a_trace(runners):
    runner = runners["flowers"]
    code = "import sys; from neuroscript.cli import main; main(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", str(runner.run_dir), "--port", "0"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = process.stderr.readline()
        assert line.startswith("  serving    http://127.0.0.1:")
        address = line.split()[1]
        body = urllib.request.Request(f"{address}/predict", b"[1, 2]")
        with urllib.request.urlopen(body, timeout=20) as reply:
            assert json.load(reply)["prediction"] in ("even", "odd")
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=20)[1]
    finally:
        process.kill()
    assert (process.returncode, rest) == (0, "")


def test_a_port_that_is_taken_is_told(runners, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NeuroScriptError, match="NT651"):
            serve.serve(runners["flowers"], "127.0.0.1", port, Limits())
    assert capsys.readouterr().err == ""
