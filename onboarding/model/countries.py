"""Codes of countries and currencies: which are valid, and the code that another spelling means."""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = [
    "KOSOVO",
    "RESERVED",
    "country_codes",
    "country_meant",
    "currency_codes",
    "currency_meant",
]

KOSOVO = "XK"
"""Not assigned by ISO 3166-1. The European Union, SWIFT and Unicode's CLDR use it for Kosovo."""

RESERVED = {"UK": "GB", "EL": "GR"}
"""Two letters of ISO 3166-1 in wide use that are never a country's code, with the one that is."""

_LONGEST_WORD = 64
# What pycountry does not know: three-letter codes of Kosovo, and names in everyday use.
_OTHER_WORDS = {
    **RESERVED,
    **dict.fromkeys(("XKX", "XKK", "RKS", "KOSOVO"), KOSOVO),
    "GREAT BRITAIN": "GB",
    "RUSSIA": "RU",
    "TURKEY": "TR",
    "IVORY COAST": "CI",
    "CAPE VERDE": "CV",
}


@cache
def country_codes() -> frozenset[str]:
    """The assigned codes of ISO 3166-1 alpha-2, and Kosovo's."""
    import pycountry  # a large library, wanted only where a person's input enters

    return frozenset((KOSOVO, *(country.alpha_2 for country in pycountry.countries)))


@cache
def currency_codes() -> frozenset[str]:
    """The alphabetic codes of ISO 4217."""
    import pycountry

    return frozenset(str(currency.alpha_3) for currency in pycountry.currencies)  # pyright: ignore[reportUnknownArgumentType,reportUnknownMemberType,reportUnknownVariableType]


def country_meant(text: str) -> str:
    """The code of the country that a text means exactly; empty for any other text.

    A text may be a code of ISO 3166-1 in any of its three forms and in either case, or an English
    name.
    """
    word = text.strip()
    known = _OTHER_WORDS.get(word.upper())
    return known or _looked_up("countries", word, "alpha_2")


def currency_meant(text: str) -> str:
    """The code of the currency that a text means exactly; empty for any other text.

    A text may be a code of ISO 4217, alphabetic or numeric, in either case, or an English name.
    """
    return _looked_up("currencies", text.strip(), "alpha_3")


def _looked_up(table: str, word: str, code: str) -> str:
    import pycountry

    if not word or len(word) > _LONGEST_WORD:
        return ""
    known: Any = getattr(pycountry, table)
    try:
        return str(getattr(known.lookup(word), code))
    except LookupError:
        return ""
