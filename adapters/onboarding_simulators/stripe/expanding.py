"""`expand[]`: ids in an answer replaced by their objects (docs: api/expanding_objects)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from onboarding_simulators.shared import Row

from .errors import invalid

Lookup = Callable[[str], Row | None]
DEEPEST = 4
# a person's account, for one, is an id alone
_FILES = ("back", "front", "icon", "logo")
_ACCOUNTS = (("account", "capability"), ("account", "bank_account"))


def expanded(body: Row, paths: Iterable[str], lookups: Mapping[str, Lookup]) -> Row:
    """Returns an answer with objects at these paths; `data.` goes into the objects of a list.

    `lookups` find an object by its id, under the prefix of the id. A path to an object or to null
    changes nothing.
    """
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST + 1 or not _expand(body, names, lookups):
            raise invalid("expand", "This property cannot be expanded")
    return body


def _expand(place: object, names: list[str], lookups: Mapping[str, Lookup]) -> bool:
    if isinstance(place, list):
        done = [_expand(each, names, lookups) for each in cast("list[object]", place)]
        return all(done)
    if not isinstance(place, dict) or names[0] not in place:
        return False
    inside = cast("Row", place)
    value = inside[names[0]]
    if names[1:]:
        return value is None or _expand(value, names[1:], lookups)
    if isinstance(value, str):
        lookup = lookups.get(value.partition("_")[0])
        known = names[0] in _FILES or (names[0], inside.get("object")) in _ACCOUNTS
        if lookup is None or not known:
            return False
        inside[names[0]] = lookup(value) or value
    return value is None or isinstance(value, str | dict | list)
