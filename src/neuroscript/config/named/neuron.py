"""The neuron that a config names, checked with the parameters that it gives."""

from __future__ import annotations

from pathlib import Path

from neuroscript.config.config import Config
from neuroscript.config.errors import ConfigError
from neuroscript.config.named.errors import (
    ParameterMissing,
    ParametersRefused,
    UnknownNeuron,
    UnknownParameter,
)
from neuroscript.diagnostics import Diagnostic, Severity, Span
from neuroscript.language import Checked, Signature, check_path


def check_neuron(config: Config) -> Checked:
    """The checked program of `model`.

    Raises ConfigError at the key if there is no such file or neuron, or if the neuron cannot have
    its parameters, and NeuroScriptError with the mistakes of the `.ns` file itself.
    """
    model = config.model
    file = config.resolve("model.file")
    checked = check_path(file, model.neuron, model.params)
    bare = check_path(file, model.neuron) if model.params and checked.has_errors else checked
    if model.neuron is not None and model.neuron not in bare.scope.own:
        check_path(file).raise_errors()
        names = list(bare.scope.own)
        unknown = UnknownNeuron(config.place("model.neuron"), model.neuron, str(file), names)
        raise ConfigError([unknown])
    bare.raise_errors()
    signature = bare.signature()
    if problems := _wrong_names(config, signature):
        raise ConfigError(problems)
    if checked.has_errors:
        refusals = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        blamed = _blamed(config, file)
        raise ConfigError([ParametersRefused(blamed, signature.name, refusals)])
    return checked


def _wrong_names(config: Config, signature: Signature) -> list[Diagnostic]:
    """Parameters that the neuron does not have; or else those that it needs and is not given."""
    given = config.model.params
    known = [param.name for param in signature.params]
    unknown: list[Diagnostic] = [
        UnknownParameter(
            config.place_of_key(f"model.params.{name}"),
            name,
            signature.name,
            signature.span,
            known,
        )
        for name in given
        if name not in known
    ]
    place = config.place_of_key("model.params")
    return unknown or [
        ParameterMissing(place, param.name, signature.name, signature.span)
        for param in signature.params
        if param.default is ... and param.name not in given
    ]


def _blamed(config: Config, file: Path) -> Span:
    """The one parameter without which the others would do, else all of them."""
    neuron, params = config.model.neuron, config.model.params

    def would_do_without(name: str) -> bool:
        others = {key: value for key, value in params.items() if key != name}
        return not check_path(file, neuron, others).has_errors

    mended = list(filter(would_do_without, params))
    return config.place(f"model.params.{mended[0]}" if len(mended) == 1 else "model.params")
