"""What all five contracts share: how an implementation declares its options and is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Any, Generic, TypeVar

C_co = TypeVar("C_co", covariant=True)

Options = Mapping[str, Parameter]
"""Options by name, as the component's own signature declares them."""


@dataclass(frozen=True)
class Recipe(Generic[C_co]):
    """How to make a component: `make(**options)`, and which options it takes.

    `options` is None where the component takes whatever it is given and judges by itself.
    """

    make: Callable[..., C_co]
    options: Options | None


def options_of(callable_: Callable[..., Any], skip: Iterable[str] | int = ()) -> Options | None:
    """The parameters of a callable that can be given by name, without those to skip.

    `skip` names parameters that are no options, or counts them from the left. None if the
    callable takes any keyword.

    >>> def focal(predictions, targets, gamma=2.0): ...
    >>> list(options_of(focal, skip=2))
    ['gamma']
    """
    try:
        signature = inspect.signature(callable_, eval_str=True)
    except NameError:
        signature = inspect.signature(callable_)
    except ValueError:  # some functions written in C tell no signature
        return None
    parameters = list(signature.parameters.values())
    if isinstance(skip, int):
        parameters = parameters[skip:]
    else:
        skipped = set(skip)
        parameters = [p for p in parameters if p.name not in skipped]
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
        return None
    by_name = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return {p.name: p for p in parameters if p.kind in by_name}


def own_method(cls: type, name: str, base: type) -> bool:
    """Whether a class has a method of its own instead of the one it inherits from `base`.

    >>> class Base:
    ...     def run(self): ...
    >>> own_method(type("Same", (Base,), {}), "run", Base)
    False
    """
    return inspect.getattr_static(cls, name, None) is not inspect.getattr_static(base, name, None)


def options_of_contract(cls: type, base: type) -> Options | None:
    """What a contract's class takes: its own `from_config` beside the name, else its `__init__`."""
    own = own_method(cls, "from_config", base)
    return options_of(cls.from_config, skip=1) if own else options_of(cls)  # type: ignore[attr-defined]
