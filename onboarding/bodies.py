"""The bodies of requests as bytes: JSON, forms, multipart and XML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import quote, quote_plus

from attrs import Factory, field, frozen

from onboarding.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = [
    "FORM_BODY",
    "JSON_BODY",
    "XML_BODY",
    "BodyFormat",
    "FilePart",
    "form_body",
    "json_body",
    "multipart_body",
    "parsed_xml",
    "xml_body",
]


def _never(_: str) -> None:
    """Finds nothing."""


def _finder(format: BodyFormat) -> Callable[[str], object]:
    return re.compile(f"[{format.excluded}]").search if format.excluded else _never


@frozen(kw_only=True, eq=False)
class BodyFormat:
    """What a format of bodies can hold. Serialisers, wire classes and the laws go by it."""

    name: str
    """Its name. Example: `XML`."""
    nulls: bool = True
    """Whether null is another value than no key."""
    texts_only: bool = False
    """Whether numbers, true and false are texts to the reader."""
    excluded: str = ""
    """The characters that no text in it can have, as a set of a regular expression."""
    levels: int = 64
    """The most levels of objects and lists."""
    finds_excluded: Callable[[str], object] = field(
        default=Factory(_finder, takes_self=True), init=False, repr=False
    )
    """Finds a character that no text in it can have; None if there is none."""

    def cannot_hold(self, value: object) -> bool:
        """Whether a text of the value has a character that the format excludes."""
        if isinstance(value, str):
            return self.finds_excluded(value) is not None
        if isinstance(value, Mapping):
            found = cast("Mapping[object, object]", value)
            return any(self.cannot_hold(one) for pair in found.items() for one in pair)
        if isinstance(value, list | tuple):
            return any(map(self.cannot_hold, cast("Iterable[object]", value)))
        return False


JSON_BODY = BodyFormat(name="JSON")
"""JSON. A lone surrogate is escaped."""

FORM_BODY = BodyFormat(name="form", texts_only=True, excluded="\ud800-\udfff", levels=16)
"""A form, with brackets for objects and lists. Null is the empty value."""

XML_BODY = BodyFormat(
    name="XML",
    nulls=False,
    texts_only=True,
    # XML 1.0, 2.2; a carriage return is read as a line feed (2.11)
    excluded="^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff",
)
"""XML 1.0, with an element for each key."""


def _refuse(message: str, code: str = "type") -> NoReturn:
    raise InvalidInput([Problem("body", code, message)])


def json_body(data: object) -> bytes:
    """Serialises data as JSON: compact, ASCII, keys in their order.

    Raises `InvalidInput` for data that cannot be serialised.
    """
    with suppress(TypeError, ValueError, RecursionError):  # their texts may show a value
        return _encoded(data).encode("ascii")
    _refuse("cannot be serialised as JSON")


def _object(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType]  # of keys of any type
    raise TypeError(type(value).__name__)


_encoded = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_object).encode


def form_body(data: Mapping[str, Any]) -> bytes:
    """Serialises data as a form (`application/x-www-form-urlencoded`).

    The fields of an object have brackets, `address[city]=Vilnius`, and the items of a list their
    index, `files[0]=file_1`. Brackets are not percent-encoded. True and False are `true` and
    `false`; None and an empty object are the empty value, which clears a field. An empty list has
    no field. Numbers have no exponent.

    Raises `InvalidInput` for a value of another type, a text that UTF-8 cannot encode, and data
    nested deeper than 16 levels.
    """
    try:
        pairs = [
            f"{quote(name, safe='[]')}={quote_plus(value)}" for name, value in _fields("", data, 0)
        ]
    except UnicodeEncodeError:
        pairs = []
    else:
        return "&".join(pairs).encode("ascii")
    _refuse("has a lone surrogate", "shape")


def _fields(name: str, value: object, level: int) -> Iterator[tuple[str, str]]:
    if level > FORM_BODY.levels:
        _refuse(f"is nested deeper than {FORM_BODY.levels} levels", "shape")
    if isinstance(value, Mapping):
        found = cast("Mapping[object, object]", value)
        for key, item in found.items():
            yield from _fields(f"{name}[{key}]" if name else str(key), item, level + 1)
        if not found and name:
            yield name, ""
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("Iterable[object]", value)):
            yield from _fields(f"{name}[{index}]", item, level + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is None:
        yield name, ""
    elif isinstance(value, float) and isfinite(value):
        yield name, f"{Decimal(str(value)):f}"
    elif isinstance(value, str | int):
        yield name, str(value)
    else:
        _refuse("a form holds texts, numbers, true, false, objects and lists")


@frozen
class FilePart:
    """One file of a multipart body."""

    name: str
    """The name of the form field. Example: `file`."""
    filename: str
    """The name of the file. Example: `passport.png`."""
    media_type: str
    """Its media type. Example: `image/png`."""
    content: bytes = field(repr=False)
    """Its bytes."""


_QUOTED = re.compile(r'[\r\n"]')
_IN_A_NAME = {"\r": "%0D", "\n": "%0A", '"': "%22"}  # as browsers do: HTML, 4.10.22.7


def multipart_body(fields: Mapping[str, str], files: Iterable[FilePart]) -> tuple[bytes, str]:
    """Returns a multipart body (RFC 7578), and its media type with the boundary.

    The boundary is derived from the content, so that the same content gives the same bytes. Raises
    `InvalidInput` for a text that UTF-8 cannot encode.
    """
    parts = [(f'form-data; name="{_name(name)}"', "", _utf8(text)) for name, text in fields.items()]
    parts += [
        (
            f'form-data; name="{_name(one.name)}"; filename="{_name(one.filename)}"',
            f"Content-Type: {one.media_type}\r\n",
            one.content,
        )
        for one in files
    ]
    whole = b"\r\n".join(content for *_, content in parts)
    boundary = sha256(whole).hexdigest()[:32]
    while boundary.encode() in whole:
        boundary = sha256(boundary.encode()).hexdigest()[:32]
    body = b"".join(
        _utf8(f"--{boundary}\r\nContent-Disposition: {head}\r\n{kind}\r\n") + content + b"\r\n"
        for head, kind, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _utf8(text: str) -> bytes:
    with suppress(UnicodeEncodeError):  # its text would show the value
        return text.encode()
    _refuse("has a lone surrogate", "shape")


def _name(text: str) -> str:
    return _QUOTED.sub(lambda found: _IN_A_NAME[found[0]], text)


def xml_body(root: Element) -> bytes:
    """Serialises an element as an XML document in UTF-8.

    Raises `InvalidInput` for an element that cannot be serialised, and for a character that XML
    cannot hold, such as NUL, or would change, such as a carriage return.
    """
    from xml.etree.ElementTree import tostring  # rarely needed

    with suppress(TypeError, ValueError):
        found: str = tostring(root, encoding="unicode")
        if not XML_BODY.cannot_hold(found):
            return b"<?xml version='1.0' encoding='utf-8'?>\n" + found.encode()
    _refuse("cannot be serialised as XML")


def parsed_xml(body: bytes, *, levels: int) -> Element:
    """Returns the root element of an XML document.

    Raises `ValueError` for a document that is not well-formed, has a document type (which could
    define entities), or is nested deeper than `levels`.
    """
    from xml.etree.ElementTree import ParseError, fromstring
    from xml.parsers import expat

    depth = 0

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > levels:
            raise ValueError("is nested too deep")

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def typed(*_: object) -> None:
        raise ValueError("has a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = typed
    try:
        parser.Parse(body, True)
        root: Element = fromstring(body)  # noqa: S314 - it has no document type, so no entities
    except (expat.ExpatError, ParseError, LookupError):
        raise ValueError("is not XML") from None
    return root
