"""The parts of a result beside its object: losses, rate limits, pages, partial results."""

from __future__ import annotations

import re
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
    """How the value of a field was changed.

    `dropped` and `coarsened` are refused unless the gateway accepts them; the others are reported.
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


_PERSON = re.compile(r"^people\[[^\]]*\]")
_LOSING = (LossKind.DROPPED, LossKind.COARSENED)


@frozen(kw_only=True, slots=False, repr=False)
class Loss(Model):
    """One field whose value was changed: its path, the kind of change and the reason, no value."""

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
    """Returns the dropped and coarsened fields whose paths are not accepted.

    The path of an object (`address`) accepts all fields in it. Which person it is does not matter:
    `people.email` accepts `people[ada].email`.
    """
    found = [loss for loss in losses if loss.kind in _LOSING]
    if not found:
        return found
    places = [_PERSON.sub("people", path) for path in accepted]
    patterns = [pattern for path in places for pattern in (path, f"{path}.*")]
    return [
        loss
        for loss in found
        if not any(
            fnmatchcase(_PERSON.sub("people", loss.core_path), pattern) for pattern in patterns
        )
    ]


@frozen(kw_only=True, slots=False, repr=False)
class RateLimit(Model):
    """The calls made and left in one window. A provider may count in several windows at once."""

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
    """One page of a list."""

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
    """The part of a call that the provider has carried out; `gateway.resume` finishes the rest."""

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
    """SHA-256 of the content of the call, which is not stored: `resume` is given it again, and
    refuses other content. Empty if the provider rejected the content: `resume` then accepts a
    corrected one.

    Example: `9f86d081…`.
    """
    done: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts that the adapter needs to resume. Example: `{"files": 1}`."""

    def __repr__(self) -> str:
        return self._shown("operation", "user_id", "id")
