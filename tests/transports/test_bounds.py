"""A hostile answer takes little memory and time, and its error says which bound it broke."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
import zlib
from typing import Any

import pytest
from onboarding import (
    AsyncGateway,
    Connection,
    Gateway,
    Outcome,
    OutcomeUnknown,
    TransportError,
    UnexpectedResponse,
)
from onboarding.http import MAX_DEPTH, Request
from onboarding.spi import Flow
from tests.transports.wire import DRIVERS, answer, call, paysera, served

MIB = 1024**2
LIMIT = MIB // 4


def bomb(size: int) -> bytes:
    pack = zlib.compressobj(9, wbits=31)
    return b"".join(pack.compress(bytes(MIB)) for _ in range(size // MIB)) + pack.flush()


def read(request: Request) -> Flow[Any]:
    response = yield request
    return response.json()


def result(driver: Any, url: str, **connection: Any) -> Any:
    """The JSON of the answer to a write, or the error."""
    settings, request = Connection(**connection), call("POST", url, b"{}")

    async def awaited() -> Any:
        async with AsyncGateway(paysera(url), connection=settings, retry=None) as gateway:
            return await gateway.run(read(request))

    try:
        if driver is AsyncGateway:
            return asyncio.run(awaited())
        with Gateway(paysera(url), connection=settings, retry=None) as gateway:
            return gateway.run(read(request))
    except Exception as error:
        return error


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HOSTILE = {
    "unpacked": answer("200 OK", "Content-Encoding: gzip", body=bomb(200 * MIB)),
    "plain": answer(body=b"[" * (20 * MIB)),
    "endless": OK + b"\r\n" + b" " * (20 * MIB),
    "a chunk size": CHUNKED + b"0" * (20 * MIB),
    "many chunks": CHUNKED + b"1\r\nx\r\n" * (4 * MIB),
    "an extension of a chunk": CHUNKED + b"1;" + b"x" * (20 * MIB),
    "trailers": CHUNKED + b"0\r\n" + b"X: y\r\n" * (4 * MIB),
    "headers": OK + b"X: y\r\n" * (4 * MIB),
    "one header": OK + b"X: " + b"y" * (20 * MIB),
    "interim answers": b"HTTP/1.1 103 X\r\n\r\n" * MIB,
}


@DRIVERS
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_over_a_bound_takes_little_memory_and_time(hostile: bytes, driver: Any) -> None:
    with served(hostile) as wire:
        result(driver, wire.url, max_response_bytes=LIMIT)  # what is imported and kept once
        tracemalloc.start()
        began = time.process_time()

        found = result(driver, wire.url, max_response_bytes=LIMIT)

        taken = time.process_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert type(found) is OutcomeUnknown
    assert found.outcome is Outcome.UNKNOWN
    assert "timed out" not in str(found)
    assert peak < 8 * MIB
    assert taken < 5


LEVELS = 100_000
DEEP = {
    "lists": b"[" * LEVELS + b"]" * LEVELS,
    "objects": b'{"a":' * LEVELS + b"1" + b"}" * LEVELS,
    "unfinished": b"[" * MIB,
}


@DRIVERS
@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_an_answer_of_a_hundred_thousand_levels_is_unexpected(body: bytes, driver: Any) -> None:
    with served(answer(body=body)) as wire:
        began = time.process_time()
        found = result(driver, wire.url)
        taken = time.process_time() - began

    assert type(found) is UnexpectedResponse
    assert [problem.code for problem in found.problems] == ["too_deep"]
    assert found.outcome is Outcome.UNKNOWN
    assert taken < 5


@DRIVERS
@pytest.mark.parametrize("levels", [1, 3, MAX_DEPTH])
def test_the_depth_of_an_answer_is_bounded_by_the_connection(levels: int, driver: Any) -> None:
    deep = [b"[" * depth + b"]" * depth for depth in (levels, levels + 1)]
    with served(lambda _: answer(body=deep.pop(0))) as wire:
        fits = result(driver, wire.url, max_depth=levels)
        too_deep = result(driver, wire.url, max_depth=levels)

    assert isinstance(fits, list)
    assert type(too_deep) is UnexpectedResponse
    assert too_deep.problems[0].code == "too_deep"


def test_no_connection_takes_more_levels_than_data_may_have_that_are_kept() -> None:
    with pytest.raises(ValueError, match="max_depth"):
        Connection(max_depth=MAX_DEPTH + 1)


@DRIVERS
@pytest.mark.parametrize(
    "hostile",
    [OK + b"X: y\r\n" * MIB, OK + b"X: " + b"y" * (8 * MIB), b"HTTP/1.1 103 X\r\n\r\n" * MIB],
    ids=["many lines", "one line", "interim answers"],
)
def test_a_proxy_that_answers_without_end_opens_no_tunnel(hostile: bytes, driver: Any) -> None:
    with served(hostile) as wire:
        began = time.monotonic()
        found = result(driver, "https://api.invalid", proxy=wire.url)

    assert type(found) is TransportError
    assert time.monotonic() - began < 5
