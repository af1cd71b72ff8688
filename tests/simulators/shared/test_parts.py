"""What simulators share: rows that are kept, a clock that moves, a notification that is sent."""

from __future__ import annotations

import gc
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding_simulators.mangopay.events import notify
from onboarding_simulators.shared import Tables, VirtualClock

NAMES = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.dictionaries(st.text(max_size=3), st.text() | st.integers() | st.none(), max_size=3)


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_rows_are_what_was_saved_last_in_the_order_of_their_first_saving(
    saved: list[tuple[str, dict[str, object]]],
) -> None:
    tables = Tables()
    expected: dict[str, dict[str, object]] = {}

    for id, row in saved:
        tables.save("things", id, row)
        expected[id] = row

    assert tables.all("things") == list(expected.values())
    assert all(tables.get("things", id) == row for id, row in expected.items())
    assert tables.count("things") == len(expected)
    assert tables.get("others", "a") is None


@given(st.integers(0, 12), st.integers(0, 14), st.integers(0, 5), st.booleans())
def test_a_page_is_a_slice(total: int, skip: int, limit: int, newest_first: bool) -> None:
    tables = Tables()
    for number in range(total):
        tables.save("things", str(number), {"number": number})
        tables.save("others", str(number), {})

    page = tables.page("things", skip, limit, newest_first=newest_first)

    numbers = list(range(total))[:: -1 if newest_first else 1]
    assert [row["number"] for row in page] == numbers[skip : skip + limit]


def test_rows_are_found_by_their_owner() -> None:
    tables = Tables()
    for id, owner in (("1", "x"), ("2", "y"), ("3", "x")):
        tables.save("things", id, {"id": id}, owner)

    tables.save("things", "1", {"id": "changed"})

    assert [row["id"] for row in tables.owned("things", "x")] == ["changed", "3"]


def test_a_block_that_fails_saves_nothing() -> None:
    tables = Tables()
    tables.save("things", "1", {"n": 1})

    with suppress(LookupError), tables.all_or_nothing():
        tables.save("things", "1", {"n": 2})
        tables.save("things", "2", {})
        raise LookupError

    assert tables.all("things") == [{"n": 1}]


def test_what_is_read_changes_nothing_until_it_is_saved() -> None:
    tables = Tables()
    tables.save("things", "1", {"n": 1})

    row = tables.get("things", "1")
    assert row is not None
    row["n"] = 2

    assert tables.get("things", "1") == {"n": 1}


def test_a_row_is_added_once() -> None:
    tables = Tables()

    added = [tables.add("things", "1", {"n": n}) for n in (1, 2)]

    assert added == [True, False]
    assert tables.all("things") == [{"n": 1}]


def test_numbers_of_a_series_follow_each_other_and_are_given_back_by_a_block_that_fails() -> None:
    tables = Tables()

    with suppress(LookupError), tables.all_or_nothing():
        tables.number("a")
        raise LookupError

    assert [tables.number("a"), tables.number("a"), tables.number("b")] == [1, 2, 1]


def test_dropped_rows_are_gone() -> None:
    tables = Tables()
    for id in "abc":
        tables.save("things", id, {"id": id})

    tables.drop("things", "b")
    assert [row["id"] for row in tables.all("things")] == ["a", "c"]

    tables.drop("things")
    assert tables.all("things") == []


def test_a_file_keeps_the_rows(tmp_path: Path) -> None:
    Tables(str(tmp_path / "file")).save("things", "1", {"name": "Zoë \ud83d"})

    assert Tables(str(tmp_path / "file")).get("things", "1") == {"name": "Zoë \ud83d"}


def test_tables_that_nobody_holds_are_closed_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        Tables()
        gc.collect()


def test_a_clock_stands_still_from_a_start_until_it_is_moved() -> None:
    clock = VirtualClock(100.0)

    clock.advance(5)
    clock.advance(-1)

    assert (clock(), clock()) == (104.0, 104.0)


def test_a_clock_without_a_start_goes_on() -> None:
    clock = VirtualClock()

    clock.advance(3600)

    assert 3590 < clock() - time.time() < 3610


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://", "http://[", "http://127.0.0.1:99999/", "http://a b/"]
)
def test_a_notification_that_reaches_nobody_has_no_status(url: str) -> None:
    assert notify(url, seconds=0.5) is None
