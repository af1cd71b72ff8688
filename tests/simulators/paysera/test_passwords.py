"""The Paysera simulator resets and changes passwords as the documents say."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from .api import EMAIL_ONLY, REGISTRATION, Api

NEW = "newPassword123"
# Quoted from the documents; the second user name and phone stand for themselves.
RESET = {"email": "email@example.com", "identity": {"code": "31001010000"}}


def a_user(api: Api) -> int:
    """The documented registration, with both contacts confirmed."""
    user_id = api.register()
    api.confirm(user_id, "email")
    api.confirm(user_id, "phone")
    return user_id


def log_in(api: Api, password: str) -> int:
    form = {"grant_type": "password", "username": "email@example.com", "password": password}
    return api.form("POST", "//oauth/v1/token", form).status


def test_the_documented_reset_is_answered_with_the_user_and_sends_a_code(api: Api) -> None:
    user_id = a_user(api)

    answer = api.send("POST", "/user/password/reset", RESET)

    assert (answer.status, answer.json["id"]) == (200, user_id)
    assert len(api.sim.code_for(user_id, "password")) == 6


def test_the_code_of_a_reset_changes_the_password_once(api: Api) -> None:
    user_id = a_user(api)
    api.send("POST", "/user/password/reset", RESET)
    body = {"code": api.sim.code_for(user_id, "password"), "password": NEW}

    first = api.send("PUT", f"/user/{user_id}/password", body)
    again = api.send("PUT", f"/user/{user_id}/password", body)

    assert (first.status, first.json["id"]) == (200, user_id)
    assert again.error == (400, "invalid_code")
    assert (log_in(api, NEW), log_in(api, "secretPassword22")) == (200, 400)


def test_the_old_password_changes_the_password(api: Api) -> None:
    user_id = a_user(api)
    body = {"old_password": "secretPassword22", "password": NEW}

    answer = api.send("PUT", f"/user/{user_id}/password", body)

    assert (answer.status, log_in(api, NEW)) == (200, 200)


def test_a_wrong_old_password_is_an_invalid_password_and_changes_nothing(api: Api) -> None:
    user_id = a_user(api)

    answer = api.send(
        "PUT", f"/user/{user_id}/password", {"old_password": "wrong", "password": NEW}
    )

    assert answer.error == (400, "invalid_password")
    assert log_in(api, "secretPassword22") == 200


def test_a_user_without_credentials_has_no_old_password(api: Api) -> None:
    user_id = api.register({"email": "a@example.com"})

    answer = api.send("PUT", f"/user/{user_id}/password", {"old_password": "", "password": NEW})

    assert answer.error == (400, "invalid_password")


def test_a_reset_may_name_the_phone(api: Api) -> None:
    user_id = a_user(api)

    answer = api.send("POST", "/user/password/reset", {"phone": "37066612345"})

    assert answer.json["id"] == user_id


@pytest.mark.parametrize("body", [{"email": "nobody@example.com"}, {"phone": "37060000000"}])
def test_a_reset_for_nobody_is_not_found(api: Api, body: Any) -> None:
    a_user(api)

    answer = api.send("POST", "/user/password/reset", body)

    assert answer.error == (404, "not_found")


def test_an_unconfirmed_address_resets_nothing(api: Api) -> None:
    api.register()

    answer = api.send("POST", "/user/password/reset", RESET)

    assert answer.error == (404, "not_found")


def test_an_identified_user_must_tell_the_person_code(api: Api) -> None:
    user_id = a_user(api)
    api.sim.set_level(user_id, "identified")

    without = api.send("POST", "/user/password/reset", {"email": "email@example.com"})
    told = api.send("POST", "/user/password/reset", RESET)

    assert without.error == (400, "identity_required")
    assert told.status == 200


def test_an_unidentified_user_need_not_tell_the_person_code(api: Api) -> None:
    a_user(api)

    answer = api.send("POST", "/user/password/reset", {"email": "email@example.com"})

    assert answer.status == 200


def test_from_which_level_on_the_person_code_is_needed_is_a_setting(
    start: Callable[..., Api],
) -> None:
    api = start(reset_identity_from="fully_identified")
    api.sim.set_level(a_user(api), "identified")

    answer = api.send("POST", "/user/password/reset", {"email": "email@example.com"})

    assert answer.status == 200


@pytest.mark.parametrize("level", ["unidentified", "fully_identified"])
def test_a_wrong_person_code_is_an_invalid_identity(api: Api, level: str) -> None:
    user_id = a_user(api)
    api.sim.set_level(user_id, level)

    answer = api.send("POST", "/user/password/reset", RESET | {"identity": {"code": "1"}})

    assert answer.error == (400, "invalid_identity")
    with pytest.raises(LookupError):
        api.sim.code_for(user_id, "password")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "phone"}),
        ({"email": "no-at-sign"}, {"email"}),
        ({"phone": "+37066612345"}, {"phone"}),
        (RESET | {"identity": {"code": 1}}, {"identity.code"}),
        (RESET | {"parameters": {"email_link": "myapp://reset"}}, {"parameters.email_link"}),
    ],
)
def test_a_faulty_reset_is_refused(api: Api, body: Any, fields: set[str]) -> None:
    answer = api.send("POST", "/user/password/reset", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"password": NEW}, {"code", "old_password"}),
        ({"code": "ABCDEF"}, {"password"}),
        ({"code": "ABCDEF", "old_password": "x", "password": NEW}, {"old_password"}),
        ({"code": 123456, "password": NEW}, {"code"}),
    ],
)
def test_a_faulty_change_is_refused(api: Api, body: Any, fields: set[str]) -> None:
    user_id = a_user(api)

    answer = api.send("PUT", f"/user/{user_id}/password", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


def test_a_short_new_password_is_refused_and_uses_up_no_code(api: Api) -> None:
    user_id = a_user(api)
    api.send("POST", "/user/password/reset", RESET)
    code = api.sim.code_for(user_id, "password")

    short = api.send("PUT", f"/user/{user_id}/password", {"code": code, "password": "1234567"})
    good = api.send("PUT", f"/user/{user_id}/password", {"code": code, "password": NEW})

    assert short.error == (400, "password_too_short")
    assert good.status == 200


def test_a_code_without_a_request_is_invalid(api: Api) -> None:
    user_id = a_user(api)

    answer = api.send("PUT", f"/user/{user_id}/password", {"code": "ABCDEF", "password": NEW})

    assert answer.error == (400, "invalid_code")


def test_after_five_wrong_codes_the_right_one_is_limited_until_a_captcha_is_solved(
    api: Api,
) -> None:
    user_id = a_user(api)
    api.send("POST", "/user/password/reset", RESET)
    right = {"code": api.sim.code_for(user_id, "password"), "password": NEW}
    for _ in range(5):
        api.send("PUT", f"/user/{user_id}/password", {"code": "wrong", "password": NEW})

    limited = api.send("PUT", f"/user/{user_id}/password", right)
    unlock = limited.headers["recaptcha-unlock-url"].removeprefix(api.base_url)
    unlocked = api.form("POST", f"/{unlock}", {"g-recaptcha-response": "solved"})
    again = api.send("PUT", f"/user/{user_id}/password", right)

    assert limited.error == (429, "rate_limit_exceeded")
    assert (unlocked.status, again.status) == (204, 200)


def test_a_new_request_allows_new_tries(api: Api) -> None:
    user_id = a_user(api)
    api.send("POST", "/user/password/reset", RESET)
    for _ in range(5):
        api.send("PUT", f"/user/{user_id}/password", {"code": "wrong", "password": NEW})

    api.send("POST", "/user/password/reset", RESET)
    code = api.sim.code_for(user_id, "password")
    answer = api.send("PUT", f"/user/{user_id}/password", {"code": code, "password": NEW})

    assert answer.status == 200


def test_a_person_code_of_a_user_who_has_none_is_an_invalid_identity(api: Api) -> None:
    api.confirm(api.register(EMAIL_ONLY), "email")
    body = {"email": "user@example.com", "identity": {"code": "31001010000"}}

    answer = api.send("POST", "/user/password/reset", body)

    assert answer.error == (400, "invalid_identity")


def test_after_five_wrong_passwords_the_right_one_is_limited(api: Api) -> None:
    user_id = a_user(api)
    path = f"/user/{user_id}/password"
    for _ in range(5):
        api.send("PUT", path, {"old_password": "wrong", "password": NEW})

    answer = api.send("PUT", path, {"old_password": "secretPassword22", "password": NEW})

    assert answer.error == (429, "rate_limit_exceeded")


def test_the_number_of_resets_can_be_limited(start: Callable[..., Api]) -> None:
    api = start(code_send_limit=1)
    a_user(api)
    api.send("POST", "/user/password/reset", RESET)

    limited = api.send("POST", "/user/password/reset", RESET)
    unlock = limited.headers["recaptcha-unlock-url"].removeprefix(api.base_url)
    api.form("POST", f"/{unlock}", {"g-recaptcha-response": "solved"})
    again = api.send("POST", "/user/password/reset", RESET)

    assert limited.error == (429, "rate_limit_exceeded")
    assert again.status == 200


@pytest.mark.parametrize(("age", "status"), [(59, 200), (60, 400)])
def test_the_code_of_a_reset_can_grow_old(start: Callable[..., Api], age: int, status: int) -> None:
    api = start(code_lifetime=60, clock_window=600)
    user_id = a_user(api)
    api.send("POST", "/user/password/reset", RESET)
    code = api.sim.code_for(user_id, "password")

    api.sim.advance(age)
    answer = api.send("PUT", f"/user/{user_id}/password", {"code": code, "password": NEW})

    assert answer.status == status


@pytest.mark.parametrize("path", ["me", "221"])
def test_a_token_changes_the_password_of_its_own_user(api: Api, path: str) -> None:
    token = api.sim.issue_token(a_user(api))
    body = {"old_password": "secretPassword22", "password": NEW}

    answer = api.send("PUT", f"/user/{path}/password", body, token=token)

    assert answer.status == 200


def test_a_token_changes_no_other_users_password(api: Api) -> None:
    a_user(api)
    token = api.sim.issue_token(api.register(EMAIL_ONLY))
    body = {"old_password": "secretPassword22", "password": NEW}

    answer = api.send("PUT", "/user/221/password", body, token=token)

    assert answer.error == (403, "forbidden")


def test_a_token_requests_no_other_users_reset_and_sees_nothing_of_it(api: Api) -> None:
    a_user(api)
    token = api.sim.issue_token(api.register(EMAIL_ONLY), ["phone"])

    answer = api.send("POST", "/user/password/reset", RESET, token=token)

    assert answer.error == (403, "forbidden")
    assert "37066612345" not in answer.text


SALT = b"0123456789abcdef"


def sha1(*parts: bytes) -> str:
    return b64encode(hashlib.sha1(b"".join(parts)).digest()).decode()


@pytest.mark.parametrize(
    "hashed",
    [
        "zSKdNloUpkPb1K7W8wVa7qsrwww=",  # salt decoded, password in UTF-8
        "0eG1JxuyTyHBgaOTgJPVQgjZ9oo=",  # salt decoded, password in UTF-16
        sha1(b64encode(SALT), b"secret"),  # salt as it stands
    ],
)
def test_a_migrated_login_works_with_any_reading_of_its_hash(api: Api, hashed: str) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": hashed,
        "password_salt": b64encode(SALT).decode(),
        "username": "johnsm",
    }
    api.register({"email": "a@example.com", "credentials": credentials})
    form = {"grant_type": "password", "username": "johnsm"}

    right = api.form("POST", "//oauth/v1/token", form | {"password": "secret"})
    wrong = api.form("POST", "//oauth/v1/token", form | {"password": "Secret"})

    assert right.status == 200
    assert wrong.error == (400, "invalid_grant")


@pytest.mark.parametrize("registration", [REGISTRATION, EMAIL_ONLY])
def test_credentials_arrive_as_they_were_sent(api: Api, registration: Any) -> None:
    user_id = api.register(registration)

    assert api.sim.credentials_of(user_id) == registration["credentials"]


def test_migrated_credentials_arrive_byte_for_byte(api: Api) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": " hash+/=\u0161 ",
        "password_salt": "not base64 at all",
        "username": "J\u014dhn",
    }

    user_id = api.register({"email": "a@example.com", "credentials": credentials})

    assert api.sim.credentials_of(user_id) == credentials
