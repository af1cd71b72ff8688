"""How a failing example is shown: the fields that are set, by their paths, and no others.

These values are drawn, never a person's; so they may be shown, as no `repr` of the core does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.mapping.paths import EMPTY
from onboarding.mapping.translation import Translation
from onboarding.model.base import Model

__all__ = ["Example", "given_fields", "told"]


@frozen(eq=False, repr=False)
class Example:
    """What is drawn for a law."""

    value: Any

    def __repr__(self) -> str:
        return told(self.value)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # as Hypothesis prints
        printer.text(told(self.value))


def told(value: object) -> str:
    """A drawn value in one line."""
    match value:
        case Model():
            given = (f"{path}={told(one)}" for path, one in given_fields(value))
            return f"{type(value).__name__}({', '.join(given)})"
        case tuple() | list():
            items = cast("tuple[object, ...]", value)
            return f"({', '.join(map(told, items))})"
        case dict():
            entries = cast("dict[object, object]", value)
            return f"{{{', '.join(f'{key!r}: {told(one)}' for key, one in entries.items())}}}"
        case Translation():
            return value.plan.cls.__name__
        case Adapter():
            return f"{type(value).__name__}{f' {value.name}' if value.name else ''}"
        case _:
            return repr(value)


def given_fields(value: Model, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The fields of a value of the core that are set, by path: `address.country`."""
    for name, one in vars(value).items():
        if isinstance(one, Model):
            below = list(given_fields(one, f"{prefix}{name}."))
            yield from below or [(f"{prefix}{name}", one)]
        elif one not in (*EMPTY, {}):
            yield f"{prefix}{name}", one
