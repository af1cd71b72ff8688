"""Codecs: how one core value is spelled on a wire, and back.

A codec reads and writes one value that is not None. `read` raises `ValueError` for a value that the
core cannot represent, and `TypeError` for a JSON type that no document allows; the field is then
unreadable and kept as unmapped. `write` raises `ValueError`, whose text shows no value, for a value
that the provider does not support.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar, cast

from attrs import field, frozen

from onboarding.model.answers import LossKind
from onboarding.model.countries import alpha3_of, country_of_code

__all__ = [
    "ALPHA3_COUNTRY",
    "BOOL",
    "ISO_DATE",
    "JSON",
    "LOWER_COUNTRY",
    "TEXT",
    "UNREADABLE",
    "UTC_MIDNIGHT",
    "UTC_SECONDS",
    "Codec",
    "Inline",
    "read_text",
    "word_kinds",
    "words",
]

C = TypeVar("C")
W = TypeVar("W")
E = TypeVar("E")

UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, OSError)
"""The errors that `read` may raise for a value that the core cannot represent."""


@frozen(kw_only=True)
class Inline:
    """The functions of a codec as expressions, which compiled code holds instead of calls.

    If an expression is empty, the function is called.
    """

    kind: type = object
    """The class of wire value that `read` takes."""
    read: str = ""
    """Reads `{w}`."""
    differs: str = ""
    """Whether writing `{v}` gives something else than `{w}`."""
    refuses: str = ""
    """Whether `{v}` cannot be written."""
    write: str = ""
    """Writes `{v}`; never raises."""
    names: Mapping[str, Any] = field(factory=dict[str, Any])
    """The functions that the expressions call, as `{name}`."""


@frozen(eq=False)
class Codec(Generic[C, W]):
    """A pair of functions that undo each other: how one value is spelled on the wire."""

    name: str
    """The form in words, for the tables and for `explain`. Example: `yyyy-mm-dd`."""
    read: Callable[[Any], C]
    """Turns a wire value that is not None into a core value. Raises `ValueError` for a value that
    the core cannot hold, `TypeError` for a type that no document allows.
    """
    write: Callable[[C], W]
    """Turns a core value that is not None into a wire value. Raises `ValueError`, with a text that
    shows no value, for one that the wire cannot hold.
    """
    wire: str
    """The JSON type on the wire. Example: `string`."""
    plain: type | None = None
    """The class of the value, if both sides are the same value; `object` for any class.

    Example: `str`.
    """
    exact_read: bool = True
    """Whether writing what was read gives the wire value back. If not, the original is kept in
    `unmapped`.
    """
    exact_write: bool = True
    """Whether reading what was written gives the core value back. If not, the difference is
    reported as `blur`.
    """
    blur: LossKind = LossKind.COARSENED
    """The kind of the loss that is reported for an inexact write."""
    coarse: str = ""
    """What a record reports of a value that was read inexactly and may mean something else; empty
    to report nothing.
    """
    members: tuple[C, ...] = ()
    """The core values that can be written, if they are few."""
    writable: str = ""
    """A regular expression of the core texts that can be written, for a JSON Schema; empty for
    all.
    """
    table: Mapping[C, W] | None = None
    """The vocabulary, core value to wire value, that compiled code looks up."""
    beside: str = ""
    """The key of the same object whose value `join` takes too. Example: `country`."""
    join: Callable[[Any, Any], C] | None = None
    """Reads the value together with the one at `beside`."""
    inline: Inline = Inline()
    """The functions as expressions, which compiled code holds in place of calls. Optional: it only
    saves time.
    """

    def read_in(self, value: Any, around: Mapping[str, Any]) -> C:
        """Returns the core value of a wire value; `around` is the object that contains it."""
        return self.read(value) if self.join is None else self.join(value, around.get(self.beside))


def read_text(value: Any) -> str:
    """Returns a text as it is. Raises `TypeError` for any other type."""
    if value.__class__ is not str:
        raise TypeError("expected a text")
    return value


def _same(value: C) -> C:
    return value


TEXT: Codec[str, str] = Codec("text", read_text, _same, "string", plain=str)
"""A text, copied in both directions. A value of another type is unreadable."""


def _read_bool(value: Any) -> bool:
    if value.__class__ is not bool:
        raise TypeError("expected true or false")
    return value


BOOL: Codec[bool, bool] = Codec("boolean", _read_bool, _same, "boolean", plain=bool)
"""True or false, copied in both directions."""


_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400


def _read_midnight(value: Any) -> date:
    if value.__class__ is not int and value.__class__ is not float:
        raise TypeError("expected Unix time")
    try:
        return date.fromordinal(_EPOCH + int(value // _DAY))
    except (OverflowError, ValueError):
        raise ValueError("outside the calendar") from None


def _write_midnight(value: date) -> int:
    return (value.toordinal() - _EPOCH) * _DAY


UTC_MIDNIGHT: Codec[date, int] = Codec(
    "Unix time of midnight UTC", _read_midnight, _write_midnight, "integer", exact_read=False,
    coarse="not midnight UTC: read as the UTC day, which may be one day off",
    inline=Inline(
        kind=int,
        read=f"{{day}}({_EPOCH} + {{w}} // {_DAY})",
        differs=f"{{w}} % {_DAY}",
        write=f"({{v}}.toordinal() - {_EPOCH}) * {_DAY}",
        names={"day": date.fromordinal},
    ),
)  # fmt: skip
"""A day as the Unix time of midnight UTC. A value with a time of day is kept as unmapped."""


def _read_seconds(value: Any) -> datetime:
    if value.__class__ is not int and value.__class__ is not float:
        raise TypeError("expected Unix time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError("outside the calendar") from None


def _write_seconds(value: datetime) -> int:
    return int(value.timestamp())


UTC_SECONDS: Codec[datetime, int] = Codec(
    "Unix time", _read_seconds, _write_seconds, "integer", exact_read=False, exact_write=False,
    inline=Inline(
        kind=int,
        read="{moment}({w}, {utc})",
        differs="{w} % 1",
        names={"moment": datetime.fromtimestamp, "utc": UTC},
    ),
)  # fmt: skip
"""The moment as seconds since 1970 in UTC. Parts of a second are not written."""


def _read_iso(value: Any) -> date:
    if value.__class__ is not str:
        raise TypeError("expected a date as text")
    if len(value) != 10 or value[7] != "-":  # ten characters may also be a week date
        raise ValueError("not yyyy-mm-dd")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("not yyyy-mm-dd") from None


ISO_DATE: Codec[date, str] = Codec(
    "yyyy-mm-dd", _read_iso, date.isoformat, "string", inline=Inline(write="{v}.isoformat()")
)
"""The day as `yyyy-mm-dd`."""


def _read_country(value: Any) -> str:
    return read_text(value).upper()


LOWER_COUNTRY: Codec[str, str] = Codec(
    "ISO 3166-1 alpha-2, lower case", _read_country, str.lower, "string", exact_read=False,
    inline=Inline(
        kind=str, read="{w}.upper()", differs="{v}.lower() != {w}", write="{v}.lower()"
    ),
)  # fmt: skip
"""A country code, ISO 3166-1 alpha-2: lower case on the wire, upper case in the core."""


def _read_alpha3(value: Any) -> str:
    code = country_of_code(read_text(value)) if len(read_text(value)) == 3 else None
    if code is None:
        raise ValueError("not an assigned code of ISO 3166-1 alpha-3")
    return code


def _write_alpha3(value: str) -> str:
    code = alpha3_of(value)
    if code is None:
        raise ValueError("the country has no code of ISO 3166-1 alpha-3")
    return code


ALPHA3_COUNTRY: Codec[str, str] = Codec(
    "ISO 3166-1 alpha-3", _read_alpha3, _write_alpha3, "string", exact_read=False
)
"""A country code: ISO 3166-1 alpha-3 on the wire, alpha-2 in the core. Kosovo has none."""


def _same_any(value: Any) -> Any:
    return value


JSON: Codec[Any, Any] = Codec("as it is", _same_any, _same_any, "any", plain=object)
"""A value of any type, copied in both directions."""


def words(kind: type[E], table: Mapping[E, Any], *, wire: str = "string") -> Codec[E, Any]:
    """Returns the codec of a vocabulary: one table, used in both directions.

    `kind` is the enum of the core, or `bool`; `wire` is the JSON type of the provider's words.
    A wire value that the table lacks is kept as unmapped; a core value that it lacks is refused.
    """
    back = {spelling: member for member, spelling in table.items()}
    if len(back) != len(table):
        raise ValueError(f"two members of {kind.__name__} share one wire value")
    spelled = word_kinds(table)

    def read(value: Any) -> E:
        if value.__class__ not in spelled:  # True is not 1
            raise TypeError("expected a value of the vocabulary")
        try:
            return back[value]
        except KeyError:
            raise ValueError("not in the vocabulary") from None

    def write(value: E) -> Any:
        try:
            return table[value]
        except KeyError:
            raise ValueError(f"the provider has no value for this {kind.__name__}") from None

    name = f"one of {', '.join(map(str, back))}"
    return Codec(name, read, write, wire, members=tuple(table), table=dict(table))


def word_kinds(table: Mapping[Any, Any]) -> frozenset[type]:
    """Returns the JSON types of a vocabulary's wire values."""
    given = cast("Iterable[object]", table.values())
    return frozenset(str if isinstance(word, str) else type(word) for word in given)
