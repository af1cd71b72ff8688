"""The capabilities of an account (docs: api/capabilities)."""

from __future__ import annotations

from .accounts import request_capability
from .calls import Call, Reply, World, account_of
from .changes import settle
from .errors import not_found
from .paging import wrapped
from .standing import standing_of
from .views import capability_view
from .words import CAPABILITIES


def list_all(world: World, call: Call) -> Reply:
    """Lists the capabilities that were ever requested."""
    account = account_of(world, call)
    at = standing_of(world, account)
    shown = (capability_view(world, account, name, at) for name in account["capabilities"])
    return Reply(body=wrapped(shown, call.request.path))


def view(world: World, call: Call) -> Reply:
    """Shows a capability, also one that was never requested."""
    account = account_of(world, call)
    return Reply(body=capability_view(world, account, _name(call)))


def update(world: World, call: Call) -> Reply:
    """Requests a capability, or withdraws the request."""
    account, name = account_of(world, call), _name(call)
    request_capability(world, account, name, call.given.get("requested"))
    settle(world, account, call)
    return Reply(body=capability_view(world, account, name))


def _name(call: Call) -> str:
    name = call.params["capability"]
    if name not in CAPABILITIES:
        raise not_found("capability", "capability")
    return name
