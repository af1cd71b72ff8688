"""How a field is cleared: with null, with an empty text, or not at all."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from onboarding import Address, Identity, LossKind, User
from onboarding.mapping import (
    ALWAYS,
    BOOL,
    ISO_DATE,
    NEVER,
    TEXT,
    On,
    Translation,
    at,
    core,
    inside,
    some,
    when,
    wire,
)
from onboarding.mapping.plan import Plan

U = core(User)
I = some(U.identity)  # noqa: E741
A = core(Address)


@wire(source="guide")
class Place:
    town: str | None = at(A.city, TEXT)


@wire(source="guide")
class Person:
    name: str | None = at(I.given_name, TEXT, clear_with="")
    born: str | None = at(I.birthdate, ISO_DATE, clear_with="")
    phone: str | None = at(U.phone, TEXT, clear_with=None)
    mail: str | None = at(U.email, TEXT)


PERSON = Translation(Plan(Person, "acme"))


def test_a_field_is_cleared_with_the_documented_value() -> None:
    born = ISO_DATE.read("1990-03-11")
    old = User(identity=Identity(given_name="A", birthdate=born), phone="+37061234567")

    body, losses = PERSON.update(old, User())

    assert body == {"name": "", "born": "", "phone": None}
    assert losses == ()


def test_a_cleared_text_reads_as_no_value_and_is_no_change() -> None:
    shown = {"name": "", "born": "", "phone": None}
    user, _ = PERSON.from_wire(shown)

    assert user.phone is None
    assert some(user.identity).birthdate is None
    assert PERSON.update(user, User()) == ({}, ())


def test_a_field_without_such_a_value_is_a_loss() -> None:
    body, losses = PERSON.update(User(email="a@acme.invalid", phone="+37061234567"), User())

    assert body == {"phone": None}
    assert [(x.core_path, x.kind) for x in losses] == [("email", LossKind.DROPPED)]


def test_a_creation_does_not_send_the_value() -> None:
    assert PERSON.to_wire(User(), On.CREATE) == ({}, ())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (at(I.given_name, TEXT, clear_with="", required_when=ALWAYS), "is always required"),
        (at(I.given_name, TEXT, clear_with=None, on=On.CREATE), "no update writes it"),
        (at(I.given_name, TEXT, clear_with=None, on=NEVER), "no update writes it"),
        (at(some(U.terms).accepted, BOOL, clear_with=""), "is not a text"),
        (inside(Place, some(U.address), replaces=True), "must be sent whole"),
    ],
)
def test_what_cannot_clear_a_field_is_refused(row: Any, says: str) -> None:
    cls = type("Bad", (), {"name": row, "__annotations__": {"name": Any}})

    with pytest.raises(ValueError, match=rf"^Bad\.name: .*{says}"):
        wire(source="guide")(cls)


def test_a_field_that_is_required_in_some_cases_can_be_cleared_in_others() -> None:
    @wire(source="guide")
    class Sometimes:
        name: str | None = at(
            I.given_name, TEXT, clear_with=None, required_when=when(U.email, "a@acme.invalid")
        )

    old = User(identity=Identity(given_name="A"))
    new = old.replace(identity=attrs.evolve(some(old.identity), given_name=None))

    assert Translation(Plan(Sometimes, "acme")).update(old, new) == ({"name": None}, ())
