"""Tokens are used once."""

from __future__ import annotations

from typing import Any

from .calls import TOKENS, World
from .errors import declined

MINUTES = 10
"""Minutes after which a token that was not used is forgotten; the figure is ours."""


def spend(world: World, id: str, kind: str, param: str) -> Any:
    """Returns the data of a token, which is used up."""
    token = world.tables.get(TOKENS, id)
    if token is None or token["type"] != kind:
        raise declined(param, "No such token", "resource_missing")
    if token["used"]:
        raise declined(param, "This token was used already", "token_already_used")
    if world.clock() - token["created"] > 60 * MINUTES:
        raise declined(param, "This token has expired", "token_expired")
    world.tables.save(TOKENS, id, {**token, "used": True})
    return token["_bank"] if kind == "bank_account" else token["_given"]
