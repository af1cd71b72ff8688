"""The scheduler keeps its bounds and loses no result, whatever the order in which calls end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput
from onboarding.concurrency.scheduler import WINDOW, Scheduler


@given(items=st.integers(0, 60), in_flight=st.integers(1, 7), ordered=st.booleans(), data=st.data())
def test_every_call_has_one_result_and_no_more_than_allowed_are_in_flight(
    items: int, in_flight: int, ordered: bool, data: st.DataObject
) -> None:
    scheduler: Scheduler[int] = Scheduler(in_flight, ordered)
    running: list[int] = []
    found: list[int] = []
    started = 0

    while not scheduler.is_over:
        choices = ["pop"] * scheduler.has_ready + ["start"] * scheduler.wants_more
        choices += ["finish"] * bool(running)
        match data.draw(st.sampled_from(choices)):
            case "start" if started == items:
                scheduler.end()
            case "start":
                started += 1
                running.append(scheduler.start())
            case "finish":
                number = running.pop(data.draw(st.integers(0, len(running) - 1)))
                scheduler.finish(number, number)
            case _:
                found.append(scheduler.pop())
        assert len(running) == scheduler.running <= in_flight
        assert started - len(found) <= WINDOW * in_flight

    assert sorted(found) == list(range(items))
    assert found == sorted(found) or not ordered


def test_nothing_starts_after_the_end_and_the_results_in_flight_still_come() -> None:
    scheduler: Scheduler[str] = Scheduler(2)
    number = scheduler.start()

    scheduler.end()

    assert not scheduler.wants_more
    assert not scheduler.is_over
    scheduler.finish(number, "a")
    assert scheduler.pop() == "a"
    assert scheduler.is_over


@pytest.mark.parametrize("number", [0, -1, True, 2.0, "8", None])
def test_a_number_in_flight_that_is_no_positive_whole_number_is_invalid_input(
    number: object,
) -> None:
    with pytest.raises(InvalidInput, match="in_flight: expected a whole number, 1 or more"):
        Scheduler(number)  # type: ignore[arg-type]
