"""Hooks: the addresses that MangoPay notifies, one for each type of event.

docs: webhooks, api-reference/hooks
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from attrs import field, frozen
from onboarding import Flow, Paged, Problem, Response, UnexpectedResponse
from onboarding.mapping import written_email
from onboarding.model.words import known_word
from onboarding.reading import moment, reference

from onboarding_mangopay.content import same_content
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.reading import text
from onboarding_mangopay.wire.event_types import EVENT_TYPES

__all__ = ["Hook", "Hooks"]

_NEWER = (
    "onboarding_mangopay.EVENT_TYPES lists them; for a newer one call "
    'raw("POST", "hooks", body={"EventType": ..., "Url": ...})'
)
_PLACES = {"Url": "url", "EventType": "event_type", "Tag": "tag", "Email": "email"}


@frozen(kw_only=True)
class Hook:
    """An address and the type of event that it is told of; its URL may hold a secret.

    `valid` is false once 100 deliveries in a row have failed: nothing is sent there any more.
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
    """The operations on hooks. There is none to delete one: disable it."""

    def register_hook(
        self,
        event_type: str,
        url: str,
        *,
        tag: str | None = None,
        email: str | None = None,
        idempotency_key: str | None = None,
    ) -> Flow[Hook]:
        """Has MangoPay notify `url` of a type of event, which takes one hook at most.

        `email` is warned when deliveries fail (docs: create-hook). Raises `InvalidInput` for a
        type that is not documented (`EVENT_TYPES`), before anything is sent.
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
        """docs: view-hook."""
        response = yield self.request("GET", "fetch_hook", "hooks", hook_id)
        return _hook(self.answer(response), response)

    def list_hooks(self, page: str | None = None) -> Flow[Paged[Hook]]:
        """docs: list-hooks."""
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
        """Changes what is given; `revive` makes an invalid hook valid again (docs: update-hook)."""
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
        problem = Problem("", "missing", "the answer is no hook", "Id")
        raise UnexpectedResponse([problem], status=response.status, raw=response.body)
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
