"""What a translation could not carry, field by datum."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase

from attrs import frozen

from onboarding.model.base import Model

__all__ = ["Loss", "LossKind", "refused"]


class LossKind(StrEnum):
    """Why a field did not arrive as it was given.

    `dropped` and `coarsened` are refused unless the gateway accepts them; the rest is reported.
    """

    DROPPED = "dropped"
    COARSENED = "coarsened"
    DEFAULTED = "defaulted"
    WRITE_ONLY = "write_only"
    NOT_APPLICABLE = "not_applicable"


@frozen(kw_only=True, slots=False, repr=False)
class Loss(Model):
    """One field that did not arrive as given: where, how, and why. Shows no value."""

    core_path: str
    kind: LossKind
    reason: str
    wire_path: str = ""

    def __repr__(self) -> str:
        return f"Loss({self.core_path}: {self.kind}, {self.reason})"


def refused(losses: Iterable[Loss], accepted: Iterable[str]) -> list[Loss]:
    """The losses that must not pass: what is dropped or coarsened and not accepted by path.

    A bare table (`address`) accepts all below it.
    """
    patterns = [pattern for path in accepted for pattern in (path, f"{path}.*")]
    return [
        loss
        for loss in losses
        if loss.kind in (LossKind.DROPPED, LossKind.COARSENED)
        and not any(fnmatchcase(loss.core_path, pattern) for pattern in patterns)
    ]
