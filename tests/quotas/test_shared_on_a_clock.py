"""Four processes share a state on a simulated clock, and one of them is killed."""

from __future__ import annotations

import random

import pytest
from attrs import define
from onboarding.engine.pace import NAP, Turn
from onboarding.model.quota import Quota
from tests.quotas.pace import CASES, FAIL_EVERY
from tests.quotas.sliding import SlidingServer, most_calls
from tests.quotas.test_pace import Clock, Stored

HANDS = 4


@define
class Process:
    """Makes calls with four hands, each as soon as it may, until it is killed."""

    clock: Clock
    pace: Stored
    server: SlidingServer
    fail_every: int
    rng: random.Random
    is_alive: bool = True

    def call(self) -> None:
        turn, clock = Turn(), self.clock

        def ask() -> None:
            turn.ends = clock.now + 3
            if not self.is_alive:
                return
            if wait := self.pace.take(turn, clock.now):
                clock.at(clock.now + min(wait, NAP), ask)
            else:
                clock.at(clock.now + self.rng.uniform(0.001, 0.01), arrive)

        def arrive() -> None:
            number = self.server.accepted + 1
            fails = bool(self.fail_every) and number % self.fail_every == 0
            self.server.accepts(clock.now, fails=fails)
            clock.at(clock.now + self.rng.uniform(0.001, 0.01), lambda: answer(fails))

        def answer(fails: bool) -> None:
            if self.is_alive:
                self.pace.answered(turn, clock.now, failed=fails)
                self.call()

        ask()

    def kill(self) -> None:
        self.is_alive = False


@pytest.mark.parametrize("name", CASES)
def test_ten_windows_are_used_and_no_call_is_refused(name: str) -> None:
    quotas = tuple(Quota(*numbers) for numbers in CASES[name])
    seconds = 10 * max(quota.seconds for quota in quotas)
    clock, pace, server = Clock(), Stored(quotas), SlidingServer(quotas)
    rng = random.Random(47)
    processes = [Process(clock, pace, server, FAIL_EVERY.get(name, 0), rng) for _ in range(4)]

    for process in processes:
        for _ in range(HANDS):
            process.call()
    clock.at(seconds / 2, processes[0].kill)
    clock.run(until=seconds)

    calls = [quota for quota in quotas if not quota.failures]
    assert server.refused == 0
    assert server.accepted / most_calls(calls, seconds) >= 0.98
