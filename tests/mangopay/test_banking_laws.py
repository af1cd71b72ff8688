"""What holds for every bank account, recipient and list of money, not only for the samples."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Address, Secret
from onboarding.banking import (
    BankAccount,
    BankAccountRecord,
    CanadianAccount,
    IbanAccount,
    OtherAccount,
    UkAccount,
    UsAccount,
    Wallet,
)
from onboarding.mapping.explain import explain
from onboarding.mapping.paths import leaves, lookup
from onboarding.spi import DepositType, Flow, Request, Response
from onboarding.testing import PaperGateway
from onboarding.testing.strategies import changed, models, values_at
from onboarding.testing.strategies import texts as texts_of_the_core

from onboarding_mangopay import MangoPay, NewRecipient, PayoutMethod, RecipientType
from onboarding_mangopay.wire.accounts import FORMS, read_account, word_of
from onboarding_mangopay.wire.recipients import core_path, write_recipient

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")


def texts(most: int = 40) -> st.SearchStrategy[str]:
    return texts_of_the_core(max_size=most)


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most or least)


COUNTRIES = st.sampled_from(["FR", "LT", "US", "JP"])
ADDRESSES = st.builds(
    Address,
    line1=st.none() | texts(),
    line2=st.none() | texts(),
    city=st.none() | texts(),
    region=st.none() | texts(),
    postal_code=st.none() | texts(),
    country=COUNTRIES,
)
OWNED: dict[str, Any] = {
    "owner_name": texts(255),
    "owner_address": st.none() | ADDRESSES,
    "tag": st.none() | texts(255),
}
BIC = st.sampled_from(["BNPAFRPP", "BNPAFRPPXXX", "cbvilt2x"])
ACCOUNTS: st.SearchStrategy[BankAccount] = st.one_of(
    st.builds(IbanAccount, iban=texts(34), bic=st.none() | BIC, **OWNED),
    st.builds(UkAccount, sort_code=digits(6), account_number=digits(8), **OWNED),
    st.builds(
        UsAccount,
        routing_number=digits(9),
        account_number=digits(1, 20),
        deposit_type=st.none() | st.sampled_from(DepositType),
        **OWNED,
    ),
    st.builds(
        CanadianAccount,
        bank_name=texts(50),
        institution_number=digits(3),
        branch_code=digits(5),
        account_number=digits(7, 35),
        **OWNED,
    ),
    st.builds(OtherAccount, account_number=digits(5, 35), bic=BIC, country=COUNTRIES, **OWNED),
)
PEOPLE = st.builds(
    NewRecipient,
    display_name=texts(50),
    currency=st.sampled_from(["EUR", "GBP", "JPY"]),
    details=st.dictionaries(st.sampled_from(["IBAN", "AccountNumber", "BIC"]), texts()),
    type=st.just(RecipientType.INDIVIDUAL),
    method=st.sampled_from(PayoutMethod),
    country=st.none() | COUNTRIES,
    given_name=st.none() | texts(),
    family_name=st.none() | texts(),
    address=st.none() | ADDRESSES,
    tag=st.none() | texts(),
)
COMPANIES = st.builds(
    NewRecipient,
    display_name=texts(50),
    currency=st.sampled_from(["EUR", "GBP", "JPY"]),
    details=st.dictionaries(st.sampled_from(["IBAN", "AccountNumber", "BIC"]), texts()),
    type=st.just(RecipientType.BUSINESS),
    method=st.sampled_from(PayoutMethod),
    business_name=st.none() | texts(),
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def answered(flow: Flow[Any], body: object) -> Any:
    """The result of a flow whose requests are all answered so."""

    def answer(request: Request) -> Response:
        if request.operation == "login":
            return Response(status=200, body=b'{"access_token": "t", "expires_in": 1200}')
        return Response(status=200, body=json.dumps(body).encode())

    return PaperGateway(PAPER, answer).run(flow)


# --- round trips --------------------------------------------------------------------------------


@given(account=ACCOUNTS)
def test_whatever_account_is_sent_is_read_back_as_it_was(account: BankAccount) -> None:
    word = word_of(account)
    assert word is not None

    body, losses = FORMS[word].to_wire(account)

    shown = {**body, "Type": word}
    assert losses == ()
    assert read_account(shown) == account


@given(account=ACCOUNTS)
def test_every_field_that_is_sent_of_an_account_has_a_way_back(account: BankAccount) -> None:
    word = word_of(account)
    assert word is not None
    form = FORMS[word]

    body, _ = form.to_wire(account)

    address = body.pop("OwnerAddress", {})
    paths = [*body, *(f"OwnerAddress.{name}" for name in address)]
    for path in paths:
        place: Any = account
        for name in (form.core_path(path) or "").split("."):
            place = getattr(place, name)
        assert place is not None


def test_a_nonsense_field_of_an_account_has_no_core_path() -> None:
    assert {form.core_path("Nonsense") for form in FORMS.values()} == {None}


@given(new=PEOPLE | COMPANIES)
def test_whatever_recipient_is_sent_is_read_back_as_it_was(new: NewRecipient) -> None:
    shown = {**write_recipient(new), "Id": "rec_1"}

    read = answered(PAPER.fetch_recipient("rec_1"), shown)

    names = "display_name currency country given_name family_name business_name address tag details"
    for name in names.split():
        assert getattr(read, name) == getattr(new, name), name
    assert (read.type, read.method) == (new.type, new.method)


@given(new=PEOPLE | COMPANIES)
def test_every_field_that_is_sent_of_a_recipient_has_a_way_back(new: NewRecipient) -> None:
    def leaves(body: dict[str, Any], prefix: str = "") -> list[str]:
        found: list[str] = []
        for name, value in body.items():
            below = isinstance(value, dict)
            found += leaves(value, f"{prefix}{name}.") if below else [prefix + name]
        return found

    for path in leaves(write_recipient(new)):
        head, _, rest = (core_path(path) or "").partition(".")
        place = getattr(new, head)
        assert (place[rest] if head == "details" else place) is not None


# --- every declared field ------------------------------------------------------------------------

FIELDS = [(word, mapped.core) for word, form in FORMS.items() for mapped in form.plan.fields]


@pytest.mark.parametrize(("word", "path"), FIELDS)
@given(data=st.data())
def test_each_field_of_an_account_is_sent_and_read_back_or_a_loss(
    word: str, path: str, data: st.DataObject
) -> None:
    form = FORMS[word]
    mapped, root = form.plan.by_core[path], form.plan.root
    account = changed(data.draw(models(root)), path, data.draw(values_at(path, root)))

    body, losses = form.to_wire(account)

    read, left = form.from_wire(body)
    lost = {loss.core_path: loss.wire_path for loss in losses}
    assert left == {}
    if path in lost:
        assert (lookup(read, path), lost[path]) == (None, mapped.wire)
    else:
        assert lookup(read, path) == lookup(account, path)
    assert form.core_path(mapped.wire) == path


@pytest.mark.parametrize("word", FORMS)
def test_each_field_of_an_account_is_explained(word: str) -> None:
    plan = FORMS[word].plan

    told = [explained for path in leaves(plan.root) for explained in explain(path, plan)]

    assert [one.core_path for one in told] == list(leaves(plan.root))
    unsent = [one.core_path for one in told if not one.wire_path or one.loss is not None]
    assert unsent == ["currency"]
    assert all(one.source.startswith("docs: ") for one in told)


# --- the trusting door --------------------------------------------------------------------------

ROWS: dict[str, Callable[[], Flow[Any]]] = {
    "accounts": lambda: PAPER.list_bank_accounts("1"),
    "recipients": lambda: PAPER.list_recipients("1"),
    "wallets": lambda: PAPER.list_wallets("1"),
    "transactions": lambda: PAPER.list_transactions("1"),
    "cards": lambda: PAPER.list_cards("1"),
}
WORDS = """
UserId Type OwnerName OwnerAddress IBAN Tag Active CreationDate Status DisplayName Owners Balance
LocalBankTransfer IndividualRecipient PendingUserAction RecipientVerificationOfPayee Currency
DebitedFunds Fees ResultCode ExecutionDate ExpirationDate
"""
NAMES = st.sampled_from(WORDS.split())


@pytest.mark.parametrize("what", ROWS)
@given(said=st.dictionaries(NAMES, VALUES), type=st.sampled_from(["IBAN", "US", "new"]))
def test_whatever_a_row_says_of_itself_it_is_read_and_kept(
    what: str, said: dict[str, Any], type: str
) -> None:
    row = {"Type": type, **said, "Id": "1"}

    (read,) = answered(ROWS[what](), [row]).items

    assert (read.id, read.raw) == ("1", row)
    assert repr(read)


# --- storing ------------------------------------------------------------------------------------


@given(account=ACCOUNTS)
def test_a_record_of_an_account_survives_its_json(account: BankAccount) -> None:
    word = word_of(account)
    assert word is not None
    shown = {**FORMS[word].to_wire(account)[0], "Type": word, "Id": "1", "Active": True}
    record = answered(PAPER.fetch_bank_account("u", "1"), shown)

    again = BankAccountRecord.from_json(record.to_json())

    assert again == record
    assert again.account == account


def test_a_wallet_survives_its_json() -> None:
    row = {"Id": "1", "Owners": ["u"], "Balance": {"Currency": "EUR", "Amount": 5}}
    (wallet,) = answered(PAPER.list_wallets("u"), [row]).items

    assert Wallet.from_json(wallet.to_json()) == wallet
