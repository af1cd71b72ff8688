"""Users found by id, or refused in the words of the API."""

from __future__ import annotations

from .errors import USER_CLOSED, RefusedError, not_found
from .kinds import Kind
from .state import User
from .world import World


def find(world: World, id: str, kind: Kind | None = None) -> User:
    """Gives a user, open or closed; one of the other kind counts as unknown.

    The noun in the text of the 404 depends on the endpoint (observed 2017-2020).
    """
    user = world.store.user(id)
    if user is None or (kind is not None and user.person_type != kind.person_type):
        raise RefusedError(not_found(kind.noun if kind else "User", id))
    return user


def find_open(world: World, id: str, kind: Kind | None = None) -> User:
    """Gives a user who can still be acted on (docs: release-notes/api/2025-04-14)."""
    user = find(world, id, kind)
    if user.status == "CLOSED":
        raise RefusedError(USER_CLOSED)
    return user
