"""Reads ids and times of a provider, and checks a caller's words of its vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from onboarding.errors import InvalidInput, Problem, UnexpectedResponse
from onboarding.http import Response

__all__ = ["LONGEST_ID", "identifier", "known_word", "known_words", "moment", "reference"]

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
    """Reads the id at a key of an object. Raises `UnexpectedResponse` if it has none."""
    found = reference(shown.get(name))
    if found is None:
        code = "missing" if shown.get(name) in (None, "") else "type"
        text = f"the answer has no id: a text or whole number of at most {LONGEST_ID} characters"
        problem = Problem("", code, text, name)
        raise UnexpectedResponse([problem], status=response.status, raw=response.body)
    return found


def known_word(path: str, value: object, words: Iterable[object], *, newer: str = "") -> str:
    """Returns the word as text if it is one of the provider's words.

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
    """Returns each of several words as `known_word` does; a single text is refused."""
    if isinstance(values, str):  # it would be read letter by letter
        raise InvalidInput([Problem(path, "type", "expected a list of words")])
    known = tuple(words)
    return [known_word(path, value, known) for value in values]
