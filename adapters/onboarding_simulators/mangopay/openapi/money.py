"""What a user owns: wallets, transactions, cards, pre-authorisations, e-money."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    TEXT,
    Json,
    just,
    listed,
    maybe,
    query,
    ref,
    shape,
    text,
    word,
)

from .answers import CLIENT, PROXY_MISSING, USER, call, param_error, rows
from .words import CONTEXT, CURRENCY, DATE, LONG_NAME, TAG, id_of

_API = "api-reference/"
# docs: list-transactions-user
_STATUSES = ("CREATED", "SUCCEEDED", "FAILED")
_TYPES = ("PAYIN", "TRANSFER", "CONVERSION", "PAYOUT")
_NATURES = ("REGULAR", "REPUDIATION", "REFUND", "SETTLEMENT")
_AMOUNT, _WALLET_ID = ref("Amount"), maybe(id_of("wlt_m"))

SCHEMAS: dict[str, Json] = {
    "Wallet": shape(
        {
            "Description": TEXT,
            "Owners": listed(id_of("user_m"), least=1),
            "Balance": _AMOUNT,
            "Currency": CURRENCY,
            "FundsType": word("DEFAULT", "FEES", "CREDIT"),
            "Id": id_of("wlt_m"),
            "Tag": maybe(TEXT),
            "CreationDate": DATE,
        }
    ),
    "Transaction": shape(
        {
            "Id": id_of("txn_m"),
            "Tag": maybe(TEXT),
            "CreationDate": DATE,
            "AuthorId": id_of("user_m"),
            "CreditedUserId": maybe(id_of("user_m")),
            "DebitedFunds": _AMOUNT,
            "CreditedFunds": _AMOUNT,
            "Fees": _AMOUNT,
            "Status": word(*_STATUSES),
            "ResultCode": maybe(text("^[0-9]{6}$")),
            "ResultMessage": maybe(TEXT),
            "ExecutionDate": maybe(DATE),
            "Type": word(*_TYPES),
            "Nature": word(*_NATURES),
            "CreditedWalletId": _WALLET_ID,
            "DebitedWalletId": _WALLET_ID,
        }
    ),
    # docs: card-object: country in three letters
    "Card": shape(
        {
            "ExpirationDate": text("^(0[1-9]|1[0-2])[0-9]{2}$"),
            "Alias": TEXT,
            "CardProvider": TEXT,
            "CardType": TEXT,
            "Country": text("^[A-Z]{3}$"),
            "Product": maybe(TEXT),
            "BankCode": maybe(TEXT),
            "Active": BOOLEAN,
            "Currency": CURRENCY,
            "Validity": word("UNKNOWN", "VALID", "INVALID"),
            "UserId": id_of("user_m"),
            "Id": id_of("card_m"),
            "Tag": maybe(TEXT),
            "CreationDate": DATE,
            "Fingerprint": maybe(TEXT),
            "CardHolderName": maybe(TEXT),
        }
    ),
    "EMoney": shape(
        {"UserId": id_of("user_m"), "CreditedEMoney": _AMOUNT, "DebitedEMoney": _AMOUNT}
    ),
}

_CONTEXT = (query("ScaContext", CONTEXT),)
_WALLET = f"{CLIENT}/wallets/{{WalletId}}"
_WORDS = {"Status": _STATUSES, "Type": _TYPES, "Nature": _NATURES}
_NEW = shape(
    {"Owners": listed(text(least=1), least=1), "Description": LONG_NAME, "Currency": CURRENCY},
    {"Tag": TAG},
    closed=False,
)
_CHANGE = shape({}, {"Description": LONG_NAME, "Tag": TAG}, closed=False)
_SUMS = ("viewEmoney", "viewEmoneyOfYear", "viewEmoneyOfMonth")

PATHS: dict[str, dict[str, Json]] = {
    f"{CLIENT}/wallets": call(
        "createWallet", f"{_API}wallets/create-wallet", ref("Wallet"), method="post", body=_NEW,
        nouns=("User",),
    ),
    _WALLET: call(
        "viewWallet", f"{_API}wallets/view-wallet", ref("Wallet"), nouns=("Wallet",),
        parameters=_CONTEXT, forbidden=(PROXY_MISSING,), sca=True,
    )
    | call(
        "updateWallet", f"{_API}wallets/update-wallet", ref("Wallet"), method="put", body=_CHANGE,
        nouns=("Wallet",),
    ),
    f"{_WALLET}/transactions": rows(
        "listTransactionsOfWallet", f"{_API}transactions/list-transactions-wallet",
        ref("Transaction"), "ResultCode", words=_WORDS, nouns=("Wallet",), parameters=_CONTEXT,
        forbidden=(PROXY_MISSING,), sca=True,
    ),
    f"{USER}/wallets": rows(
        "listWallets", f"{_API}wallets/list-wallets-user", ref("Wallet"), nouns=("User",),
        parameters=_CONTEXT, forbidden=(PROXY_MISSING,), sca=True,
    ),
    f"{USER}/transactions": rows(
        "listTransactions", f"{_API}transactions/list-transactions-user", ref("Transaction"),
        "ResultCode", words=_WORDS, nouns=("User",), parameters=_CONTEXT,
        forbidden=(PROXY_MISSING,), sca=True,
    ),
    f"{CLIENT}/bankaccounts/{{BankAccountId}}/transactions": rows(
        "listTransactionsOfAccount", f"{_API}transactions/list-transactions-bank-account",
        ref("Transaction"), nouns=("BankAccount",),
    ),
    f"{CLIENT}/cards/{{CardId}}": call(
        "viewCard", f"{_API}cards/view-card", ref("Card"), nouns=("Card",)
    ),
    f"{USER}/cards": rows(
        "listCards", f"{_API}cards/list-cards-user", ref("Card"), nouns=("User",),
        words={"Active": ("true", "false")},
    ),
    # the simulator never creates one
    f"{USER}/preauthorizations": rows(
        "listPreauthorizations", f"{_API}preauthorizations/list-preauthorizations-user",
        just(None), "Status", nouns=("User",),
    ),
    **{
        f"{USER}/emoney{tail}": call(
            name, f"{_API}users/view-user-emoney", ref("EMoney"), nouns=("User",),
            parameters=(query("Currency", CURRENCY),),
            refusals=(param_error("Currency", "Year", "Month"),),
        )
        for name, tail in zip(_SUMS, ("", "/{Year}", "/{Year}/{Month}"), strict=True)
    },
}  # fmt: skip
