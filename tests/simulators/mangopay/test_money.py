"""What a user has at the simulator: accounts, recipients, wallets, transactions, cards, e-money."""

from __future__ import annotations

from typing import Any

import pytest
from tests.mangopay.stage import (
    ADDRESS,
    LEGAL,
    NATURAL,
    OWNER,
    PAYER,
    Json,
    Stage,
    errors,
    good,
    refusal,
)

IBAN = "FR7630004000031234567890143"  # docs: the sandbox's own
WHO: Json = {"OwnerName": "Alex Smith", "OwnerAddress": ADDRESS}
# docs: create-iban-bank-account and its siblings
FORMS: dict[str, Json] = {
    "IBAN": {"IBAN": IBAN, "BIC": "BNPAFRPP"},
    "GB": {"SortCode": "200000", "AccountNumber": "55779911"},
    "US": {"AccountNumber": "11696419", "ABA": "071000288", "DepositAccountType": "CHECKING"},
    "CA": {
        "BankName": "The Bank",
        "InstitutionNumber": "614",
        "BranchCode": "00152",
        "AccountNumber": "11696419",
    },
    "OTHER": {"Country": "JP", "BIC": "BNPAFRPP", "AccountNumber": "11696419"},
}
RECIPIENT: Json = {
    "DisplayName": "My account",
    "PayoutMethodType": "LocalBankTransfer",
    "RecipientType": "Individual",
    "Currency": "EUR",
    "Country": "FR",
    "IndividualRecipient": {"FirstName": "Alex", "LastName": "Smith", "Address": ADDRESS},
    "LocalBankTransfer": {"EUR": {"IBAN": IBAN}},
}


def listed(stage: Stage, path: str) -> list[Any]:
    answer = stage.call("GET", path)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


# --- bank accounts ------------------------------------------------------------------------------


@pytest.mark.parametrize("type", FORMS)
def test_an_account_of_each_form_is_shown_flat(stage: Stage, type: str) -> None:
    user = stage.owner()
    path = f"users/{user}/bankaccounts"

    made = stage.made(f"{path}/{type}", WHO | FORMS[type] | {"Tag": "t", "Active": 1})

    facts = {"UserId": user, "Type": type, "Tag": "t", "Active": True, "CreationDate": 1737216704}
    assert made == WHO | FORMS[type] | facts | {"Id": made["Id"]}
    assert good(stage.call("GET", f"{path}/{made['Id']}")) == made
    assert listed(stage, path) == [made]


@pytest.mark.parametrize(
    ("type", "change", "name", "text"),
    [
        ("IBAN", {"IBAN": IBAN[:-1] + "4"}, "IBAN", "The value is not a valid IBAN"),
        ("IBAN", {"BIC": "BNPAQQPP"}, "BIC", "The value is not a valid BIC"),
        ("IBAN", {"OwnerName": None}, "OwnerName", "The OwnerName field is required."),
        ("OTHER", {"Country": "RU"}, "Country", "The Country used is blocked"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    stage: Stage, type: str, change: Json, name: str, text: str
) -> None:
    path = f"users/{stage.owner()}/bankaccounts/{type}"

    answer = stage.call("POST", path, WHO | FORMS[type] | change)

    assert errors(answer) == {name: text}


@pytest.mark.parametrize(
    ("type", "name", "value"),
    [
        ("GB", "SortCode", "20000"),
        ("GB", "AccountNumber", "5577991"),
        ("US", "ABA", "07100028"),
        ("CA", "InstitutionNumber", "61"),
        ("CA", "BranchCode", "152"),
        ("CA", "AccountNumber", "116964"),
        ("OTHER", "AccountNumber", "1-2"),
    ],
)
def test_a_number_has_as_many_digits_as_documented(
    stage: Stage, type: str, name: str, value: str
) -> None:
    path = f"users/{stage.owner()}/bankaccounts/{type}"

    answer = stage.call("POST", path, WHO | FORMS[type] | {name: value})

    assert list(errors(answer)) == [name]


def test_an_account_is_deactivated_for_good(stage: Stage) -> None:
    user = stage.owner()
    path = f"users/{user}/bankaccounts"
    id = stage.made(f"{path}/iban", WHO | FORMS["IBAN"])["Id"]

    assert stage.changed(path, id, {"Active": 0, "UserId": user})["Active"] is False

    assert list(errors(stage.call("PUT", f"{path}/{id}", {"Active": True}))) == ["Active"]
    assert listed(stage, f"{path}?Active=true") == []
    assert [each["Id"] for each in listed(stage, f"{path}?Active=false")] == [id]


def test_an_unknown_account_is_a_bad_parameter(stage: Stage) -> None:
    answer = stage.call("GET", f"users/{stage.owner()}/bankaccounts/none")

    assert list(errors(answer)) == ["BankAccountId"]


# --- recipients (docs: create-recipient) --------------------------------------------------------


def codes(answer: Any) -> Json:
    """Gives the codes of a refusal of the recipients' service, whose key has a capital."""
    body: Json = answer.json()
    assert (answer.status_code, body["Type"]) == (400, "param_error")
    assert list(body) == ["Id", "Message", "Type", "Date", "Errors"]
    found: Json = body["Errors"]
    return found


def test_a_recipient_is_active_once_its_user_passed_sca(stage: Stage) -> None:
    user = stage.owner()

    answer = stage.call("POST", f"users/{user}/recipients", RECIPIENT)
    made = answer.json()
    stage.sim.finish_sca(made["PendingUserAction"]["RedirectUrl"])

    seen = good(stage.call("GET", f"recipients/{made['Id']}"))
    assert (answer.status_code, made["Status"], made["RecipientScope"]) == (
        201,
        "PENDING",
        "PAYOUT",
    )
    assert (seen["Status"], seen["PendingUserAction"]) == ("ACTIVE", None)
    assert {name: seen[name] for name in RECIPIENT} == RECIPIENT
    assert ("RECIPIENT_ACTIVE", made["Id"]) in stage.events()


def test_a_recipient_whose_user_refuses_is_canceled(stage: Stage) -> None:
    made = stage.call("POST", f"users/{stage.owner()}/recipients", RECIPIENT).json()

    stage.sim.finish_sca(made["PendingUserAction"]["RedirectUrl"], passed=False)

    assert good(stage.call("GET", f"recipients/{made['Id']}"))["Status"] == "CANCELED"


def test_a_recipient_of_payins_needs_no_sca(stage: Stage) -> None:
    user = stage.owner()
    path = f"users/{user}/recipients"

    made = stage.call("POST", path, RECIPIENT | {"RecipientScope": "PAYIN"}).json()

    assert (made["Status"], made["PendingUserAction"]) == ("ACTIVE", None)
    assert [each["Id"] for each in listed(stage, f"{path}?RecipientScope=PAYIN")] == [made["Id"]]
    assert listed(stage, f"{path}?RecipientScope=PAYOUT") == []


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"DisplayName": None}, "DisplayName", "REQUIRED"),
        ({"DisplayName": "x" * 51}, "DisplayName", "LENGTH_MORE_THAN_MAX"),
        ({"DisplayName": "Smith & Sons"}, "DisplayName", "INVALID_FORMAT"),
        ({"RecipientType": "Person"}, "RecipientType", "NOT_IN_ALLOWED_VALUES"),
        ({"Country": "RU"}, "Country", "UNSUPPORTED_COUNTRY"),
        ({"IndividualRecipient": None}, "IndividualRecipient", "REQUIRED"),
        (
            {"IndividualRecipient": RECIPIENT["IndividualRecipient"] | {"FirstName": ""}},
            "IndividualRecipient.FirstName",
            "REQUIRED",
        ),
        (
            {"LocalBankTransfer": {"EUR": {"IBAN": "FR00"}}},
            "LocalBankTransfer.EUR.IBAN",
            "INVALID_IBAN",
        ),
        ({"Currency": "GBP"}, "LocalBankTransfer.GBP", "REQUIRED"),
    ],
)
def test_a_recipient_that_cannot_be_is_refused_by_code(
    stage: Stage, change: Json, path: str, code: str
) -> None:
    url = f"users/{stage.owner()}/recipients"

    for answer in (
        stage.call("POST", url, RECIPIENT | change),
        stage.call("POST", f"{url}/validate", RECIPIENT | change),
    ):
        assert codes(answer) == {path: code}


def test_a_dry_run_keeps_nothing_and_says_nothing(stage: Stage) -> None:
    path = f"users/{stage.owner()}/recipients"

    answer = stage.call("POST", f"{path}/validate", RECIPIENT)

    assert (answer.status_code, answer.content) == (200, b"")
    assert listed(stage, path) == []


def test_a_payer_is_no_payee(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)["Id"]

    answer = stage.call("POST", f"users/{user}/recipients", RECIPIENT)

    assert codes(answer) == {"SCA": "2815488948686553431"}


def test_a_recipient_is_deactivated_once(stage: Stage) -> None:
    made = stage.call("POST", f"users/{stage.owner()}/recipients", RECIPIENT).json()

    seen = stage.changed("recipients", made["Id"], {"Status": "DEACTIVATED"})
    again = stage.call("PUT", f"recipients/{made['Id']}", {"Status": "DEACTIVATED"})

    assert seen["Status"] == "DEACTIVATED"
    assert (again.status_code, again.json()["Message"]) == (400, "Invalid State")


def test_the_schema_leaves_out_what_does_not_apply(stage: Stage) -> None:
    query = "PayoutMethodType=LocalBankTransfer&RecipientType=Business&Currency=GBP&Country=GB"

    seen = good(stage.call("GET", f"recipients/schema?{query}"))

    assert "BusinessName" in seen["BusinessRecipient"]
    assert sorted(seen["LocalBankTransfer"]["GBP"]) == ["AccountNumber", "SortCode"]
    assert not {"IndividualRecipient", "InternationalBankTransfer"} & set(seen)
    assert codes(stage.call("GET", "recipients/schema"))["Currency"] == "REQUIRED"


# --- wallets, transactions, cards, e-money -------------------------------------------------------


def test_a_wallet_is_listed_with_its_balance_in_minor_units(stage: Stage) -> None:
    user = stage.owner()
    id = stage.sim.add_wallet(user, "EUR", 1250)

    (wallet,) = listed(stage, f"users/{user}/wallets")

    assert (wallet["Id"], wallet["Owners"]) == (id, [user])
    assert wallet["Balance"] == {"Currency": "EUR", "Amount": 1250}
    assert good(stage.call("GET", f"wallets/{id}")) == wallet


def test_transactions_are_filtered(stage: Stage) -> None:
    user = stage.owner()
    wallet = stage.sim.add_wallet(user)
    pay_in = stage.sim.add_transaction(user, amount=500, wallet_id=wallet)
    stage.clock.advance(60)
    payout = stage.sim.add_transaction(user, type="PAYOUT", amount=200, wallet_id=wallet)
    failed = stage.sim.add_transaction(user, amount=9, status="FAILED")
    path = f"users/{user}/transactions"

    def ids(query: str) -> list[str]:
        return [each["Id"] for each in listed(stage, f"{path}?{query}")]

    assert ids("") == [pay_in, payout, failed]
    assert ids("Type=PAYIN&Status=SUCCEEDED") == [pay_in]
    assert ids("status=FAILED,CREATED") == [failed]
    assert ids(f"AfterDate={int(stage.clock()) - 1}") == [payout, failed]
    assert ids(f"BeforeDate={int(stage.clock())}") == [pay_in]
    assert ids("Nature=REFUND") == []
    assert [e["Id"] for e in listed(stage, f"wallets/{wallet}/transactions")] == [pay_in, payout]
    assert good(stage.call("GET", f"wallets/{wallet}"))["Balance"]["Amount"] == 300


@pytest.mark.parametrize("path", ["users/{user}/wallets", "users/{user}/transactions"])
def test_accounts_ask_for_sca_every_180_days(stage: Stage, path: str) -> None:
    user = stage.made(NATURAL, OWNER)["Id"]
    url = path.format(user=user)

    first = stage.call("GET", url)
    stage.sim.finish_sca(first.headers["WWW-Authenticate"].partition("RedirectUrl=")[2])
    second = stage.call("GET", url)
    stage.clock.advance(180 * 86400)
    stage.http.headers["Authorization"] = f"bearer {stage.token()['access_token']}"
    third = stage.call("GET", url)

    assert (first.status_code, first.content) == (401, b"")
    assert first.headers["WWW-Authenticate"].startswith("PendingUserAction RedirectUrl=http://127.")
    assert [second.status_code, third.status_code] == [200, 401]


def test_accounts_of_an_absent_user_are_seen_by_proxy_only(stage: Stage) -> None:
    user = stage.owner()
    path = f"users/{user}/wallets?ScaContext=USER_NOT_PRESENT"

    assert refusal(stage.call("GET", path))[1] == "sca_proxy_missing"

    stage.sim.proxy = True
    stage.sim.consent(user, ["ViewAccountInformation"])
    assert listed(stage, path) == []


def test_a_card_has_a_country_of_three_letters(stage: Stage) -> None:
    user = stage.owner()
    id = stage.sim.add_card(user)

    (card,) = listed(stage, f"users/{user}/cards?Active=true")

    assert (card["Id"], card["Country"], card["ExpirationDate"]) == (id, "FRA", "1230")
    assert good(stage.call("GET", f"cards/{id}")) == card


def test_an_empty_currency_of_emoney_counts_as_absent(stage: Stage) -> None:
    user = stage.made(NATURAL, OWNER)["Id"]

    answer = stage.call("GET", f"users/{user}/emoney?Currency=")

    assert answer.json()["CreditedEMoney"]["Currency"] == "EUR"


def test_emoney_is_summed_ever_by_year_and_by_month(stage: Stage) -> None:
    user = stage.owner()
    stage.sim.add_transaction(user, amount=500)
    stage.sim.add_transaction(user, type="PAYOUT", amount=200)
    stage.sim.add_transaction(user, amount=7, currency="GBP")
    path = f"users/{user}/emoney"

    def sums(rest: str) -> tuple[int, int]:
        seen = good(stage.call("GET", path + rest))
        return seen["CreditedEMoney"]["Amount"], seen["DebitedEMoney"]["Amount"]

    assert sums("") == sums("/2025/") == sums("/2025/1") == (500, 200)
    assert sums("/2025/01/?year=2025") == (500, 200)
    assert sums("/2024") == sums("/2025/2/") == (0, 0)
    assert sums("?currency=GBP") == (7, 0)


def test_a_user_with_money_is_not_closed(stage: Stage) -> None:
    user = stage.owner()
    wallet = stage.sim.add_wallet(user, "EUR", 1)

    answer = stage.call("DELETE", f"users/natural/{user}")
    stage.sim.add_transaction(user, type="PAYOUT", amount=1, wallet_id=wallet)

    text = "The user cannot be closed as one or several wallets are not empty"
    assert refusal(answer) == (400, "user_closure_not_possible", text)
    assert stage.call("DELETE", f"users/natural/{user}").status_code == 204
    assert [event for event, _ in stage.events()[-3:]] == [
        "USER_ACCOUNT_CLOSED",
        "USER_INFLOWS_BLOCKED",
        "USER_OUTFLOWS_BLOCKED",
    ]


def test_a_company_has_accounts_as_well(stage: Stage) -> None:
    user = stage.owner(LEGAL)

    made = stage.made(f"users/{user}/bankaccounts/iban", WHO | FORMS["IBAN"])

    assert listed(stage, f"users/{user}/bankaccounts") == [made]
