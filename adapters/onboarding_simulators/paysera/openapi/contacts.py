"""A user's phone, e-mail address and password, and contact books."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import TEXT, Json, either, listed, query, ref, shape, text

from .answers import call
from .users import PARAMETERS, PASSWORD
from .words import EMAIL, ID, PHONE, WORD

SCHEMAS: dict[str, Json] = {}

_USER, _ONE = ref("User"), "/rest/v1/user/{user}"
_CODE = shape({"code": WORD})
_PHONE = shape(
    {"phone": PHONE},
    {"parameters": shape({}, {name: PARAMETERS[name] for name in ("phone_link", "scopes")})},
)
_EMAIL = shape(
    {"email": EMAIL}, {"parameters": shape({}, {"email_link": PARAMETERS["email_link"]})}
)
_LINKS = {name: PARAMETERS[name] for name in ("phone_link", "email_link")}
_WHO = {"identity": shape({}, {"code": WORD}), "parameters": shape({}, _LINKS)}
_RESET = either(shape({"email": EMAIL}, _WHO), shape({"phone": PHONE}, _WHO))
_PASSWORD = either(
    shape({"code": WORD, "password": PASSWORD}),
    shape({"old_password": WORD, "password": PASSWORD}),
)

_PHONE_TAKEN, _EMAIL_TAKEN = ("phone_already_assigned",), ("email_already_assigned",)

# /guides/wallet/user-information/user-resource
_HASH = text("^[0-9a-f]{40}$")
_KINDS = {"email": EMAIL, "phone": PHONE, "email_hash": _HASH, "phone_hash": _HASH}
_PLURALS = {"email": "emails", "phone": "phones", "email_hash": "email_hashes",
            "phone_hash": "phone_hashes"}  # fmt: skip
_CONTACTS = shape({}, {_PLURALS[name]: listed(schema) for name, schema in _KINDS.items()})
_ID, _BOOK = shape({"id": ID}), "/rest/v1/contact-book/{book}"

PATHS: dict[str, dict[str, Json]] = {
    # read as a bare text
    f"{_ONE}/phone": {
        **call("getPhone", PHONE),
        **call("assignPhone", _USER, method="post", body=_PHONE, codes=_PHONE_TAKEN),
    },
    f"{_ONE}/email": {
        **call("getEmail", TEXT),
        **call("assignEmail", _USER, method="post", body=_EMAIL, codes=_EMAIL_TAKEN),
    },
    f"{_ONE}/phone/confirm": call(
        "confirmPhone", _USER, method="put", body=_CODE, may=(409,),
        codes=("invalid_code", *_PHONE_TAKEN),
    ),
    f"{_ONE}/email/confirm": call(
        "confirmEmail", _USER, method="put", body=_CODE, may=(409,),
        codes=("invalid_code", *_EMAIL_TAKEN),
    ),
    "/rest/v1/user/password/reset": call(
        "resetPassword", _USER, method="post", body=_RESET,
        codes=("identity_required", "invalid_identity"),
    ),
    f"{_ONE}/password": call(
        "changePassword", _USER, method="put", body=_PASSWORD,
        codes=("invalid_code", "invalid_password", "password_too_short"),
    ),
    "/rest/v1/user/{user}/contact-book": call(
        "createBook", _ID, method="post", body=_CONTACTS, body_required=False
    ),
    _BOOK: call("deleteBook", None, method="delete"),
    # comma-separated lists, with names in the singular
    f"{_BOOK}/contacts": call(
        "removeContacts", None, method="delete",
        parameters=[query(name, schema) for name, schema in _KINDS.items()],
    ),
    # the Swift SDK reads the id, the Java SDK nothing
    f"{_BOOK}/append": call("appendContacts", _ID, method="put", body=_CONTACTS),
}  # fmt: skip
