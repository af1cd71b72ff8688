"""The Paysera simulator on a bad day, and what another process may have it do."""

from __future__ import annotations

import http.client
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from .api import EMAIL_ONLY, REGISTRATION, Api


def carried_out(api: Api) -> int:
    return api.sim._store.count_accounts()


def control(api: Api, path: str = "", body: object = None, **headers: str) -> requests.Response:
    url = f"{api.base_url}/_control{path}"
    if body is None:
        return requests.get(url, headers=headers, timeout=5)
    return requests.post(url, json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(("seconds", "after"), [(None, None), (30, "30")])
def test_too_many_requests_are_worded_as_paysera_words_them(
    api: Api, seconds: int | None, after: str | None
) -> None:
    api.sim.misbehave(kind="rate_limit", times=1, seconds=seconds)

    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.error == (429, "rate_limit_exceeded")
    assert answer.headers["g-recaptcha-key"] == "simulated-site-key"
    assert answer.headers["recaptcha-unlock-url"] == f"{api.base_url}/recaptcha/unlock/requests"
    assert answer.headers.get("retry-after") == after
    assert answer.headers["paysera-correlation-id"]
    assert carried_out(api) == 0


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({}, (500, "internal_server_error")),
        ({"status": 503}, (503, "internal_server_error")),
        ({"status": 403}, (403, "forbidden")),
        ({"code": "password_too_risky"}, (400, "password_too_risky")),
        ({"code": "email_already_assigned", "status": 409}, (409, "email_already_assigned")),
    ],
)
def test_an_error_is_told_by_code_or_status(
    api: Api, given: dict[str, Any], answered: tuple[int, str]
) -> None:
    api.sim.misbehave(kind="error", times=1, **given)

    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.error == answered
    assert carried_out(api) == 0


@pytest.mark.parametrize("kind", ["empty", "truncated"])
def test_a_call_may_be_carried_out_without_saying_so_properly(api: Api, kind: str) -> None:
    api.sim.misbehave(kind=kind, route="POST */user", times=1)

    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.status == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json  # noqa: B018 - reading it is what fails
    assert carried_out(api) == 1


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_is_dropped_before_or_after_the_call_is_carried_out(
    api: Api, kind: str, kept: int
) -> None:
    api.sim.misbehave(kind=kind, times=1)

    with pytest.raises((http.client.HTTPException, ConnectionError)):
        api.send("POST", "/user", EMAIL_ONLY)

    assert carried_out(api) == kept


def test_a_slow_answer_takes_its_time(api: Api) -> None:
    api.sim.misbehave(kind="slow", times=1, seconds=0.3)

    began = time.monotonic()
    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.status == 200
    assert time.monotonic() - began >= 0.3


def test_words_and_keys_that_nobody_knows_are_added(api: Api) -> None:
    user_id = api.register(REGISTRATION)
    api.sim.misbehave(kind="unknown", times=1)

    shown = api.send("GET", f"/user/{user_id}").json

    assert shown["AddedLater"] == shown["identity"]["AddedLater"] == "ADDED_LATER"
    assert shown["identification_level"] == shown["calculated_level"] == "ADDED_LATER"
    assert shown["identity"]["name"] == "John"
    assert api.send("GET", f"/user/{user_id}").json["identification_level"] == "unidentified"


def test_the_clock_of_the_server_may_be_wrong(api: Api) -> None:
    api.sim.misbehave(kind="skew", times=1, seconds=3600)

    answer = api.send("GET", "/server")

    ahead = parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
    assert 3590 < ahead < 3610


def test_a_fault_that_cannot_be_is_refused_where_it_is_set(api: Api) -> None:
    with pytest.raises(ValueError, match="kind"):
        api.sim.misbehave(kind="explode")


# The control endpoint.


def test_another_process_sets_a_fault_and_takes_it_back(api: Api) -> None:
    set_ = control(api, "/misbehave", {"kind": "error", "code": "not_found", "route": "*/server"})
    assert set_.json()["faults"][0]["code"] == "not_found"
    assert api.send("GET", "/server").error == (404, "not_found")

    requests.delete(f"{api.base_url}/_control/misbehave", timeout=5)

    assert api.send("GET", "/server").status == 200


def test_another_process_moves_the_clock(api: Api) -> None:
    before = api.send("GET", "/server").json["time"]

    control(api, "/clock", {"advance": 90})

    assert api.send("GET", "/server").json["time"] == before + 90


def test_another_process_learns_the_code_and_gets_a_token_that_signs(api: Api) -> None:
    user_id = api.register()

    code = control(api, "/code_for", {"user_id": user_id, "channel": "email"}).json()["result"]
    confirmed = api.send("PUT", f"/user/{user_id}/email/confirm", {"code": code})
    asked = {"user_id": user_id, "scopes": ["email", "identity_offline"]}
    token = control(api, "/issue_token", asked).json()["result"]
    me = api.send("GET", "/user/me", key_id=token["access_token"], key=token["mac_key"])

    assert confirmed.status == 200
    assert token["scopes"] == ["email", "identity"]
    assert me.json["email"] == "email@example.com"


def test_another_process_does_what_a_reviewer_does(api: Api) -> None:
    user_id = api.register()
    document = api.send("POST", f"/user/{user_id}/document", b"%PDF").json["id"]
    about = {"title": "t", "extension": "pdf", "type": "passport", "number": "1"}
    api.send("PUT", f"/user/document/{document}/metadata", about | {"date": "2030-01-01"})

    answer = control(api, "/accept_document", {"document_id": document})

    assert (answer.status_code, answer.json()) == (200, {"result": None})
    assert api.send("GET", f"/user/{user_id}").json["identification_level"] == "identified"


def test_every_action_that_is_named_can_be_called(api: Api) -> None:
    names = control(api).json()["actions"]

    assert all(callable(getattr(api.sim, name)) for name in names)
    assert {"code_for", "set_level", "set_pep", "revoke_consent", "refuse_request"} <= set(names)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/set_level", {"user_id": 999, "identification_level": "identified"}, 400),
        ("/set_level", {}, 400),
        ("/set_pep", {"user_id": 999, "entries": [1]}, 400),
        ("/issue_token", {"user_id": 999}, 400),
        ("/__init__", {}, 404),
    ],
)
def test_a_wrong_control_call_is_refused(api: Api, path: str, body: object, status: int) -> None:
    assert control(api, path, body).status_code == status


def test_a_page_from_elsewhere_controls_nothing(api: Api) -> None:
    user_id = api.register()

    answer = control(
        api, "/code_for", {"user_id": user_id, "channel": "email"}, Origin="https://evil.example"
    )

    assert answer.status_code == 403
    assert "result" not in answer.json()
