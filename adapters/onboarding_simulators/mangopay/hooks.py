"""Hooks: which address listens to which events (docs: webhooks, create-hook)."""

from __future__ import annotations

from urllib.parse import urlsplit

from onboarding_simulators.shared import Row

from . import ids
from .bodies import json_object
from .errors import RefusedError, param_error
from .events import HOOKS
from .paging import listing
from .rows import find_row, shown
from .shapes import Need, field, read_shape
from .values import BadValueError, Value, email, one_of, text
from .world import Call, Reply, World

TAKEN = "A hook has already been registered for this EventType"


def _address(value: object, path: str) -> Value:
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
# an event type that the simulator never emits is taken as well: the provider's list grows
_NEW = (
    field("EventType", text(255, 1), Need.EVERYBODY),
    field("Url", _address, Need.EVERYBODY),
    *_TAG,
)
_CHANGE = (
    field("Url", _address),
    field("Status", one_of("ENABLED", "DISABLED")),
    field("Validity", one_of("VALID")),
    *_TAG,
)


def create(world: World, call: Call) -> Reply:
    """Registers an address, one for each type of event."""
    reading = read_shape(_NEW, json_object(call.request), lambda need: need is Need.EVERYBODY)
    event_type = str(reading.values.get("EventType"))
    if world.tables.owned(HOOKS, event_type):
        reading.errors["EventType"] = TAKEN
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    now = world.clock()
    row: Row = {
        "Url": reading.values["Url"],
        "Status": "ENABLED",
        "Validity": "VALID",
        "EventType": event_type,
        "Id": ids.ulid("hook_m_", now, world.entropy),
        "Tag": reading.values.get("Tag"),
        "CreationDate": int(now),
        "Email": reading.values.get("Email"),
        "_Failures": 0,
    }
    world.tables.save(HOOKS, row["Id"], row, event_type)
    return Reply(body=shown(row))


def update(world: World, call: Call) -> Reply:
    """Changes an address, or revives it; the type of event stays."""
    row = find_row(world, HOOKS, "Hook", call.params["id"])
    reading = read_shape(_CHANGE, json_object(call.request), lambda need: False)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    # docs: webhooks: a new address does not reset the count of failures, a revival must
    revived = {"_Failures": 0} if "Validity" in reading.values else {}
    row |= {**reading.values, **revived}
    world.tables.save(HOOKS, row["Id"], row)
    return Reply(body=shown(row))


def view(world: World, call: Call) -> Reply:
    """Shows one hook."""
    return Reply(body=shown(find_row(world, HOOKS, "Hook", call.params["id"])))


def list_all(world: World, call: Call) -> Reply:
    """Lists the hooks, oldest first as every recorded list is (docs: list-hooks)."""
    return listing(call, world.tables.all(HOOKS), show=shown)
