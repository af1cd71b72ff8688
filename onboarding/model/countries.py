"""Codes of countries: which are assigned, and the code that another spelling means."""

from __future__ import annotations

from functools import cache

__all__ = [
    "KOSOVO",
    "RESERVED",
    "alpha3_of",
    "country_codes",
    "country_meant",
    "country_named",
    "country_of_code",
]

KOSOVO = "XK"
"""Not assigned by ISO 3166-1. The European Union, SWIFT and Unicode's CLDR use it for Kosovo."""

RESERVED = {"UK": "GB", "EL": "GR"}
"""Two letters of ISO 3166-1 in wide use that are never a country's code, with the one that is."""

_OTHER_CODES = RESERVED | dict.fromkeys(("XKX", "XKK", "RKS"), KOSOVO)


@cache
def _by_code() -> dict[str, str]:
    from iso3166 import countries  # imported when a person's input is first checked

    assigned = [each for each in countries if each.alpha2 != KOSOVO]
    pairs = {code: each.alpha2 for each in assigned for code in (each.alpha2, each.alpha3)}
    return {KOSOVO: KOSOVO} | pairs


@cache
def _alpha3() -> dict[str, str]:
    from iso3166 import countries

    return {each.alpha2: each.alpha3 for each in countries if each.alpha2 != KOSOVO}


@cache
def _by_name() -> dict[str, str]:
    from iso3166 import countries

    from onboarding.model.country_names import OFFICIAL_FORMS, OTHER_NAMES

    short = {each.alpha2: each.name for each in countries}
    names = {each.apolitical_name: each.alpha2 for each in countries}
    names |= {name: code for code, name in short.items()}
    for form, codes in OFFICIAL_FORMS.items():
        names |= {form.format(short[code]): code for code in codes.split() if code in short}
    return {name.lower(): code for name, code in (names | OTHER_NAMES).items()}


@cache
def _by_number() -> dict[str, str]:
    from iso3166 import countries

    return {each.numeric: each.alpha2 for each in countries if each.alpha2 != KOSOVO}


@cache
def country_codes() -> frozenset[str]:
    """The assigned codes of ISO 3166-1 alpha-2, and Kosovo's."""
    return frozenset(_by_code().values())


def country_of_code(code: str) -> str | None:
    """Returns the alpha-2 code of an alpha-2 or alpha-3 code in either case.

    None if it is not assigned.
    """
    return _by_code().get(code.upper()) if code.isascii() else None


def alpha3_of(code: str) -> str | None:
    """Returns the alpha-3 code of an assigned alpha-2 code; None for any other text."""
    return _alpha3().get(code)


def country_named(name: str) -> str | None:
    """Returns the alpha-2 code of the country with an English name in either case, else None."""
    return _by_name().get(name.lower())


def country_meant(text: str) -> str:
    """Returns the code of the country that a text means exactly; empty for any other text.

    A text may be a code of ISO 3166-1 in any of its three forms and in either case, or an English
    name.
    """
    word = text.strip()
    return (
        _OTHER_CODES.get(word.upper())
        or country_of_code(word)
        or _by_number().get(word)
        or country_named(word)
        or ""
    )
