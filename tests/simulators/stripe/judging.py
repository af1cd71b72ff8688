"""A plugin of pytest: Stripe's description judges all that is exchanged with Stripe in any test.

Judged are each request that the adapter makes, each answer of a simulator that does not misbehave
on demand, and each notification. The test that caused a breach fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakKeyDictionary

import pytest
from attrs import define, field

if TYPE_CHECKING:
    from onboarding.spi import Request
    from werkzeug.wrappers import Request as Served
    from werkzeug.wrappers import Response

__all__ = ["install", "judged", "nothing_breaks_stripes_description", "record_of"]

_NOT_DESCRIBED = re.compile(r"/v1/files/[^/]+/contents").fullmatch


@define(eq=False)
class Record:
    """What was judged of one simulator, or of the adapter, and what broke the description."""

    judged: int = 0
    breaches: list[str] = field(factory=list[str])
    succeeded: set[tuple[str, str]] = field(factory=set[tuple[str, str]])


_LOCK = Lock()
_records: WeakKeyDictionary[Any, Record] = WeakKeyDictionary()
_sent, _told = Record(), Record()
_judged: set[Record] = set()


def record_of(simulator: Any) -> Record:
    """What was judged of a simulator."""
    with _LOCK:
        return _records.setdefault(simulator, Record())


def _note(record: Record, breaches: Iterator[str]) -> None:
    found = [*breaches]
    with _LOCK:
        record.judged += 1
        record.breaches += found
        _judged.add(record)


@contextmanager
def judged() -> Iterator[None]:
    """Raises `AssertionError` after a block in which something broke the description."""
    yield
    with _LOCK:
        records = {*_judged}
        _judged.clear()
    found = [breach for record in records for breach in record.breaches]
    for record in records:
        record.breaches.clear()
    assert not found, found[:5]


@pytest.fixture(autouse=True)
def nothing_breaks_stripes_description(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in which a request or an answer breaks Stripe's description."""
    with judged():
        yield


def install() -> None:
    """Has everything judged from now on. A second time it does nothing."""
    from onboarding_simulators.stripe import StripeSimulator, sending
    from onboarding_stripe.protocol import StripeProtocol

    simulator: Any = StripeSimulator
    sender: Any = sending
    if not hasattr(sender.send, "__wrapped__"):
        simulator._respond = _answering(simulator._respond)
        sender.send = _notifying(sender.send)
        for name in ("get", "post", "delete", "upload"):
            setattr(StripeProtocol, name, _sending(getattr(StripeProtocol, name)))


def _sending(make: Callable[..., Request]) -> Callable[..., Request]:
    """The method of the adapter that makes a request, which is judged whatever the answer."""

    @wraps(make)
    def method(self: Any, *args: Any, **named: Any) -> Request:
        request, judge = make(self, *args, **named), _judge()
        place = urlsplit(request.url)
        path = place.path[place.path.index("/v1/") :]
        form = judge.form_of(request.headers.get("Content-Type", ""), request.body)
        query = parse_qsl(place.query, keep_blank_values=True)
        _note(_sent, judge.of_request(request.method, path, query, form))
        return request

    return method


def _answering(respond: Callable[..., Response]) -> Callable[..., Response]:
    """The method of the simulator that answers; a request that is refused may be wrong."""

    @wraps(respond)
    def method(self: Any, request: Served) -> Response:
        media, sent, judge = request.content_type or "", request.get_data(), _judge()
        query = [*request.args.items(multi=True)]
        response = respond(self, request)
        if _NOT_DESCRIBED(request.path):
            return response
        record, call = record_of(self), (request.method, request.path)
        shown, status = response.get_data(), response.status_code
        _note(record, judge.of_answer(*call, status, shown))
        if status == 200:
            record.succeeded.add((judge.template_of(request.path), request.method.lower()))
            _note(record, judge.of_request(*call, query, judge.form_of(media, sent)))
        return response

    return method


def _notifying(send: Callable[[Any], int | None]) -> Callable[[Any], int | None]:
    """The function that sends a notification; a thin one is of API v2, which is not described."""

    @wraps(send)
    def function(message: Any) -> int | None:
        event = json.loads(message.body)
        if event["object"] == "event":
            _note(_told, _judge().of_event(event))
        return send(message)

    return function


def _judge() -> Any:
    """The judge, loaded when something is judged."""
    from tests.simulators.stripe import judge

    return judge
