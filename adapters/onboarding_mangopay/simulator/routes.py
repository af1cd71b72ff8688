"""The table of paths the simulator answers, matched as tolerantly as the SDKs need."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from . import reads, sca, users
from .auth import issue_token
from .kinds import LEGAL, NATURAL
from .world import Handler

VERSION = "v2.01"
TOKEN_PATH = (VERSION, "oauth", "token")


@frozen(kw_only=True)
class Route:
    """A path of literal or `{named}` segments with a handler for each method."""

    segments: tuple[str, ...]
    handlers: Mapping[str, Handler]

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Gives the named segments if the path fits; case counts in these only."""
        if len(segments) != len(self.segments):
            return None
        params: dict[str, str] = {}
        for pattern, segment in zip(self.segments, segments, strict=True):
            if pattern.startswith("{"):
                params[pattern[1:-1]] = segment
            elif pattern != segment.lower():
                return None
        return params


def _route(path: str, **handlers: Handler) -> Route:
    segments = (VERSION, "{client}", *path.split("/"))
    return Route(segments=segments, handlers=handlers)


# The first fit counts, so a literal segment stands above a named one.
ROUTES = (
    Route(segments=TOKEN_PATH, handlers={"POST": issue_token}),
    _route("sca/users/natural", POST=users.creating(NATURAL, with_sca=True)),
    _route("sca/users/legal", POST=users.creating(LEGAL, with_sca=True)),
    _route(
        "sca/users/natural/{id}",
        PUT=users.updating(NATURAL, with_sca=True),
        GET=reads.viewing(NATURAL, with_sca=True),
    ),
    _route(
        "sca/users/legal/{id}",
        PUT=users.updating(LEGAL, with_sca=True),
        GET=reads.viewing(LEGAL, with_sca=True),
    ),
    _route("sca/users/natural/{id}/category", PUT=users.categorising(NATURAL)),
    _route("sca/users/legal/{id}/category", PUT=users.categorising(LEGAL)),
    _route("sca/users/{id}", GET=reads.viewing(None, with_sca=True)),
    _route("sca/users/{id}/enrollment", POST=sca.enrolment),
    _route("sca/users/{id}/sca-status", GET=sca.status),
    _route("users", GET=reads.list_users),
    _route("users/natural", POST=users.creating(NATURAL, with_sca=False)),
    _route("users/legal", POST=users.creating(LEGAL, with_sca=False)),
    _route(
        "users/natural/{id}",
        PUT=users.updating(NATURAL, with_sca=False),
        GET=reads.viewing(NATURAL, with_sca=False),
        DELETE=users.closing(NATURAL),
    ),
    _route(
        "users/legal/{id}",
        PUT=users.updating(LEGAL, with_sca=False),
        GET=reads.viewing(LEGAL, with_sca=False),
        DELETE=users.closing(LEGAL),
    ),
    _route("users/{id}", GET=reads.viewing(None, with_sca=False)),
    _route("responses/{key}", GET=reads.view_response),
)


def find_route(path: str) -> tuple[Route, dict[str, str]] | None:
    """Gives the route of a path with its named segments; extra slashes do not matter."""
    segments = tuple(segment for segment in path.split("/") if segment)
    for route in ROUTES:
        params = route.match(segments)
        if params is not None:
            return route, params
    return None
