"""Events: what happened to whom when, kept for those who ask and queued for those who listen."""

from __future__ import annotations

from .errors import RefusedError, param_error
from .paging import listing, number
from .world import Call, Reply, World

EVENTS, HOOKS, QUEUE = "events", "hooks", "queue"
DAY = 24 * 60 * 60
KEPT = 45 * DAY


def emit(world: World, event_type: str, resource_id: str) -> None:
    """Notes an event and queues a notification for the hook that listens to its type."""
    date = int(world.clock())
    id = f"{world.tables.count(EVENTS) + 1:012}"
    event = {"ResourceId": resource_id, "EventType": event_type, "Date": date}
    world.tables.save(EVENTS, id, event)
    for hook in world.tables.owned(HOOKS, event_type):
        # docs: webhooks: neither a disabled hook nor an invalid one is notified
        if hook["Status"] == "ENABLED" and hook["Validity"] == "VALID":
            waiting = {"Id": id, "HookId": hook["Id"], "Attempts": 0, "First": date, "Due": date}
            world.tables.save(QUEUE, id, {**event, **waiting})


def list_events(world: World, call: Call) -> Reply:
    """Answers with the events of a time, 45 days at most (docs: events, data-availability)."""
    oldest = int(world.clock()) - KEPT
    after = number(call.query.get("afterdate"))
    if after is not None and after < oldest:
        # that it is refused is documented, the text is ours
        raise RefusedError(param_error({"AfterDate": "Events are available for 45 days."}))
    rows = [row for row in world.tables.all(EVENTS) if row["Date"] >= oldest]
    return listing(call, rows, words=("EventType",), date="Date")
