"""The basic schemas of MangoPay's objects: ids, dates, countries, addresses, money."""

from __future__ import annotations

from iso3166 import countries

from onboarding_simulators.shared.openapi import (
    INTEGER,
    TEXT,
    Json,
    maybe,
    ref,
    shape,
    text,
    whole,
    word,
)

DATE = INTEGER
"""Unix seconds (docs: overview/data-formats)."""

_CROCKFORD = "[0-9A-HJKMNP-TV-Z]{26}"


def id_of(*prefixes: str) -> Json:
    """Returns the schema of a new id: a prefix with a ULID (docs: overview/data-formats)."""
    return text(f"^({'|'.join(prefixes)})_{_CROCKFORD}$", most=128)


TAG = text(most=255)
NAME = text(r"\S", 1, 100)
LONG_NAME = text(r"\S", 1, 255)
# docs: create-natural-user prints this pattern in its error
EMAIL = text(
    r"^([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$"
)
PHONE = text(r"^(\+[1-9][0-9]{1,14}|0[0-9]{5,12})$")
COUNTRY = ref("Country")
CURRENCY = text("^[A-Z]{3}$")
_AMOUNT = shape({"Currency": CURRENCY, "Amount": INTEGER})
# docs: create-natural-user
LEGAL_TYPES = ("BUSINESS", "PARTNERSHIP", "ORGANIZATION", "SOLETRADER")
CONTEXT = word("USER_PRESENT", "USER_NOT_PRESENT")
LINES = ("AddressLine1", "AddressLine2", "City", "Region", "PostalCode", "Country")

ADDRESS = ref("NewAddress")
"""An address in a request (docs: create-natural-user)."""
_ADDRESS = shape(
    {
        "AddressLine1": LONG_NAME,
        "City": LONG_NAME,
        "Country": COUNTRY,
    },
    # a region is required in the US, Canada and Mexico; a postal code is required except in
    # countries without postal codes (docs: release-notes/api/2015-06-05-new-api-version-v201)
    {
        "PostalCode": maybe(text("^[a-zA-Z0-9 -]*[a-zA-Z0-9-]$", 1, 255)),
        "AddressLine2": maybe(text(most=255)),
        "Region": maybe(text(most=255)),
    },
    closed=False,
)

_SHOWN = shape({line: maybe(TEXT) for line in LINES} | {"Country": maybe(COUNTRY)})
_EMPTY = shape({line: {"type": "null"} for line in LINES})
ACTION = shape({"RedirectUrl": text(r"^https?://[^ ]+\?token=[0-9a-f]+$", most=2000)})
"""The link that the user must open; it is valid for ten minutes (docs: guides/sca/session)."""

# ids of every age may be requested: a prefix with a ULID, digits, a UUID (docs: data-formats)
_ASKED = text(r"^[^/?#%\x00-\x20\\]+$", 1, 128)
PARAMETERS: dict[str, Json] = {
    **dict.fromkeys(
        (
            "UserId", "KycDocumentId", "UboDeclarationId", "UboId", "IdentityVerificationId",
            "BankAccountId", "RecipientId", "WalletId", "CardId", "HookId", "PscId", "Token",
        ),
        _ASKED,
    ),
    "ClientId": text("^[a-zA-Z0-9-]+$"),
    "CountryCode": COUNTRY,
    "Year": text("^[0-9]{4}$"),
    "Month": text("^(0?[1-9]|1[0-2])$"),
    "IdempotencyKey": text("^[a-zA-Z0-9-]{16,36}$"),
}  # fmt: skip

SCHEMAS: dict[str, Json] = {
    "Country": {
        **word(*sorted({"XK", *(each.alpha2 for each in countries)})),
        "description": "ISO 3166-1 alpha-2, and XK for Kosovo",
    },
    "Address": {**_SHOWN, "description": "Always an object; a line that is not known is null"},
    "NoAddress": _EMPTY,
    "NewAddress": _ADDRESS,
    "Amount": {**_AMOUNT, "description": "In minor units"},
}
PAGE_SIZE = whole(0, 100)
