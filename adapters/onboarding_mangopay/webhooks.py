"""Webhooks of MangoPay: register hooks, read notifications, list events.

docs: create-hook, api-reference/events, webhooks/event-types
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, cast

from attrs import evolve, field, frozen
from onboarding import Event, EventKind, InvalidInput, Problem, UserRecord
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    as_object,
    known_word,
    moment,
    reference,
    written_email,
)

from onboarding_mangopay.content import same_content
from onboarding_mangopay.documents import Documents
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.owners import Owners
from onboarding_mangopay.platform import Platform
from onboarding_mangopay.recipients import Recipients
from onboarding_mangopay.users import Users
from onboarding_mangopay.values import filters, seconds, text, unexpected
from onboarding_mangopay.verifications import Verifications
from onboarding_mangopay.wire.event_types import EVENT_TYPES
from onboarding_mangopay.wire.events import Meaning, Subject, meaning_of

__all__ = ["Events", "Hook", "Hooks"]

_NEWER = (
    "onboarding_mangopay.EVENT_TYPES lists them; for a newer one call "
    'raw("POST", "hooks", body={"EventType": ..., "Url": ...})'
)
_PLACES = {"Url": "url", "EventType": "event_type", "Tag": "tag", "Email": "email"}


@frozen(kw_only=True)
class Hook:
    """A URL that MangoPay notifies of one type of event. The URL may contain a secret.

    `valid` is false after 100 failed deliveries in a row: MangoPay then sends no notifications.
    `created_at` is in UTC.
    """

    id: str
    event_type: str
    url: str = field(repr=False)
    enabled: bool = True
    valid: bool = True
    tag: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


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
        return _hook(self.answer(response, _PLACES.get), response)

    def fetch_hook(self, hook_id: str) -> Flow[Hook]:
        """Reads a hook (docs: view-hook)."""
        response = yield self.request("GET", "fetch_hook", "hooks", hook_id)
        return _hook(self.answer(response), response)

    def list_hooks(self, page: str | None = None) -> Flow[Paged[Hook]]:
        """Lists one page of hooks, oldest first (docs: list-hooks)."""
        response = yield self.page("list_hooks", "hooks", page=page)
        return self.paged(response, page, lambda row: _hook(row, response))

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
        return _hook(self.answer(response, _PLACES.get), response)


def _written(email: str | None) -> str | None:
    return None if email is None else written_email("email", email)


def _hook(payload: Mapping[str, Any], response: Response) -> Hook:
    event_type, url, tag = (payload.get(name) for name in ("EventType", "Url", "Tag"))
    id = reference(payload.get("Id"))
    if id is None or not isinstance(event_type, str) or not isinstance(url, str):
        raise unexpected(response, "missing", "the answer is not a hook", "Id")
    return Hook(
        id=id,
        event_type=event_type,
        url=url,
        enabled=payload.get("Status") == "ENABLED",
        valid=payload.get("Validity") != "INVALID",
        tag=None if tag is None else str(tag),
        email=text(payload.get("Email")),
        created_at=moment(payload.get("CreationDate")),
        raw=payload,
    )


# A notification spells it with two s, the list of events with one.
_IDS = ("RessourceId", "ResourceId")
_NEWER_LISTED = (
    "onboarding_mangopay.EVENT_TYPES lists them; for a newer one list the events of every type"
)


@frozen(kw_only=True)
class Events(Users, Documents, Owners, Verifications, Recipients, Platform):
    """The operations on events and notifications."""

    def read_event(self, notification: Mapping[str, Any]) -> Flow[Event]:
        """Reads the event of a notification: its query parameters, or a row of `list_events`.

        The subject of the event is fetched: `after` has its current values, `confirmed` tells
        whether they agree with the event. A notification without a subject is a test by MangoPay;
        for an unknown type nothing is fetched. `id` is the same for the same notification.

        Raises `InvalidInput` for an invalid notification, `NotFound` if MangoPay does not know the
        subject: then the notification is forged, or of another platform.
        """
        event = self._event(notification)
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

    def _event(self, notification: Mapping[str, Any]) -> Event:
        given = {name: _first(value) for name, value in notification.items()}
        event_type, date = given.get("EventType", ""), given.get("Date", "")
        subject_id = next((given[name] for name in _IDS if name in given), "")
        found = [
            Problem(name, "missing", "is required in a notification")
            for name in ("EventType", "RessourceId")
            if name not in given and not (name in _IDS and set(_IDS) & given.keys())
        ]
        if found:
            raise InvalidInput(found)
        return Event(
            kind=EventKind.OTHER,
            **self.provenance,
            id=f"{event_type}:{subject_id}:{date}",
            provider_type=event_type,
            subject_id=subject_id,
            occurred_at=_moment(date),
        )


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


def _moment(seconds: str) -> datetime | None:
    try:
        return moment(int(float(seconds)))
    except (ValueError, OverflowError):
        return None


def _first(value: object) -> str:
    """Returns the value of a parameter, the first of a list, as some frameworks give it."""
    if isinstance(value, list | tuple):
        value = cast("list[object]", value)[0] if value else ""
    return "" if value is None else str(value)
