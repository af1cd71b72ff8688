"""Contact books (/guides/wallet/user-information/user-resource)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import Json, listed, query, shape, text

from .answers import call
from .words import EMAIL, ID, PHONE

SCHEMAS: dict[str, Json] = {}

_HASH = text("^[0-9a-f]{40}$")
_KINDS = {"email": EMAIL, "phone": PHONE, "email_hash": _HASH, "phone_hash": _HASH}
_PLURALS = {"email": "emails", "phone": "phones", "email_hash": "email_hashes",
            "phone_hash": "phone_hashes"}  # fmt: skip
_CONTACTS = shape({}, {_PLURALS[name]: listed(schema) for name, schema in _KINDS.items()})
_ID, _BOOK = shape({"id": ID}), "/rest/v1/contact-book/{book}"

PATHS: dict[str, dict[str, Json]] = {
    "/rest/v1/user/{user}/contact-book": call(
        "createBook", _ID, method="post", body=_CONTACTS, body_required=False
    ),
    _BOOK: call("deleteBook", None, method="delete"),
    # lists with commas, under names in the singular
    f"{_BOOK}/contacts": call(
        "removeContacts", None, method="delete",
        parameters=[query(name, schema) for name, schema in _KINDS.items()],
    ),
    # the Swift SDK reads the id, the Java SDK nothing
    f"{_BOOK}/append": call("appendContacts", _ID, method="put", body=_CONTACTS),
}  # fmt: skip
