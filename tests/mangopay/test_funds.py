"""Wallets, transactions, cards and e-money through the adapter, over a socket and on paper."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from onboarding import ActionRequired, Gateway, InvalidInput, NotFound, Secret
from onboarding.banking import Money
from onboarding.provider_errors import ProviderError
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway

from onboarding_mangopay import (
    MangoPay,
    ScaContext,
    TransactionNature,
    TransactionStatus,
    TransactionType,
)

from .stage import NATURAL, OWNER, Stage

NOW = datetime.fromtimestamp(1737216704, UTC)


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def on_paper(body: object, **headers: str) -> PaperGateway[MangoPay]:
    """A gateway whose every answer is this one."""

    def answer(request: Request) -> Response:
        if request.operation == "login":
            return Response(status=200, body=b'{"access_token": "t", "expires_in": 1200}')
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(status=200, headers=named, body=json.dumps(body).encode())

    return PaperGateway(MangoPay(client_id="acme", api_key=Secret("key"), name="fr"), answer)


# --- wallets ------------------------------------------------------------------------------------


def test_a_wallet_is_listed_with_its_balance_in_minor_units(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    id = stage.sim.add_wallet(user, "EUR", 1250)

    (wallet,) = fr.wallets(user)
    again = fr.run(fr.adapter.fetch_wallet(id))

    assert (wallet.id, wallet.owner_ids, wallet.balance) == (id, (user,), euros(1250))
    assert (wallet.created_at, wallet.provider, wallet.gateway) == (NOW, "mangopay", "fr")
    assert (again.id, again.balance, again.raw) == (wallet.id, wallet.balance, wallet.raw)


def test_more_wallets_than_a_page_holds_are_all_listed(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()
    made = [stage.sim.add_wallet(user, amount=amount) for amount in range(101)]

    found = [wallet.id for wallet in fr.wallets(user)]

    assert found == made


def test_an_unknown_wallet_is_not_found(stage: Stage, fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound):
        fr.run(fr.adapter.fetch_wallet("wlt_m_none"))


@pytest.mark.parametrize("what", ["wallets", "transactions"])
def test_an_owner_who_never_authenticated_is_asked_to_before_money_is_shown(
    stage: Stage, fr: Gateway[MangoPay], what: str
) -> None:
    user = stage.made(NATURAL, OWNER)["Id"]
    lists: dict[str, Any] = {
        "wallets": fr.adapter.list_wallets,
        "transactions": fr.adapter.list_transactions,
    }

    with pytest.raises(ActionRequired) as caught:
        fr.run(lists[what](user))
    action = caught.value.next_action
    assert action is not None
    assert action.url is not None
    stage.sim.finish_sca(action.url)
    seen = fr.run(lists[what](user))

    assert (caught.value.code, action.user_id) == ("pending_user_action", user)
    assert "returnUrl=" in action.link("https://acme.test")
    assert seen.items == ()


def test_wallets_of_an_absent_user_are_seen_by_proxy_only(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    listing = partial(fr.adapter.list_wallets, user, sca_context=ScaContext.USER_NOT_PRESENT)

    with pytest.raises(ProviderError) as caught:
        fr.run(listing())
    stage.sim.proxy = True
    stage.sim.consent(user, ["ViewAccountInformation"])

    assert caught.value.code == "sca_proxy_missing"
    assert fr.run(listing()).items == ()


@pytest.mark.parametrize(
    "balance",
    [
        {"Currency": "EUR", "Amount": 12.5},
        {"Currency": "EUR", "Amount": True},
        {"Amount": 1},
        None,
        [],
        "12",
    ],
)
def test_a_balance_that_is_not_whole_minor_units_is_none_and_stays_raw(balance: object) -> None:
    row = {"Id": "1", "Balance": balance, "Owners": None}
    paper = on_paper([row])

    (wallet,) = paper.run(paper.adapter.list_wallets("u")).items

    assert (wallet.balance, wallet.owner_ids, wallet.raw) == (None, (), row)


# --- transactions -------------------------------------------------------------------------------


def test_transactions_are_filtered_by_each_documented_filter(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    wallet = stage.sim.add_wallet(user)
    pay_in = stage.sim.add_transaction(user, amount=500, wallet_id=wallet)
    stage.clock.advance(60)
    payout = stage.sim.add_transaction(user, type="PAYOUT", amount=200, wallet_id=wallet)
    failed = stage.sim.add_transaction(user, amount=9, status="FAILED")
    later = datetime.fromtimestamp(int(stage.clock()), UTC)

    def ids(**filters: Any) -> list[str]:
        found = fr.each(partial(fr.adapter.list_transactions, user, **filters))
        return [transaction.id for transaction in found]

    assert ids() == [pay_in, payout, failed]
    assert ids(types=[TransactionType.PAYIN], statuses=[TransactionStatus.SUCCEEDED]) == [pay_in]
    assert ids(statuses=[TransactionStatus.FAILED, TransactionStatus.CREATED]) == [failed]
    assert ids(natures=[TransactionNature.REFUND]) == []
    assert ids(result_codes=["000000"]) == [pay_in, payout]
    assert ids(after=NOW) == [payout, failed]
    assert ids(before=later) == [pay_in]


def test_a_transaction_is_read_whole(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()
    wallet = stage.sim.add_wallet(user)
    id = stage.sim.add_transaction(user, amount=500, wallet_id=wallet)

    (seen,) = fr.run(fr.adapter.list_transactions(user)).items

    assert (seen.id, seen.author_id, seen.credited_user_id) == (id, user, user)
    assert (seen.debited, seen.credited, seen.fees) == (euros(500), euros(500), euros(0))
    assert (seen.provider_status, seen.type, seen.nature) == ("SUCCEEDED", "PAYIN", "REGULAR")
    assert (seen.credited_wallet_id, seen.debited_wallet_id) == (wallet, None)
    assert (seen.result_code, seen.result_message) == ("000000", "Success")
    assert (seen.created_at, seen.executed_at) == (NOW, NOW)


def test_the_transactions_of_one_wallet_are_listed_and_filtered(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    wallet, other = stage.sim.add_wallet(user), stage.sim.add_wallet(user)
    pay_in = stage.sim.add_transaction(user, amount=500, wallet_id=wallet)
    payout = stage.sim.add_transaction(user, type="PAYOUT", amount=200, wallet_id=wallet)
    stage.sim.add_transaction(user, amount=9, wallet_id=other)
    listing = fr.adapter.list_wallet_transactions

    every = [each.id for each in fr.each(partial(listing, wallet))]
    payouts = [
        each.id for each in fr.each(partial(listing, wallet, types=[TransactionType.PAYOUT]))
    ]

    assert (every, payouts) == ([pay_in, payout], [payout])


def test_the_transactions_of_an_unknown_wallet_are_not_found(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    with pytest.raises(NotFound):
        fr.run(fr.adapter.list_wallet_transactions("wlt_m_none"))


def test_filters_go_out_as_the_documents_spell_them() -> None:
    paper = on_paper([])
    flow = paper.adapter.list_transactions(
        "u",
        statuses=[TransactionStatus.CREATED, TransactionStatus.FAILED],
        types=[TransactionType.PAYOUT],
        natures=[TransactionNature.REFUND],
        after=NOW,
        sca_context=ScaContext.USER_PRESENT,
    )

    paper.run(flow)
    paper.run(paper.adapter.list_cards("u", active=False))

    transactions, cards = (parse_qsl(urlsplit(sent.url).query) for sent in paper.sent[-2:])
    assert transactions[2:] == [
        ("Status", "CREATED,FAILED"),
        ("Type", "PAYOUT"),
        ("Nature", "REFUND"),
        ("AfterDate", "1737216704"),
        ("ScaContext", "USER_PRESENT"),
    ]
    assert cards == [("page", "1"), ("per_page", "100"), ("Active", "false")]


def test_a_date_without_its_zone_is_refused_before_sending() -> None:
    paper = on_paper([])
    naive = datetime(2026, 1, 1)

    with pytest.raises(InvalidInput) as caught:
        paper.run(paper.adapter.list_transactions("u", after=naive))

    assert (caught.value.paths, paper.sent) == (("after",), [])


def test_a_word_that_no_document_has_is_shown_as_it_came() -> None:
    paper = on_paper([{"Id": "1", "Type": "GIFT", "Status": 5, "CreationDate": "soon"}])

    (seen,) = paper.run(paper.adapter.list_transactions("u")).items

    assert (seen.type, seen.provider_status, seen.created_at) == ("GIFT", None, None)


# --- cards, e-money -----------------------------------------------------------------------------


def test_a_card_keeps_the_spellings_of_mangopay(stage: Stage, fr: Gateway[MangoPay]) -> None:
    user = stage.owner()
    id = stage.sim.add_card(user)

    (card,) = fr.each(partial(fr.adapter.list_cards, user, active=True))
    inactive = fr.run(fr.adapter.list_cards(user, active=False)).items

    assert (card.id, card.user_id, card.country, card.expires) == (id, user, "FRA", "1230")
    assert (card.active, card.validity, card.currency) == (True, "VALID", "EUR")
    assert inactive == ()
    assert card.alias is not None
    assert card.alias not in repr(card)


def test_emoney_is_summed_ever_by_year_by_month_and_by_currency(
    stage: Stage, fr: Gateway[MangoPay]
) -> None:
    user = stage.owner()
    stage.sim.add_transaction(user, amount=500)
    stage.sim.add_transaction(user, type="PAYOUT", amount=200)
    stage.sim.add_transaction(user, amount=7, currency="GBP")

    def sums(**period: Any) -> tuple[Money | None, Money | None]:
        seen = fr.run(fr.adapter.emoney(user, **period))
        assert seen.user_id == user
        return seen.credited, seen.debited

    assert sums() == sums(year=2025) == sums(year=2025, month=1) == (euros(500), euros(200))
    assert sums(year=2024) == sums(year=2025, month=2) == (euros(0), euros(0))
    assert sums(currency="GBP")[0] == Money(amount=7, currency="GBP")


@pytest.mark.parametrize(
    ("period", "path"),
    [({"month": 1}, "year"), ({"year": 2026, "month": 13}, "month"), ({"year": 26}, "year")],
)
def test_a_period_that_is_none_is_refused_before_sending(period: dict[str, Any], path: str) -> None:
    paper = on_paper({})

    with pytest.raises(InvalidInput) as caught:
        paper.run(paper.adapter.emoney("u", **period))

    assert (caught.value.paths, paper.sent) == ((path,), [])
