"""Bank accounts at Stripe: added, listed, made the default, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    Address,
    Gateway,
    IdempotencyConflict,
    InvalidInput,
    Rejected,
    Unsupported,
    UserRecord,
)
from onboarding.banking import (
    BankAccount,
    BankAccountRecord,
    CanadianAccount,
    DepositType,
    IbanAccount,
    OtherAccount,
    UkAccount,
    UsAccount,
)
from onboarding.spi import Response
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import JENNY

from onboarding_stripe import Stripe

IBAN = IbanAccount(owner_name="Jenny Rosen", iban="FR7630004000031234567890143", tag="payouts")
UK = UkAccount(owner_name="Jenny Rosen", sort_code="108800", account_number="00012345")
US = UsAccount(
    owner_name="Jenny Rosen",
    routing_number="110000000",
    account_number="000123456789",
    deposit_type=DepositType.CHECKING,
)
SHOWN = {
    "fr": (IBAN, ("FR", "eur", None, "0143", None)),
    "gb": (UK, ("GB", "gbp", "108800", "2345", None)),
    "us": (US, ("US", "usd", "110000000", "6789", "checking")),
}


@pytest.fixture
def jenny(gateway: Gateway[Stripe]) -> UserRecord:
    return gateway.create_user(JENNY)


@pytest.mark.parametrize("name", SHOWN)
def test_the_official_client_reads_an_account_that_was_added(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord, name: str
) -> None:
    account, shown = SHOWN[name]

    record = gateway.add_bank_account(jenny.id, account)

    bank = stage.v1.accounts.external_accounts.retrieve(jenny.id, record.id)
    found = (bank.country, bank.currency, bank.routing_number, bank.last4, bank.account_type)
    assert found == shown
    assert bank.account_holder_name == "Jenny Rosen"
    assert bank.metadata.to_dict() == ({"tag": account.tag} if account.tag else {})
    assert bank.default_for_currency is True
    assert (record.account, record.user_id, record.active) == (account, jenny.id, True)
    assert record.provider_status == "new"
    assert (record.provider_fields["last4"], record.provider_fields["country"]) == (
        shown[3],
        shown[0],
    )
    assert BankAccountRecord.from_json(record.to_json()) == record


def test_accounts_of_the_official_client_are_listed_page_by_page(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    create = stage.v1.accounts.external_accounts.create
    bank = {"object": "bank_account", "country": "US", "routing_number": "110000000"}
    made = [
        create(jenny.id, {"external_account": {**bank, "account_number": f"{number:012}"}})
        for number in range(101)
    ]

    first = gateway.run(gateway.adapter.list_bank_accounts(jenny.id))
    listed = list(gateway.bank_accounts(jenny.id))

    assert (len(first.items), first.next) == (100, made[1].id)
    assert [one.id for one in listed] == [bank.id for bank in made[::-1]]
    assert {(one.user_id, one.account, one.active) for one in listed} == {(jenny.id, None, True)}


def test_the_default_of_a_currency_is_changed_and_deleted_last(
    gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    add = gateway.adapter.add_bank_account
    one = gateway.add_bank_account(jenny.id, US)
    two = gateway.run(add(jenny.id, evolve(US, account_number="000999999991")))
    asked = evolve(US, account_number="000999999992")
    three = gateway.run(add(jenny.id, asked, default_for_currency=True))

    def default() -> list[str]:
        listed = gateway.bank_accounts(jenny.id)
        return [it.id for it in listed if it.provider_fields["default_for_currency"]]

    assert default() == [three.id]
    changed = gateway.run(gateway.adapter.make_default(two))
    assert default() == [two.id] == [changed.id]
    with pytest.raises(Rejected):
        gateway.deactivate_bank_account(two)
    for record in (one, three, two):
        assert gateway.deactivate_bank_account(record).active is False
    assert list(gateway.bank_accounts(jenny.id)) == []


def test_a_currency_of_ones_own_is_sent(gateway: Gateway[Stripe], jenny: UserRecord) -> None:
    record = gateway.add_bank_account(jenny.id, evolve(UK, currency="EUR"))

    assert record.provider_fields["currency"] == "eur"


def test_a_key_adds_an_account_once(gateway: Gateway[Stripe], jenny: UserRecord) -> None:
    add = gateway.add_bank_account
    first = add(jenny.id, US, idempotency_key="7")

    again = add(jenny.id, US, idempotency_key="7")

    assert again.id == first.id
    assert len(list(gateway.bank_accounts(jenny.id))) == 1
    with pytest.raises(IdempotencyConflict):
        add(jenny.id, UK, idempotency_key="7")


REFUSED: dict[str, tuple[BankAccount, str]] = {
    "no routing number of the US": (evolve(US, routing_number="11000000"), "routing_number"),
    "no sort code": (evolve(UK, sort_code="10-88-00"), "sort_code"),
    "no account number": (evolve(UK, account_number="1234567"), "account_number"),
    "no letters in a US number": (evolve(US, account_number="12A45"), "account_number"),
    "no country in an IBAN": (evolve(IBAN, iban="7630004000031234567890143"), "iban"),
    "no capitals in an IBAN": (evolve(IBAN, iban="fr7630004000031234567890143"), "iban"),
    "a long tag": (evolve(IBAN, tag="x" * 501), "tag"),
    "another kind": (OtherAccount(owner_name="A", account_number="1", bic="X", country="PH"), ""),
    "Canada": (
        CanadianAccount(
            owner_name="A",
            bank_name="B",
            institution_number="003",
            branch_code="00152",
            account_number="1234567",
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_sent_is_refused_before_sending(name: str) -> None:
    account, path = REFUSED[name]

    with pytest.raises(Unsupported) as refused:
        next(adapter_at("http://127.0.0.1:1").add_bank_account("acct_1", account))

    assert refused.value.paths == (path,)
    for value in (account.owner_name, "003", "fr76"):
        assert len(value) < 2 or value not in str(refused.value)


def test_what_means_nothing_to_stripe_is_left_out(
    gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    home = Address(line1="1 Main St", city="Paris", country="FR")

    record = gateway.add_bank_account(jenny.id, evolve(IBAN, owner_address=home, bic="BNPAFRPP"))

    assert record.id


def test_a_complaint_names_the_field(stage: Stage, gateway: Gateway[Stripe]) -> None:
    jenny = gateway.create_user(JENNY)

    with pytest.raises(Rejected) as number:
        gateway.add_bank_account(jenny.id, evolve(US, account_number="1"))
    with pytest.raises(Rejected) as country:
        gateway.add_bank_account(jenny.id, evolve(IBAN, iban="ZZ7630004000031234567890143"))

    (first,), (second,) = number.value.problems, country.value.problems
    assert (first.path, first.code) == ("account_number", "account_number_invalid")
    assert (second.path, second.code) == ("iban", "country_unsupported")


@pytest.mark.parametrize(
    ("word", "active"),
    [("new", True), ("errored", False), ("verification_failed", False), ("other", None), (5, None)],
)
def test_a_status_says_whether_an_account_is_paid_to(word: Any, active: bool | None) -> None:
    flow = adapter_at("http://127.0.0.1:1").list_bank_accounts("acct_1")
    next(flow)
    row = f'{{"id": "ba_1", "account": "acct_1", "status": {word!r}}}'.replace("'", '"')

    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=f'{{"data": [{row}]}}'.encode()))

    (record,) = done.value.value.items
    assert record.active is active


def test_a_record_of_another_gateway_is_not_deleted_here() -> None:
    adapter = adapter_at("http://127.0.0.1:1")
    held: dict[str, Any] = {"provider": "stripe", "id": "ba_1"}

    with pytest.raises(InvalidInput, match="gateway"):
        next(adapter.deactivate_bank_account(BankAccountRecord(gateway="eu", **held)))
    with pytest.raises(InvalidInput, match="user_id"):
        next(adapter.deactivate_bank_account(BankAccountRecord(gateway="us", **held)))
