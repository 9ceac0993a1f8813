"""`forward` of a neuron that is nothing but its host: the class holds one and calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.applying import in_template
from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.host import HostExpression, host_of
from neuroscript.codegen.naming import safe, snake_case
from neuroscript.codegen.site import OwnSite, own_instance
from neuroscript.codegen.templates import as_call, filled
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
        built = owner.keep(snake_case(host.name), own_instance(owner, host))
        call = f"{built}({', '.join(passed)})"
    inputs = [f"{name}: torch.Tensor" for name in passed]
    out.wrapped("def forward(", ["self", *inputs], f") -> {owner.returns()}:")
    outputs = len(owner.definition.neuron.outputs)
    if host.results is not None:
        given = {name: safe(name, set(names)) for name in owner.definition.output_names}
        out.line(f"    {host.results.format_map(given)} = {call}")
        call = f"{owner.returns()}({', '.join(given.values())})"
    elif outputs > 1:
        aliased = isinstance(host, HostExpression) and host.alias is not None
        results = ", ".join([call] * outputs) if aliased else f"*{call}"
        call = f"{owner.returns()}({results})"
    head, items, tail = as_call(call)
    with out.indented():
        out.wrapped(f"return {head}", items, tail)


def _expression(owner: NeuronClass, host: HostExpression, passed: list[str]) -> str:
    """A wiring neuron on its own, as one that is given to a Neuron parameter needs it."""
    site, counted = OwnSite(owner), owner.definition.counted_by
    if host.alias is not None:
        return passed[0] if counted is None else f"({passed[0]},) * {site.argument(counted)}"
    if host.emitter is not None:
        return EMITTERS[host.emitter](site, *passed)
    if host.method is not None:
        arguments = [site.argument(name) for name in host.method.positional]
        arguments += [f"{t}={site.argument(ours)}" for t, ours in host.method.keywords]
        return f"{passed[0]}.{host.method.name}({', '.join(arguments)})"
    assert host.template is not None
    values = in_template(owner.definition, passed)
    if host.state is not None:
        values["self"] = site.kept(host.state)
    return filled(host.template, values, site)
