"""An enum in the order of its members."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering

__all__ = ["Ordered"]


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
