"""A request is written as it was signed, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Connection, Outcome, TransportError
from onboarding.http import Request
from onboarding.transports.answers import Unreadable, plain_head, read_head
from onboarding.transports.writing import origin_of, split
from tests.transports.wire import DRIVERS, call, mangopay, paysera, results, served


def written(request: Request) -> bytes:
    origin, target = split(request.url)
    return origin_of(Connection(), origin, forwarded=False, further={}).written(request, target)


WRONG: dict[str, dict[str, Any]] = {
    "a line break in a value": {"headers": {"X-Seen": "a\r\nX-Evil: Xq7"}},
    "a lone line feed in a value": {"headers": {"X-Seen": "a\nX-Evil: Xq7"}},
    "a lone carriage return in a value": {"headers": {"X-Seen": "a\rXq7"}},
    "a whole second head in a value": {"headers": {"X-Seen": "a\r\n\r\nGET / HTTP/1.1\r\nA: b"}},
    "a NUL in a value": {"headers": {"X-Seen": "Xq7\0"}},
    "a letter that is not ASCII": {"headers": {"X-Seen": "Xq7 ž"}},
    "a blank in a name": {"headers": {"X Seen": "Xq7"}},
    "a line break in a name": {"headers": {"X\r\nY": "Xq7"}},
    "two lines in a name": {"headers": {"X: y\r\nX-Evil": "Xq7"}},
    "no name": {"headers": {"": "Xq7"}},
    "a blank in the URL": {"url": "/Xq7 HTTP/1.1"},
    "a line break in the URL": {"url": "/Xq7\r\nX: y"},
    "a URL that is not ASCII": {"url": "/Xq7ž"},
}


@DRIVERS
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_request_that_http_cannot_carry_is_not_sent(wrong: dict[str, Any], driver: Any) -> None:
    with served() as wire:
        headers = wrong.get("headers", {})
        url = wire.url + wrong.get("url", "/")
        request = Request(method="POST", url=url, headers=headers, operation="call")

        (found,) = results(driver, paysera(wire.url), request)

    assert isinstance(found, TransportError) or found.__class__.__name__ == "ConfigurationError"
    assert getattr(found, "outcome", Outcome.NOT_DONE) is Outcome.NOT_DONE
    assert "Xq7" not in str(found)
    assert wire.requests == []


WRONG_NAME = {"headers": {"X: y\r\nX-Evil": "Xq7"}}


@pytest.mark.parametrize(
    "wrong", [*WRONG.values(), WRONG_NAME], ids=[*WRONG, "two lines in a name"]
)
def test_nothing_is_written_of_a_request_that_http_cannot_carry(wrong: dict[str, Any]) -> None:
    request = Request(
        method="POST",
        url=f"http://api.invalid{wrong.get('url', '/')}",
        headers=wrong.get("headers", {}),
        operation="call",
    )

    with pytest.raises(ValueError, match="cannot be written as HTTP"):
        written(request)


@DRIVERS
@pytest.mark.parametrize("url", ["api.invalid/a", "ftp://api.invalid", "https://", "http:///a", ""])
def test_a_url_without_a_host_or_of_another_scheme_is_not_sent(url: str, driver: Any) -> None:
    with served() as wire:
        (found,) = results(driver, mangopay(wire.url), call("POST", url))

    assert type(found) is TransportError
    assert found.outcome is Outcome.NOT_DONE


@DRIVERS
@pytest.mark.parametrize(
    ("given_target", "sent"),
    [
        ("", "/"),
        ("/", "/"),
        ("?a=1", "/?a=1"),
        ("//a//b/", "//a//b/"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("/a%2fb%C5%be?c=%7E~", "/a%2fb%C5%be?c=%7E~"),
        ("/a?b=c+d%20e&&=", "/a?b=c+d%20e&&="),
        ("/a?b=c/d?e", "/a?b=c/d?e"),
        ("/a#b", "/a"),
    ],
)
def test_the_target_is_sent_as_it_was_signed(given_target: str, sent: str, driver: Any) -> None:
    with served() as wire:
        results(driver, paysera(wire.url), call("GET", wire.url + given_target))

    assert wire.requests[0].split(b"\r\n")[0] == f"GET {sent} HTTP/1.1".encode()


@DRIVERS
def test_a_header_of_a_request_replaces_that_of_the_client_in_any_case(driver: Any) -> None:
    headers = {"accept": "text/csv", "USER-AGENT": "mine", "X-Seen": ""}
    with served() as wire:
        request = Request(method="GET", url=f"{wire.url}/", headers=headers, operation="call")

        results(driver, paysera(wire.url), request)

    lines = [line.lower() for line in wire.requests[0].split(b"\r\n")]
    assert [line for line in lines if line.startswith(b"accept:")] == [b"accept: text/csv"]
    assert [line for line in lines if line.startswith(b"user-agent:")] == [b"user-agent: mine"]
    assert b"x-seen: " in lines


@DRIVERS
@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", b"", None),
        ("GET", b"{}", b"2"),
        ("POST", b"", b"0"),
        ("DELETE", b"", b"0"),
        ("PUT", bytes(200_000), b"200000"),
    ],
)
def test_a_body_has_its_length_and_a_write_without_one_the_length_zero(
    method: str, body: bytes, length: bytes | None, driver: Any
) -> None:
    with served() as wire:
        results(driver, paysera(wire.url), call(method, f"{wire.url}/", body))

    head, _, sent = wire.requests[0].partition(b"\r\n\r\n")
    lengths = [
        line.partition(b": ")[2]
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    assert lengths == ([] if length is None else [length])
    assert b"transfer-encoding" not in head.lower()
    assert sent == body


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://api.invalid", "api.invalid"),
        ("http://api.invalid:80", "api.invalid"),
        ("https://api.invalid:443", "api.invalid"),
        ("https://api.invalid:80", "api.invalid:80"),
        ("HTTP://API.invalid:8080", "api.invalid:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://user:Xq7@api.invalid", "api.invalid"),
    ],
)
def test_the_host_is_named_with_its_port_unless_it_is_that_of_the_scheme(
    origin: str, host: str
) -> None:
    request = Request(method="GET", url=f"{origin}/a", operation="call")

    head = written(request).decode().split("\r\n")

    assert head[:2] == ["GET /a HTTP/1.1", f"Host: {host}"]


TOKEN = st.text("abcXYZ-_.!~", min_size=1, max_size=8)
VALUE = st.text(st.characters(min_codepoint=0, max_codepoint=300), max_size=12)


@given(st.dictionaries(TOKEN, VALUE, max_size=4), st.binary(max_size=20))
def test_what_is_written_has_the_lines_that_were_given_or_nothing_is_written(
    headers: dict[str, str], body: bytes
) -> None:
    request = Request(
        method="POST", url="http://api.invalid/a", headers=headers, body=body, operation="call"
    )
    try:
        head, _, rest = written(request).partition(b"\r\n\r\n")
    except ValueError:
        assert not all(value.isascii() and value.isprintable() for value in headers.values())
        return

    names = {name.lower() for name in headers}
    lines = head.decode().split("\r\n")
    assert rest == body
    assert len(lines) == 1 + len({"host", "user-agent", "accept", "accept-encoding"} | names) + 1
    assert all(
        f"{name}: {headers[name]}" in lines for name in headers if len(names) == len(headers)
    )


PIECES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 100 X", b"X: y", b"\r\n", b"\n", b" z", b"a\0", b"{}", b":"]
)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_a_plain_head_is_one_that_would_be_read_unchanged(data: bytes) -> None:
    rest = [data]

    def readline(_: int) -> bytes:
        line, end, rest[0] = rest[0].partition(b"\n")
        return line + end

    size = plain_head(data, 1000)

    try:
        head = read_head(readline, 1000)
    except (Unreadable, ConnectionError):
        assert size == 0
    else:
        assert data[:size] in (b"", head)


def test_a_head_over_the_limits_is_not_plain() -> None:
    start = b"HTTP/1.1 200 OK\r\n"

    assert plain_head(start + b"X: y\r\n\r\n", 25) == 25
    assert plain_head(start + b"X: y\r\n\r\n", 24) == 0
    assert plain_head(start + b"X: y\r\n" * 99 + b"\r\n", 10_000) > 0
    assert plain_head(start + b"X: y\r\n" * 100 + b"\r\n", 10_000) == 0
