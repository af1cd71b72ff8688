"""Every user-related method of MangoPay's Python SDK, called once against the simulator."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from onboarding.simulation import serve
from tests.mangopay import documented as docs
from tests.mangopay.python_sdk import Sdk

from onboarding_simulators.mangopay import MangoPaySimulator

from .python_script import Script

pytestmark = pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")

EMPTY, NO_ROW = "the answer has no body", "the list has no row"
# what is called, with what its answer holds at least
CALLS = {
    "NaturalUserSca.save": docs.NATURAL,
    "NaturalUserSca.save again": docs.NATURAL,
    "NaturalUserSca.get": docs.NATURAL,
    "NaturalUserSca.categorize": f"{docs.NATURAL} {docs.ACTION}",
    "NaturalUserSca.close": EMPTY,
    "LegalUserSca.save": docs.LEGAL,
    "LegalUserSca.save again": docs.LEGAL,
    "LegalUserSca.get": docs.LEGAL,
    "LegalUserSca.categorize": f"{docs.LEGAL} {docs.ACTION}",
    "LegalUserSca.close": EMPTY,
    "NaturalUser.save": docs.NATURAL_LEGACY,
    "NaturalUser.save again": docs.NATURAL_LEGACY,
    "NaturalUser.get": docs.NATURAL_LEGACY,
    "NaturalUser.close": EMPTY,
    "LegalUser.save": docs.LEGAL_LEGACY,
    "LegalUser.save again": docs.LEGAL_LEGACY,
    "LegalUser.get": docs.LEGAL_LEGACY,
    "LegalUser.close": EMPTY,
    "User.get": docs.NATURAL_LEGACY,
    "User.get_sca": docs.NATURAL,
    "User.all": docs.ROW,
    "User.enroll_sca": docs.ACTION,
    "User.manage_consent": docs.ACTION,
    "ScaStatus.get": docs.SCA_STATUS,
    "User.get_emoney": docs.EMONEY,
    "User.get_emoney year": docs.EMONEY,
    "User.get_emoney month": docs.EMONEY,
    "User.get_pre_authorizations": NO_ROW,
    "User.get_block_status": docs.REGULATORY,
    "User.get_regulatory": docs.REGULATORY,
    "BankAccount.save": f"{docs.ACCOUNT} IBAN BIC",
    "BankAccount.get": f"{docs.ACCOUNT} IBAN BIC",
    "BankAccount.deactivate": f"{docs.ACCOUNT} IBAN BIC",
    "BankAccount.get_transactions": NO_ROW,
    "Document.save": docs.DOCUMENT,
    "Document.save again": docs.DOCUMENT,
    "Document.get": docs.DOCUMENT,
    "Document.all": docs.DOCUMENT,
    "KYC.all": docs.DOCUMENT,
    "Page.save": EMPTY,
    "DocumentConsult.get_kyc_document_consult": "Url ExpirationDate",
    "UboDeclaration.create": docs.DECLARATION,
    "UboDeclaration.get": docs.DECLARATION,
    "UboDeclaration.all": docs.DECLARATION,
    "UboDeclaration.update": docs.DECLARATION,
    "Ubo.save": docs.UBO,
    "Ubo.save again": docs.UBO,
    "Ubo.get": docs.UBO,
    "Recipient.create": f"{docs.RECIPIENT} {docs.ACTION}",
    "Recipient.validate": EMPTY,
    "Recipient.get": docs.RECIPIENT,
    "Recipient.get_user_recipients": docs.RECIPIENT,
    "Recipient.deactivate": docs.RECIPIENT,
    "RecipientSchema.get": docs.SCHEMA,
    "PayoutMethod.get": "AvailablePayoutMethods",
    "Wallet.save": docs.WALLET,
    "Wallet.get": docs.WALLET,
    "Wallet.get_all_for_user": docs.WALLET,
    "Card.get": docs.CARD,
    "User wallets": docs.WALLET,
    "User transactions": docs.TRANSACTION,
    "User cards": docs.CARD,
    "User bankaccounts": f"{docs.ACCOUNT} IBAN BIC",
    "User documents": docs.DOCUMENT,
    "IdentityVerification.create": docs.SESSION,
    "IdentityVerification.get": docs.WHOLE_SESSION,
    "IdentityVerification.get_all": docs.SHORT_SESSION,
    "Psc.retry": docs.PERSON,
    "UserDataFormatValidation.save": docs.FORMAT,
    "CountryAuthorization.get_country_authorizations": docs.COUNTRY,
    "CountryAuthorization.get_all_countries_authorizations": docs.COUNTRY,
    "Notification.save": docs.HOOK,
    "Notification.save again": docs.HOOK,
    "Notification.get": docs.HOOK,
    "Notification.all": docs.HOOK,
    "Event.all": docs.EVENT,
    "IdempotencyResponse.get": docs.RESPONSE,
}
STATUSES = {EMPTY: 204, "Recipient.create": 201, "Recipient.validate": 200}
# resources that are no users', by what their names hold
NO_USERS = {
    "pay-ins": r"PayIn|PayPal|PaymentMethod|PayByBank|Intent|Acquiring",
    "payments by card or direct debit": r"PreAuth|Preauth|Deposit|Card.+|Mandate",
    "payouts, refunds, disputes": r"PayOut|Refund|Dispute|Repudiation|Settlement",
    "wallets": r"Transfer|Conversion|BankingAlias|VirtualAccount",
    "the platform itself": r"Client|Report",
    "what resources are made of": r"BaseModel|BaseApiModel|BaseApiModelMethods",
}
# methods and endpoints that are no users', or that no document has
LEFT = {
    "the SDK's own": (
        "User.cast User.fixed_kwargs Wallet.is_client_wallet IdempotencyResponse.get_resource "
        "UboDeclaration.get_read_only_properties UboDeclaration.get_sub_objects Ubo.get_sub_objects"
    ),
    "mandates of direct debits": "BankAccount.get_mandates Recipient.get_mandates",
    "the platform itself": (
        "BankAccount.create_client_bank_account BankAccount.CLIENT_CREATE_BANK_ACCOUNT "
        "Transaction.CLIENT_WALLET_TRANSACTIONS"
    ),
    "payments": (
        "Card.get_by_fingerprint Card.get_pre_authorizations Card.get_transactions "
        "Card.get_transactions_by_fingerprint Card.UPDATE Card.CARDS_FOR_FINGERPRINT "
        "DocumentConsult.get_dispute_document_consult DocumentConsult.DISPUTE_CONSULT "
        "Transaction.MANDATE_GET_TRANSACTIONS Transaction.CARD_GET_TRANSACTIONS "
        "Transaction.PRE_AUTHORIZATION_TRANSACTIONS Transaction.DEPOSIT_GET_TRANSACTIONS "
        "Transaction.EXTENDED_PREAUTHORIZATION_GET_TRANSACTIONS "
        "Transaction.TRANSACTIONS_FOR_FINGERPRINT Transaction.DISPUTE_GET_TRANSACTIONS"
    ),
    "of a wallet": "Wallet.UPDATE",
    "no document has it": (
        "User.INSERT User.UPDATE KYC.INSERT KYC.UPDATE Page.SELECT Page.UPDATE Event.INSERT "
        "Event.UPDATE Transaction.INSERT Transaction.UPDATE"
    ),
}
LEFT_NAMES = {name for names in LEFT.values() for name in names.split()}
VERBS = {"INSERT": "POST", "SELECT": "GET", "UPDATE": "PUT", "DELETE": "DELETE"}


def fields(value: object, prefix: str = "") -> set[str]:
    """Gives the dotted names of what an answer holds; of a list, those of its first row."""
    if isinstance(value, list) and value and not prefix:
        return fields(value[0])
    if not isinstance(value, dict):
        return set()
    found = {prefix + name for name in value}
    return found.union(*(fields(inner, f"{prefix}{name}.") for name, inner in value.items()))


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key", proxy=True)
    with serve(simulator) as base_url:
        made = Script(Sdk(base_url, simulator))
        made.run()
        yield made


def resources(sdk: Sdk) -> dict[str, Any]:
    """Gives the SDK's resources that are users'."""
    base = sdk.r.BaseModel.__mro__[2]  # what all resources have in common
    every = {
        name: each
        for name, each in vars(sdk.r).items()
        if inspect.isclass(each) and issubclass(each, base)
    }
    other = re.compile("|".join(NO_USERS.values()))
    return {name: each for name, each in every.items() if not other.search(name)}


def methods(name: str, resource: Any) -> Iterator[str]:
    """Gives the methods that a resource has beside those that all have."""
    for method, value in vars(resource).items():
        made = isinstance(value, (classmethod, staticmethod)) or inspect.isfunction(value)
        if made and not method.startswith("_"):
            yield f"{name}.{method}"


def endpoints(name: str, resource: Any) -> Iterator[tuple[str, str, str]]:
    """Gives where a resource is found: a name, the verb as far as it is told, the path."""
    url = getattr(resource._meta, "url", None) or {}
    if isinstance(url, str):
        url = dict.fromkeys(("INSERT", "SELECT", "UPDATE"), url)
    for identifier, path in url.items():
        whole = re.sub(r"%\(\w+\)s", "[^/]+", "/" + path.partition("?")[0].strip("/"))
        by_id = identifier in VERBS or "%" not in path
        more = "(/[^/]+)?" if by_id and identifier != "INSERT" else ""
        yield f"{name}.{identifier}", VERBS.get(identifier, ".+"), f"{whole}{more}/?"


def test_every_method_is_called_or_is_no_users(script: Script) -> None:
    has = {each for item in resources(script.sdk).items() for each in methods(*item)}

    called = {name.split()[0] for name in CALLS}

    assert has - LEFT_NAMES - called == set()


def test_every_endpoint_is_met_or_is_no_users(script: Script) -> None:
    met = [f"{verb} {re.sub('/+', '/', path)}" for verb, path in script.seen]

    missed = {
        name
        for item in resources(script.sdk).items()
        for name, verb, path in endpoints(*item)
        if not any(re.fullmatch(f"{verb} {path}", each) for each in met)
    }

    assert missed == {name for name in LEFT_NAMES if name.rpartition(".")[2].isupper()}


def test_everything_in_the_table_is_called(script: Script) -> None:
    assert set(script.answers) == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_has_the_documented_fields(script: Script, name: str) -> None:
    wanted = CALLS[name]

    status, body = script.answers[name]

    assert status == STATUSES.get(name, STATUSES.get(wanted, 200))
    if wanted == EMPTY:
        assert body == b""
    elif wanted == NO_ROW:
        assert json.loads(body) == []
    else:
        assert set(wanted.split()) - fields(json.loads(body)) == set()
