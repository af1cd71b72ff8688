"""What a person typed into a form, read against what was asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from attrs import field, frozen

from .values import Input

__all__ = ["Filled", "read"]


@frozen(kw_only=True)
class Filled:
    """A form as it was sent: what was given for each input, and what is wrong with it."""

    name: str = ""
    """The action that it is for."""
    given: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    errors: Mapping[str, str] = field(factory=dict[str, str])
    """By input; what belongs to none is under the empty name."""


def read(inputs: Sequence[Input], form: Mapping[str, str], name: str = "") -> Filled:
    """Reads what was asked for and nothing else; errors name no value."""
    given = {each.name: form.get(each.name, "").strip() for each in inputs}
    found = {each.name: _error(each, given[each.name]) for each in inputs}
    return Filled(name=name, given=given, errors={key: text for key, text in found.items() if text})


def _error(asked: Input, value: str) -> str:
    if not value:
        return "This is needed." if asked.required else ""
    if asked.kind == "choice" and value not in dict(asked.choices):
        return "Choose one of the list."
    if asked.kind == "number" and not _is_number(value):
        return "This is to be a number."
    if asked.kind == "date" and not _is_date(value):
        return "This is to be a date, as 2030-12-31."
    return ""


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
