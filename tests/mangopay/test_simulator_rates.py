"""The four windows of MangoPay's rate limits at the simulator: each counts, each refuses."""

from __future__ import annotations

import pytest

from onboarding_mangopay.simulator.rates import WINDOWS, RateMeter, Window

from .stage import START, Stage

MINUTE = 60


def filled(window: Window) -> tuple[RateMeter, float]:
    """Gives a meter, with its time, that has counted as many calls as a window allows.

    They are spread as evenly as its shorter windows need, so that no other one is full.
    """
    meter, calls = RateMeter(), window.limit
    seconds = window.minutes * MINUTE - 1
    for number in range(calls):
        assert meter.admit(START + number * seconds / calls, enforce=True)
    return meter, START + seconds


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: f"{window.minutes} minutes")
def test_each_window_refuses_by_itself_and_takes_calls_again_as_it_slides(window: Window) -> None:
    meter, now = filled(window)
    left = [int(each) for each in meter.headers(now)["x-ratelimit-remaining"].split(",")]

    refused = meter.admit(now, enforce=True)
    later = meter.admit(now + window.minutes * MINUTE, enforce=True)

    full = [each.minutes for each, calls in zip(WINDOWS, left, strict=True) if not calls]
    assert full == [window.minutes]
    assert (refused, later) == (False, True)


def test_calls_are_counted_over_the_socket_in_all_four_windows(stage: Stage) -> None:
    for _ in range(5):
        stage.call("GET", "users")

    made = stage.call("GET", "users").headers["x-ratelimit"]

    assert made == "7, 7, 7, 7"  # the token's call is one
