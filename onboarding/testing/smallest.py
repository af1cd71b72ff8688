"""Makes a failing example smaller: drops fields of its users while the law fails the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import attrs

from onboarding.model.user import User
from onboarding.testing.listening import given_fields
from onboarding.testing.strategies import changed, check_at

__all__ = ["smallest"]


_MOST = 60
"""The most examples that are tried: a check may play whole conversations."""


def smallest(example: object, fails: Callable[[object], bool]) -> object:
    """Returns the example without the fields that the failure does not need.

    Hypothesis shrinks what it drew, which is not always the smallest user: several fields may come
    from one draw.
    """
    tries = iter(range(_MOST))
    smaller = _smaller(example)
    while (one := next(smaller, None)) is not None and next(tries, None) is not None:
        if fails(one):
            example, smaller = one, _smaller(one)
    return example


def _smaller(example: object) -> Iterator[object]:
    """Yields the example with one field of one user less; whole objects first."""
    if isinstance(example, User):
        given = [path for path, _ in given_fields(example)]
        above = {path[:end] for path in given for end, one in enumerate(path) if one == "."}
        for path in sorted(above | set(given), key=lambda path: (path.count("."), path)):
            check = check_at(path)
            if check.optional or check.many:
                yield changed(example, path, () if check.many else None)
    elif isinstance(example, tuple):
        items = cast("tuple[object, ...]", example)
        for index, item in enumerate(items):
            yield from ((*items[:index], one, *items[index + 1 :]) for one in _smaller(item))
    elif isinstance(user := getattr(example, "user", None), User):  # a case
        yield from (attrs.evolve(cast("Any", example), user=one) for one in _smaller(user))
