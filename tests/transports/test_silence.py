"""Nothing of a request or an answer reaches a log, whoever writes it, or the text of an error."""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from onboarding import OutcomeUnknown, TransportError
from tests.transports.wire import (
    ADAPTERS,
    DRIVERS,
    DROP,
    Answer,
    answer,
    call,
    paysera,
    results,
    served,
    without_dns,
)

CANARY = "Xq7"  # in every URL, header and body here

ANSWERS: dict[str, Answer] = {
    "sound": answer("200 OK", f"X-Name: {CANARY}", body=b'{"name": "Xq7"}'),
    "refused": answer("400 Xq7", body=b'{"error": "Xq7"}'),
    "none": DROP,
    "a line without a colon": answer("200 OK", f"{CANARY} {CANARY}"),
    "a name with a blank": answer("200 OK", f"{CANARY} : {CANARY}"),
    "a bad status": answer(f"2000 {CANARY}"),
    "no HTTP": b"Xq7 Xq7\r\n\r\nXq7",
    "a multipart type without a boundary": answer("200 OK", "Content-Type: multipart/Xq7"),
    "a multipart type in base64": answer(
        "200 OK", 'Content-Type: multipart/x; boundary="Xq7"', "Content-Transfer-Encoding: base64"
    ),
    "a charset that there is none of": answer("200 OK", "Content-Type: text/html; charset=Xq7"),
    "bytes that are no text": answer("200 OK", "Content-Type: text/html", body=b"Xq7 \xff\xfe"),
    "bytes that are no gzip": answer("200 OK", "Content-Encoding: gzip", body=b"Xq7"),
    "an unknown encoding": answer("200 OK", f"Content-Encoding: {CANARY}"),
    "two encodings": answer("200 OK", "Content-Encoding: gzip, gzip", body=b"Xq7"),
    "a length and chunks": answer(
        "200 OK", "Transfer-Encoding: chunked", body=b"3\r\nXq7\r\n0\r\n"
    ),
    "a chunk of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nXq7\r\nXq7\r\n",
    "a redirect": answer("302 Found", f"Location: /{CANARY}"),
    "a redirect to nowhere": answer("307 X", f"Location: http://[{CANARY}"),
    "bad cookies": answer("200 OK", f"Set-Cookie: {CANARY}[]=1;;=", f"Set-Cookie: ={CANARY}\x01"),
    "a wish to be asked later": answer(f"503 {CANARY}", "Retry-After: 0"),
    "more than was announced": answer(body=b"") + b"Xq7",
}


@pytest.fixture
def everything() -> Iterator[Callable[[], str]]:
    """All that is logged by anyone, at any level."""
    found: list[str] = []
    shown = logging.Formatter("%(name)s %(message)s")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(f"{shown.format(record)} {record.args!r} {record.__dict__!r}")

    record_only = Keep(0)
    known = [
        one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)
    ]
    levels = [(logger, logger.level, logger.disabled) for logger in [logging.root, *known]]
    for logger, _, _ in levels:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    for logger in [logging.root, *(one for one in known if not one.propagate)]:
        logger.addHandler(record_only)
    logging.captureWarnings(True)
    yield lambda: "\n".join(found)
    logging.captureWarnings(False)
    for logger, level, disabled in levels:
        logger.setLevel(level)
        logger.disabled = disabled
        logger.removeHandler(record_only)


@DRIVERS
@ADAPTERS
@pytest.mark.parametrize("found", ANSWERS.values(), ids=ANSWERS)
def test_no_logger_is_given_anything_of_a_request_or_an_answer(
    found: Answer,
    adapter: Any,
    driver: Any,
    everything: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    with served(found) as wire:
        requests = [
            call(method, f"{wire.url}/{CANARY}?code={CANARY}", CANARY.encode()).with_headers(
                X_Name=CANARY
            )
            for method in ("GET", "POST", "PUT", "DELETE")
        ]

        gave = results(driver, adapter(wire.url), *requests, deadline=2)

    assert len(wire.requests) == 4
    printed = "".join(capfd.readouterr())
    errors = [f"{error} {error!r}" for error in gave if isinstance(error, Exception)]
    assert CANARY not in everything() + printed + "".join(errors)


@DRIVERS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_failed_connection_is_told_by_host_port_and_reason_alone(
    method: str, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_dns(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"127.0.0.1:{listener.getsockname()[1]}"
    places = {closed: "connection refused", "api.invalid:80": "DNS: the host name was not found"}
    requests = [call(method, f"http://{place}/{CANARY}?a={CANARY}") for place in places]

    found = results(driver, paysera("http://127.0.0.1"), *requests)

    assert [type(error) for error in found] == [TransportError] * 2
    assert all(error.transient and error.unreachable and not error.timed_out for error in found)
    assert [str(error) for error in found] == [
        f"no answer came from {place} to {method} (call): {why}" for place, why in places.items()
    ]


@DRIVERS
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_takes_no_connection_in_time_is_named(
    scheme: str, driver: Any, full: str
) -> None:
    url = f"{scheme}://{full}"

    (found,) = results(driver, paysera(url), call("POST", url), connect_timeout=0.1)

    assert type(found) is TransportError
    assert (found.transient, found.unreachable, found.timed_out) == (True, True, True)
    assert str(found) == (
        f"no answer came from {full} to POST (call): timed out before the request was sent"
    )


@DRIVERS
def test_a_failure_is_not_told_by_what_the_caller_was_handling(driver: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    try:
        raise TimeoutError
    except TimeoutError:
        (found,) = results(driver, paysera(url), call("POST", url))

    assert str(found).endswith("(call): connection refused")


@DRIVERS
@pytest.mark.parametrize(
    ("method", "expected"), [("GET", TransportError), ("POST", OutcomeUnknown)]
)
def test_the_same_text_is_given_for_an_answer_that_does_not_come(
    method: str, expected: type[Exception], driver: Any
) -> None:
    with served(DROP) as wire:
        (found,) = results(driver, paysera(wire.url), call(method, f"{wire.url}/{CANARY}"))

    assert type(found) is expected
    text = f"no answer came from {wire.place} to {method} (call): connection closed"
    assert str(found).removesuffix("; it may have been carried out") == text
