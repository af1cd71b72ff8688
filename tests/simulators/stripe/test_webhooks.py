"""Notifications: signed as the official client checks, doubled and out of order on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import stripe

from onboarding_simulators.stripe.sending import signature

from .stage import CUSTOM, NOW, PNG, WHOLE, Stage

SECRET = "whsec_test_secret"
VECTOR = (
    b'{"id":"evt_1","object":"event","type":"account.updated","account":"acct_1",'
    b'"data":{"object":{"id":"acct_1","object":"account","payouts_enabled":true}}}'
)


class Receiver:
    """A server that keeps what it is sent; it answers with `status`."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for body, _ in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_the_worked_vector_is_signed_alike() -> None:
    assert len(VECTOR) == 151
    assert signature(VECTOR, [SECRET], 1_700_000_000) == (
        "t=1700000000,v1=08988b70a1fddd649d1844dbc31cddc0d1836be95f1d1e48b6323de84a77fe66"
    )


def test_the_official_client_accepts_what_is_sent(stage: Stage, receiver: Receiver) -> None:
    stage.open(webhook_secret=SECRET, webhook_url=receiver.url)
    id = stage.v1.accounts.create(CUSTOM).id
    stage.v1.accounts.update(id, WHOLE, {"idempotency_key": "mine"})

    assert stage.sim.deliver_events() == len(receiver.received) > 0

    for body, header in receiver.received:
        event: Any = stripe.Webhook.construct_event(body, header, SECRET, tolerance=10**9)
        assert event.account == id
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", header, SECRET, tolerance=10**9)
    types = [event["type"] for event in receiver.events]
    assert types == ["person.created", *["capability.updated"] * 2, "account.updated"]
    assert {event["request"]["idempotency_key"] for event in receiver.events} == {"mine"}
    assert "requirements" in receiver.events[-1]["data"]["previous_attributes"]


def test_checks_that_end_by_the_clock_are_told(stage: Stage, receiver: Receiver) -> None:
    stage.open(webhook_url=receiver.url)
    stage.v1.accounts.create(CUSTOM | WHOLE)
    stage.sim.deliver_events()
    before = len(receiver.received)
    stage.wait()

    stage.sim.deliver_events()

    told = receiver.events[before:]
    assert [event["type"] for event in told][::3] == ["person.updated", "account.updated"]
    assert told[0]["data"]["object"]["verification"]["status"] == "verified"
    last = told[-1]
    assert last["type"] == "account.updated"
    assert last["data"]["object"]["charges_enabled"]
    assert last["request"] == {"id": None, "idempotency_key": None}


def test_notifications_are_doubled_and_out_of_order_on_demand(
    stage: Stage, receiver: Receiver
) -> None:
    stage.open(webhook_url=receiver.url, doubled=True, reordered=True)
    stage.v1.accounts.update(stage.v1.accounts.create(CUSTOM).id, WHOLE)

    stage.sim.deliver_events()

    ids = [event["id"] for event in receiver.events]
    assert ids[::2] == ids[1::2]
    assert receiver.events[0]["type"] == "account.updated"
    assert receiver.events[-1]["type"] == "person.created"


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(
    stage: Stage, receiver: Receiver
) -> None:
    stage.open(webhook_secret=SECRET)
    endpoint = stage.sim.listen(receiver.url)
    new = stage.sim.rotate_secret(endpoint)
    stage.v1.accounts.update(stage.v1.accounts.create(CUSTOM).id, WHOLE)
    stage.sim.deliver_events()
    body, header = receiver.received[0]
    stage.wait(24 * 60 * 60)
    stage.sim.deliver_events()

    for secret in (SECRET, new):
        assert stripe.Webhook.construct_event(body, header, secret, tolerance=10**9)
    assert receiver.received[-1][1].count("v1=") == 1


def test_what_is_not_received_is_sent_again_for_three_days(
    stage: Stage, receiver: Receiver
) -> None:
    stage.open(webhook_url=receiver.url)
    receiver.status = 500
    stage.sim.demand(stage.v1.accounts.create(CUSTOM).id, "individual.nationality")
    first = stage.sim.deliver_events()
    assert stage.sim.deliver_events() == 0  # not at once

    for _ in range(40):
        stage.wait(3 * 60 * 60)
        stage.sim.deliver_events()

    tries = [each for each in stage.sim.deliveries if each.event == receiver.events[0]["id"]]
    assert first > 0
    assert len(tries) > 5
    assert tries[-1].made - NOW <= 3 * 24 * 60 * 60
    assert not any(each.succeeded for each in tries)


def test_own_events_and_those_of_accounts_have_different_endpoints(
    stage: Stage, receiver: Receiver
) -> None:
    body: dict[str, Any] = {"url": receiver.url, "enabled_events": ["file.created"]}
    stage.v1.webhook_endpoints.create(body)
    stage.v1.webhook_endpoints.create(body | {"connect": True})
    id = stage.v1.accounts.create(CUSTOM).id

    for account in (None, id):
        headers = {"Authorization": f"Bearer {stage.sim.api_key}"}
        if account:
            headers["Stripe-Account"] = account
        stage.upload(PNG, headers)
    stage.sim.deliver_events()

    assert [event.get("account") for event in receiver.events] == [None, id]


def test_thin_events_name_the_object_alone(stage: Stage, receiver: Receiver) -> None:
    stage.open(webhook_url=receiver.url, thin_events=True, webhook_secret=SECRET)
    id = stage.v1.accounts.create(CUSTOM).id
    stage.v1.accounts.update(id, {"business_type": "individual"})

    stage.sim.deliver_events()

    body, header = receiver.received[-1]
    thin = stage.client.parse_event_notification(body, header, SECRET, tolerance=10**9)
    assert thin.type == "v2.core.account[requirements].updated"
    assert json.loads(body)["related_object"]["id"] == id
    assert "data" not in json.loads(body)


def test_a_thread_sends_on_demand(stage: Stage, receiver: Receiver) -> None:
    stage.open(webhook_url=receiver.url, send_events=True)
    stage.v1.accounts.update(stage.v1.accounts.create(CUSTOM).id, WHOLE)

    for _ in range(100):
        if len(receiver.received) >= 4:
            break
        threading.Event().wait(0.05)

    assert len(receiver.received) >= 4


def test_disabled_endpoints_are_not_notified(stage: Stage, receiver: Receiver) -> None:
    endpoint = stage.sim.listen(receiver.url)
    stage.v1.webhook_endpoints.update(endpoint, {"disabled": True})
    stage.v1.accounts.update(stage.v1.accounts.create(CUSTOM).id, WHOLE)

    assert stage.sim.deliver_events() == 0
