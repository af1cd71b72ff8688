"""The basic schemas of Paysera's objects: contacts, levels, persons, addresses."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import Json, shape, text, whole, word

WORD = text(r"\S", 1)
ID = whole(1)
TIME = whole(0)
"""Unix seconds."""

EMAIL = text(r"^[A-Za-z0-9._+-]{1,30}@[a-z0-9-]{1,20}\.[a-z]{2,6}$")
# the country code first, without `+` or `00`
PHONE = text(r"^[1-9][0-9]{5,14}$")
COUNTRY = text("^[a-z]{2}$")
ANY_COUNTRY = text("^[A-Za-z]{2}$")
"""The user resource uses lower case, the guide to identification upper case."""

DAY = {**text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), "format": "date"}
LOCALE = word("en", "lt", "ru")
# ascending (/guides/wallet/user-information/user-resource)
LEVEL = word(
    "unidentified", "semi_identified", "basic_identified", "identified", "fully_identified"
)  # fmt: skip
SERVICES = ("affiliate", "macro", "micro", "offline", "payment_instruments", "paysera_app",
            "sms_bank")  # fmt: skip
IMAGES = ("image/png", "image/jpeg", "image/gif")
FILE: Json = {"type": "string", "format": "binary"}

ADDRESS = shape({"country": COUNTRY, "city": WORD, "street": WORD}, {"post_index": WORD})
_NAMES = {"name": WORD, "surname": WORD}
IDENTITY = shape({**_NAMES, "nationality": COUNTRY, "code": WORD})
IDENTITY_SHOWN = shape({}, {**_NAMES, "nationality": COUNTRY, "code": WORD})
"""The scope `full_name` alone shows only the names."""

_NUMBER = text("^[1-9][0-9]{0,9}$")
_KEY = text("^[A-Za-z0-9]{1,64}$")
PARAMETERS: dict[str, Json] = {
    # `me` is for access tokens only
    "user": text("^(me|[1-9][0-9]{0,9})$"),
    **dict.fromkeys(("document", "request", "paper", "book", "wallet", "id"), _NUMBER),
    "order": text("^[0-9]{1,2}$"),
    "service": word(*SERVICES),
    "token": _KEY,
    "key": _KEY,
    "locale": text("^[a-z]{2}$"),
    "what": word("email", "phone", "password", "login"),
}
SCHEMAS: dict[str, Json] = {}
