"""Webhooks of MangoPay: register hooks, read notifications, list events.

docs: create-hook, api-reference/events, webhooks/event-types
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from attrs import evolve, frozen
from onboarding import Event, EventKind, Notification, UserRecord
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    Webhook,
    WebhookReport,
    WebhookStatus,
    as_object,
    known_word,
    web_url,
    written_email,
)

from onboarding_mangopay.content import same_content
from onboarding_mangopay.documents import Documents
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.owners import Owners
from onboarding_mangopay.platform import Platform
from onboarding_mangopay.recipients import Recipients
from onboarding_mangopay.users import Users
from onboarding_mangopay.values import filters, seconds
from onboarding_mangopay.verifications import Verifications
from onboarding_mangopay.wire.events import (
    WATCHED,
    Meaning,
    Subject,
    meaning_of,
    read_notification,
)
from onboarding_mangopay.wire.hooks import EVENT_TYPES, Hook, read_hook

__all__ = ["Events", "Hooks"]

_NEWER = (
    "onboarding_mangopay.EVENT_TYPES lists them; for a newer one call "
    'raw("POST", "hooks", body={"EventType": ..., "Url": ...})'
)
_PLACES = {"Url": "url", "EventType": "event_type", "Tag": "tag", "Email": "email"}


@frozen(kw_only=True)
class Hooks(Keys):
    """The operations on hooks. A hook cannot be deleted: disable it with `update_hook`."""

    def register_hook(
        self,
        event_type: str,
        url: str,
        *,
        tag: str | None = None,
        email: str | None = None,
        idempotency_key: str | None = None,
    ) -> Flow[Hook]:
        """Registers `url` for notifications of a type of event, which has at most one hook.

        MangoPay warns `email` of failed deliveries. Raises `InvalidInput` for an undocumented
        type (see `EVENT_TYPES`), before anything is sent.

        docs: create-hook
        """
        keyed = self.keyed("register_hook", idempotency_key=idempotency_key)
        known_word("event_type", event_type, EVENT_TYPES, newer=_NEWER)
        given = {"EventType": event_type, "Url": url, "Tag": tag, "Email": _written(email)}
        body = {name: value for name, value in given.items() if value is not None}
        request = self.request("POST", "register_hook", "hooks", body=body)
        same = partial(same_content, body, paths=_PLACES)
        response, _ = yield from self.once(request, keyed, same)
        return read_hook(self.answer(response, _PLACES.get), response)

    def fetch_hook(self, hook_id: str) -> Flow[Hook]:
        """Reads a hook (docs: view-hook)."""
        response = yield self.request("GET", "fetch_hook", "hooks", hook_id)
        return read_hook(self.answer(response), response)

    def list_hooks(self, page: str | None = None) -> Flow[Paged[Hook]]:
        """Lists one page of hooks, oldest first (docs: list-hooks)."""
        return (yield from self._listed(read_hook, "list_hooks", "hooks", page=page))

    def update_hook(
        self,
        hook_id: str,
        *,
        url: str | None = None,
        enabled: bool | None = None,
        revive: bool = False,
        tag: str | None = None,
        email: str | None = None,
    ) -> Flow[Hook]:
        """Updates the given fields; `revive` makes an invalid hook valid (docs: update-hook)."""
        word = None if enabled is None else "ENABLED" if enabled else "DISABLED"
        given = {
            "Url": url,
            "Status": word,
            "Validity": "VALID" if revive else None,
            "Tag": tag,
            "Email": _written(email),
        }
        body = {name: value for name, value in given.items() if value is not None}
        response = yield self.request("PUT", "update_hook", "hooks", hook_id, body=body)
        return read_hook(self.answer(response, _PLACES.get), response)

    # -- all hooks that concern users

    def check_webhooks(self, url: str) -> Flow[WebhookReport]:
        """Looks at the hook of each type of event about users (docs: list-hooks)."""
        web_url("url", url)
        known = yield from self._hooks_by_type()
        return WebhookReport(webhooks=tuple(_seen(x, known.get(x), url) for x in WATCHED))

    def install_webhooks(self, url: str, *, replace: bool = False) -> Flow[WebhookReport]:
        """Registers a hook for each type of event about users, and enables those that are there.

        A type has one hook: one with another address may be of another application, and is changed
        only if `replace` is true.

        docs: create-hook, update-hook
        """
        web_url("url", url)
        known = yield from self._hooks_by_type()
        done: list[Webhook] = []
        for event_type in WATCHED:
            hook = known.get(event_type)
            seen = _seen(event_type, hook, url)
            if hook is None:
                yield from self.register_hook(event_type, url)
                seen = evolve(seen, status=WebhookStatus.CREATED, reason="")
            elif seen.status is WebhookStatus.WRONG and (hook.url == url or replace):
                yield from self.update_hook(
                    hook.id, url=None if hook.url == url else url, enabled=True, revive=True
                )
                seen = evolve(seen, status=WebhookStatus.CHANGED, reason="")
            done.append(seen)
        return WebhookReport(webhooks=tuple(done))

    def _hooks_by_type(self) -> Flow[dict[str, Hook]]:
        found: dict[str, Hook] = {}
        page: str | None = None
        while True:
            listed = yield from self.list_hooks(page)
            found |= {hook.event_type: hook for hook in listed.items}
            page = listed.next
            if page is None:
                return found


def _seen(event_type: str, hook: Hook | None, url: str) -> Webhook:
    """Returns what the hook of a type is; a hook with another address shows no address."""
    if hook is None:
        return Webhook(name=event_type, status=WebhookStatus.MISSING, reason="has no hook")
    wrong = [
        text
        for text, is_wrong in (
            ("has another address", hook.url != url),
            ("is disabled", not hook.enabled),
            ("is invalid after failed deliveries", not hook.valid),
        )
        if is_wrong
    ]
    status = WebhookStatus.WRONG if wrong else WebhookStatus.OK
    return Webhook(name=event_type, status=status, reason=", ".join(wrong))


def _written(email: str | None) -> str | None:
    return None if email is None else written_email("email", email)


_NEWER_LISTED = (
    "onboarding_mangopay.EVENT_TYPES lists them; for a newer one list the events of every type"
)


@frozen(kw_only=True)
class Events(Users, Documents, Owners, Verifications, Recipients, Platform):
    """The operations on events and notifications."""

    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        """Reads the event of a notification, as `read_event` reads its query parameters.

        MangoPay sends a GET without a signature, and expects an answer within two seconds: store
        the notification, answer, and read it afterwards (docs: webhooks).
        """
        event = yield from self.read_event(notification.parameters)
        return (event,)

    def read_event(self, notification: Mapping[str, Any]) -> Flow[Event]:
        """Reads the event of a notification: its query parameters, or a row of `list_events`.

        The subject of the event is fetched: `after` has its current values, `confirmed` tells
        whether they agree with the event. A notification without a subject is a test by MangoPay;
        for an unknown type nothing is fetched. `id` is the same for the same notification.

        Raises `InvalidInput` for an invalid notification, `NotFound` if MangoPay does not know the
        subject: then the notification is forged, or of another platform.
        """
        event = read_notification(notification, self.provenance)
        if not event.subject_id:
            return evolve(event, kind=EventKind.TEST)
        meaning = meaning_of(event.provider_type)
        match meaning.subject:
            case Subject.USER:
                user = yield from self.fetch_user(event.subject_id)
                event = evolve(event, user=user, user_id=user.id)
                return _confirmed(event, meaning, _shown_of(user))
            case Subject.BLOCK:
                block = yield from self.regulatory(event.subject_id)
                shown = {
                    "inflows_blocked": block.inflows_blocked,
                    "outflows_blocked": block.outflows_blocked,
                    "action_code": block.action_code,
                }
                return _confirmed(evolve(event, user_id=block.user_id), meaning, shown)
            case Subject.DOCUMENT:
                document = yield from self.fetch_document(event.subject_id)
                event = evolve(event, document=document, user_id=document.user_id)
                return _confirmed(
                    event, meaning, {"status": document.provider_fields.get("Status")}
                )
            case Subject.DECLARATION:
                declaration = yield from self.fetch_declaration(event.subject_id)
                event = evolve(event, declaration=declaration, user_id=declaration.user_id)
                return _confirmed(event, meaning, {"status": declaration.provider_status})
            case Subject.VERIFICATION:
                session = yield from self.fetch_verification(event.subject_id)
                event = evolve(event, user_id=session.user_id)
                return _confirmed(event, meaning, {"status": session.provider_status})
            case Subject.RECIPIENT:
                recipient = yield from self.fetch_recipient(event.subject_id)
                event = evolve(event, user_id=recipient.user_id)
                return _confirmed(event, meaning, {"status": recipient.provider_status})
            case Subject.COUNTRY:
                country = ("/v2.01/countries", event.subject_id, "authorizations")
                response = yield from self.raw("GET", *country)
                return _confirmed(event, meaning, _country(response))
            case Subject.UNKNOWN:
                return event

    def list_events(
        self,
        page: str | None = None,
        *,
        event_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> Flow[Paged[Mapping[str, Any]]]:
        """Lists one page of the events of the last 45 days, oldest first, for `read_event`.

        `after` and `before` have a time zone, and are cut to seconds. Raises `InvalidInput` for an
        undocumented type (see `EVENT_TYPES`).
        """
        if event_type is not None:
            known_word("event_type", event_type, EVENT_TYPES, newer=_NEWER_LISTED)
        query = filters(
            EventType=event_type,
            AfterDate=seconds("after", after),
            BeforeDate=seconds("before", before),
        )
        response = yield self.page("list_events", "events", page=page, query=query)
        return self.paged(response, page, lambda row: row)


def _confirmed(event: Event, meaning: Meaning, shown: Mapping[str, Any]) -> Event:
    """Returns the event with the current values of its subject."""
    confirmed = meaning.confirmed_by(shown)
    return evolve(
        event,
        kind=meaning.kind,
        before=dict(meaning.before) if confirmed else {},
        after={name: shown[name] for name in meaning.changed if name in shown},
        confirmed=confirmed,
    )


def _shown_of(user: UserRecord) -> dict[str, Any]:
    names = {"kyc_level": "KYCLevel", "category": "UserCategory", "status": "UserStatus"}
    return {core: user.raw.get(name) for core, name in names.items()}


def _country(response: Response) -> dict[str, Any]:
    # docs: view-country-authorizations
    names = {
        "user_creation_blocked": "BlockUserCreation",
        "bank_accounts_blocked": "BlockBankAccountCreation",
        "payouts_blocked": "BlockPayout",
    }
    found = as_object(response.json_object().get("Authorization"))
    return {core: found.get(name) is True for core, name in names.items()}
