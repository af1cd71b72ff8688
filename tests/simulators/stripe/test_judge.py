"""The judge finds what breaks the description, in any test: otherwise it would prove nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from onboarding import Secret
from onboarding.spi import FilePart
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared import VirtualClock
from onboarding_simulators.stripe import StripeSimulator
from onboarding_stripe import Stripe

from .judging import judged, nothing_breaks_stripes_description, record_of
from .stage import CUSTOM, KEY, NOW, PNG, Stage

HEADERS = {"Authorization": f"Bearer {KEY}"}
ADAPTER = Stripe(api_key=Secret(KEY), base_url="https://stripe.invalid", name="us")


class Spoilt(StripeSimulator):
    """A simulator with wrong answers."""

    def _answer(self, request: Request) -> Response:
        response = super()._answer(request)
        response.set_data(json.dumps(self.change(response.json)))  # type: ignore[attr-defined]
        return response


def spoilt(change: Callable[[Any], Any]) -> Client:
    kind: Any = type("Changed", (Spoilt,), {"change": staticmethod(change)})
    return Client(kind(api_key=KEY, clock=VirtualClock(NOW)))


WRONG: dict[str, Callable[[Any], Any]] = {
    "a missing key": lambda it: {name: it[name] for name in it if name != "object"},
    "one key more": lambda it: it | {"secret": 1},
    "one key more, deep": lambda it: it | {"requirements": it["requirements"] | {"x": 1}},
    "a word that is none": lambda it: it | {"type": "private"},
    "text for a number": lambda it: it | {"created": str(it["created"])},
    "null where none may be": lambda it: it | {"country": None},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_fails_the_test(wrong: str) -> None:
    client = spoilt(WRONG[wrong])

    with pytest.raises(AssertionError, match="post /v1/accounts: 200"), judged():
        client.post("/v1/accounts", headers=HEADERS, data={"type": "custom"})


def test_a_right_answer_does_not() -> None:
    client = spoilt(lambda it: it)

    with judged():
        client.post("/v1/accounts", headers=HEADERS, data={"type": "custom"})

    simulator: Any = client.application
    assert record_of(simulator).succeeded == {("/v1/accounts", "post")}


def test_a_wrong_error_fails_the_test() -> None:
    client = spoilt(lambda it: {"error": it["error"]["message"]})

    with pytest.raises(AssertionError, match="post /v1/accounts: 400"), judged():
        client.post("/v1/accounts", headers=HEADERS, data={"individual[fist_name]": "x"})


def test_a_form_that_was_taken_but_is_not_described_fails_the_test() -> None:
    class Careless(StripeSimulator):
        def _answer(self, request: Request) -> Response:
            return Response(json.dumps(shown), content_type="application/json")

    shown = Client(StripeSimulator(api_key=KEY)).get("/v1/account", headers=HEADERS).json

    with pytest.raises(AssertionError, match="fist_name"), judged():
        Client(Careless()).post("/v1/accounts", data={"individual[fist_name]": "x"})


REQUESTS: dict[str, Callable[[], Any]] = {
    "x": lambda: ADAPTER.post("x", "accounts", body={"x": "1"}),
    "fist_name": lambda: ADAPTER.post("x", "accounts", body={"individual": {"fist_name": "A"}}),
    "year": lambda: ADAPTER.post("x", "accounts", body={"individual": {"dob": {"year": "x"}}}),
    "longer than 4": lambda: ADAPTER.post(
        "x", "accounts", body={"business_profile": {"mcc": "76230"}}
    ),
    "limits": lambda: ADAPTER.get("x", "accounts", query=[("limits", "1")]),
    "not described": lambda: ADAPTER.get("x", "acounts"),
    "front": lambda: ADAPTER.upload(
        "x", "identity_document", FilePart("front", "a", "image/png", PNG)
    ),
}


@pytest.mark.parametrize("word", REQUESTS)
def test_a_wrong_request_of_the_adapter_fails_the_test(word: str) -> None:
    with pytest.raises(AssertionError, match=word), judged():
        REQUESTS[word]()


def test_a_wrong_notification_fails_the_test(stage: Stage) -> None:
    stage.open(webhook_url="http://127.0.0.1:9/nobody")
    stage.v1.accounts.persons.create(stage.v1.accounts.create(CUSTOM).id, {"first_name": "Ada"})
    for row in stage.sim.tables.all("queue"):
        row["body"]["created"] = "now"
        stage.sim.tables.save("queue", f"{row['number']:012}", row, row["event"])

    with pytest.raises(AssertionError, match="event: "), judged():
        stage.sim.deliver_events()


def test_every_test_is_judged(request: pytest.FixtureRequest) -> None:
    assert nothing_breaks_stripes_description.__name__ in request.fixturenames
