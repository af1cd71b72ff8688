"""A text of a person can be seen, and says what it seems to say."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Address, Identity, InvalidInput, Terms, User
from onboarding.testing.strategies import texts
from onboarding.values.base import Shape, checks_of

NAMES = (
    "Ona",
    "van der  Berg",
    "O’Connor-Smith",
    "e" + "\u0301" * 4,
    "李小龍",
    "김민준",
    "\u200fשרה\u200e",  # marks of direction
    "\u061cمحمد",
    "نامه\u200cای",  # Persian is written with the non-joiner
    "क्\u200dष",  # and Hindi with the joiner
    "ශ්\u200dරී",
    "👩\u200d🔬",
    "❤\ufe0f",
    "co\u00adoperative",
    "Ona\ufeffOna",
    "-",
)
BAD: Mapping[str, tuple[str, ...]] = {
    "control characters": ("O\x00na", "On\na", "\x7fOna", "O\rna", "O\tna"),
    "C1 control characters": ("O\x80na", "On\x85a", "\x9bOna", "On\x9fa"),
    "line breaks of Unicode": ("On\u2028a", "O\u2029na"),
    "overrides of the direction": ("Ona\u202e", "\u202aOna", "O\u202bna", "O\u202cna", "O\u202dna"),
    "isolates of the direction": ("\u2066Ona", "O\u2067na", "O\u2068na", "Ona\u2069"),
    "lone surrogates": ("Ona\ud800", "\udfffOna", "\ud83d\ude00"),
    "nothing to see": (
        "",
        " ",
        "\u00a0",
        "\u200b",
        "\u200b \u200c\u200d",
        "\ufeff",
        "\u2060\u2063",
        "\u00ad",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\ufe0f",
        "\u034f",
        "\u200e\u200f\u061c",
        "\U000e0041\U000e0042",
    ),
}


def built(**fields: Any) -> tuple[str, ...]:
    try:
        User(**fields)
    except InvalidInput as error:
        return error.paths
    return ()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_taken_as_it_is(name: str) -> None:
    user = User.parse({"identity": {"given_name": name}, "tag": name})

    assert user == User(identity=Identity(given_name=name), tag=name)
    assert User.from_json(user.to_json()) == user


@pytest.mark.parametrize("kind", BAD)
def test_a_text_with_controls_or_with_nothing_visible_is_refused(kind: str) -> None:
    doors: tuple[Callable[[str], User], ...] = (
        lambda text: User(tag=text),
        lambda text: User.parse({"tag": text}),
        lambda text: User().replace(tag=text),
    )
    for text in BAD[kind]:
        for build in doors:
            with pytest.raises(InvalidInput, match="not blank, without control") as caught:
                build(text)
            assert [(p.path, p.code) for p in caught.value.problems] == [("tag", "shape")]


def test_the_time_to_judge_a_text_grows_with_its_length_alone() -> None:
    for text in ("\u200b" * 200_000, "\u200b" * 200_000 + "\n", "a\u200b" * 100_000 + "\u202e"):
        with pytest.raises(InvalidInput):
            User(tag=text)


SHAPED = {
    "email": "ona{}@example.com",
    "phone": "+370666{}1234",
    "locale": "l{}t",
    "tag": "a{}a",
    "occupation": "a{}a",
}


@pytest.mark.parametrize("field", SHAPED)
@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\x85", "\u202e", "\u2028", "\n"])
def test_no_text_of_a_user_holds_half_a_character_or_a_control(field: str, odd: str) -> None:
    given = SHAPED[field].format(odd)

    assert built(**{field: given}) == (field,)
    with pytest.raises(InvalidInput) as caught:
        User.parse({field: given})
    assert caught.value.paths == (field,)


@pytest.mark.parametrize("odd", ["\ud800", "\x85", "\u202e"])
def test_no_text_of_an_address_holds_half_a_character_or_a_control(odd: str) -> None:
    for field, text in {"postal_code": "0110", "city": "K", "country": "L", "region": "V"}.items():
        with pytest.raises(InvalidInput) as caught:
            Address(**{field: text + odd})
        assert caught.value.paths == (field,)


@pytest.mark.parametrize("place", ["ona{}@example.com", "ona@exam{}ple.com", "ona@example.c{}"])
@pytest.mark.parametrize("odd", ["\ud800", "\x7f", "\x9f", "\u202e", "\u2029", "\u00a0"])
def test_no_part_of_an_email_address_holds_a_control_or_a_blank(place: str, odd: str) -> None:
    assert built(email=place.format(odd)) == ("email",)


@pytest.mark.parametrize("text", ["198.51.100.7", "2001:db8::7", "::ffff:198.51.100.7"])
def test_an_ip_address_has_either_version(text: str) -> None:
    assert Terms(accepted=True, ip_address=text).ip_address == text


@pytest.mark.parametrize("text", ["", "198.51.100", "198.51.100.7:443", "fe80::1%eth0", "a"])
def test_anything_else_is_no_ip_address(text: str) -> None:
    with pytest.raises(InvalidInput, match="an IP address") as caught:
        Terms(accepted=True, ip_address=text)
    assert caught.value.paths == ("ip_address",)


@given(texts())
def test_what_the_kit_draws_as_a_text_is_one(text: str) -> None:
    assert User(tag=text).tag == text
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def shapes() -> list[Shape]:
    found = [check.shape for cls in (User, Address, Terms) for check in checks_of(cls).values()]
    return [shape for shape in found if shape is not None]


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.name)
@given(text=st.text(st.characters(), max_size=6), odd=st.characters(categories=["Cc", "Cs"]))
def test_no_shape_takes_a_control_character_or_half_a_character(
    shape: Shape, text: str, odd: str
) -> None:
    assert not shape.rule(text + odd)
    assert not shape.rule(odd + text)
