"""Quotas on a simulated clock, against a provider that keeps the time of every call."""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding.engine.pace import BUCKETS, NAP, QuotaState, Turn
from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota
from tests.quotas.sliding import MANGOPAY, SlidingServer, most_calls

FAR = 1e9


@define
class Clock:
    """A clock and what is due at it."""

    now: float = 0.0
    _due: list[tuple[float, int, Callable[[], None]]] = field(factory=list)
    _number: Iterator[int] = field(factory=itertools.count)

    def at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time, next(self._number), action))

    def run(self, until: float = FAR) -> None:
        while self._due and self._due[0][0] <= until:
            self.now, _, action = heapq.heappop(self._due)
            action()


@frozen
class Intent:
    """A call to be made, and what becomes of it."""

    start: float
    there: float
    back: float
    fate: str
    bulk: bool


@define
class Caller:
    """Makes calls at a server, each as soon as the pace lets it."""

    clock: Clock
    pace: QuotaState | Stored
    server: SlidingServer
    ends: float = 0.5

    def call(self, intent: Intent, then: Callable[[], None] = lambda: None) -> None:
        turn = Turn(FAR, bulk=intent.bulk)
        clock = self.clock

        def ask() -> None:
            turn.ends = clock.now + self.ends
            if wait := self.pace.take(turn, clock.now):
                assert wait > 0
                clock.at(clock.now + min(wait, NAP), ask)
            elif intent.fate == "unsent":
                clock.at(clock.now + intent.there, given_back)
            else:
                clock.at(clock.now + intent.there, arrive)

        def given_back() -> None:
            self.pace.withdraw(turn)
            then()

        def arrive() -> None:
            self.server.accepts(clock.now, fails=intent.fate in ("failed", "lost"))
            if intent.fate != "lost":
                clock.at(clock.now + intent.back, answer)
            else:
                then()

        def answer() -> None:
            self.pace.answered(turn, clock.now, failed=intent.fate == "failed")
            then()

        clock.at(intent.start, ask)


def spans() -> st.SearchStrategy[float]:
    return st.floats(0.5, 30)


QUOTAS = st.lists(
    st.builds(Quota, spans(), st.integers(1, 8), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda quota: (quota.seconds, quota.failures),
).map(tuple)

INTENTS = st.lists(
    st.builds(
        Intent,
        start=st.floats(0, 20),
        there=st.floats(0, 0.2),
        back=st.floats(0, 0.2),
        fate=st.sampled_from(["good", "good", "failed", "lost", "unsent"]),
        bulk=st.booleans(),
    ),
    min_size=10,
    max_size=40,
)


class Stored:
    """A pace that is read from JSON before each step and written to it after, as in a file."""

    def __init__(self, quotas: tuple[Quota, ...]) -> None:
        self.quotas, self.text = quotas, json.dumps(QuotaState(quotas).dump(0.0))

    def _loaded(self, now: float) -> QuotaState:
        pace = QuotaState(self.quotas)
        pace.load(json.loads(self.text), now)
        return pace

    def take(self, turn: Turn, now: float) -> float:
        pace = self._loaded(now)
        wait = pace.take(turn, now)
        self.text = json.dumps(pace.dump(now))
        return wait

    def answered(self, turn: Turn, now: float, *, failed: bool) -> None:
        pace = self._loaded(now)
        pace.answered(turn, now, failed=failed)
        self.text = json.dumps(pace.dump(now))

    def withdraw(self, turn: Turn) -> None:
        pace = self._loaded(FAR)
        pace.withdraw(turn)
        self.text = json.dumps(pace.dump(0.0))


@pytest.mark.parametrize("kind", [QuotaState, Stored])
@given(QUOTAS, INTENTS)
def test_no_period_has_more_calls_or_failures_than_its_quota(
    kind: type[QuotaState | Stored], quotas: tuple[Quota, ...], intents: list[Intent]
) -> None:
    """However long requests travel, whichever fail, are lost with their process or not sent."""
    clock, server = Clock(), SlidingServer(quotas)
    caller = Caller(clock, kind(quotas), server)

    intents = intents if kind is QuotaState else intents[:12]  # reading the text takes long
    for intent in intents:
        caller.call(intent)
    clock.run()

    assert server.refused == 0
    assert server.accepted == sum(intent.fate != "unsent" for intent in intents)


@st.composite
def saturable(draw: st.DrawFn) -> tuple[Quota, ...]:
    """Returns up to three quotas, the longer the more calls."""
    seconds, calls, quotas = draw(st.floats(1, 60)), draw(st.integers(1, 60)), []
    for _ in range(draw(st.integers(1, 3))):
        quotas.append(Quota(seconds, calls))
        seconds *= draw(st.floats(1.5, 6))
        calls = int(calls * draw(st.floats(1, 5)))
    return tuple(quotas)


def saturate(quotas: tuple[Quota, ...], seconds: float, latency: float) -> int:
    """Returns how many calls eight busy hands make in so much time."""
    clock, server = Clock(), SlidingServer(quotas)
    caller = Caller(clock, QuotaState(quotas), server)

    def again() -> None:
        caller.call(Intent(clock.now, latency / 2, latency / 2, "good", bulk=False), again)

    for _ in range(8):
        again()
    clock.run(until=seconds)
    assert server.refused == 0
    return server.accepted


@given(saturable())
def test_nearly_all_of_the_quota_is_used(quotas: tuple[Quota, ...]) -> None:
    """Over ten of the longest windows, in whole calls: what is possible in 0.98 of the time."""
    seconds = 10 * max(quota.seconds for quota in quotas)
    latency = min(quota.seconds for quota in quotas) / 10_000

    made = saturate(quotas, seconds, latency)

    assert made >= most_calls(quotas, 0.98 * seconds)


def test_mangopays_windows_are_used_for_ten_of_the_longest() -> None:
    """Its minutes are seconds here, and it accepts a tenth of the calls."""
    quotas = tuple(Quota(quota.seconds / 60, quota.calls // 10) for quota in MANGOPAY)

    made = saturate(quotas, 10 * 1_440, latency=0.01)

    assert made / most_calls(quotas, 10 * 1_440) >= 0.98


def test_a_day_of_calls_needs_no_more_memory_than_a_minute() -> None:
    pace = QuotaState((Quota(86_400, 100_000),))

    for second in range(0, 3 * 86_400, 5):
        turn = Turn(second + 60)
        assert pace.take(turn, second) == 0
        pace.answered(turn, second, failed=False)

    assert len(pace.dump(3 * 86_400)["windows"][0][4]) <= BUCKETS + 1


# -- one pace by hand

TEN = (Quota(100, 10),)


def made(pace: QuotaState, calls: int, now: float, *, failed: bool = False) -> None:
    for _ in range(calls):
        turn = Turn(now + 60)
        assert pace.take(turn, now) == 0
        pace.answered(turn, now, failed=failed)


def waits(pace: QuotaState, now: float, *, bulk: bool = False) -> float:
    turn = Turn(now + 1_000, bulk=bulk)
    wait = pace.take(turn, now)
    pace.withdraw(turn)
    return wait


def left(calls: int, seconds: int = 100) -> list[RateLimit]:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    return [RateLimit(seconds=seconds, made=0, left=calls, resets_at=at)]


def test_the_wait_is_until_the_oldest_call_is_over() -> None:
    pace = QuotaState(TEN)
    made(pace, 10, now=1_000)

    assert 70 < waits(pace, now=1_030) < 71.5
    assert waits(pace, now=1_101) == 0


def test_a_call_in_flight_counts_until_its_process_must_be_dead() -> None:
    pace = QuotaState((Quota(100, 1),))
    assert pace.take(Turn(1_060), 1_000) == 0

    assert waits(pace, now=1_001) > 0
    assert waits(pace, now=1_159) > 0
    assert waits(pace, now=1_162) == 0


def test_a_call_that_was_not_sent_gives_its_place_back() -> None:
    pace, turn = QuotaState((Quota(100, 1),)), Turn(1_060)
    assert pace.take(turn, 1_000) == 0
    assert waits(pace, now=1_000) > 0

    pace.withdraw(turn)

    assert waits(pace, now=1_000) == 0


def test_an_answer_after_the_end_of_its_call_is_counted_once() -> None:
    pace, turn = QuotaState((Quota(100, 2),)), Turn(1_010)
    assert pace.take(turn, 1_000) == 0
    made(pace, 1, now=1_020)

    pace.answered(turn, 1_021, failed=False)

    assert waits(pace, now=1_109) > 0
    assert waits(pace, now=1_112) == 0


def test_interactive_calls_go_before_bulk_calls_that_wait() -> None:
    pace = QuotaState((Quota(100, 1),))
    made(pace, 1, now=1_000)
    bulk, interactive = Turn(9_999, bulk=True), Turn(9_999)
    assert pace.take(bulk, 1_096) > 0
    assert pace.take(interactive, 1_098) > 0

    assert pace.take(bulk, 1_101) > 0
    assert pace.take(interactive, 1_101) == 0


def test_waiting_calls_of_one_kind_go_in_the_order_they_came() -> None:
    pace = QuotaState((Quota(100, 1),))
    made(pace, 1, now=1_000)
    first, second = Turn(9_999), Turn(9_999)
    pace.take(first, 1_001)
    pace.take(second, 1_002)

    for now in range(1_005, 1_101, 5):
        assert pace.take(first, now) > 0
        assert pace.take(second, now) > 0
    assert pace.take(second, 1_101) > 0
    assert pace.take(first, 1_101) == 0


def test_a_waiting_call_that_asks_no_more_keeps_nobody_waiting() -> None:
    pace = QuotaState((Quota(100, 1),))
    made(pace, 1, now=1_000)
    assert pace.take(Turn(9_999), 1_001) > 0  # its process is killed now

    assert waits(pace, now=1_102) == 0


def test_bulk_calls_leave_a_share_free() -> None:
    pace = QuotaState(TEN, bulk_share=0.8)
    made(pace, 8, now=1_000)

    assert waits(pace, now=1_000, bulk=True) > 0
    assert waits(pace, now=1_000) == 0


def test_a_share_is_left_to_other_users_of_the_account() -> None:
    pace = QuotaState(TEN, share=0.5)
    made(pace, 5, now=1_000)

    assert waits(pace, now=1_000) > 0


def test_every_call_in_flight_may_be_the_failure_that_fills_the_quota() -> None:
    pace = QuotaState((Quota(100, 100), Quota(10, 3, failures=True)))
    turns = [Turn(2_000) for _ in range(3)]
    made(pace, 50, now=1_000)
    for turn in turns:
        assert pace.take(turn, 1_000) == 0

    assert 0 < waits(pace, now=1_000) < 0.1  # until one of them is answered
    pace.answered(turns[0], 1_000, failed=True)
    pace.answered(turns[1], 1_000, failed=False)
    assert waits(pace, now=1_000) == 0
    pace.answered(turns[2], 1_000, failed=True)
    made(pace, 1, now=1_000, failed=True)
    assert 9 < waits(pace, now=1_001) < 10


def test_calls_of_others_that_a_header_tells_count() -> None:
    pace = QuotaState(TEN)
    made(pace, 1, now=1_000)

    pace.learn(left(2), now=1_000)

    made(pace, 2, now=1_000)
    assert waits(pace, now=1_000) > 0


def test_calls_in_flight_are_not_taken_for_those_of_others() -> None:
    pace, turns = QuotaState(TEN), [Turn(2_000) for _ in range(4)]
    for turn in turns:
        assert pace.take(turn, 1_000) == 0
    pace.answered(turns[0], 1_000, failed=False)

    pace.learn(left(6), now=1_000)  # the provider has counted all four

    made(pace, 6, now=1_000)


def test_a_header_gives_no_more_than_the_quota() -> None:
    pace = QuotaState(TEN)
    made(pace, 10, now=1_000)

    pace.learn(left(5_000), now=1_000)

    assert waits(pace, now=1_000) > 0


def test_while_others_use_it_up_one_call_at_a_time_finds_out() -> None:
    pace = QuotaState(TEN)
    made(pace, 1, now=1_000)
    pace.learn(left(0), now=1_000)

    assert 1 < waits(pace, now=1_000) < 2
    first = Turn(9_999)
    assert pace.take(first, 1_002) == 0
    assert waits(pace, now=1_002) > 0
    pace.answered(first, 1_002, failed=True)
    pace.learn(left(0), now=1_002)
    assert waits(pace, now=1_002) > 0
    pace.learn(left(8), now=1_003)
    made(pace, 8, now=1_003)


def test_a_refusal_that_says_nothing_holds_every_call_for_a_moment() -> None:
    pace = QuotaState((Quota(60, 60), Quota(3_600, 1_000)))
    made(pace, 3, now=1_000)

    pace.refused(1_000, None)

    assert 0.9 < waits(pace, now=1_000) <= 1
    assert waits(pace, now=1_001) == 0


def test_retry_after_holds_every_call_but_no_longer_than_a_window() -> None:
    pace = QuotaState(TEN)

    pace.refused(1_000, 30.0)
    assert waits(pace, now=1_000) == 30
    pace.refused(1_000, 1e12)

    assert waits(pace, now=1_000) == 100
    assert waits(pace, now=1_100) == 0


def test_a_state_without_a_quota_of_this_process_is_taken_on_for_the_others() -> None:
    old, new = QuotaState(TEN), QuotaState((Quota(100, 20), Quota(200, 30)))
    made(old, 10, now=1_000)

    new.load(json.loads(json.dumps(old.dump(1_000))), 1_000)

    made(new, 10, now=1_000)
    assert waits(new, now=1_000) > 0


def test_a_clock_that_was_set_back_forgets_calls_late_but_forgets_them() -> None:
    pace, turn = QuotaState(TEN), Turn(1_000_060)
    made(pace, 9, now=1_000_000)
    assert pace.take(turn, 1_000_000) == 0
    state = json.loads(json.dumps(pace.dump(1_000_000)))

    pace.load(state, 1_000)

    assert waits(pace, now=1_099) > 0
    assert waits(pace, now=1_103) == 0
