"""`torch.compile` in training."""

from __future__ import annotations

import pytest
import torch

from neuroscript.diagnostics import NeuroScriptError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def backend(graph, inputs):
    """A compiler that runs what it was given."""
    backend.compiled += 1
    return graph.forward


def broken(graph, inputs):
    raise ValueError("cannot do that")


@pytest.fixture(autouse=True)
def compilers(monkeypatch):
    backend.compiled = 0
    torch._dynamo.reset()
    torch._dynamo.register_backend(backend, name="counting")
    torch._dynamo.register_backend(broken, name="broken")
    yield
    torch._dynamo.reset()
    for name in ("counting", "broken"):
        torch._dynamo.backends.registry._BACKENDS.pop(name, None)
        torch._dynamo.backends.registry._COMPILER_FNS.pop(name, None)


def test_steps_are_compiled_and_the_stored_module_is_not(work):
    plain, compiled = work.module(), work.module(compile={"backend": "counting"})
    names = list(plain.state_dict())
    plain.model.eval()
    compiled.model.eval()
    work.fit(plain, max_epochs=1)
    work.fit(compiled, max_epochs=1)
    assert backend.compiled > 0
    assert list(compiled.state_dict()) == names
    for one, two in zip(plain.model.parameters(), compiled.model.parameters(), strict=True):
        torch.testing.assert_close(one, two)


def test_a_compiler_that_fails_is_told_with_what_to_do(work):
    module = work.module(compile={"backend": "broken"})
    with pytest.raises(NeuroScriptError) as raised:
        work.fit(module, max_epochs=1)
    (told,) = raised.value.diagnostics
    assert told.code == "NT508"
    assert "cannot compile Net" in told.message
    assert "training.compile: false" in told.help


def test_with_a_fallback_it_goes_on_as_it_is_and_says_so(work):
    module = work.module(compile={"backend": "broken", "fallback": True})
    with pytest.warns(UserWarning, match="it runs as it is"):
        trainer = work.fit(module, max_epochs=1)
    assert trainer.global_step == 4
