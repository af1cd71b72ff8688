"""The users of a migration: whom a gateway has, and how far each one has come."""

from __future__ import annotations

import pytest
from onboarding.directory import Directory, Move, MoveState, Reference
from onboarding.errors import UnknownUser

from .conftest import Clock
from .records import record


def test_the_users_at_a_gateway_come_in_pages(directory: Directory) -> None:
    found = [Reference(own_id=f"user-{n}", gateway="fr", id=f"m_{n:04}") for n in range(1100)]
    directory.link_many(found)
    directory.link("user-0", "fr", "kyc_1", "document")
    directory.link("user-1", "lt", "221")

    first = directory.ids_at("fr")
    rest = directory.ids_at("fr", after=first[-1].id, limit=1000)

    assert [*first, *rest] == found
    assert directory.ids_at("fr", after=rest[-1].id) == ()
    own_ids = [f"user-{n}" for n in range(1100)]
    assert directory.ids_of(own_ids, "lt") == {"user-1": "221"}
    assert len(directory.ids_of(own_ids, "fr")) == 1100
    assert directory.known([*own_ids, "nobody"]) == {*own_ids}


def test_whole_records_are_read_many_at_once(url: str, clock: Clock) -> None:
    with Directory.open(url, clock=clock, personal_data=True) as whole:
        for number in ("1", "2"):
            whole.add_user(f"user-{number}")
            whole.save(f"user-{number}", record(number))
    with Directory.open(url, clock=clock) as bare:
        bare.add_user("user-3")
        bare.save("user-3", record("3"))

        found = bare.stored_records(["user-1", "user-2", "user-3", "nobody"], "fr")

    assert {own_id: one.id for own_id, one in found.items()} == {
        "user-1": "user_1",
        "user-2": "user_2",
    }


def test_a_move_is_stored_as_far_as_it_has_come(directory: Directory, clock: Clock) -> None:
    directory.add_user("user-42")

    directory.note_move("plan-1", "user-42", MoveState.UNKNOWN, reasons=["no_answer"])
    directory.note_move("plan-1", "user-42", MoveState.MOVED)
    directory.note_move("plan-2", "user-42", MoveState.CHANGED, reasons=["data", "levels"])
    late = directory.note_move("plan-1", "user-42", MoveState.CHANGED, reasons=["there"])

    assert late.state is MoveState.MOVED
    assert directory.moves("plan-1") == {
        "user-42": Move(own_id="user-42", state=MoveState.MOVED, at=clock.now)
    }
    assert directory.moves("plan-2")["user-42"].reasons == ("data", "levels")
    assert directory.moves("plan-3") == {}
    codes = [(one.action, one.code) for one in directory.history("user-42")]
    assert codes == [("move", "changed:data"), ("move", "moved"), ("move", "unknown:no_answer")]


def test_a_user_whom_the_directory_does_not_have_does_not_move(directory: Directory) -> None:
    with pytest.raises(UnknownUser):
        directory.note_move("plan-1", "user-42", MoveState.MOVED)

    assert directory.moves("plan-1") == {}


def test_a_user_leaves_one_gateway_and_stays_at_the_other(directory: Directory) -> None:
    directory.link("user-42", "fr", "user_42")
    directory.save("user-42", record())
    directory.link("user-42", "lt", "221")

    left = directory.leave("user-42", "fr")

    assert left == 2
    assert directory.state("user-42", "fr") is None
    assert [one.gateway for one in directory.references("user-42")] == ["lt"]
