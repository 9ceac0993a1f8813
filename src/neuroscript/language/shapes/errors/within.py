"""What goes wrong inside a neuron only because of how it is called."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, record


@record
class Within(Diagnostic):
    """What goes wrong inside a neuron only because of how it is called."""

    inner: Diagnostic
    callee: str
    call: Span

    @property
    def code(self) -> str:  # type: ignore[override]
        return self.inner.code

    @property
    def severity(self) -> Severity:  # type: ignore[override]
        return self.inner.severity

    @property
    def message(self) -> str:
        return f"in `{self.callee}`: {self.inner.message}"

    @property
    def label(self) -> str:
        return self.inner.label if self.span == self.inner.span else "as it is called here"

    @property
    def labels(self) -> Sequence[Label]:
        if self.span == self.inner.span:
            return [*self.inner.labels, Label(self.call, "as it is called here")]
        return [Label(self.inner.span, self.inner.label or "here")]

    @property
    def help(self) -> str | None:
        return self.inner.help
