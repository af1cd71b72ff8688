"""A platform with an endpoint for notifications, and a gateway that reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import stripe
from onboarding import Event, Gateway, Notification, Secret
from onboarding.simulation import serve
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at

from onboarding_simulators.stripe.sending import signature
from onboarding_stripe import Stripe

SECRET = "whsec_test_secret"
Inbox = list[tuple[bytes, str]]


class Scene:
    """A platform with an endpoint for notifications, and a gateway that reads them."""

    def __init__(self, stage: Stage, url: str, inbox: Inbox) -> None:
        self.stage, self.inbox, self.url = stage, inbox, url
        stage.open(webhook_secret=SECRET, webhook_url=url)
        self.gateway = self.gateway_with(Secret(SECRET))

    def gateway_with(self, *secrets: Secret, **settings: Any) -> Gateway[Stripe]:
        return Gateway(adapter_at(self.stage.base_url, webhook_secrets=secrets, **settings))

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stage.clock(), UTC)

    def delivered(self) -> list[Notification]:
        """What arrives now, in the order of arrival."""
        self.inbox.clear()
        self.stage.sim.deliver_events()
        return [
            Notification(headers={"Stripe-Signature": header}, body=body, received_at=self.now)
            for body, header in self.inbox
        ]

    def read(self, notification: Notification) -> Event:
        (event,) = self.gateway.read_notification(notification)
        return event

    def events(self) -> list[Event]:
        return [self.read(one) for one in self.delivered()]

    def told(self, payload: Any, secret: str = SECRET, **named: Any) -> Notification:
        """A notification with any body, signed."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        header = signature(body, [secret], int(self.stage.clock()))
        return Notification(
            headers={"Stripe-Signature": header}, body=body, received_at=self.now, **named
        )


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    inbox: Inbox = []

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        inbox.append((body, environ["HTTP_STRIPE_SIGNATURE"]))
        start("200 OK", [("Content-Length", "0")])
        return [b""]

    with serve(app) as url:
        made = Scene(stage, url, inbox)
        yield made
        made.gateway.close()


def accepted(notification: Notification) -> Any:
    """The event of a notification as Stripe's official client accepts and reads it."""
    header = notification.headers["stripe-signature"]
    return stripe.Webhook.construct_event(notification.body, header, SECRET, tolerance=10**10)
