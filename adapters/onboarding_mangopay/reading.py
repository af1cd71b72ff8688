"""Tolerant readers of what MangoPay shows: what has another type is None here, and stays in raw."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from onboarding import Address, InvalidInput, Money, Problem
from onboarding.http import as_object
from onboarding.model.base import trust
from onboarding.model.words import known_word

from onboarding_mangopay.extras import ScaContext

__all__ = [
    "ADDRESS",
    "address",
    "address_body",
    "filters",
    "flag",
    "money",
    "sca_filter",
    "seconds",
    "text",
    "texts",
]

# docs: create-iban-bank-account, OwnerAddress: the address of every object has these fields
ADDRESS = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "Region": "region",
    "PostalCode": "postal_code",
    "Country": "country",
}


def text(value: object) -> str | None:
    """A text with something in it."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; none for anything else."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(one for one in found if isinstance(one, str))


def flag(value: object) -> bool | None:
    """True or false; the Python SDK writes them as 1 and 0."""
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def money(value: object) -> Money | None:
    """An amount in minor units; None for one that is not whole, or has no currency."""
    found = as_object(value)
    amount, currency = found.get("Amount"), text(found.get("Currency"))
    if isinstance(amount, bool) or not isinstance(amount, int) or currency is None:
        return None
    return trust(Money, {"amount": amount, "currency": currency})


def address(value: object) -> Address | None:
    """An address; None for the object of six nulls that stands for none."""
    found = as_object(value)
    parts = {name: text(found.get(wire)) for wire, name in ADDRESS.items()}
    return trust(Address, parts) if any(parts.values()) else None


def address_body(held: Address | None) -> dict[str, str] | None:
    """The object of an address; None in place of an empty one, which MangoPay refuses."""
    if held is None:
        return None
    parts = {wire: getattr(held, name) for wire, name in ADDRESS.items()}
    return {wire: part for wire, part in parts.items() if part is not None} or None


def filters(**given: str | bool | None) -> list[tuple[str, str]]:
    """The filters of a list that are given; true and false in lower case."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in given.items()
        if value is not None and value != ""
    ]


def sca_filter(context: ScaContext | None) -> list[tuple[str, str]]:
    """Whether the user is there, where a caller says so. Raises `InvalidInput` for another word."""
    return (
        [] if context is None else [("ScaContext", known_word("sca_context", context, ScaContext))]
    )


def seconds(name: str, value: datetime | None) -> str | None:
    """A moment as MangoPay filters by it; `name` is the caller's. Raises `InvalidInput`."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput([Problem(name, "shape", "expected a date and time with its zone")])
    return str(int(value.timestamp()))
