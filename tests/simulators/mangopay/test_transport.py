"""The simulator's tokens, bodies, idempotency keys, rates and log, over a real socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.mangopay.stage import (
    NATURAL,
    OWNER,
    PAYER,
    SCA_OWNER,
    START,
    TERMS,
    Stage,
    errors,
    good,
    refusal,
)
from werkzeug.test import Client

from onboarding_simulators.mangopay import LoggedRequest

# --- tokens (docs: overview/authentication) ---------------------------------------------------


def test_a_token_lives_as_long_as_the_sandbox_says(stage: Stage) -> None:
    answer = stage.token()

    assert list(answer) == ["access_token", "token_type", "expires_in"]
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 1199)


def test_json_text_labelled_as_a_form_gets_a_token(stage: Stage) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = stage.token(data='{"grant_type": "client_credentials"}', headers=form)

    assert answer["token_type"] == "bearer"


def test_a_second_token_leaves_the_first_one_good(stage: Stage) -> None:
    second = stage.token()["access_token"]

    assert f"bearer {second}" != stage.http.headers["Authorization"]
    assert stage.call("GET", "users").status_code == 200
    assert stage.call("GET", "users", Authorization=f"Bearer {second}").status_code == 200


def test_a_wrong_key_is_answered_with_the_documented_keys_next_to_the_observed_one(
    stage: Stage,
) -> None:
    answer = stage.token(key="wrong")

    assert answer == {
        "Message": "The authorization credentials are not valid",
        "Type": "invalid_credentials",
        "Date": int(START),
        "error": "invalid_client",
    }


def test_a_strict_token_call_without_its_grant_is_refused(stage: Stage) -> None:
    stage.sim.strict = True

    assert stage.token(data={"grant_type": "password"}) == {"error": "unsupported_grant_type"}


def test_an_expired_token_is_refused_without_a_challenge(stage: Stage) -> None:
    stage.clock.advance(stage.sim.token_life)

    answer = stage.call("GET", "users")

    text = "The authorization credentials are not valid"
    assert refusal(answer) == (401, "invalid_credentials", text)
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("header", ["", "bearer", "bearer nonsense", "Basic YWNtZTprZXk="])
def test_a_call_needs_a_good_bearer_token(stage: Stage, header: str) -> None:
    assert stage.call("GET", "users", Authorization=header).status_code == 401


def test_a_token_does_not_open_another_client(stage: Stage) -> None:
    answer = stage.http.get(f"{stage.base_url}/v2.01/other/users", timeout=5)

    assert answer.status_code == 401


# --- bodies, idempotency, rates, log ---------------------------------------------------------


def test_an_empty_body_is_refused_where_one_is_needed(stage: Stage) -> None:
    answer = stage.call("POST", NATURAL, Content_Type="application/json")

    assert refusal(answer) == (400, "empty_body", "the body cannot be empty")


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"Tag": NaN}', '{"Tag": "\\ud800"}', "\xff"])
def test_a_body_that_is_no_json_object_is_refused(stage: Stage, body: str) -> None:
    answer = stage.http.post(
        f"{stage.base_url}/v2.01/acme/{NATURAL}",
        data=body.encode("latin-1"),
        headers={"Content-Type": "application/json"},
        timeout=5,
    )

    assert list(errors(answer)) == ["Body"]


def test_a_body_that_is_not_declared_as_json_is_refused(stage: Stage) -> None:
    url = f"{stage.base_url}/v2.01/acme/{NATURAL}"

    answer = stage.http.post(url, data={"FirstName": "Alex"}, timeout=5)

    assert answer.status_code == 415


KEY = "0f9b3a52-8c1d-4c5e-9d6a-2b7f8e1c0a34"


def test_an_idempotency_key_works_once_a_day(stage: Stage) -> None:
    stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)

    answer = stage.call("POST", NATURAL, OWNER, Idempotency_Key=KEY)

    text = "A resource has already been created with this Idempotency Key"
    assert refusal(answer) == (409, "idempotent_creation_conflict", text)
    assert len(stage.call("GET", "users").json()) == 1
    stage.clock.advance(24 * 60 * 60)
    stage.http.headers["Authorization"] = f"bearer {stage.token()['access_token']}"
    assert stage.call("POST", NATURAL, OWNER, Idempotency_Key=KEY).status_code == 200


def test_a_failed_call_burns_its_idempotency_key(stage: Stage) -> None:
    assert stage.call("POST", NATURAL, {"Tag": "x"}, Idempotency_Key=KEY).status_code == 400

    assert stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY).status_code == 409


def test_a_call_refused_for_its_token_leaves_the_key_unused(stage: Stage) -> None:
    refused = stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY, Authorization="bearer x")

    assert refused.status_code == 401
    assert stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY).status_code == 200


def test_the_first_answer_can_be_fetched_by_its_key(stage: Stage) -> None:
    first = stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)

    answer = good(stage.call("GET", f"responses//{KEY}"))

    assert answer == {
        "StatusCode": "200",
        "ContentLength": str(len(first.content)),
        "ContentType": "application/json; charset=utf-8",
        "Date": "Sat, 18 Jan 2025 16:11:44 GMT",
        "RequestURL": f"{stage.base_url}/v2.01/acme/{NATURAL}",
        "Resource": first.json(),
    }
    assert list(answer)[:3] == ["StatusCode", "ContentLength", "ContentType"]


# the documents print a 404; the tests of the official Python and Java clients expect this 400
@pytest.mark.parametrize(
    ("strict", "status", "type"),
    [(False, 400, "correlationid_not_found"), (True, 404, "ressource_not_found")],
)
def test_a_key_that_was_not_used_has_no_first_answer(
    stage: Stage, strict: bool, status: int, type: str
) -> None:
    stage.sim.strict = strict

    answer = stage.call("GET", "responses/unknown-key-0000")

    assert (answer.status_code, answer.json()["Type"]) == (status, type)


@pytest.mark.parametrize("key", ["short", "x" * 37, "sixteen letters_"])
def test_a_malformed_idempotency_key_is_refused(stage: Stage, key: str) -> None:
    answer = stage.call("POST", NATURAL, PAYER, Idempotency_Key=key)

    assert list(errors(answer)) == ["Idempotency-Key"]


def test_an_update_has_no_idempotency(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    for _ in range(2):
        path = f"{NATURAL}/{user['Id']}"
        assert stage.call("PUT", path, TERMS, Idempotency_Key=KEY).status_code == 200


def test_every_answer_counts_the_calls_of_four_windows(stage: Stage) -> None:
    stage.call("GET", "users")
    stage.clock.advance(16 * 60)

    answer = stage.call("GET", "nowhere")

    assert answer.headers["x-ratelimit"] == "1, 3, 3, 3"
    assert answer.headers["x-ratelimit-remaining"] == "2299, 4497, 8797, 105597"
    waits = [int(each) - stage.clock() for each in answer.headers["x-ratelimit-reset"].split(",")]
    spans = (15, 30, 60, 1440)
    assert all((span - 1) * 60 < wait <= span * 60 for wait, span in zip(waits, spans, strict=True))


def test_the_limit_of_a_window_holds_only_on_request(stage: Stage) -> None:
    client = Client(stage.sim)  # without a socket: there are many calls to make
    for _ in range(2300):
        client.get("/")

    assert stage.call("GET", "users").status_code == 200
    stage.sim.rate_limits = True
    answer = stage.call("GET", "users")
    text = "Rate limit exceeded. Please contact support for more assistance"
    assert refusal(answer) == (429, "rate_limit", text)
    assert answer.headers["x-ratelimit-remaining"].startswith("0, ")
    stage.clock.advance(15 * 60)
    assert stage.call("GET", "users").status_code == 200


def test_the_log_keeps_neither_queries_nor_bodies(stage: Stage) -> None:
    stage.sim.clear_log()

    stage.call("POST", NATURAL, PAYER | {"Email": "secret"})
    stage.call("GET", "users?page=1&Tag=secret")

    assert stage.sim.log == [
        LoggedRequest(method="POST", path=f"/v2.01/acme/{NATURAL}", status=400),
        LoggedRequest(method="GET", path="/v2.01/acme/users", status=200),
    ]
    assert "secret" not in repr(stage.sim.log)


def test_no_value_of_a_user_is_in_a_repr(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    shown = repr(stage.sim) + repr(stage.sim.store.user(user["Id"])) + repr(stage.sim.store)

    assert not any(secret in shown for secret in ("Alex", "alex.smith", "+336", "'key'"))


def test_users_made_at_once_are_all_kept_apart(stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: stage.made(NATURAL, PAYER)["Id"], range(64)))

    assert len(set(ids)) == 64
    assert stage.call("GET", "users").headers["x-number-of-items"] == "64"
