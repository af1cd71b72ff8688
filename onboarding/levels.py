"""Levels of verification, and the policies that translate a provider's levels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property, total_ordering
from itertools import pairwise
from typing import Any, TypeVar

from attrs import field, frozen
from attrs.validators import instance_of, optional

__all__ = [
    "EidasLevel",
    "IdentificationLevel",
    "KYCLevel",
    "LevelPolicy",
    "LevelRow",
    "NistIal",
]


@total_ordering
class Ordered(Enum):
    """An enum that compares by the order of its members. Its text is its value, as in JSON.

    It is not a `str`, which would compare alphabetically. Comparing it with a text, or with a
    member of another scale, raises `TypeError`.
    """

    def __str__(self) -> str:
        return str(self.value)

    def __lt__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        order = list(type(self))
        return order.index(self) < order.index(other)


class EidasLevel(Ordered):
    """Regulation (EU) No 910/2014, article 8: the assurance level of an electronic identity.

    The requirements of each level are in Implementing Regulation (EU) 2015/1502.
    """

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class NistIal(Ordered):
    """NIST SP 800-63A, identity assurance level.

    Revision 3 (2017) and revision 4 (2025) use the same names, but `ial1` differs: revision 3
    requires no identity proofing for it, revision 4 does.
    """

    IAL1 = "ial1"
    IAL2 = "ial2"
    IAL3 = "ial3"


L = TypeVar("L", bound=Ordered)


class KYCLevel(Ordered):
    """The level of verification. LIGHT is not sufficient for payouts, REGULAR is."""

    LIGHT = "LIGHT"
    """Not verified, or not enough for payouts."""
    REGULAR = "REGULAR"
    """Verified enough for payouts."""


class IdentificationLevel(Ordered):
    """The level of identification, in five steps."""

    UNIDENTIFIED = "unidentified"
    SEMI_IDENTIFIED = "semi_identified"
    BASIC_IDENTIFIED = "basic_identified"
    IDENTIFIED = "identified"
    FULLY_IDENTIFIED = "fully_identified"


def _is_text(_: object, __: object, word: Any) -> None:
    if not isinstance(word, str):  # another type would never equal a text
        kind = type(word).__name__
        text = 'expected the level as a text; the number 3 of a provider is the row "3"'
        raise TypeError(f"{text}; got {kind}")


@frozen
class LevelRow:
    """The levels of the core that correspond to one level of a provider, and the reason.

    Raises `TypeError` if the provider level is not a text, and for a level of another scale.
    """

    provider_level: str = field(validator=_is_text)
    """The provider's word; a number as a text. Example: `REGULAR`."""
    kyc: KYCLevel = field(validator=instance_of(KYCLevel))
    """What it is worth as `KYCLevel`. Example: `KYCLevel.REGULAR`."""
    identification: IdentificationLevel = field(validator=instance_of(IdentificationLevel))
    """What it is worth as `IdentificationLevel`. Example: `IdentificationLevel.IDENTIFIED`."""
    why: str = field(default="", eq=False)
    """The reason, or the document. Example: `guide, Grades`."""
    eidas: EidasLevel | None = field(
        default=None, kw_only=True, validator=optional(instance_of(EidasLevel))
    )
    """What it is worth by eIDAS, None unless the provider's procedure was assessed against it.

    Example: `EidasLevel.SUBSTANTIAL`.
    """
    nist: NistIal | None = field(
        default=None, kw_only=True, validator=optional(instance_of(NistIal))
    )
    """What it is worth by NIST SP 800-63A, None unless the provider's procedure was assessed
    against it.

    Example: `NistIal.IAL2`.
    """


def level_word(value: object) -> str:
    """Returns a provider's level as a word: a text unchanged, another scalar as in JSON.

    `3` is `"3"`; null is `"null"`, which matches no row. An object or a list is `"object"` or
    `"array"`.
    """
    match value:
        case str():
            return value
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return "array"
        case _:
            return "object"


def _falls(lower: L | None, upper: L | None) -> bool:
    """Whether the higher row has a lower level; no level is lower than any level."""
    return lower is not None and (upper is None or upper < lower)


def _never_falls(_: object, __: object, rows: tuple[LevelRow, ...]) -> None:
    for lower, upper in pairwise(rows):
        if (
            _falls(lower.kyc, upper.kyc)
            or _falls(lower.identification, upper.identification)
            or _falls(lower.eidas, upper.eidas)
            or _falls(lower.nist, upper.nist)
        ):
            raise ValueError(
                f"{upper.provider_level} has a lower level than {lower.provider_level}"
            )


def _once(_: object, __: object, rows: tuple[LevelRow, ...]) -> None:
    words = [row.provider_level for row in rows]
    if len(set(words)) < len(words):
        raise ValueError("a provider level has two rows")


def _least(levels: Iterable[L | None]) -> L | None:
    """Returns the lowest of the levels; None if one of them is None."""
    found = list(levels)
    known = [level for level in found if level is not None]
    return min(known) if known and len(known) == len(found) else None


def _within(level: L | None, limit: L | None) -> bool:
    """Whether a level is at most the limit; always true without a limit."""
    return limit is None or (level is not None and level <= limit)


_NONE = (None, None, None, None)


@frozen
class LevelPolicy:
    """Translates a provider's levels into the core's levels and back, and never overstates them.

    If a word has no row, every result is None, also beside known words; the word itself stays in
    the record.
    """

    rows: tuple[LevelRow, ...] = field(validator=[_once, _never_falls])
    """The provider's levels, from the weakest to the strongest."""

    @cached_property
    def _by_word(self) -> dict[str, LevelRow]:
        return {row.provider_level: row for row in self.rows}

    def levels(
        self, *words: str
    ) -> tuple[KYCLevel | None, IdentificationLevel | None, EidasLevel | None, NistIal | None]:
        """Returns the lowest level of the given words on each scale; None as the methods below."""
        if len(words) != 1:
            kyc, identification = self.kyc(*words), self.identification(*words)
            return kyc, identification, self.eidas(*words), self.nist(*words)
        row = self._by_word.get(words[0])
        return (row.kyc, row.identification, row.eidas, row.nist) if row else _NONE

    def kyc(self, *words: str | None) -> KYCLevel | None:
        """Returns the lowest level of the given words; None if one of them is unknown."""
        return self._least(lambda row: row.kyc, words)

    def identification(self, *words: str | None) -> IdentificationLevel | None:
        """Returns the lowest level of the given words; None if one of them is unknown."""
        return self._least(lambda row: row.identification, words)

    def eidas(self, *words: str | None) -> EidasLevel | None:
        """Returns the lowest level of the given words; None unless the row of each names one."""
        return self._least(lambda row: row.eidas, words)

    def nist(self, *words: str | None) -> NistIal | None:
        """Returns the lowest level of the given words; None unless the row of each names one."""
        return self._least(lambda row: row.nist, words)

    def _least(
        self, worth: Callable[[LevelRow], L | None], words: tuple[str | None, ...]
    ) -> L | None:
        """Returns the lowest level of the words; None if a word has no row.

        A word that is None is ignored.
        """
        found = [self._by_word.get(word) for word in words if word is not None]
        return _least(None if row is None else worth(row) for row in found)

    def to_provider(
        self,
        *,
        kyc: KYCLevel | None = None,
        identification: IdentificationLevel | None = None,
        eidas: EidasLevel | None = None,
        nist: NistIal | None = None,
    ) -> str | None:
        """Returns the provider's highest level that does not exceed any of the given levels.

        `kyc`, `identification`, `eidas` and `nist` are levels of the core; None for no limit.
        """
        if not any((kyc, identification, eidas, nist)):
            return None
        fitting = [
            row.provider_level
            for row in self.rows
            if _within(row.kyc, kyc)
            and _within(row.identification, identification)
            and _within(row.eidas, eidas)
            and _within(row.nist, nist)
        ]
        return fitting[-1] if fitting else None
