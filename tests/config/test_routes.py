"""Routes: the first that matches decides, every mistake has its path, and reasons name no value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Address,
    Company,
    ConfigurationError,
    Gateways,
    Identity,
    PersonType,
    User,
)
from onboarding.routing import Route, Routes

GATEWAY = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY"}
ENV = {"KEY": "key"}

FRENCH = User(identity=Identity(country_of_residence="FR"))
FRENCH_COMPANY = User(company=Company(headquarters=Address(country="FR")))


def configured(routes: Any, **more: Any) -> Gateways:
    config = {"gateways": {"fr": GATEWAY, "lt": GATEWAY}, "routes": routes, **more}
    return Gateways.from_config(config, env=ENV)


def problems(routes: Any) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        configured(routes)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_the_first_route_that_matches_decides() -> None:
    routes = configured(
        [
            {"gateway": "lt", "country": ["LT", "FR"], "person_type": "legal"},
            {"gateway": "fr", "country": "FR"},
            {"gateway": "lt"},
        ]
    ).routes

    assert routes.choose(FRENCH).gateway == "fr"
    assert routes.choose(FRENCH_COMPANY).gateway == "lt"
    assert [one.number for one in routes.choose(FRENCH).tried] == [0, 1]
    assert routes.choose(User()).reason == "routes.2 matches"


def test_without_a_match_the_default_takes_the_user() -> None:
    route = {"gateway": "lt", "country": "LT"}

    choice = configured([route], default="fr").routes.choose(FRENCH)
    nobody = configured([route]).routes.choose(FRENCH)

    assert (choice.gateway, choice.reason) == ("fr", "no route matches: the default")
    assert choice.require() == "fr"
    assert nobody.gateway is None
    with pytest.raises(ConfigurationError, match="no route matches, and no default; add a route"):
        nobody.require()


def test_an_only_gateway_needs_no_route() -> None:
    gateways = Gateways.from_config({"gateways": {"fr": GATEWAY}}, env=ENV)

    assert gateways.routes.choose(FRENCH).require() == "fr"


def test_every_mistake_of_routes_and_gateways_is_in_one_error() -> None:
    with pytest.raises(ConfigurationError) as caught:
        configured(
            [
                {"gateway": "fx", "country": "UK"},
                {"country": ["LT", "lt"], "person_type": "leg", "currency": ["EUR", "EURO"]},
                {"gateway": "lt", "currencyy": "EUR", "currency": 3},
                "lt",
                {"gateway": " "},
            ],
            gateways={"fr": {**GATEWAY, "client_id": 3}, "lt": GATEWAY},
        )

    found = {problem.path: problem.message for problem in caught.value.problems}
    assert sorted(found) == [
        "gateways.fr.client_id",
        "routes.0.country",
        "routes.0.gateway",
        "routes.1.country.1",
        "routes.1.currency.1",
        "routes.1.gateway",
        "routes.1.person_type",
        "routes.2.currency",
        "routes.2.currencyy",
        "routes.3",
        "routes.4.gateway",
    ]
    assert found["routes.0.country"].endswith("did you mean GB?")
    assert found["routes.2.currencyy"].endswith("did you mean currency?")


@pytest.mark.parametrize(
    "routes",
    [
        [{"gateway": "fr"}, {"gateway": "lt", "country": "LT"}],
        [
            {"gateway": "fr", "country": ["LT", "LV"]},
            {"gateway": "lt", "country": "LT", "currency": "EUR"},
        ],
        [{"gateway": "fr", "person_type": "legal"}, {"gateway": "fr", "person_type": "legal"}],
    ],
)
def test_a_route_that_no_user_reaches_is_a_mistake(routes: list[Any]) -> None:
    assert problems(routes) == {"routes.1": "conflict"}


def test_routes_that_are_no_list_are_a_mistake() -> None:
    assert problems({"gateway": "fr"}) == {"routes": "type"}


def test_the_environment_has_routes_as_toml() -> None:
    env = {
        "ONBOARDING__FR__PROVIDER": "mangopay",
        "ONBOARDING__FR__CLIENT_ID": "acme",
        "ONBOARDING__FR__API_KEY": "key",
        "ONBOARDING_ROUTES": '[{gateway = "fr", country = "FR"}]',
    }

    assert Gateways.from_env(env).routes.routes == (Route(gateway="fr", country=("FR",)),)
    with pytest.raises(ConfigurationError, match="routes: expected a list"):
        Gateways.from_env({**env, "ONBOARDING_ROUTES": "fr"})


def test_a_file_has_routes_beside_its_gateways(tmp_path: Path) -> None:
    place = tmp_path / "onboarding.toml"
    place.write_text(
        '[gateways.fr]\nprovider = "mangopay"\nclient_id = "acme"\napi_key = "env:KEY"\n'
        '[[routes]]\ngateway = "fr"\nperson_type = "natural"\n',
        "utf-8",
    )

    routes = Gateways.from_file(place, env=ENV).routes

    assert routes.routes == (Route(gateway="fr", person_type=(PersonType.NATURAL,)),)


def test_the_country_is_where_a_person_lives_or_a_company_has_its_office() -> None:
    routes = Routes(routes=(Route(gateway="fr", country=("FR",)),))

    moved = User(identity=Identity(country_of_residence="FR"), address=Address(country="LT"))
    housed = User(identity=Identity(nationality="LT"), address=Address(country="FR"))
    french_only = User(identity=Identity(nationality="FR"))
    elsewhere = User(company=Company(), address=Address(country="FR"))

    assert [routes.choose(user).gateway for user in (moved, housed)] == ["fr", "fr"]
    assert [routes.choose(user).gateway for user in (french_only, elsewhere)] == [None, None]
    (tried,) = routes.choose(elsewhere).tried
    assert tried.conditions[0].reason == "is not given: company.headquarters.country"


COUNTRIES, CURRENCIES = ("FR", "LT", "DE"), ("EUR", "SEK")
some_routes = st.builds(
    Route,
    gateway=st.sampled_from(["fr", "lt"]),
    country=st.lists(st.sampled_from(COUNTRIES), unique=True).map(tuple),
    person_type=st.lists(st.sampled_from(PersonType), unique=True).map(tuple),
    currency=st.lists(st.sampled_from(CURRENCIES), unique=True).map(tuple),
)


def people(country: str | None, person_type: PersonType) -> User:
    if person_type is PersonType.LEGAL:
        return User(company=Company(headquarters=Address(country=country)))
    return User(identity=Identity(country_of_residence=country))


@given(
    routes=st.lists(some_routes, max_size=5),
    country=st.sampled_from([*COUNTRIES, "SE", None]),
    person_type=st.sampled_from(PersonType),
    currency=st.sampled_from([*CURRENCIES, "USD", None]),
)
def test_a_choice_is_the_first_match_and_names_only_what_a_route_names(
    routes: list[Route], country: str | None, person_type: PersonType, currency: str | None
) -> None:
    user = people(country, person_type)
    matching = [
        number
        for number, one in enumerate(routes)
        if (not one.country or country in one.country)
        and (not one.person_type or person_type in one.person_type)
        and (not one.currency or currency in one.currency)
    ]
    try:
        known = Routes(routes=tuple(routes), default="other")
    except ConfigurationError as error:
        # A route is called unreachable only if an earlier one takes each of its users.
        told = {int(problem.path.removeprefix("routes.")) for problem in error.problems}
        assert not told & set(matching[:1])
        return

    choice = known.choose(user, currency=currency)

    assert choice.gateway == (routes[matching[0]].gateway if matching else "other")
    assert len(choice.tried) == (matching[0] + 1 if matching else len(routes))
    named = {word for one in routes for word in (*one.country, *one.currency)}
    reasons = [condition.reason for one in choice.tried for condition in one.conditions]
    for value in {country, currency} - named - {None}:
        assert not any(str(value) in reason.split() for reason in reasons)
