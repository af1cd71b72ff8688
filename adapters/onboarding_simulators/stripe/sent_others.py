"""The parameters of persons, bank accounts, tokens, files, events and webhook endpoints."""

from __future__ import annotations

from collections.abc import Mapping

from .parameters import Kind, Many, Shape, Text, Words
from .sent_accounts import DATED_PAGE, PAGE
from .sent_parts import (
    BANK,
    BANK_REQUIRED,
    COMPANY,
    INDIVIDUAL,
    PERSON,
    ROLES,
    bank_account,
    business_type,
    expand,
    files,
    flag,
    metadata,
    text,
    time,
)
from .words import PURPOSES

SAVE_PERSON = Shape({**expand, **PERSON, "person_token": text})
LIST_PERSONS = Shape({**PAGE, "relationship": Shape(dict.fromkeys(ROLES, flag))})

LIST_BANKS = Shape({**PAGE, "object": Words(("bank_account", "card"))})
CREATE_BANK = Shape(
    {
        **expand,
        "bank_account": bank_account,
        "default_for_currency": flag,
        "external_account": bank_account,
        "metadata": metadata,
    }
)
# the parameters of cards are known and have no effect
_CARD_NAMES = (
    "account_holder_name", "address_city", "address_country", "address_line1", "address_line2",
    "address_state", "address_zip", "exp_month", "exp_year", "name",
)  # fmt: skip
UPDATE_BANK = Shape(
    {
        **expand,
        **dict.fromkeys(
            (
                "account_holder_name",
                "address_city",
                "address_country",
                "address_line1",
                "address_line2",
                "address_state",
                "address_zip",
                "exp_month",
                "exp_year",
                "name",
            ),
            text,
        ),
        "account_holder_type": Words(("", "company", "individual")),
        "account_type": Words(("checking", "futsu", "savings", "toza")),
        "default_for_currency": flag,
        "documents": Shape({"bank_account_ownership_verification": files}),
        "metadata": metadata,
    }
)

TOKEN = Shape(
    {
        **expand,
        "account": Shape(
            {
                "business_type": business_type,
                "company": Shape({**COMPANY, "ownership_declaration_shown_and_signed": flag}),
                "individual": Shape(INDIVIDUAL),
                "tos_shown_and_accepted": flag,
            }
        ),
        "bank_account": Shape({**BANK, "payment_method": text}, BANK_REQUIRED),
        "customer": text,
        "person": Shape(PERSON),
    }
)
NOT_SIMULATED = ("card", "cvc_update", "pii")
"""Kinds of token that have nothing to do with onboarding."""

FILE: Mapping[str, Kind] = {
    **expand,
    "file_link_data": Shape(
        {"create": flag, "expires_at": time, "metadata": metadata}, ("create",)
    ),
    "purpose": Words(PURPOSES),
}
UPLOAD = Shape(FILE, ("purpose",))
LIST_FILES = Shape({**DATED_PAGE, "purpose": Words(PURPOSES)})
LIST_EVENTS = Shape(
    {**DATED_PAGE, "delivery_success": flag, "type": text, "types": Many(Text(needed=True))}
)

_ENDPOINT: Mapping[str, Kind] = {
    **expand,
    "description": text,
    "enabled_events": Many(Text(needed=True)),
    "metadata": metadata,
    "url": Text(needed=True),
}
CREATE_ENDPOINT = Shape(
    {**_ENDPOINT, "api_version": Text(needed=True), "connect": flag}, ("enabled_events", "url")
)
UPDATE_ENDPOINT = Shape({**_ENDPOINT, "disabled": flag})
LIST_PAGE = Shape(PAGE)
