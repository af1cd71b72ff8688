"""Values that are only read: classes of one provider, records of the core, incomplete objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import UnexpectedResponse
from onboarding.banking import Money, Wallet
from onboarding.mapping import (
    NEVER,
    TEXT,
    at,
    core,
    inside,
    record_only,
    some,
    translation,
    wire,
)
from onboarding.spi import (
    FILLED,
    INTEGER,
    MOMENT,
    OBJECT,
    REFERENCE,
    TEXTS,
    Adapter,
    Codec,
    Model,
    RateLimit,
    Response,
    shown,
    shown_as,
    shown_inside,
)

M = core(Money)
W = core(Wallet)
NOON = 1_767_268_800


@wire(source="guide, money", on=NEVER)
class Amount:
    minor: int | None = at(M.amount, INTEGER)
    code: str | None = at(M.currency, FILLED)


@wire(source="guide, purses", on=NEVER)
class Purse:
    key: str | None = at(W.id, REFERENCE)
    holders: list[str] | None = at(W.owner_ids, TEXTS)
    sum: Amount | None = inside(Amount, some(W.balance), complete=True)
    made: int | None = at(W.created_at, MOMENT)
    colour: str | None = record_only(str)


@shown(source="guide, tickets")
@frozen(kw_only=True, slots=False, repr=False)
class Ticket(Model):
    id: str = shown_as("Key", REFERENCE)
    seat: str | None = shown_as("Seat", FILLED)
    price: Money | None = shown_inside("Price", Amount, complete=True)
    meals: Mapping[str, Any] | None = shown_as("Meals", OBJECT)
    retrieved_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any])


@frozen(kw_only=True)
class Acme(Adapter):
    provider = "acme"

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        return ()


ACME = Acme(name="a")
TICKET: dict[str, Any] = {
    "Key": 7,
    "Seat": "12A",
    "Price": {"minor": 5, "code": "EUR"},
    "Meals": {"fish": True},
}


def test_a_class_of_one_provider_is_read_from_its_own_declaration() -> None:
    response = Response(status=200, received_at=datetime(2026, 1, 1, tzinfo=UTC))

    ticket = ACME.read_as(Ticket, TICKET, response)

    assert ticket == Ticket(
        id="7",
        seat="12A",
        price=Money(amount=5, currency="EUR"),
        meals={"fish": True},
        retrieved_at=response.received_at,
        raw=TICKET,
    )


def test_a_record_of_the_core_is_read_by_a_wire_class_with_its_provenance() -> None:
    payload = {"key": "w", "holders": ["a", 1, "b"], "made": NOON, "colour": "red", "size": 3}

    wallet = ACME.read_as(Wallet, payload, Response(status=200), by=Purse, kept=("size", "made_by"))

    assert (wallet.provider, wallet.gateway, wallet.id) == ("acme", "a", "w")
    assert wallet.owner_ids == ("a", "b")
    assert wallet.created_at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert wallet.provider_fields == {"colour": "red", "size": 3}
    assert wallet.raw == payload


@pytest.mark.parametrize(
    "money",
    [{"minor": 5}, {"code": "EUR"}, {"minor": 1.5, "code": "EUR"}, {"minor": 5, "code": ""}, "5"],
)
def test_an_incomplete_object_is_none_and_kept(money: object) -> None:
    wire = translation(Purse, "acme", Wallet)

    wallet, unmapped = wire.from_wire({"key": "w", "sum": money})

    assert wallet.balance is None
    assert unmapped["sum"] == money


@pytest.mark.parametrize("id", [None, "", True, [], "x" * 600])
def test_a_value_without_its_id_is_an_unexpected_response(id: object) -> None:
    with pytest.raises(UnexpectedResponse) as raised:
        ACME.read_as(Ticket, {**TICKET, "Key": id}, Response(status=200))

    assert [problem.wire_path for problem in raised.value.problems] == ["Key"]


def test_an_object_that_is_declared_as_a_field_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(ValueError, match=r"Fare\.Price: price is an object"):

        @shown(source="guide")
        @frozen(kw_only=True, slots=False, repr=False)
        class Fare(Model):  # pyright: ignore[reportUnusedClass]
            price: Money | None = shown_as("Price", OBJECT)  # type: ignore[assignment]


def test_a_field_that_is_not_read_has_its_default() -> None:
    ticket, _ = translation(Ticket, "acme", Ticket).from_wire({})

    assert (ticket.raw, ticket.retrieved_at) == ({}, None)


def test_no_call_writes_a_class_that_is_only_read() -> None:
    plans = [translation(Ticket, "acme", Ticket).plan, translation(Purse, "acme", Wallet).plan]

    assert {mapped.on for plan in plans for mapped in plan.fields} == {NEVER}


def test_rows_of_an_ordinary_class_are_written_as_before() -> None:
    @wire(source="guide")
    class Written:
        text: str | None = at(W.description, TEXT)

    assert translation(Written, "acme", Wallet).to_wire(
        Wallet(provider="acme", gateway="a", id="1", description="x")
    )[0] == {"text": "x"}


VALUES: list[tuple[Codec[Any, Any], st.SearchStrategy[Any]]] = [
    (REFERENCE, st.text("abc7", min_size=1)),
    (FILLED, st.text(min_size=1)),
    (TEXTS, st.lists(st.text()).map(tuple)),
    (OBJECT, st.dictionaries(st.text(), st.integers())),
    (INTEGER, st.integers()),
    (MOMENT, st.integers(NOON, 2 * NOON).map(lambda at: datetime.fromtimestamp(at, UTC))),
]


@pytest.mark.parametrize(("codec", "values"), VALUES, ids=lambda one: getattr(one, "name", ""))
@given(data=st.data())
def test_what_a_read_only_codec_writes_is_read_as_the_same_value(
    codec: Codec[Any, Any], values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)

    assert codec.read(codec.write(value)) == value
