"""JSON has one reading: what it would lose, or could not bound, is refused by path."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, NextAction, User
from onboarding.serialization import read_json
from onboarding.values.json_values import SENT


def refused(text: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_json(text)

    assert "Xq7" not in str(caught.value)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('{"email": "Xq7", "email": "Xq7"}', ["email"]),
        ('{"a": 1, "a": {"b": 1, "b": 2}}', ["a", "a.b"]),
        ('[0, {"user": {"b": 1, "c": 0, "b": 2, "c": 1}}]', ["1.user.b", "1.user.c"]),
        (b'{"\\u0061": 1, "a": 2}', ["a"]),
        ('{"a": {"x": 1, "x": 2}, "a": 3}', ["a"]),
    ],
)
def test_a_name_that_an_object_has_twice_is_refused_by_its_path(
    text: Any, paths: list[str]
) -> None:
    assert refused(text) == [(path, "conflict") for path in paths]


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ('{"a": [1, NaN]}', "a.1", "type"),
        ('{"a": -Infinity}', "a", "type"),
        ('{"a": 1e999}', "a", "type"),
        ('{"a": {"b": 9223372036854775808}}', "a.b", "shape"),
        ('{"a": -9223372036854775808}', "a", "shape"),
        ('{"a": ' + "9" * 5000 + "}", "", "shape"),
        ('{"a": "Xq7\\ud800"}', "a", "shape"),
        ('{"a": "Xq7\ud800"}', "a", "shape"),
        ('{"\\udfff": 1}', "\\udfff", "shape"),
        (b'{"a": "Xq7\xff"}', "", "encoding"),
        (b'\xff\xfe{\x00}\x00', "", "encoding"),
        ('{"a": Xq7}', "", "shape"),
        ("", "", "shape"),
        ("{} {}", "", "shape"),
        (None, "", "type"),
        ({"a": 1}, "", "type"),
    ],
)  # fmt: skip
def test_what_json_cannot_give_back_is_refused(text: Any, path: str, code: str) -> None:
    assert refused(text) == [(path, code)]


def test_json_of_no_shape_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidInput, match=r"line 2, column 8"):
        read_json('{"a": 1,\n "b":  }')


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("levels", [101, 900, 100_000])
def test_json_that_is_nested_without_end_is_refused(
    opening: str, closing: str, levels: int
) -> None:
    ((path, code),) = refused(opening * levels + "1" + closing * levels)

    assert code == "too_deep"
    assert path.count(".") < 100


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_of_a_hundred_levels_is_read(opening: str, closing: str) -> None:
    text = opening * 100 + "1" + closing * 100

    assert json.dumps(read_json(text), separators=(",", ":")) == text


def test_a_name_in_a_path_is_printable_and_not_endless() -> None:
    ((path, _),) = refused('{"a\\n\\u202e' + "b" * 10_000 + '": NaN}')

    assert path.isprintable()
    assert len(path) < 100


def test_a_byte_order_mark_is_no_part_of_json() -> None:
    assert read_json(b"\xef\xbb\xbf{}") == read_json("\ufeff{}") == {}


DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=4)
    | st.text(st.characters(categories=["Cs"]), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(DATA)
def test_what_is_read_is_what_was_written(data: Any) -> None:
    text = json.dumps(data)

    try:
        read = read_json(text)
    except InvalidInput:
        assert any(word in text for word in ("NaN", "Infinity", "\\ud")) or big(data)
    else:
        assert read == json.loads(text)


def big(data: Any) -> bool:
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return (isinstance(data, int) and abs(data) >= 2**63) or any(map(big, items))


@pytest.mark.parametrize("kind", [User, NextAction])
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"form": "FORM", "user_id": "1", "user_id": "2"}', "user_id"),
        ('{"form": "FORM", "form": "other"}', "form"),
        ('{"form": "FORM", "x": NaN}', "x"),
        ("[" * 100_000, ""),
        (b"\xff", ""),
    ],
)
def test_a_stored_form_is_read_by_the_same_rule(kind: Any, text: Any, path: str) -> None:
    if isinstance(text, str):
        text = text.replace("FORM", kind.form)

    with pytest.raises(InvalidInput) as caught:
        kind.from_json(text)

    assert caught.value.paths == (path,)


def test_a_stored_form_may_hold_what_a_provider_sent() -> None:
    sent = {"big": 10**4299, "text": "\ud800", "small": 5e-324}

    assert read_json(json.dumps(sent), SENT) == sent
    assert math.isfinite(sent["small"])  # type: ignore[arg-type]
