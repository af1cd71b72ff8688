"""Recipients, the destinations of payouts (docs: api-reference/recipients)."""

from __future__ import annotations

from collections.abc import Mapping

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Json,
    either,
    just,
    listed,
    maybe,
    query,
    ref,
    shape,
    text,
    word,
)

from .accounts import BIC, FORMS, IBAN
from .answers import CLIENT, CLOSED, PARAM_ERROR, PROXY_MISSING, USER, call, error, named, rows
from .words import ACTION, ADDRESS, CONTEXT, COUNTRY, CURRENCY, DATE, LONG_NAME, NAME, TAG, id_of
from .words import SCHEMAS as COMMON

_RECIPIENTS = "api-reference/recipients/"

# docs: create-recipient
_METHODS, _KINDS = ("LocalBankTransfer", "InternationalBankTransfer"), ("Individual", "Business")
_SCOPES = ("PAYOUT", "PAYIN")
_STATUSES = ("PENDING", "ACTIVE", "CANCELED", "DEACTIVATED")
_CODES = (
    "REQUIRED", "LENGTH_MORE_THAN_MAX", "LENGTH_LESS_THAN_MIN", "INVALID_FORMAT",
    "NOT_IN_ALLOWED_VALUES", "UNSUPPORTED_COUNTRY", "UNSUPPORTED_CURRENCY",
    "UNSUPPORTED_PAYOUT_METHOD_FOR_CURRENCY", "UNSUPPORTED_CURRENCY_FOR_PAYOUT_METHOD",
    "USER_NOT_FOUND", "INVALID_IBAN", "2815488948686553431", "KAR_0042",
)  # fmt: skip
_LOCAL = {
    "EUR": shape({"IBAN": IBAN}, closed=False),
    "GBP": shape(FORMS["GB"][0], closed=False),
    "USD": shape(FORMS["US"][0], closed=False),
    "CAD": shape(
        {"AccountNumber": text("^[0-9]{7,35}$")},
        {
            "InstitutionNumber": text("^[0-9]{3}$"),
            "BranchCode": text("^[0-9]{5}$"),
            "BankName": text(r"^[^\s]+$", 1, 50),
        },
        closed=False,
    ),
}
_ABROAD = shape({"AccountNumber": text(r"\S", 1, 35), "BIC": BIC}, closed=False)
_PEOPLE = {
    "Individual": {"FirstName": NAME, "LastName": NAME, "Address": ADDRESS},
    "Business": {"BusinessName": LONG_NAME, "Address": ADDRESS},
}


def _recipient(kind: str, method: str, account: Json, currency: Json) -> Json:
    return shape(
        {
            "DisplayName": text("^[^&,'/]*$", 1, 50),
            "PayoutMethodType": just(method),
            "RecipientType": just(kind),
            "Currency": currency,
            f"{kind}Recipient": shape(_PEOPLE[kind], closed=False),
            method: account,
        },
        {"Country": COUNTRY, "RecipientScope": word(*_SCOPES), "Tag": TAG, "ScaContext": CONTEXT},
        closed=False,
    )


_SENT = named(
    "NewRecipient",
    either(
        *(
            each
            for kind in _KINDS
            for each in (
                *(
                    _recipient(kind, _METHODS[0], shape({name: form}, closed=False), just(name))
                    for name, form in _LOCAL.items()
                ),
                _recipient(kind, _METHODS[1], _ABROAD, CURRENCY),
            )
        )
    ),
)
_RULE = shape(
    {
        "Required": BOOLEAN,
        "MaxLength": maybe(INTEGER),
        "MinLength": maybe(INTEGER),
        "Pattern": maybe(TEXT),
        "AllowedValues": maybe(listed(TEXT)),
        "Label": TEXT,
        "EndUserDisplay": TEXT,
    }
)
_RULES: Json = {"type": "object", "additionalProperties": either(_RULE, ref("RecipientRules"))}
_ANY: Json = maybe(shape({}, closed=False))

SCHEMAS: dict[str, Json] = {
    "RecipientRules": _RULES,
    "Recipient": shape(
        {
            "Id": id_of("rec"),
            "Status": word(*_STATUSES),
            "CreationDate": DATE,
            "DisplayName": TEXT,
            "PayoutMethodType": word(*_METHODS),
            "RecipientType": word(*_KINDS),
            "Currency": CURRENCY,
            "Country": maybe(COUNTRY),
            "RecipientScope": word(*_SCOPES),
            "Tag": maybe(TEXT),
            "IndividualRecipient": _ANY,
            "BusinessRecipient": _ANY,
            "LocalBankTransfer": _ANY,
            "InternationalBankTransfer": _ANY,
            "UserId": id_of("user_m"),
            "RecipientVerificationOfPayee": maybe(
                shape(
                    {
                        "RecipientVerificationId": TEXT,
                        "RecipientVerificationCheck": TEXT,
                        "RecipientVerificationMessage": maybe(TEXT),
                    }
                )
            ),
            "PendingUserAction": maybe(ACTION),
        }
    ),
}


def _codes(*paths: str) -> Json:
    """Returns the error of the recipients' service: `Errors`, with codes by path."""
    allowed = "|".join(path.replace(".", r"\.") for path in paths)
    errors = {
        "type": "object",
        "patternProperties": {f"^({allowed})$": word(*_CODES)},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return _with_capital(error("param_error", PARAM_ERROR, errors=errors))


def _with_capital(schema: Json) -> Json:
    known = {
        ("Errors" if name == "errors" else name): value
        for name, value in schema["properties"].items()
    }
    return shape(known)


def _paths(schemas: Mapping[str, Json], prefix: str = "") -> tuple[str, ...]:
    return tuple(prefix + name for name in schemas)


_ADDRESS = tuple(COMMON["NewAddress"]["properties"])
_FIELDS = (
    "UserId", "SCA", "DisplayName", "PayoutMethodType", "RecipientType", "Currency", "Country",
    "RecipientScope", "Tag", "IndividualRecipient", "BusinessRecipient",
    *(f"{kind}Recipient.{name}" for kind in _KINDS for name in _PEOPLE[kind]),
    *(f"{kind}Recipient.Address.{name}" for kind in _KINDS for name in _ADDRESS),
    *_METHODS, r"LocalBankTransfer.[A-Z]{3}(.\w+)?",
    *_paths(_ABROAD["properties"], "InternationalBankTransfer."),
)  # fmt: skip
_CODED = named("RecipientError", _codes(*_FIELDS))
_INVALID_STATE = _with_capital(error("other", "Invalid State"))

_RECIPIENT = ref("Recipient")
_QUERY = (query("Currency", CURRENCY, required=True), query("Country", COUNTRY, required=True))
_KIND = (
    query("PayoutMethodType", word(*_METHODS), required=True),
    query("RecipientType", word(*_KINDS), required=True),
)

PATHS: dict[str, dict[str, Json]] = {
    f"{USER}/recipients": {
        **rows(
            "listRecipients", f"{_RECIPIENTS}list-recipients-user", _RECIPIENT, nouns=("User",),
            words={"RecipientScope": _SCOPES, "Status": _STATUSES},
        ),
        **call(
            "createRecipient", f"{_RECIPIENTS}create-recipient", _RECIPIENT, method="post",
            status=201, body=_SENT, refusals=(CLOSED, _CODED), forbidden=(PROXY_MISSING,),
        ),
    },
    f"{USER}/recipients/validate": call(
        "validateRecipient", f"{_RECIPIENTS}validate-recipient-data", None, method="post",
        body=_SENT, refusals=(CLOSED, _CODED),
    ),
    f"{CLIENT}/recipients/{{RecipientId}}": {
        **call(
            "viewRecipient", f"{_RECIPIENTS}view-recipient", _RECIPIENT, nouns=("Recipient",)
        ),
        **call(
            "deactivateRecipient", f"{_RECIPIENTS}deactivate-recipient", _RECIPIENT, method="put",
            body=shape({"Status": just("DEACTIVATED")}, closed=False), nouns=("Recipient",),
            refusals=(_codes("Status"), _INVALID_STATE),
        ),
    },
    f"{CLIENT}/recipients/schema": call(
        "viewRecipientSchema", f"{_RECIPIENTS}view-recipient-schema", ref("RecipientRules"),
        parameters=(*_KIND, *_QUERY),
        refusals=(_codes("PayoutMethodType", "RecipientType", "Currency", "Country"),),
    ),
    f"{CLIENT}/recipients/payout-methods": call(
        "viewPayoutMethods", f"{_RECIPIENTS}view-payout-methods",
        shape({"AvailablePayoutMethods": listed(word(*_METHODS))}), parameters=_QUERY,
    ),
}  # fmt: skip
