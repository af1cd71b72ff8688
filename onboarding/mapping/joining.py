"""The writing of several core values as one wire value, with the losses of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from onboarding.mapping.paths import EMPTY
from onboarding.mapping.plan import MappedField
from onboarding.model.answers import Loss, LossKind

__all__ = ["Joined", "unheld"]

Values = tuple[Any, ...]


def unheld(mapped: MappedField) -> str:
    """Returns the reason of the loss of a text that the format of the bodies cannot hold."""
    return f"it has a character that {mapped.format.name} cannot hold"


@frozen
class Joined:
    """Writes the values of a joined row; compiled code calls it."""

    mapped: MappedField

    def __call__(self, values: Values, lost: list[Loss], hidden: bool = False) -> Any:
        """Returns the wire value and adds the losses to a list; None if it cannot be written.

        `hidden` is whether the provider will return null for it.
        """
        row, codec = self.mapped.row, self.mapped.row.codec
        assert codec is not None
        try:
            written = codec.write(values)
        except ValueError as error:
            lost += self._losses(values, LossKind.DROPPED, str(error))
            return None
        if self.mapped.format.cannot_hold(written):
            lost += self._losses(values, LossKind.DROPPED, unheld(self.mapped))
            return None
        if row.max is not None and len(written) > row.max:
            reason = f"longer than {row.max} characters together"
            lost += self._losses(values, LossKind.DROPPED, reason)
            return None
        if not codec.exact_write:
            read = codec.read(written)
            lost += self._losses(values, codec.blur, f"kept as {codec.name}", read)
        if not self.mapped.shown:
            lost += self._losses(values, LossKind.WRITE_ONLY, "never returned")
        elif hidden and self.mapped.hidden_when is not None:
            reason = f"returned as null when {self.mapped.hidden_when.words}"
            lost += self._losses(values, LossKind.WRITE_ONLY, reason)
        return written

    def _losses(
        self, values: Values, kind: LossKind, reason: str, kept: Values = ()
    ) -> Iterator[Loss]:
        """Yields the loss of each given value, except of those that are `kept` as they are."""
        for number, (core, value) in enumerate(zip(self.mapped.cores, values, strict=True)):
            if value not in EMPTY and not (kept and kept[number] == value):
                yield Loss(core_path=core, kind=kind, reason=reason, wire_path=self.mapped.wire)
