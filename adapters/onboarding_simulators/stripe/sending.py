"""Notifications: signed, sent, and sent again until they are received (docs: webhooks)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import attrs

from onboarding_simulators.shared import Row

from .calls import World
from .endpoints import secrets
from .events import ENDPOINTS, QUEUE

DELIVERIES = "deliveries"
GIVEN_UP_AFTER = 3 * 24 * 60 * 60
PATIENCE = 2.0
"""Seconds within which an answer must arrive."""
PAUSES = (60, 300, 1800, 7200, 18_000, 36_000)
"""Seconds before each new attempt; that they grow is documented, the figures are ours."""


@attrs.frozen(kw_only=True)
class Delivery:
    """One attempt to send a notification; `status` is None if no answer came in time."""

    event: str
    type: str
    url: str
    attempt: int
    made: int
    status: int | None

    @property
    def succeeded(self) -> bool:
        """Whether the notification counts as received."""
        return self.status is not None and 200 <= self.status < 300


@attrs.frozen(kw_only=True)
class Message:
    """A signed notification, ready to be sent."""

    row: Row
    url: str
    body: bytes = attrs.field(repr=False)
    signature: str = attrs.field(repr=False)


def signature(body: bytes, secrets: Iterable[str], at: int) -> str:
    """Returns the header `Stripe-Signature`; the whole secret is the key, its prefix included."""
    signed = str(at).encode() + b"." + body
    found = [hmac.new(each.encode(), signed, hashlib.sha256).hexdigest() for each in secrets]
    return ",".join((f"t={at}", *(f"v1={digest}" for digest in found)))


def due_messages(world: World) -> list[Message]:
    """Returns the notifications that are due, in the order in which they are sent."""
    found: list[Message] = []
    for row in world.tables.all(QUEUE):
        endpoint = world.tables.get(ENDPOINTS, row["endpoint"])
        if endpoint is None or endpoint["status"] != "enabled":
            world.tables.drop(QUEUE, _id(row))
        elif row["due"] <= world.clock():
            body = json.dumps(row["body"], ensure_ascii=False).encode()
            signed = signature(body, secrets(world, endpoint), world.now())
            found.append(Message(row=row, url=endpoint["url"], body=body, signature=signed))
    if world.reordered:
        found.reverse()
    return [each for each in found for _ in range(2 if world.doubled else 1)]


def note_attempt(world: World, message: Message, status: int | None) -> Delivery:
    """Records the result of an attempt and schedules the next one."""
    row = world.tables.get(QUEUE, _id(message.row)) or message.row
    now, attempt = world.now(), int(row["attempts"]) + 1
    body = message.row["body"]
    delivery = Delivery(
        event=body["id"],
        type=body["type"],
        url=message.url,
        attempt=attempt,
        made=now,
        status=status,
    )
    number = world.tables.number(DELIVERIES)
    world.tables.save(DELIVERIES, f"{number:012}", attrs.asdict(delivery))
    pause: int = PAUSES[min(attempt, len(PAUSES)) - 1]
    if delivery.succeeded or now + pause - row["queued"] > GIVEN_UP_AFTER:
        world.tables.drop(QUEUE, _id(row))
    elif world.tables.get(QUEUE, _id(row)) is not None:
        later = {**row, "attempts": attempt, "due": now + pause}
        world.tables.save(QUEUE, _id(row), later)
    return delivery


def attempts(world: World) -> list[Delivery]:
    """Returns every attempt so far, oldest first."""
    return [Delivery(**row) for row in world.tables.all(DELIVERIES)]


def send(message: Message) -> int | None:
    """Sends a POST; returns the status, or None if no answer came in time.

    Redirects are not followed.
    """
    try:
        parts = urlsplit(message.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            headers = {
                "Connection": "close",
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": message.signature,
            }
            connection.request("POST", target, message.body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, HTTPException):
        return None


def _id(row: Row) -> str:
    return f"{row['number']:012}"
