"""The bodies that the user resource accepts, as data."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource; fields known from an
# official SDK only name the SDK.

from __future__ import annotations

import re
from datetime import date

from .body import Reader, Rule, by_type, choice, listing, number, one_of, record, text
from .settings import Settings

LOCALES = ("en", "lt", "ru")
# The user resource and identification requests have different words; the last one of the second
# list is deprecated (/guides/wallet/user-identification).
DOCUMENT_TYPES = ("card", "passport", "driver_licence")
PAPER_TYPES = ("identity_card", "passport", "residence_permit", "driver_license")

# An at sign, and a dot after it: Paysera documents no more.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
# The country code first, without `+` or `00`; E.164 allows up to fifteen digits.
_PHONE = re.compile(r"[1-9][0-9]{1,14}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _form(pattern: re.Pattern[str], fault: str) -> Rule:
    def rule(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(fault)
        return value

    return rule


_country_form = _form(_COUNTRY, "no_such_country")


def _country(value: str) -> str:
    # The user resource uses lower case; the official PHP client's tests send upper case.
    return _country_form(value).lower()


def _link(value: str) -> str:
    if "{code}" not in value:
        raise ValueError("regex_failed")
    return value


EMAIL = text(_form(_EMAIL, "invalid_format"))
PHONE = text(_form(_PHONE, "regex_failed"))
COUNTRY = text(_country)
LINK = text(_link)
SCOPES = listing(text())

ADDRESS = record(
    {"country": COUNTRY, "city": text(), "street": text(), "post_index": text()},
    required=["country", "city", "street"],
)
# The documents do not describe a card here; elsewhere it has issuer and number
# (lib-wallet-php-client, `encodeIdentifier`).
CARD = record({"issuer": text(), "number": text()}, required=["issuer", "number"])

CREDENTIALS = by_type(
    {
        # A short password has an error of its own, also if it is empty.
        "main-password": record(
            {"type": text(), "password": text(blank=True)}, required=["type", "password"]
        ),
        # Not decoded: the encoding of salt and hash is not documented.
        "pre-salt-sha1-base64": record(
            {"type": text(), "password": text(), "password_salt": text(), "username": text()},
            required=["type", "password", "password_salt", "username"],
        ),
    }
)


def _identity(settings: Settings) -> Reader:
    return record(
        {"name": text(), "surname": text(), "nationality": COUNTRY, "code": text()},
        required=settings.identity_required,
    )


def registration(settings: Settings) -> Reader:
    """POST /user; `address` is from the PHP client's `encodeUser`."""
    return record(
        {
            "email": EMAIL,
            "phone": PHONE,
            "locale": text(choice(LOCALES)),
            "identity": _identity(settings),
            "address": ADDRESS,
            "credentials": CREDENTIALS,
            "card": CARD,
            "parameters": record({"phone_link": LINK, "email_link": LINK, "scopes": SCOPES}),
        },
        any_of=["email", "phone"],
        required=["credentials"] if settings.credentials_required else [],
    )


def provided_identity(settings: Settings) -> Reader:
    """PUT /user/:id; `phone` and `address` are from the PHP client's `encodeUser`."""
    fields = {
        "email": EMAIL,
        "phone": PHONE,
        "identity": _identity(settings),
        "address": ADDRESS,
    }
    return record(fields, any_of=list(fields))


def phone(_: Settings) -> Reader:
    parameters = record({"phone_link": LINK, "scopes": SCOPES})
    return record({"phone": PHONE, "parameters": parameters}, required=["phone"])


def phone_alone(_: Settings) -> Reader:
    return record({"phone": PHONE}, required=["phone"])


def email(_: Settings) -> Reader:
    return record({"email": EMAIL, "parameters": record({"email_link": LINK})}, required=["email"])


def code(_: Settings) -> Reader:
    return record({"code": text()}, required=["code"])


def password_reset(_: Settings) -> Reader:
    """POST /user/password/reset; `phone` is from the Java and the Swift SDK."""
    return record(
        {
            "email": EMAIL,
            "phone": PHONE,
            "identity": record({"code": text()}),
            "parameters": record({"phone_link": LINK, "email_link": LINK}),
        },
        any_of=["email", "phone"],
    )


def password(_: Settings) -> Reader:
    """PUT /user/:userId/password: either the code or the old password."""
    fields = {"code": text(), "old_password": text(blank=True), "password": text(blank=True)}
    return one_of(["code", "old_password"], record(fields, required=["password"]))


def position(_: Settings) -> Reader:
    """PUT /user/:userId/position; without a type, the position is public."""
    return record(
        {
            "lat": number(-90, 90),
            "lng": number(-180, 180),
            "type": text(choice(["hidden", "merchant"])),
        },
        required=["lat", "lng"],
    )


def _date(value: str) -> str:
    if not _DATE.fullmatch(value):
        raise ValueError("regex_failed")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("regex_failed") from None
    return value


def document(_: Settings) -> Reader:
    """PUT /user/document/:documentId/metadata; that all five are required is an inference."""
    fields = {
        "title": text(),
        "extension": text(),
        "type": text(choice(DOCUMENT_TYPES)),
        "number": text(),
        "date": text(_date),
    }
    return record(fields, required=list(fields))


def identity_document(_: Settings) -> Reader:
    """POST .../identity-document: the fields of the guide and of the SDKs."""
    return record(
        {
            "type": text(choice(PAPER_TYPES)),
            "country": text(_country_form),
            "country_of_issue": text(_country_form),
            "personal_number": text(),
            "first_name": text(),
            "last_name": text(),
            "date_of_birth": text(_date),
        },
        required=["type"],
    )


def additional_document(_: Settings) -> Reader:
    """POST .../additional-document; no source lists the types."""
    return record({"type": text(), "country_of_issue": text(_country_form)}, required=["type"])


def contact_book(_: Settings) -> Reader:
    return record(
        {
            "emails": listing(EMAIL),
            "phones": listing(PHONE),
            "email_hashes": listing(text()),
            "phone_hashes": listing(text()),
        }
    )


def empty(_: Settings) -> Reader:
    """No body, or `{}` as the Java and the Swift SDK send it."""
    return record({})
