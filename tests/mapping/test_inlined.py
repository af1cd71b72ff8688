"""What compiled code holds instead of a call to a codec says what the codec's functions say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding.mapping import (
    BOOL,
    ISO_DATE,
    JSON,
    LOWER_COUNTRY,
    PHONE_DIGITS,
    TEXT,
    UTC_MIDNIGHT,
    UTC_SECONDS,
    Codec,
    Inline,
    phone,
    words,
)
from onboarding.mapping.codecs import UNREADABLE
from onboarding.mapping.source import Source
from onboarding.model.user import UserCategory

INLINED: dict[str, Codec[Any, Any]] = {
    codec.name: codec
    for codec in (UTC_MIDNIGHT, UTC_SECONDS, ISO_DATE, LOWER_COUNTRY, PHONE_DIGITS, phone("land"))
}
READ = [name for name, codec in INLINED.items() if codec.inline.read]
DIFFERS = [name for name, codec in INLINED.items() if codec.inline.differs]
WRITTEN = [name for name, codec in INLINED.items() if codec.inline.write]

HOURS = st.integers(-9999, 9999).map(lambda hours: hours * 3600)
DAYS = HOURS.map(lambda seconds: seconds * 24)
NUMBERS = st.integers() | st.integers(-(10**12), 10**12) | HOURS | DAYS
WIRE = (
    NUMBERS
    | st.floats()
    | st.text()
    | st.sampled_from(["lt", "LT", "ß", "37066612345", "+37066612345"])
)
CORE: dict[str, st.SearchStrategy[Any]] = {
    UTC_MIDNIGHT.name: st.dates(),
    ISO_DATE.name: st.dates(),
    LOWER_COUNTRY.name: st.text(),
    PHONE_DIGITS.name: st.text() | st.just("+37066612345"),
    phone("land").name: st.text() | st.just("+37066612345"),
}
NOTHING = object()


def evaluated(inline: Inline, expression: str, **variables: object) -> Any:
    text = Source()
    filled = text.filled(inline, expression, **{name: name for name in variables})
    return eval(filled, text.names, variables)


def read(codec: Codec[Any, Any], value: object) -> Any:
    try:
        return codec.read(value)
    except (TypeError, ValueError):
        return NOTHING


def written(codec: Codec[Any, Any], value: object) -> Any:
    try:
        return codec.write(value)
    except ValueError:
        return NOTHING


@pytest.mark.parametrize("name", READ)
@given(value=WIRE)
def test_an_inlined_reading_gives_what_the_codec_reads(name: str, value: object) -> None:
    codec = INLINED[name]
    if value.__class__ is not codec.inline.kind:
        return  # generated code asks for that first

    try:
        found = evaluated(codec.inline, codec.inline.read, w=value, beside=None)
    except UNREADABLE:
        found = NOTHING

    assert found == read(codec, value)


@pytest.mark.parametrize("name", DIFFERS)
@given(value=WIRE)
def test_what_is_said_to_differ_is_what_does_not_come_back(name: str, value: object) -> None:
    codec = INLINED[name]
    there = read(codec, value)
    if there is NOTHING:
        return  # what cannot be read is kept whole

    differs = evaluated(codec.inline, codec.inline.differs, v=there, w=value)

    assert bool(differs) is (written(codec, there) != value)


@pytest.mark.parametrize("name", WRITTEN)
@given(data=st.data())
def test_an_inlined_writing_gives_what_the_codec_writes(name: str, data: st.DataObject) -> None:
    codec = INLINED[name]
    value = data.draw(CORE[name])
    refuses = codec.inline.refuses
    if refuses and evaluated(codec.inline, refuses, v=value):
        assert written(codec, value) is NOTHING
        return  # generated code asks for that first

    found = evaluated(codec.inline, codec.inline.write, v=value)

    assert found == codec.write(value)
    assert found.__class__ is codec.write(value).__class__


@pytest.mark.parametrize("codec", [TEXT, BOOL, JSON])
@given(value=st.text() | st.booleans() | st.integers() | st.lists(st.integers()))
def test_what_compiled_code_copies_is_what_the_codec_gives_back(
    codec: Codec[Any, Any], value: object
) -> None:
    copied = codec.plain is object or value.__class__ is codec.plain

    assert (read(codec, value) is value) is copied
    assert not copied or codec.write(value) is value


def test_a_vocabulary_is_the_table_that_compiled_code_looks_up() -> None:
    codec = words(UserCategory, {UserCategory.PAYER: "p", UserCategory.OWNER: "o"})

    assert codec.table == {member: codec.write(member) for member in codec.members}
    assert {codec.read(word) for word in (codec.table or {}).values()} == set(codec.members)
