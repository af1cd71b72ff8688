"""Checks words of a provider's vocabulary that a caller passes to an adapter."""

from __future__ import annotations

from collections.abc import Iterable

from onboarding.errors import InvalidInput, Problem

__all__ = ["known_word", "known_words"]

_LONGEST = 64  # a longer word is not compared with the known ones
_MOST = 12  # an error lists at most this many words


def known_word(path: str, value: object, words: Iterable[object], *, newer: str = "") -> str:
    """Returns the word as text if it is one of the provider's words.

    Raises `InvalidInput` for another word. Its message lists the known words, or the closest ones
    of a long list, ignoring case; `newer` says which call accepts words that are not documented.
    """
    known = {word.casefold(): word for word in map(str, words)}
    if isinstance(value, str) and value in known.values():
        return known[value.casefold()]
    text = f"expected one of {', '.join(known.values())}"
    if len(known) > _MOST:
        text = f"is not a documented word; {newer}" if newer else "is not a documented word"
        if isinstance(value, str) and len(value) <= _LONGEST:
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
