"""Bank accounts and recipients through the adapter, over a socket and on paper."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    Address,
    AsyncGateway,
    Gateway,
    InvalidInput,
    NextActionKind,
    NotFound,
    Rejected,
    Secret,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.banking import (
    BankAccount,
    CanadianAccount,
    IbanAccount,
    OtherAccount,
    UkAccount,
    UsAccount,
)
from onboarding.provider_errors import ProviderError
from onboarding.spi import DepositType, Request, Response
from onboarding.testing import PaperGateway

from onboarding_mangopay import (
    MangoPay,
    NewRecipient,
    PayoutMethod,
    RecipientScope,
    RecipientType,
    ScaContext,
)

from .stage import LEGAL, NATURAL, PAYER, Json, Stage

IBAN = "FR7630004000031234567890143"  # docs: the sandbox's own
HOME = Address(
    line1="3 rue de la Cité",
    line2="Appartement 7",
    city="Paris",
    region="Île-de-France",
    postal_code="75004",
    country="FR",
)
# docs: create-iban-bank-account and its four siblings
ACCOUNTS = {
    "IBAN": IbanAccount(owner_name="Alex Smith", owner_address=HOME, iban=IBAN, bic="BNPAFRPP"),
    "GB": UkAccount(
        owner_name="Alex Smith", owner_address=HOME, sort_code="200000", account_number="55779911"
    ),
    "US": UsAccount(
        owner_name="Alex Smith",
        owner_address=HOME,
        account_number="11696419",
        routing_number="071000288",
        deposit_type=DepositType.SAVINGS,
    ),
    "CA": CanadianAccount(
        owner_name="Alex Smith",
        owner_address=HOME,
        bank_name="The Bank",
        institution_number="614",
        branch_code="00152",
        account_number="11696419",
    ),
    "OTHER": OtherAccount(
        owner_name="Alex Smith",
        owner_address=HOME,
        country="JP",
        bic="BNPAFRPP",
        account_number="11696419",
    ),
}
# the same, as the examples of those pages spell them
SPELLED: dict[str, Json] = {
    "IBAN": {"IBAN": IBAN, "BIC": "BNPAFRPP"},
    "GB": {"SortCode": "200000", "AccountNumber": "55779911"},
    "US": {"AccountNumber": "11696419", "ABA": "071000288", "DepositAccountType": "SAVINGS"},
    "CA": {
        "BankName": "The Bank",
        "InstitutionNumber": "614",
        "BranchCode": "00152",
        "AccountNumber": "11696419",
    },
    "OTHER": {"Country": "JP", "BIC": "BNPAFRPP", "AccountNumber": "11696419"},
}
EUROS = NewRecipient(
    display_name="My account",
    currency="EUR",
    country="FR",
    given_name="Alex",
    family_name="Smith",
    address=HOME,
    details={"IBAN": IBAN},
)


def on_paper(status: int, body: object) -> PaperGateway[MangoPay]:
    """A gateway whose every answer is this one."""

    def answer(request: Request) -> Response:
        if request.operation == "login":
            return Response(status=200, body=b'{"access_token": "t", "expires_in": 1200}')
        return Response(status=status, body=json.dumps(body).encode())

    return PaperGateway(MangoPay(client_id="acme", api_key=Secret("key"), name="fr"), answer)


# --- bank accounts ------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ACCOUNTS)
def test_an_account_of_each_form_comes_back_as_it_was_given(
    stage: Stage, fr: Gateway[MangoPay], word: str
) -> None:
    user = stage.owner()

    made = fr.add_bank_account(user, ACCOUNTS[word].replace(tag="main"))
    seen = fr.run(fr.adapter.fetch_bank_account(user, made.id))
    (listed,) = fr.bank_accounts(user)

    assert made.account == ACCOUNTS[word].replace(tag="main")
    assert {name: made.raw[name] for name in SPELLED[word]} == SPELLED[word]
    assert (made.user_id, made.active, made.provider_fields) == (user, True, {"Type": word})
    assert made.created_at is not None
    assert made.created_at.timestamp() == 1737216704
    assert seen.account == listed.account == made.account
    assert seen.id == listed.id == made.id


def test_an_account_of_a_company_is_added_in_async_as_well(stage: Stage) -> None:
    user = stage.owner(LEGAL)
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=stage.base_url, name="fr")

    async def add() -> list[Any]:
        async with AsyncGateway(adapter) as gateway:
            await gateway.add_bank_account(user, ACCOUNTS["IBAN"])
            return [found async for found in gateway.bank_accounts(user)]

    (found,) = asyncio.run(add())

    assert found.account == ACCOUNTS["IBAN"]


def test_an_account_is_deactivated_for_good_and_left_out_of_the_active_ones(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    made = fr.add_bank_account(user, ACCOUNTS["IBAN"])
    other = fr.add_bank_account(user, ACCOUNTS["GB"])

    closed = fr.deactivate_bank_account(made)

    active = fr.each(partial(fr.adapter.list_bank_accounts, user, active=True))
    gone = fr.each(partial(fr.adapter.list_bank_accounts, user, active=False))
    assert (closed.id, closed.active) == (made.id, False)
    assert [record.id for record in active] == [other.id]
    assert [record.id for record in gone] == [made.id]


def test_more_accounts_than_a_page_holds_are_all_listed(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    made = [fr.add_bank_account(user, ACCOUNTS["IBAN"]).id for _ in range(103)]
    stage.sim.clear_log()

    found = [record.id for record in fr.bank_accounts(user)]

    assert found == made
    assert [entry.path for entry in stage.sim.log] == [f"/v2.01/acme/users/{user}/bankaccounts"] * 2


def test_an_account_with_a_key_is_registered_once(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()

    first = fr.add_bank_account(user, ACCOUNTS["IBAN"], idempotency_key="payout of order 7")
    again = fr.add_bank_account(user, ACCOUNTS["IBAN"], idempotency_key="payout of order 7")

    assert again.id == first.id
    assert len(list(fr.bank_accounts(user))) == 1


@pytest.mark.parametrize(
    ("account", "path"),
    [
        (ACCOUNTS["IBAN"].replace(iban="FR7630004000031234567890144"), "iban"),
        (ACCOUNTS["IBAN"].replace({"owner_address.country": "XX"}), "owner_address.country"),
        (ACCOUNTS["IBAN"].replace(owner_address=Address(country="FR")), "owner_address.line1"),
        (ACCOUNTS["OTHER"].replace(country="RU"), "country"),
    ],
)
def test_what_mangopay_refuses_of_an_account_is_told_by_core_path(
    stage: Stage, fr: Gateway[MangoPay], account: BankAccount, path: str
) -> None:
    user = stage.owner()

    with pytest.raises(Rejected) as caught:
        fr.add_bank_account(user, account)

    assert path in [problem.path for problem in caught.value.problems]
    assert IBAN[4:10] not in str(caught.value)


@pytest.mark.parametrize(
    ("account", "path"),
    [
        (ACCOUNTS["IBAN"].replace(iban="F" * 35), "iban"),
        (ACCOUNTS["IBAN"].replace(bic="nope"), "bic"),
        (ACCOUNTS["IBAN"].replace(owner_name="x" * 256), "owner_name"),
        (ACCOUNTS["GB"].replace(sort_code="20-00-00"), "sort_code"),
        (ACCOUNTS["US"].replace(routing_number="07100028"), "routing_number"),
        (ACCOUNTS["CA"].replace(branch_code="152"), "branch_code"),
        (ACCOUNTS["OTHER"].replace(account_number="1-2"), "account_number"),
        (BankAccount(owner_name="Alex Smith"), ""),
    ],
)
def test_an_account_of_no_documented_form_is_refused_before_sending(
    account: BankAccount, path: str
) -> None:
    paper = on_paper(500, {})

    with pytest.raises(Unsupported) as caught:
        paper.run(paper.adapter.add_bank_account("user_m_1", account))

    assert caught.value.paths == (path,)
    assert paper.sent == []


def test_an_empty_address_is_never_sent() -> None:
    paper = on_paper(200, {"Id": "1"})
    account = ACCOUNTS["IBAN"].replace(owner_address=Address())

    paper.run(paper.adapter.add_bank_account("user_m_1", account))

    sent = json.loads(paper.sent[-1].body)
    assert sent == {"OwnerName": "Alex Smith", "IBAN": IBAN, "BIC": "BNPAFRPP"}


def test_an_account_of_a_form_unheard_of_is_kept_raw() -> None:
    row = {"Id": "9", "UserId": "1", "Type": "SEPA2", "OwnerAddress": None, "Active": 1}
    paper = on_paper(200, row)

    found = paper.run(paper.adapter.fetch_bank_account("1", "9"))

    assert (found.account, found.active, found.raw) == (None, True, row)


def test_an_account_of_another_gateway_is_not_deactivated() -> None:
    paper = on_paper(200, {"Id": "9", "UserId": "1", "Type": "IBAN", "IBAN": IBAN})
    found = paper.run(paper.adapter.fetch_bank_account("1", "9"))
    sent = len(paper.sent)

    with pytest.raises(InvalidInput):
        paper.run(paper.adapter.deactivate_bank_account(evolve(found, gateway="de")))

    assert len(paper.sent) == sent


@pytest.mark.parametrize("body", [[], {"Type": "IBAN"}, {"Id": {"x": 7}}])
def test_an_answer_that_is_no_account_is_told_as_such(body: Any) -> None:
    paper = on_paper(200, body)

    with pytest.raises(UnexpectedResponse):
        paper.run(paper.adapter.fetch_bank_account("1", "9"))


def test_an_unknown_account_is_not_found(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()
    record = fr.add_bank_account(user, ACCOUNTS["IBAN"])

    for flow in (
        fr.adapter.fetch_bank_account(user, "none"),
        fr.adapter.deactivate_bank_account(evolve(record, id="none")),
    ):
        with pytest.raises(NotFound) as caught:
            fr.run(flow)
        assert (caught.value.status, caught.value.code) == (400, "param_error")
        assert [problem.wire_path for problem in caught.value.problems] == ["BankAccountId"]


def test_a_recipient_of_an_unknown_user_is_not_found(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound) as caught:
        fr.run(fr.adapter.create_recipient("user_m_none", EUROS))

    assert [problem.wire_path for problem in caught.value.problems] == ["UserId"]


# --- recipients ---------------------------------------------------------------------------------


def test_a_recipient_waits_for_its_user_and_is_active_then(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()

    made = fr.run(fr.adapter.create_recipient(user, EUROS.replace(tag="main")))
    (action,) = made.next_actions
    assert action.url is not None
    stage.sim.finish_sca(action.url)
    seen = fr.run(fr.adapter.fetch_recipient(made.id))

    assert (made.provider_status, made.scope, made.user_id) == ("PENDING", "PAYOUT", user)
    assert (action.kind, action.user_id) == (NextActionKind.REDIRECT, user)
    assert "returnUrl=https%3A%2F%2Facme.test" in action.link("https://acme.test")
    assert (seen.provider_status, seen.next_actions) == ("ACTIVE", ())
    assert (seen.given_name, seen.family_name, seen.address) == ("Alex", "Smith", HOME)
    assert (seen.display_name, seen.tag, seen.details) == ("My account", "main", {"IBAN": IBAN})
    assert (seen.type, seen.method, seen.currency) == ("Individual", "LocalBankTransfer", "EUR")
    assert seen.payee_check == "MATCH"


def test_the_link_of_a_recipient_is_not_renewed_as_an_enrolment(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    made = fr.run(fr.adapter.create_recipient(stage.owner(), EUROS))
    stage.sim.clear_log()

    with pytest.raises(Unsupported):
        fr.renew(made.next_actions[0])

    assert stage.sim.log == []


BUSINESS = NewRecipient(
    display_name="Supplier",
    type=RecipientType.BUSINESS,
    currency="GBP",
    country="GB",
    business_name="Acme Ltd",
    address=HOME,
    details={"SortCode": "200000", "AccountNumber": "55779911"},
)
FAR = NewRecipient(
    display_name="Far away",
    method=PayoutMethod.INTERNATIONAL,
    currency="JPY",
    country="JP",
    given_name="Alex",
    family_name="Smith",
    address=HOME,
    details={"AccountNumber": "11696419", "BIC": "BNPAFRPP"},
)


@pytest.mark.parametrize("new", [BUSINESS, FAR], ids=["a company", "an international transfer"])
def test_a_recipient_of_any_kind_comes_back_as_it_was_given(
    stage: Stage, fr: Gateway[MangoPay], new: NewRecipient
) -> None:
    user = stage.owner()

    made = fr.run(fr.adapter.create_recipient(user, new))

    assert made.details == new.details
    assert (made.business_name, made.given_name) == (new.business_name, new.given_name)
    assert (made.type, made.method) == (new.type, new.method)


def test_recipients_are_listed_by_scope_and_deactivated_once(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    out = fr.run(fr.adapter.create_recipient(user, EUROS))
    into = fr.run(fr.adapter.create_recipient(user, EUROS.replace(scope=RecipientScope.PAYIN)))

    def listed(scope: RecipientScope | None = None) -> list[str]:
        return [each.id for each in fr.each(partial(fr.adapter.list_recipients, user, scope=scope))]

    closed = fr.run(fr.adapter.deactivate_recipient(out))

    assert (into.provider_status, into.next_actions, closed.provider_status) == (
        "ACTIVE",
        (),
        "DEACTIVATED",
    )
    assert listed() == [out.id, into.id]
    assert listed(RecipientScope.PAYIN) == [into.id]
    with pytest.raises(Rejected) as caught:
        fr.run(fr.adapter.deactivate_recipient(closed))
    assert caught.value.code == "other"


def test_a_recipient_with_a_key_is_registered_once(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()

    first = fr.run(fr.adapter.create_recipient(user, EUROS, idempotency_key="supplier 7"))
    again = fr.run(fr.adapter.create_recipient(user, EUROS, idempotency_key="supplier 7"))

    assert again.id == first.id


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"display_name": "Smith & Sons"}, "display_name", "shape"),
        ({"display_name": "x" * 51}, "display_name", "shape"),
        ({"given_name": None}, "given_name", "missing"),
        ({"country": "RU"}, "country", "unsupported"),
        ({"address": None}, "address", "missing"),
        ({"address": Address(country="FR")}, "address.line1", "missing"),
        ({"details": {"IBAN": "FR00"}}, "details.IBAN", "shape"),
        ({"details": {}}, "details.IBAN", "missing"),
        ({"currency": "GBP"}, "details.SortCode", "missing"),
    ],
)
def test_what_mangopay_refuses_of_a_recipient_is_told_by_path_when_tried_and_when_created(
    stage: Stage, fr: Gateway[MangoPay], changes: Json, path: str, code: str
) -> None:
    user = stage.owner()
    new = EUROS.replace(**changes)

    for flow in (
        fr.adapter.validate_recipient(user, new),
        fr.adapter.create_recipient(user, new),
    ):
        with pytest.raises(Rejected) as caught:
            fr.run(flow)
        assert (path, code) in [(each.path, each.code) for each in caught.value.problems]
    assert list(fr.each(partial(fr.adapter.list_recipients, user))) == []


def test_a_recipient_that_would_be_taken_is_tried_without_being_kept(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()

    fr.run(fr.adapter.validate_recipient(user, EUROS))

    assert list(fr.each(partial(fr.adapter.list_recipients, user))) == []


def test_a_payer_is_told_that_it_cannot_be_paid_out_to(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.made(NATURAL, PAYER)["Id"]

    with pytest.raises(Rejected) as caught:
        fr.run(fr.adapter.create_recipient(user, EUROS))

    assert [problem.message for problem in caught.value.problems] == [
        "a PAYER cannot be paid out to"
    ]


def test_a_recipient_for_an_absent_user_needs_the_proxy(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    new = EUROS.replace(sca_context=ScaContext.USER_NOT_PRESENT)

    with pytest.raises(ProviderError) as caught:
        fr.run(fr.adapter.create_recipient(user, new))
    stage.sim.proxy = True
    stage.sim.consent(user, ["RecipientRegistration"])
    made = fr.run(fr.adapter.create_recipient(user, new))

    assert caught.value.code == "sca_proxy_missing"
    assert (made.provider_status, made.next_actions) == ("ACTIVE", ())


def test_the_schema_says_which_details_a_currency_takes(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    fields = fr.run(
        fr.adapter.recipient_schema(currency="GBP", country="GB", type=RecipientType.BUSINESS)
    )
    methods = fr.run(fr.adapter.payout_methods(currency="GBP", country="GB"))

    by_path = {one.path: one for one in fields}
    assert methods == ("LocalBankTransfer", "InternationalBankTransfer")
    assert by_path["details.SortCode"].wire_path == "LocalBankTransfer.GBP.SortCode"
    assert by_path["details.SortCode"].pattern == "[0-9]{6}"
    assert by_path["display_name"].max_length == 50
    assert by_path["country"].allowed == ("GB",)
    assert (by_path["business_name"].required, by_path["address.line2"].required) == (True, False)
    assert "given_name" not in by_path


def test_a_person_has_no_business_name_and_a_company_no_given_one() -> None:
    with pytest.raises(InvalidInput) as person:
        EUROS.replace(business_name="Acme")
    with pytest.raises(InvalidInput) as company:
        BUSINESS.replace(given_name="Alex")

    assert (person.value.paths, company.value.paths) == (("business_name",), ("given_name",))


def test_no_repr_shows_who_is_paid_or_where(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()

    made = fr.run(fr.adapter.create_recipient(user, EUROS))
    account = fr.add_bank_account(user, ACCOUNTS["IBAN"])

    for shown in (repr(EUROS), repr(made), repr(account), repr(account.account)):
        assert IBAN not in shown
        assert "Smith" not in shown
        assert "token=" not in shown
