"""HTTP as values, without a socket: `Request`, `Response`, `Flow` and `url`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from attrs import evolve, field, frozen

from onboarding.bodies import (
    FilePart,
    form_body,
    json_body,
    multipart_body,
    parsed_xml,
    xml_body,
)
from onboarding.errors import InvalidInput, Problem, UnexpectedResponse
from onboarding.urls import query_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = [
    "FilePart",
    "Flow",
    "Proof",
    "Request",
    "Response",
    "Token",
    "as_list",
    "as_object",
    "retry_after",
]

T = TypeVar("T")

MAX_DEPTH = 64
"""The levels of lists and objects that the JSON of an answer may have at most."""

_NESTED = frozenset({dict, list})

HEADER_TEXT = r"(?! )[ -~]*(?<! )"  # RFC 9110, 5.5, limited to what every client accepts
_IN_A_HEADER = re.compile(HEADER_TEXT).fullmatch
_METHOD = re.compile(r"[A-Z]+").fullmatch  # RFC 9110, 9.1: in capitals by convention


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
    attempt: int = 1
    """The number of the attempt, which the engine counts. Example: `2`."""
    waited: float = 0.0
    """The seconds that the engine waited before this attempt. Example: `0.08`."""

    @classmethod
    def json(
        cls, method: str, url: str, data: object = None, *, operation: str, **headers: str
    ) -> Request:
        """Returns a request with `data` as its JSON body; without a body if `data` is None.

        `method` is in capitals, `url` is the whole URL, `operation` the name of the call for
        observers. Each of `headers` is given by name, with underscores for dashes.

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

    @classmethod
    def form(
        cls, method: str, url: str, data: Mapping[str, Any], *, operation: str, **headers: str
    ) -> Request:
        """Returns a request with `data` as a form, with brackets for objects and lists.

        The other arguments are those of `json`.

        Raises `InvalidInput` if `data` cannot be serialised as a form.
        """
        kind = "application/x-www-form-urlencoded"
        named = {**_named(headers), "Content-Type": kind}
        body = form_body(data)
        return cls(method=method, url=url, headers=named, body=body, operation=operation)

    @classmethod
    def multipart(
        cls,
        method: str,
        url: str,
        fields: Mapping[str, str],
        *files: FilePart,
        operation: str,
        **headers: str,
    ) -> Request:
        """Returns a request with form fields and files as its multipart body.

        The other arguments are those of `json`.
        """
        body, kind = multipart_body(fields, files)
        named = {**_named(headers), "Content-Type": kind}
        return cls(method=method, url=url, headers=named, body=body, operation=operation)

    @classmethod
    def xml(
        cls, method: str, url: str, root: Element, *, operation: str, **headers: str
    ) -> Request:
        """Returns a request with an XML document as its body.

        The other arguments are those of `json`.

        Raises `InvalidInput` if `root` cannot be serialised as XML.
        """
        named = {"Accept": "application/xml", **_named(headers), "Content-Type": "application/xml"}
        body = xml_body(root)
        return cls(method=method, url=url, headers=named, body=body, operation=operation)

    def with_query(self, **parameters: str) -> Request:
        """Returns the request with further parameters at the end of its query, quoted as by `url`.

        For a provider that signs in the query: a signature covers the URL before it.
        """
        mark = "&" if "?" in self.url else "?"
        return evolve(self, url=self.url + mark + query_text(parameters.items()))

    def with_headers(self, **headers: str) -> Request:
        """Returns the request with further headers; underscores become dashes."""
        changed: Request = copy(self)  # its other fields were checked
        whole = dict(self.headers)
        for name, value in headers.items():
            whole[name.replace("_", "-")] = value
        object.__setattr__(changed, "headers", whole)
        return changed

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
    max_depth: int = field(default=MAX_DEPTH, eq=False, repr=False)
    """The most levels of lists and objects, or of elements, that it may have. Example: `64`."""

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

        Raises `UnexpectedResponse` if it is not JSON, or nested deeper than `max_depth`.
        """
        body, code, why = self.body, "shape", "is not JSON"
        try:
            data = _decoded(body.decode(json.detect_encoding(body), "surrogatepass"))
            if not self._is_too_deep(data):
                return data
            code, why = "too_deep", "is nested too deep"
        except RecursionError:
            code, why = "too_deep", "is nested too deep"
        except ValueError:
            pass  # the error would show a value
        problem = Problem("", code, f"the {self.status} answer {why}")
        raise UnexpectedResponse([problem], status=self.status, raw=self.body)

    def _is_too_deep(self, data: object) -> bool:
        body, levels = self.body, self.max_depth
        # Data of a few brackets cannot be deep.
        return body.count(b"[") + body.count(b"{") > levels and _is_deeper(levels, data)

    def json_object(self) -> dict[str, Any]:
        """Returns the body as a JSON object. Raises `UnexpectedResponse` if it is not one."""
        data = self.json()
        if not isinstance(data, dict):
            problem = Problem("", "type", f"the {self.status} answer is not a JSON object")
            raise UnexpectedResponse([problem], status=self.status, raw=self.body)
        return cast("dict[str, Any]", data)

    def xml(self) -> Element:
        """Returns the root element of the body as XML.

        Raises `UnexpectedResponse` if it is not XML, has a document type, or is nested deeper than
        `max_depth`.
        """
        try:
            return parsed_xml(self.body, levels=self.max_depth)
        except ValueError as error:
            why = str(error)
        problem = Problem("", "shape", f"the {self.status} answer {why}")
        raise UnexpectedResponse([problem], status=self.status, raw=self.body)

    def loose_xml(self) -> Element:
        """Returns the body as XML; an element without a tag if it is anything else."""
        try:
            return parsed_xml(self.body, levels=self.max_depth)
        except ValueError:
            from xml.etree.ElementTree import Element  # rarely needed

            return Element("")

    def loose_object(self) -> dict[str, Any]:
        """Returns the body as a JSON object; an empty one if it is anything else."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return {} if self._is_too_deep(data) else as_object(data)


def _is_deeper(levels: int, data: object) -> bool:
    """Whether lists and objects have more levels than that."""
    if not isinstance(data, dict | list):
        return False
    if levels < 1:
        return True
    items = cast("Any", data.values() if isinstance(data, dict) else data)
    return any(item.__class__ in _NESTED and _is_deeper(levels - 1, item) for item in items)


def as_list(value: object) -> list[object]:
    """Returns a JSON list unchanged, and an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


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
