"""The user resource: read, registered, identified (/guides/.../user-resource)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    INTEGER,
    TEXT,
    Json,
    either,
    just,
    listed,
    query,
    ref,
    shape,
    text,
    whole,
    word,
)

from .answers import BASICS, call
from .words import (
    ADDRESS,
    DAY,
    EMAIL,
    FILE,
    ID,
    IDENTITY,
    IDENTITY_SHOWN,
    IMAGES,
    LEVEL,
    LOCALE,
    PHONE,
    SERVICES,
    TIME,
    WORD,
)

_PEP = shape({"name": TEXT, "relation": TEXT, "positions": listed(TEXT)})
_LINK = text(r"^[a-z]+://[a-z_/]*\{code\}$")
_SCOPES = listed(text("^[a-z_]+$"))
PARAMETERS = {"phone_link": _LINK, "email_link": _LINK, "scopes": _SCOPES}
PASSWORD = text(least=8, most=64)

SCHEMAS: dict[str, Json] = {
    "Pep": _PEP,
    # a key needs a scope and a value; otherwise it is omitted, never null
    "User": shape(
        {"id": ID},
        {
            "email": TEXT,
            "phone": PHONE,
            "display_name": TEXT,
            "dob": DAY,
            "gender": word("male", "female"),
            "address": ADDRESS,
            "identity": IDENTITY_SHOWN,
            "wallets": listed(ID, least=1),
            "type": word("natural", "legal"),
            "company_code": TEXT,
            "identification_level": LEVEL,
            "calculated_level": LEVEL,
            "locale": LOCALE,
            "options": shape({"default_currency": text("^[A-Z]{3}$")}),
            "pep": listed(ref("Pep"), least=1),
            "deletion_request_at": TEXT,
        },
    ),
    # java-lib-wallet-sdk and swift-lib-wallet-sdk
    "Service": shape(
        {"service": word(*SERVICES), "status": word("enabled", "disabled")},
        {"title": TEXT, "actions": listed(TEXT), "added": TIME, "url": TEXT},
    ),
    "Position": shape(
        {"lat": {"type": "number"}, "lng": {"type": "number"}},
        {"type": word("hidden", "merchant"), "user_id": ID},
    ),
}
_CREDENTIALS = either(
    shape({"type": just("main-password"), "password": PASSWORD}),
    shape(
        {
            "type": just("pre-salt-sha1-base64"),
            "password": WORD,
            "password_salt": WORD,
            "username": WORD,
        }
    ),
)
_ALREADY = (
    "email_already_assigned",
    "phone_already_assigned",
    "person_code_already_assigned",
    "card_already_assigned",
)
_MORE = {
    "locale": LOCALE,
    "identity": IDENTITY,
    # from lib-wallet-php-client, encodeUser and encodeIdentifier
    "address": ADDRESS,
    "card": shape({"issuer": WORD, "number": WORD}),
    "credentials": _CREDENTIALS,
    "parameters": shape({}, PARAMETERS),
}
_REGISTRATION = either(
    shape({"email": EMAIL}, {"phone": PHONE, **_MORE}),
    shape({"phone": PHONE}, {"email": EMAIL, **_MORE}),
)
_IDENTITY = shape({"identity": IDENTITY}, {"email": EMAIL, "phone": PHONE, "address": ADDRESS})
_USER, _ONE = ref("User"), "/rest/v1/user/{user}"
_LATITUDE: Json = {"type": "number", "minimum": -90, "maximum": 90}
_LONGITUDE: Json = {"type": "number", "minimum": -180, "maximum": 180}
_NEW_POSITION = shape({"lat": _LATITUDE, "lng": _LONGITUDE}, {"type": word("hidden", "merchant")})
_AROUND = (
    query("lat", _LATITUDE, required=True),
    query("lng", _LONGITUDE, required=True),
    query("distance", {"type": "number", "minimum": 0}, required=True),
)
_SERVICES = shape({"user_id": ID, "services": listed(ref("Service"))})
# exactly one of the three
_CRITERIA = (
    query("email", EMAIL),
    query("phone", PHONE),
    {
        **query("person_code", shape({}, {"lt": text("^[0-9]{11}$")})),
        "style": "deepObject",
        "explode": True,
    },
)
_API = "https://developers.paysera.com/api/wallet/"

PATHS: dict[str, dict[str, Json]] = {
    "/rest/v1/server": call(
        "getServer", shape({"time": TIME}), page=f"{_API}get-server-info", public=True
    ),
    "/rest/v1/configuration": call(
        "getConfiguration",
        shape(
            {"minimum_password_length": whole(1)},
            {"bank_transfer_urgent_option_availability_beneficiary_account_regexp": TEXT},
        ),
        page=f"{_API}get-configuration", public=True,
    ),
    "/rest/v1/client": call(
        "getClient",
        shape(
            {
                "title": TEXT,
                "type": word("private_client", "application", "app_client"),
                "permissions": listed(WORD),
            }
        ),
        page="https://developers.paysera.com/guides/wallet/projects/clients",
    ),
    # lib-wallet-php-client, Util/Router
    "/publickey": call(
        "getPublicKey", text("^-----BEGIN PUBLIC KEY-----"), page=BASICS, public=True,
        media=("text/plain",),
    ),
    "/rest/v1/user": {
        **call("findUser", _USER, parameters=_CRITERIA),
        **call(
            "registerUser", _USER, method="post", body=_REGISTRATION,
            codes=(*_ALREADY, "password_too_short"),
        ),
    },
    _ONE: {
        **call("getUser", _USER),
        **call("provideIdentity", _USER, method="put", body=_IDENTITY, codes=_ALREADY),
    },
    f"{_ONE}/address": call("getAddress", ADDRESS),
    f"{_ONE}/identity": call("getIdentity", IDENTITY_SHOWN),
    # lib-wallet-php-client
    f"{_ONE}/pes": call("getPoliticallyExposed", listed(ref("Pep"), least=1)),
    f"{_ONE}/confirmed-phones": call("getConfirmedPhones", listed(PHONE)),
    f"{_ONE}/services": call("getServices", _SERVICES),
    f"{_ONE}/service/{{service}}": call(
        "enableService", ref("Service"), method="put", body=shape({}), body_required=False
    ),
    f"{_ONE}/position": {
        **call("getPosition", ref("Position")),
        **call("putPosition", ref("Position"), method="put", body=_NEW_POSITION),
        **call("deletePosition", None, method="delete"),
    },
    "/rest/v1/positions": call(
        "findPositions", shape({"positions": listed(ref("Position"))}), parameters=_AROUND
    ),
    f"{_ONE}/avatar": {
        **call("putAvatar", None, method="put", body=FILE, sent=IMAGES),
        **call("deleteAvatar", None, method="delete"),
    },
    # on another host in production
    "/avatar/{id}.jpg": call(
        "getAvatar", FILE, public=True, media=IMAGES, parameters=(query("size", INTEGER),)
    ),
}  # fmt: skip
