"""Wallets that reveal users (/api/wallet/search-wallet, /search-wallets)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    TEXT,
    Json,
    either,
    listed,
    query,
    ref,
    shape,
    text,
    word,
)

from .answers import call
from .words import EMAIL, ID, PHONE

_PAGE = "https://developers.paysera.com/api/wallet/search-wallet"
_NUMBER = text("^EVP[0-9]{13}$")

SCHEMAS: dict[str, Json] = {
    # lib-wallet-php-client, decodeWallet and decodeAccount
    "Wallet": shape(
        {
            "id": ID,
            "owner": ID,
            "account": shape(
                {"number": _NUMBER, "owner_display_name": TEXT},
                {
                    "owner_title": text(r"\S"),
                    "owner_type": word("natural", "legal"),
                    "description": TEXT,
                    # a text here, as in the samples
                    "user_id": text("^[1-9][0-9]*$"),
                    "type": word("local", "technical", "card"),
                    "ibans": listed(TEXT),
                    "main_iban": TEXT,
                    "flags": shape({}, {"savings": BOOLEAN, "public": BOOLEAN}),
                    "status": word("inactive", "active", "closed"),
                },
            ),
        }
    )
}

_WALLET = ref("Wallet")
# exactly one; those in brackets are described at `person_code` of the user resource
_CRITERIA = (
    query("email", EMAIL),
    query("phone", PHONE),
    query("account_number", _NUMBER),
    query("user_id", text("^[1-9][0-9]{0,9}$")),
    query("barcode", text("^[0-9]{13}$")),
    query("licence_plate", text("^[A-Z]{3}[0-9]{3}$")),
)
_HASH = text("^[0-9a-f]{40}$")
_CONTACTS = (
    query("email", EMAIL),
    query("phone", PHONE),
    query("email_hash", _HASH),
    query("phone_hash", _HASH),
)
# if empty, PHP's list
_FOUND = either(
    {"type": "object", "additionalProperties": _WALLET, "minProperties": 1},
    {"type": "array", "maxItems": 0},
)

PATHS: dict[str, dict[str, Json]] = {
    "/rest/v1/user/{user}/wallets": call(
        "getWallets", listed(_WALLET), parameters=(query("inactive_included", word("1", "0")),)
    ),
    "/rest/v1/wallet": call("findWallet", _WALLET, page=_PAGE, parameters=_CRITERIA),
    "/rest/v1/wallet/{wallet}": call("getWallet", _WALLET, page=_PAGE),
    "/rest/v1/wallets": call("findWallets", _FOUND, page=f"{_PAGE}s", parameters=_CONTACTS),
}
