"""Wire classes: one declaration a provider object, spelled as the provider spells it.

```python
U = core(User)

@wire(source="the provider's page")
class Person:
    FirstName: str | None = at(some(U.identity).given_name, TEXT, max=100, required=ALWAYS)
    Address: PersonAddress | None = inside(PersonAddress, some(U.address), whole=True)
    Level: str | None = keep(str)
```
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Flag, auto
from typing import Any, TypeVar, cast, dataclass_transform

import attrs
from attrs import field, frozen

from onboarding.mapping.codecs import Codec
from onboarding.mapping.conditions import Condition
from onboarding.mapping.paths import dotted
from onboarding.mapping.policy import Bar, Consequence, OneOf
from onboarding.model.loss import Loss, LossKind

__all__ = [
    "EVERY",
    "NEVER",
    "On",
    "Row",
    "WireClass",
    "about_of",
    "at",
    "inside",
    "keep",
    "not_applicable",
    "rows_of",
    "wire",
]

C = TypeVar("C")
W = TypeVar("W")
T = TypeVar("T")


class On(Flag):
    """The operations in which a wire field may be written."""

    CREATE = auto()
    UPDATE = auto()
    CATEGORISE = auto()

    __hash__ = object.__hash__  # a member is one object; Enum's own goes by the name, slowly


EVERY = On.CREATE | On.UPDATE | On.CATEGORISE
NEVER = On(0)


@frozen
class Row:
    """One wire field and where it lives in the core.

    A row with `inside` is a nested wire object; one with neither core nor `inside` is the
    record's own fact (`keep`), known but no datum of the user.
    """

    wire: str
    core: str = ""
    codec: Codec[Any, Any] | None = None
    inside: type | None = None
    min: int = 0
    max: int | None = None
    pattern: re.Pattern[str] | None = None
    on: On = EVERY
    required: Condition | None = None
    required_on: On = On.CREATE | On.CATEGORISE
    hidden: Condition | None = None
    shown: bool = True
    scope: str = ""
    default: Any = None
    goes_along: bool = False
    whole: bool = False
    clears: bool = False
    uncertain: str = ""
    barred: tuple[Bar, ...] = ()
    changing: tuple[Consequence, ...] = ()
    since: date | None = None
    until: date | None = None
    source: str = ""


@frozen
class WireClass:
    """What `@wire` knows of a class beside its rows."""

    source: str
    left_out: tuple[Loss, ...] = ()
    implied: tuple[tuple[str, str], ...] = ()
    wanted: tuple[OneOf, ...] = ()
    since: date | None = None
    until: date | None = None


_ROW = "onboarding.row"


def _declare(**known: Any) -> Any:
    return field(default=None, repr=False, metadata={_ROW: known})


def at(
    core: C | None,
    codec: Codec[C, W],
    *,
    min: int = 0,
    max: int | None = None,
    pattern: str | None = None,
    on: On = EVERY,
    required: Condition | None = None,
    required_on: On = On.CREATE | On.CATEGORISE,
    hidden: Condition | None = None,
    shown: bool = True,
    scope: str = "",
    default: W | None = None,
    goes_along: bool = False,
    clears: bool = False,
    uncertain: str = "",
    barred: tuple[Bar, ...] = (),
    changing: tuple[Consequence, ...] = (),
    since: date | None = None,
    until: date | None = None,
    source: str = "",
) -> W | None:
    """A wire field that holds the datum at a core path.

    - `min`, `max`, `pattern`: the documented limits of its text;
    - `on`: the operations in which it may be written;
    - `required`: when the provider demands it (its policy: sent and answered, not checked here),
      in which of the operations: `required_on`;
    - `hidden`: when the provider shows null in its place; `shown=False`: it never shows it;
    - `scope`: the permissions, one of which it takes to see it, separated by blanks;
    - `default`: what a creation writes when the core has nothing, reported as `defaulted`;
    - `goes_along`: every update carries it; `clears`: a document says that null empties it;
    - `uncertain`: why the documents leave open whether it is required, where they do;
    - `barred`: values that the provider refuses; `changing`: what a change brings with it;
    - `since`, `until`: the first and the last day of the rule, where a provider changed its mind;
    - `source`: the document, where it is another than the class's.
    """
    return cast(
        "W | None",
        _declare(
            core=dotted(core), codec=codec, min=min, max=max,
            pattern=re.compile(pattern) if pattern else None,
            on=on, required=required, required_on=required_on, hidden=hidden, shown=shown,
            scope=scope, default=default,
            goes_along=goes_along, clears=clears, uncertain=uncertain, barred=barred,
            changing=changing, since=since, until=until, source=source,
        ),
    )  # fmt: skip


def inside(
    cls: type[T],
    core: object = "",
    *,
    whole: bool = False,
    on: On = EVERY,
    required: Condition | None = None,
    hidden: Condition | None = None,
    shown: bool = True,
    scope: str = "",
) -> T | None:
    """A nested wire object whose rows live below a core path.

    `whole`: a change of one part sends all parts; `required`: when the object must be there (its
    rows say what it must hold); `hidden`: when the provider shows nulls in place of every part.
    """
    return cast(
        "T | None",
        _declare(
            core=dotted(core), inside=cls, whole=whole, on=on, required=required, hidden=hidden,
            shown=shown, scope=scope,
        ),
    )  # fmt: skip


def keep(kind: type[T], *, scope: str = "", shown: bool = True) -> T | None:
    """A fact of the record, not of the user: it goes into `record.native` by its wire path.

    Unless it is not `shown` there, for the record has another place for it.
    """
    return cast("T | None", _declare(on=NEVER, scope=scope, shown=shown))


def not_applicable(core: object, reason: str) -> Loss:
    """A datum that the provider does not distinguish: reported, never refused."""
    return Loss(core_path=dotted(core), kind=LossKind.NOT_APPLICABLE, reason=reason)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(at, inside, keep, field)
)
def wire(
    *,
    source: str,
    left_out: tuple[Loss, ...] = (),
    implied: tuple[tuple[object, object], ...] = (),
    wanted: tuple[OneOf, ...] = (),
    since: date | None = None,
    until: date | None = None,
) -> Callable[[type[T]], type[T]]:
    """Makes a wire class: a frozen attrs class whose fields know where they live in the core.

    `left_out` says of core paths without a row what becomes of them; `implied` pairs a core
    path that has no wire key with the path whose key says it too; of each of `wanted`, the
    provider asks for one datum at least; `since` and `until` are the days within which the
    provider takes the object.
    """
    pairs = tuple((dotted(path), dotted(by)) for path, by in implied)

    def decorate(cls: type[T]) -> type[T]:
        made = attrs.frozen(cls, kw_only=True, slots=False, repr=False)
        setattr(made, "__wire__", WireClass(source, left_out, pairs, wanted, since, until))  # noqa: B010
        return made

    return decorate


def about_of(cls: type) -> WireClass:
    """What `@wire` knows of a wire class."""
    return cast("WireClass", getattr(cls, "__wire__"))  # noqa: B009


def rows_of(cls: type) -> tuple[Row, ...]:
    """The rows of a wire class, in its order."""
    fields = attrs.fields(cls)  # pyright: ignore[reportUnknownVariableType]
    return tuple(
        Row(wire=field.name, **field.metadata[_ROW])  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType]
        for field in fields  # pyright: ignore[reportUnknownVariableType]
        if _ROW in field.metadata  # pyright: ignore[reportUnknownMemberType]
    )
