"""`use`: names from other files, installed packages and the standard library."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from neuroscript.cli import run
from neuroscript.codegen import emit
from neuroscript.diagnostics import Severity, Sink, Source
from neuroscript.language import Checked, check_path, check_text
from neuroscript.language.names import imports
from neuroscript.language.names.scope import Library
from neuroscript.language.syntax.parse import parse

Files = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Writes files by their paths, and gives the path of the first."""

    def write(texts: Mapping[str, str]) -> Path:
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / next(iter(texts))

    return write


def neuron(name: str, body: str = "in -> GELU() -> out", width: str = "4") -> str:
    return f"neuron {name}:\n    in: [b, {width}]\n    out: [b, {width}]\n    graph: {body}\n"


def errors(checked: Checked) -> list[str]:
    return [d.code for d in checked.diagnostics if d.severity is Severity.ERROR]


def clean(path: Path) -> Checked:
    checked = check_path(path)
    assert checked.diagnostics == ()
    return checked


USE_FLASH = "use local,blocks/attn/Flash\n" + neuron("Net", "in -> Flash() -> out")


# --- what is found


def test_a_name_of_a_file_below(files: Files) -> None:
    checked = clean(files({"main.ns": USE_FLASH, "blocks/attn.ns": neuron("Flash")}))
    assert checked.entry == "Net"
    assert "class Flash(nn.Module):" in emit(checked).text


def test_folders_are_relative_to_the_file_that_imports(files: Files) -> None:
    clean(
        files(
            {
                "main.ns": "use local,a/b/B\n" + neuron("Net", "in -> B() -> out"),
                "a/b.ns": "use local,../c/d/D\n" + neuron("B", "in -> D() -> out"),
                "c/d.ns": neuron("D"),
            }
        )
    )


def test_a_star_brings_neurons_and_globals(files: Files) -> None:
    main = "use local,lib/*\n" + neuron("Net", "in -> One() -> Linear(4, size) -> out", "size")
    clean(files({"main.ns": main, "lib.ns": "@global size = 4\n" + neuron("One")}))


def test_a_global_by_its_name(files: Files) -> None:
    main = "use local,lib/size\n" + neuron("Net", "in -> Linear(size, size) -> out")
    clean(files({"main.ns": main, "lib.ns": "@global size = 4\n"}))


def test_a_neuron_global_of_another_file(files: Files) -> None:
    text = "neuron Net:\n    in: [b, s] int\n    out: [b, s, 4]\n    graph: in -> tok -> out\n"
    path = files(
        {"main.ns": "use local,lib/tok\n" + text, "lib.ns": "@global tok = Embedding(9, 4)\n"}
    )
    assert "nn.Embedding(9, 4)" in emit(clean(path)).text


def test_an_alias(files: Files) -> None:
    main = "use local,lib/One as Two\n" + neuron("Net", "in -> Two() -> out")
    clean(files({"main.ns": main, "lib.ns": neuron("One")}))


def test_an_alias_of_a_standard_neuron() -> None:
    text = "use core,nn/Linear as Dense\n" + neuron("Net", "in -> Dense(4, 4) -> out")
    assert check_text(text).diagnostics == ()


def test_an_alias_hides_the_name_it_stands_for(files: Files) -> None:
    main = "use local,lib/One as Two\n" + neuron("Net", "in -> One() -> Two() -> out")
    assert errors(check_path(files({"main.ns": main, "lib.ns": neuron("One")}))) == ["NS201"]


def test_imported_code_resolves_names_in_its_own_file(files: Files) -> None:
    main = (
        "use local,lib/Outer\n@global size = 5\n"
        + neuron("Inner", "in -> Tanh() -> out")
        + neuron("Net", "in -> Outer() -> Inner() -> out")
    )
    lib = "@global size = 4\n" + neuron("Inner", "in -> Linear(size, size) -> out")
    lib += neuron("Outer", "in -> Inner() -> out")
    code = emit(clean(files({"main.ns": main, "lib.ns": lib}))).text
    assert "nn.Linear(4, 4)" in code
    assert "nn.Tanh()" in code
    assert "nn.Linear(5, 5)" not in code


def test_files_export_what_they_define_not_what_they_import(files: Files) -> None:
    texts = {
        "main.ns": "use local,a/*\n" + neuron("Net", "in -> Deep() -> out"),
        "a.ns": "use local,c/Deep\n" + neuron("A", "in -> Deep() -> out"),
        "c.ns": neuron("Deep"),
    }
    assert errors(check_path(files(texts))) == ["NS201"]


def test_a_file_is_read_once_however_often_it_is_imported(files: Files) -> None:
    texts = {
        "main.ns": "use local,a/A\nuse local,b/B\n" + neuron("Net", "in -> A() -> B() -> out"),
        "a.ns": "use local,c/C\n" + neuron("A", "in -> C() -> out"),
        "b.ns": "use local,c/C\n" + neuron("B", "in -> C() -> out"),
        "c.ns": neuron("C"),
    }
    assert emit(clean(files(texts))).text.count("class C(nn.Module):") == 1


def test_mistakes_in_an_imported_file_are_told_there(files: Files) -> None:
    path = files(
        {"main.ns": USE_FLASH, "blocks/attn.ns": neuron("Flash", "in -> Linear(5, 4) -> out")}
    )
    (found,) = check_path(path).diagnostics
    assert (found.code, Path(found.file).name, found.line) == ("NS301", "attn.ns", 4)


# --- which of two


def test_an_explicit_import_hides_one_by_star(files: Files) -> None:
    texts = {
        "main.ns": "use local,a/*\nuse local,b/X\n" + neuron("Net", "in -> X() -> Y() -> out"),
        "a.ns": neuron("X", "in -> Tanh() -> out") + neuron("Y"),
        "b.ns": neuron("X", "in -> ReLU() -> out"),
    }
    code = emit(clean(files(texts))).text
    assert "nn.ReLU()" in code
    assert "nn.Tanh()" not in code


def test_the_order_of_star_and_explicit_does_not_matter(files: Files) -> None:
    texts = {
        "main.ns": "use local,b/X\nuse local,a/*\n" + neuron("Net", "in -> X() -> out"),
        "a.ns": neuron("X", "in -> Tanh() -> out"),
        "b.ns": neuron("X", "in -> ReLU() -> out"),
    }
    assert "nn.ReLU()" in emit(clean(files(texts))).text


@pytest.mark.parametrize(
    "uses",
    [
        "use local,a/*\nuse local,b/*\n",
        "use local,a/X\nuse local,b/X\n",
        "use local,a/X\n@global X = 3\n",
    ],
    ids=["two stars", "two names", "an own global"],
)
def test_clashes(files: Files, uses: str) -> None:
    texts = {
        "main.ns": uses + neuron("Net"),
        "a.ns": neuron("X", "in -> Tanh() -> out"),
        "b.ns": neuron("X"),
    }
    found = [d for d in check_path(files(texts)).diagnostics if d.severity is Severity.ERROR]
    assert [d.code for d in found] == ["NS604"]
    assert found[0].labels


def test_an_import_clashes_with_an_own_neuron(files: Files) -> None:
    texts = {"main.ns": "use local,a/X\n" + neuron("X"), "a.ns": neuron("X")}
    assert errors(check_path(files(texts))) == ["NS604"]


def test_the_same_neuron_on_two_ways_is_no_clash(files: Files) -> None:
    main = "use local,a/X\nuse local,./a/*\n".replace("./", "") + neuron("Net", "in -> X() -> out")
    clean(files({"main.ns": main, "a.ns": neuron("X")}))


def test_own_neurons_hide_standard_ones_in_their_file_only(files: Files) -> None:
    own = "neuron Linear(a, b):\n    in: [*, a]\n    out: [*, b]\n    impl: python,mine/a/Dense\n"
    main = own + "use local,lib/Other\n" + neuron("Net", "in -> Linear(4, 4) -> Other() -> out")
    checked = check_path(
        files({"main.ns": main, "lib.ns": neuron("Other", "in -> Linear(4, 4) -> out")})
    )
    assert [d.code for d in checked.diagnostics] == ["NS902"]
    code = emit(checked).text
    assert "from mine.a import Dense" in code
    assert "nn.Linear(4, 4)" in code


def test_standard_composites_keep_their_own_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    composite = neuron("Twice", "in -> GELU() -> GELU() -> out")
    library.define(parse(Source("stdlib/twice.ns", composite), Sink()), library=True)
    monkeypatch.setattr(imports, "standard_library", lambda: library)
    own = "neuron GELU:\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/Tanh\n\n"
    checked = check_text(own + neuron("Net", "in -> GELU() -> Twice() -> out"))
    assert [d.code for d in checked.diagnostics] == ["NS902"]
    code = emit(checked).text
    assert code.count("nn.GELU()") == 2
    assert code.count("nn.Tanh()") == 2  # its own class, and where it is used


def test_classes_of_one_name_are_told_apart(files: Files) -> None:
    texts = {
        "main.ns": "use local,attention/Outer\n"
        + neuron("Block")
        + neuron("Net", "in -> Block() -> Outer() -> out"),
        "attention.ns": neuron("Block", "in -> Tanh() -> out")
        + neuron("Outer", "in -> Block() -> out"),
    }
    code = emit(clean(files(texts))).text
    assert "class Block(nn.Module):" in code
    assert "class AttentionBlock(nn.Module):" in code


# --- what is not found


def test_a_missing_file_names_similar_ones(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attm.ns": neuron("Flash")})
    (found,) = check_path(path).diagnostics
    assert found.code == "NS603"
    assert "blocks/attn.ns" in found.message
    assert found.help == "did you mean `attm`?"


def test_a_missing_file_brings_no_further_errors(files: Files) -> None:
    path = files({"main.ns": "use local,gone/*\n" + neuron("Net", "in -> Any(3) -> other -> out")})
    assert errors(check_path(path)) == ["NS603"]


def test_a_missing_name_names_similar_ones(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attn.ns": neuron("Flush")})
    (found,) = check_path(path).diagnostics
    assert found.code == "NS601"
    assert found.help == "did you mean `Flush`?"


def test_a_missing_standard_name() -> None:
    (found,) = check_text("use core,nn/Liner\n" + neuron("Net")).diagnostics
    assert found.code == "NS601"
    assert "`Linear`" in str(found.help)


def test_a_cycle_is_told_with_its_chain(files: Files) -> None:
    texts = {
        "main.ns": "use local,a/A\n" + neuron("Net", "in -> A() -> out"),
        "a.ns": "use local,b/B\n" + neuron("A", "in -> B() -> out"),
        "b.ns": "use local,a/A\n" + neuron("B", "in -> A() -> out"),
    }
    (found,) = (d for d in check_path(files(texts)).diagnostics if d.code == "NS602")
    assert Path(found.file).name == "b.ns"
    assert {Path(label.span.source.name).name for label in found.labels} == {"a.ns", "main.ns"}


def test_a_file_that_imports_itself(files: Files) -> None:
    path = files({"main.ns": "use local,main/*\n" + neuron("Net")})
    assert errors(check_path(path)) == ["NS602"]


@pytest.mark.parametrize(
    "use",
    ["use local,Name", "use local,../Name", "use local,*", "use local,a/* as B"],
    ids=["no file", "no file above", "no file at all", "a star with an alias"],
)
def test_paths_that_name_nothing(files: Files, use: str) -> None:
    assert errors(check_path(files({"main.ns": f"{use}\n" + neuron("Net")}))) == ["NS605"]


def test_text_without_a_folder_imports_no_files(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attn.ns": neuron("Flash")})
    assert errors(check_text(USE_FLASH)) == ["NS603"]
    assert check_text(USE_FLASH, base=path.parent).diagnostics == ()


@pytest.mark.parametrize("data", [b"\xff\xfe", "ü".encode("latin-1")])
def test_a_file_that_is_no_text(files: Files, data: bytes) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attn.ns": ""})
    (path.parent / "blocks" / "attn.ns").write_bytes(data)
    (found,) = check_path(path).diagnostics
    assert found.code == "NS603"
    assert "UTF-8" in found.message


def test_a_folder_is_no_file(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attn.ns/x": ""})
    assert errors(check_path(path)) == ["NS603"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/x.ns": ""})
    os.mkfifo(path.parent / "blocks" / "attn.ns")
    assert errors(check_path(path)) == ["NS603"]


def test_a_file_that_is_too_large(files: Files) -> None:
    path = files({"main.ns": USE_FLASH, "blocks/attn.ns": "#" + "x" * 5_000_000})
    (found,) = check_path(path).diagnostics
    assert found.code == "NS603"
    assert "too large" in found.message


def test_imports_that_are_too_large_together(files: Files) -> None:
    texts = {"main.ns": "".join(f"use local,f{i}/*\n" for i in range(6)) + neuron("Net")}
    texts |= {f"f{i}.ns": "#" + "x" * 900_000 for i in range(6)}
    found = check_path(files(texts)).diagnostics
    assert {d.code for d in found} == {"NS603"}
    assert all("together" in d.message for d in found)


# --- the folder that cannot be left


OUTSIDE = "use local,../secret/Secret\n" + neuron("Net", "in -> Secret() -> out")


@pytest.fixture
def outside(files: Files) -> Path:
    files({"secret.ns": neuron("Secret")})
    return files({"project/main.ns": OUTSIDE})


def test_local_cannot_leave_the_folder(outside: Path) -> None:
    (found,) = check_path(outside).diagnostics
    assert found.code == "NS603"
    assert "--allow-outside" in str(found.help)
    assert check_path(outside, allow_outside=True).diagnostics == ()


@pytest.mark.parametrize("verb", ["check", "compile"])
def test_the_option_lifts_that(
    outside: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([verb, str(outside)]) == 1
    assert "NS603" in capsys.readouterr().err
    assert run([verb, str(outside), "--allow-outside"]) == 0


def test_a_link_does_not_lead_out(files: Files) -> None:
    secret = files({"secret.ns": neuron("Secret")})
    path = files({"project/main.ns": OUTSIDE.replace("../", "")})
    (path.parent / "secret.ns").symlink_to(secret)
    assert errors(check_path(path)) == ["NS603"]
    assert check_path(path, allow_outside=True).diagnostics == ()


def test_a_linked_folder_does_not_lead_out(files: Files, tmp_path: Path) -> None:
    files({"elsewhere/secret.ns": neuron("Secret")})
    path = files({"project/main.ns": OUTSIDE.replace("..", "lib")})
    (path.parent / "lib").symlink_to(tmp_path / "elsewhere")
    assert errors(check_path(path)) == ["NS603"]


def test_a_file_below_cannot_lead_out_either(files: Files) -> None:
    files({"secret.ns": neuron("Secret")})
    texts = {
        "project/main.ns": "use local,sub/a/A\n" + neuron("Net", "in -> A() -> out"),
        "project/sub/a.ns": "use local,../../secret/Secret\n"
        + neuron("A", "in -> Secret() -> out"),
    }
    assert errors(check_path(files(texts))) == ["NS603"]


def test_a_project_behind_a_link_is_its_own_folder(files: Files, tmp_path: Path) -> None:
    files({"real/main.ns": USE_FLASH, "real/blocks/attn.ns": neuron("Flash")})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    clean(tmp_path / "link" / "main.ns")


# --- installed packages


@pytest.fixture
def package(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package `vision-kit` that must not be imported."""
    files(
        {
            "site/vision_kit/__init__.py": "raise RuntimeError('this was imported')\n",
            "site/vision_kit/neurons/__init__.py": "raise RuntimeError('this was imported')\n",
            "site/vision_kit/neurons/blocks.ns": "use local,parts/Part\n"
            + neuron("Patch", "in -> Part() -> out"),
            "site/vision_kit/neurons/parts.ns": neuron("Part"),
            "site/vision_kit/secret.ns": neuron("Secret"),
            "site/vision_kit-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: vision-kit\n"
            "Version: 1.0\n",
            "site/vision_kit-1.0.dist-info/entry_points.txt": "[neuroscript.neurons]\n"
            "vision-kit = vision_kit.neurons\nbroken = no_such_package\n"
            "module = vision_kit.parts\n",
        }
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


USE_PATCH = "use vision_kit,blocks/Patch\n" + neuron("Net", "in -> Patch() -> out")


def test_a_package_is_found_and_not_imported(files: Files, package: Path) -> None:
    checked = clean(files({"project/main.ns": USE_PATCH}))
    assert "class Patch(nn.Module):" in emit(checked).text
    assert not [name for name in sys.modules if name.startswith("vision_kit")]


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ("use visionkit,blocks/Patch", "NS601"),
        ("use vision_kit,blocks/Path", "NS601"),
        ("use vision_kit,block/Patch", "NS603"),
        ("use vision_kit,../secret/Secret", "NS601"),
        ("use vision_kit,Patch", "NS601"),
        ("use broken,blocks/Patch", "NS601"),
        ("use module,blocks/Patch", "NS601"),
    ],
)
def test_what_a_package_does_not_have(files: Files, package: Path, use: str, code: str) -> None:
    path = files({"project/main.ns": f"{use}\n" + neuron("Net")})
    assert errors(check_path(path)) == [code]


def test_a_package_with_a_similar_name_is_named(files: Files, package: Path) -> None:
    path = files({"project/main.ns": "use visionkit,blocks/Patch\n" + neuron("Net")})
    (found,) = check_path(path).diagnostics
    assert "`vision_kit`" in str(found.help)
