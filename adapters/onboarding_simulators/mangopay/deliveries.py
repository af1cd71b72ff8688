"""Notifications on their way: sent, sent again, given up (docs: webhooks)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from attrs import asdict, field, frozen

from onboarding_simulators.shared import Row

from .events import HOOKS, QUEUE
from .world import World

DELIVERIES = "deliveries"
PATIENCE = 2.0
"""Seconds in which a 200 must come."""
HOUR = 60 * 60
GIVEN_UP_AFTER = 3 * 24 * HOUR
INVALID_AFTER = 100
"""Failures in a row after which a hook is no longer notified."""


@frozen(kw_only=True)
class Delivery:
    """One attempt at one notification; without a status, no answer came in time."""

    event_type: str
    resource_id: str = field(repr=False)
    date: int
    url: str = field(repr=False)
    attempt: int
    made: int
    status: int | None

    @property
    def succeeded(self) -> bool:
        """Whether the answer was the one that counts as received."""
        return self.status == 200


def due(world: World) -> list[tuple[Row, str]]:
    """Gives the notifications whose time has come, each with the whole address to call."""
    now = world.clock()
    found: list[tuple[Row, str]] = []
    for waiting in world.tables.all(QUEUE):
        hook = world.tables.get(HOOKS, waiting["HookId"])
        if hook is None or hook["Status"] != "ENABLED" or hook["Validity"] != "VALID":
            world.tables.drop(QUEUE, waiting["Id"])
        elif waiting["Due"] <= now:
            found.append((waiting, _whole(hook["Url"], waiting)))
    return found


def note(world: World, waiting: Row, url: str, status: int | None) -> Delivery:
    """Notes what came of an attempt, and when the next one is due."""
    now = int(world.clock())
    attempt = waiting["Attempts"] + 1
    delivery = Delivery(
        event_type=waiting["EventType"],
        resource_id=waiting["ResourceId"],
        date=waiting["Date"],
        url=url,
        attempt=attempt,
        made=now,
        status=status,
    )
    world.tables.save(DELIVERIES, f"{waiting['Id']}/{attempt}", asdict(delivery))
    _count(world, waiting["HookId"], delivery.succeeded)
    # every 10 minutes in the first hour, then every 8 hours, for 3 days
    next_try = now + (HOUR // 6 if now - waiting["First"] < HOUR else 8 * HOUR)
    if delivery.succeeded or next_try - waiting["First"] > GIVEN_UP_AFTER:
        world.tables.drop(QUEUE, waiting["Id"])
    else:
        world.tables.save(QUEUE, waiting["Id"], {**waiting, "Attempts": attempt, "Due": next_try})
    return delivery


def sent(world: World) -> list[Delivery]:
    """Gives every attempt so far, oldest first."""
    return [Delivery(**row) for row in world.tables.all(DELIVERIES)]


def _whole(url: str, waiting: Row) -> str:
    """Gives the address with what happened; how a query of its own is joined is not documented."""
    said = urlencode(
        {
            "RessourceId": waiting["ResourceId"],
            "EventType": waiting["EventType"],
            "Date": waiting["Date"],
        }
    )
    return f"{url}{'&' if urlsplit(url).query else '?'}{said}"


def _count(world: World, hook_id: str, succeeded: bool) -> None:
    hook = world.tables.get(HOOKS, hook_id)
    if hook is not None:
        failures = 0 if succeeded else hook["_Failures"] + 1
        validity = "INVALID" if failures >= INVALID_AFTER else hook["Validity"]
        world.tables.save(HOOKS, hook_id, {**hook, "_Failures": failures, "Validity": validity})
