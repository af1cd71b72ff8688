"""Wire classes of other core classes than `User`: bank accounts here, mapped like users."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Absence, Address, LossKind, User
from onboarding.banking import BankAccount, IbanAccount, UsAccount
from onboarding.mapping import (
    ALWAYS,
    TEXT,
    On,
    Pattern,
    at,
    core,
    inside,
    not_applicable,
    record_only,
    some,
    translation,
    when,
    wire,
    words,
)
from onboarding.mapping.explain import explain
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import rows_of
from onboarding.mapping.unread import read_with_losses
from onboarding.spi import DepositType
from onboarding.testing.strategies import models

A = core(Address)
B = core(BankAccount)
I = core(IbanAccount)  # noqa: E741
S = core(UsAccount)

IN_FRANCE = when(some(B.owner_address).country, "FR")
DEPOSITS = words(DepositType, {DepositType.CHECKING: "C", DepositType.SAVINGS: "S"})


@wire(source="guide, address")
class Place:
    street: str | None = at(A.line1, TEXT, max=20)
    town: str | None = at(A.city, TEXT, hidden_when=when(A.country, "LT"))
    land: str | None = at(A.country, TEXT)


@wire(source="guide, accounts")
class Owned:
    id: str | None = record_only(str)
    holder: str | None = at(B.owner_name, TEXT, max=30, required_when=ALWAYS)
    place: Place | None = inside(Place, some(B.owner_address), send_whole=True)


@wire(source="guide, accounts in euros", not_supported=(not_applicable(B.tag, "no tags"),))
class Euros(Owned):
    iban: str | None = at(
        I.iban, TEXT, pattern=Pattern("[A-Z0-9]{5,34}", "5 to 34 capital letters and digits")
    )
    swift: str | None = at(I.bic, TEXT, required_when=IN_FRANCE, clear_with=None)


@wire(source="guide, accounts in dollars")
class Dollars(Owned):
    number: str | None = at(S.account_number, TEXT, on=On.CREATE)
    aba: str | None = at(S.routing_number, TEXT)
    type: str | None = at(S.deposit_type, DEPOSITS)


EUROS = translation(Euros, "acme", IbanAccount)
DOLLARS = translation(Dollars, "acme", UsAccount)
ONA = IbanAccount(
    owner_name="Ona",
    owner_address=Address(line1="Gedimino 1", city="Vilnius", country="LT"),
    iban="LT12",
)
ANN = UsAccount(owner_name="Ann", account_number="1", routing_number="2")
WHOLE = ONA.replace(iban="LT1210000111", bic="CBVILT2X")


def test_the_root_is_the_narrowest_class_at_which_the_rows_start() -> None:
    roots = [Plan(cls, "acme").root for cls in (Euros, Dollars, Owned, Place)]

    assert roots == [IbanAccount, UsAccount, BankAccount, Address]


def test_the_root_of_rows_without_a_path_is_the_user() -> None:
    @wire(source="guide")
    class Bare:
        id: str | None = record_only(str)

    assert Plan(Bare, "acme").root is User
    assert translation(Bare, "acme").from_wire({"id": "1"}) == (User(), {})


def test_a_class_is_not_translated_as_another_root() -> None:
    with pytest.raises(ValueError, match="Euros maps IbanAccount, not User"):
        translation(Euros, "acme")
    with pytest.raises(ValueError, match="Euros maps IbanAccount, not UsAccount"):
        translation(Euros, "acme", UsAccount)


def test_rows_of_two_unrelated_classes_are_no_wire_class() -> None:
    with pytest.raises(ValueError, match="a path of UsAccount, but is inside a class of Iban"):

        @wire(source="guide")
        class Mixed:  # pyright: ignore[reportUnusedClass]
            iban: str | None = at(I.iban, TEXT)
            aba: str | None = at(S.routing_number, TEXT)


def test_a_condition_about_another_class_is_refused() -> None:
    @wire(source="guide")
    class Lost:
        iban: str | None = at(I.iban, TEXT, required_when=when(core(User).email, "x"))

    with pytest.raises(ValueError, match="no User lies around IbanAccount"):
        _ = Plan(Lost, "acme").fields


def test_an_account_is_written_and_read_back() -> None:
    body, losses = EUROS.to_wire(WHOLE)

    assert body == {
        "holder": "Ona",
        "place": {"street": "Gedimino 1", "town": "Vilnius", "land": "LT"},
        "iban": "LT1210000111",
        "swift": "CBVILT2X",
    }
    assert [(loss.core_path, loss.kind) for loss in losses] == [
        ("owner_address.city", LossKind.WRITE_ONLY)
    ]
    assert EUROS.from_wire({"id": "7", **body}) == (WHOLE, {})
    assert EUROS.provider_fields({"id": "7", **body}) == {"id": "7"}


def test_limits_and_unsupported_fields_are_losses_by_core_path() -> None:
    account = ONA.replace({"owner_name": "x" * 31, "tag": "main", "owner_address.region": "V"})

    body, losses = EUROS.to_wire(account)

    assert "holder" not in body
    assert "iban" not in body
    assert {(loss.core_path, loss.kind, loss.reason) for loss in losses} == {
        ("owner_name", LossKind.DROPPED, "longer than 30 characters"),
        ("iban", LossKind.DROPPED, "the provider accepts 5 to 34 capital letters and digits"),
        ("tag", LossKind.NOT_APPLICABLE, "no tags"),
        ("owner_address.region", LossKind.DROPPED, "acme does not support it"),
        ("owner_address.city", LossKind.WRITE_ONLY, "returned as null when country is LT"),
    }


def test_a_field_that_cannot_be_read_is_empty_and_kept() -> None:
    read, left = EUROS.from_wire({"iban": 7, "place": "Vilnius", "fresh": 1})

    assert [getattr(read, name) for name in ("iban", "owner_name", "owner_address")] == [None] * 3
    assert left == {"iban": 7, "place": "Vilnius", "fresh": 1}


def test_what_was_not_read_is_a_loss() -> None:
    read, losses = read_with_losses(DOLLARS, {"id": "1", "type": "X", "aba": "2"})

    assert (read.deposit_type, read.routing_number) == (None, "2")
    assert [(loss.core_path, loss.wire_path) for loss in losses] == [
        ("deposit_type", "type"),
        ("", "id"),
    ]
    assert losses[1].reason == "a field of acme's record, not of the UsAccount"


def test_an_update_sends_what_changed() -> None:
    changed = WHOLE.replace({"owner_address.line1": "Pilies 2", "bic": None})

    body, losses = EUROS.update(WHOLE, changed)

    assert body == {
        "place": {"street": "Pilies 2", "town": "Vilnius", "land": "LT"},
        "swift": None,
    }
    assert losses == ()
    assert EUROS.update(WHOLE, WHOLE) == ({}, ())


def test_a_change_that_no_update_sends_is_a_loss() -> None:
    body, losses = DOLLARS.update(ANN, ANN.replace(account_number="3", routing_number="4"))

    assert body == {"aba": "4"}
    assert [(loss.core_path, loss.reason) for loss in losses] == [
        ("account_number", "this call cannot change it")
    ]


def test_empty_fields_have_their_reasons() -> None:
    payload: dict[str, Any] = {"holder": "Ona", "place": {"land": "LT"}, "swift": None}
    read, unmapped = EUROS.from_wire(payload)

    assert EUROS.absent(read, payload, unmapped=unmapped) == {
        "owner_address.line1": Absence.NOT_RETURNED,
        "owner_address.city": Absence.NULL_BY_RULE,
        "iban": Absence.NOT_RETURNED,
        "bic": Absence.NOT_GIVEN,
    }


def test_names_in_errors_are_core_paths() -> None:
    wires = ("iban", "Place.Town", "place", "holder", "nonsense")
    paths = [EUROS.core_path(name) for name in wires]

    assert paths == ["iban", "owner_address.city", "owner_address", "owner_name", None]


def test_a_field_is_explained() -> None:
    (holder,) = explain("owner_name", EUROS.plan)
    (tag,) = explain("tag", EUROS.plan)
    (swift,) = explain("bic", EUROS.plan)

    assert (holder.wire_class, holder.wire_path, holder.limits) == (
        "Euros",
        "holder",
        ("at most 30 characters",),
    )
    assert tag.loss is not None
    assert tag.loss.reason == "no tags"
    assert "owner_address.country is FR" in str(swift.required)


def test_a_requirement_is_asked_of_the_account() -> None:
    plan = EUROS.plan
    swift = plan.by_core["bic"]
    french = ONA.replace({"owner_address.country": "FR"})

    asked = [
        plan.demands(swift, one, plan.given(one, On.CREATE), On.CREATE) for one in (ONA, french)
    ]

    assert asked == [False, True]


@pytest.mark.parametrize("cls", [Euros, Dollars])
def test_every_row_of_the_parent_class_is_inherited(cls: type) -> None:
    assert {row.wire for row in rows_of(Owned)} < {row.wire for row in rows_of(cls)}


@given(account=models(IbanAccount))
def test_every_account_is_read_back_except_for_its_losses(account: IbanAccount) -> None:
    body, losses = EUROS.to_wire(account)
    read, left = EUROS.from_wire(body)

    lost = {loss.core_path for loss in losses if loss.kind is not LossKind.WRITE_ONLY}
    assert left == {}
    for path in ("owner_name", "iban", "bic", "tag"):
        assert (getattr(read, path) == getattr(account, path)) or path in lost
    for name in ("line1", "city", "country"):
        given, found = (getattr(one.owner_address, name, None) for one in (account, read))
        assert given == found or f"owner_address.{name}" in lost


@given(data=st.data())
def test_an_update_gives_the_new_account(data: st.DataObject) -> None:
    old, new = (data.draw(models(UsAccount)).replace(tag=None) for _ in range(2))
    kept = DOLLARS.to_wire(old)[0]

    body, losses = DOLLARS.update(old, new)

    read = DOLLARS.from_wire(kept | body)[0]
    lost = {loss.core_path for loss in losses}
    for path in ("owner_name", "account_number", "routing_number", "deposit_type"):
        assert getattr(read, path) == getattr(new, path) or path in lost
