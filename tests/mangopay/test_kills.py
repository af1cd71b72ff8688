"""Runs that are interrupted and killed: `python -m tests.kills` does the same with 2,000 rows."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from onboarding.policies import Quota
from tests.kills import Crowd, Size, run_in_flight, run_to_the_end


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell has what it starts in the background ignore Ctrl-C, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.usefixtures("interruptible")
def test_users_of_interrupted_and_killed_runs_are_created_once_and_none_stays_unknown(
    tmp_path: Path,
) -> None:
    found = run_to_the_end(Size(rows=60, bad=8, rejected=4, kills=1), tmp_path)

    assert found.states == {"created": 48, "invalid": 8, "rejected": 4}
    assert (found.doubles, found.missing) == (0, 0)
    assert found.exit_codes == [130, -signal.SIGKILL, 1]
    assert len(found.summary.splitlines()) <= 24


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_users_in_flight_of_killed_runs_are_created_once_while_calls_fail(tmp_path: Path) -> None:
    quota = Quota(2, 100)
    crowd = Crowd(rows=150, in_flight=16, share=0.1, kills=2, quota=quota)
    found = run_in_flight(crowd, tmp_path)

    assert found.states == {"created": 150}
    assert (found.users, found.distinct, found.known) == (150, 150, 150)
    assert found.exit_codes[:2] == [-signal.SIGKILL] * 2
    assert found.exit_codes[-1] == 0
    assert found.busiest <= quota.calls
