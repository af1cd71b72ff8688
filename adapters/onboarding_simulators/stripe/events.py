"""Events, and the notifications that wait for the webhook endpoints (docs: api/events)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World
from .errors import not_found
from .paging import listing, newest_first

EVENTS, ENDPOINTS, QUEUE = "events", "endpoints", "queue"
KEPT = 30 * 24 * 60 * 60
"""Seconds for which events can be fetched."""
_THIN = "v2.core.account[requirements].updated"


def emit(
    world: World,
    type: str,
    shown: Row,
    *,
    account: str | None = None,
    call: Call | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Records an event and queues it for each endpoint that listens."""
    id = world.new_id("evt_")
    now = world.now()
    data: Row = {"object": shown}
    if before is not None:
        data["previous_attributes"] = _previous(before, shown)
    key = None if call is None else call.key
    event: Row = {
        "id": id,
        "object": "event",
        "api_version": world.api_version,
        "created": now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None if call is None else call.request_id, "idempotency_key": key},
        "type": type,
    }
    if account is not None:
        event["account"] = account
    world.tables.save(EVENTS, id, event)
    _queue(world, event, type, account)
    if world.thin_events and type == "account.updated":
        _queue(world, _thin(world, str(account), now), _THIN, account)


def list_events(world: World, call: Call) -> Reply:
    """Lists the events of the last 30 days."""
    types = {*call.given.get("types", ()), *filter(None, (call.given.get("type"),))}
    delivered = call.given.get("delivery_success")
    rows = (
        event
        for event in newest_first(world, EVENTS)
        if event["created"] > world.clock() - KEPT
        and (call.on_behalf is None or event.get("account") == call.on_behalf)
        and (not types or any(_matches(type, event["type"]) for type in types))
        and (delivered is None or delivered == (_pending(world, event) == 0))
    )
    return listing(call, rows, lambda event: _shown(world, event))


def view_event(world: World, call: Call) -> Reply:
    """Shows one event."""
    event = world.tables.get(EVENTS, call.params["id"])
    if event is None:
        raise not_found("event", "id")
    return Reply(body=_shown(world, event))


def is_for(endpoint: Row, type: str, account: str | None) -> bool:
    """Whether an endpoint is notified: own events and those of accounts have different ones."""
    return (
        endpoint["status"] == "enabled"
        and endpoint["_connect"] == (account is not None)
        and any(_matches(word, type) for word in endpoint["enabled_events"])
    )


def _queue(world: World, body: Row, type: str, account: str | None) -> None:
    for endpoint in world.tables.all(ENDPOINTS):
        if is_for(endpoint, type, account):
            number = world.tables.number(QUEUE)
            waiting: Row = {
                "number": number,
                "endpoint": endpoint["id"],
                "event": body["id"],
                "body": body,
                "attempts": 0,
                "queued": world.clock(),
                "due": world.clock(),
            }
            world.tables.save(QUEUE, f"{number:012}", waiting, body["id"])


def _shown(world: World, event: Row) -> Row:
    return {**event, "pending_webhooks": _pending(world, event)}


def _pending(world: World, event: Row) -> int:
    return len(world.tables.owned(QUEUE, event["id"]))


def _matches(word: str, type: str) -> bool:
    return word in ("*", type) or (word.endswith(".*") and type.startswith(word[:-1]))


def _previous(before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    return {name: before.get(name) for name in after if before.get(name) != after[name]}


def _thin(world: World, account: str, now: int) -> Row:
    """Returns a thin event: it names the object that must be fetched."""
    return {
        "id": world.new_id("evt_"),
        "object": "v2.core.event",
        "type": _THIN,
        "created": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
        "livemode": False,
        "context": None,
        "reason": None,
        "related_object": {
            "id": account,
            "type": "v2.core.account",
            "url": f"/v2/core/accounts/{account}",
        },
    }
