"""Idempotency keys: what is stored, what is replayed, what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from .stage import CUSTOM, JENNY, KEY, PNG, Stage

FORM = {"type": "custom", "country": "US"}


def post(
    stage: Stage, form: dict[str, str], key: str = "k", path: str = "accounts"
) -> requests.Response:
    headers = {"Idempotency-Key": key}
    return requests.post(
        f"{stage.base_url}/v1/{path}", data=form, auth=(KEY, ""), headers=headers, timeout=9
    )


def test_the_same_call_is_replayed(stage: Stage) -> None:
    first, second, other = post(stage, FORM), post(stage, FORM), post(stage, FORM, "other")

    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Request-Id"] == first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert other.json()["id"] != first.json()["id"]
    assert len(stage.v1.accounts.list().data) == 2


def test_other_parameters_or_another_path_are_an_idempotency_error(stage: Stage) -> None:
    post(stage, FORM)

    for answer in (post(stage, FORM | {"country": "FR"}), post(stage, FORM, path="tokens")):
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "idempotency_error"


@pytest.mark.parametrize("wrong", [{"tipe": "custom"}, {"email": "jenny"}, {"country": "us"}])
def test_a_validation_failure_is_not_stored(stage: Stage, wrong: dict[str, str]) -> None:
    refused = post(stage, FORM | wrong)
    corrected = post(stage, FORM)

    assert refused.status_code == 400
    assert corrected.status_code == 200


def test_a_refusal_of_a_call_that_began_is_stored(stage: Stage) -> None:
    wrong = FORM | {"external_account": "btok_none"}
    refused, again, corrected = post(stage, wrong), post(stage, wrong), post(stage, FORM)

    assert refused.status_code == 400
    assert again.json() == refused.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert corrected.json()["error"]["type"] == "idempotency_error"


@pytest.mark.parametrize("stored", [True, False])
def test_a_500_is_stored_too_unless_told_otherwise(stage: Stage, stored: bool) -> None:
    stage.open(store_failures=stored)
    stage.sim.misbehave(kind="error", times=1)

    failed, again = post(stage, FORM), post(stage, FORM)
    stage.judge.breaches.clear()  # a failure was asked for

    assert failed.status_code == 500
    assert failed.json()["error"]["type"] == "api_error"
    assert again.status_code == (500 if stored else 200)
    assert len(stage.v1.accounts.list().data) == (0 if stored else 1)


def test_an_answer_that_was_lost_can_be_had_again(stage: Stage) -> None:
    stage.sim.misbehave(kind="drop_after", times=1)

    with pytest.raises(requests.ConnectionError):
        post(stage, FORM)
    answer = post(stage, FORM)

    assert answer.headers["Idempotent-Replayed"] == "true"
    assert [each.id for each in stage.v1.accounts.list().data] == [answer.json()["id"]]


def test_a_key_in_use_is_409_and_worth_a_retry(stage: Stage) -> None:
    stage.sim.misbehave(kind="error", status=409, code="idempotency_key_in_use", times=1)

    answer = post(stage, FORM)

    assert answer.status_code == 409
    assert answer.headers["Stripe-Should-Retry"] == "true"
    assert post(stage, FORM).status_code == 200


def test_keys_are_forgotten_after_a_day(stage: Stage) -> None:
    first = post(stage, FORM)
    stage.wait(24 * 60 * 60)
    second = post(stage, FORM)

    assert second.json()["id"] != first.json()["id"]


def test_uploads_are_compared_by_their_parts(stage: Stage) -> None:
    def upload(content: bytes) -> requests.Response:
        return requests.post(
            f"{stage.base_url}/v1/files",
            data={"purpose": "identity_document"},
            files={"file": ("a.png", content)},
            auth=(KEY, ""),
            headers={"Idempotency-Key": "k"},
            timeout=9,
        )

    first, again, other = upload(PNG), upload(PNG), upload(PNG + b"x")

    assert again.json() == first.json()
    assert other.json()["error"]["type"] == "idempotency_error"


def test_what_a_refused_call_had_done_is_undone(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM).id
    form: dict[str, Any] = {"individual[first_name]": JENNY["first_name"]}

    refused = post(stage, form | {"external_account": "btok_none"}, path=f"accounts/{id}")

    assert refused.status_code == 400
    assert "individual" not in stage.v1.accounts.retrieve(id)


def test_one_key_from_many_threads_makes_one_account(stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(stage, FORM), range(16)))

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(stage.v1.accounts.list().data) == 1
