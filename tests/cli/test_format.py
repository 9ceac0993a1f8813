"""`neuroscript format`: what it writes, what it leaves alone, and how it ends."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.cli import run

MESSY = "neuron A:\n  in:[n]\n  out: [n]\n  graph: in->out # same\n"
NEAT = "neuron A:\n    in: [n]\n    out: [n]\n    graph: in -> out  # same\n"
WRONG = "neuron A:\n  in: [n\n"


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "a.ns"
    path.write_text(MESSY)
    return path


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_files_are_rewritten_in_place(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messy.chmod(0o754)
    assert run(["format", str(messy)]) == 0
    assert messy.read_text() == NEAT
    assert messy.stat().st_mode & 0o777 == 0o754
    assert list(messy.parent.iterdir()) == [messy]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"reformatted {messy}\n1 file reformatted\n"


def test_a_file_that_is_neat_is_not_touched(messy: Path) -> None:
    messy.write_text(NEAT)
    os.utime(messy, (1, 1))
    before = messy.stat()
    assert run(["format", str(messy)]) == 0
    assert (messy.stat().st_mtime, messy.stat().st_ino) == (before.st_mtime, before.st_ino)


def test_check_names_files_and_writes_nothing(
    messy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["format", "--check", str(messy)]) == 1
    assert messy.read_text() == MESSY
    assert f"would reformat {messy}" in capsys.readouterr().err
    messy.write_text(NEAT)
    assert run(["format", "--check", str(messy)]) == 0


def test_diff_shows_lines_and_writes_nothing(
    messy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["format", "--diff", str(messy)]) == 0
    assert messy.read_text() == MESSY
    shown = capsys.readouterr().out.splitlines()
    assert "-  in:[n]" in shown
    assert "+    in: [n]" in shown
    assert run(["format", "--diff", "--check", str(messy)]) == 1


def test_folders_are_searched(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = messy.parent / "blocks" / "attn.ns"
    hidden = messy.parent / ".venv" / "lib.ns"
    other = messy.parent / "notes.txt"
    for path in (inner, hidden, other):
        path.parent.mkdir(exist_ok=True)
        path.write_text(MESSY)
    assert run(["format", str(messy.parent), str(messy)]) == 0
    assert [messy.read_text(), inner.read_text()] == [NEAT, NEAT]
    assert [hidden.read_text(), other.read_text()] == [MESSY, MESSY]
    assert "2 files reformatted" in capsys.readouterr().err


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["format", str(tmp_path)]) == 0
    assert capsys.readouterr().err == "no .ns files found\n"


def test_a_file_with_errors_is_left_and_the_others_are_formatted(
    messy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = messy.parent / "wrong.ns"
    wrong.write_text(WRONG)
    assert run(["format", str(wrong), str(messy)]) == 1
    assert wrong.read_text() == WRONG
    assert messy.read_text() == NEAT
    told = capsys.readouterr().err
    assert "error[NS104]" in told
    assert "1 file reformatted, 1 file refused" in told


def test_a_missing_file_is_told(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["format", str(messy.with_name("aa.ns"))]) == 1
    assert "NS603" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_without_write_access(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messy.parent.chmod(0o555)
    try:
        assert run(["format", str(messy)]) == 1
    finally:
        messy.parent.chmod(0o755)
    assert messy.read_text() == MESSY
    assert "cannot write" in capsys.readouterr().err


def test_a_failed_write_leaves_the_old_file(
    messy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run(["format", str(messy)]) == 1
    assert messy.read_text() == MESSY
    assert list(messy.parent.iterdir()) == [messy]
    assert "no space left on device" in capsys.readouterr().err


def test_a_link_stays_a_link(messy: Path) -> None:
    link = messy.with_name("link.ns")
    link.symlink_to(messy)
    assert run(["format", str(link)]) == 0
    assert link.is_symlink()
    assert messy.read_text() == NEAT


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    stdin(monkeypatch, MESSY.encode())
    assert run(["format", "-"]) == 0
    assert capfdbinary.readouterr().out == NEAT.encode()
    stdin(monkeypatch, MESSY.encode())
    assert run(["format", "-", "--check"]) == 1
    assert capfdbinary.readouterr().out == b""
    stdin(monkeypatch, WRONG.encode())
    assert run(["format", "-"]) == 1
    assert b"<stdin>:2:7" in capfdbinary.readouterr().err
    stdin(monkeypatch, b"\xff")
    assert run(["format", "-"]) == 1


@pytest.mark.parametrize("arguments", [[], ["-", "a.ns"], ["--wrong", "a.ns"]])
def test_mistakes_in_the_command_line(arguments: list[str]) -> None:
    assert run(["format", *arguments]) == 2


def test_formatting_imports_no_torch(messy: Path) -> None:
    script = (
        "import sys\n"
        "from neuroscript.cli import run\n"
        f"assert run(['format', {str(messy)!r}]) == 0\n"
        "heavy = {'torch', 'lightning', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
