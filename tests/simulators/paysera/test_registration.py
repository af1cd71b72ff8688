"""The Paysera simulator registers users as the documents say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .api import ADDRESS, EMAIL_ONLY, REGISTRATION, VALID, Api, changed
from .vectors import IDENTITY_BODY


def test_the_documented_registration_is_answered_with_the_new_user(api: Api) -> None:
    answer = api.send("POST", "/user", REGISTRATION)

    assert answer.status == 200
    assert answer.json == {
        "id": 221,
        "dob": "1910-01-01",
        "gender": "male",
        "identity": REGISTRATION["identity"],
        "identification_level": "unidentified",
        "calculated_level": "unidentified",
        "wallets": [14471],
        "options": {"default_currency": "EUR"},
    }


def test_the_documented_registration_by_email_alone_is_accepted(api: Api) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert (answer.status, answer.json["id"]) == (200, 221)
    assert "identity" not in answer.json


def test_ids_count_up_from_221(api: Api) -> None:
    ids = [api.register({"phone": f"3706661234{digit}"}) for digit in range(3)]

    assert ids == [221, 222, 223]


def test_migrated_credentials_are_accepted_with_all_four_keys(api: Api) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": "hashedPassword",
        "password_salt": "base64Salt",
        "username": "johnsm",
    }

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.status == 200


@pytest.mark.parametrize("key", ["password", "password_salt", "username"])
def test_migrated_credentials_are_refused_without_any_of_the_four(api: Api, key: str) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": "hashedPassword",
        "password_salt": "base64Salt",
        "username": "johnsm",
    }
    del credentials[key]

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {f"credentials.{key}"}


def test_the_official_swift_registration_by_phone_is_accepted(api: Api) -> None:
    body = {
        "phone": "37066612345",
        "locale": "en",
        "credentials": {"type": "main-password", "password": "SecurePass123"},
        "parameters": {"scopes": ["convert_currency"]},
    }

    answer = api.send("POST", "/user", body)

    assert answer.status == 200


def test_an_address_given_at_registration_is_shown(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY | {"address": ADDRESS | {"country": "LT"}})

    answer = api.send("GET", f"/user/{user_id}/address")

    assert answer.json == ADDRESS


def test_an_address_may_lack_its_post_index(api: Api) -> None:
    address = {key: ADDRESS[key] for key in ("country", "city", "street")}
    user_id = api.register(EMAIL_ONLY | {"address": address})

    answer = api.send("GET", f"/user/{user_id}/address")

    assert answer.json == address


def test_the_registration_that_the_next_tests_break_is_valid(api: Api) -> None:
    answer = api.send("POST", "/user", VALID)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("email", "no-at-sign", "invalid_format"),
        ("email", "a@b", "invalid_format"),
        ("email", "a b@example.com", "invalid_format"),
        ("email", "a@b@example.com", "invalid_format"),
        ("email", 1, "invalid_type"),
        ("phone", "+37066612345", "regex_failed"),
        ("phone", "0037066612345", "regex_failed"),
        ("phone", "370 666 12345", "regex_failed"),
        ("phone", "3706661234567890", "regex_failed"),
        ("phone", "\u0663\u0667\u0660", "regex_failed"),
        ("phone", 37066612345, "invalid_type"),
        ("phone", "", "is_blank"),
        ("locale", "de", "no_such_choice"),
        ("locale", "LT", "no_such_choice"),
        ("identity", "John Smith", "invalid_type"),
        ("identity", ["John"], "invalid_type"),
        ("identity.name", None, "is_blank"),
        ("identity.surname", "  ", "is_blank"),
        ("identity.nationality", "ltu", "no_such_country"),
        ("identity.nationality", "l1", "no_such_country"),
        ("identity.code", 31001010000, "invalid_type"),
        ("identity.code", None, "is_blank"),
        ("address.country", None, "is_blank"),
        ("address.country", "Lithuania", "no_such_country"),
        ("address.city", None, "is_blank"),
        ("address.street", None, "is_blank"),
        ("address.post_index", 11111, "invalid_type"),
        ("credentials", "secret", "invalid_type"),
        ("credentials.type", None, "is_blank"),
        ("credentials.type", "sha256", "no_such_choice"),
        ("credentials.type", ["main-password"], "invalid_type"),
        ("credentials.password", None, "is_blank"),
        ("credentials.password", 12345678, "invalid_type"),
        ("card.issuer", None, "is_blank"),
        ("card.number", 123, "invalid_type"),
        ("parameters", "x", "invalid_type"),
        ("parameters.phone_link", "myapp://confirm/", "regex_failed"),
        ("parameters.email_link", "myapp://confirm/%7Bcode%7D", "regex_failed"),
        ("parameters.scopes", "convert_currency", "invalid_type"),
    ],
)
def test_a_faulty_field_is_named_by_its_path(api: Api, path: str, value: Any, code: str) -> None:
    answer = api.send("POST", "/user", changed(path, value))

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {path}
    (fault,) = answer.json["errors"]
    assert (fault["field"], fault["code"]) == (path, code)
    assert answer.json["error_properties"] == {path: [fault["message"]]}


@pytest.mark.parametrize("path", ["email", "identity", "identity.name", "parameters.scopes"])
def test_an_explicit_null_is_refused(api: Api, path: str) -> None:
    body = json.loads(json.dumps(changed(path, "NULL")).replace('"NULL"', "null"))

    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {path}


def test_all_faults_of_a_body_are_told_at_once(api: Api) -> None:
    body = {
        "email": "nonsense",
        "phone": "+370",
        "locale": "xx",
        "identity": {"name": 1, "nationality": "zzz"},
        "address": {"city": ""},
        "credentials": {"type": "main-password"},
        "card": {},
        "parameters": {"phone_link": "x", "scopes": ["ok", 1]},
    }

    answer = api.send("POST", "/user", body)

    assert answer.fields == {
        "email",
        "phone",
        "locale",
        "identity.name",
        "identity.surname",
        "identity.nationality",
        "identity.code",
        "address.country",
        "address.city",
        "address.street",
        "credentials.password",
        "card.issuer",
        "card.number",
        "parameters.phone_link",
        "parameters.scopes[1]",
    }
    assert {fault["field"] for fault in answer.json["errors"]} == answer.fields
    assert all(isinstance(found, list) for found in answer.json["error_properties"].values())


def test_an_error_shows_no_value_that_was_sent(api: Api) -> None:
    body = REGISTRATION | {"email": "secret-mail", "phone": "secret-phone", "locale": "secret-l"}

    answer = api.send("POST", "/user", body)

    assert answer.status == 400
    assert "secret" not in answer.text


@pytest.mark.parametrize("body", [{}, {"locale": "lt"}, [], b""])
def test_a_registration_needs_an_email_or_a_phone(api: Api, body: Any) -> None:
    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {"email", "phone"}


def test_a_php_clients_empty_list_is_an_empty_object(api: Api) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY | {"parameters": []})

    assert answer.status == 200


def test_a_short_password_has_an_error_of_its_own(api: Api) -> None:
    answers = [
        api.send("POST", "/user", changed("credentials.password", password))
        for password in ("", "1234567", "12345678")
    ]

    assert [answer.status for answer in answers] == [400, 400, 200]
    assert [answer.error for answer in answers[:2]] == [(400, "password_too_short")] * 2


def test_a_migrated_hash_has_no_minimum_length(api: Api) -> None:
    credentials = {"type": "pre-salt-sha1-base64", "password": "x"}
    credentials |= {"password_salt": "y", "username": "z"}

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.status == 200


def test_credentials_can_be_made_required(start: Callable[..., Api]) -> None:
    api = start(credentials_required=True)

    answer = api.send("POST", "/user", {"email": "a@example.com"})

    assert answer.fields == {"credentials"}


def test_which_keys_of_an_identity_are_required_is_a_setting(start: Callable[..., Api]) -> None:
    api = start(identity_required=["name", "surname"])

    answer = api.send(
        "POST", "/user", EMAIL_ONLY | {"identity": {"name": "John", "surname": "Smith"}}
    )

    assert answer.json["identity"] == {"name": "John", "surname": "Smith"}


@pytest.mark.parametrize(("strict", "status"), [(False, 200), (True, 400)])
def test_unknown_keys_are_refused_only_if_told_so(
    start: Callable[..., Api], strict: bool, status: int
) -> None:
    api = start(refuse_unknown_keys=strict)
    body = REGISTRATION | {"shoe_size": 43, "identity": REGISTRATION["identity"] | {"x": 1}}

    answer = api.send("POST", "/user", body)

    assert answer.status == status
    if strict:
        assert answer.fields == {"shoe_size", "identity.x"}


CLASHES = [
    ("email", "email@example.com", "email_already_assigned"),
    ("email", "EMAIL@example.com", "email_already_assigned"),
    ("phone", "37066612345", "phone_already_assigned"),
    ("identity", REGISTRATION["identity"], "person_code_already_assigned"),
    ("identity", REGISTRATION["identity"] | {"nationality": "LT"}, "person_code_already_assigned"),
    ("card", {"issuer": "vilniecio", "number": "123"}, "card_already_assigned"),
]


@pytest.mark.parametrize(("key", "value", "code"), CLASHES)
def test_what_another_user_has_cannot_be_registered_again(
    api: Api, key: str, value: Any, code: str
) -> None:
    api.register(VALID)

    answer = api.send("POST", "/user", {"email": "other@example.com", key: value})

    assert answer.error == (400, code)
    assert "error_properties" not in answer.json


@pytest.mark.parametrize(("key", "value", "code"), CLASHES)
def test_the_status_of_already_assigned_is_a_setting(
    start: Callable[..., Api], key: str, value: Any, code: str
) -> None:
    api = start(already_assigned_status=409)
    api.register(VALID)

    answer = api.send("POST", "/user", {"email": "other@example.com", key: value})

    assert answer.error == (409, code)


def test_a_person_code_is_unique_only_within_its_nationality(api: Api) -> None:
    api.register()
    identity = REGISTRATION["identity"] | {"nationality": "ee"}

    answer = api.send("POST", "/user", EMAIL_ONLY | {"identity": identity})

    assert answer.status == 200


def test_a_refused_registration_leaves_nothing_behind(api: Api) -> None:
    api.register({"phone": "37066612345"})
    clash = {"email": "fresh@example.com", "phone": "37066612345"}
    assert api.send("POST", "/user", clash).status == 400

    answer = api.send("POST", "/user", {"email": "fresh@example.com"})

    assert (answer.status, answer.json["id"]) == (200, 222)


@pytest.mark.parametrize(
    ("permission", "method", "path", "body"),
    [
        ("register_user", "POST", "/user", EMAIL_ONLY),
        ("provide_registration_parameters", "POST", "/user", REGISTRATION),
        ("provide_identity", "PUT", "/user/221", {"identity": REGISTRATION["identity"]}),
        ("search_by_person_code", "GET", "/user?person_code[lt]=31001010000", None),
    ],
)
def test_a_missing_permission_is_forbidden(
    api: Api, permission: str, method: str, path: str, body: Any
) -> None:
    api.register()
    api.sim.permissions = api.sim.permissions - {permission}

    answer = api.send(method, path, body)

    assert answer.error == (403, "forbidden")


def test_registration_without_parameters_needs_no_permission_for_them(
    start: Callable[..., Api],
) -> None:
    api = start(permissions=["register_user"])

    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/user", {"email": "new@example.com"}),
        ("GET", "/user?email=email%40example.com", None),
        ("PUT", "/user/me", {"identity": REGISTRATION["identity"]}),
        ("GET", "/user/222", None),
        ("GET", "/user/222/email", None),
        ("POST", "/user/222/email", {"email": "new@example.com"}),
    ],
)
def test_an_access_token_speaks_for_its_own_user_only(
    api: Api, method: str, path: str, body: Any
) -> None:
    token = api.sim.issue_token(api.register(), ["email", "identity"])
    api.register(EMAIL_ONLY)

    answer = api.send(method, path, body, token=token)

    assert answer.error == (403, "forbidden")


# Providing an identity.


def test_the_documented_identity_is_taken_and_shown(api: Api) -> None:
    user_id = api.register({"phone": "37066612345"})
    body = {"email": "user@example.com", "identity": REGISTRATION["identity"]}

    answer = api.send("PUT", f"/user/{user_id}", body)

    assert answer.json["identity"] == REGISTRATION["identity"]
    assert answer.json["identification_level"] == "unidentified"
    assert "email" not in answer.json
    assert len(api.sim.code_for(user_id, "email")) == 6


def test_providing_an_identity_leaves_the_level_as_the_review_team_set_it(api: Api) -> None:
    user_id = api.register()
    api.sim.set_level(user_id, "identified")

    answer = api.send("PUT", f"/user/{user_id}", {"identity": REGISTRATION["identity"]})

    assert answer.json["identification_level"] == "identified"


def test_an_identity_in_php_escapes_is_shown_with_the_same_escapes(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("PUT", f"/user/{user_id}", IDENTITY_BODY)

    assert answer.json["identity"]["name"] == "\u0160ar\u016bnas"
    assert '"name":"\\u0160ar\\u016bnas"' in answer.text


def test_a_known_contact_given_again_needs_no_new_code(api: Api) -> None:
    user_id = api.register()
    api.confirm(user_id, "email")
    code = api.sim.code_for(user_id, "phone")

    body = {"email": REGISTRATION["email"], "phone": REGISTRATION["phone"]}
    answer = api.send("PUT", f"/user/{user_id}", body)

    assert answer.json["email"] == REGISTRATION["email"]
    assert api.sim.code_for(user_id, "phone") == code
    with pytest.raises(LookupError):
        api.sim.code_for(user_id, "email")


@pytest.mark.parametrize(
    ("key", "value", "code"), [clash for clash in CLASHES if clash[0] != "card"]
)
def test_what_another_user_has_cannot_be_provided(
    api: Api, key: str, value: Any, code: str
) -> None:
    api.register(VALID)
    user_id = api.register({"phone": "37012345678"})

    answer = api.send("PUT", f"/user/{user_id}", {key: value})

    assert answer.error == (400, code)


def test_a_user_may_be_given_the_same_identity_twice(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}", {"identity": REGISTRATION["identity"]})

    assert answer.status == 200


def test_an_empty_update_is_refused(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}", {})

    assert answer.error == (400, "invalid_parameters")


def test_a_changed_identity_frees_the_old_person_code(api: Api) -> None:
    user_id = api.register()
    changed_identity = REGISTRATION["identity"] | {"code": "31001230000"}
    api.send("PUT", f"/user/{user_id}", {"identity": changed_identity})

    answer = api.send("POST", "/user", EMAIL_ONLY | {"identity": REGISTRATION["identity"]})

    assert answer.status == 200
