"""The verbs that need no torch, as commands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.cli import run

GOOD = "neuron A:\n    in: [n, 2]\n    out: [n, 1]\n    graph: in -> Linear(2, 1) -> out\n"
BAD = GOOD.replace("Linear(2, 1)", "Linear(3, 1)")
WARNING = GOOD.replace("A:", "A(unused=1):")


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str, name: str = "a.ns") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (WARNING, [], 0),
        (WARNING, ["--strict"], 1),
        (GOOD, ["-n", "B"], 1),
        (GOOD, ["--format", "xml"], 2),
        (GOOD, ["--params", "dim"], 2),
        (GOOD, ["--nonsense"], 2),
    ],
)
def test_exit_codes_of_check(write, text: str, options: list[str], code: int) -> None:  # type: ignore[no-untyped-def]
    assert run(["check", write(text), *options]) == code


def test_check_tells_places(write, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    assert run(["check", write(BAD)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[NS301]" in captured.err
    assert "^^^^^^^-^^^^" in captured.err
    assert "\n1 error\n" in captured.err


def test_check_as_json(write, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    assert run(["check", write(BAD), write(GOOD, "b.ns"), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["code"], found["line"], found["column"]) == ("NS301", 4, 18)
    assert found["labels"]


def test_params_decide(write) -> None:  # type: ignore[no-untyped-def]
    ports = "neuron A(d, h):\n    in: [n, d]\n    out: [n, d / h]\n"
    text = f"{ports}    graph: in -> Linear(d, d / h) -> out\n"
    assert run(["check", write(text), "--params", "d=8 h=2"]) == 0
    assert run(["check", write(text), "--params", "d=8", "--params", "h=3"]) == 1


def test_check_writes_sarif_alone_to_standard_output(
    write, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    file = write(BAD)
    assert run(["check", file, "--format", "sarif"]) == 1
    (done,) = json.loads(capsys.readouterr().out)["runs"]
    assert done["tool"]["driver"]["rules"] == [
        {"id": "NS301", "shortDescription": {"text": "sizes differ"}}
    ]
    assert [result["ruleId"] for result in done["results"]] == ["NS301"]
    place = done["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == Path(file).as_uri()
    assert place["region"]["startLine"] == 4


def test_check_says_where_to_read_more(write, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    assert run(["check", write(WARNING), write(BAD, "b.ns")]) == 1
    assert capsys.readouterr().err.endswith("\nmore about it: neuroscript explain NS301 NS901\n")


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "xor.ns").write_text(GOOD)
    assert run(["check", str(tmp_path / "xxor.ns")]) == 1
    text = capsys.readouterr().err
    assert "NS603" in text
    assert "did you mean" in text


def test_bytes_that_are_no_text_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ns").write_bytes(b"neuron A:\xff\xfe\n")
    assert run(["check", str(tmp_path / "a.ns")]) == 1
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("fti", "fit")])
def test_an_unknown_verb_is_suggested(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([typed, "a.ns"]) == 2
    assert f"Did you mean {meant}?" in capsys.readouterr().err


def test_compile_writes_a_file(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "model.py"
    assert run(["compile", write(GOOD), "-o", str(out)]) == 0
    text = out.read_text()
    assert "class A(nn.Module):" in text
    assert "class AModule(RegistryHooks, LightningModule):" in text
    assert run(["compile", write(GOOD), "-o", str(out), "--target", "torch"]) == 0
    assert "lightning" not in out.read_text()


def test_compile_leaves_the_file_alone_when_the_program_is_wrong(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "model.py"
    out.write_text("precious")
    assert run(["compile", write(BAD), "-o", str(out)]) == 1
    assert out.read_text() == "precious"


def test_compile_into_a_folder_that_is_not_there(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run(["compile", write(GOOD), "-o", str(tmp_path / "no" / "model.py")]) == 1


def test_checking_compiling_and_help_import_no_torch(write) -> None:  # type: ignore[no-untyped-def]
    script = (
        "import sys\n"
        "from neuroscript.cli import run\n"
        "import neuroscript\n"
        f"assert run(['check', {write(GOOD)!r}]) == 0\n"
        f"assert run(['compile', {write(GOOD)!r}]) == 0\n"
        "assert run(['--help']) == 0\n"
        "assert run(['fit', '--help']) == 0\n"
        "heavy = {'torch', 'lightning', 'pytorch_lightning', 'torchmetrics', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_bug_of_ours_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, write, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("neuroscript.cli.check.check_path", fail)
    assert run(["check", write(GOOD)]) == 1
    text = capsys.readouterr().err
    assert "RuntimeError: boom" in text
    assert "report" in text
    assert "Traceback" not in text
