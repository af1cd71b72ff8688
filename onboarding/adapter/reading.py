"""Reads ids, times and lists of a provider; checks a caller's words of its vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from onboarding.errors import InvalidInput, Problem, UnexpectedResponse
from onboarding.http import Response
from onboarding.mapping.codecs import Codec, Inline

__all__ = [
    "FILLED",
    "INTEGER",
    "LONGEST_ID",
    "MOMENT",
    "OBJECT",
    "REFERENCE",
    "TEXTS",
    "identifier",
    "known_word",
    "known_words",
    "loose",
    "moment",
    "reference",
    "unexpected",
]

C = TypeVar("C")

LONGEST_ID = 512
"""The most characters of an id. No provider documents more than 128."""

_LARGEST = 1 << 64  # Python refuses to write very large numbers as text
_LAST_YEAR = 9998  # days may be added to the time, and the calendar ends in 9999
_LONGEST_WORD = 64  # a longer word is not compared with the known ones
_MOST_LISTED = 12  # an error lists at most this many words


def moment(value: object) -> datetime | None:
    """Reads a Unix time in seconds, an integer above 0, as an aware datetime in UTC; else None.

    `1690296665.0` is accepted. Milliseconds give None: as seconds, they are beyond the calendar.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        found = datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return found if 1 < found.year <= _LAST_YEAR else None


def reference(value: object) -> str | None:
    """Reads an id as text; returns None for anything else.

    An id is an integer, or a printable text of at most `LONGEST_ID` characters that is not blank.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
        return str(value)
    if isinstance(value, str) and len(value) <= LONGEST_ID and value.isprintable():
        return value if value.strip() else None
    return None


def identifier(shown: Mapping[str, Any], name: str, response: Response) -> str:
    """Reads the id of the object `shown` in a response, at the key `name`.

    Raises `UnexpectedResponse` if it has none.
    """
    found = reference(shown.get(name))
    if found is None:
        code = "missing" if shown.get(name) in (None, "") else "type"
        text = f"{name} has no id: a text or whole number of at most {LONGEST_ID} characters"
        raise unexpected(response, code, text, name)
    return found


def unexpected(response: Response, code: str, message: str, name: str = "") -> UnexpectedResponse:
    """Returns the error for a response in no documented form.

    `code` and `message` are those of its problem; `name` is the key with the fault.
    """
    problem = Problem("", code, message, name)
    return UnexpectedResponse([problem], status=response.status, raw=response.body)


def loose(
    name: str, read: Callable[[Any], C | None], wire: str, write: Callable[[C], Any] | None = None
) -> Codec[C, Any]:
    """Returns the codec of a value that is only read; `read` returns None for an unreadable one.

    `name` is the form in words, `wire` the JSON type. `write` gives a wire value that is read as
    the value, perhaps with less precision; by default the value itself.
    """

    def known(value: Any) -> C:
        found = read(value)
        if found is None:
            raise ValueError(f"not {name}")
        return found

    same = Inline(write="{v}") if write is None else Inline()
    exact = write is None
    return Codec(
        name, known, write or _itself, wire, exact_read=False, exact_write=exact, inline=same
    )


def _itself(value: Any) -> Any:
    return value


def _filled(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(item for item in cast("list[object]", value) if isinstance(item, str))


def _object(value: object) -> Mapping[str, Any] | None:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


REFERENCE: Codec[str, Any] = loose("id", reference, "string")
"""An id: a text or a whole number, as a text."""
MOMENT: Codec[datetime, Any] = loose(
    "Unix time above 0", moment, "integer", lambda at: int(at.timestamp())
)
"""A time in whole seconds since 1970."""
FILLED: Codec[str, Any] = loose("text that is not empty", _filled, "string")
"""A text; an empty one counts as none."""
TEXTS: Codec[tuple[str, ...], Any] = loose("list of texts", _texts, "array", list)
"""The texts in a list; other items are left out."""
OBJECT: Codec[Mapping[str, Any], Any] = loose("object", _object, "object", dict)
"""An object with keys of any name."""
INTEGER: Codec[int, Any] = loose("whole number", _integer, "integer")
"""A whole number."""


def known_word(path: str, value: object, words: Iterable[object], *, newer: str = "") -> str:
    """Returns the word `value` as text if it is one of the provider's words.

    `path` is the argument that the error names.
    Raises `InvalidInput` for another word. Its message lists the known words, or the closest ones
    of a long list, ignoring case; `newer` says which call accepts words that are not documented.
    """
    known = {word.casefold(): word for word in map(str, words)}
    if isinstance(value, str) and value in known.values():
        return known[value.casefold()]
    text = f"expected one of {', '.join(known.values())}"
    if len(known) > _MOST_LISTED:
        text = f"is not a documented word; {newer}" if newer else "is not a documented word"
        if isinstance(value, str) and len(value) <= _LONGEST_WORD:
            from difflib import get_close_matches  # for errors only

            near = " or ".join(known[word] for word in get_close_matches(value.casefold(), known))
            text += f"; did you mean {near}?" if near else ""
    code = "choice" if isinstance(value, str) else "type"
    raise InvalidInput([Problem(path, code, text)])


def known_words(path: str, values: Iterable[object], words: Iterable[object]) -> list[str]:
    """Returns each of the words `values` as `known_word` does; a single text is refused.

    `path` is the argument that the error names.
    """
    if isinstance(values, str):  # it would be read letter by letter
        raise InvalidInput([Problem(path, "type", "expected a list of words")])
    known = tuple(words)
    return [known_word(path, value, known) for value in values]
