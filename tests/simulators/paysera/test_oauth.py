"""The Paysera simulator hands out tokens as the official SDKs ask for them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests

from onboarding_simulators.paysera import Token

from .api import CLIENT_ID, EMAIL_ONLY, Answer, Api, the_documented_user

BACK = "https://app.example/cb"
TOKEN = "//oauth/v1/token"
LOGIN = {"username": "something@example.com", "password": "secretPassword22"}


def asking(api: Api, path: str = "/frontend/oauth", **changes: str) -> str:
    """The address that the official PHP client builds."""
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "scope": "email identity_offline",
        "redirect_uri": BACK,
        "state": "0123456789abcdef",
    }
    return f"{api.base_url}{path}?{urlencode(query | changes)}"


def press(url: str, decision: str = "allow", **fields: str) -> requests.Response:
    """Fills in the page's own form and presses a button, as a browser would."""
    page = requests.get(url, timeout=5)
    assert page.status_code == 200, page.text
    action = re.search(r'<form method="post" action="([^"]*)"', page.text)
    assert action
    parts = urlsplit(url)
    target = f"{parts.scheme}://{parts.netloc}{html.unescape(action[1])}"
    form = LOGIN | fields | {"decision": decision}
    return requests.post(target, data=form, timeout=5, allow_redirects=False)


def brought(response: requests.Response) -> dict[str, list[str]]:
    """What the redirect brings back."""
    assert response.status_code == 303, response.text
    return parse_qs(urlsplit(response.headers["Location"]).query)


def exchange(api: Api, code: str, redirect_uri: str = BACK) -> Answer:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return api.form("POST", TOKEN, form)


def refresh(api: Api, refresh_token: str, **fields: str) -> Answer:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return api.form("POST", TOKEN, form | fields)


def held(answer: Answer) -> Token:
    """The token of an answer, to sign with."""
    given = answer.json
    return Token(
        access_token=given["access_token"],
        mac_key=given["mac_key"],
        user_id=0,
        scopes=frozenset(),
        refresh_token=given["refresh_token"],
    )


def me(api: Api, token: Token) -> Answer:
    return api.send("GET", "/user/me", token=token)


# The page.


@pytest.mark.parametrize("path", ["/frontend/oauth", "/frontend/lt/oauth"])
def test_consent_leads_back_with_a_code_and_the_state(api: Api, path: str) -> None:
    the_documented_user(api)

    response = press(asking(api, path))

    assert response.headers["Location"].startswith(f"{BACK}?")
    back = brought(response)
    assert set(back) == {"code", "state"}
    assert back["state"] == ["0123456789abcdef"]
    assert exchange(api, back["code"][0]).status == 200


def test_a_refusal_leads_back_with_an_error_and_the_state(api: Api) -> None:
    the_documented_user(api)

    response = press(asking(api), "refuse")

    assert brought(response) == {"error": ["access_denied"], "state": ["0123456789abcdef"]}


def test_what_is_not_a_yes_is_a_refusal(api: Api) -> None:
    the_documented_user(api)

    response = press(asking(api), "")

    assert brought(response)["error"] == ["access_denied"]


def test_the_query_of_a_redirect_uri_is_kept(api: Api) -> None:
    the_documented_user(api)

    response = press(asking(api, redirect_uri="https://app.example/cb?a=1&b="))

    assert parse_qsl(urlsplit(response.headers["Location"]).query, keep_blank_values=True)[:2] == [
        ("a", "1"),
        ("b", ""),
    ]


def test_without_a_state_none_comes_back(api: Api) -> None:
    the_documented_user(api)
    url = asking(api).replace("&state=0123456789abcdef", "")

    assert set(brought(press(url))) == {"code"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email fly"}, "invalid_scope"),
        ({"scope": "email convert_currency"}, "invalid_scope"),
        ({"scope": "email make_bank_transfers"}, "invalid_scope"),
    ],
)
def test_a_wrong_question_leads_back_at_once(api: Api, changes: Any, error: str) -> None:
    response = requests.get(asking(api, **changes), timeout=5, allow_redirects=False)

    back = brought(response)
    assert (back["error"], back["state"]) == ([error], ["0123456789abcdef"])


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody else"},
        {"redirect_uri": ""},
        {"redirect_uri": "/relative"},
        {"redirect_uri": "javascript://x"},
        {"redirect_uri": "file:///etc/passwd"},
        {"redirect_uri": "chrome://settings"},
        {"redirect_uri": "view-source://app.example"},
        {"redirect_uri": "myapp://callback"},
        {"redirect_uri": "https://:80/"},
        {"redirect_uri": "https://app.example:0/"},
        {"redirect_uri": "JavaScript://x"},
        {"redirect_uri": "https://["},
        {"redirect_uri": "https://app.example/\u0161"},
        {"redirect_uri": "https://app.example/\r\nX-Header: 1"},
        {"redirect_uri": "https://app.example/cb#fragment"},
    ],
)
def test_nobody_is_led_where_no_client_asked_for(api: Api, changes: Any) -> None:
    response = requests.get(asking(api, **changes), timeout=5, allow_redirects=False)

    assert response.status_code in (400, 401)
    assert "Location" not in response.headers


def test_the_redirect_uris_can_be_limited(start: Callable[..., Api]) -> None:
    api = start(redirect_uris=["https://other.example/cb"])

    answers = [
        requests.get(asking(api, redirect_uri=uri), timeout=5, allow_redirects=False).status_code
        for uri in ("https://other.example/cb", BACK)
    ]

    assert answers == [200, 400]


def test_a_wrong_password_shows_the_page_again_and_leads_nowhere(api: Api) -> None:
    the_documented_user(api)

    response = press(asking(api), password="wrong")

    assert (response.status_code, "Location" in response.headers) == (403, False)
    assert 'role="alert"' in response.text


def test_what_the_query_says_is_escaped_on_the_page(api: Api) -> None:
    page = requests.get(asking(api, state='"><script>alert(1)</script>'), timeout=5)

    assert page.status_code == 200
    assert "<script" not in page.text


# Sessions.


def a_session(api: Api) -> Answer:
    query = dict(parse_qsl(urlsplit(asking(api)).query))
    return api.form("POST", "//oauth/v1/session", query | {"user[email]": "a@example.com"})


def test_a_session_keeps_the_question_and_fills_in_the_address(api: Api) -> None:
    key = a_session(api).json["key"]

    page = requests.get(f"{api.base_url}/frontend/en/oauth/{key}", timeout=5)

    assert 'value="a@example.com"' in page.text
    assert "identity_offline" in page.text


def test_the_address_of_a_session_counts_as_confirmed(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY | {"email": "a@example.com"})
    key = a_session(api).json["key"]
    url = f"{api.base_url}/frontend/oauth/{key}"

    back = brought(press(url, username="a@example.com", password="SecurePass123"))

    assert "code" in back
    assert api.send("GET", f"/user/{user_id}/email").json == "a@example.com"


def test_a_session_confirms_no_address_but_its_own(api: Api) -> None:
    user_id = api.register()
    api.confirm(user_id, "phone")
    key = a_session(api).json["key"]

    back = brought(press(f"{api.base_url}/frontend/oauth/{key}", username="37066612345"))

    assert "code" in back
    assert api.send("GET", f"/user/{user_id}/email").error == (404, "not_found")


def test_a_session_needs_its_permission(api: Api) -> None:
    api.sim.permissions = api.sim.permissions - {"give_trusted_user_info"}

    assert a_session(api).error == (403, "forbidden")


def test_an_unknown_session_is_not_found(api: Api) -> None:
    response = requests.get(f"{api.base_url}/frontend/oauth/unknown", timeout=5)

    assert response.status_code == 404


# The exchange of codes.


def test_a_token_is_answered_as_the_official_sdks_read_it(start: Callable[..., Api]) -> None:
    api = start(token_lifetime=3600)
    code = api.sim.consent(the_documented_user(api), ["email"], BACK)

    answer = exchange(api, code)

    assert set(answer.json) == {
        "access_token",
        "token_type",
        "expires_in",
        "mac_key",
        "mac_algorithm",
        "refresh_token",
    }
    assert answer.json["token_type"] == "mac"
    assert answer.json["mac_algorithm"] == "hmac-sha-256"
    assert answer.json["expires_in"] == 3600
    assert me(api, held(answer)).json["email"] == "something@example.com"


def test_a_token_that_lives_for_ever_still_says_a_number(api: Api) -> None:
    answer = exchange(api, api.sim.consent(the_documented_user(api), [], BACK))

    assert isinstance(answer.json["expires_in"], int)


def test_a_token_shows_what_was_consented_to_and_no_more(api: Api) -> None:
    the_documented_user(api)
    code = brought(press(asking(api)))["code"][0]

    shown = me(api, held(exchange(api, code))).json

    assert set(shown) == {"id", "email", "identity", "options"}


def test_an_offline_scope_lasts_without_the_token(start: Callable[..., Api]) -> None:
    api = start(scopes=())
    the_documented_user(api)

    exchange(api, brought(press(asking(api)))["code"][0])

    assert api.send("GET", "/user/221/identity").status == 200
    assert api.send("GET", "/user/221/email").error == (403, "forbidden")


def test_a_code_is_good_for_one_exchange(api: Api) -> None:
    code = api.sim.consent(the_documented_user(api), [], BACK)

    answers = [exchange(api, code) for _ in range(2)]

    assert answers[0].status == 200
    assert answers[1].error == (400, "invalid_grant")


def test_a_code_is_good_for_ten_minutes(start: Callable[..., Api]) -> None:
    api = start(clock_window=3600)
    user_id = the_documented_user(api)
    codes = [api.sim.consent(user_id, [], BACK) for _ in range(2)]

    api.sim.advance(599)
    young = exchange(api, codes[0])
    api.sim.advance(1)
    old = exchange(api, codes[1])

    assert young.status == 200
    assert old.error == (400, "invalid_grant")


def test_the_redirect_uri_of_an_exchange_must_be_the_one_of_the_question(api: Api) -> None:
    code = api.sim.consent(the_documented_user(api), [], BACK)

    wrong = exchange(api, code, "https://app.example/other")
    right = exchange(api, code)

    assert wrong.error == (400, "invalid_grant")
    assert right.status == 200


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "unknown"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "password", "username": "a"}, "invalid_request"),
    ],
)
def test_a_faulty_token_request_is_refused(api: Api, fields: Any, error: str) -> None:
    answer = api.form("POST", TOKEN, fields)

    assert answer.error == (400, error)


def test_a_token_request_must_be_a_form_with_each_parameter_once(api: Api) -> None:
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    the_documented_user(api)
    twice = urlencode([("grant_type", "password"), *LOGIN.items(), *LOGIN.items()]).encode()

    as_json = api.send("POST", TOKEN, {"grant_type": "refresh_token"})
    repeated = api.send("POST", TOKEN, twice, headers=as_form)

    assert as_json.error == (406, "not_acceptable")
    assert repeated.error == (400, "invalid_request")


def test_only_the_client_itself_asks_for_tokens(api: Api) -> None:
    user_id = the_documented_user(api)
    token = api.sim.issue_token(user_id)
    form = {"grant_type": "authorization_code", "code": api.sim.consent(user_id)}

    by_token = api.form("POST", TOKEN, form, token=token)
    unsigned = api.raw("POST", "/oauth/v1/token", urlencode(form).encode(), {})

    assert by_token.error == (403, "forbidden")
    assert unsigned.error == (401, "unauthorized")


# The password grant.


def log_in(api: Api, **fields: str) -> Answer:
    return api.form("POST", TOKEN, {"grant_type": "password"} | LOGIN | fields)


@pytest.mark.parametrize("username", ["something@example.com", "37066612345"])
def test_a_user_logs_in_by_a_confirmed_contact(api: Api, username: str) -> None:
    the_documented_user(api)

    answer = log_in(api, username=username, scope="email phone")

    assert set(me(api, held(answer)).json) == {"id", "email", "phone", "options"}


def test_an_unconfirmed_contact_logs_nobody_in(api: Api) -> None:
    api.register()

    answer = log_in(api, username="email@example.com")

    assert answer.error == (400, "invalid_grant")


def test_the_password_grant_needs_its_permission(api: Api) -> None:
    the_documented_user(api)
    api.sim.permissions = api.sim.permissions - {"use_password_grant"}

    assert log_in(api).error == (403, "forbidden")


def test_the_password_grant_gives_nothing_that_lasts(start: Callable[..., Api]) -> None:
    api = start(scopes=())
    the_documented_user(api)

    answer = log_in(api, scope="email_offline")

    assert "email" in me(api, held(answer)).json
    assert api.send("GET", "/user/221/email").error == (403, "forbidden")


@pytest.mark.parametrize("scope", ["fly", "convert_currency"])
def test_a_scope_that_cannot_be_asked_for_is_invalid(api: Api, scope: str) -> None:
    the_documented_user(api)

    assert log_in(api, scope=scope).error == (400, "invalid_scope")


def test_too_many_wrong_passwords_ask_for_a_captcha_in_a_header(api: Api) -> None:
    the_documented_user(api)
    wrong = [log_in(api, password="wrong").error for _ in range(5)]

    limited = log_in(api)
    url = limited.headers["recaptcha-unlock-url"]
    solution = {"g-recaptcha-response": "solved"}
    unlocked = requests.post(url, data=LOGIN, headers=solution, timeout=5)

    assert wrong == [(400, "invalid_grant")] * 5
    assert limited.error == (429, "rate_limit_exceeded")
    assert unlocked.status_code == 204
    assert log_in(api).status == 200


def test_a_right_password_forgives_the_wrong_ones(api: Api) -> None:
    the_documented_user(api)

    for _ in range(3):
        for _ in range(4):
            log_in(api, password="wrong")
        assert log_in(api).status == 200


# Refreshing.


def tokens(api: Api, scopes: Any = ("email", "phone")) -> Token:
    return api.sim.issue_token(the_documented_user(api), scopes)


def test_an_expired_token_is_refreshed(start: Callable[..., Api]) -> None:
    api = start(token_lifetime=60, clock_window=600)
    old = tokens(api)
    api.sim.advance(60)

    expired = me(api, old)
    new = held(refresh(api, str(old.refresh_token)))

    assert expired.error == (400, "invalid_grant")
    assert expired.json["error_description"] == "Token has expired"
    assert set(me(api, new).json) == {"id", "email", "phone", "options"}


def test_a_used_refresh_token_is_dead(api: Api) -> None:
    old = tokens(api)
    refresh(api, str(old.refresh_token))

    again = refresh(api, str(old.refresh_token))

    assert again.error == (400, "invalid_grant")
    assert again.json["error_description"] == "Refresh token status invalid"


def test_an_unknown_refresh_token_is_named_so(api: Api) -> None:
    answer = refresh(api, "unknown")

    assert answer.json == {
        "error": "invalid_grant",
        "error_description": "No such refresh token",
    }


def test_a_refresh_token_can_grow_old(start: Callable[..., Api]) -> None:
    api = start(refresh_token_lifetime=60, clock_window=600)
    old = tokens(api)
    api.sim.advance(60)

    answer = refresh(api, str(old.refresh_token))

    assert answer.error == (400, "invalid_grant")
    assert answer.json["error_description"] == "Refresh token expired"


def test_a_refresh_may_ask_for_fewer_scopes(api: Api) -> None:
    old = tokens(api)

    new = held(refresh(api, str(old.refresh_token), scope="phone"))

    assert set(me(api, new).json) == {"id", "phone", "options"}


@pytest.mark.parametrize("scope", ["address", "email address", "convert_currency", "fly"])
def test_a_refresh_gives_no_scope_that_was_not_consented_to(api: Api, scope: str) -> None:
    old = tokens(api)

    answer = refresh(api, str(old.refresh_token), scope=scope)

    assert answer.error == (400, "invalid_scope")
    assert refresh(api, str(old.refresh_token)).status == 200  # it is not used up


def test_a_code_sent_to_the_phone_adds_an_extended_scope(api: Api) -> None:
    old = tokens(api)
    body = {"phone": "37066612345", "parameters": {"scopes": ["convert_currency"]}}
    api.send("POST", "/user/me/phone", body, token=old)
    code = api.sim.code_for(221, "phone")

    wrong = refresh(api, str(old.refresh_token), scope="convert_currency", code="wrong")
    right = refresh(api, str(old.refresh_token), scope="convert_currency", code=code)

    assert wrong.error == (400, "invalid_code")
    assert right.status == 200
    (kept,) = [t for t in api.sim._store.all(Token) if t.id == right.json["access_token"]]
    assert kept.scopes == {"email", "phone", "convert_currency"}


def test_a_code_adds_only_the_scopes_it_was_sent_for(api: Api) -> None:
    old = tokens(api)
    body = {"phone": "37066612345", "parameters": {"scopes": ["convert_currency"]}}
    api.send("POST", "/user/me/phone", body, token=old)
    code = api.sim.code_for(221, "phone")

    answer = refresh(api, str(old.refresh_token), scope="make_bank_transfers", code=code)

    assert answer.error == (400, "invalid_scope")


def test_a_code_sent_at_registration_adds_an_extended_scope_too(api: Api) -> None:
    parameters = {"scopes": ["convert_currency"]}
    user_id = api.register({"phone": "37066612345", "parameters": parameters})
    code = api.sim.code_for(user_id, "phone")
    api.confirm(user_id, "phone")
    old = api.sim.issue_token(user_id)

    answer = refresh(api, str(old.refresh_token), scope="convert_currency", code=code)

    assert answer.status == 200


def test_a_code_adds_no_scope_that_a_user_must_consent_to(api: Api) -> None:
    old = tokens(api)
    body = {"phone": "37066612345", "parameters": {"scopes": ["address"]}}
    api.send("POST", "/user/me/phone", body, token=old)
    code = api.sim.code_for(221, "phone")

    answer = refresh(api, str(old.refresh_token), scope="address", code=code)

    assert answer.error == (400, "invalid_scope")


def test_a_code_adds_its_scopes_to_one_token(api: Api) -> None:
    old = tokens(api)
    body = {"phone": "37066612345", "parameters": {"scopes": ["convert_currency"]}}
    api.send("POST", "/user/me/phone", body, token=old)
    code = api.sim.code_for(221, "phone")
    other = api.sim.issue_token(221)

    answers = [
        refresh(api, str(token.refresh_token), scope="convert_currency", code=code)
        for token in (old, other)
    ]

    assert answers[0].status == 200
    assert answers[1].error == (400, "invalid_code")


def test_a_two_phase_refresh_keeps_the_old_pair_until_the_new_is_activated(api: Api) -> None:
    old = tokens(api)
    form = {"grant_type": "refresh_token_with_activation", "refresh_token": old.refresh_token}
    given = api.form("POST", TOKEN, {k: str(v) for k, v in form.items()})
    new = held(given)

    before = (me(api, new).error, me(api, old).status)
    activated = api.send("PUT", f"//oauth/v1/tokens/{new.access_token}/activate")
    again = api.send("PUT", f"//oauth/v1/tokens/{new.access_token}/activate")

    assert before == ((401, "unauthorized"), 200)
    assert activated.json == again.json == given.json
    assert me(api, new).status == 200
    assert refresh(api, str(old.refresh_token)).error == (400, "invalid_grant")


def test_a_two_phase_refresh_can_be_repeated_until_one_is_activated(api: Api) -> None:
    old = tokens(api)
    form = {
        "grant_type": "refresh_token_with_activation",
        "refresh_token": str(old.refresh_token),
    }

    first, second = (api.form("POST", TOKEN, form) for _ in range(2))

    assert (first.status, second.status) == (200, 200)
    assert first.json["access_token"] != second.json["access_token"]


def test_an_unknown_token_cannot_be_activated(api: Api) -> None:
    answer = api.send("PUT", "//oauth/v1/tokens/unknown/activate")

    assert answer.error == (404, "not_found")


# Revoking.


def test_a_revoked_token_is_dead_with_its_refresh_token(api: Api) -> None:
    token = tokens(api)

    revoked = api.send("DELETE", f"{TOKEN}?access_token={token.access_token}")

    assert (revoked.status, revoked.content) == (204, b"")
    assert me(api, token).error == (401, "unauthorized")
    assert refresh(api, str(token.refresh_token)).error == (400, "invalid_grant")


def test_a_token_revokes_itself_but_no_other_users(api: Api) -> None:
    token = tokens(api)
    other = api.sim.issue_token(api.register(EMAIL_ONLY))
    path = f"{TOKEN}?access_token={token.access_token}"

    answers = [api.send("DELETE", path, token=signer).status for signer in (other, token)]

    assert answers == [403, 204]


@pytest.mark.parametrize("query", ["", "?access_token=unknown"])
def test_an_unknown_token_cannot_be_revoked(api: Api, query: str) -> None:
    answer = api.send("DELETE", f"{TOKEN}{query}")

    assert answer.error == (404, "not_found")


def test_a_consent_taken_back_leaves_nothing(start: Callable[..., Api]) -> None:
    api = start(scopes=())
    token = tokens(api, ["email_offline"])
    before = api.send("GET", "/user/221/email").status

    api.sim.revoke_consent(221)

    assert before == 200
    assert api.send("GET", "/user/221/email").error == (403, "forbidden")
    assert me(api, token).error == (401, "unauthorized")
    assert refresh(api, str(token.refresh_token)).error == (400, "invalid_grant")


def test_a_consent_can_be_given_and_taken_back_again(api: Api) -> None:
    token = tokens(api)

    api.sim.revoke_consent(221)
    again = api.sim.issue_token(221)
    api.sim.revoke_consent(221)

    assert [me(api, one).status for one in (token, again)] == [401, 401]


def test_a_control_of_consent_refuses_an_unknown_user(api: Api) -> None:
    for control in (lambda: api.sim.consent(999), lambda: api.sim.revoke_consent(999)):
        with pytest.raises(LookupError):
            control()


def test_the_log_shows_no_token_and_no_key_of_a_session(api: Api) -> None:
    token = tokens(api)
    key = a_session(api).json["key"]
    api.sim.clear_log()

    requests.get(f"{api.base_url}/frontend/oauth/{key}", timeout=5)
    api.send("PUT", f"//oauth/v1/tokens/{token.access_token}/activate")
    api.send("PUT", f"//oauth/v1/tokens/{token.access_token}/activate/")
    api.send("DELETE", f"{TOKEN}?access_token={token.access_token}")

    assert [(one.path, one.status) for one in api.sim.log] == [
        ("/frontend/oauth/***", 200),
        ("/oauth/v1/tokens/***/activate", 200),
        ("/oauth/v1/tokens/***/activate/", 404),
        ("/oauth/v1/token", 204),
    ]


def test_tokens_are_told_apart_by_the_seed(start: Callable[..., Api]) -> None:
    given = []
    for seed in ("one", "two", "one"):
        api = start(seed=seed)
        given.append(tokens(api).access_token)

    assert given[0] == given[2] != given[1]


def test_a_session_vouches_for_its_own_address_only(api: Api) -> None:
    api.register(EMAIL_ONLY | {"email": "a@example.com"})
    key = a_session(api).json["key"]
    url = f"{api.base_url}/frontend/oauth/{key}"

    response = press(url, username="b@example.com", password="SecurePass123")

    assert response.status_code == 403


def test_the_code_for_an_extended_scope_can_grow_old(start: Callable[..., Api]) -> None:
    api = start(code_lifetime=60, clock_window=600)
    old = tokens(api)
    body = {"phone": "37066612345", "parameters": {"scopes": ["convert_currency"]}}
    api.send("POST", "/user/me/phone", body, token=old)
    code = api.sim.code_for(221, "phone")

    api.sim.advance(60)
    answer = refresh(api, str(old.refresh_token), scope="convert_currency", code=code)

    assert answer.error == (400, "invalid_code")


def test_an_unknown_scope_in_a_control_is_an_error_of_the_test(api: Api) -> None:
    user_id = the_documented_user(api)

    for control in (api.sim.consent, api.sim.issue_token):
        with pytest.raises(ValueError, match="no such scope"):
            control(user_id, ["fly"])
