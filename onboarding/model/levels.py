"""How far a user is verified, how well identified, and how a provider's own words compare."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering
from itertools import pairwise

from attrs import field, frozen

__all__ = ["IdentificationLevel", "KYCLevel", "LevelPolicy", "LevelRow"]


@total_ordering
class _Ordered(Enum):
    """An enum in the order of its members; no member equals or exceeds a text."""

    def __lt__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        order = list(type(self))
        return order.index(self) < order.index(other)


class KYCLevel(_Ordered):
    """How far verified. LIGHT: not, or not enough for payouts. REGULAR: enough for payouts."""

    LIGHT = "LIGHT"
    REGULAR = "REGULAR"


class IdentificationLevel(_Ordered):
    """How well identified, in five steps."""

    UNIDENTIFIED = "unidentified"
    SEMI_IDENTIFIED = "semi_identified"
    BASIC_IDENTIFIED = "basic_identified"
    IDENTIFIED = "identified"
    FULLY_IDENTIFIED = "fully_identified"


@frozen
class LevelRow:
    """What one provider's own level is worth in the core, and why."""

    native: str
    kyc: KYCLevel
    identification: IdentificationLevel
    why: str = field(default="", eq=False)


def _never_falls(_: object, __: object, rows: tuple[LevelRow, ...]) -> None:
    for lower, upper in pairwise(rows):
        if upper.kyc < lower.kyc or upper.identification < lower.identification:
            raise ValueError(f"{upper.native} is worth less than {lower.native}")


@frozen
class LevelPolicy:
    """Maps a provider's own levels into the core and back; never claims more than was said.

    `rows` are the provider's levels, weakest first. A word that no row knows is worth nothing:
    both answers are None, and the word itself stays in the record.
    """

    rows: tuple[LevelRow, ...] = field(validator=_never_falls)

    def kyc(self, *natives: str | None) -> KYCLevel | None:
        """The least that any of the given words is worth."""
        found = [row.kyc for native in natives for row in self.rows if row.native == native]
        return min(found) if found else None

    def identification(self, *natives: str | None) -> IdentificationLevel | None:
        """The least that any of the given words is worth."""
        found = [
            row.identification for native in natives for row in self.rows if row.native == native
        ]
        return min(found) if found else None

    def native(
        self,
        *,
        kyc: KYCLevel | None = None,
        identification: IdentificationLevel | None = None,
    ) -> str | None:
        """The provider's strongest word that claims no more than both levels given."""
        fitting = [
            row.native
            for row in self.rows
            if (kyc is None or row.kyc <= kyc)
            and (identification is None or row.identification <= identification)
        ]
        return fitting[-1] if fitting and (kyc or identification) else None
