"""What a test said to Paysera over its socket: by which call, to which endpoint, in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from attrs import define, field, frozen
from onboarding.hooks import Exchange
from onboarding.http import as_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ENDPOINTS", "Said", "Tap", "said_in"]

# the user resource's endpoints as its page spells them, then those of the official clients
ENDPOINTS = """
GET /user/:id
GET /user
GET /user/:id/email
GET /user/:id/phone
GET /user/:id/address
GET /user/:id/identity
GET /user/:id/wallets
POST /user
POST /user/:userId/phone
PUT /user/:userId/phone/confirm
POST /user/:userId/email
PUT /user/:userId/email/confirm
POST /user/password/reset
PUT /user/:userId/password
GET /user/:userId/services
PUT /user/:userId/service/:service
PUT /user/:userId/position
GET /user/:userId/position
DELETE /user/:userId/position
GET /positions
GET /avatar/:userId.jpg
PUT /user/:userId/avatar
DELETE /user/:userId/avatar
POST /user/:userId/document
PUT /user/document/:documentId/metadata
PUT /user/:userId
GET /user/:userId/receipt/identification
GET /user/:userId/receipt/registration
POST /user/:userId/contact-book
DELETE /contact-book/:contactBookId
DELETE /contact-book/:id/contacts
PUT /contact-book/:id/append
GET /user/:id/confirmed-phones
GET /user/:id/pes
GET /wallet/:id
POST /user/:id/identification-request
POST /identification-request
GET /identification-request/:id
GET /user/:id/identification-requests
POST /identification-request/:id/identity-document
PUT /identity-document/:id/image/:order
PUT /identification-request/:id/face-photo/image/:order
POST /identification-request/:id/face-photo
POST /identification-request/:id/additional-document
POST /additional-document/:id/file
PUT /identification-request/:id/submit
GET /server
POST /oauth/v1/session
POST /oauth/v1/token
PUT /oauth/v1/tokens/:token/activate
DELETE /oauth/v1/token
POST :recaptcha-unlock-url
""".strip().splitlines()


def _pattern(line: str) -> re.Pattern[str]:
    """What a request line looks like that goes to an endpoint."""
    method, _, path = line.partition(" ")
    if path == ":recaptcha-unlock-url":
        path = r"/recaptcha/unlock/.+"
    else:
        path = re.sub(r":[A-Za-z]+", "[^/]+", path.replace(".jpg", r"\.jpg"))
    below = "" if path.startswith(("/oauth", "/avatar", "/recaptcha")) else "/rest/v1"
    return re.compile(f"{method} {below}{path}")


# those with fewer places for an id first: `user/document/1/metadata` is no `user/1/...`
_PATTERNS = sorted(
    ((line, _pattern(line)) for line in ENDPOINTS), key=lambda pair: pair[0].count(":")
)


@frozen(order=True)
class Said:
    """One thing that was said: of which kind (`endpoint`, `level` ...), what, by which call."""

    kind: str
    what: str
    call: str


@frozen
class Heard:
    """One request and its answer, as they were on the wire."""

    method: str
    path: str
    query: str
    body: bytes
    status: int
    answer: bytes


@define
class Tap:
    """An application with a tap on its wire: hears each request, and notes what a call said."""

    app: WSGIApplication | None = None
    last: Heard | None = None
    said: set[Said] = field(factory=set[Said])

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        assert self.app is not None
        stream, length = environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0)
        chunked = environ.get("HTTP_TRANSFER_ENCODING") == "chunked"
        body = stream.read() if chunked else stream.read(length)
        statuses: list[int] = []

        def started(status: str, *rest: Any) -> Any:
            statuses.append(int(status.split()[0]))
            return start(status, *rest)

        again = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
        answer = b"".join(self.app(environ | again, started))
        self.last = Heard(
            environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""),
            body, statuses[-1], answer,
        )  # fmt: skip
        return [answer]

    def observe(self, exchange: Exchange) -> None:
        """Told by the gateway of an exchange that has just ended: the last one that was heard."""
        heard = self.last
        assert heard is not None
        assert (heard.method, heard.status) == (exchange.method, exchange.status)
        self.said.update(said_in(exchange.operation, heard))


def said_in(call: str, heard: Heard) -> Iterator[Said]:
    """What one request and its answer said."""
    sent, shown = _object(heard.body), _object(heard.answer)
    if heard.status >= 400:
        if isinstance(code := shown.get("error"), str):
            yield Said("error", code, call)
        return
    if call == "raw":
        yield Said("endpoint", "any other", call)
        return
    line = f"{heard.method} {unquote(heard.path)}"
    endpoint = next((name for name, known in _PATTERNS if known.fullmatch(line)), line)
    yield Said("endpoint", endpoint, call)
    for name in parse_qs(heard.query) if endpoint == "GET /user" else ():
        yield Said("search criterion", re.sub(r"\[.*", "[:nationality]", name), call)
    if endpoint == "POST /user" and "credentials" in sent:
        yield Said("credential type", sent["credentials"]["type"], call)
    if endpoint.endswith("/metadata") and "type" in sent:
        yield Said("document type", sent["type"], call)
    if endpoint.endswith("/identity-document"):
        yield Said("identity document type", sent["type"], call)
    if endpoint.startswith("PUT") and endpoint.endswith("/:service"):
        yield Said("service", heard.path.rpartition("/")[2], call)
    if endpoint == "POST /oauth/v1/token":
        yield Said("grant type", parse_qs(heard.body.decode())["grant_type"][0], call)
    if isinstance(level := shown.get("identification_level"), str):
        yield Said("level", level, call)


def _object(body: bytes) -> dict[str, Any]:
    try:
        return as_object(json.loads(body))
    except ValueError:
        return {}
