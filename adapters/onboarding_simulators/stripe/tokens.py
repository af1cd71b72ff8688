"""Tokens: of an account, a person or a bank account; each is used once (docs: api/tokens)."""

from __future__ import annotations

from typing import Any

from onboarding_simulators.shared import Row

from . import banks
from .calls import TOKENS, Call, Reply, World
from .errors import invalid, missing_param, not_found
from .writing import check_files, check_person

_PREFIXES = {"account": "ct_", "person": "cpt_", "bank_account": "btok_"}


def create(world: World, call: Call) -> Reply:
    """Creates a token of one kind."""
    kinds = [kind for kind in _PREFIXES if kind in call.given]
    if not kinds:
        raise missing_param("bank_account")
    if len(kinds) > 1:
        message = f"You may only specify one of these parameters: {', '.join(kinds)}."
        raise invalid(kinds[1], message, "parameters_exclusive")
    kind = kinds[0]
    given = call.given[kind]
    token: Row = {
        "id": world.new_id(_PREFIXES[kind]),
        "created": world.now(),
        "type": kind,
        "used": False,
    }
    if kind == "bank_account":
        token["_bank"] = banks.new_row(world, given, None, "bank_account")
    else:
        token["_given"] = _personal(world, kind, given)
    world.tables.save(TOKENS, token["id"], token)
    return Reply(body=_shown(token))


def view(world: World, call: Call) -> Reply:
    """Shows a token, without the data in it."""
    token = world.tables.get(TOKENS, call.params["token"])
    if token is None:
        raise not_found("token", "token")
    return Reply(body=_shown(token))


def _personal(world: World, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Returns the parameters that a token stands for; an acceptance has its date and address."""
    if kind == "person":
        check_person(world, given, "person", "")
        check_files(world, given)
        return given
    found = {name: value for name, value in given.items() if name != "tos_shown_and_accepted"}
    if given.get("tos_shown_and_accepted"):
        found["tos_acceptance"] = {"date": world.now(), "ip": "127.0.0.1"}
    return found


def _shown(token: Row) -> Row:
    found = {name: value for name, value in token.items() if not name.startswith("_")}
    found |= {"object": "token", "client_ip": None, "livemode": False}
    if token["type"] == "bank_account":
        # a token's bank account belongs to no account yet
        found["bank_account"] = banks.public(token["_bank"])
    return found
