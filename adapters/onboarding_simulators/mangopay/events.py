"""Events, hooks, and the notifications that are sent to hooks."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

import attrs

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_row, json_object, shown
from .errors import RefusedError, param_error
from .paging import listing, number
from .shapes import Need, field, read_shape
from .state import ulid
from .values import BadValueError, Value, email, one_of, text

EVENTS, HOOKS, QUEUE, DELIVERIES = "events", "hooks", "queue", "deliveries"
HOUR = 60 * 60
DAY = 24 * HOUR
KEPT = 45 * DAY
PATIENCE = 2.0
"""Seconds within which a 200 must arrive."""
GIVEN_UP_AFTER = 3 * DAY
INVALID_AFTER = 100
"""The number of consecutive failures after which a hook is disabled."""
HOOK_EXISTS = "A hook has already been registered for this EventType"


def emit(world: World, event_type: str, resource_id: str) -> None:
    """Records an event and queues a notification for the hook of its type."""
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
    """Lists the events of the last 45 days, by time range (docs: events, data-availability)."""
    oldest = int(world.clock()) - KEPT
    after = number(call.query.get("afterdate"))
    if after is not None and after < oldest:
        # the refusal is documented, its text is ours
        raise RefusedError(param_error({"AfterDate": "Events are available for 45 days."}))
    rows = [row for row in world.tables.all(EVENTS) if row["Date"] >= oldest]
    return listing(call, rows, words=("EventType",), date="Date")


def _hook_url(value: object, path: str) -> Value:
    """Reads the address of a hook; the text of the refusal is not documented."""
    url = str(text(255, 1)(value, path))
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise BadValueError(f"The {path} field is not a valid fully-qualified http or https URL.")
    return url


_TAG = (field("Tag", text(255)), field("Email", email))
# event types that the simulator never emits are accepted too: MangoPay adds some
_NEW_HOOK = (
    field("EventType", text(255, 1), Need.EVERYBODY),
    field("Url", _hook_url, Need.EVERYBODY),
    *_TAG,
)
_CHANGED_HOOK = (
    field("Url", _hook_url),
    field("Status", one_of("ENABLED", "DISABLED")),
    field("Validity", one_of("VALID")),
    *_TAG,
)


def create_hook(world: World, call: Call) -> Reply:
    """Registers an address; one hook for each event type."""
    reading = read_shape(_NEW_HOOK, json_object(call.request), lambda need: need is Need.EVERYBODY)
    event_type = str(reading.values.get("EventType"))
    if world.tables.owned(HOOKS, event_type):
        reading.errors["EventType"] = HOOK_EXISTS
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    now = world.clock()
    row: Row = {
        "Url": reading.values["Url"],
        "Status": "ENABLED",
        "Validity": "VALID",
        "EventType": event_type,
        "Id": ulid("hook_m_", now, world.entropy),
        "Tag": reading.values.get("Tag"),
        "CreationDate": int(now),
        "Email": reading.values.get("Email"),
        "_Failures": 0,
    }
    world.tables.save(HOOKS, row["Id"], row, event_type)
    return Reply(body=shown(row))


def update_hook(world: World, call: Call) -> Reply:
    """Updates the address of a hook, or enables it again; the event type cannot change."""
    row = find_row(world, HOOKS, "Hook", call.params["id"])
    reading = read_shape(_CHANGED_HOOK, json_object(call.request), lambda need: False)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    # docs: webhooks: a new address does not reset the failures; enabling it again has to
    revived = {"_Failures": 0} if "Validity" in reading.values else {}
    row |= {**reading.values, **revived}
    world.tables.save(HOOKS, row["Id"], row)
    return Reply(body=shown(row))


def view_hook(world: World, call: Call) -> Reply:
    """Shows one hook."""
    return Reply(body=shown(find_row(world, HOOKS, "Hook", call.params["id"])))


def list_hooks(world: World, call: Call) -> Reply:
    """Lists the hooks, oldest first, as in every recorded list (docs: list-hooks)."""
    return listing(call, world.tables.all(HOOKS), show=shown)


@attrs.frozen(kw_only=True)
class Delivery:
    """One attempt to send a notification; `status` is None if no answer came in time."""

    event_type: str
    resource_id: str = attrs.field(repr=False)
    date: int
    url: str = attrs.field(repr=False)
    attempt: int
    made: int
    status: int | None

    @property
    def succeeded(self) -> bool:
        """Whether the notification counts as received."""
        return self.status == 200


def due_notifications(world: World) -> list[tuple[Row, str]]:
    """Returns the due notifications, each with the address to call."""
    now = world.clock()
    found: list[tuple[Row, str]] = []
    for waiting in world.tables.all(QUEUE):
        hook = world.tables.get(HOOKS, waiting["HookId"])
        if hook is None or hook["Status"] != "ENABLED" or hook["Validity"] != "VALID":
            world.tables.drop(QUEUE, waiting["Id"])
        elif waiting["Due"] <= now:
            found.append((waiting, _address(hook["Url"], waiting)))
    return found


def note_attempt(world: World, waiting: Row, url: str, status: int | None) -> Delivery:
    """Records the result of an attempt and schedules the next one."""
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
    world.tables.save(DELIVERIES, f"{waiting['Id']}/{attempt}", attrs.asdict(delivery))
    _count_failures(world, waiting["HookId"], delivery.succeeded)
    # every 10 minutes in the first hour, then every 8 hours, for 3 days
    next_try = now + (HOUR // 6 if now - waiting["First"] < HOUR else 8 * HOUR)
    if delivery.succeeded or next_try - waiting["First"] > GIVEN_UP_AFTER:
        world.tables.drop(QUEUE, waiting["Id"])
    else:
        world.tables.save(QUEUE, waiting["Id"], {**waiting, "Attempts": attempt, "Due": next_try})
    return delivery


def attempts(world: World) -> list[Delivery]:
    """Returns every attempt so far, oldest first."""
    return [Delivery(**row) for row in world.tables.all(DELIVERIES)]


def _address(url: str, waiting: Row) -> str:
    """Returns the address with the event; how MangoPay extends a query is not documented."""
    said = urlencode(
        {
            "RessourceId": waiting["ResourceId"],
            "EventType": waiting["EventType"],
            "Date": waiting["Date"],
        }
    )
    return f"{url}{'&' if urlsplit(url).query else '?'}{said}"


def _count_failures(world: World, hook_id: str, succeeded: bool) -> None:
    hook = world.tables.get(HOOKS, hook_id)
    if hook is not None:
        failures = 0 if succeeded else hook["_Failures"] + 1
        validity = "INVALID" if failures >= INVALID_AFTER else hook["Validity"]
        world.tables.save(HOOKS, hook_id, {**hook, "_Failures": failures, "Validity": validity})


def notify(url: str, *, seconds: float) -> int | None:
    """Sends a GET; returns the status, or None if no answer came in time.

    Redirects are not followed.
    """
    try:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=seconds)
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("GET", target, headers={"Connection": "close"})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, HTTPException):
        return None
