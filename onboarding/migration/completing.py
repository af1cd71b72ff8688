"""Adds to a user what the platform knows beyond the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs

from onboarding.migration.content import Complete
from onboarding.model.user import User
from onboarding.values.base import EMPTY_VALUES, Model, trust

__all__ = ["completed_from"]

M = TypeVar("M", bound=Model)


def completed_from(known: Mapping[str, User]) -> Complete:
    """Returns the function that adds the fields of users who are known by their own ids.

    A field that is given replaces that of the source, such as `identity.national_id` or
    `credentials`; an object is completed field by field.
    """

    def complete(own_id: str, user: User) -> User:
        more = known.get(own_id)
        return user if more is None else _with(user, more)

    return complete


def _with(base: M, more: M) -> M:
    given: dict[str, Any] = {}
    kind: Any = type(more)
    for each in attrs.fields(kind):
        new, old = getattr(more, each.name), getattr(base, each.name)
        if new in EMPTY_VALUES or new == each.default:
            continue
        if isinstance(new, Model) and type(old) is type(new):
            given[each.name] = _with(old, new)
        elif isinstance(new, Mapping) and isinstance(old, Mapping):
            given[each.name] = {**cast("dict[str, Any]", old), **cast("dict[str, Any]", new)}
        else:
            given[each.name] = new
    return trust(type(base), {**vars(base), **given})
