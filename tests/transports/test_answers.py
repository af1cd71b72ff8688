"""Answers are bounded, well-formed, and read alike by both drivers."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import NoAnswer, OutcomeUnknown, TransportError
from onboarding.simulation import serve
from onboarding.testing import paper
from onboarding.transports.answers import Body, Unreadable, headers_of, read_head
from tests.transports.wire import DRIVERS, HANG_UP, answer, call, mangopay, paysera, results, served

BODY = b'{"id": "1"}'


def lines(*found: bytes, status: bytes = b"HTTP/1.1 200 OK", body: bytes = BODY) -> bytes:
    """An answer of these header lines, whatever they are."""
    return b"\r\n".join([status, *found, b"", b""]) + body


LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def reason(error: Exception) -> str:
    assert isinstance(error, NoAnswer)
    return str(error).partition("(call): ")[2].removesuffix("; it may have been carried out")


# -- sizes


@DRIVERS
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ((), b"x" * 1001),
        (("Content-Encoding: gzip",), gzip.compress(bytes(1001))),
        (("Content-Encoding: deflate",), zlib.compress(bytes(1_000_000))),
        (("Content-Encoding: gzip",), gzip.compress(bytes(990), 0)),
    ],
    ids=["as read", "unpacked", "a bomb", "packed"],
)
def test_an_answer_over_the_limit_is_no_answer(
    head: tuple[str, ...], body: bytes, driver: Any
) -> None:
    with served(answer("200 OK", *head, body=body)) as wire:
        requests = [call("GET", wire.url), call("POST", wire.url)]

        read, write = results(driver, paysera(wire.url), *requests, max_response_bytes=1000)

    assert type(read) is TransportError
    assert type(write) is OutcomeUnknown
    assert reason(read) == reason(write) == "the response is longer than 1000 bytes"
    assert [(error.transient, error.unreachable) for error in (read, write)] == [(True, False)] * 2


@DRIVERS
@pytest.mark.parametrize("body", [b"-1\r\n", b"ffffffffff\r\n", b"1\r\n"])
def test_a_chunk_of_any_declared_size_is_read_up_to_the_limit(body: bytes, driver: Any) -> None:
    endless = lines(CHUNKED, body=body + b"x" * 200_000 + b"\r\n")
    settings: dict[str, Any] = {"max_response_bytes": 1000, "max_header_bytes": 1000}
    with served(endless) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), **settings)

    assert type(found) is OutcomeUnknown
    assert "timed out" not in str(found)


@DRIVERS
@pytest.mark.parametrize("size", [0, 1, 999, 1000])
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_up_to_the_limit_is_read_whole(packed: bool, size: int, driver: Any) -> None:
    head = ["Content-Encoding: gzip"] if packed else []
    body = gzip.compress(bytes(size)) if packed else bytes(size)
    with served(answer("200 OK", *head, body=body)) as wire:
        (found,) = results(
            driver, paysera(wire.url), call("POST", wire.url), max_response_bytes=1000
        )

    assert found.body == bytes(size)


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    pack = zlib.compressobj(1)
    bomb = b"".join(pack.compress(bytes(1_000_000)) for _ in range(100)) + pack.flush()
    body = Body("deflate", 1_000_000)
    tracemalloc.start()

    with pytest.raises(Unreadable):
        body.take(bomb)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


@given(st.binary(max_size=2000), st.integers(1, 300), st.sampled_from(["", "gzip", "deflate"]))
def test_a_body_is_the_same_in_whatever_pieces_it_comes(
    body: bytes, piece: int, encoding: str
) -> None:
    packs: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "gzip": gzip.compress,
        "deflate": zlib.compress,
    }
    packed = packs[encoding](body)
    taken = Body(encoding, 4000)

    for start in range(0, len(packed), piece):
        taken.take(packed[start : start + piece])

    assert taken.whole() == body


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_packed_body_that_is_cut_or_has_more_behind_it_is_unreadable(
    body: bytes, data: st.DataObject
) -> None:
    packed = gzip.compress(body)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]

    for wrong in (cut, packed + b"x", packed + packed):
        with pytest.raises(Unreadable):
            unpacked(wrong)


def unpacked(packed: bytes) -> bytes:
    body = Body("gzip", 4000)
    body.take(packed)
    return body.whole()


# -- heads

MALFORMED = {
    "no colon": lines(b"Xq7", LENGTH),
    "no colon at the end": lines(LENGTH, b"Xq7"),
    "no name": lines(b": Xq7", LENGTH),
    "blank before the colon": lines(b"X : Xq7", LENGTH),
    "folded before there is a line": lines(b" Xq7", LENGTH),
    "NUL": lines(b"X: a\0b", LENGTH),
    "carriage return": lines(b"X: a\rb", LENGTH),
    "name in another script": lines("ž: Xq7".encode(), LENGTH),
    "two lengths": lines(LENGTH, b"Content-Length: 3"),
    "the same length twice": lines(LENGTH, LENGTH),
    "a negative length": lines(b"Content-Length: -7"),
    "a signed length": lines(b"Content-Length: +7"),
    "a length that is no number": lines(b"Content-Length: x"),
    "a length beside chunks": lines(LENGTH, CHUNKED, body=CHUNKS),
    "an unknown coding": lines(b"Transfer-Encoding: gzip, chunked", body=CHUNKS),
    "a coding named twice": lines(CHUNKED, CHUNKED, body=CHUNKS),
    "a status of two digits": lines(LENGTH, status=b"HTTP/1.1 20 OK"),
    "a status of four digits": lines(LENGTH, status=b"HTTP/1.1 2000 OK"),
    "a status below 100": lines(LENGTH, status=b"HTTP/1.1 099 OK"),
    "another protocol": lines(LENGTH, status=b"HTTP/1.1 101 Switching Protocols"),
    "a line too long": lines(b"X: " + b"y" * 70_000, LENGTH),
    "too many bytes": lines(*[b"X: " + b"y" * 30_000] * 3, LENGTH),
    "too many lines": lines(*[b"X: y"] * 99, LENGTH),
}


@DRIVERS
@pytest.mark.parametrize("wrong", MALFORMED.values(), ids=MALFORMED)
def test_an_answer_with_a_malformed_head_is_no_answer(wrong: bytes, driver: Any) -> None:
    with served(wrong) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), deadline=2)

    assert type(found) is OutcomeUnknown
    assert reason(found) == "malformed HTTP, or more than 65536 bytes or 99 lines of headers"


SOUND = {
    "chunks": lines(CHUNKED, body=CHUNKS),
    "chunks with a trailer": lines(CHUNKED, body=CHUNKS[:-2] + b"X: y\r\n\r\n"),
    "until it closes": lines(HANG_UP),
    "no reason": lines(LENGTH, status=b"HTTP/1.1 200"),
    "HTTP/1.0": lines(LENGTH, status=b"HTTP/1.0 200 OK"),
    "lines without carriage returns": lines(LENGTH).replace(b"\r", b""),
    "a folded line": lines(b"X: y", b"\t z", LENGTH),
    "continue": lines(status=b"HTTP/1.1 100 Continue", body=b"") + lines(LENGTH),
    "early hints": lines(b"Link: x", status=b"HTTP/1.1 103 X", body=b"") + lines(LENGTH),
    "98 lines": lines(*[b"X: y"] * 98, LENGTH),
    "60 kB": lines(b"X: " + b"y" * 60_000, LENGTH),
    "nothing else": lines(b"Content-Type: multipart/mixed", LENGTH),
}


@DRIVERS
@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND)
def test_an_answer_of_any_sound_form_is_read_whole(sound: bytes, driver: Any) -> None:
    with served(sound) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), deadline=2)

    assert (found.status, found.body) == (200, BODY)


@DRIVERS
@pytest.mark.parametrize(
    "cut",
    [b"HTTP/1.1 200 OK\r\nX-Hang-Up: 1\r\n", lines(b"Content-Length: 99", HANG_UP)],
    ids=["in the head", "in the body"],
)
def test_an_answer_that_breaks_off_is_no_answer(cut: bytes, driver: Any) -> None:
    with served(cut) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url))

    assert type(found) is OutcomeUnknown
    assert reason(found) == "connection closed"


@DRIVERS
@pytest.mark.parametrize(
    ("encoding", "why"),
    [
        ("gzip", "the response body cannot be decompressed"),
        ("br", "the response has a content encoding that was not requested"),
        ("gzip, gzip", "the response has a content encoding that was not requested"),
        ("xq7", "the response has a content encoding that was not requested"),
    ],
)
def test_an_answer_whose_encoding_is_wrong_is_no_answer(
    encoding: str, why: str, driver: Any
) -> None:
    with served(answer("200 OK", f"Content-Encoding: {encoding}", body=BODY)) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url))

    assert type(found) is OutcomeUnknown
    assert reason(found) == why


@DRIVERS
def test_both_drivers_ask_for_gzip_alone(driver: Any) -> None:
    with served() as wire:
        results(driver, paysera(wire.url), call("POST", wire.url))

    assert b"accept-encoding: gzip\r\n" in wire.requests[0].lower()


@given(st.binary(max_size=300))
def test_a_head_is_read_or_refused_whatever_the_bytes(data: bytes) -> None:
    whole = b"HTTP/1.1 200 OK\r\n" + data
    rest = [whole]

    def readline(limit: int) -> bytes:
        line, end, after = rest[0].partition(b"\n")
        rest[0] = after
        return line + end

    try:
        head = read_head(readline, 1000)
    except (Unreadable, ConnectionError):
        return
    assert head.endswith((b"\r\n\r\n", b"\n\n", b"\n\r\n"))


# -- headers


@DRIVERS
def test_every_line_of_a_header_is_kept(driver: Any) -> None:
    given_lines = ("X-Seen: a", "x-seen:  b ", "X-SEEN: c, d", "Set-Cookie: xq7=1", "Vary: *")
    with served(answer("200 OK", *given_lines)) as wire:
        (found,) = results(driver, paysera(wire.url), call("GET", wire.url))

    assert found.headers == {"x-seen": "a, b, c, d", "vary": "*", "content-length": "2"}


@DRIVERS
def test_a_function_reads_the_headers_of_an_answer_as_both_drivers_do(driver: Any) -> None:
    lines_of_it = [("X-Seen", "a"), ("x-seen", "b, c"), ("Set-Cookie", "xq7=1"), ("Vary", "*")]

    def app(environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [*lines_of_it, ("Content-Length", "2"), ("Connection", "close")])
        return [b"{}"]

    with serve(app) as url:
        (found,) = results(driver, paysera(url), call("GET", url))
    told = paper(app)(call("GET", "http://127.0.0.1/"))

    assert told.headers["x-seen"] == "a, b, c"
    assert {name: found.headers.get(name) for name in told.headers} == told.headers
    assert "set-cookie" not in told.headers


@DRIVERS
def test_a_header_that_is_not_ascii_is_read_byte_by_byte(driver: Any) -> None:
    with served(lines(b"X-Seen: \xe9", b"X-Too: \xc3\xa9", LENGTH)) as wire:
        (found,) = results(driver, paysera(wire.url), call("GET", wire.url))

    assert (found.headers["x-seen"], found.headers["x-too"]) == ("é", "Ã©")


@DRIVERS
def test_the_four_windows_of_mangopay_come_as_four_lines_of_each_header(driver: Any) -> None:
    # docs: overview/rate-limiting
    windows = [
        f"x-ratelimit{name}: {value}"
        for name, values in (
            ("", (1, 2, 3, 4)),
            ("-remaining", (2299, 4498, 8997, 105_596)),
            ("-reset", (1_700_000_900, 1_700_001_800, 1_700_003_600, 1_700_086_400)),
        )
        for value in values
    ]
    with served(answer("200 OK", *windows)) as wire:
        adapter = mangopay(wire.url)

        (found,) = results(driver, adapter, call("GET", wire.url))

    limits = adapter.rate_limits(found)
    assert [(limit.made, limit.left) for limit in limits] == [
        (1, 2299),
        (2, 4498),
        (3, 8997),
        (4, 105_596),
    ]


@given(st.lists(st.tuples(st.sampled_from(["A", "a", "B", "Set-Cookie"]), st.text("xy, "))))
def test_joined_lines_have_all_values_in_their_order(found: list[tuple[str, str]]) -> None:
    joined = headers_of(found, 1000)

    for name in ("a", "b"):
        values = [value.strip() for key, value in found if key.lower() == name]
        assert joined.get(name, "") == ", ".join(values)
    assert "set-cookie" not in joined
