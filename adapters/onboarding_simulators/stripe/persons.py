"""The persons of an account (docs: api/persons)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from . import spending, verifying
from .calls import (
    PERSONS,
    Call,
    Reply,
    World,
    account_of,
    dig,
    person_of,
    persons_of,
    save_account,
)
from .changes import settle
from .errors import declined, invalid, not_permitted
from .paging import listing
from .person_views import person_view
from .standing import standing_of
from .views import is_open
from .words import INDIVIDUAL
from .writing import check_files, check_person, save_facts


def create(world: World, call: Call) -> Reply:
    """Creates a person; an individual account has exactly one."""
    account = account_of(world, call)
    given = _given(world, call, account)
    is_individual = account["given"].get("business_type") == INDIVIDUAL
    if is_individual and persons_of(world, account):
        raise declined(None, "An individual account has exactly one person")
    _check_representative(world, account, given, None)
    person = save_facts(world, account, None, given, "")
    if is_individual:
        account["person"] = person["id"]
        save_account(world, account)
    return _settled(world, call, account, person["id"])


def update(world: World, call: Call) -> Reply:
    """Changes what is sent."""
    person = person_of(world, call)
    account = account_of(world, call)
    given = _given(world, call, account)
    _check_representative(world, account, given, person["id"])
    save_facts(world, account, person, given, "")
    return _settled(world, call, account, person["id"])


def view(world: World, call: Call) -> Reply:
    """Shows a person, unless only the user may see it."""
    person, account = person_of(world, call), account_of(world, call)
    if not is_open(account):
        raise not_permitted("person")
    return Reply(body=_shown(world, account, person))


def list_all(world: World, call: Call) -> Reply:
    """Lists the persons, newest first, by their relationships."""
    account = account_of(world, call)
    if not is_open(account):
        raise not_permitted("person")
    wanted: Mapping[str, bool] = call.given.get("relationship", {})
    rows = [
        person
        for person in reversed(persons_of(world, account))
        if all(
            bool(dig(person["given"], f"relationship.{role}")) == value
            for role, value in wanted.items()
        )
    ]
    return listing(call, rows, lambda person: _shown(world, account, person))


def delete(world: World, call: Call) -> Reply:
    """Deletes a person; not the one who opened the account nor the last verified executive."""
    person, account = person_of(world, call), account_of(world, call)
    if not is_open(account):
        raise not_permitted("person")
    is_opener = dig(person["given"], "relationship.representative")
    if person["id"] == account["person"] or is_opener:
        raise declined(None, "The person who opened the account cannot be deleted")
    if _is_executive(person) and sum(map(_is_executive, persons_of(world, account))) == 1:
        raise declined(None, "The last verified executive cannot be deleted")
    world.tables.drop(PERSONS, person["id"])
    settle(world, account, call)
    return Reply(body={"id": person["id"], "object": "person", "deleted": True})


def _given(world: World, call: Call, account: Row) -> dict[str, Any]:
    if not is_open(account):
        raise not_permitted("person")
    given = {name: value for name, value in call.given.items() if name != "expand"}
    token = given.pop("person_token", None)
    if token is not None and given:
        name = next(iter(given))
        message = f"You may only specify one of these parameters: person_token, {name}."
        raise invalid(name, message, "parameters_exclusive")
    if token is not None:
        given = spending.spend(world, token, "person", "person_token")
    elif world.account_tokens and given:
        raise declined("person_token", "Platforms in France must send persons in a token")
    check_person(world, given, "", account["country"])
    check_files(world, given)
    return given


def _check_representative(
    world: World, account: Row, given: Mapping[str, Any], id: str | None
) -> None:
    """Refuses a second representative."""
    if dig(given, "relationship.representative"):
        for other in persons_of(world, account):
            if other["id"] != id and dig(other["given"], "relationship.representative"):
                at = "relationship[representative]"
                raise declined(at, "An account has one representative")


def _is_executive(person: Row) -> bool:
    is_verified = verifying.status_of(person) == "verified"
    return is_verified and bool(dig(person["given"], "relationship.executive"))


def _settled(world: World, call: Call, account: Row, id: str) -> Reply:
    settle(world, account, call)
    person = world.tables.get(PERSONS, id)
    assert person is not None
    return Reply(body=_shown(world, account, person))


def _shown(world: World, account: Row, person: Row) -> Row:
    prefix = "individual." if person["id"] == account["person"] else ""
    return person_view(person, standing_of(world, account), prefix)
