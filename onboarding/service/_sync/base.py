# Generated from onboarding/service/_async/base.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""Notifications of a service: stored first, then read, and what changed put into the outbox."""

from __future__ import annotations

import logging
from datetime import timedelta

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.config import Gateways
from onboarding.directory import Directory, StoredNotification
from onboarding.directory.operations import LEASE
from onboarding.errors import InvalidInput, InvalidSignature, OnboardingError, Unsupported
from onboarding.gateway import Gateway
from onboarding.model.event import Event, EventKind
from onboarding.model.notification import Notification
from onboarding.model.record import UserRecord
from onboarding.provider_errors import Forbidden, NotFound
from onboarding.routing import Routes
from onboarding.service import steps
from onboarding.service.lifecycle import NEAR

__all__ = ["ServiceBase"]

log = logging.getLogger("onboarding")

_REFUSED = (InvalidInput, InvalidSignature, NotFound, Unsupported)
"""The notification is forged, malformed, or about an object that the provider does not have."""

_STRANGERS = timedelta(minutes=10)
"""How long a notification about an unknown user is kept: the user may be about to be stored."""

_GIVEN_UP = timedelta(days=3)
"""How long a notification is kept that cannot be read."""


@frozen(eq=False, repr=False)
class ServiceBase:
    """What a service has, and its calls for notifications."""

    gateways: Gateways
    """The gateways of the configuration."""
    directory: Directory
    """The directory that all processes share."""
    routes: Routes
    """Which gateway takes a new user."""
    lease: timedelta = LEASE
    """How long a process has an operation, a notification or an event for itself. After that, the
    process counts as dead."""
    near: timedelta = NEAR
    """How long before a deadline it is near."""

    def receive(self, gateway: str, notification: Notification) -> bool:
        """Stores a notification and processes what is stored: `accept`, then `process`.

        Returns whether it is new. Raises the errors of `accept`.
        """
        new = self.accept(gateway, notification)
        self.process()
        return new

    def accept(self, gateway: str, notification: Notification) -> bool:
        """Stores a notification, to be processed later. Returns whether it is new.

        It calls no provider, so the answer to the provider is quick. Raises `InvalidSignature`,
        `InvalidInput` and `Unsupported` for a notification that is certainly not the provider's,
        `UnknownGateway` for a gateway that is not configured; then nothing is stored.
        """
        steps.verify(self.gateways[gateway].adapter, notification)
        return self.directory.receive(gateway, notification) is not None

    def process(self, *, limit: int = 100) -> int:
        """Reads up to `limit` stored notifications, the oldest first. Returns how many were read.

        The user of a notification is looked up by the ids in it and read again at the provider:
        what a notification says is not relied upon. The state and the lifecycle events are stored
        in one transaction. A notification that cannot be read now is tried again after the lease,
        for three days.
        """
        done = 0
        while done < limit:
            found = self.directory.pending(limit=min(limit - done, 10), lease=self.lease)
            if not found:
                break
            for stored in found:
                self._process(stored)
                done += 1
        return done

    def _process(self, stored: StoredNotification) -> None:
        try:
            gateway = self.gateways[stored.gateway]
            events = gateway.read_notification(stored.notification)
            known = [(event, self._owner(stored.gateway, event)) for event in events]
            of_users = [(event, own_id) for event, own_id in known if own_id is not None]
            strange = any(event.user_id and own_id is None for event, own_id in known)
            if strange and not self._is_older(stored, _STRANGERS):
                return
            found = [(own_id, event, self._seen(gateway, event)) for event, own_id in of_users]
            self.directory.run(lambda t: steps.apply(t, stored, found, self.near))
        except _REFUSED as error:
            self._drop(stored, error)
        except OnboardingError as error:
            if self._is_older(stored, _GIVEN_UP):
                self._drop(stored, error)
            else:
                name = type(error).__name__
                log.warning("a notification of %s is read later: %s", stored.gateway, name)

    def _drop(self, stored: StoredNotification, error: OnboardingError) -> None:
        log.warning("a notification of %s was refused: %s", stored.gateway, type(error).__name__)
        self.directory.handled(stored)

    def _is_older(self, stored: StoredNotification, age: timedelta) -> bool:
        return stored.notification.received_at + age < self.directory.clock()

    def _owner(self, gateway: str, event: Event) -> str | None:
        """Returns the own id of the user of an event, by any id in it, else by its reference."""
        for id in (event.user_id, event.subject_id):
            if id and (found := self.directory.own_id(gateway, id)):
                return found
        reference = event.user.user.reference if event.user is not None else None
        known = self.directory.user(reference) if reference else None
        return known.own_id if known is not None and known.gateway == gateway else None

    def _seen(self, gateway: Gateway[Adapter], event: Event) -> UserRecord | None:
        """Returns the user of an event as the provider shows it now; None without a user."""
        if event.user_id is None:
            return None
        try:
            return self._read(gateway, event.user_id, None)
        except (NotFound, Forbidden):
            if event.kind is not EventKind.USER_CLOSED:
                raise
            return steps.closed(gateway.adapter, event.user_id, self.directory.clock())

    def _read(self, gateway: Gateway[Adapter], user_id: str, deadline: float | None) -> UserRecord:
        """Reads a user with everything that decides its capabilities.

        All states come from here: one without the capabilities would tell that they were lost.
        """
        if not gateway.adapter.supports("fetch_capabilities"):
            return gateway.fetch_user(user_id, deadline=deadline)
        named = steps.named(gateway.adapter, user_id)
        return gateway.fetch_capabilities(named, deadline=deadline)
