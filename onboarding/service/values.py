"""What a service answers: of an onboarding, of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from onboarding.directory import DueItem, RecordState
from onboarding.model.documents import DocumentRecord
from onboarding.model.record import UserRecord

__all__ = ["Due", "Onboarding", "OnboardingStatus", "Submission", "Sweep"]


class OnboardingStatus(StrEnum):
    """How far an operation that is carried out once has come."""

    DONE = "done"
    """It was carried out."""
    IN_PROGRESS = "in_progress"
    """Another process is carrying it out."""
    UNKNOWN = "unknown"
    """It may have been carried out. Call again: the outcome is then reconciled."""


@frozen(kw_only=True)
class _Once:
    """The answer to a call that is carried out once."""

    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    gateway: str
    """The name of the gateway that has the user. Example: `fr`."""
    status: OnboardingStatus
    """How far it has come. Example: `done`."""
    id: str | None = field(default=None, repr=False)
    """The id at the provider, None if it is not done. Example: `user_m_01`."""
    other_content: bool = False
    """Whether it was carried out with other content than this call has. Nothing was changed."""
    again_at: datetime | None = None
    """From when calling again can have another answer, in UTC; None if it can at once."""
    reason: str = ""
    """Why the outcome is unknown: words, or the class of an error. Example: `OutcomeUnknown`."""
    remedy: str = ""
    """What helps, or empty. Example: `compare them at the provider`."""
    candidates: tuple[str, ...] = ()
    """Ids of objects that may be of this call, if the outcome is unknown. Example: `["221"]`."""


@frozen(kw_only=True)
class Onboarding(_Once):
    """The answer to `onboard`: the same in each process, once it is done."""

    state: RecordState | None = None
    """The user's state as last retrieved, None if it is not done."""
    record: UserRecord | None = field(default=None, repr=False)
    """The provider's record, from the call that created the user; else None."""


@frozen(kw_only=True)
class Submission(_Once):
    """The answer to `submit_document`."""

    record: DocumentRecord | None = field(default=None, repr=False)
    """The provider's record, from the call that submitted the document; else None."""


@frozen(kw_only=True)
class Due:
    """What is due of one user at one gateway."""

    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    gateway: str
    """The name of the gateway that has the user. Example: `fr`."""
    items: tuple[DueItem, ...]
    """What is due, the earliest first."""


@frozen(kw_only=True)
class Sweep:
    """What came of reading many users again."""

    refreshed: int
    """How many were read. Example: `998`."""
    failed: Mapping[str, int]
    """How many were not, by the class of the error. Example: `{"RateLimited": 2}`."""
