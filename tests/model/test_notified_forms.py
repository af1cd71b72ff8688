"""The body of a notification is read as a form on demand; its raw bytes stay."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Notification

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXTS, TEXTS))
def test_a_form_is_read_from_the_raw_bytes(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode("ascii")

    found = Notification(body=body)

    assert found.form == fields
    assert found.body == body


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"a=%FF", b"&&", "a=é".encode()])
def test_a_body_that_is_no_form_has_no_fields(body: bytes) -> None:
    assert Notification(body=body).form == {}


def test_the_last_value_of_a_repeated_name_counts() -> None:
    assert Notification(body=b"kind=a&kind=b").form == {"kind": "b"}
