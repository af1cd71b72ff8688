"""Endpoints for notifications, as WSGI and ASGI applications: they store, answer, then process.

Mounted under a path of any framework, `PATH/fr` is the endpoint of the gateway `fr`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from urllib.parse import parse_qsl

from attrs import frozen

from onboarding.errors import InvalidInput, InvalidSignature, UnknownGateway, Unsupported
from onboarding.model.notification import Notification

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["AsgiNotifications", "WsgiNotifications"]

log = logging.getLogger("onboarding")

MOST_BYTES = 1024 * 1024
"""The most bytes of a body: a provider's notification has a few thousand."""

_MOST_QUERY = 8 * 1024
_MOST_PARAMETERS = 100
_MOST_HEADERS = 16 * 1024
_CHUNK = 64 * 1024
_LEFT_OUT = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are not stored: they belong to the proxy in front of the application."""

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Inbox(Protocol):
    """What stores notifications and processes them, such as an `OnboardingService`."""

    def accept(self, gateway: str, notification: Notification, /) -> object:
        """Stores a notification."""

    def process(self) -> object:
        """Processes what is stored."""


class AsyncInbox(Protocol):
    """The same for asyncio."""

    async def accept(self, gateway: str, notification: Notification, /) -> object:
        """Stores a notification."""

    async def process(self) -> object:
        """Processes what is stored."""


class _Refused(Exception):
    """The request is no notification; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


@frozen(kw_only=True)
class WsgiNotifications:
    """A WSGI application that receives notifications.

    It answers 200 once a notification is stored, 400 to one that is certainly not the provider's,
    404 for a gateway that is unknown or has no notifications, and 500 if it cannot store: the
    provider then sends it again. What it stored is processed after the answer was sent, in the same
    thread.
    """

    inbox: Inbox
    """The service that stores and processes."""
    process: bool = True
    """Whether to process after the answer; if false, call `inbox.process` in a worker."""
    most_bytes: int = MOST_BYTES
    """The most bytes of a body."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        try:
            name, notification = self._read(environ)
            self.inbox.accept(name, notification)
            status = HTTPStatus.OK
        except Exception as error:
            status = _status_of(error)
        body, headers = _answer(status)
        start_response(f"{status.value} {status.phrase}", headers)
        return _Closing(body, self._after if status is HTTPStatus.OK and self.process else _nothing)

    def _read(self, environ: WSGIEnvironment) -> tuple[str, Notification]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        query = str(environ.get("QUERY_STRING", "")).encode("latin-1")
        method = str(environ["REQUEST_METHOD"])
        name = _gateway_in(environ.get("PATH_INFO", ""))
        notification = _notification(method, query, headers)
        length = _length_in(headers, self.most_bytes)
        if length is None and not environ.get("wsgi.input_terminated"):
            length = 0  # a server that does not end the input would wait for more
        body = b"".join(_read_in_parts(environ["wsgi.input"], self.most_bytes, length))
        return name, _with_body(notification, body)

    def _after(self) -> None:
        try:
            self.inbox.process()
        except Exception as error:  # the answer is sent; what is stored is processed later
            log.warning("notifications could not be processed: %s", type(error).__name__)


@frozen(kw_only=True)
class AsgiNotifications:
    """An ASGI application that receives notifications, as `WsgiNotifications` does."""

    inbox: AsyncInbox
    """The service that stores and processes."""
    process: bool = True
    """Whether to process after the answer; if false, call `inbox.process` in a worker."""
    most_bytes: int = MOST_BYTES
    """The most bytes of a body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; takes part in the lifespan of a server."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError("notifications come by HTTP")
        try:
            found = await self._read(scope, receive)
            if found is None:
                return  # the client has gone: it gets no answer, and nothing is stored
            await self.inbox.accept(*found)
            status = HTTPStatus.OK
        except Exception as error:
            status = _status_of(error)
        body, headers = _answer(status)
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status.value, "headers": pairs})
        await send({"type": "http.response.body", "body": body})
        if status is HTTPStatus.OK and self.process:
            await self._after()

    async def _read(self, scope: Scope, receive: Receive) -> tuple[str, Notification] | None:
        headers = dict[str, str]()
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        name = _gateway_in(path)
        notification = _notification(scope["method"], scope.get("query_string", b""), headers)
        _length_in(headers, self.most_bytes)
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self.most_bytes:
                raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            more = message.get("more_body", False)
        return name, _with_body(notification, bytes(body))

    async def _after(self) -> None:
        try:
            await self.inbox.process()
        except Exception as error:  # as for WSGI
            log.warning("notifications could not be processed: %s", type(error).__name__)


# -- what both share


def _gateway_in(path: str) -> str:
    """Returns the only segment of a path."""
    name = path.removeprefix("/").removesuffix("/")
    if not name or "/" in name:
        raise _Refused(HTTPStatus.NOT_FOUND)
    return name


def _notification(method: str, query: bytes, headers: Mapping[str, str]) -> Notification:
    """Returns the notification of a request without its body."""
    if method not in ("GET", "POST"):
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    if len(query) > _MOST_QUERY:
        raise _Refused(HTTPStatus.REQUEST_URI_TOO_LONG)
    kept = {name.lower(): value for name, value in headers.items() if name.lower() not in _LEFT_OUT}
    if sum(len(name) + len(value) for name, value in kept.items()) > _MOST_HEADERS:
        raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    try:
        text = query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise _Refused(HTTPStatus.BAD_REQUEST) from None
    return Notification(method=method, query=pairs, headers=kept)


def _with_body(notification: Notification, body: bytes) -> Notification:
    return Notification(
        method=notification.method,
        query=notification.query,
        headers=notification.headers,
        body=body,
        received_at=notification.received_at,
    )


def _length_in(headers: Mapping[str, str], most: int) -> int | None:
    """Returns the length that a request states; None if it states none."""
    text = {name.lower(): value for name, value in headers.items()}.get("content-length", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) + 1:
        raise _Refused(HTTPStatus.BAD_REQUEST if not text.isdigit() else _TOO_LARGE)
    if int(text) > most:
        raise _Refused(_TOO_LARGE)
    return int(text)


_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _read_in_parts(stream: Any, most: int, length: int | None) -> Iterator[bytes]:
    """Yields the body of a request, of a known length or up to the end of the stream."""
    left = most + 1 if length is None else length
    while left > 0 and (part := stream.read(min(left, _CHUNK))):
        yield part
        left -= len(part)
    if length is None and left <= 0:
        raise _Refused(_TOO_LARGE)
    if length is not None and left > 0:
        raise _Refused(HTTPStatus.BAD_REQUEST)  # the body ended before its length


def _status_of(error: Exception) -> HTTPStatus:
    """Returns the status for an error; one that is not the sender's is logged without its text."""
    match error:
        case _Refused():
            return error.status
        case UnknownGateway() | Unsupported():
            return HTTPStatus.NOT_FOUND
        case InvalidSignature() | InvalidInput():
            return HTTPStatus.BAD_REQUEST
        case _:
            log.warning("a notification could not be stored: %s", type(error).__name__)
            return HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(status: HTTPStatus) -> tuple[bytes, list[tuple[str, str]]]:
    body = f"{status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET, POST"))
    return body, headers


class _Closing:
    """A body of a WSGI answer. A server calls `close` after it was sent."""

    def __init__(self, body: bytes, close: Callable[[], None]) -> None:
        self._parts, self.close = iter([body]), close

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


def _nothing() -> None:
    pass


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
