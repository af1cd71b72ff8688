"""The values that a directory returns; their reprs show no id of a user and no value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.notification import Notification
from onboarding.model.user import User
from onboarding.reconciliation import UnresolvedCall

__all__ = [
    "AuditEntry",
    "Claim",
    "ClaimState",
    "DirectoryUser",
    "Erasure",
    "Kept",
    "LifecycleEvent",
    "Move",
    "MoveState",
    "Operation",
    "OperationState",
    "Pause",
    "Progress",
    "Reference",
    "StoredNotification",
    "Submitted",
]


@frozen(kw_only=True)
class Reference:
    """One id of a user at a gateway."""

    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    id: str = field(repr=False)
    """The id at the provider. Example: `user_m_01`."""
    name: str = ""
    """What the id is of, by the provider's name; empty for the user. Example: `ProofOfIdentity`."""


@frozen(kw_only=True)
class DirectoryUser:
    """A user of the platform."""

    own_id: str = field(repr=False)
    """The platform's own id. Example: `user-42`."""
    gateway: str | None = None
    """The gateway that the user was assigned to, None before. Example: `fr`."""
    created_at: datetime
    """When the directory first had the user, in UTC."""


class OperationState(StrEnum):
    """What is known of an operation."""

    PLANNED = "planned"
    """It is to be carried out."""
    RUNNING = "running"
    """A process has claimed it, and did not report yet. If its lease is over, it may be dead."""
    UNKNOWN = "unknown"
    """It may have been carried out."""
    DONE = "done"
    """It was carried out."""
    NOT_DONE = "not_done"
    """It was certainly not carried out."""


@frozen(kw_only=True)
class Operation:
    """One operation on a user at a gateway, under one idempotency key."""

    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    operation: str
    """The call, as the gateway names it. Example: `create_user`."""
    key: str = field(repr=False)
    """The idempotency key of the call. Example: `onboarding.directory/fr/create_user/user-42`."""
    digest: str = ""
    """Eight digits of the digest of the content; `mixed` if it was sent with other content while
    the outcome was unknown; empty if it is not known. Example: `9f86d081`."""
    state: OperationState
    """What is known of it. Example: `unknown`."""
    attempts: int = 0
    """How often it was claimed since it was planned. Example: `2`."""
    sent_at: datetime | None = None
    """When it was first claimed, in UTC: the age of its idempotency key."""
    ended_at: datetime | None = None
    """When its outcome was stored, in UTC; for a process that died, the end of its lease."""
    due_at: datetime
    """When it can be taken up, in UTC: while it runs, the end of the lease."""
    id: str | None = field(default=None, repr=False)
    """The id of the object that it created or changed. Example: `user_m_01`."""
    error: str | None = None
    """The class of the error, or a code. Example: `Rejected`."""
    unresolved: UnresolvedCall | None = field(default=None, repr=False)
    """What `gateway.reconcile` needs, if the call failed without an outcome and said so."""


class ClaimState(StrEnum):
    """What a process that claimed an operation may do."""

    NEW = "new"
    """Make the call: it was not made before."""
    AGAIN = "again"
    """Make the call: earlier ones were certainly not carried out."""
    RECONCILE = "reconcile"
    """Learn the outcome of the earlier call first: it may have been carried out."""
    BUSY = "busy"
    """Nothing: another process has it until `operation.due_at`."""
    DONE = "done"
    """Nothing: it was carried out."""


@frozen(kw_only=True)
class Claim:
    """The answer to a claim. At most one process has a granted claim of an operation."""

    state: ClaimState
    """What may be done. Example: `new`."""
    operation: Operation
    """The operation as it is stored."""
    token: str = field(default="", repr=False)
    """What proves the claim; empty if it was not granted."""
    content: User | None = field(default=None, repr=False)
    """The user that was stored with the operation, None if none was."""

    @property
    def granted(self) -> bool:
        """Whether the operation is this process's until `operation.due_at`."""
        return bool(self.token)


@frozen(kw_only=True)
class StoredNotification:
    """A notification that waits to be handled. It is this process's until the lease is over."""

    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    id: str
    """Its id in the directory: a digest of its method, query and body."""
    notification: Notification
    """The notification, unchanged."""
    token: str = field(default="", repr=False)


@frozen(kw_only=True)
class LifecycleEvent:
    """An event of the outbox. It is this process's until the lease is over."""

    number: int
    """Grows with each event; the events of one user are in its order. Example: `7`."""
    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    kind: str
    """What happened. Example: `level_gained`."""
    facts: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    """Further facts, as plain data. Example: `{"kyc_level": "REGULAR"}`."""
    occurred_at: datetime
    """When it was put into the outbox, in UTC."""
    attempts: int
    """How often it was given out, this time included. Example: `1`."""
    token: str = field(default="", repr=False)


@frozen(kw_only=True)
class AuditEntry:
    """One line of the audit trail: paths and codes, no values."""

    at: datetime
    """When it happened, in UTC."""
    action: str
    """What was done. Example: `create_user`."""
    gateway: str = ""
    """The name of the gateway in the configuration. Example: `fr`."""
    code: str = ""
    """The outcome, as a code. Example: `done`."""
    paths: tuple[str, ...] = ()
    """The core paths that it was about. Example: `("identity.birthdate",)`."""


class MoveState(StrEnum):
    """How far the move of a user to another provider has come."""

    MOVED = "moved"
    """The target has the user; the source still has it too."""
    RETIRED = "retired"
    """The user is assigned to the target; the source is closed, forgotten or kept, as told."""
    CHANGED = "changed"
    """Not moved: the user is not as planned any more."""
    REJECTED = "rejected"
    """Not moved: the target rejected the user."""
    FAILED = "failed"
    """Not carried out: apply the plan again."""
    UNKNOWN = "unknown"
    """It may have been carried out."""


@frozen(kw_only=True)
class Move:
    """The move of one user by a plan, as far as it has come."""

    own_id: str = field(repr=False)
    """The platform's own id of the user. Example: `user-42`."""
    state: MoveState
    """How far it has come. Example: `changed`."""
    reasons: tuple[str, ...] = ()
    """Why, in codes. Example: `("data",)`."""
    at: datetime | None = None
    """When this was stored, in UTC; None if it was not."""


@frozen(kw_only=True)
class Kept:
    """Something about an erased person that is kept."""

    what: str
    """What is kept. Example: `the audit trail, 12 entries`."""
    why: str
    """Why. Example: `it proves what was done with the data`."""


@frozen(kw_only=True)
class Erasure:
    """What was erased of one person, and what is kept."""

    complete: bool
    """Whether all is erased that can be. If not, erase again when the reason has gone."""
    erased: Mapping[str, int]
    """The number of rows by table. Example: `{"references": 2, "records": 1}`."""
    kept: tuple[Kept, ...]
    """What is kept, and why."""
    references: tuple[Reference, ...] = ()
    """The ids that the person had at the providers, which keep their own data."""


@frozen(kw_only=True)
class Submitted:
    """The outcome of a bulk submission, in numbers of users."""

    users: int = 0
    """How many were submitted. Example: `1000`."""
    new: int = 0
    """How many the directory did not have. Example: `990`."""
    changed: int = 0
    """How many wait again, because their content has changed since they were refused."""
    done: int = 0
    """How many were created before."""

    def __add__(self, other: Submitted) -> Submitted:
        return Submitted(
            users=self.users + other.users,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            done=self.done + other.done,
        )


@frozen(kw_only=True)
class Pause:
    """A gateway whose submitted operations are not given out."""

    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    paused_at: datetime
    """When the pause began, in UTC."""
    until: datetime | None = None
    """When it ends, in UTC; None if it ends with `resume`."""
    reason: str = ""
    """Why, as a code; empty if a person asked for it. Example: `RateLimited`."""


@frozen(kw_only=True)
class Progress:
    """How far the submitted operations of a gateway have come."""

    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    states: Mapping[OperationState, int]
    """The number of operations by state."""
    reasons: Mapping[tuple[OperationState, str], int]
    """The number of operations by state and error. Example of an error: `Rejected:email:shape`."""
    rate: float = 0.0
    """How many ended per second, in the last minute."""
    pause: Pause | None = None
    """The pause of the gateway, None if there is none."""

    @property
    def total(self) -> int:
        """The number of all submitted operations."""
        return sum(self.states.values())

    @property
    def ended(self) -> int:
        """The number of operations with an outcome."""
        return self.states[OperationState.DONE] + self.states[OperationState.NOT_DONE]
