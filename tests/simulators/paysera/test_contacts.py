"""The Paysera simulator confirms phones and e-mail addresses as the documents say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .api import REGISTRATION, Api, the_documented_user


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        (
            "phone",
            {"phone": "37066612345", "parameters": {"phone_link": "myapp://confirm/{code}"}},
        ),
        (
            "email",
            {"email": "test@example.com", "parameters": {"email_link": "myapp://confirm/{code}"}},
        ),
    ],
)
def test_a_documented_contact_is_shown_once_its_code_is_confirmed(
    api: Api, channel: Any, body: dict[str, Any]
) -> None:
    other = {"email": "user@example.com"} if channel == "phone" else {"phone": "37012345678"}
    user_id = api.register(other)

    assigned = api.send("POST", f"/user/{user_id}/{channel}", body)
    confirmed = api.confirm(user_id, channel)

    assert assigned.json["id"] == confirmed.json["id"] == user_id
    assert channel not in assigned.json
    assert confirmed.json[channel] == body[channel]


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_contact_given_at_registration_is_hidden_until_confirmed(api: Api, channel: Any) -> None:
    user_id = api.register()

    before = api.send("GET", f"/user/{user_id}")
    answer = api.confirm(user_id, channel)

    assert channel not in before.json
    assert answer.json[channel] == REGISTRATION[channel]


def test_unconfirmed_contacts_are_shown_if_told_so(start: Callable[..., Api]) -> None:
    api = start(show_unconfirmed_contacts=True)

    answer = api.send("POST", "/user", REGISTRATION)

    assert answer.json["email"] == REGISTRATION["email"]
    assert answer.json["phone"] == REGISTRATION["phone"]


def test_assigning_a_second_phone_changes_nothing_until_confirmed(api: Api) -> None:
    user_id = the_documented_user(api)

    api.send("POST", f"/user/{user_id}/phone", {"phone": "37012345678"})
    between = api.send("GET", f"/user/{user_id}/phone").json
    api.confirm(user_id, "phone")

    assert between == "37066612345"
    assert api.send("GET", f"/user/{user_id}/phone").json == "37012345678"


def test_confirmed_phones_lists_only_what_was_confirmed(api: Api) -> None:
    user_id = api.register()

    before = api.send("GET", f"/user/{user_id}/confirmed-phones")
    api.confirm(user_id, "phone")
    after = api.send("GET", f"/user/{user_id}/confirmed-phones")

    assert (before.json, after.json) == ([], ["37066612345"])


def test_confirmed_phones_are_forbidden_without_a_scope(api: Api) -> None:
    user_id = api.register()
    token = api.sim.issue_token(user_id, ["email"])

    answer = api.send("GET", "/user/me/confirmed-phones", token=token)

    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize(
    ("channel", "value", "code"),
    [
        ("phone", "37066612345", "phone_already_assigned"),
        ("email", "email@example.com", "email_already_assigned"),
    ],
)
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_contact_of_another_user_cannot_be_assigned(
    api: Api, channel: Any, value: str, code: str, confirmed: bool
) -> None:
    first = api.register()
    if confirmed:
        api.confirm(first, channel)
    user_id = api.register({"email": "b@example.com", "phone": "37012345678"})

    answer = api.send("POST", f"/user/{user_id}/{channel}", {channel: value})

    assert answer.error == (400, code)


@pytest.mark.parametrize(
    ("channel", "body", "fields"),
    [
        ("phone", {}, {"phone"}),
        ("phone", {"phone": "+370"}, {"phone"}),
        ("phone", {"phone": "37066612345", "parameters": {"phone_link": "x"}}, None),
        ("phone", {"phone": "37066612345", "parameters": {"scopes": [1]}}, None),
        ("email", {"email": "x", "parameters": {"email_link": "x"}}, None),
        ("email", {"email": ["a@example.com"]}, {"email"}),
    ],
)
def test_a_faulty_contact_is_refused(
    api: Api, channel: str, body: dict[str, Any], fields: set[str] | None
) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/{channel}", body)

    assert answer.error == (400, "invalid_parameters")
    if fields:
        assert answer.fields == fields


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_wrong_code_is_refused_and_confirms_nothing(api: Api, channel: Any) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/{channel}/confirm", {"code": "ABCDEF"})

    assert answer.error == (400, "invalid_code")
    assert channel not in api.send("GET", f"/user/{user_id}").json


@pytest.mark.parametrize("body", [{}, {"code": 123456}, {"code": ""}])
def test_a_confirmation_without_a_code_is_refused(api: Api, body: Any) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {"code"}


def test_a_contact_cannot_be_confirmed_twice(api: Api) -> None:
    user_id = api.register()
    code = {"code": api.sim.code_for(user_id, "phone")}
    api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    assert answer.error == (409, "invalid_state")


def test_after_five_wrong_codes_the_right_one_is_refused_too(api: Api) -> None:
    user_id = api.register()
    path = f"/user/{user_id}/phone/confirm"

    wrong = [api.send("PUT", path, {"code": "WRONG"}).error for _ in range(5)]
    right = api.confirm(user_id, "phone")

    assert wrong == [(400, "invalid_code")] * 5
    assert right.error == (429, "rate_limit_exceeded")
    assert right.headers["g-recaptcha-key"]
    assert right.headers["recaptcha-unlock-url"]


def test_a_new_code_may_be_tried_again(api: Api) -> None:
    user_id = api.register()
    old = api.sim.code_for(user_id, "phone")
    for _ in range(6):
        api.send("PUT", f"/user/{user_id}/phone/confirm", {"code": "WRONG"})

    api.send("POST", f"/user/{user_id}/phone", {"phone": "37066612345"})
    answer = api.confirm(user_id, "phone")

    assert answer.status == 200
    assert old != api.sim.code_for(user_id, "email")


def test_the_number_of_codes_sent_can_be_limited(start: Callable[..., Api]) -> None:
    api = start(code_send_limit=2)
    user_id = api.register()
    path, body = f"/user/{user_id}/phone", {"phone": "37066612345"}

    answers = [api.send("POST", path, body) for _ in range(2)]

    assert answers[0].status == 200
    assert answers[1].error == (429, "rate_limit_exceeded")


def test_a_code_is_six_capital_letters_that_the_seed_decides(start: Callable[..., Api]) -> None:
    codes = []
    for seed in ("a", "a", "b"):
        api = start(seed=seed)
        user_id = api.register()
        first = api.sim.code_for(user_id, "phone")
        api.send("POST", f"/user/{user_id}/phone", {"phone": "37066612345"})
        codes.append((first, api.sim.code_for(user_id, "phone")))

    assert codes[0] == codes[1] != codes[2]
    assert codes[0][0] != codes[0][1]
    assert all(len(code) == 6 and code.isalpha() and code.isupper() for code in codes[0])


def test_the_code_of_one_channel_does_not_confirm_the_other(api: Api) -> None:
    user_id = api.register()
    code = {"code": api.sim.code_for(user_id, "email")}

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    assert answer.error == (400, "invalid_code")
