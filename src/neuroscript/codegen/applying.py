"""Neurons applied to tensors: a call of the submodule, or what wiring is in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.codegen.emitters import EMITTERS
from neuroscript.codegen.host import HostExpression, host_of
from neuroscript.codegen.inlined import INLINED
from neuroscript.codegen.rounds import Rounds
from neuroscript.codegen.run_time_sizes import RunTimeSizes
from neuroscript.codegen.site import CallSite
from neuroscript.codegen.templates import as_call, filled
from neuroscript.codegen.writer import Text
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Apply, Inline, Instance, ParamCall, Shared, Step
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


def in_template(definition: Definition, inputs: list[str]) -> dict[str, str]:
    """What stands for the ports of a neuron in its template."""
    ports = definition.input_names
    values: dict[str, str] = dict(zip(ports, inputs, strict=False))
    if definition.variadic:
        packed = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
        values[ports[0]] = inputs[0][1:] if inputs[0].startswith("*") else packed
        values[f"{ports[0]}_list"] = ", ".join(inputs)
        values[f"{ports[0]}_sum"] = (
            f"sum({values[ports[0]]})" if inputs[0].startswith("*") else " + ".join(inputs)
        )
    return values


class Applying:
    """Writes applications as expressions; loops over rounds are statements."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.constructor = steps.constructor
        self.rounds = Rounds(steps)
        self.run_time_sizes = RunTimeSizes(steps)

    def apply(self, step: Apply) -> Text | None:
        variables = self.steps.variables
        inputs = [
            f"*{variables[tensor]}" if tensor.pack else variables[tensor] for tensor in step.inputs
        ]
        match step.target:
            case Instance():
                return self.instance(step, step.target, inputs)
            case ParamCall() | Inline():
                return f"{self.constructor.submodules.inline(step.target)}(", inputs, ")"
            case Shared():
                return self.shared(step, step.target, inputs)

    def results(self, step: Step, variables: Sequence[str]) -> str:
        """The variables of what a step gives, as they stand before its `=`."""
        callees = self.steps.owner.inferred.callees.get(step.span, ())
        definition = callees[0].definition if callees else None
        host = host_of(definition) if definition is not None and not definition.is_graph else None
        if definition is None or host is None or host.results is None:
            return ", ".join(variables)
        named = dict(zip(definition.output_names, variables, strict=True))
        return host.results.format_map(named)

    def instance(self, step: Apply, target: Instance, inputs: list[str]) -> Text:
        """A neuron with its arguments, of its own."""
        host = None if target.definition.is_graph else host_of(target.definition)
        if isinstance(host, HostExpression):
            sized = self.run_time_sizes.applied(step, target, inputs) if host.state else None
            return sized or self.wiring(step, target, host, inputs)
        if host is not None and host.inline is not None:
            simple = INLINED[host.inline](CallSite(self.steps, step, target), inputs)
            if simple is not None:
                return simple
        sized = self.run_time_sizes.applied(step, target, inputs)
        if sized is not None:
            return sized
        rank = self.constructor.rank_of(step)
        return f"{self.constructor.submodules.inline(target, rank)}(", inputs, ")"

    def wiring(
        self,
        step: Apply,
        target: Instance,
        host: HostExpression,
        inputs: list[str],
        kept: str | None = None,
    ) -> Text:
        """A neuron that is written in place; `kept` is what it keeps, if that is built."""
        site = CallSite(self.steps, step, target)
        if host.emitter is not None:
            return as_call(EMITTERS[host.emitter](site, *inputs))
        if host.method is not None:
            write = self.constructor.in_forward
            arguments = self.constructor.arguments.of_call(
                target.definition, target.arguments, host.method, write
            )
            return f"{inputs[0]}.{host.method.name}(", arguments, ")"
        values = in_template(target.definition, inputs)
        if host.state is not None:
            values["self"] = kept or site.kept(host.state)
        assert host.template is not None
        return as_call(filled(host.template, values, site))

    def shared(self, step: Apply, target: Shared, inputs: list[str]) -> Text | None:
        """What the context or a parameter holds."""
        value = target.value
        name = value.name.text if isinstance(value, ast.MemberValue) else value.name
        if isinstance(value, ast.NameValue) and name in self.steps.owner.definition.neuron_params:
            return f"{self.constructor.submodules.param(name)}(", inputs, ")"
        bare = self.constructor.bare(name) if isinstance(value, ast.NameValue) else None
        if bare is not None:
            held = Instance(*bare, target.span)
            host = host_of(held.definition)
            assert isinstance(host, HostExpression)
            attribute = f"self.{self.steps.owner.bound[name]}"
            return self.wiring(step, held, host, inputs, attribute)
        if name in self.constructor.aggregates.built and not isinstance(value, ast.GlobalValue):
            return self.rounds.apply(step, value, inputs)
        return f"{self.constructor.neurons.text(value)}(", inputs, ")"
