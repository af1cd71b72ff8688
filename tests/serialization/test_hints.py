"""Hints go by meaning: a field that another vocabulary names is named by ours."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from onboarding import InvalidInput, User

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


def message(data: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as raised:
        User.parse(data)
    return raised.value.problems[0].message


@pytest.mark.parametrize(
    ("object_name", "alias", "field"),
    [
        ("identity", "first_name", "given_name"),
        ("identity", "First-Name", "given_name"),
        ("identity", "last_name", "family_name"),
        ("identity", "surname", "family_name"),
        ("identity", "dob", "birthdate"),
        ("address", "zip", "postal_code"),
        ("address", "state", "region"),
        ("address", "county", "region"),
        ("address", "street", "line1"),
    ],
)
def test_a_hint_names_the_field_that_is_meant(object_name: str, alias: str, field: str) -> None:
    text = message({object_name: {alias: "1"}})

    assert text == f"there is no such field; did you mean {field}?"


@pytest.mark.parametrize("alias", ["birth_name", "maiden_name", "full_name"])
def test_no_hint_puts_a_value_in_a_field_of_another_meaning(alias: str) -> None:
    assert message({"identity": {alias: "Rose"}}) == "there is no such field"


def test_a_slip_of_spelling_still_has_its_hint() -> None:
    assert message({"identity": {"given_nam": "Rose"}}).endswith("did you mean given_name?")


def lines(data: bytes) -> str:
    return base64.encodebytes(data).decode()


@pytest.mark.parametrize(
    "content",
    [
        base64.b64encode(PNG).decode(),
        lines(PNG),
        lines(PNG).replace("\n", "\r\n"),
        "data:image/png;base64," + base64.b64encode(PNG).decode(),
        "data:image/png;charset=utf-8;base64," + lines(PNG),
    ],
    ids=["base64", "lines", "crlf", "data", "data with a parameter"],
)
def test_base64_is_read_as_people_have_it(content: str) -> None:
    document = {"purpose": "proof_of_identity", "pages": [{"content": content}]}

    user = User.parse({"documents": [document]})

    assert user.documents[0].pages[0].content == PNG


@pytest.mark.parametrize("content", ["data:image/png,abc", "!", "data:;base64;AAAA", 5])
def test_what_is_not_base64_is_refused_by_its_path(content: object) -> None:
    document = {"purpose": "proof_of_identity", "pages": [{"content": content}]}

    with pytest.raises(InvalidInput) as raised:
        User.parse({"documents": [document]})

    assert raised.value.paths == ("documents.0.pages.0.content",)
