"""What follows a change: checks start, and events say what is different now."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from . import verifying
from .calls import ACCOUNTS, Call, World, persons_of, save_account, save_person
from .events import emit
from .person_views import person_view
from .standing import standing_of
from .views import account_view, capability_view

SEEN, WATCHED = "seen", "watched"


def settle(world: World, account: Row, call: Call | None = None, *, is_new: bool = False) -> None:
    """Starts checks, saves the account and emits the events of all that changed since last time."""
    save_account(world, account)
    verifying.start_checks(world, account, account["country"])
    for person in persons_of(world, account):
        verifying.start_checks(world, person, account["country"])
        save_person(world, person)
    standing = standing_of(world, account)
    if account["capabilities"] and not standing.owed.currently:
        account["submitted"] = True
    save_account(world, account)
    before = world.tables.get(SEEN, account["id"]) or {}
    after: Row = {
        "account": account_view(world, account, standing),
        "persons": {it["id"]: person_view(it, standing) for it in persons_of(world, account)},
        "capabilities": {
            name: capability_view(world, account, name, standing)
            for name in account["capabilities"]
        },
    }
    if not is_new:
        _tell(world, account, before, after, call)
    world.tables.save(SEEN, account["id"], after)
    _watch(world, account)


def tick(world: World) -> None:
    """Ends the checks and deadlines that are due by the clock."""
    now = world.clock()
    for row in world.tables.all(WATCHED):
        if row["at"] > now:
            continue
        world.tables.drop(WATCHED, row["id"])
        account = world.tables.get(ACCOUNTS, row["id"])
        if account is not None:
            settle(world, account)


def _tell(world: World, account: Row, before: Row, after: Row, call: Call | None) -> None:
    id = account["id"]
    earlier = before.get("persons", {})
    for person_id, person in after["persons"].items():
        if person_id not in earlier:
            emit(world, "person.created", person, account=id, call=call)
        elif person != earlier[person_id]:
            was = earlier[person_id]
            emit(world, "person.updated", person, account=id, call=call, before=was)
    for person_id, person in earlier.items():
        if person_id not in after["persons"]:
            emit(world, "person.deleted", person, account=id, call=call)
    for name, capability in after["capabilities"].items():
        was = before.get("capabilities", {}).get(name)
        if capability != was:
            emit(world, "capability.updated", capability, account=id, call=call, before=was)
    if after["account"] != before.get("account"):
        shown, was = after["account"], before.get("account")
        emit(world, "account.updated", shown, account=id, call=call, before=was)


def _watch(world: World, account: Row) -> None:
    """Notes when the clock next changes something about an account."""
    announced = {**dict.fromkeys(world.future_requirements, world.future_deadline)}
    deadlines = [*account["demanded"].values(), *account["announced"].values()]
    times = [verifying.next_due(it) for it in (account, *persons_of(world, account))]
    coming = [
        at
        for at in (*deadlines, *announced.values(), *times)
        if at is not None and at > world.clock()
    ]
    if coming:
        row = {"id": account["id"], "at": min(coming)}
        world.tables.save(WATCHED, account["id"], row)
    else:
        world.tables.drop(WATCHED, account["id"])
