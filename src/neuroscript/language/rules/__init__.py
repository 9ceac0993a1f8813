"""What is allowed: one rule, one file, one line in `RULES`."""

from __future__ import annotations

from neuroscript.language.rules.defaults_last import defaults_last
from neuroscript.language.rules.distinct_names import distinct_names
from neuroscript.language.rules.endless_recursion import endless_recursion
from neuroscript.language.rules.hides_standard import hides_standard
from neuroscript.language.rules.host_paths import host_paths
from neuroscript.language.rules.known_kinds import known_kinds
from neuroscript.language.rules.known_names import known_names
from neuroscript.language.rules.one_body import one_body
from neuroscript.language.rules.reserved_names import reserved_names
from neuroscript.language.rules.rule import Context, Rule
from neuroscript.language.rules.unused_parameters import unused_parameters
from neuroscript.language.rules.variadic_alone import variadic_alone

RULES: tuple[Rule, ...] = (
    distinct_names,
    reserved_names,
    one_body,
    variadic_alone,
    defaults_last,
    known_kinds,
    known_names,
    host_paths,
    endless_recursion,
    hides_standard,
    unused_parameters,
)


def apply_rules(context: Context) -> None:
    for rule in RULES:
        rule(context)
