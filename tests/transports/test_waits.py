"""Every wait ends: at the time-out for bytes, at the deadline, whoever is silent or slow."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from onboarding import NoAnswer, OutcomeUnknown, TransportError
from tests.transports.wire import DRIVERS, answer, call, paysera, requests_of, results

SLOW = 3.0
"""Seconds after which a wait did not end where it should have."""


@contextmanager
def talking(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """A place whose connections are handled by `talk`, each in a thread, then closed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError, StopIteration):
            talk(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def timed(driver: Any, url: str, body: bytes = b"", **settings: Any) -> tuple[Any, float]:
    """The result of a write, and the seconds that it took."""
    began = time.monotonic()
    (found,) = results(driver, paysera(url), call("POST", url, body), **settings)
    return found, time.monotonic() - began


def silent(connection: socket.socket) -> None:
    next(requests_of(connection))
    time.sleep(SLOW)


def dripping(start: bytes, drop: bytes, pause: float) -> Callable[[socket.socket], None]:
    """Sends the start of an answer, then a few bytes now and then."""

    def talk(connection: socket.socket) -> None:
        next(requests_of(connection))
        connection.sendall(start)
        for _ in range(int(SLOW / pause)):
            time.sleep(pause)
            connection.sendall(drop)

    return talk


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "in the status": dripping(b"HTTP/1.1 200 ", b"O", 0.1),
    "in the headers": dripping(HEAD, b"X: y\r\n", 0.1),
    "in the body": dripping(HEAD + b"\r\n", b" ", 0.1),
    "in a chunk size": dripping(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0", 0.1
    ),
    "in interim answers": dripping(b"", b"HTTP/1.1 103 X\r\n\r\n", 0.1),
}


@DRIVERS
@pytest.mark.parametrize("talk", DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_is_left_at_the_deadline(
    talk: Callable[[socket.socket], None], driver: Any
) -> None:
    with talking(talk) as place:
        found, seconds = timed(driver, f"http://{place}", deadline=0.4)

    assert type(found) is OutcomeUnknown
    assert "(call): timed out" in str(found)
    assert 0.3 < seconds < SLOW - 1


@DRIVERS
def test_a_body_that_drips_within_the_time_out_is_read_whole(driver: Any) -> None:
    def talk(connection: socket.socket) -> None:
        next(requests_of(connection))
        whole = answer(body=b"x" * 6)
        connection.sendall(whole[:-6])
        for _ in range(6):
            time.sleep(0.15)
            connection.sendall(b"x")

    with talking(talk) as place:
        found, seconds = timed(driver, f"http://{place}", timeout=0.5, deadline=10)

    assert found.body == b"x" * 6
    assert seconds > 0.5


@DRIVERS
def test_a_body_that_stops_is_left_at_the_time_out_for_bytes(driver: Any) -> None:
    def talk(connection: socket.socket) -> None:
        next(requests_of(connection))
        connection.sendall(HEAD + b"\r\n{")
        time.sleep(SLOW)

    with talking(talk) as place:
        found, seconds = timed(driver, f"http://{place}", timeout=0.4, deadline=20)

    assert type(found) is OutcomeUnknown
    assert "(call): timed out" in str(found)
    assert 0.3 < seconds < SLOW - 1


@DRIVERS
def test_a_silent_server_is_left_at_the_time_out_for_bytes(driver: Any) -> None:
    with talking(silent) as place:
        found, seconds = timed(driver, f"http://{place}", timeout=0.4, deadline=20)

    assert type(found) is OutcomeUnknown
    assert "(call): timed out" in str(found)
    assert 0.3 < seconds < SLOW - 1


@DRIVERS
@pytest.mark.parametrize(
    "settings",
    [{"timeout": 0.3, "connect_timeout": 0.3, "deadline": 20}, {"deadline": 0.5}],
    ids=["time-out", "deadline"],
)
@pytest.mark.parametrize(
    "talk",
    [silent, dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05)],
    ids=["silent", "dripping"],
)
def test_a_proxy_that_opens_no_tunnel_in_time_was_given_no_request(
    talk: Callable[[socket.socket], None], settings: dict[str, Any], driver: Any
) -> None:
    if "timeout" in settings and talk is not silent and driver.__name__ == "Gateway":
        settings = {**settings, "deadline": 0.6}  # bytes come: only the deadline ends it
    with talking(talk) as place:
        found, seconds = timed(driver, "https://api.invalid", proxy=f"http://{place}", **settings)

    assert type(found) is TransportError
    assert "timed out before the request was sent" in str(found)
    assert seconds < SLOW - 1


@DRIVERS
def test_a_long_body_that_is_taken_slowly_is_limited_by_the_deadline_alone(driver: Any) -> None:
    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        left = 8_000_000
        began = time.monotonic()
        while left > 0:
            left -= len(connection.recv(1_000_000))
            if time.monotonic() - began < 1.5:
                time.sleep(0.1)
        time.sleep(0.3)
        connection.sendall(answer())

    with talking(talk) as place:
        found, seconds = timed(
            driver, f"http://{place}", bytes(8_000_000), timeout=0.7, deadline=20
        )

    assert getattr(found, "status", found) == 200
    assert seconds > 1.5


@DRIVERS
def test_a_long_body_that_is_not_taken_is_left(driver: Any) -> None:
    with talking(lambda _: time.sleep(SLOW)) as place:
        found, seconds = timed(driver, f"http://{place}", bytes(30_000_000), deadline=0.4)

    assert isinstance(found, NoAnswer)
    assert type(found) is OutcomeUnknown
    assert "(call): timed out" in str(found)
    assert seconds < SLOW - 1


@DRIVERS
def test_an_answer_that_comes_before_a_long_body_was_taken_is_read(driver: Any) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(answer("413 Content Too Large"))
        while connection.recv(1_000_000):
            pass

    with talking(talk) as place:
        found, _ = timed(driver, f"http://{place}", bytes(9_000_000), deadline=10)

    assert found.status == 413
