"""The call that a handler receives: its request, body and resources; and the reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeAlias, cast

from attrs import field, frozen
from werkzeug.wrappers import Request

from onboarding_simulators.shared import Row

from .errors import EMPTY_BODY, USER_CLOSED, RefusedError, not_found, param_error, wrong_media_type
from .kinds import Kind
from .settings import Settings
from .state import User

World: TypeAlias = Settings
"""The simulator as handlers see it; settings may change between calls."""


@frozen(kw_only=True)
class Call:
    """One request with the named segments of its path."""

    request: Request = field(repr=False)
    params: Mapping[str, str] = field(factory=dict[str, str], repr=False)

    @property
    def query(self) -> dict[str, str]:
        """The query with names in lower case, since the SDKs spell them in three ways.

        The values of a repeated name are joined by a comma.
        """
        names: dict[str, list[str]] = {}
        for name, value in self.request.args.items(multi=True):
            names.setdefault(name.lower(), []).append(value)
        return {name: ",".join(values) for name, values in names.items()}


@frozen(kw_only=True)
class Reply:
    """An answer; bytes are sent as they are, and without a body the answer is empty."""

    body: object = field(default=None, repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content_type: str = "application/json; charset=utf-8"


Handler = Callable[[World, Call], Reply]


JSON = ("application/json", "text/json")


def json_object(request: Request) -> dict[str, object]:
    """Returns the JSON object of a body; refuses an empty body, another type or other JSON."""
    raw = request.get_data()
    if not raw:
        raise RefusedError(EMPTY_BODY)
    if request.mimetype not in JSON:
        raise RefusedError(wrong_media_type(request.mimetype))
    try:
        parsed: object = json.loads(raw, parse_constant=_no_constant)
        json.dumps(parsed, ensure_ascii=False).encode()  # fails on lone surrogates
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(parsed, dict):
        raise _unreadable()
    return cast("dict[str, object]", parsed)


def no_body(request: Request, *, strict: bool) -> None:
    """Checks the body of a write without one: official clients send `""` or a few keys."""
    if strict and request.get_data():
        json_object(request)


def _no_constant(name: str) -> NoReturn:
    raise ValueError


def _unreadable() -> RefusedError:
    # the documents print no answer to a body that is not JSON; the key is ours
    return RefusedError(param_error({"Body": "Error reading object."}))


def find_user(world: World, id: str, kind: Kind | None = None) -> User:
    """Returns a user, open or closed; refuses an unknown id or a user of the other kind.

    The noun in the text of the 404 depends on the endpoint (observed 2017-2020).
    """
    user = world.store.user(id)
    if user is None or (kind is not None and user.person_type != kind.person_type):
        raise RefusedError(not_found(kind.noun if kind else "User", id))
    return user


def find_open_user(world: World, id: str, kind: Kind | None = None) -> User:
    """Returns a user who is not closed (docs: release-notes/api/2025-04-14)."""
    user = find_user(world, id, kind)
    if user.status == "CLOSED":
        raise RefusedError(USER_CLOSED)
    return user


def find_row(world: World, kind: str, noun: str, id: str, user_id: str | None = None) -> Row:
    """Returns a resource; refuses an unknown id or a resource of another user.

    The nouns follow the pattern observed for users; the documents do not print them.
    """
    row = world.tables.get(kind, id)
    if row is None or (user_id is not None and row["UserId"] != user_id):
        raise RefusedError(not_found(noun, id))
    return row


def shown(row: Row) -> Row:
    """Returns the public part of a resource."""
    return {key: value for key, value in row.items() if not key.startswith("_")}
