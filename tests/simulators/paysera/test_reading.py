"""The Paysera simulator shows and finds users as the documents say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onboarding_simulators.paysera.views import birthdate_of, gender_of

from .api import (
    ADDRESS,
    DOCUMENTED_USER,
    EMAIL_ONLY,
    LEVELS,
    NOW,
    Api,
    a_simulator,
    the_documented_user,
)

# Server and configuration.


def test_the_server_tells_its_time_to_anyone(api: Api) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Authorization": "nonsense"})

    assert (answer.status, answer.json) == (200, {"time": NOW})


@pytest.mark.parametrize("length", [8, 12])
def test_the_configuration_tells_the_minimum_password_length(
    start: Callable[..., Api], length: int
) -> None:
    api = start(minimum_password_length=length)

    answer = api.raw("GET", "/rest/v1/configuration", b"", {})

    assert (answer.status, answer.json) == (200, {"minimum_password_length": length})


def test_the_client_is_described_to_itself_and_to_nobody_else(start: Callable[..., Api]) -> None:
    api = start(permissions=["register_user"])

    answer = api.send("GET", "/client")
    other = api.raw("GET", "/rest/v1/client", b"", {"Authorization": "nonsense"})

    assert answer.json["permissions"] == ["register_user"]
    assert other.status == 401


# Reading a user.


def test_the_documented_user_is_shown_as_documented(api: Api) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json == DOCUMENTED_USER


HIDDEN_BY = [
    ("email", {"email"}),
    ("phone", {"phone"}),
    ("address", {"address"}),
    ("dob", {"dob"}),
    ("gender", {"gender"}),
    ("identification_level", {"identification_level", "calculated_level"}),
    ("wallet_list", {"wallets"}),
]


@pytest.mark.parametrize(("scope", "keys"), HIDDEN_BY)
def test_a_missing_scope_hides_its_keys_and_no_others(api: Api, scope: str, keys: set[str]) -> None:
    user_id = the_documented_user(api)
    api.sim.scopes = api.sim.scopes - {scope}

    answer = api.send("GET", f"/user/{user_id}")

    assert set(DOCUMENTED_USER) - set(answer.json) == keys
    assert set(answer.json) <= set(DOCUMENTED_USER)


def test_full_name_shows_only_the_names(api: Api) -> None:
    token = api.sim.issue_token(the_documented_user(api), ["full_name"])

    whole = api.send("GET", "/user/me", token=token)
    identity = api.send("GET", "/user/me/identity", token=token)

    assert whole.json["identity"] == {"name": "John", "surname": "Smith"}
    assert identity.json == {"name": "John", "surname": "Smith"}


def test_a_token_without_scopes_shows_the_id(api: Api) -> None:
    token = api.sim.issue_token(the_documented_user(api))

    answer = api.send("GET", "/user/me", token=token)

    assert answer.json == {"id": 221, "options": {"default_currency": "EUR"}}


@pytest.mark.parametrize(
    "suffix", ["", "_offline", "_optional", "_offline_optional"], ids=lambda s: s or "plain"
)
def test_a_scope_with_any_documented_suffix_shows_its_key(api: Api, suffix: str) -> None:
    token = api.sim.issue_token(the_documented_user(api), [f"email{suffix}"])

    answer = api.send("GET", "/user/me", token=token)

    assert "email" in answer.json
    assert "phone" not in answer.json


@pytest.mark.parametrize(
    ("scope", "status"),
    [("email", 403), ("email_optional", 403), ("email_offline", 200)],
)
def test_an_offline_scope_lets_the_client_read_without_the_user(
    start: Callable[..., Api], scope: str, status: int
) -> None:
    api = start(scopes=())
    user_id = the_documented_user(api)
    api.sim.issue_token(user_id, [scope])

    answer = api.send("GET", f"/user/{user_id}/email")

    assert answer.status == status


@pytest.mark.parametrize("scope", ["e-mail", "email_optional_offline"])
def test_an_unknown_scope_is_an_error_of_the_test(scope: str) -> None:
    with pytest.raises(ValueError, match="no such scope"):
        a_simulator(scopes=[scope])


def test_an_unknown_permission_is_an_error_of_the_test() -> None:
    with pytest.raises(ValueError, match="no such permission"):
        a_simulator(permissions=["fly"])


def test_me_needs_an_access_token(api: Api) -> None:
    api.register()

    answer = api.send("GET", "/user/me")

    assert answer.error == (403, "forbidden")


def test_an_unknown_user_is_not_found(api: Api) -> None:
    answer = api.send("GET", "/user/999")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["", "/email", "/phone", "/address", "/identity", "/wallets", "/confirmed-phones"]
)
def test_a_user_may_be_read_by_id_or_as_me(api: Api, path: str) -> None:
    user_id = the_documented_user(api)
    scopes = ["email", "phone", "address", "identity", "wallet_list"]
    token = api.sim.issue_token(user_id, scopes)

    by_id = api.send("GET", f"/user/{user_id}{path}", token=token)
    as_me = api.send("GET", f"/user/me{path}", token=token)

    assert by_id.status == 200
    assert by_id.json == as_me.json


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "something@example.com"),
        ("phone", "37066612345"),
        ("address", ADDRESS),
        ("identity", DOCUMENTED_USER["identity"]),
    ],
)
def test_a_single_field_is_answered_bare(api: Api, name: str, value: Any) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.json == value


def test_the_wallets_of_a_user_are_objects(api: Api) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}/wallets?inactive_included=true")

    (wallet,) = answer.json
    assert (wallet["id"], wallet["owner"]) == (14471, 221)
    assert wallet["account"]["number"] == "EVP0010001000101"
    assert wallet["account"]["owner_display_name"] == "John Smith"


FIELD_SCOPES = [
    ("email", "email"),
    ("phone", "phone"),
    ("address", "address"),
    ("identity", "identity"),
    ("wallets", "wallet_list"),
]


@pytest.mark.parametrize(("name", "scope"), FIELD_SCOPES)
def test_a_single_field_is_forbidden_without_its_scope(api: Api, name: str, scope: str) -> None:
    user_id = the_documented_user(api)
    api.sim.scopes = api.sim.scopes - {scope, "full_name"}

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize("name", [name for name, _ in FIELD_SCOPES])
def test_a_single_field_without_a_value_is_not_found(start: Callable[..., Api], name: str) -> None:
    api = start(wallet_on_registration=False)
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.error == (404, "not_found")


def test_no_key_is_ever_null(start: Callable[..., Api]) -> None:
    api = start(wallet_on_registration=False, default_currency=None)
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json == {
        "id": 221,
        "identification_level": "unidentified",
        "calculated_level": "unidentified",
    }


def test_the_type_is_shown_only_if_enabled(start: Callable[..., Api]) -> None:
    api = start(show_type=True)
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json["type"] == "natural"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_set_by_the_review_team_is_shown(api: Api, level: str) -> None:
    user_id = api.register()

    api.sim.set_level(user_id, level, calculated_level="semi_identified")

    shown = api.send("GET", f"/user/{user_id}").json
    assert (shown["identification_level"], shown["calculated_level"]) == (level, "semi_identified")


@pytest.mark.parametrize(
    ("nationality", "code", "born", "gender"),
    [
        ("lt", "31001230000", "1910-01-23", "male"),
        ("lt", "31001230008", "1910-01-23", "male"),
        ("lt", "32001230000", "1920-01-23", "male"),
        ("ee", "60002290000", "2000-02-29", "female"),
        ("lt", "19912310000", "1899-12-31", "male"),
        ("lt", "80001010000", "2100-01-01", "female"),
        ("lt", "40013010000", None, "female"),
        ("lt", "91001230000", None, None),
        ("lt", "01001230000", None, None),
        ("lt", "3100123000", None, None),
        ("lt", "3100123000x", None, None),
        ("lv", "31001230000", None, None),
        (None, "31001230000", None, None),
        ("lt", None, None, None),
    ],
)
def test_a_person_code_tells_birth_and_sex_whatever_its_check_digit(
    nationality: str | None, code: str | None, born: str | None, gender: str | None
) -> None:
    birthdate = birthdate_of(nationality, code)

    assert (birthdate.isoformat() if birthdate else None) == born
    assert gender_of(nationality, code) == gender


# Searching.


@pytest.mark.parametrize(
    "query",
    [
        "email=something%40example.com",
        "email=something@example.com",
        "email=Something%40Example.com",
        "phone=37066612345",
        "person_code[lt]=31001230000",
        "person_code[LT]=31001230000",
        "person_code%5Blt%5D=31001230000",
        "person_code=31001230000&nationality=lt",
        "nationality=lt&person_code=31001230000",
        "locale=lt&phone=37066612345",
    ],
)
def test_a_user_is_found_by_one_criterion(api: Api, query: str) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.json == DOCUMENTED_USER


def test_the_case_of_an_email_address_does_not_matter_to_a_search(api: Api) -> None:
    user_id = api.register({"email": "Mixed@Example.com"})
    api.confirm(user_id, "email")

    answer = api.send("GET", "/user?email=mIXED%40example.com")

    assert answer.json["email"] == "Mixed@Example.com"


@pytest.mark.parametrize(
    "query",
    [
        "email=nobody%40example.com",
        "phone=37012345678",
        "person_code[lt]=31001010000",
        "person_code[ee]=31001230000",
    ],
)
def test_an_unknown_person_is_not_found(api: Api, query: str) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"email", "phone", "person_code"}),
        ("nationality=lt", {"email", "phone", "person_code"}),
        ("shoe_size=43", {"email", "phone", "person_code"}),
        ("email=a%40example.com&phone=37066612345", {"email", "phone", "person_code"}),
        ("phone=37066612345&phone=37066612346", {"email", "phone", "person_code"}),
        ("person_code=31001230000", {"nationality"}),
        ("person_code[]=31001230000", {"nationality"}),
        ("person_code[ltu]=31001230000", {"nationality"}),
        ("person_code[lt]=", {"person_code"}),
        ("phone=+37066612345", {"phone"}),
        ("phone=0037066612345", {"phone"}),
        ("email=nonsense", {"email"}),
    ],
)
def test_a_search_without_exactly_one_good_criterion_is_refused(
    api: Api, query: str, fields: set[str]
) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


@pytest.mark.parametrize("query", ["email=email%40example.com", "phone=37066612345"])
def test_an_unconfirmed_contact_finds_nobody(api: Api, query: str) -> None:
    api.register()

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (404, "not_found")
