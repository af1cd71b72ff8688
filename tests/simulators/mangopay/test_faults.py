"""The simulator on a bad day: faults on demand, set in the process or by HTTP."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from tests.mangopay.stage import NATURAL, PAYER, Stage
from werkzeug.test import Client

from onboarding_simulators.mangopay import MangoPaySimulator


def count(stage: Stage) -> int:
    return int(stage.call("GET", "users").headers["x-number-of-items"])


@pytest.mark.parametrize(("seconds", "after"), [(None, None), (30, "30")])
def test_too_many_requests_may_come_with_a_time_to_wait(
    stage: Stage, seconds: int | None, after: str | None
) -> None:
    stage.sim.misbehave(kind="rate_limit", route="POST *", times=1, seconds=seconds)

    answer = stage.call("POST", NATURAL, PAYER)

    assert (answer.status_code, answer.json()["Type"]) == (429, "rate_limit")
    assert answer.headers.get("Retry-After") == after
    assert stage.call("POST", NATURAL, PAYER).status_code == 200


def test_a_failure_is_worded_as_the_provider_would(stage: Stage) -> None:
    stage.sim.misbehave(kind="error", times=1)

    answer = stage.call("GET", "users")

    assert answer.status_code == 500
    assert list(answer.json()) == ["Message", "Type", "Id", "Date", "errors"]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({"code": "user_closed"}, (400, "user_closed")),
        ({"code": "user_closed", "status": 403}, (403, "user_closed")),
        ({"status": 503}, (503, "other")),
        ({"status": 429}, (429, "rate_limit")),
    ],
)
def test_an_error_is_told_by_type_or_status(
    stage: Stage, given: dict[str, Any], answered: tuple[int, str]
) -> None:
    stage.sim.misbehave(kind="error", times=1, **given)

    answer = stage.call("POST", NATURAL, PAYER)

    assert (answer.status_code, answer.json()["Type"]) == answered
    assert count(stage) == 0


def test_a_bad_gateway_speaks_html(stage: Stage) -> None:
    stage.sim.misbehave(kind="bad_gateway", times=1)

    answer = stage.call("POST", NATURAL, PAYER)

    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")
    assert count(stage) == 0


@pytest.mark.parametrize("kind", ["empty", "truncated"])
def test_a_call_may_be_carried_out_without_saying_so_properly(stage: Stage, kind: str) -> None:
    stage.sim.misbehave(kind=kind, route=f"*/{NATURAL}", times=1)

    answer = stage.call("POST", NATURAL, PAYER)

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    assert count(stage) == 1


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_is_dropped_before_or_after_the_call_is_carried_out(
    stage: Stage, kind: str, kept: int
) -> None:
    stage.sim.misbehave(kind=kind, route="POST *natural", times=1)

    with pytest.raises(requests.ConnectionError):
        stage.call("POST", NATURAL, PAYER)

    assert count(stage) == kept


def test_a_slow_answer_takes_its_time_and_holds_up_nobody_else(stage: Stage) -> None:
    stage.sim.misbehave(kind="slow", times=1, seconds=0.4)

    start = time.monotonic()
    answer = stage.call("POST", NATURAL, PAYER)

    assert answer.status_code == 200
    assert time.monotonic() - start >= 0.4


def test_words_and_keys_that_nobody_knows_are_added(stage: Stage) -> None:
    stage.sim.misbehave(kind="unknown", times=1)

    shown = stage.call("POST", NATURAL, PAYER).json()

    assert shown["AddedLater"] == shown["Address"]["AddedLater"] == "ADDED_LATER"
    assert shown["UserStatus"] == shown["KYCLevel"] == "ADDED_LATER"
    assert (shown["FirstName"], shown["PersonType"]) == ("Alex", "NATURAL")
    assert stage.seen(shown["Id"])["UserStatus"] == "ACTIVE"


def test_the_clock_of_the_server_may_be_wrong(stage: Stage) -> None:
    stage.sim.misbehave(kind="skew", times=1, seconds=3600)

    answer = stage.call("GET", "users")

    ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 3590 < ahead < 3610


def test_a_fault_by_chance_is_the_same_for_the_same_seed(stage: Stage) -> None:
    def statuses(seed: int) -> list[int]:
        stage.sim.behave()
        stage.sim.misbehave(kind="error", probability=0.5, seed=seed)
        return [stage.call("GET", "users").status_code for _ in range(40)]

    first = statuses(1)

    assert first == statuses(1) != statuses(2)
    assert 8 < first.count(500) < 32


def test_a_fault_meets_its_route_only(stage: Stage) -> None:
    stage.sim.misbehave(kind="error", route="POST */SCA/users/*")

    assert stage.call("GET", "users").status_code == 200
    assert stage.call("POST", NATURAL, PAYER).status_code == 500


@pytest.mark.parametrize(
    "given", [{"kind": "explode"}, {"kind": "error", "times": 0}, {"kind": "slow", "size": 3}]
)
def test_a_fault_that_cannot_be_is_refused_where_it_is_set(
    stage: Stage, given: dict[str, Any]
) -> None:
    with pytest.raises((ValueError, TypeError)):
        stage.sim.misbehave(**given)


# --- the control endpoint ------------------------------------------------------------------------


def control(stage: Stage, path: str = "", body: object = None, **headers: str) -> requests.Response:
    url = f"{stage.base_url}/_control{path}"
    if body is None:
        return requests.get(url, headers=headers, timeout=5)
    return requests.post(url, json=body, headers=headers, timeout=5)


def test_another_process_sets_a_fault_and_takes_it_back(stage: Stage) -> None:
    set_ = control(stage, "/misbehave", {"kind": "error", "route": "*/users"})
    assert set_.json()["faults"][0]["kind"] == "error"
    assert stage.call("GET", "users").status_code == 500

    requests.delete(f"{stage.base_url}/_control/misbehave", timeout=5)

    assert stage.call("GET", "users").status_code == 200
    assert control(stage).json()["faults"] == []


def test_another_process_moves_the_clock(stage: Stage) -> None:
    before = control(stage).json()["now"]

    assert control(stage, "/clock", {"advance": 90}).json()["now"] == before + 90

    assert stage.made(NATURAL, PAYER)["CreationDate"] == int(before) + 90


def test_another_process_does_what_a_reviewer_does(stage: Stage) -> None:
    user = stage.owner()
    document = stage.document(user)

    answer = control(stage, "/accept_document", {"document_id": document})

    assert (answer.status_code, answer.json()) == (200, {"result": None})
    assert stage.level(user) == "REGULAR"


def test_every_action_that_is_named_can_be_called(stage: Stage) -> None:
    names = control(stage).json()["actions"]

    assert all(callable(getattr(stage.sim, name)) for name in names)
    assert "add_wallet" in names
    wallet = control(stage, "/add_wallet", {"user_id": stage.owner()}).json()["result"]
    assert wallet.startswith("wlt_m_")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/accept_document", {"document_id": "none"}, 400),
        ("/accept_document", {}, 400),
        ("/accept_document", [], 400),
        ("/misbehave", {"kind": "explode"}, 400),
        ("/clock", {"advance": "far"}, 400),
        ("/store", {}, 404),
        ("/__init__", {}, 404),
    ],
)
def test_a_wrong_control_call_is_refused(
    stage: Stage, path: str, body: object, status: int
) -> None:
    assert control(stage, path, body).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_a_page_from_elsewhere_controls_nothing(stage: Stage, headers: dict[str, str]) -> None:
    answer = control(stage, "/misbehave", {"kind": "error"}, **headers)

    assert answer.status_code == 403
    assert stage.call("GET", "users").status_code == 200


def test_a_form_controls_nothing(stage: Stage) -> None:
    url = f"{stage.base_url}/_control/misbehave"

    answer = requests.post(url, data={"kind": "error"}, timeout=5)

    assert answer.status_code == 400
    assert stage.call("GET", "users").status_code == 200


def test_another_machine_controls_nothing() -> None:
    client = Client(MangoPaySimulator())

    answer = client.get("/_control", environ_base={"REMOTE_ADDR": "192.0.2.1"})

    assert answer.status_code == 403
