"""A request leaves once: no retry, no cookie, no redirect, on any method, driver and provider."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from onboarding import Gateway, OutcomeUnknown, TransportError
from onboarding.spi import Adapter
from tests.transports.wire import (
    ADAPTERS,
    DRIVERS,
    DROP,
    OK,
    answer,
    call,
    paysera,
    results,
    served,
)

METHODS = pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])


@METHODS
@DRIVERS
@ADAPTERS
@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
def test_a_request_whose_connection_drops_is_on_the_wire_once(
    reused: bool, adapter: Callable[[str], Adapter], driver: Any, method: str
) -> None:
    with served(lambda request: DROP if b"/dropped" in request else OK) as wire:
        before = [call("GET", f"{wire.url}/before")] if reused else []
        dropped = call(method, f"{wire.url}/dropped", b"" if method == "GET" else b"{}")

        *_, found = results(driver, adapter(wire.url), *before, dropped)

    lines = [request.split(b"\r\n")[0] for request in wire.requests]
    assert lines[len(before) :] == [f"{method} /dropped HTTP/1.1".encode()]
    assert type(found) is (TransportError if method == "GET" else OutcomeUnknown)
    assert wire.opened == 1 or not reused


@METHODS
@DRIVERS
@ADAPTERS
def test_no_cookie_is_kept_and_no_redirect_followed(
    adapter: Callable[[str], Adapter], driver: Any, method: str
) -> None:
    def respond(request: bytes) -> bytes:
        status = request.split(b"/status-")[1][:3].decode()
        cookie = "Set-Cookie: session=of-one-user; Path=/"
        return answer(f"{status} X", cookie, "Location: /status-200", body=b"")

    statuses = (200, 301, 302, 303, 307, 308)
    with served(respond) as wire:
        requests = [call(method, f"{wire.url}/status-{status}") for status in statuses]

        found = results(driver, adapter(wire.url), *requests)

    assert [response.status for response in found] == list(statuses)
    assert len(wire.requests) == len(statuses)
    assert b"cookie" not in b"".join(wire.requests).lower()
    assert all("set-cookie" not in response.headers for response in found)


@DRIVERS
def test_an_answer_that_invites_a_retry_is_an_answer(driver: Any) -> None:
    with served(answer("503 X", "Retry-After: 0")) as wire:
        (found,) = results(driver, paysera(wire.url), call("GET", wire.url))

    assert found.status == 503
    assert len(wire.requests) == 1


@DRIVERS
def test_nothing_is_sent_over_a_connection_that_the_server_closed_while_it_was_idle(
    driver: Any,
) -> None:
    with served(answer("200 OK", "X-Hang-Up: 1")) as wire:

        def closed() -> None:
            assert wire.closed.wait(5)
            wire.closed.clear()
            time.sleep(0.01)  # for the end of the connection to come over loopback

        posts = [call("POST", wire.url)] * 4

        found = results(driver, paysera(wire.url), *posts, between=closed)

    assert [getattr(response, "status", response) for response in found] == [200] * 4
    assert len(wire.requests) == wire.opened == 4


@DRIVERS
def test_a_connection_that_stands_is_used_again(driver: Any) -> None:
    with served() as wire:
        found = results(driver, paysera(wire.url), *[call("POST", wire.url)] * 4)

    assert [response.status for response in found] == [200] * 4
    assert wire.opened == 1


def test_an_answer_that_comes_before_the_request_was_read_is_read_by_threads() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1024)
            connection.sendall(answer("413 Content Too Large", "Connection: close"))

    with listener:
        threading.Thread(target=refuse, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        (found,) = results(Gateway, paysera(url), call("POST", url, bytes(9_000_000)))

    assert found.status == 413
