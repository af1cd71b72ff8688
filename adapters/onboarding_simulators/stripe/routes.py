"""The paths that the simulator answers, with the parameters of each call."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from onboarding_simulators.shared.routing import Paths

from . import (
    accounts,
    banks,
    capabilities,
    countries,
    endpoints,
    events,
    files,
    links,
    persons,
    sessions,
    tokens,
)
from . import sent_accounts as of
from . import sent_others as other
from .calls import Handler
from .parameters import Shape


@frozen(kw_only=True)
class Operation:
    """What answers a call: a handler, with the parameters that it takes."""

    handler: Handler
    takes: Shape


@frozen(kw_only=True)
class Route:
    """A path of literal or `<named>` segments, with an operation for each method."""

    path: str
    operations: Mapping[str, Operation]


def _route(path: str, **operations: tuple[Handler, Shape]) -> Route:
    return Route(
        path=f"/v1/{path}",
        operations={
            method: Operation(handler=handler, takes=takes)
            for method, (handler, takes) in operations.items()
        },
    )


def _persons(name: str) -> tuple[Route, Route]:
    return (
        _route(
            f"accounts/<account>/{name}",
            GET=(persons.list_all, other.LIST_PERSONS),
            POST=(persons.create, other.SAVE_PERSON),
        ),
        _route(
            f"accounts/<account>/{name}/<person>",
            GET=(persons.view, of.EXPAND),
            POST=(persons.update, other.SAVE_PERSON),
            DELETE=(persons.delete, of.NOTHING),
        ),
    )


ROUTES = (
    _route("account", GET=(accounts.view_own, of.EXPAND)),
    _route("accounts", GET=(accounts.list_all, of.LIST), POST=(accounts.create, of.CREATE)),
    _route(
        "accounts/<account>",
        GET=(accounts.view, of.EXPAND),
        POST=(accounts.update, of.UPDATE),
        DELETE=(accounts.delete, of.NOTHING),
    ),
    _route("accounts/<account>/reject", POST=(accounts.reject, of.REJECT)),
    *_persons("persons"),
    *_persons("people"),  # an older alias
    _route("accounts/<account>/capabilities", GET=(capabilities.list_all, of.EXPAND)),
    _route(
        "accounts/<account>/capabilities/<capability>",
        GET=(capabilities.view, of.EXPAND),
        POST=(capabilities.update, of.CAPABILITY),
    ),
    _route(
        "accounts/<account>/external_accounts",
        GET=(banks.list_all, other.LIST_BANKS),
        POST=(banks.create, other.CREATE_BANK),
    ),
    _route(
        "accounts/<account>/external_accounts/<id>",
        GET=(banks.view, of.EXPAND),
        POST=(banks.update, other.UPDATE_BANK),
        DELETE=(banks.delete, of.NOTHING),
    ),
    _route("accounts/<account>/login_links", POST=(links.create_login, of.EXPAND)),
    _route("account_links", POST=(links.create, of.LINK)),
    _route("account_sessions", POST=(sessions.create, sessions.SESSION)),
    _route("files", GET=(files.list_all, other.LIST_FILES), POST=(files.create, other.UPLOAD)),
    _route("files/<file>", GET=(files.view, of.EXPAND)),
    _route("files/<file>/contents", GET=(files.content, of.NOTHING)),
    _route("tokens", POST=(tokens.create, other.TOKEN)),
    _route("tokens/<token>", GET=(tokens.view, of.EXPAND)),
    _route("events", GET=(events.list_events, other.LIST_EVENTS)),
    _route("events/<id>", GET=(events.view_event, of.EXPAND)),
    _route(
        "webhook_endpoints",
        GET=(endpoints.list_all, other.LIST_PAGE),
        POST=(endpoints.create, other.CREATE_ENDPOINT),
    ),
    _route(
        "webhook_endpoints/<webhook_endpoint>",
        GET=(endpoints.view, of.EXPAND),
        POST=(endpoints.update, other.UPDATE_ENDPOINT),
        DELETE=(endpoints.delete, of.NOTHING),
    ),
    _route("country_specs", GET=(countries.list_all, other.LIST_PAGE)),
    _route("country_specs/<country>", GET=(countries.view, of.EXPAND)),
)
_PATHS = Paths({route.path: route for route in ROUTES})


def find_route(path: str) -> tuple[Route, Mapping[str, str]] | None:
    """Returns the route of a path with its named segments, or None."""
    return _PATHS.find(path)
