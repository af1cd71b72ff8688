"""A word that a caller gives is one of the provider's, or is refused with the nearest ones."""

from __future__ import annotations

from enum import StrEnum

import pytest
from onboarding import InvalidInput
from onboarding.adapter.reading import known_word, known_words


class Colour(StrEnum):
    RED = "Red"
    BLUE = "Blue"


MANY = tuple(f"WORD_{letter}" for letter in "ABCDEFGHIJKLMNO")


def told(path: str, value: object, words: object, newer: str = "") -> str:
    with pytest.raises(InvalidInput) as raised:
        known_word(path, value, words, newer=newer)  # type: ignore[arg-type]  # as a caller may
    (problem,) = raised.value.problems
    assert problem.path == path
    return problem.message


@pytest.mark.parametrize("given", [Colour.RED, "Red"])
def test_a_known_word_is_its_text(given: str) -> None:
    assert known_word("colour", given, Colour) == "Red"


@pytest.mark.parametrize("given", ["red", "", "Green", None, 7, ["Red"]])
def test_another_word_is_refused_with_every_word_of_a_short_list(given: object) -> None:
    assert told("colour", given, Colour) == "expected one of Red, Blue"


@pytest.mark.parametrize("given", ["word_c", "WORD-C", "WORDC"])
def test_of_a_long_list_the_nearest_words_are_named(given: str) -> None:
    message = told("word", given, MANY, "a newer one goes to raw")

    assert message.startswith("is not a documented word; a newer one goes to raw; did you mean ")
    assert "WORD_C" in message


@pytest.mark.parametrize("given", ["NOPE", "x" * 10_000_000, 7])
def test_a_word_that_is_near_none_is_refused_without_a_guess(given: object) -> None:
    assert told("word", given, MANY) == "is not a documented word"


def test_a_text_is_no_list_of_words() -> None:
    with pytest.raises(InvalidInput, match="expected a list of words"):
        known_words("colours", "Red", Colour)
