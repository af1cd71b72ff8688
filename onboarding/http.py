"""HTTP as values, without a socket: `Request`, `Response`, `Flow` and `url`."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast
from urllib.parse import SplitResult, quote, urlsplit

from attrs import field, frozen

from onboarding.errors import ConfigurationError, InvalidInput, Problem, UnexpectedResponse

__all__ = [
    "Flow",
    "Proof",
    "Request",
    "Response",
    "Token",
    "as_object",
    "has_lone_surrogate",
    "is_loopback",
    "json_body",
    "retry_after",
    "url",
]

T = TypeVar("T")

MAX_DEPTH = 64
"""The levels of lists and objects that the JSON of an answer may have."""

_NESTED = frozenset({dict, list})

HEADER_TEXT = r"(?! )[ -~]*(?<! )"  # RFC 9110, 5.5, limited to what every client accepts
_IN_A_HEADER = re.compile(HEADER_TEXT).fullmatch
_IN_A_BASE = re.compile(r"[!-~]+").fullmatch  # others are written as punycode or %XX
_METHOD = re.compile(r"[A-Z]+").fullmatch  # RFC 9110, 9.1: in capitals by convention
has_lone_surrogate = re.compile(r"[\ud800-\udfff]").search
"""Finds a surrogate, which UTF-8 cannot encode."""


_JSON = (dict, list, tuple, Mapping)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _is_method(_: object, __: object, value: str) -> None:
    if not (isinstance(value, str) and _METHOD(value)):  # pyright: ignore[reportUnnecessaryIsInstance]
        text = "expected an HTTP method in capitals, such as GET"
        raise InvalidInput([Problem("method", "shape", text)])


@frozen(kw_only=True)
class Request:
    """One HTTP request: these bytes are sent to this URL. Its repr shows no id and no body."""

    method: str = field(validator=_is_method)
    """The HTTP method, in capitals. Example: `POST`."""
    url: str = field(repr=False)
    """The whole URL, as `url` writes it. Example: `https://api.northbank.example/people`."""
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    """The headers, without those that `sign` adds. Example: `{"Accept": "application/json"}`."""
    body: bytes = field(default=b"", repr=False)
    """The bytes of the body. Example: `b'{}'`."""
    operation: str = ""
    """The name of the call, for observers. Example: `create_user`."""
    anonymous: bool = False
    """Whether it is sent without a token, such as a login. Example: `False`."""
    idempotent: bool = False
    """Whether it has the caller's idempotency key, by which the provider prevents a second
    execution.

    Example: `False`.
    """

    @classmethod
    def json(
        cls, method: str, url: str, data: object = None, *, operation: str, **headers: str
    ) -> Request:
        """Returns a request with `data` as its JSON body; without a body if `data` is None.

        Raises `InvalidInput` if `data` is neither an object nor a list, or cannot be serialised.
        """
        named = _named(headers) if headers else {}
        if data is None:
            return cls(method=method, url=url, headers=named, operation=operation)
        if not isinstance(data, _JSON):
            raise InvalidInput([Problem("body", "type", "expected an object or a list")])
        body = json_body(cast("object", data))
        named["Content-Type"] = "application/json"
        return cls(method=method, url=url, headers=named, body=body, operation=operation)

    def with_headers(self, **headers: str) -> Request:
        """Returns the request with further headers; underscores become dashes."""
        return Request(
            method=self.method,
            url=self.url,
            headers={**self.headers, **_named(headers)},
            body=self.body,
            operation=self.operation,
            anonymous=self.anonymous,
            idempotent=self.idempotent,
        )

    @property
    def unwritable(self) -> tuple[str, ...]:
        """The names of the headers whose values are not printable ASCII."""
        if all(map(_IN_A_HEADER, self.headers.values())):
            return ()
        return tuple(name for name, value in self.headers.items() if not _IN_A_HEADER(value))

    @property
    def changes_nothing(self) -> bool:
        """Whether the request only reads, so that it may be repeated."""
        return self.method in ("GET", "HEAD")


def _not_json(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity, which are not JSON


_decoded = json.JSONDecoder(parse_constant=_not_json).decode


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class Response:
    """One HTTP answer. Header names are lower case; `received_at` is in UTC.

    Headers with the same name are joined by `, `; `set-cookie` is left out.
    """

    status: int
    """The HTTP status. Example: `200`."""
    headers: Mapping[str, str] = field(factory=dict[str, str], converter=_lower, repr=False)
    """The headers by name in lower case. Lines of one name are joined by a comma."""
    body: bytes = field(default=b"", repr=False)
    """The bytes of the body. Example: `b'{}'`."""
    received_at: datetime = field(factory=lambda: datetime.now(UTC))
    """When it arrived, in UTC."""

    _found: dict[Callable[[Response], Any], Any] = field(
        factory=dict[Callable[..., Any], Any], init=False, eq=False, repr=False
    )

    def once(self, read: Callable[[Response], T]) -> T:
        """Returns `read(response)`, which runs once: for facts that several places ask for."""
        if read not in self._found:
            self._found[read] = read(self)
        return cast("T", self._found[read])

    def json(self) -> Any:
        """Returns the body as JSON.

        Raises `UnexpectedResponse` if it is not JSON, or nested deeper than `MAX_DEPTH`.
        """
        why = "is not JSON"
        with suppress(ValueError, RecursionError):
            body = self.body
            data = _decoded(body.decode(json.detect_encoding(body), "surrogatepass"))
            # Data of a few brackets cannot be deep.
            if body.count(b"[") + body.count(b"{") <= MAX_DEPTH or not _is_deeper(MAX_DEPTH, data):
                return data
            why = "is nested too deep"
        problem = Problem("", "shape", f"the {self.status} answer {why}")
        raise UnexpectedResponse([problem], status=self.status, raw=self.body)

    def json_object(self) -> dict[str, Any]:
        """Returns the body as a JSON object. Raises `UnexpectedResponse` if it is not one."""
        data = self.json()
        if not isinstance(data, dict):
            problem = Problem("", "type", f"the {self.status} answer is not a JSON object")
            raise UnexpectedResponse([problem], status=self.status, raw=self.body)
        return cast("dict[str, Any]", data)

    def loose_object(self) -> dict[str, Any]:
        """Returns the body as a JSON object; an empty one if it is anything else."""
        try:
            return as_object(json.loads(self.body))
        except (ValueError, RecursionError):
            return {}


def _is_deeper(levels: int, data: object) -> bool:
    """Whether lists and objects have more levels than that."""
    if not isinstance(data, dict | list):
        return False
    if levels < 1:
        return True
    items = cast("Any", data.values() if isinstance(data, dict) else data)
    return any(item.__class__ in _NESTED and _is_deeper(levels - 1, item) for item in items)


def as_object(value: object) -> dict[str, Any]:
    """Returns a JSON object unchanged, and an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?").fullmatch
_LONGEST_WAIT = 86_400.0  # a day
_LONGEST_DATE = 64


def retry_after(response: Response) -> float | None:
    """Returns the seconds in the header `Retry-After`, at most a day; None if it has none.

    RFC 9110, 10.2.3: a number of seconds, here also with a fraction, or a date, which is compared
    with `received_at`. A date in the past is ignored.
    """
    text = response.headers.get("retry-after", "").strip()
    if _SECONDS(text):
        return min(float(text), _LONGEST_WAIT)
    if not text or len(text) > _LONGEST_DATE:
        return None
    from email.utils import parsedate_to_datetime  # slow to import, rarely needed

    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:  # `-0000`, which RFC 5322 defines as UTC
            date = date.replace(tzinfo=UTC)
        seconds = (date - response.received_at).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(seconds, _LONGEST_WAIT) if seconds >= 0 else None


Flow: TypeAlias = Generator[Request, Response, T]
"""An operation as a generator: it yields requests, receives responses, and returns its result."""


@frozen
class Token:
    """The token of a login, with its expiry in UTC."""

    value: str = field(repr=False)
    """The token. It is in no repr."""
    expires_at: datetime
    """When it expires, in UTC."""


@frozen(kw_only=True)
class Proof:
    """The inputs of a signature: the time, a nonce and a token."""

    now: datetime
    """The time, in UTC. It is the provider's time after a refused signature."""
    nonce: str
    """A text that is used once."""
    token: Token | None = None
    """The token of the login, None for an adapter without a login."""


def json_body(data: object) -> bytes:
    """Serialises data as JSON: compact, ASCII, keys in their order.

    Raises `InvalidInput` for data that cannot be serialised.
    """
    with suppress(TypeError, ValueError, RecursionError):  # their texts may show a value
        return _encoded(data).encode("ascii")
    raise InvalidInput([Problem("body", "type", "cannot be serialised as JSON")])


def _object(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType]  # of keys of any type
    raise TypeError(type(value).__name__)


_encoded = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_object).encode


@cache
def _base(text: str) -> SplitResult:
    with suppress(ValueError):  # of urlsplit, and of an invalid port
        parts = urlsplit(text)
        absolute = parts.scheme.lower() in ("http", "https") and parts.hostname
        # A user name before the host would become a header and replace the signed one.
        if absolute and parts.username is None and parts.port != 0 and _IN_A_BASE(text):
            return parts
    problem = Problem("base_url", "shape", "expected an absolute URL of http or https")
    raise ConfigurationError([problem])


@cache
def _root(base: str) -> str:
    parts = _base(base)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


_PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_~.-]*").fullmatch
"""Matches a path segment that is quoted to itself."""


def _bad_part(why: str, code: str = "shape") -> InvalidInput:
    return InvalidInput([Problem("", code, f"a part of a URL {why}")])


def _quoted(text: str) -> str:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _bad_part("is not a text", "type")
    if has_lone_surrogate(text):
        raise _bad_part("has a lone surrogate")
    return quote(text, safe="")


def _segment(part: str | int) -> str:
    if isinstance(part, bool) or not isinstance(part, str | int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _bad_part("is neither a text nor a whole number", "type")
    if (text := str(part)) in ("", ".", ".."):
        raise _bad_part("is empty, or only dots")
    return _quoted(text)


def _pairs(query: Iterable[tuple[str, str]]) -> list[str]:
    try:
        return [f"{_quoted(name)}={_quoted(value)}" for name, value in query]
    except InvalidInput:
        raise
    except (TypeError, ValueError):
        raise _bad_part("is not a pair of texts", "type") from None


def url(
    base: str,
    *segments: str | int,
    query: Iterable[tuple[str, str]] = (),
) -> str:
    """Builds a URL in a form that no client re-encodes, so that the signed URL is the sent one.

    Every path segment and every part of the query is quoted completely, so that an id cannot add
    segments or parameters. Raises `InvalidInput` for a segment of another type, for `""`, `.` and
    `..`, and for a text that UTF-8 cannot encode; `ConfigurationError` if `base` is not an absolute
    URL.
    """
    whole = _root(base)
    for part in segments:
        plain = type(part) is str and _PLAIN(part)
        whole += f"/{part if plain else _segment(part)}"
    search = "&".join(_pairs(query)) if query != () else ""
    return f"{whole}?{search}" if search else whole


def is_loopback(address: str) -> bool:
    """Whether the host of a URL is this machine, so that requests do not cross a network."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
