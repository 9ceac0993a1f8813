"""What is checked before a change is good: `nox` runs all but the benchmarks."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "imports", "tests", "docs"]


def install(session: nox.Session, extra: str) -> None:
    session.install("-c", "constraints.txt", "-e", f".[{extra}]")


@nox.session
def tests(session: nox.Session) -> None:
    """Everything that `pytest` collects, the documentation included."""
    install(session, "test")
    session.run("pytest", "-n", "auto", "--dist", "loadscope", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and likely mistakes; mends nothing by itself."""
    session.install("ruff>=0.11")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types over both packages."""
    install(session, "dev")
    session.run("mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Which room may import which."""
    install(session, "dev")
    session.run("lint-imports", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Every block of the documentation, and that its links lead somewhere."""
    install(session, "test")
    session.run("pytest", "README.md", "docs", "tests/docs", *session.posargs)


@nox.session
def pages(session: nox.Session) -> None:
    """Renew the pages that are made from the library, the grammar, contracts and diagnostics."""
    install(session, "test")
    session.run("python", "-m", "neuroscript.language.syntax.grammar_reading")
    session.run("python", "tests/docs/test_library_page.py")
    session.run("python", "tests/docs/test_error_pages.py")
    session.run("python", "tests/docs/test_grammar_page.py")
    session.run("python", "tests/docs/test_contract_pages.py")
    session.run("python", "tests/docs/test_reference_page.py")
    session.run("python", "tests/docs/test_gallery.py")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Feeds the compiler programs nobody would write; `-- --inputs 200000` for a long run."""
    install(session, "test")
    session.run("python", "tests/fuzz/fuzz.py", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines and branches of the language and the code generator no test runs."""
    install(session, "test")
    rooms = ["--cov=neuroscript.language", "--cov=neuroscript.codegen", "--cov-branch"]
    report = ["--cov-report=term-missing:skip-covered", "--cov-fail-under=95"]
    session.run("pytest", *rooms, *report, "-n", "auto", "--dist", "loadscope", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measures, side by side; with `-- --write` the tables of docs/performance.md are renewed."""
    install(session, "test")
    session.run("python", "tests/benchmarks/run.py", *session.posargs)


@nox.session
def corpus(session: nox.Session) -> None:
    """Counts wrong verdicts of the compiler; `-- --write` renews docs/reliability.md."""
    install(session, "test")
    session.run("python", "tests/property/corpus.py", *session.posargs)
