"""`Retry-After` is read in one place for all providers, and bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import RateLimited, Secret
from onboarding.http import retry_after
from onboarding.spi import Adapter, Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

NOW = datetime(2026, 11, 2, 12, 0, 30, tzinfo=UTC)
DAY = 86_400.0


def waits(value: str | None) -> float | None:
    headers = {} if value is None else {"Retry-After": value}
    return retry_after(Response(status=429, headers=headers, received_at=NOW))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("86400", DAY),
        ("86401", DAY),
        ("999999999999", DAY),
        # RFC 9110, 5.6.7: the form that is sent, and the two that are obsolete
        ("Mon, 02 Nov 2026 12:01:00 GMT", 30.0),
        ("Monday, 02-Nov-26 12:01:00 GMT", 30.0),
        ("Mon Nov  2 12:01:00 2026", 30.0),
        ("Mon, 02 Nov 2026 13:01:00 +0100", 30.0),
        ("Mon, 02 Nov 2026 12:01:00 -0000", 30.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
    ],
)
def test_seconds_and_dates_are_read_and_capped_at_a_day(value: str, seconds: float) -> None:
    assert waits(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None, "", "nan", "inf", "-inf", "-5", "+5", "1e3", "1_0", "0x10", "١٢", "12 s", "1,5",
        "soon", "9" * 400, "Mon, 02 Nov 2026 12:00:29 GMT", "Mon, 99 Nov 2026 12:00:00 GMT",
        "Mon, 02 Nov 99999 12:00:00 GMT", "Mon, 02 Nov 2026 12:01:00 +9999999", "x" * 10_000,
    ],
)  # fmt: skip
def test_any_other_text_says_nothing(value: str | None) -> None:
    assert waits(value) is None


@given(st.text(max_size=80) | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} .{0,40}"))
def test_no_text_raises_and_none_waits_longer_than_a_day(value: str) -> None:
    found = waits(value)

    assert found is None or 0 <= found <= DAY


@given(st.integers(0, 86_400))
def test_a_date_is_compared_with_the_time_of_the_answer(seconds: int) -> None:
    assert waits(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)) == seconds


@pytest.mark.parametrize(
    "adapter",
    [
        MangoPay(client_id="acme", api_key=Secret("key")),
        Paysera(client_id="acme", mac_key=Secret("key")),
    ],
    ids=lambda adapter: adapter.provider,
)
@pytest.mark.parametrize(("value", "seconds"), [("30", 30.0), ("nan", None), ("-5", None)])
def test_each_adapter_reads_it_so(adapter: Adapter, value: str, seconds: float | None) -> None:
    flow = adapter.fetch_user("221")
    next(flow)

    with pytest.raises(RateLimited) as raised:
        flow.send(Response(status=429, headers={"Retry-After": value}, received_at=NOW))

    assert raised.value.retry_after == seconds
