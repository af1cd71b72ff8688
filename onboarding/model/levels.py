"""Levels of verification, and the policies that translate a provider's levels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import total_ordering
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
    "Ordered",
    "level_word",
]


@total_ordering
class Ordered(Enum):
    """Compares by the order of its members; as text it is its value, as JSON shows it.

    It is no `str`, which would compare by the alphabet. To order it against a text, or against a
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
    """Regulation (EU) No 910/2014, article 8: what confidence an electronic identity deserves.

    What each takes is in Implementing Regulation (EU) 2015/1502.
    """

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class NistIal(Ordered):
    """NIST SP 800-63A, identity assurance level.

    The words are those of revision 3 (2017) and of revision 4 (2025), and the first of them
    changed its meaning: in revision 3 `ial1` asks for no proofing at all, in revision 4 it does.
    """

    IAL1 = "ial1"
    IAL2 = "ial2"
    IAL3 = "ial3"


L = TypeVar("L", bound=Ordered)


class KYCLevel(Ordered):
    """How far verified. LIGHT: not, or not enough for payouts. REGULAR: enough for payouts."""

    LIGHT = "LIGHT"
    """Not verified, or not enough for payouts."""
    REGULAR = "REGULAR"
    """Verified enough for payouts."""


class IdentificationLevel(Ordered):
    """How well identified, in five steps."""

    UNIDENTIFIED = "unidentified"
    SEMI_IDENTIFIED = "semi_identified"
    BASIC_IDENTIFIED = "basic_identified"
    IDENTIFIED = "identified"
    FULLY_IDENTIFIED = "fully_identified"


def _is_text(_: object, __: object, word: Any) -> None:
    if not isinstance(word, str):  # compared with texts, another type would never be found
        kind = type(word).__name__
        text = 'a level is named by a text, a number too: 3 of a provider is the row "3"'
        raise TypeError(f"{text}; got {kind}")


@frozen
class LevelRow:
    """What one provider's own level is worth in the core, and why.

    `provider_level` is the provider's word, as `level_word` spells it: a number `3` is the text
    `"3"`.

    `eidas` and `nist` are scales of their own, and nothing is put on them by default: a row names
    a place there only where somebody judged the provider's procedure by that very standard.

    Raises `TypeError` for a word that is no text, and for a level of another scale.
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
    """What it is worth by eIDAS, None if nobody judged it by that.

    Example: `EidasLevel.SUBSTANTIAL`.
    """
    nist: NistIal | None = field(
        default=None, kw_only=True, validator=optional(instance_of(NistIal))
    )
    """What it is worth by NIST SP 800-63A, None if nobody judged it by that.

    Example: `NistIal.IAL2`.
    """


def level_word(value: object) -> str:
    """A provider's level as a word: a text as it is, another scalar as JSON spells it.

    So `3` is `"3"`, and a null, which names no level, is the word `"null"`, which no row knows.
    An object or a list is known by its type alone, for nobody knows what it holds.
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
    """Whether the stronger word says less; to say nothing is less than any level."""
    return lower is not None and (upper is None or upper < lower)


def _never_falls(_: object, __: object, rows: tuple[LevelRow, ...]) -> None:
    for lower, upper in pairwise(rows):
        if (
            _falls(lower.kyc, upper.kyc)
            or _falls(lower.identification, upper.identification)
            or _falls(lower.eidas, upper.eidas)
            or _falls(lower.nist, upper.nist)
        ):
            raise ValueError(f"{upper.provider_level} is worth less than {lower.provider_level}")


def _once(_: object, __: object, rows: tuple[LevelRow, ...]) -> None:
    words = [row.provider_level for row in rows]
    if len(set(words)) < len(words):
        raise ValueError("a word has two rows")


def _least(levels: Iterable[L | None]) -> L | None:
    """The least of the levels; None where one of them is not known."""
    found = list(levels)
    known = [level for level in found if level is not None]
    return min(known) if known and len(known) == len(found) else None


def _within(level: L | None, limit: L | None) -> bool:
    """Whether a level claims no more than the limit; where there is none, everything does."""
    return limit is None or (level is not None and level <= limit)


@frozen
class LevelPolicy:
    """Maps a provider's own levels into the core and back; never claims more than was said.

    `rows` are the provider's levels, weakest first. A word that no row knows is worth nothing,
    alone or beside others: every answer is None, and the word itself stays in the record.
    """

    rows: tuple[LevelRow, ...] = field(validator=[_once, _never_falls])
    """The provider's levels, from the weakest to the strongest."""

    def kyc(self, *words: str | None) -> KYCLevel | None:
        """The least that the given words are worth; None where one of them is unknown."""
        return self._least(lambda row: row.kyc, words)

    def identification(self, *words: str | None) -> IdentificationLevel | None:
        """The least that the given words are worth; None where one of them is unknown."""
        return self._least(lambda row: row.identification, words)

    def eidas(self, *words: str | None) -> EidasLevel | None:
        """The least that the given words are worth, where the row of each of them names it."""
        return self._least(lambda row: row.eidas, words)

    def nist(self, *words: str | None) -> NistIal | None:
        """The least that the given words are worth, where the row of each of them names it."""
        return self._least(lambda row: row.nist, words)

    def _least(
        self, worth: Callable[[LevelRow], L | None], words: tuple[str | None, ...]
    ) -> L | None:
        """The least that the words are worth. One that no row knows bounds: it may mean anything.

        A word that is None was not said, and counts for nothing.
        """
        rows = {row.provider_level: row for row in self.rows}
        found = [rows.get(word) for word in words if word is not None]
        return _least(None if row is None else worth(row) for row in found)

    def to_provider(
        self,
        *,
        kyc: KYCLevel | None = None,
        identification: IdentificationLevel | None = None,
        eidas: EidasLevel | None = None,
        nist: NistIal | None = None,
    ) -> str | None:
        """The provider's strongest word that claims no more than each of the levels given."""
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
