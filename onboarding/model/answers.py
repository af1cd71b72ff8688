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
    """Not sent: the provider does not support it, or it breaks a documented limit."""
    COARSENED = "coarsened"
    """Sent or read with less precision."""
    DEFAULTED = "defaulted"
    """Not given; the adapter sent a default."""
    WRITE_ONLY = "write_only"
    """Sent; no answer shows it."""
    NOT_APPLICABLE = "not_applicable"
    """Not sent: it means nothing to the provider."""


@frozen(kw_only=True, slots=False, repr=False)
class Loss(Model):
    """One field that did not arrive as given: where, how, and why. Shows no value."""

    core_path: str
    """The core path of the field. Example: `identity.gender`."""
    kind: LossKind
    """What happened to the value. Example: `dropped`."""
    reason: str
    """The reason, in words. Example: `mangopay does not support it`."""
    wire_path: str = ""
    """The provider's path, empty if it has none. Example: `Address.City`."""

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
    """The length of the window. Example: `900`."""
    made: int
    """Calls made in the window. Example: `12`."""
    left: int
    """Calls left in the window. Example: `2288`."""
    resets_at: datetime
    """When all calls are available again, in UTC. Example: `2026-10-01T08:45:00Z`."""

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
    """The entries of this page."""
    next: str | None = field(default=None, repr=lambda token: "…" if token else "None")
    """The token of the next page, None on the last page. Example: `2`."""
    total: int | None = None
    """The number of all entries, None if the provider does not say. Example: `130`."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    """The calls left when the answer arrived. Not compared and not stored."""


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
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    operation: str
    """The call, as the gateway names it. Example: `submit_document`."""
    user_id: str | None = None
    """The user's id at the provider. Example: `user_m_01`."""
    id: str | None = None
    """The id of the object that was created. Example: `kyc_01`."""
    idempotency_key: str | None = None
    """The caller's key, None if the call had none. Example: `passport of user 7`."""
    digest: str = ""
    """SHA-256 of the content; empty if the provider rejected the content. Example: `9f86d081…`."""
    done: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts that the adapter needs to resume. Example: `{"files": 1}`."""

    def __repr__(self) -> str:
        return self._shown("operation", "user_id", "id")
