"""A notification is stored as it came, and read in another process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, Notification
from onboarding.testing.strategies import texts

AT = datetime(2026, 10, 1, 8, 30, 0, 123456, tzinfo=UTC)
TEXTS = texts()


@given(
    st.sampled_from(["GET", "POST"]),
    st.lists(st.tuples(TEXTS, TEXTS), max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.binary(max_size=99),
    st.datetimes(timezones=st.just(UTC)),
)
def test_a_notification_comes_back_equal_from_its_json_form(
    method: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
    received_at: datetime,
) -> None:
    came = Notification(
        method=method, query=query, headers=headers, body=body, received_at=received_at
    )

    assert Notification.from_json(came.to_json()) == came


def test_the_json_form_keeps_bytes_that_are_no_text_and_repeated_names() -> None:
    came = Notification(
        query=[("a", "1"), ("a", "2")],
        headers={"Stripe-Signature": "t=1"},
        body=b"\xff\x00{}\r\n",
        received_at=AT,
    )

    assert came.to_json() == (
        '{"form": "notification/1", "method": "POST", "query": [["a", "1"], ["a", "2"]], '
        '"headers": {"stripe-signature": "t=1"}, "body": "/wB7fQ0K", '
        '"received_at": "2026-10-01T08:30:00.123456+00:00"}'
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": "event/1"}', '{"form": 1}', "\x00"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Notification.from_json(text)
