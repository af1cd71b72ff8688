"""MangoPay's own Node SDK against the simulator: unmodified, but for the address it calls."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from onboarding.simulation import serve
from tests.mangopay import documented as docs

from onboarding_simulators.mangopay import MangoPaySimulator

from .node_sdk import HERE, find_node

EMPTY = "the answer has no body"
NO_ROW = "the list has no row: nothing in the simulator can make one"
# what is called, with what its answer holds at least
CALLS = {
    "authorize": docs.TOKEN,
    "Users.create natural": docs.NATURAL,
    "Users.create natural payer": docs.NATURAL,
    "Users.create natural payer keyed": docs.NATURAL,
    "Users.create legal": f"{docs.LEGAL} {docs.ACTION}",
    "Users.create legal payer": docs.LEGAL,
    "Users.create natural legacy": docs.NATURAL_LEGACY,
    "Users.create legal legacy": docs.LEGAL_LEGACY,
    "Users.getAll": docs.ROW,
    "Users.get natural": docs.NATURAL_LEGACY,
    "Users.get legal": docs.LEGAL_LEGACY,
    "Users.getSca natural": docs.NATURAL,
    "Users.getSca legal": docs.LEGAL,
    "Users.getNatural": docs.NATURAL_LEGACY,
    "Users.getNaturalSca": docs.NATURAL,
    "Users.getLegal": docs.LEGAL_LEGACY,
    "Users.getLegalSca": docs.LEGAL,
    "Users.update natural": docs.NATURAL,
    "Users.update legal": docs.LEGAL,
    "Users.update natural legacy": docs.NATURAL_LEGACY,
    "Users.update legal legacy": docs.LEGAL_LEGACY,
    "Users.updateNatural": docs.NATURAL_LEGACY,
    "Users.updateSca": docs.NATURAL,
    "Users.categorize natural": f"{docs.NATURAL} {docs.ACTION}",
    "Users.categorize legal": f"{docs.LEGAL} {docs.ACTION}",
    "Users.enroll": docs.ACTION,
    "Users.getScaStatus": docs.SCA_STATUS,
    "Users.manageConsent": docs.ACTION,
    "Users.createBankAccount IBAN": f"{docs.ACCOUNT} IBAN BIC",
    "Users.createBankAccount GB": f"{docs.ACCOUNT} SortCode AccountNumber",
    "Users.createBankAccount US": f"{docs.ACCOUNT} AccountNumber ABA DepositAccountType",
    "Users.createBankAccount CA": (
        f"{docs.ACCOUNT} BankName InstitutionNumber BranchCode AccountNumber"
    ),
    "Users.createBankAccount OTHER": f"{docs.ACCOUNT} Country BIC AccountNumber",
    "Users.getBankAccounts": f"{docs.ACCOUNT} IBAN BIC",
    "Users.getBankAccount": f"{docs.ACCOUNT} IBAN BIC",
    "BankAccounts.getTransactions": NO_ROW,
    "Users.deactivateBankAccount": f"{docs.ACCOUNT} IBAN BIC",
    "Users.createKycDocument": docs.DOCUMENT,
    "Users.createKycPage": EMPTY,
    "Users.createKycPageFromFile": EMPTY,
    "Users.updateKycDocument": docs.DOCUMENT,
    "Users.getKycDocument": docs.DOCUMENT,
    "Users.getKycDocuments": docs.DOCUMENT,
    "KycDocuments.getAll": docs.DOCUMENT,
    "KycDocuments.get": docs.DOCUMENT,
    "KycDocuments.createKycDocumentConsult": "Url ExpirationDate",
    "UboDeclarations.create": docs.DECLARATION,
    "UboDeclarations.createUbo": docs.UBO,
    "UboDeclarations.getUbo": docs.UBO,
    "UboDeclarations.updateUbo": docs.UBO,
    "UboDeclarations.update": docs.DECLARATION,
    "UboDeclarations.get": docs.DECLARATION,
    "UboDeclarations.getById": docs.DECLARATION,
    "UboDeclarations.getAll": docs.DECLARATION,
    "Wallets.create": docs.WALLET,
    "Wallets.get": docs.WALLET,
    "Wallets.getTransactions": docs.TRANSACTION,
    "Users.getWallets": docs.WALLET,
    "Users.getTransactions": docs.TRANSACTION,
    "Users.getCards": docs.CARD,
    "Users.getPreAuthorizations": NO_ROW,
    "Users.getEMoney": docs.EMONEY,
    "Recipients.create": f"{docs.RECIPIENT} {docs.ACTION}",
    "Recipients.validate": EMPTY,
    "Recipients.get": docs.RECIPIENT,
    "Recipients.getUserRecipients": docs.RECIPIENT,
    "Recipients.getSchema": docs.SCHEMA,
    "Recipients.getPayoutMethods": "AvailablePayoutMethods",
    "Recipients.deactivate": docs.RECIPIENT,
    "Users.getRegulatory": docs.REGULATORY,
    "Users.getBlockStatus": docs.REGULATORY,
    "Users.validateDataFormat": docs.FORMAT,
    "Regulatory.getCountryAuthorizations": docs.COUNTRY,
    "Regulatory.getAllCountriesAuthorizations": docs.COUNTRY,
    "IdentityVerifications.create": docs.SESSION,
    "IdentityVerifications.get": docs.WHOLE_SESSION,
    "IdentityVerifications.getAll": docs.SHORT_SESSION,
    "Hooks.create": docs.HOOK,
    "Hooks.get": docs.HOOK,
    "Hooks.getAll": docs.HOOK,
    "Hooks.update": docs.HOOK,
    "Events.getAll": docs.EVENT,
    "Idempotency.get": docs.RESPONSE,
    "Responses.get": docs.RESPONSE,
    "Users.close natural": EMPTY,
    "Users.close legal": EMPTY,
}
STATUSES = {EMPTY: 204, "Recipients.create": 201, "Recipients.validate": 200}
# methods that are not called, by service or one by one, with why they are no users'
LEFT = {
    "OptionsHelper": "sends nothing; the call under a key has the header it makes",
    "Wallets.update": "of a wallet",
    "Acquiring": "pay-ins",
    "BankingAliases": "of a wallet",
    "CardPreAuthorizations": "payments by card",
    "CardRegistrations": "payments by card",
    "Cards": "payments by card",
    "Clients": "the platform itself",
    "Conversions": "of a wallet",
    "Deposits": "payments by card",
    "DisputeDocuments": "of a payment",
    "Disputes": "of a payment",
    "Mandates": "payments by direct debit",
    "PayIns": "pay-ins",
    "PayOuts": "payouts",
    "Refunds": "of a payment",
    "Reports": "of payments",
    "ReportsV2": "of payments",
    "Repudiations": "of a payment",
    "Settlements": "of payments",
    "Transfers": "between wallets",
    "VirtualAccounts": "of a wallet",
}


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    node = find_node()
    simulator = MangoPaySimulator(client_id="acme", api_key="key", proxy=True)
    with serve(simulator) as base_url:
        run = subprocess.run(
            [node, "users.js", base_url], cwd=HERE, capture_output=True, text=True, timeout=60
        )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def test_every_method_that_the_sdk_has_is_called_or_is_no_users(
    lines: list[dict[str, Any]],
) -> None:
    services = lines[0]

    has = {f"{service}.{method}" for service, methods in services.items() for method in methods}
    called = {name.split()[0] for name in CALLS if "." in name}
    left = {name for name in has if name in LEFT or name.partition(".")[0] in LEFT}

    assert has - left == called
    assert all(name in has or name in services for name in LEFT)


def test_every_call_succeeds(lines: list[dict[str, Any]]) -> None:
    calls = [line for line in lines if "." in line.get("name", "")]

    failed = [line for line in calls if "error" in line]

    assert failed == []
    assert {line["name"] for line in calls} | {"authorize"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_has_the_documented_fields(lines: list[dict[str, Any]], name: str) -> None:
    wanted = CALLS[name]
    answers = [line for line in lines if line.get("name") == name]

    assert answers
    for answer in answers:
        assert answer["status"] == STATUSES.get(name, STATUSES.get(wanted, 200))
        assert answer.get("empty", False) == (wanted == EMPTY)
        fields = set() if wanted in (EMPTY, NO_ROW) else set(wanted.split())
        assert fields - set(answer["keys"]) == set()


def test_the_sdk_reads_the_four_windows_of_the_rate_limits(lines: list[dict[str, Any]]) -> None:
    (limits,) = (line["limits"] for line in lines if line.get("name") == "rateLimits")

    assert [limit["minutesInterval"] for limit in limits] == [15, 30, 60, 1440]
    assert {limit["callsMade"] for limit in limits} != {0}
