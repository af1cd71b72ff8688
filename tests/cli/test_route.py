"""`onboarding route` says which gateway takes a user, and why, and shows no other value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding import Identity, User, UserRecord
from onboarding.cli.app import app

CANARY = "Zxqcanary"
CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:KEY"

[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "env:KEY"

[[routes]]
gateway = "lt"
country = ["LT", "LV"]
person_type = "natural"

[[routes]]
gateway = "fr"
currency = "EUR"
"""
USER = {"ref": "42", "identity": {"given_name": CANARY, "country_of_residence": "SE"}}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEY", "key")
    place = tmp_path / "onboarding.toml"
    place.write_text(CONFIG, "utf-8")
    return place


def route(config: Path, user: Any, *more: str) -> Result:
    text = user if isinstance(user, str) else json.dumps(user)
    arguments = ["route", "-", "--config", str(config), *more]
    return CliRunner().invoke(app, arguments, input=text, env={"COLUMNS": "80"})


def test_each_route_says_why_it_matches_or_not(config: Path) -> None:
    done = route(config, USER, "--currency", "EUR")

    assert done.exit_code == 0, done.output
    assert "country is not LT or LV" in done.stdout
    assert "currency is EUR" in done.stdout
    assert "42 -> fr: routes.1 matches" in done.stdout


def test_a_user_without_a_gateway_is_told(config: Path) -> None:
    done = route(config, USER)

    assert done.exit_code == 1
    assert "currency is not given by the caller" in done.stdout
    assert "42 -> no gateway: no route matches, and no default" in done.stdout


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_no_value_of_the_user_is_shown_beyond_what_a_route_names(
    config: Path, more: tuple[str, ...]
) -> None:
    done = route(config, USER, *more)

    assert done.exit_code == 1
    assert CANARY not in done.output
    assert "SE" not in done.output.replace("SEK", "")


def test_json_has_every_condition(config: Path) -> None:
    done = route(config, {**USER, "identity": {"country_of_residence": "LT"}}, "--json")

    (shown,) = json.loads(done.stdout)["users"]
    assert (shown["ref"], shown["gateway"], shown["reason"]) == ("42", "lt", "routes.0 matches")
    (tried,) = shown["tried"]
    assert [(x["criterion"], x["met"], x["reason"]) for x in tried["conditions"]] == [
        ("country", True, "is LT"),
        ("person_type", True, "is natural"),
    ]


def test_a_stored_record_is_routed_by_its_user(config: Path) -> None:
    user = User(identity=Identity(country_of_residence="LV"))
    record = UserRecord(provider="mangopay", gateway="fr", id="user_1", user=user)

    done = route(config, record.to_json())

    assert "user_1 -> lt: routes.0 matches" in done.stdout


def test_an_invalid_user_and_an_unknown_currency_are_told(config: Path) -> None:
    invalid = route(config, {"ref": "43", "identity": {"country_of_residence": "Sweden"}})
    unknown = route(config, USER, "--currency", "eur")

    assert invalid.exit_code == 1
    assert "43: is not a valid user" in invalid.stdout
    assert "identity.country_of_residence" in invalid.stdout
    assert unknown.exit_code == 2
    assert "--currency: expected an ISO 4217 code; did you mean EUR?" in unknown.stderr
