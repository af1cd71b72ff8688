"""Words of a provider's that a caller gives to an adapter."""

from __future__ import annotations

from collections.abc import Iterable

from onboarding.errors import InvalidInput, Problem

__all__ = ["known_word", "known_words"]

_LONGEST = 64  # characters of a word that is compared with the known ones
_MOST = 12  # words that an error names one by one


def known_word(path: str, value: object, words: Iterable[object], *, newer: str = "") -> str:
    """The word as text, if it is one of the provider's words.

    Raises `InvalidInput` for another one. Its text names the words, of a long list those that
    come nearest, whatever their case; `newer` says what to call for a word that is not listed yet.
    """
    known = {word.casefold(): word for word in map(str, words)}
    if isinstance(value, str) and value in known.values():
        return known[value.casefold()]
    text = f"expected one of {', '.join(known.values())}"
    if len(known) > _MOST:
        text = f"is not a documented word; {newer}" if newer else "is not a documented word"
        if isinstance(value, str) and len(value) <= _LONGEST:
            from difflib import get_close_matches  # for an error alone

            near = " or ".join(known[word] for word in get_close_matches(value.casefold(), known))
            text += f"; did you mean {near}?" if near else ""
    code = "choice" if isinstance(value, str) else "type"
    raise InvalidInput([Problem(path, code, text)])


def known_words(path: str, values: Iterable[object], words: Iterable[object]) -> list[str]:
    """Each of several words, as `known_word` has it; one text is no list of words."""
    if isinstance(values, str):  # which would be taken letter by letter
        raise InvalidInput([Problem(path, "type", "expected a list of words")])
    known = tuple(words)
    return [known_word(path, value, known) for value in values]
