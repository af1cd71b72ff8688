"""Rules: where in the code a claim is obeyed, as references that can be followed.

- `module:Class.Field#max`: a property declared for a field of a wire class. `kept` means a fact
  of the record, which no operation writes; `shape` the form of a field of a core model;
- `module:TABLE[key]`: an entry of a table, a vocabulary or a level policy;
- `module:name.name`: anything that can be imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from onboarding.levels import LevelPolicy
from onboarding.mapping import EVERY, Codec, EffectKind
from onboarding.mapping.rows import Row, rows_of
from onboarding.values.base import Model, checks_of

__all__ = ["BrokenRuleError", "follow"]

_RULE = re.compile(
    r"(?P<module>[a-z_.]+):(?P<name>\w+(?:\.\w+)*)(?:#(?P<property>\w+)|\[(?P<key>[^\]]+)\])?"
)


def _costs(kind: EffectKind, row: Row) -> bool:
    return any(cost.kind is kind for cost in row.effects)


# property -> whether a row declares it
_DECLARED: dict[str, Callable[[Row], bool]] = {
    "barred": lambda row: bool(row.disallowed),
    "codec": lambda row: row.codec is not None,
    "default": lambda row: row.default is not None,
    "always_send": lambda row: row.always_send,
    "hidden": lambda row: row.hidden_when is not None,
    "kept": lambda row: not row.core and row.inside is None and not row.on,
    **{kind.value: partial(_costs, kind) for kind in EffectKind},
    "max": lambda row: row.max is not None,
    "min": lambda row: row.min > 0,
    "on": lambda row: row.on is not EVERY,
    "pattern": lambda row: row.pattern is not None,
    "required": lambda row: row.required_when is not None,
    "scope": lambda row: bool(row.scope),
    "shown": lambda row: not row.shown,
    "whole": lambda row: row.send_whole,
}


class BrokenRuleError(LookupError):
    """A rule that leads nowhere."""


def follow(rule: str) -> None:
    """Goes where a rule points. Raises `BrokenRuleError` when nothing is there."""
    found = _RULE.fullmatch(rule)
    if found is None:
        raise BrokenRuleError(f"{rule} is no reference")
    try:
        module = import_module(found["module"])
    except ImportError:
        raise BrokenRuleError(f"{rule}: there is no module {found['module']}") from None
    if found["property"]:
        holds = _declares(module, found["name"], found["property"])
    elif found["key"]:
        holds = found["key"] in _keys(_named(module, found["name"]))
    else:
        holds = _named(module, found["name"]) is not None
    if not holds:
        raise BrokenRuleError(f"{rule}: the code says no such thing")


def _named(place: Any, name: str) -> Any:
    for part in name.split("."):
        place = getattr(place, part, None)
    return place


def _declares(module: Any, name: str, wanted: str) -> bool:
    owner, _, field = name.rpartition(".")
    cls = _named(module, owner)
    if not isinstance(cls, type):
        return False
    if issubclass(cls, Model):
        check = checks_of(cls).get(field)
        return wanted == "shape" and check is not None and check.shape is not None
    row = next((row for row in rows_of(cls) if row.wire == field), None)
    return row is not None and wanted in _DECLARED and _DECLARED[wanted](row)


def _keys(table: Any) -> Collection[str]:
    """The words that a table speaks of."""
    match table:
        case Codec():
            return {str(table.write(member)) for member in table.members}
        case LevelPolicy():
            return {row.provider_level for row in table.rows}
        case Mapping():
            return {str(key) for key in table}
        case tuple():
            return {cell for entry in table for cell in entry if isinstance(cell, str)}
        case _:
            return ()
