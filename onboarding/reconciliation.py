"""Calls whose outcome is unknown: their stored form, and what `gateway.reconcile` finds of them.

```python
try:
    gateway.create_user(user)
except OnboardingError as error:
    if error.unresolved is not None:
        stored = error.unresolved.to_json()

# later, also in another process
found = gateway.reconcile(UnresolvedCall.from_json(stored), user)
print(found.outcome, found.record, found.reason)
```
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

from onboarding.errors import Outcome
from onboarding.model.answers import Partial
from onboarding.model.stored import Stored

__all__ = ["Lookup", "Means", "Reconciliation", "UnresolvedCall"]

R = TypeVar("R")


class Means(StrEnum):
    """A way to learn the outcome of a call. All of them only read."""

    KEY = "key"
    """The provider returns its first answer to the call's idempotency key."""
    FETCH = "fetch"
    """The object is fetched and compared."""
    LIST = "list"
    """A list is walked, newest first, as far back as the call."""
    SEARCH = "search"
    """The user is searched for by national number, e-mail address or phone number."""


@frozen(kw_only=True)
class Lookup:
    """One way in which an adapter learns the outcome of an operation."""

    means: Means
    """The way. Example: `list`."""
    proves_absence: bool = False
    """Whether finding nothing proves that the call was not carried out. Example: `true`."""
    unique: tuple[str, ...] = ()
    """Core paths of which the provider refuses a second user: a call that is repeated with such a
    value cannot create another one. Example: `("identity.national_id.code",)`."""
    limits: str = ""
    """What it cannot resolve, in words. Example: `only confirmed addresses are found`."""
    remedy: str = ""
    """What the caller can do if it shows nothing. Example: `ask the user to confirm the address`.
    """


@frozen(kw_only=True, slots=False, repr=False)
class UnresolvedCall(Stored, form="unresolved_call/1"):
    """A call that may have been carried out: what `gateway.reconcile` needs to learn its outcome.

    It holds no personal value: the content of the call is given to `reconcile` again.
    """

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    operation: str
    """The call, as the gateway names it. Example: `create_user`."""
    sent_at: datetime
    """When the request was first sent, in UTC. Example: `2026-10-01T08:30:00Z`."""
    failed_at: datetime | None = None
    """When the call failed, in UTC. Example: `2026-10-01T08:30:30Z`."""
    user_id: str | None = None
    """The user's id at the provider, None for a creation. Example: `user_m_01`."""
    id: str | None = None
    """The id of the object that the call changes. Example: `bankacc_01`."""
    reference: str | None = None
    """The platform's own id of the user, `User.reference`. Example: `customer-7`."""
    idempotency_key: str | None = None
    """The caller's key, None if the call had none. Example: `order-1712-buyer`."""
    provider_key: str | None = None
    """The key in the request, derived or random. Example: `0b7c8a3e-6f1d-5d0e-9d52-3a1f2c4b5e6f`.
    """
    digest: str = ""
    """Eight digits of the SHA-256 of the content: enough to recognise other content. Empty if it is
    not known.

    Example: `9f86d081`.
    """
    changes: tuple[str, ...] = ()
    """The core paths that an update changes. Example: `["email"]`."""

    def __repr__(self) -> str:
        return self._shown("operation", "user_id", "id", sent_at=self.sent_at.isoformat())


@frozen(kw_only=True)
class Reconciliation(Generic[R]):
    """What `gateway.reconcile` found of a call."""

    outcome: Outcome
    """`done`: it was carried out, and `record` is the object. `not_done`: it certainly was not
    carried out. `unknown`: nothing that the provider shows proves either.

    Example: `done`.
    """
    record: R | None = None
    """The object that the call created or changed."""
    reason: str = ""
    """How the outcome is known, or why it is not. Example: `the list has no such user`."""
    remedy: str = ""
    """What the caller can do next, or empty. Example: `resume(partial, document)`."""
    candidates: tuple[str, ...] = ()
    """Ids of objects that may be of this call, if the outcome is unknown. Example: `["221"]`."""
    partial: Partial | None = None
    """What `gateway.resume` completes, if the call has further requests."""
    ask_again_at: datetime | None = None
    """When the request has certainly ended, if it may still be under way. Example: None."""

    @classmethod
    def done(cls, record: R | None, reason: str) -> Reconciliation[R]:
        """The call was carried out: `record` is its object, `reason` what shows it."""
        return cls(outcome=Outcome.DONE, record=record, reason=reason)

    @classmethod
    def not_done(cls, reason: str, record: R | None = None) -> Reconciliation[R]:
        """The call was certainly not carried out; `record` is the unchanged object.

        `reason` is what shows it.
        """
        return cls(outcome=Outcome.NOT_DONE, record=record, reason=reason)

    @classmethod
    def unknown(
        cls, reason: str, remedy: str = "", candidates: tuple[str, ...] = ()
    ) -> Reconciliation[R]:
        """Nothing proves either, for the `reason`; `remedy` is what the caller can do.

        `candidates` are ids of objects that may be of the call.
        """
        return cls(outcome=Outcome.UNKNOWN, reason=reason, remedy=remedy, candidates=candidates)
