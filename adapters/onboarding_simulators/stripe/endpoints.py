"""Webhook endpoints, which are notified of events (docs: api/webhook_endpoints)."""

from __future__ import annotations

from urllib.parse import urlsplit

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World
from .errors import declined, not_found
from .events import ENDPOINTS
from .paging import listing
from .parameters import merged
from .writing import check_metadata

DAY = 24 * 60 * 60


def create(world: World, call: Call) -> Reply:
    """Creates an endpoint; only this answer has its secret."""
    given = call.given
    row = add(
        world,
        given["url"],
        given["enabled_events"] or ["*"],
        connect=given.get("connect", False),
    )
    row |= {
        "api_version": given.get("api_version"),
        "description": given.get("description") or None,
        "metadata": merged({}, given.get("metadata") or {}),
    }
    check_metadata(row["metadata"])
    world.tables.save(ENDPOINTS, row["id"], row)
    return Reply(body={**_shown(row), "secret": row["_secrets"][0][0]})


def view(world: World, call: Call) -> Reply:
    """Shows an endpoint."""
    return Reply(body=_shown(find(world, call.params["webhook_endpoint"])))


def list_all(world: World, call: Call) -> Reply:
    """Lists the endpoints, newest first."""
    return listing(call, reversed(world.tables.all(ENDPOINTS)), _shown)


def update(world: World, call: Call) -> Reply:
    """Changes the address, the events or the metadata, or disables the endpoint."""
    row, given = find(world, call.params["webhook_endpoint"]), call.given
    if "url" in given:
        _check(given["url"])
        row["url"] = given["url"]
    if "enabled_events" in given:
        row["enabled_events"] = given["enabled_events"] or ["*"]
    if "description" in given:
        row["description"] = given["description"] or None
    if "metadata" in given:
        row["metadata"] = merged({"metadata": row["metadata"]}, {"metadata": given["metadata"]})
        row["metadata"] = row["metadata"].get("metadata", {})
        check_metadata(row["metadata"])
    if "disabled" in given:
        row["status"] = "disabled" if given["disabled"] else "enabled"
    world.tables.save(ENDPOINTS, row["id"], row)
    return Reply(body=_shown(row))


def delete(world: World, call: Call) -> Reply:
    """Deletes an endpoint."""
    row = find(world, call.params["webhook_endpoint"])
    world.tables.drop(ENDPOINTS, row["id"])
    return Reply(body={"id": row["id"], "object": "webhook_endpoint", "deleted": True})


def add(world: World, url: str, enabled: list[str], *, connect: bool) -> Row:
    """Returns a new endpoint, which is saved."""
    _check(url)
    # the endpoints for own events and for those of connected accounts have different secrets
    secret = world.webhook_secret if connect else world.new_id("whsec_", 32)
    row: Row = {
        "id": world.new_id("we_"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": world.now(),
        "description": None,
        "enabled_events": enabled,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_connect": connect,
        # each secret with the time until which it signs
        "_secrets": [[secret, None]],
    }
    world.tables.save(ENDPOINTS, row["id"], row)
    return row


def rotate(world: World, id: str) -> str:
    """Returns a new secret of an endpoint; for a day the old one signs too."""
    row = world.tables.get(ENDPOINTS, id)
    if row is None:
        raise LookupError("no endpoint has this id")
    secret = world.new_id("whsec_", 32)
    until = world.clock() + DAY
    row["_secrets"] = [[secret, None], *([known, until] for known in secrets(world, row))]
    world.tables.save(ENDPOINTS, id, row)
    return secret


def secrets(world: World, row: Row) -> list[str]:
    """Returns the secrets that sign now."""
    return [secret for secret, until in row["_secrets"] if until is None or until > world.clock()]


def find(world: World, id: str) -> Row:
    """Returns an endpoint."""
    row = world.tables.get(ENDPOINTS, id)
    if row is None:
        raise not_found("webhook endpoint", "webhook_endpoint")
    return row


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not url.isascii():
        raise declined("url", "Not a valid URL", "url_invalid")


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}
