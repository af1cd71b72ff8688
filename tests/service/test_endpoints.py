"""The endpoints store a notification, answer, and process afterwards; they bound what they read."""

from __future__ import annotations

import asyncio
import http.client
import io
import logging
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    InvalidInput,
    InvalidSignature,
    Notification,
    Problem,
    UnknownGateway,
    Unsupported,
)
from onboarding.service.endpoints import AsgiNotifications, WsgiNotifications
from onboarding.simulation import serve

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

CANARY = "Zxqcanary"
QUERY = "EventType=KYC_SUCCEEDED&RessourceId=kyc_01&Date=1737216704"


@define
class Shelf:
    """Stores notifications, and tells in which order it was asked what."""

    fails: Exception | None = None
    stored: list[tuple[str, Notification]] = field(factory=list[tuple[str, Notification]])
    told: list[str] = field(factory=list[str])
    hold: threading.Event | None = None

    def accept(self, gateway: str, notification: Notification, /) -> None:
        self.told.append("accept")
        if self.fails is not None:
            raise self.fails
        self.stored.append((gateway, notification))

    def process(self) -> None:
        self.told.append("process")
        if self.hold is not None:
            self.hold.wait(10)
        raise RuntimeError(CANARY)


@define
class AsyncShelf:
    """The same for asyncio."""

    shelf: Shelf

    async def accept(self, gateway: str, notification: Notification, /) -> None:
        self.shelf.accept(gateway, notification)

    async def process(self) -> None:
        self.shelf.process()


@define
class Asked:
    """A request, as both kinds of servers pass it on."""

    method: str = "GET"
    path: str = "/fr"
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(factory=dict[str, str])
    mounted: str = ""


def by_wsgi(asked: Asked, shelf: Shelf, **options: Any) -> int:
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": asked.mounted,
        "PATH_INFO": asked.path,
        "QUERY_STRING": asked.query,
        "wsgi.input": io.BytesIO(asked.body),
    }
    setup_testing_defaults(environ)
    for name, value in {"Content-Length": str(len(asked.body)), **asked.headers}.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    found: list[str] = []
    app = validator(WsgiNotifications(inbox=shelf, **options))
    answer = app(environ, lambda status, *_: found.append(status))  # type: ignore[arg-type]
    b"".join(answer)
    shelf.told.append("answered")
    answer.close()  # type: ignore[attr-defined]
    return int(found[0].split()[0])


def by_asgi(asked: Asked, shelf: Shelf, **options: Any) -> int:
    half = len(asked.body) // 2
    parts = [asked.body[:half], asked.body[half:]]
    incoming = [{"type": "http.request", "body": parts[0], "more_body": True}]
    incoming.append({"type": "http.request", "body": parts[1]})
    found: list[int] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])
        else:
            shelf.told.append("answered")

    headers = {"Content-Length": str(len(asked.body)), **asked.headers}
    scope = {
        "type": "http",
        "method": asked.method,
        "path": asked.mounted + asked.path,
        "root_path": asked.mounted,
        "query_string": asked.query.encode("latin-1"),
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
    }
    app = AsgiNotifications(inbox=AsyncShelf(shelf), **options)
    asyncio.run(app(scope, receive, send))
    return found[0]


both = pytest.mark.parametrize("ask", [by_wsgi, by_asgi])


@both
def test_a_get_with_a_query_is_stored_answered_and_then_processed(ask: Any) -> None:
    shelf = Shelf()

    status = ask(Asked(query=QUERY), shelf)

    assert status == 200
    assert shelf.told == ["accept", "answered", "process"]
    ((gateway, found),) = shelf.stored
    assert (gateway, found.method, found.body) == ("fr", "GET", b"")
    assert found.parameters["RessourceId"] == "kyc_01"


@both
def test_a_post_keeps_its_raw_body_and_the_header_of_its_signature(ask: Any) -> None:
    shelf, body = Shelf(), '{"id": "evt_1", "name": "Šimkutė"}'.encode() + bytes(range(256))
    headers = {"Stripe-Signature": "t=1,v1=ab", "Cookie": CANARY, "Authorization": CANARY}

    status = ask(Asked("POST", "/us/", body=body, headers=headers), shelf)

    assert status == 200
    ((gateway, found),) = shelf.stored
    assert (gateway, found.body) == ("us", body)
    assert found.headers["stripe-signature"] == "t=1,v1=ab"
    assert CANARY not in str(found.headers)


@both
def test_it_can_be_mounted_under_a_path(ask: Any) -> None:
    shelf = Shelf()

    assert ask(Asked(path="/fr", mounted="/hooks/s3cret", query=QUERY), shelf) == 200
    assert shelf.stored[0][0] == "fr"


@both
def test_a_worker_can_do_the_processing(ask: Any) -> None:
    shelf = Shelf()

    ask(Asked(query=QUERY), shelf, process=False)

    assert "process" not in shelf.told


@both
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidSignature(CANARY), 400),
        (InvalidInput([Problem("EventType", "missing", CANARY)]), 400),
        (UnknownGateway([Problem("xx", "unknown", CANARY)]), 404),
        (Unsupported([Problem("", "operation", CANARY)]), 404),
        (RuntimeError(CANARY), 500),
    ],
)
def test_what_cannot_be_stored_is_not_acknowledged(
    ask: Any, error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(fails=error)

    with caplog.at_level(logging.DEBUG, "onboarding"):
        assert ask(Asked(query=QUERY), shelf) == status

    assert "process" not in shelf.told
    assert CANARY not in caplog.text


@both
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked("PUT"), 405),
        (Asked("HEAD"), 405),
        (Asked(path="/"), 404),
        (Asked(path="/fr/more"), 404),
        (Asked(query="a=" + "b" * 9000), 414),
        (Asked(query="&".join(f"a{n}=1" for n in range(200))), 400),
        (Asked(query="a=\u00e9"), 400),
        (Asked("POST", body=b"x" * 1001), 413),
        (Asked("POST", headers={"Content-Length": "9" * 30}), 413),
        (Asked(headers={"X-Long": "x" * 20_000}), 431),
    ],
)
def test_what_is_no_notification_is_refused(ask: Any, asked: Asked, status: int) -> None:
    shelf = Shelf()

    assert ask(asked, shelf, most_bytes=1000) == status
    assert shelf.stored == []


@both
def test_a_body_of_the_most_bytes_is_stored(ask: Any) -> None:
    shelf = Shelf()

    assert ask(Asked("POST", body=b"x" * 1000), shelf, most_bytes=1000) == 200
    assert len(shelf.stored[0][1].body) == 1000


def test_a_body_that_ends_early_is_not_stored() -> None:
    shelf = Shelf()

    assert by_wsgi(Asked("POST", body=b"{}", headers={"Content-Length": "3"}), shelf) == 400
    assert shelf.stored == []


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413)])
def test_a_body_without_a_length_is_read_up_to_the_most_bytes(size: int, status: int) -> None:
    shelf = Shelf()
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/fr",
        "wsgi.input": io.BytesIO(b"x" * size),
        "wsgi.input_terminated": True,
    }
    found: list[str] = []

    app = WsgiNotifications(inbox=shelf, most_bytes=1000, process=False)
    app(environ, lambda told, *_: found.append(told))  # type: ignore[arg-type]

    assert found[0].startswith(str(status))
    assert [len(one.body) for _, one in shelf.stored] == [size][: status == 200]


def test_a_client_that_goes_leaves_nothing() -> None:
    shelf, messages = Shelf(), [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/fr", "headers": []}
    asyncio.run(AsgiNotifications(inbox=AsyncShelf(shelf))(scope, receive, send))

    assert shelf.told == []


def test_a_server_starts_and_stops_the_application() -> None:
    messages = ["lifespan.startup", "lifespan.shutdown"]
    sent: list[str] = []

    async def receive() -> Any:
        return {"type": messages.pop(0)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    app = AsgiNotifications(inbox=AsyncShelf(Shelf()))
    asyncio.run(app({"type": "lifespan"}, receive, send))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(ValueError, match="by HTTP"):
        asyncio.run(app({"type": "websocket"}, receive, send))


def test_a_real_server_answers_while_what_is_stored_is_still_processed() -> None:
    shelf = Shelf(hold=threading.Event())
    assert shelf.hold is not None

    with serve(WsgiNotifications(inbox=shelf)) as url:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        connection.request("GET", f"/fr?{QUERY}", headers={"Connection": "close"})
        status = connection.getresponse().status
        still_held = not shelf.hold.is_set()
        shelf.hold.set()
        connection.close()

    assert (status, still_held) == (200, True)
    assert shelf.told == ["accept", "process"]


paths = st.text("/frx\u00e9%.", max_size=6).map(lambda text: f"/{text}")
queries = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40)


@both
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=paths,
    query=queries,
    body=st.binary(max_size=40),
    header=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
def test_any_request_has_an_answer_and_only_stored_ones_are_acknowledged(
    ask: Any, method: str, path: str, query: str, body: bytes, header: str
) -> None:
    shelf = Shelf()
    asked = Asked(method, path, query, body, {"Stripe-Signature": header})

    status = ask(asked, shelf)

    assert (status == 200) == bool(shelf.stored)
    assert status in (200, 400, 404, 405)
    if shelf.stored:
        assert shelf.stored[0][1].body == body
        assert shelf.stored[0][1].headers["stripe-signature"] == header
