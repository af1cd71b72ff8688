"""Migrations: what a plan says is what happens, and who changed is named and stays."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from onboarding import Gateway, MigratedHash, Secret, User
from onboarding.directory import Directory, MoveState
from onboarding.errors import InvalidInput, NoAnswer, Unsupported
from onboarding.migration import Migration, MigrationPlan, PlannedState, plan_migration

from .crowd import KINDS, World, code_of, completes, kind_of, opened

SIZE = 60
READY = ("plain", "regular", "occupied")
LEASE = timedelta(seconds=2)


@pytest.fixture(params=["stored", "fetched"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A crowd whose data the directory has, and one whose data only MangoPay has."""
    with opened(tmp_path, personal_data=request.param == "stored") as found:
        found.settle(SIZE)
        yield found


@pytest.fixture
def few(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path) as found:
        found.settle(4)
        yield found


def planned(world: World, **settings: Any) -> MigrationPlan:
    lt, fr = world.gateways["lt"], world.gateways["fr"]
    settings = {"target": lt, "complete": completes, **settings}
    return plan_migration(world.directory, source=fr, **settings)


def migration(world: World, plan: MigrationPlan, **settings: Any) -> Migration:
    return Migration(
        plan=plan,
        directory=world.directory,
        source=world.gateways["fr"],
        **{"target": world.gateways["lt"], "complete": completes, "lease": LEASE, **settings},
    )


def next_actions(world: World) -> list[Any]:
    """The next actions of all users at the target, as the directory has them."""
    states = [world.directory.state(f"user-{number}", "lt") for number in range(4)]
    return [action for state in states if state is not None for action in state.next_actions]


def test_a_plan_tells_users_apart_and_sends_nothing(world: World) -> None:
    kinds = Counter(kind_of(number) for number in range(SIZE))

    plan = planned(world, goal="fully_identified")

    assert plan.states == {
        PlannedState.READY: sum(kinds[kind] for kind in READY),
        PlannedState.INCOMPLETE: kinds["company"],
        PlannedState.UNSUPPORTED: kinds["tagged"],
        PlannedState.THERE: kinds["there"],
        PlannedState.CLOSED: kinds["closed"],
    }
    assert set(kinds) == {*KINDS, "plain"}
    assert [path for _, path, _ in plan.reasons] == ["tag", "company"]
    lost = {loss.core_path: users for loss, users in plan.losses.items()}
    assert lost["identity.birthdate"] == plan.states[PlannedState.READY]
    assert lost["occupation"] == kinds["occupied"]
    assert plan.left["kyc_level REGULAR"] == kinds["regular"]
    assert {need.name for need in plan.needs} >= {"confirmation", "documents.identity", "review"}
    assert plan.target.calls == plan.states[PlannedState.READY]
    assert plan.source.calls == (0 if world.directory.personal_data else plan.target.calls)
    assert world.registrations.calls == []
    assert MigrationPlan.from_json(plan.to_json()) == plan


def test_the_figures_of_the_plan_are_those_of_the_outcome(world: World) -> None:
    plan = planned(world)
    ready = sorted(one.own_id for one in plan.ready)
    plain = [own_id for own_id in ready if kind_of(int(own_id[5:])) == "plain"]
    reasons = ["data", "closed", "levels", "there", "gone", "id"]
    changed = dict(zip(plain[::7], reasons, strict=False))
    for own_id, reason in changed.items():
        world.change(own_id, reason)

    moves = {one.own_id: one for one in migration(world, plan).apply(in_flight=4)}

    status = migration(world, plan).status()
    assert set(moves) == set(ready)
    assert {one.own_id: one.reasons[0] for one in status.stuck} == changed
    assert status.states == {
        MoveState.MOVED: len(ready) - len(changed),
        MoveState.CHANGED: len(changed),
    }
    assert (status.planned, status.pending) == (len(ready), 0)
    accounts = world.registered()
    moved = {own_id for own_id in ready if own_id not in changed}
    assert set(accounts) == {f"u{own_id.removeprefix('user-')}@example.com" for own_id in moved}
    for own_id in moved:
        account = accounts[f"u{own_id.removeprefix('user-')}@example.com"]
        ids = {one.gateway: one.id for one in world.directory.references(own_id) if not one.name}
        assert ids["lt"] == str(account.id)
        assert "fr" in ids
        assert account.identity.code == code_of(own_id)
    assert world.registrations.created == len(moved)
    assert [*migration(world, plan).apply()] == []


def test_a_plan_has_own_ids_and_no_personal_value(world: World) -> None:
    text = planned(world).to_json()

    assert "user-7" in text
    told = ["Canary", "example.com", "4680309", "1968", world.id_at_mangopay("user-7")]
    assert [value for value in told if value in text] == []


def test_the_users_of_a_plan_can_be_chosen(few: World) -> None:
    plan = planned(few, where=lambda own_id, record: own_id == "user-2")

    assert [one.own_id for one in plan.users] == ["user-2"]


def test_who_is_not_at_the_source_is_named_and_stops_nobody(few: World) -> None:
    few.directory.link("stranger", "fr", "user_m_nowhere")

    plan = planned(few)

    found = plan.of("stranger")
    assert found is not None
    assert (found.state, found.error) == (PlannedState.UNREADABLE, "NotFound")
    assert plan.states == {PlannedState.READY: 4, PlannedState.UNREADABLE: 1}
    assert [*plan.reasons] == [(PlannedState.UNREADABLE, "", "NotFound")]


def test_a_user_who_is_removed_from_a_plan_is_not_moved(few: World) -> None:
    plan = planned(few)
    edited = evolve(plan, users=plan.users[:1])

    moves = [*migration(few, edited).apply()]

    assert [one.own_id for one in moves] == [plan.users[0].own_id]


def test_a_plan_that_was_edited_wrongly_or_is_of_other_gateways_is_refused(few: World) -> None:
    plan = planned(few)
    twice = evolve(plan, users=(*plan.users, plan.users[0]))
    unknown = evolve(plan, users=(evolve(plan.users[0], profile=7),))

    for wrong in (twice, unknown):
        with pytest.raises(InvalidInput, match="users"):
            migration(few, wrong)
    with pytest.raises(InvalidInput, match="target"):
        migration(few, plan, target=few.gateways["us"])
    with pytest.raises(InvalidInput, match="target"):
        planned(few, goal="wealth")


def test_who_would_lose_more_than_planned_stays(few: World) -> None:
    plan = planned(few)
    adapter = few.gateways["lt"].adapter
    accepts = ("identity.birthdate",)
    stricter = Gateway(evolve(adapter, accept_loss=accepts))

    moves = [*migration(few, plan, target=stricter).apply()]

    assert {(one.state, one.reasons) for one in moves} == {(MoveState.CHANGED, ("losses",))}
    assert few.registrations.calls == []


def test_an_erased_user_is_not_moved_and_does_not_come_back(few: World) -> None:
    plan = planned(few)
    few.directory.erase("user-1")

    moves = {one.own_id: one for one in migration(few, plan).apply()}

    assert (moves["user-1"].state, moves["user-1"].reasons) == (MoveState.CHANGED, ("gone",))
    assert few.directory.user("user-1") is None
    status = migration(few, plan).status()
    assert (status.moved, status.erased, status.stuck) == (3, 1, ())
    assert "u1@example.com" not in few.registered()


def test_a_plan_counts_the_calls_of_a_provider_that_takes_several(few: World) -> None:
    us = few.gateways["us"]

    def with_terms(own_id: str, user: User) -> User:
        return user.replace({"terms.ip_address": "203.0.113.7"})

    plan = planned(few, target=us, complete=with_terms)

    moves = [*migration(few, plan, target=us, complete=with_terms).apply()]

    assert {one.state for one in moves} == {MoveState.MOVED}
    assert plan.target.calls == len(few.accounts.calls) == 12
    assert {one.user.reference for one in us.users()} == {f"user-{n}" for n in range(4)}


# -- calls that fail


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "bad_gateway", "truncated"])
def test_a_call_without_an_answer_is_settled_and_doubles_nobody(few: World, kind: str) -> None:
    plan = planned(few)
    few.paysera.misbehave(kind=kind, route="POST /rest/v1/user", times=2)

    first = [*migration(few, plan).apply()]
    second = [*migration(few, plan).apply()]

    assert {one.state for one in first} > {MoveState.MOVED}
    assert {one.state for one in second} == {MoveState.MOVED}
    assert migration(few, plan).status().moved == 4
    assert len(few.registered()) == 4


def without_names(own_id: str, user: User) -> User:
    return user.replace(identity=None)


def test_without_a_number_that_proves_it_the_outcome_stays_unknown_until_told(few: World) -> None:
    plan = planned(few, complete=without_names)
    few.paysera.misbehave(kind="drop_after", route="POST /rest/v1/user", times=1)

    [*migration(few, plan, complete=without_names).apply()]
    [*migration(few, plan, complete=without_names).apply()]

    status = migration(few, plan, complete=without_names).status()
    assert (status.moved, status.unknown) == (3, 1)
    lost = status.stuck[0].own_id
    account = few.registered()[f"u{lost.removeprefix('user-')}@example.com"]
    few.directory.link(lost, "lt", str(account.id))
    [*migration(few, plan, complete=without_names).apply()]
    assert migration(few, plan, complete=without_names).status().moved == 4
    assert len(few.registered()) == 4


def test_it_ends_after_too_many_failures_in_a_row(few: World) -> None:
    plan = planned(few)
    few.paysera.misbehave(kind="drop_before", route="POST /rest/v1/user")

    with pytest.raises(NoAnswer):
        [*migration(few, plan).apply(most_failures=2)]

    assert migration(few, plan).status().pending == 2
    few.paysera.behave()
    [*migration(few, plan).apply()]
    assert migration(few, plan).status().moved == 4


def test_who_is_rejected_is_named_with_the_code_and_not_sent_again(few: World) -> None:
    few.gateways["lt"].create_user(User(email="u2@example.com"))
    plan = planned(few)

    [*migration(few, plan).apply()]

    status = migration(few, plan).status()
    assert status.states == {MoveState.MOVED: 3, MoveState.REJECTED: 1}
    assert [(one.own_id, one.reasons) for one in status.stuck] == [
        ("user-2", ("email_already_assigned",))
    ]
    assert [*migration(few, plan).apply()] == []


def test_an_id_that_is_of_another_user_stops_this_user_alone(few: World) -> None:
    few.directory.link("stranger", "lt", "222")  # the second id of the simulator
    plan = planned(few)

    moves = [*migration(few, plan).apply()]

    lost = [one for one in moves if one.state is not MoveState.MOVED]
    assert [(one.state, one.reasons) for one in lost] == [
        (MoveState.UNKNOWN, ("ReferenceConflict",))
    ]
    assert migration(few, plan).status().moved == 3


def test_two_processes_apply_one_plan_and_double_nobody(world: World) -> None:
    plan = planned(world)
    moves: list[Any] = []

    def apply(directory: Directory) -> None:
        mine = evolve(migration(world, plan), directory=directory)
        moves.extend(mine.apply(in_flight=3, patience=timedelta(seconds=5)))

    url = f"sqlite:///{world.folder}/onboarding.db"
    others = [Directory.open(url, personal_data=world.directory.personal_data) for _ in range(2)]
    threads = [threading.Thread(target=apply, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.close()

    ready = [*plan.ready]
    assert migration(world, plan).status().moved == len(ready)
    assert world.registrations.created == len(ready) == len(world.registered())


# -- logins


def test_logins_move_as_hashes_and_are_stored_nowhere(few: World) -> None:
    def with_login(own_id: str, user: User) -> User:
        login = MigratedHash(
            hash=Secret(f"hash-{own_id}"), salt=Secret("c2FsdC1jYW5hcnk="), username=own_id
        )
        return completes(own_id, user).replace({"credentials": login})

    plan = planned(few, complete=with_login)

    moves = [*migration(few, plan, complete=with_login).apply()]

    assert {one.state for one in moves} == {MoveState.MOVED}
    for number in range(4):
        sent = few.registered()[f"u{number}@example.com"].credentials
        assert (sent.type, sent.password) == ("pre-salt-sha1-base64", f"hash-user-{number}")
        assert (sent.password_salt, sent.username) == ("c2FsdC1jYW5hcnk=", f"user-{number}")
    files = b"".join(file.read_bytes() for file in few.folder.glob("onboarding.db*"))
    assert b"hash-user" not in files
    assert b"c2FsdC1jYW5hcnk" not in files
    assert "hash-user" not in plan.to_json()


# -- afterwards


def test_who_lacks_something_for_the_goal_keeps_the_source(few: World) -> None:
    plan = planned(few, goal="confirmed")
    [*migration(few, plan).apply()]
    actions = next_actions(few)
    confirmed = few.registered()["u1@example.com"]
    code = few.paysera.code_for(confirmed.id, "email")
    (action,) = [x for x in actions if x.user_id == str(confirmed.id)]
    few.gateways["lt"].confirm(action, code)

    moves = {one.own_id: one for one in migration(few, plan).retire(close=True)}

    assert moves["user-1"].state is MoveState.RETIRED
    assert moves["user-2"].reasons == ("confirmation",)
    user = few.directory.user("user-1")
    assert user is not None
    assert user.gateway == "lt"
    fr = few.gateways["fr"]
    assert str(fr.fetch_user(few.id_at_mangopay("user-1")).status) == "closed"
    assert str(fr.fetch_user(few.id_at_mangopay("user-2")).status) != "closed"


def test_a_retired_user_is_forgotten_at_the_source_only_if_told(few: World) -> None:
    plan = planned(few)
    [*migration(few, plan).apply()]

    [*migration(few, plan).retire(only=["user-1"])]
    kept = {one.gateway for one in few.directory.references("user-1")}
    [*migration(few, plan).retire(forget=True)]

    assert kept == {"fr", "lt"}
    assert {one.gateway for one in few.directory.references("user-2")} == {"lt"}
    assert few.directory.state("user-2", "fr") is None
    assert migration(few, plan).status().states == {MoveState.RETIRED: 4}
    assert [*migration(few, plan).retire()] == []


def test_who_changed_after_the_move_keeps_the_source(few: World) -> None:
    plan = planned(few)
    [*migration(few, plan).apply()]
    few.change("user-1", "data")

    moves = {one.own_id: one for one in migration(few, plan).retire(close=True)}

    assert (moves["user-1"].state, moves["user-1"].reasons) == (MoveState.CHANGED, ("data",))
    status = migration(few, plan).status()
    assert status.states == {MoveState.MOVED: 1, MoveState.RETIRED: 3}


def test_a_source_that_closes_nobody_is_told_before_anything_is_done(few: World) -> None:
    plan = plan_migration(few.directory, source=few.gateways["lt"], target=few.gateways["fr"])
    back = Migration(
        plan=plan,
        directory=few.directory,
        source=few.gateways["lt"],
        target=few.gateways["fr"],
    )

    with pytest.raises(Unsupported):
        [*back.retire(close=True)]
