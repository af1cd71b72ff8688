"""Readers of bodies: JSON against a description, forms, images and other files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl

from attrs import define, field

from .answers import ApiError, Violation
from .rows import Upload
from .settings import Settings

# A description is a `Reader`: it takes a value and its path, records errors, and returns the
# cleaned value. Readers are composed of `text`, `number`, `listing`, `record` and `by_type`.

# The codes are Symfony's names of validator errors in lower case, without their suffix, as the
# framework uses them (lib-serializer, `PropertiesAwareValidator`).
MESSAGES: Mapping[str, str] = {
    "is_blank": "A value is needed here.",
    "invalid_type": "The value is of a wrong type.",
    "invalid_format": "The value is not a valid e-mail address.",
    "regex_failed": "The value does not have the form asked for.",
    "no_such_choice": "The value is not one of those allowed.",
    "no_such_country": "The value is not a two-letter country code.",
    "no_such_field": "There is no such field.",
    "too_low": "The value is too low.",
    "too_high": "The value is too high.",
}


@define
class Faults:
    """The errors of a body, in the order in which they were found."""

    refuse_unknown_keys: bool = False
    found: list[Violation] = field(factory=list[Violation])

    def add(self, path: str, code: str) -> None:
        self.found.append(Violation(path, code, MESSAGES[code]))

    def error(self) -> ApiError:
        description = "Some parameters are missing or invalid."
        return ApiError("invalid_parameters", description, violations=self.found)

    def raise_any(self) -> None:
        if self.found:
            raise self.error()


Reader = Callable[[object, str, Faults], Any]
# Returns the cleaned text, or raises `ValueError` with the code of the error.
Rule = Callable[[str], str]


def text(rule: Rule | None = None, *, blank: bool = False) -> Reader:
    def read(value: object, path: str, faults: Faults) -> str | None:
        if not isinstance(value, str):
            faults.add(path, "invalid_type")
        elif not blank and not value.strip():
            faults.add(path, "is_blank")
        else:
            try:
                return value if rule is None else rule(value)
            except ValueError as fault:
                faults.add(path, str(fault))
        return None

    return read


def number(low: float, high: float) -> Reader:
    def read(value: object, path: str, faults: Faults) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            faults.add(path, "invalid_type")
        elif value < low:
            faults.add(path, "too_low")
        elif value > high:
            faults.add(path, "too_high")
        else:
            return value
        return None

    return read


def listing(item: Reader) -> Reader:
    def read(value: object, path: str, faults: Faults) -> list[Any] | None:
        if not isinstance(value, list):
            faults.add(path, "invalid_type")
            return None
        entries = cast("list[object]", value)
        return [item(entry, f"{path}[{at}]", faults) for at, entry in enumerate(entries)]

    return read


def record(
    fields: Mapping[str, Reader],
    *,
    required: Collection[str] = (),
    any_of: Collection[str] = (),
) -> Reader:
    """Returns a reader of an object; of the keys `any_of`, at least one is required."""

    def read(value: object, path: str, faults: Faults) -> dict[str, Any] | None:
        entries = _entries(value)
        if entries is None:
            faults.add(path, "invalid_type")
            return None
        wanted = set(required)
        if any_of and not set(any_of) & set(entries):
            wanted |= set(any_of)
        for key in (key for key in fields if key in wanted and key not in entries):
            faults.add(_join(path, key), "is_blank")
        if faults.refuse_unknown_keys:
            for key in (key for key in entries if key not in fields):
                faults.add(_join(path, key), "no_such_field")
        return {
            key: reader(entries[key], _join(path, key), faults)
            for key, reader in fields.items()
            if key in entries
        }

    return read


def one_of(keys: Collection[str], whole: Reader) -> Reader:
    """Returns a reader of an object with exactly one of these keys."""

    def read(value: object, path: str, faults: Faults) -> dict[str, Any] | None:
        given = [key for key in keys if key in (_entries(value) or {})]
        for key in keys if not given else given[1:]:
            faults.add(_join(path, key), "no_such_choice" if given else "is_blank")
        result: dict[str, Any] | None = whole(value, path, faults)
        return result

    return read


def by_type(records: Mapping[str, Reader]) -> Reader:
    """Returns a reader of an object whose key `type` selects its record."""
    kind = record({"type": text(choice(records))}, required=["type"])

    def read(value: object, path: str, faults: Faults) -> dict[str, Any] | None:
        # Only `type` is read here; the selected record checks the other keys.
        chosen: dict[str, Any] = kind(value, path, Faults(found=faults.found)) or {}
        if chosen.get("type") is None:
            return None
        result: dict[str, Any] | None = records[chosen["type"]](value, path, faults)
        return result

    return read


def choice(words: Collection[str]) -> Rule:
    def rule(value: str) -> str:
        if value not in words:
            raise ValueError("no_such_choice")
        return value

    return rule


def _entries(value: object) -> dict[str, Any] | None:
    # PHP cannot tell an empty object from an empty list: PHP clients send `[]` for both.
    if value == []:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def decode(body: bytes) -> object:
    """Parses JSON as PHP does; an empty body is an empty object (the SDKs send either)."""
    if not body:
        return {}
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()  # fails on lone surrogates
    except (ValueError, RecursionError):
        raise ApiError("invalid_request", "The body is not valid JSON.") from None
    if _entries(value) is None:
        raise ApiError("invalid_request", "The body is not a JSON object.")
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def read_body(body: bytes, reader: Reader, *, refuse_unknown_keys: bool) -> dict[str, Any]:
    """Returns the cleaned body; raises `ApiError` with all errors."""
    faults = Faults(refuse_unknown_keys=refuse_unknown_keys)
    cleaned: dict[str, Any] = reader(decode(body), "", faults)
    faults.raise_any()
    return cleaned


# Returns the body that an operation receives, from the settings, the media type in lower case and
# the bytes; raises `ApiError`.
Intake = Callable[[Settings, str, bytes], Any]

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
# The image formats of the framework (lib-rest-bundle, FormatDetector).
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})


def json_of(form: Callable[[Settings], Reader]) -> Intake:
    """Returns the intake of JSON; an empty body may have any media type, as in the SDKs."""

    def take(settings: Settings, content_type: str, body: bytes) -> dict[str, Any]:
        if body and content_type != _JSON:
            raise ApiError("not_acceptable", "Only JSON is understood.")
        return read_body(body, form(settings), refuse_unknown_keys=settings.refuse_unknown_keys)

    return take


def form_body(_: Settings, content_type: str, body: bytes) -> dict[str, str]:
    """Returns a form without repeated parameters (RFC 6749, section 4.1.3)."""
    if body and content_type != _FORM:
        raise ApiError("not_acceptable", "Only a form is understood.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError:
        raise ApiError("invalid_request", "The body is not a form.") from None
    if len(dict(pairs)) != len(pairs):
        raise ApiError("invalid_request", "A parameter is given twice.")
    return dict(pairs)


def image_body(_: Settings, content_type: str, body: bytes) -> Upload:
    if body and content_type not in _IMAGES:
        raise ApiError("not_acceptable", "Only PNG, JPEG and GIF are understood.")
    return _upload(content_type, body)


def file_body(_: Settings, content_type: str, body: bytes) -> Upload:
    """Returns a file of any type: the documents only say that it is binary."""
    return _upload(content_type, body)


def _upload(content_type: str, body: bytes) -> Upload:
    if not body:
        fault = Violation("file", "is_blank", MESSAGES["is_blank"])
        raise ApiError("invalid_parameters", "There is no file.", violations=[fault])
    return Upload(content=body, content_type=content_type)
