"""The Paysera simulator limits callers, fails when told to, and can move its clock."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from onboarding_simulators.paysera import LoggedRequest

from .api import EMAIL_ONLY, NOW, REGISTRATION, Api, a_simulator

# Rates.


def test_requests_of_a_token_are_limited_by_the_minute(start: Callable[..., Api]) -> None:
    api = start(requests_per_minute=3)
    token = api.sim.issue_token(api.register())
    other = api.sim.issue_token(221)

    statuses = [api.send("GET", "/user/me", token=token).status for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    assert api.send("GET", "/user/me", token=other).status == 200
    api.sim.advance(59.9)
    assert api.send("GET", "/user/me", token=token).status == 429
    api.sim.advance(0.1)
    assert api.send("GET", "/user/me", token=token).status == 200


def test_requests_of_the_client_and_its_tokens_are_limited_by_the_hour(
    start: Callable[..., Api],
) -> None:
    api = start(requests_per_hour=3, clock_window=7200)
    token = api.sim.issue_token(api.register())

    statuses = [
        api.send("GET", "/user/221").status,
        api.send("GET", "/user/me", token=token).status,
        api.send("GET", "/user/221").status,
        api.send("GET", "/user/me", token=token).status,
    ]

    assert statuses == [200, 200, 429, 429]
    api.sim.advance(3600)
    assert api.send("GET", "/user/221").status == 200


def test_what_needs_no_signature_is_not_counted(start: Callable[..., Api]) -> None:
    api = start(requests_per_hour=1)

    statuses = [api.raw("GET", "/rest/v1/server", b"", {}).status for _ in range(3)]

    assert statuses == [200] * 3


def test_a_limited_caller_is_told_where_a_captcha_lifts_the_limit(
    start: Callable[..., Api],
) -> None:
    api = start(requests_per_hour=1)
    api.register()
    limited = api.send("GET", "/user/221")
    url = limited.headers["recaptcha-unlock-url"]

    unsolved = requests.post(url, data={}, timeout=5)
    still = api.send("GET", "/user/221")
    solved = requests.post(url, data={"g-recaptcha-response": "solved"}, timeout=5)
    again = api.send("GET", "/user/221")

    assert limited.error == (429, "rate_limit_exceeded")
    assert limited.headers["g-recaptcha-key"] == "simulated-site-key"
    assert "retry-after" not in limited.headers
    assert (unsolved.status_code, still.status) == (400, 429)
    assert (solved.status_code, again.status) == (204, 200)


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_captcha_allows_more_tries_of_the_same_code(api: Api, channel: Any) -> None:
    user_id = api.register()
    code = api.sim.code_for(user_id, channel)
    for _ in range(5):
        api.send("PUT", f"/user/{user_id}/{channel}/confirm", {"code": "wrong"})
    limited = api.confirm(user_id, channel)

    url = limited.headers["recaptcha-unlock-url"]
    requests.post(url, data={"g-recaptcha-response": "solved"}, timeout=5)

    assert limited.error == (429, "rate_limit_exceeded")
    assert api.sim.code_for(user_id, channel) == code
    assert api.confirm(user_id, channel).status == 200


def test_a_captcha_allows_more_codes_to_be_sent(start: Callable[..., Api]) -> None:
    api = start(code_send_limit=1)
    user_id = api.register()
    path, body = f"/user/{user_id}/phone", {"phone": "37066612345"}
    limited = api.send("POST", path, body)

    url = limited.headers["recaptcha-unlock-url"]
    requests.post(url, data={"g-recaptcha-response": "solved"}, timeout=5)

    assert limited.error == (429, "rate_limit_exceeded")
    assert api.send("POST", path, body).status == 200


# Codes and clocks.


@pytest.mark.parametrize(("age", "error"), [(59, None), (60, (400, "invalid_code"))])
def test_the_code_of_a_contact_can_grow_old(
    start: Callable[..., Api], age: int, error: Any
) -> None:
    api = start(code_lifetime=60)
    user_id = api.register()

    api.sim.advance(age)
    answer = api.confirm(user_id, "phone")

    assert (answer.status == 200) is (error is None)
    assert error is None or answer.error == error


def test_a_moved_clock_is_told_and_judged_by(api: Api) -> None:
    user_id = api.register()

    api.sim.advance(3600)
    late = api.send("GET", f"/user/{user_id}")
    told = api.raw("GET", "/rest/v1/server", b"", {}).json["time"]
    corrected = api.send("GET", f"/user/{user_id}", ts=str(told))

    assert late.error == (401, "invalid_timestamp")
    assert told == NOW + 3600
    assert corrected.status == 200


def test_a_clock_can_be_moved_back(api: Api) -> None:
    api.sim.advance(-3600)

    answer = api.send("GET", "/user/221")

    assert answer.json["error_description"] == "Timestamp is in future"


# Misbehaviour.


def test_a_misbehaving_gateway_answers_html_once(api: Api) -> None:
    user_id = api.register()
    api.sim.misbehave(kind="bad_gateway", times=1)

    broken = api.send("GET", f"/user/{user_id}")
    mended = api.send("GET", f"/user/{user_id}")

    assert (broken.status, broken.headers["content-type"]) == (502, "text/html")
    assert broken.text.startswith("<html>")
    assert mended.status == 200


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("user_already_exists", 400),
        ("password_too_risky", 400),
        ("phone_from_prohibited_country", 400),
        ("internal_server_error", 500),
        ("rate_limit_exceeded", 429),
    ],
)
def test_any_documented_error_can_be_asked_for(api: Api, code: str, status: int) -> None:
    api.sim.misbehave(kind="error", code=code, times=1)

    answer = api.send("POST", "/user", REGISTRATION)

    assert answer.error == (status, code)
    assert ("g-recaptcha-key" in answer.headers) is (status == 429)
    assert api.register() == 221


def test_a_misbehaviour_concerns_what_it_names_as_often_as_it_says(api: Api) -> None:
    api.register()
    api.sim.misbehave(kind="error", times=2, route="GET */user/???", status=503)

    statuses = [
        api.send(method, path, body).status
        for method, path, body in (
            ("GET", "/user/221", None),
            ("GET", "/user/221/wallets", None),
            ("POST", "/user", EMAIL_ONLY),
            ("GET", "/user/221", None),
            ("GET", "/user/221", None),
        )
    ]

    assert statuses == [503, 200, 200, 503, 200]


@pytest.mark.parametrize(("kind", "registered"), [("drop_before", False), ("drop_after", True)])
def test_an_answer_can_be_lost_before_or_after_the_request_is_carried_out(
    api: Api, kind: str, registered: bool
) -> None:
    api.sim.misbehave(kind=kind, times=1)

    with pytest.raises(http.client.HTTPException):
        api.send("POST", "/user", EMAIL_ONLY)
    again = api.send("POST", "/user", EMAIL_ONLY)

    assert (again.status == 400) is registered


def test_a_simulator_can_be_told_to_behave(api: Api) -> None:
    api.sim.misbehave(kind="error")

    api.sim.behave()

    assert api.raw("GET", "/rest/v1/server", b"", {}).status == 200


# Client certificates.


def test_an_unsigned_request_is_trusted_only_if_told_so(start: Callable[..., Api]) -> None:
    api = start(trust_unsigned=True)
    body = b'{"email":"a@example.com"}'
    headers = {"Content-Type": "application/json"}

    made = api.raw("POST", "/rest/v1/user", body, headers)
    as_me = api.raw("GET", "/rest/v1/user/me", b"", {})
    api.sim.trust_unsigned = False
    refused = api.raw("GET", "/rest/v1/user/221", b"", {})

    assert made.json["id"] == 221
    assert as_me.error == (403, "forbidden")
    assert refused.error == (401, "unauthorized")


def test_a_bad_signature_is_refused_even_where_none_is_needed(start: Callable[..., Api]) -> None:
    api = start(trust_unsigned=True)

    answer = api.send("GET", "/user/221", key="wrong")

    assert answer.error == (401, "unauthorized")


@pytest.mark.parametrize(("verified", "status"), [("SUCCESS", 404), ("NONE", 401), ("FAILED", 401)])
def test_a_certificate_counts_if_the_server_has_verified_it(verified: str, status: int) -> None:
    client = Client(a_simulator())

    response = client.get("/rest/v1/user/221", environ_overrides={"SSL_CLIENT_VERIFY": verified})

    assert response.status_code == status


def test_no_header_can_claim_a_certificate(api: Api) -> None:
    headers = {"SSL_CLIENT_VERIFY": "SUCCESS", "Ssl-Client-Verify": "SUCCESS"}

    answer = api.raw("GET", "/rest/v1/user/221", b"", headers)

    assert answer.error == (401, "unauthorized")


def test_the_log_tells_project_and_location_from_ext_and_from_headers(
    start: Callable[..., Api],
) -> None:
    api = start(trust_unsigned=True)
    user_id = api.register(EMAIL_ONLY)
    api.sim.clear_log()
    headers = {"Wallet-Api-Project-Id": "42", "Wallet-Api-Location-Id": "7"}
    path = f"/rest/v1/user/{user_id}"

    api.send("GET", f"/user/{user_id}", ext="project_id=42&location_id=7")
    api.raw("GET", path, b"", headers)
    api.raw("GET", path, b"", {})

    both = (("project_id", "42"), ("location_id", "7"))
    assert api.sim.log == [
        LoggedRequest("GET", path, 200, both),
        LoggedRequest("GET", path, 200, both),
        LoggedRequest("GET", path, 200),
    ]
