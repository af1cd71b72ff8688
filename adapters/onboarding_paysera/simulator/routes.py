"""The endpoints: which operation answers which method and path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from . import contacts, forms, reading, registering, views
from .body import Reader
from .calls import Call
from .errors import ApiError
from .settings import Settings

PREFIX = "/rest/v1"
_USER = r"(?P<user>me|[1-9][0-9]{0,17})"
_FIELDS = "|".join(views.FIELDS)


@frozen
class Route:
    method: str
    path: re.Pattern[str]
    operation: Callable[[Call], Any]  # None is answered with 204
    form: Callable[[Settings], Reader] | None = None
    permission: str | None = None
    public: bool = False


def _route(
    line: str,
    operation: Callable[[Call], Any],
    form: Callable[[Settings], Reader] | None = None,
    *,
    permission: str | None = None,
    public: bool = False,
) -> Route:
    method, path = line.split()
    pattern = re.compile(PREFIX + path.replace("<user>", _USER))
    return Route(method, pattern, operation, form, permission, public)


ROUTES = (
    _route("GET /server", reading.server, public=True),
    _route("GET /configuration", reading.configuration, public=True),
    _route("POST /user", registering.register, forms.registration, permission="register_user"),
    _route("GET /user", reading.find_user),
    _route("GET /user/<user>", reading.get_user),
    _route(
        "PUT /user/<user>",
        registering.provide_identity,
        forms.provided_identity,
        permission="provide_identity",
    ),
    _route("POST /user/<user>/phone", contacts.assign_phone, forms.phone),
    _route("PUT /user/<user>/phone/confirm", contacts.confirm_phone, forms.code),
    _route("POST /user/<user>/email", contacts.assign_email, forms.email),
    _route("PUT /user/<user>/email/confirm", contacts.confirm_email, forms.code),
    _route("GET /user/<user>/confirmed-phones", reading.confirmed_phones),
    _route(f"GET /user/<user>/(?P<field>{_FIELDS})", reading.get_field),
)


def find(method: str, path: str, settings: Settings) -> tuple[Route, Mapping[str, str]]:
    """Gives the route and the parts of the path; raises `ApiError` if there is none."""
    matches = [(route, route.path.fullmatch(path)) for route in ROUTES]
    found = [(route, match) for route, match in matches if match]
    for route, match in found:
        if route.method == method:
            return route, match.groupdict()
    if found:
        # The framework answers a wrong method with this code too (lib-rest-bundle).
        status = settings.wrong_method_status
        raise ApiError("not_found", "There is no such method here.", status=status)
    raise ApiError("not_found", "There is no such URL.")
