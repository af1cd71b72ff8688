"""An update that replaces the whole object: every field, and every unknown key, is sent."""

from __future__ import annotations

from typing import Any

import pytest
from onboarding import Address, Identity, LossKind, User, UserCategory
from onboarding.mapping import (
    ISO_DATE,
    TEXT,
    Codec,
    On,
    Translation,
    at,
    core,
    inside,
    record_only,
    some,
    when,
    wire,
)
from onboarding.mapping.plan import Plan

U = core(User)
I = some(U.identity)  # noqa: E741
A = core(Address)


LANDS: Codec[str, str] = Codec(
    "XX or YY", {"xx": "XX", "yy": "YY"}.__getitem__, str.lower, "string"
)


@wire(source="guide")
class Place:
    town: str | None = at(A.city, TEXT)
    land: str | None = at(A.country, LANDS)


@wire(source="guide", replaces=True)
class Person:
    id: str | None = record_only(str)
    name: str | None = at(I.given_name, TEXT, max=20)
    born: str | None = at(I.birthdate, ISO_DATE)
    mail: str | None = at(U.email, TEXT)
    phone: str | None = at(U.phone, TEXT, on=On.CREATE)
    place: Place | None = inside(Place, some(U.address))


PERSON = Translation(Plan(Person, "acme"))
ANNA = User(identity=Identity(given_name="Anna"), email="a@acme.invalid")


def test_an_update_sends_every_field_that_it_writes() -> None:
    old = ANNA.replace(phone="+37061234567")

    assert PERSON.update(old, old.replace(email="b@acme.invalid")) == (
        {"name": "Anna", "mail": "b@acme.invalid"},
        (),
    )


def test_an_update_carries_along_what_the_core_cannot_hold() -> None:
    shown = {
        "id": "7", "name": "Anna", "born": "never", "mail": "a@acme.invalid", "x": 1, "x.y": [2],
        "place": {"land": "Atlantis", "z": None},
    }  # fmt: skip
    user, unmapped = PERSON.from_wire(shown)

    body, losses = PERSON.update(user, user.replace(email="b@acme.invalid"), unmapped=unmapped)

    assert "id" not in body
    assert {**body, "id": "7"} == {**shown, "mail": "b@acme.invalid"}
    assert losses == ()


def test_an_object_that_is_not_one_is_carried_along_or_reported() -> None:
    user, unmapped = PERSON.from_wire({"name": "Anna", "place": "Ararat"})

    body, losses = PERSON.update(user, user.replace(email="b@acme.invalid"), unmapped=unmapped)
    _, others = PERSON.update(user, user.replace(address=Address(city="Ararat")), unmapped=unmapped)

    assert (body, losses) == ({"name": "Anna", "mail": "b@acme.invalid", "place": "Ararat"}, ())
    assert [(x.core_path, x.kind) for x in others] == [("address", LossKind.DROPPED)]


def test_a_field_is_cleared_by_leaving_it_out() -> None:
    assert PERSON.update(ANNA, ANNA.replace(email=None)) == ({"name": "Anna"}, ())


def test_an_update_that_would_send_an_empty_object_reports_the_losses() -> None:
    body, losses = PERSON.update(User(email="a@acme.invalid"), User())

    assert body == {}
    assert [x.core_path for x in losses] == ["email"]


def test_an_unchanged_value_beyond_a_limit_is_sent_as_it_is() -> None:
    user, _ = PERSON.from_wire({"name": "x" * 30, "mail": "a@acme.invalid"})

    body, losses = PERSON.update(user, user.replace(email="b@acme.invalid"))

    assert body == {"name": "x" * 30, "mail": "b@acme.invalid"}
    assert losses == ()


def test_a_change_of_no_written_field_sends_nothing() -> None:
    body, losses = PERSON.update(ANNA, ANNA.replace(locale="lt"))

    assert body == {}
    assert [x.core_path for x in losses] == ["locale"]


def test_no_change_sends_nothing() -> None:
    assert PERSON.update(ANNA, ANNA, unmapped={"x": 1}) == ({}, ())


def _name(**rules: Any) -> Any:
    return at(I.given_name, TEXT, **rules)


@pytest.mark.parametrize(
    "row",
    [
        _name(shown=False),
        _name(scope="tag"),
        _name(hidden_when=when(U.category, UserCategory.PAYER)),
        inside(Place, some(U.address), shown=False),
    ],
)
def test_a_field_that_answers_may_not_show_is_refused(row: Any) -> None:
    cls = type("Bad", (), {"row": row, "__annotations__": {"row": Any}})

    with pytest.raises(ValueError, match=r"^Bad\.row: an answer may not show it"):
        wire(source="guide", replaces=True)(cls)


def test_a_nested_object_is_replaced_by_its_row() -> None:
    cls = type("Bad", (), {"row": inside(Person), "__annotations__": {"row": Any}})

    with pytest.raises(ValueError, match=r"Bad\.row: declare on the row"):
        wire(source="guide")(cls)
