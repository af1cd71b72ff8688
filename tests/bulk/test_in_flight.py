"""Users in flight are sent once each, and are on the disk before and after."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import define, field, frozen
from onboarding import Gateway, InvalidInput, TransportError
from onboarding.bulk import BulkRun, Journal, Line, State
from onboarding.quotas import PacePolicy, Quota
from onboarding.simulation import serve
from tests.bulk.test_journal import Small


@define(eq=False)
class Provider:
    """Registers users. `held` requests wait for `release`; `answers` come first, one each."""

    held: bool = False
    waiting: int = 0
    most: int = 0
    answers: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    paths: list[str] = field(factory=list[str])
    release: threading.Event = field(factory=threading.Event)
    lock: threading.Lock = field(factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with self.lock:
            self.paths.append(environ["PATH_INFO"])
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            answer, wait = self.answers.pop(0) if self.answers else ("201 Created", "")
        if self.held:
            self.release.wait(10)
        else:
            time.sleep(0.005)
        with self.lock:
            self.waiting -= 1
        more = [("Retry-After", wait)] if wait else []
        start_response(answer, [("Content-Length", "0"), *more])
        return [b""]


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def url(provider: Provider) -> Iterator[str]:
    with serve(provider) as url:
        yield url
        provider.release.set()


@pytest.fixture
def gateway(url: str) -> Iterator[Gateway[Small]]:
    with Gateway(Small(name="small", base_url=url), retry=None) as gateway:
        yield gateway


def lines(count: int) -> Iterator[Line]:
    for number in range(1, count + 1):
        yield Line(number=number, ref=f"u{number}", data={"tag": f"user-{number}"})


def in_file(place: Path) -> list[tuple[str, str]]:
    entries = map(json.loads, place.read_text("utf-8").splitlines()[1:])
    return [(entry["ref"], entry["state"]) for entry in entries]


def until(condition: Any) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_users_in_flight_are_sent_once_each_between_their_intent_and_their_result(
    tmp_path: Path, provider: Provider, gateway: Gateway[Small]
) -> None:
    place = tmp_path / "results.jsonl"
    with Journal.open(place, gateway) as journal:
        results = list(BulkRun(gateway, journal, in_flight=8).run(lines(60)))

    assert Counter(result.state for result in results) == {State.CREATED: 60}
    assert len({result.ref for result in results}) == 60
    assert len(set(provider.paths)) == len(provider.paths) == 60
    assert 4 <= provider.most <= 8
    entries = in_file(place)
    assert len(entries) == len(set(entries)) == 120
    for number in range(1, 61):
        assert entries.index((f"u{number}", "intent")) < entries.index((f"u{number}", "created"))


def test_users_in_flight_share_the_syncs_of_the_file(
    tmp_path: Path, gateway: Gateway[Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = 0

    def slow(_: int) -> None:
        nonlocal syncs
        syncs += 1
        time.sleep(0.01)

    with Journal.open(tmp_path / "results.jsonl", gateway) as journal:
        monkeypatch.setattr(os, "fsync", slow)
        results = list(BulkRun(gateway, journal, in_flight=16).run(lines(64)))

    assert len(results) == 64
    assert syncs < 64  # one by one, they would be 128


def test_stopping_waits_for_the_users_in_flight_and_sends_no_other(
    provider: Provider, gateway: Gateway[Small]
) -> None:
    provider.held = True
    bulk = BulkRun(gateway, in_flight=4)

    def stop() -> None:
        until(lambda: provider.waiting == 4)
        bulk.stop()
        provider.release.set()

    thread = threading.Thread(target=stop)
    thread.start()
    results = list(bulk.run(lines(100)))
    thread.join()

    assert [result.state for result in results] == [State.CREATED] * 4
    assert len(provider.paths) == 4
    assert bulk.sending == 0


def test_leaving_the_loop_records_the_users_in_flight(
    tmp_path: Path, provider: Provider, gateway: Gateway[Small]
) -> None:
    place = tmp_path / "results.jsonl"
    with Journal.open(place, gateway) as journal:
        for _ in BulkRun(gateway, journal, in_flight=4).run(lines(100)):
            break

    states = Counter(state for _, state in in_file(place))
    assert states["intent"] == states["created"] == len(provider.paths) <= 9


def test_no_more_users_than_the_limit_are_sent_and_the_next_run_goes_on(
    tmp_path: Path, provider: Provider, gateway: Gateway[Small]
) -> None:
    place, counts = tmp_path / "results.jsonl", []
    for limit in (5, 5, None):
        with Journal.open(place, gateway) as journal:
            bulk = BulkRun(gateway, journal, in_flight=3, limit=limit)
            counts.append(len(list(bulk.run(lines(20)))))

    assert counts == [5, 5, 10]
    assert len(set(provider.paths)) == 20


def test_a_rate_limit_makes_the_run_wait_and_no_user_fail(
    provider: Provider, gateway: Gateway[Small]
) -> None:
    provider.answers = [("429 Too Many Requests", "")] * 4
    bulk, began = BulkRun(gateway, in_flight=4), time.monotonic()

    results = list(bulk.run(lines(12)))

    assert time.monotonic() - began >= 1
    assert Counter(result.state for result in results) == {State.CREATED: 12}


def test_a_wait_on_a_rate_limit_ends_when_the_run_is_stopped(
    provider: Provider, gateway: Gateway[Small]
) -> None:
    provider.answers = [("429 Too Many Requests", "")] * 50
    bulk = BulkRun(gateway, in_flight=2)

    def stop() -> None:
        until(lambda: bulk.pause.left > 0)
        bulk.stop()

    threading.Thread(target=stop).start()
    results = list(bulk.run(lines(50)))

    assert {result.state for result in results} == {State.FAILED}
    assert len(results) <= 2


@frozen(kw_only=True)
class Limited(Small):
    """A provider that takes three calls an hour."""

    quotas: ClassVar[tuple[Quota, ...]] = (Quota(seconds=3600, calls=3),)


def test_a_run_that_waits_for_its_quota_can_be_stopped_and_leaves_nobody_unknown(
    tmp_path: Path, provider: Provider, url: str
) -> None:
    place = tmp_path / "results.jsonl"
    adapter = Limited(name="small", base_url=url)
    with (
        Gateway(adapter, retry=None, pace=PacePolicy()) as gateway,
        Journal.open(place, gateway) as journal,
    ):
        bulk = BulkRun(gateway, journal, in_flight=2)

        def stop() -> None:
            until(lambda: bulk.pause.left > 1000)
            bulk.stop()

        thread = threading.Thread(target=stop)
        thread.start()
        results = list(bulk.run(lines(20)))
        thread.join()

    states = Counter(result.state for result in results)
    assert states[State.CREATED] == len(provider.paths) == 3
    assert 1 <= states[State.FAILED] <= 2
    with Journal.open(place, gateway) as journal:
        assert list(journal.open_intents()) == []


def test_calls_without_an_answer_end_the_run_with_the_reason() -> None:
    gateway = Gateway(Small(name="small", base_url="http://127.0.0.1:9"), retry=None)
    bulk = BulkRun(gateway, in_flight=2, most_failures=3)

    results = list(bulk.run(lines(100)))

    assert isinstance(bulk.summary.stopped, TransportError)
    assert 3 <= len(results) <= 4
    assert {result.state for result in results} == {State.FAILED}


def test_an_interrupt_records_the_users_in_flight_as_unknown_and_sends_nothing_more(
    tmp_path: Path, provider: Provider, gateway: Gateway[Small]
) -> None:
    provider.held, place = True, tmp_path / "results.jsonl"

    def interrupted() -> Iterator[Line]:
        yield from lines(3)
        until(lambda: provider.waiting == 3)
        raise KeyboardInterrupt

    with Journal.open(place, gateway) as journal:
        bulk = BulkRun(gateway, journal, in_flight=4)
        threading.Timer(0.1, provider.release.set).start()
        with pytest.raises(KeyboardInterrupt):
            list(bulk.run(interrupted()))

    assert Counter(state for _, state in in_file(place)) == {"intent": 3, "created": 3}


@pytest.mark.parametrize("number", [0, -1, True, "4"])
def test_a_wrong_number_in_flight_is_invalid_input(gateway: Gateway[Small], number: Any) -> None:
    with pytest.raises(InvalidInput, match="in_flight"):
        BulkRun(gateway, in_flight=number)
