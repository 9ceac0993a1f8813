"""`forward` of a neuron that is nothing but its host: the class holds one and calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.host import HostClass, HostExpression, by_keyword, host_of
from neuroscript.codegen.naming import safe, snake_case
from neuroscript.codegen.site import OwnSite
from neuroscript.codegen.writer import Writer

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


def write_own_host(owner: NeuronClass, out: Writer) -> None:
    ports = [port.name.text if port.name else "x" for port in owner.definition.neuron.inputs]
    names = [safe(port, {"self", "torch", "nn"}) for port in ports]
    star = "*" if owner.definition.variadic else ""
    host = host_of(owner.definition)
    passed = [f"{star}{name}" for name in names]
    if isinstance(host, HostExpression):
        call = _expression(owner, host, passed)
    else:
        call = f"{_built(owner, host)}({', '.join(passed)})"
    inputs = [f"{name}: torch.Tensor" for name in passed]
    out.wrapped("def forward(", ["self", *inputs], f") -> {owner.returns()}:")
    outputs = len(owner.definition.neuron.outputs)
    if outputs > 1:
        aliased = isinstance(host, HostExpression) and host.alias is not None
        results = ", ".join([call] * outputs) if aliased else f"*{call}"
        call = f"{owner.returns()}({results})"
    out.line(f"    return {call}")


def _built(owner: NeuronClass, host: HostClass) -> str:
    """The instance of the host that the class holds."""
    attribute = owner.attributes.take(snake_case(host.name))
    arguments = [owner.params[name] for name in host.positional]
    arguments += [by_keyword(theirs, owner.params[ours]) for theirs, ours in host.keywords]
    text = owner.imports.host_class(host)
    owner.init.wrapped(f"self.{attribute} = {text}(", arguments, ")")
    return f"self.{attribute}"


def _expression(owner: NeuronClass, host: HostExpression, passed: list[str]) -> str:
    """A wiring neuron on its own, as one that is given to a Neuron parameter needs it."""
    if host.alias is not None:
        return passed[0]
    site = OwnSite(owner)
    if host.emitter is not None:
        return EMITTERS[host.emitter](site, passed[0] if passed else "")
    if host.method is not None:
        arguments = [site.argument(name) for name in host.method.positional]
        arguments += [f"{t}={site.argument(ours)}" for t, ours in host.method.keywords]
        return f"{passed[0]}.{host.method.name}({', '.join(arguments)})"
    assert host.template is not None
    ports = owner.definition.input_names
    values = dict(zip(ports, passed, strict=False))
    if owner.definition.variadic:
        values[ports[0]] = passed[0][1:]
        values[f"{ports[0]}_list"] = passed[0]
    values.update({name: site.argument(name) for name in owner.definition.params})
    return host.template.format_map(values)
