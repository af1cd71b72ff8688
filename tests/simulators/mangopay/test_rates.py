"""The four windows of MangoPay's rate limits at the simulator: each counts, each refuses."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from tests.mangopay.stage import START, Stage

from onboarding_simulators.mangopay.rates import WINDOWS, RateMeter, Window

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
    left = [int(value) for name, value in meter.headers(now) if name == "x-ratelimit-remaining"]

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


# The official Java and PHP clients read one number a line, in the order of the lines.
def test_each_rate_header_is_four_lines_the_shortest_window_first(stage: Stage) -> None:
    place = urlsplit(stage.base_url)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=5)
    connection.request("GET", "/v2.01/acme/users", headers={"Connection": "close"})

    lines = connection.getresponse().msg.items()

    names = ("x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset")
    made, left, reset = ([v for k, v in lines if k.lower() == name] for name in names)
    assert made == ["2", "2", "2", "2"]
    assert left == ["2298", "4498", "8798", "105598"]
    waits = [int(each) - stage.clock() for each in reset]
    assert waits == sorted(waits)
    assert len(waits) == 4
    connection.close()
