"""Conversions of single values: from a response, and of the caller's arguments to a query."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from onboarding import Address, InvalidInput, Problem, UnexpectedResponse
from onboarding.spi import Money, Response, as_object, known_word, trust

from onboarding_mangopay.wire.vocabulary import ScaContext

__all__ = [
    "ADDRESS",
    "PROVIDER",
    "address",
    "address_body",
    "filters",
    "flag",
    "money",
    "sca_filter",
    "seconds",
    "text",
    "texts",
    "unexpected",
]

PROVIDER = "mangopay"

# docs: create-iban-bank-account, OwnerAddress: the address of every object has these fields
ADDRESS = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "Region": "region",
    "PostalCode": "postal_code",
    "Country": "country",
}


def unexpected(response: Response, code: str, message: str, name: str = "") -> UnexpectedResponse:
    """Returns the error for a response in no documented form; `name` is the key with the fault."""
    problem = Problem("", code, message, name)
    return UnexpectedResponse([problem], status=response.status, raw=response.body)


# -- of a response


def text(value: object) -> str | None:
    """Returns a text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> tuple[str, ...]:
    """Returns the texts of a list, without other items; empty for anything else."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(one for one in found if isinstance(one, str))


def flag(value: object) -> bool | None:
    """Returns a boolean, also from 1 and 0, which the Python SDK writes; None for anything else."""
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def money(value: object) -> Money | None:
    """Returns an amount in minor units; None for a fraction, or without a currency."""
    found = as_object(value)
    amount, currency = found.get("Amount"), text(found.get("Currency"))
    if isinstance(amount, bool) or not isinstance(amount, int) or currency is None:
        return None
    return trust(Money, {"amount": amount, "currency": currency})


def address(value: object) -> Address | None:
    """Returns an address; None for an object of six nulls, which stands for no address."""
    found = as_object(value)
    parts = {name: text(found.get(wire)) for wire, name in ADDRESS.items()}
    return trust(Address, parts) if any(parts.values()) else None


# -- of a request


def address_body(held: Address | None) -> dict[str, str] | None:
    """Returns the object of an address; None for an empty address, which MangoPay refuses."""
    if held is None:
        return None
    parts = {wire: getattr(held, name) for wire, name in ADDRESS.items()}
    return {wire: part for wire, part in parts.items() if part is not None} or None


def filters(**given: str | bool | None) -> list[tuple[str, str]]:
    """Returns the query of the filters that are set; booleans are written in lower case."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in given.items()
        if value is not None and value != ""
    ]


def sca_filter(context: ScaContext | None) -> list[tuple[str, str]]:
    """Returns the query `ScaContext`, if it is set. Raises `InvalidInput` for an unknown word."""
    return filters(
        ScaContext=None if context is None else known_word("sca_context", context, ScaContext)
    )


def seconds(name: str, value: datetime | None) -> str | None:
    """Returns a time as Unix seconds. Raises `InvalidInput` for `name` without a time zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput([Problem(name, "shape", "expected a date and time with its zone")])
    return str(int(value.timestamp()))
