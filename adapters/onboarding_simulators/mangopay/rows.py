"""Resources found by id or refused, shown without what the simulator keeps beside them."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from .errors import RefusedError, not_found
from .world import World


def find_row(world: World, kind: str, noun: str, id: str, user_id: str | None = None) -> Row:
    """Gives a resource; one of another user than the path names counts as unknown.

    The nouns follow the pattern observed for users; the documents do not print them.
    """
    row = world.tables.get(kind, id)
    if row is None or (user_id is not None and row["UserId"] != user_id):
        raise RefusedError(not_found(noun, id))
    return row


def shown(row: Row) -> Row:
    """Gives what the API shows of a resource."""
    return {key: value for key, value in row.items() if not key.startswith("_")}
