"""Bank accounts in the five forms that recipients replaced (docs: api-reference/bank-accounts)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    TEXT,
    Json,
    either,
    just,
    maybe,
    ref,
    shape,
    text,
    word,
)

from .answers import CLOSED, PARAM_ERROR, USER, call, error, rows
from .words import ADDRESS, COUNTRY, DATE, LONG_NAME, TAG, id_of

_ACCOUNTS = "api-reference/bank-accounts/"

# docs: create-iban-bank-account prints the pattern of a BIC
BIC = text(r"^[a-zA-Z]{6}[0-9A-Za-z_]{2}([0-9A-Za-z_]{3})?$")
IBAN = {**text(most=34, least=1), "examples": ["FR7630004000031234567890143"]}
FORMS: dict[str, tuple[dict[str, Json], dict[str, Json]]] = {
    "IBAN": ({"IBAN": IBAN}, {"BIC": BIC}),
    "GB": ({"SortCode": text("^[0-9]{6}$"), "AccountNumber": text("^[0-9]{8}$")}, {}),
    "US": (
        {"AccountNumber": text("^[0-9]+$", most=255), "ABA": text("^[0-9]{9}$")},
        {"DepositAccountType": word("CHECKING", "SAVINGS")},
    ),
    "CA": (
        {
            "BankName": text(r"\S", 1, 50),
            "InstitutionNumber": text("^[0-9]{3}$"),
            "BranchCode": text("^[0-9]{5}$"),
            "AccountNumber": text("^[0-9]{7,35}$"),
        },
        {},
    ),
    "OTHER": (
        {"Country": COUNTRY, "BIC": BIC, "AccountNumber": text("^[a-zA-Z0-9]{5,35}$")},
        {},
    ),
}


def _account_shown(type: str) -> Json:
    required, optional = FORMS[type]
    return shape(
        {
            "UserId": id_of("user_m"),
            "OwnerName": TEXT,
            "OwnerAddress": ref("Address"),
            "Type": just(type),
            "Id": id_of("bankacc_m"),
            "Tag": maybe(TEXT),
            "CreationDate": DATE,
            "Active": BOOLEAN,
            **required,
            **{name: maybe(schema) for name, schema in optional.items()},
        }
    )


def _account_sent(type: str) -> Json:
    required, optional = FORMS[type]
    owner = {"OwnerName": LONG_NAME, "OwnerAddress": ADDRESS}
    return shape({**owner, **required}, {**optional, "Tag": TAG}, closed=False)


SCHEMAS: dict[str, Json] = {"BankAccount": either(*(_account_shown(type) for type in FORMS))}

# docs: create-gb-bank-account
_REFUSED = {
    "GB": (
        error(
            "bankaccount_error",
            PARAM_ERROR.partition(".")[0],
            errors=either(
                shape({"SortCode": just("SortCode is invalid")}),
                shape(
                    {
                        "AccountNumber": just(
                            "AccountNumber is invalid or is not applicable for this SortCode"
                        )
                    }
                ),
            ),
        ),
    )
}
_NO_ACCOUNT = error(
    "param_error",
    PARAM_ERROR,
    # the key was observed; no page prints the text
    errors=shape({"BankAccountId": just("The ressource does not exist")}),
)

_ACCOUNT = ref("BankAccount")

PATHS: dict[str, dict[str, Json]] = {
    **{
        f"{USER}/bankaccounts/{type.lower()}": call(
            f"create{type.capitalize()}Account",
            f"{_ACCOUNTS}create-{type.lower()}-bank-account",
            _account_shown(type), method="post", body=_account_sent(type), nouns=("User",),
            refusals=(CLOSED, *_REFUSED.get(type, ())), deprecated=True,
        )
        for type in FORMS
    },
    f"{USER}/bankaccounts": rows(
        "listAccounts", f"{_ACCOUNTS}list-bank-accounts-user", _ACCOUNT, nouns=("User",),
        words={"Active": ("true", "false")},
    ),
    f"{USER}/bankaccounts/{{BankAccountId}}": {
        **call(
            "viewAccount", f"{_ACCOUNTS}view-bank-account", _ACCOUNT, nouns=("User",),
            refusals=(_NO_ACCOUNT,),
        ),
        **call(
            "deactivateAccount", f"{_ACCOUNTS}deactivate-bank-account", _ACCOUNT, method="put",
            body=shape({"Active": just(False)}, closed=False), nouns=("User",),
            refusals=(CLOSED, _NO_ACCOUNT),
        ),
    },
}  # fmt: skip
