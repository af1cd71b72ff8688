"""Rows of several values: `joined` core paths in one wire key, one core path `split` over several.

```python
@wire(source="the provider's page")
class Person:
    name: str | None = joined((I.family_name, I.given_name), FAMILY_GIVEN, max=80)
    birth_day: int | None = split(I.birthdate, PARTS, ("birth_day", "birth_month", "birth_year"))
    birth_month: int | None = part()
    birth_year: int | None = part()
```
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar, cast

from onboarding.mapping.codecs import Codec, Inline
from onboarding.mapping.conditions import Condition
from onboarding.mapping.paths import dotted
from onboarding.mapping.policy import Consequence
from onboarding.mapping.rows import (
    EVERY,
    EXTRAS,
    UNSET,
    ClearWith,
    On,
    declared,
    root_at,
)

__all__ = ["joined", "part", "split"]

C = TypeVar("C")
W = TypeVar("W")
P = TypeVar("P", bound=tuple[Any, ...])


def joined(
    core: P,
    codec: Codec[P, W],
    *,
    max: int | None = None,
    on: On = EVERY,
    required_when: Condition | None = None,
    required_on: On = On.CREATE | On.CATEGORISE,
    hidden_when: Condition | None = None,
    shown: bool = True,
    scope: str = "",
    always_send: bool = False,
    clear_with: ClearWith = UNSET,
    without: str = "",
    effects: tuple[Consequence, ...] = (),
    since: date | None = None,
    until: date | None = None,
    source: str = "",
) -> W | None:
    """Declares a wire field for the fields at several core paths, such as a full name.

    The codec writes a tuple, one value per path in their order, and reads one. A value is None if
    the user does not have it; at least one is given. A tuple that `write` refuses is reported as a
    loss of each of its values. An update sends the wire field if one of the values changes.

    `max` is the limit of the written text; `required_when` is when the provider requires every one
    of the values. The other arguments are those of `at`, for each of the paths.

    Raises `ValueError` for fewer than two paths, for paths of several classes, for an extra, and
    for a codec that declares how one value is copied or looked up.
    """
    paths = tuple(dotted(path) for path in core)
    words = " and ".join(paths)
    if len(paths) < 2:
        raise ValueError(f"{words}: join two core paths at least")
    if any(path.startswith(EXTRAS) for path in paths):
        raise ValueError(f"{words}: an extra cannot be joined")
    roots = {root_at(path) for path in core}
    if len(roots) > 1:
        raise ValueError(f"{words}: joined paths must start at one class")
    _require_tuples(codec, words)
    return cast(
        "W | None",
        declared(
            core=paths[0], joined=paths, root=roots.pop(), codec=codec, max=max, on=on,
            required_when=required_when, required_on=required_on, hidden_when=hidden_when,
            shown=shown, scope=scope, always_send=always_send, clear_with=clear_with,
            without=without, effects=effects, since=since, until=until, source=source,
        ),
    )  # fmt: skip


def split(
    core: C | None,
    codec: Codec[C, Any],
    keys: tuple[str, ...],
    *,
    on: On = EVERY,
    required_when: Condition | None = None,
    required_on: On = On.CREATE | On.CATEGORISE,
    hidden_when: Condition | None = None,
    shown: bool = True,
    scope: str = "",
    always_send: bool = False,
    clear_with: ClearWith = UNSET,
    without: str = "",
    effects: tuple[Consequence, ...] = (),
    since: date | None = None,
    until: date | None = None,
    source: str = "",
) -> Any:
    """Declares several wire fields for the field at one core path, such as a date in three numbers.

    `keys` are the names of the fields in the order of the codec's tuples: the declared field, and
    fields of the same class that are declared with `part()`. The codec writes one wire value per
    key, and None is sent as null. It reads a tuple in which a value is None if the key is missing,
    and at least one is not. If it cannot be read, every key is kept as unmapped.

    The other arguments are those of `at`. `clear_with` is sent in every key.

    Raises `ValueError` for fewer than two keys, for a key that is named twice, and for a codec that
    declares how one value is copied or looked up.
    """
    if len(keys) < 2 or len(set(keys)) < len(keys):
        raise ValueError(f"{dotted(core)}: split over two different keys at least")
    _require_tuples(codec, dotted(core))
    return declared(
        core=dotted(core), keys=keys, root=root_at(core), codec=codec, on=on,
        required_when=required_when, required_on=required_on, hidden_when=hidden_when,
        shown=shown, scope=scope, always_send=always_send, clear_with=clear_with, without=without,
        effects=effects, since=since, until=until, source=source,
    )  # fmt: skip


def part() -> Any:
    """Declares a wire field that a `split` of the same class names among its keys."""
    return declared(part=True)


def _require_tuples(codec: Codec[Any, Any], words: str) -> None:
    single = (codec.plain, codec.table, codec.join)
    if any(one is not None for one in single) or codec.members or codec.inline != Inline():
        raise ValueError(f"{words}: the codec of one value cannot read or write a tuple")
