"""An enum in the order of its members."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering

__all__ = ["Ordered"]


@total_ordering
class Ordered(Enum):
    """Compares by the order of its members; none equals or exceeds a member of another scale."""

    def __lt__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        order = list(type(self))
        return order.index(self) < order.index(other)
