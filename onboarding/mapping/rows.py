"""The rows of wire classes: one declaration per field of a provider's object.

```python
U = core(User)

@wire(source="the provider's page")
class Person:
    FirstName: str | None = at(some(U.identity).given_name, TEXT, max=100, required_when=ALWAYS)
    Address: PersonAddress | None = inside(PersonAddress, some(U.address), send_whole=True)
    Level: str | None = record_only(str)
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import Flag, StrEnum, auto
from typing import Any, Literal, TypeVar, cast

import attrs
from attrs import Factory, evolve, field, frozen

from onboarding.bodies import JSON_BODY, BodyFormat
from onboarding.mapping.codecs import Codec
from onboarding.mapping.conditions import ALWAYS, Condition
from onboarding.mapping.paths import dotted, root_of
from onboarding.mapping.policy import Consequence, Disallowed, OneOf
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User
from onboarding.values.base import Model

__all__ = [
    "EVERY",
    "EXTRAS",
    "NEVER",
    "UNSET",
    "WRITES",
    "ClearWith",
    "On",
    "Pattern",
    "Row",
    "WireClass",
    "about_of",
    "at",
    "declared",
    "inside",
    "not_applicable",
    "paths_of",
    "record_only",
    "root_at",
    "root_class",
    "rows_of",
]

C = TypeVar("C")
W = TypeVar("W")
T = TypeVar("T")


class On(Flag):
    """The operations in which a wire field may be written."""

    CREATE = auto()
    UPDATE = auto()
    CATEGORISE = auto()

    __hash__ = object.__hash__  # members are singletons; Enum hashes the name, which is slow


WRITES = {On.CREATE: "create_user", On.UPDATE: "update_user", On.CATEGORISE: "categorise_user"}
"""The operations of an adapter that write a user."""


class Unset(StrEnum):
    """The type of `UNSET`."""

    UNSET = "unset"


UNSET = Unset.UNSET
"""No argument: the documents name no value that clears the field."""

ClearWith = Literal[""] | None | Unset
"""What an update sends for a cleared field."""

EVERY = On.CREATE | On.UPDATE | On.CATEGORISE
"""All operations: the default of a row."""
NEVER = On(0)
"""No operation: the field is read-only."""
EXTRAS = "extras."


def _compiled(pattern: Pattern) -> re.Pattern[str]:
    return re.compile(pattern.text)


@frozen
class Pattern:
    """The documented form of a text on the wire.

    Raises `ValueError` for words that are blank or a regular expression themselves.
    """

    text: str
    """A regular expression of the whole text on the wire. Example: `[0-9]{6}`."""
    words: str
    """The form in words, after "accepts". Example: `six digits`."""
    core: str = field(default="", kw_only=True)
    """A regular expression of the core text, if the codec spells it otherwise."""
    regex: re.Pattern[str] = field(default=Factory(_compiled, takes_self=True), init=False)
    """The compiled `text`."""

    def __attrs_post_init__(self) -> None:
        if not self.words.strip() or set(self.words) & set("[]\\^$*+?|"):
            raise ValueError(
                "describe in words what a pattern accepts, without regular expressions"
            )

    def fits(self, written: str) -> bool:
        """Whether a text on the wire matches."""
        return self.regex.fullmatch(written) is not None


@frozen
class Row:
    """One wire field and its path in the core.

    A row with `inside` is a nested wire object; a row without a core path and `inside` is a field
    of the record and not of the user (`record_only`). `joined` are the core paths that share the
    key, `core` the first of them; `keys` are the wire keys that share the core path; `part` is one
    of these keys without the declaration.
    """

    wire: str
    core: str = ""
    root: type | None = None
    codec: Codec[Any, Any] | None = None
    inside: type | None = None
    min: int = 0
    max: int | None = None
    pattern: Pattern | None = None
    on: On = EVERY
    required_when: Condition | None = None
    required_on: On = On.CREATE | On.CATEGORISE
    hidden_when: Condition | None = None
    shown: bool = True
    provided: str = ""
    scope: str = ""
    default: Any = None
    always_send: bool = False
    send_whole: bool = False
    replaces: bool = False
    complete: bool = False
    clear_with: ClearWith = UNSET
    without: str = ""
    uncertain: str = ""
    uncertain_when: Condition = ALWAYS
    disallowed: tuple[Disallowed, ...] = ()
    effects: tuple[Consequence, ...] = ()
    since: date | None = None
    until: date | None = None
    source: str = ""
    joined: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    part: bool = False


@frozen
class WireClass:
    """The declarations of `@wire` for a class as a whole."""

    source: str
    not_supported: tuple[Loss, ...] = ()
    implied: tuple[tuple[str, str], ...] = ()
    one_of_required: tuple[OneOf, ...] = ()
    since: date | None = None
    until: date | None = None
    replaces: bool = False
    on: On = EVERY
    elsewhere: tuple[str, ...] = ()
    format: BodyFormat = JSON_BODY
    filled: frozenset[str] = frozenset()

    def is_elsewhere(self, core: str) -> bool:
        """Whether other requests of the same call write the field at a core path."""
        return any(core == x or core.startswith((f"{x}.", f"{x}[")) for x in self.elsewhere)


_ROW = "onboarding.row"


def declared(**known: Any) -> Any:
    """Returns the attrs field of a row with these attributes."""
    return field(default=None, repr=False, metadata={_ROW: known})


def at(
    core: C | None,
    codec: Codec[C, W],
    *,
    min: int = 0,
    max: int | None = None,
    pattern: Pattern | None = None,
    on: On = EVERY,
    required_when: Condition | None = None,
    required_on: On = On.CREATE | On.CATEGORISE,
    hidden_when: Condition | None = None,
    shown: bool = True,
    provided: str = "",
    scope: str = "",
    default: W | None = None,
    always_send: bool = False,
    clear_with: ClearWith = UNSET,
    without: str = "",
    uncertain: str = "",
    uncertain_when: Condition = ALWAYS,
    disallowed: tuple[Disallowed, ...] = (),
    effects: tuple[Consequence, ...] = (),
    since: date | None = None,
    until: date | None = None,
    source: str = "",
) -> W | None:
    """Declares a wire field for the field at a core path.

    - `min`, `max`, `pattern`: the documented limits of its text;
    - `on`: the operations in which it may be written;
    - `required_when`: when the provider requires it (requests are not checked for it);
      `required_on`: in which of the operations;
    - `hidden_when`: when the provider returns null for it; `shown=False`: it is write-only;
      `provided`: the key beside it that is false if the provider has no value for it;
    - `scope`: the permissions that allow to read it, any one of them, separated by blanks;
    - `default`: the value that a creation writes for an empty field, reported as `defaulted`;
    - `always_send`: every update contains it;
    - `clear_with`: None or an empty text, if the documents say that it clears the field;
    - `without`: what to do for a user without such a value, if it is required;
    - `uncertain`: why the documents leave open whether it is required; `uncertain_when`: in which
      case;
    - `disallowed`: values that the provider refuses; `effects`: the consequences of a change;
    - `since`, `until`: the first and the last day on which the rule applies;
    - `source`: the document, if it is not that of the class.

    Raises `ValueError` for a pattern with a codec that has no inline expression for writing.
    """
    if pattern is not None and codec.plain is None and not codec.inline.write:
        raise ValueError(
            f"{dotted(core)}: a pattern requires a codec with an inline expression for writing"
        )
    return cast(
        "W | None",
        declared(
            core=dotted(core), root=root_at(core), codec=codec, min=min, max=max,
            pattern=pattern,
            on=on, required_when=required_when, required_on=required_on, hidden_when=hidden_when,
            shown=shown, provided=provided, scope=scope, default=default,
            always_send=always_send, clear_with=clear_with, without=without, uncertain=uncertain,
            uncertain_when=uncertain_when, disallowed=disallowed,
            effects=effects, since=since, until=until, source=source,
        ),
    )  # fmt: skip


def inside(
    cls: type[T],
    core: object = "",
    *,
    send_whole: bool = False,
    replaces: bool = False,
    complete: bool = False,
    on: On = EVERY,
    required_when: Condition | None = None,
    hidden_when: Condition | None = None,
    shown: bool = True,
    scope: str = "",
) -> T | None:
    """Declares a nested wire object whose rows are below a core path.

    `send_whole`: a change of one part sends all parts; `replaces`: the object replaces the one on
    file, as documented, so that a part left out is cleared; `complete`: without one of its parts
    the object is read as None, and kept as unmapped, such as money without a currency;
    `required_when`: when the object is required (its rows declare which parts are); `hidden_when`:
    when the provider returns null for every part; `on`, `shown` and `scope`: those of `at`, for
    every part.
    """
    return cast(
        "T | None",
        declared(
            core=dotted(core), root=root_at(core), inside=cls, send_whole=send_whole,
            replaces=replaces, complete=complete, on=on, required_when=required_when,
            hidden_when=hidden_when, shown=shown, scope=scope,
        ),
    )  # fmt: skip


def root_at(core: object) -> type | None:
    """Returns the class at which a path starts, None for a text."""
    return None if isinstance(core, str) else root_of(core)


def record_only(kind: type[T], *, scope: str = "", shown: bool = True) -> T | None:
    """Declares a field of the record that is not one of the user: kept in `record.provider_fields`.

    `kind` is the class of its value, `scope` that of `at`. With `shown=False` it is not kept there,
    because the record has another attribute for it.
    """
    return cast("T | None", declared(on=NEVER, scope=scope, shown=shown))


def not_applicable(core: object, reason: str) -> Loss:
    """Declares that the field at the path `core` has no meaning at the provider.

    It is reported as a loss with the reason, and never refused.
    """
    return Loss(core_path=dotted(core), kind=LossKind.NOT_APPLICABLE, reason=reason)


def about_of(cls: type) -> WireClass:
    """Returns the declarations of `@wire` for a wire class."""
    return cast("WireClass", getattr(cls, "__wire__"))  # noqa: B009


def rows_of(cls: type) -> tuple[Row, ...]:
    """Returns the rows of a wire class, in the order of the class."""
    fields = attrs.fields(cls)  # pyright: ignore[reportUnknownVariableType]
    about = about_of(cls)
    return tuple(
        _row(cls, about, field.name, field.metadata[_ROW])  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType]
        for field in fields  # pyright: ignore[reportUnknownVariableType]
        if _ROW in field.metadata  # pyright: ignore[reportUnknownMemberType]
    )


def _row(cls: type, about: WireClass, name: str, known: dict[str, Any]) -> Row:
    """Returns the row of a field; one that names its key is a field of the core value itself."""
    if "wire" in known:
        return Row(core=name, root=cls, **known)
    row = Row(wire=name, **known)
    return evolve(row, on=row.on & about.on) if about.on != EVERY else row


def root_class(cls: type) -> type[Model]:
    """Returns the root of a wire class: the core class at which the paths of its rows start.

    If rows start at a class and at a subclass of it, the root is the subclass. The root is `User`
    if no path names a class.
    """
    return max(_roots(cls), key=lambda root: len(root.__mro__), default=User)


def _roots(cls: type) -> Iterator[type[Model]]:
    for row in rows_of(cls):
        if row.root is not None:
            yield row.root
        elif row.inside is not None and not row.core:
            yield from _roots(row.inside)


def paths_of(row: Row) -> tuple[str, ...]:
    """Returns the core paths of a field: one, several if they are joined; none for an object."""
    return row.joined or ((row.core,) if row.core and row.inside is None else ())
