"""The tables of countries and currencies agree with `pycountry`, which is maintained by others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pycountry
import pytest
from iso3166 import countries
from onboarding.model.countries import (
    KOSOVO,
    country_codes,
    country_meant,
    country_named,
    country_of_code,
)
from onboarding.model.country_names import OFFICIAL_FORMS, OTHER_NAMES
from onboarding.model.currencies import currency_codes, currency_meant

COUNTRIES: list[Any] = list(cast("Any", pycountry.countries))
CURRENCIES: list[Any] = list(cast("Any", pycountry.currencies))
SHARED_NAME = "Bolívar Soberano"  # of VES, and of VED


def spellings() -> Iterator[tuple[str, str]]:
    """Every code and name that `pycountry` has of a country, with the country's alpha-2 code."""
    for country in COUNTRIES:
        for key in ("alpha_2", "alpha_3", "numeric", "name", "official_name", "common_name"):
            if text := getattr(country, key, None):
                yield str(text), str(country.alpha_2)


def test_the_country_codes_are_those_assigned_and_kosovos() -> None:
    assert country_codes() == {country.alpha_2 for country in COUNTRIES} | {KOSOVO}


def test_every_spelling_of_a_country_means_its_code_in_any_case() -> None:
    for text, code in spellings():
        for written in (text, text.lower(), text.upper(), f" {text} "):
            assert country_meant(written) == code, written


def test_every_name_and_every_code_of_a_country_is_told_from_the_other() -> None:
    for country in COUNTRIES:
        assert country_of_code(country.alpha_3) == country_named(country.name) == country.alpha_2
        assert country_of_code(country.name) is country_named(country.alpha_3) is None
        assert country_of_code(country.numeric) is country_named(country.numeric) is None


def test_no_two_countries_share_a_name() -> None:
    made = [
        (form.format(countries.get(code).name).lower(), code)
        for form, codes in OFFICIAL_FORMS.items()
        for code in codes.split()
    ]
    names = [*made, *((name.lower(), code) for name, code in OTHER_NAMES.items())]
    names += [
        (name.lower(), each.alpha2)
        for each in countries
        for name in {each.name, each.apolitical_name}
    ]

    assert len(dict(names)) == len({*names})
    assert {code for _, code in names} <= country_codes()


@pytest.mark.parametrize("text", ["983", "", "ß", "ﬁ", "Republic of China", "Korea"])
def test_what_names_no_country_means_none(text: str) -> None:
    assert country_meant(text) == ""


def test_the_currency_codes_are_the_active_ones() -> None:
    assert currency_codes() == {currency.alpha_3 for currency in CURRENCIES}


def test_every_spelling_of_a_currency_means_its_code_in_any_case() -> None:
    for currency in CURRENCIES:
        assert currency_meant(currency.numeric) == currency.alpha_3
        assert currency_meant(currency.alpha_3.lower()) == currency.alpha_3
        name = currency.name.replace("’", "'")
        if name != SHARED_NAME:
            assert currency_meant(name.upper()) == currency.alpha_3
    assert currency_meant(SHARED_NAME) == "VES"
