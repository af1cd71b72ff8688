"""People in a mapping: order, refs and roles, in any users that can be drawn."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from onboarding import Address, Identity, Person, PersonRole, Secret, Unsupported, User
from onboarding.errors import InvalidInput
from onboarding.mapping import On, in_role, translation
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import core, dotted, lookup
from onboarding.model.stored import digest
from onboarding.testing.strategies import people, users

from onboarding_mangopay.wire.legal import LegalUser
from onboarding_paysera import Paysera

REP, OWNS = PersonRole.REPRESENTATIVE, PersonRole.BENEFICIAL_OWNER
WIRE = translation(LegalUser, "mangopay")
ADA = Person(ref="ada", roles=(REP, OWNS), identity=Identity(given_name="Ada"))
BOB = Person(ref="bob", roles=(OWNS,), identity=Identity(given_name="Bob"))


@given(people(), st.randoms())
def test_the_order_of_people_is_no_change(some: tuple[Person, ...], random: Any) -> None:
    assume(sum(REP in person.roles for person in some) <= 1)  # MangoPay takes no second one
    shuffled = list(some)
    random.shuffle(shuffled)
    one, other = User(people=some), User(people=tuple(shuffled))

    assert changed_paths(one, other) == set()
    assert WIRE.update(one, other) == ({}, ())
    assert digest(one) == digest(other)


@given(users(), users())
def test_every_change_of_people_is_seen_and_found_by_its_path(old: User, new: User) -> None:
    found = changed_paths(old, new)

    for path in found:
        head = path.partition(".")[0]
        both = lookup(old, head) and lookup(new, head)  # not paired by a provider's ref, a role
        if path.startswith("people[") and both:
            assert lookup(old, path) != lookup(new, path), path
    known = {person.ref for person in (*old.people, *new.people)}
    assert {path.partition("[")[2].partition("]")[0] for path in found if "[" in path} <= known


@given(people())
def test_people_come_back_from_both_forms_of_plain_data(some: tuple[Person, ...]) -> None:
    user = User(people=some)

    assert User.from_json(user.to_json()) == user


def test_people_by_ref_are_the_same_as_a_list() -> None:
    listed = [{"ref": "ada", "roles": ["representative"]}, {"ref": "bob", "roles": ["director"]}]
    by_ref = {"ada": {"roles": ["representative"]}, "bob": {"roles": ["director"]}}

    assert User.parse({"people": listed}) == User.parse({"people": by_ref})
    [named] = User.parse({"people": {"legal_guardian": {}}}).people
    assert (named.ref, named.roles) == ("legal_guardian", (PersonRole.LEGAL_GUARDIAN,))


def test_a_path_names_a_person_by_ref_first_and_by_role_second() -> None:
    also = evolve(BOB, ref="representative", roles=(REP,))
    first, second = User(people=(ADA, BOB)), User(people=(ADA, also))

    assert lookup(first, "people[bob].identity.given_name") == "Bob"
    assert lookup(first, "people[representative].identity.given_name") == "Ada"
    assert lookup(second, "people[representative].identity.given_name") == "Bob"
    assert lookup(first, "people[eve].identity.given_name") is None
    assert dotted(in_role(core(User).people, REP).email) == "people[representative].email"


def test_a_change_replaces_one_person_and_keeps_the_others() -> None:
    user = User(people=(ADA, BOB))

    moved = user.replace({"people[bob].address.city": "Lyon", "people[director].email": "d@e.eu"})

    assert moved.people[0] is ADA
    assert moved.people[1].address == Address(city="Lyon")
    assert (moved.people[2].ref, moved.people[2].roles) == ("director", (PersonRole.DIRECTOR,))
    with pytest.raises(InvalidInput) as raised:
        user.replace({"people[eve].email": "e@e.eu", "people[bob].email": "no", "people[bob]": BOB})
    assert set(raised.value.paths) == {"people[eve]", "people[bob].email", "people[bob]"}


def test_an_absence_is_declared_of_one_person() -> None:
    path = "people[bob].identity.national_id"
    user = User(people=(ADA, BOB), declared_absent=frozenset({path}))

    assert user.is_declared_absent(f"{path}.code")
    assert not user.is_declared_absent("people[ada].identity.national_id.code")
    assert user.replace({"people[bob].identity.given_name": "Bo"}).declared_absent == {path}
    known = user.replace(
        {f"{path}.code": "7", f"{path}.country": "LT"},
    )
    assert known.declared_absent == frozenset()
    with pytest.raises(InvalidInput) as raised:
        User(people=(BOB,), declared_absent=frozenset({"people[bob].identity.given_name"}))
    assert raised.value.paths == ("people[bob].identity.given_name",)


def test_two_people_with_one_ref_are_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        User(people=(ADA, evolve(BOB, ref="ada")))

    assert raised.value.paths == ("people[ada].ref",)


def test_a_loss_of_a_person_is_accepted_for_all_people_alike() -> None:
    adapter = Paysera(client_id="client", mac_key=Secret("key"), name="lt")
    user = User(email="a@example.com", people=(ADA, BOB))

    with pytest.raises(Unsupported) as raised:
        adapter.refuse(adapter.wire_for(user).to_wire(user)[1])
    lenient = evolve(adapter, accept_loss=("people",))

    assert raised.value.paths == ("people[ada]", "people[bob]")
    losses = lenient.refuse(adapter.wire_for(user).to_wire(user)[1])
    assert {loss.core_path for loss in losses} == {"people[ada]", "people[bob]"}


def test_what_an_update_changes_of_a_person_who_is_not_mapped_is_one_loss() -> None:
    old, new = User(people=(ADA, BOB)), User(people=(ADA, BOB.replace(email="b@example.com")))

    body, losses = WIRE.update(old, new)

    assert body == {}
    assert [loss.core_path for loss in losses] == ["people[bob]"]


def test_the_paths_of_a_mapped_person_have_the_role_until_a_user_is_known() -> None:
    user = User(people=(BOB, ADA))

    assert WIRE.core_path("LegalRepresentative.Email") == "people[representative].email"
    assert WIRE.core_path("LegalRepresentative.Email", user) == "people[ada].email"
    _, losses = WIRE.to_wire(user.replace({"people[ada].identity.given_name": "x" * 101}))
    assert "people[ada].identity.given_name" in {loss.core_path for loss in losses}


def test_a_person_who_is_read_has_the_name_of_the_role() -> None:
    payload = {"PersonType": "LEGAL", "LegalRepresentative": {"FirstName": "Ada"}}
    user, _ = WIRE.from_wire(payload)

    assert [(one.ref, one.roles) for one in user.people] == [("representative", (REP,))]
    assert WIRE.from_wire({"PersonType": "LEGAL"})[0].people == ()
    assert changed_paths(User(people=(ADA,)), user) == {"people[ada].roles"}
    assert WIRE.to_wire(user, On.CREATE)[0]["LegalRepresentative"] == {"FirstName": "Ada"}
