"""What an answer carries beside its object: losses, rate limits, pages, partial results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from onboarding.model.stored import Stored
from onboarding.values.base import Model

__all__ = [
    "Loss",
    "LossKind",
    "Paged",
    "Partial",
    "RateLimit",
    "refused",
]


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


@frozen(kw_only=True, slots=False, repr=False)
class RateLimit(Model):
    """Calls within one window of `seconds`: those made, those left, and when it is full again.

    A provider may count in several windows at once; the one with the fewest left is felt first.
    `resets_at` is in UTC.
    """

    seconds: int
    made: int
    left: int
    resets_at: datetime

    def __repr__(self) -> str:
        return f"RateLimit({self.made} made and {self.left} left of {self.seconds} seconds)"


T = TypeVar("T")


@frozen(kw_only=True)
class Paged(Generic[T]):
    """Some entries of a list.

    `next` is what the adapter wants to be asked for the page after it, None at the end; `total`
    counts all entries, where the provider says so; `rate_limits` are the calls left.
    """

    items: tuple[T, ...] = field(repr=lambda items: f"<{len(items)}>")
    next: str | None = field(default=None, repr=lambda token: "…" if token else "None")
    total: int | None = None
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)


@frozen(kw_only=True, slots=False, repr=False)
class Partial(Stored, form="partial/1"):
    """The part of a call that the provider has carried out; `gateway.resume` finishes the rest.

    - `operation`: the call, as the gateway names it (`submit_document`);
    - `user_id`: the user at the provider; `id`: the object that was created there;
    - `idempotency_key`: the caller's key, None where the call had none;
    - `digest`: of the content that the call was given. The content itself (pages, owners) is not
      stored: `resume` is given it again, and refuses other content. Empty where the provider
      rejected the content: `resume` takes a corrected one, and compares what is there already;
    - `done`: further facts that the adapter needs to resume, as plain data.
    """

    provider: str
    gateway: str
    environment: str | None = None
    operation: str
    user_id: str | None = None
    id: str | None = None
    idempotency_key: str | None = None
    digest: str = ""
    done: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return self._shown("operation", "user_id", "id")
