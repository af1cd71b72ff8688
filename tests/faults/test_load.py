"""Gateways under load, faults, cancellation, fork and closing: nothing hangs, leaks or doubles.

`HYPOTHESIS_PROFILE=full` runs a minute of faults; the suite runs a second of each.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import settings
from onboarding import (
    AsyncGateway,
    Gateway,
    OnboardingError,
    OutcomeUnknown,
    Secret,
    TransportError,
    UserRecord,
)
from onboarding.engine import RetryPolicy
from onboarding.engine.pace import QuotaState
from onboarding.hooks import Exchange
from onboarding.policies import Quota
from onboarding.quotas.memory import MemoryPacer
from onboarding.simulation import simulator
from tests.mangopay.people import OWNER

from onboarding_mangopay import MangoPay

WHOLE = settings.get_current_profile_name() == "full"
SECONDS = 60.0 if WHOLE else 1.0
CANCELLED = 1_000 if WHOLE else 150
THREADS, TASKS = 32, 256
QUOTAS = (Quota(1, 10**6), Quota(7_000, 10**6))  # no window of MangoPay's headers
"""After a 429 without a Retry-After, calls wait for a sixtieth of the shorter one."""
RETRY = RetryPolicy(initial=0.002, longest=0.02, budget=10)

pytestmark = pytest.mark.retries


@frozen
class Place:
    """A simulator on a socket, and the adapter of a gateway that reaches it."""

    simulator: Any
    adapter: MangoPay

    @property
    def calls(self) -> Counter[str]:
        """How often each path was requested; ids are left out."""
        return Counter(
            request.path.rpartition("/")[2] if "token" in request.path else "call"
            for request in self.simulator.log
        )


@pytest.fixture
def place() -> Iterator[Place]:
    with simulator("mangopay") as url:
        table = dict(url.table)
        adapter = MangoPay(
            name="fr",
            client_id=table["client_id"],
            api_key=Secret("simulated-key"),
            base_url=str(url),
        )
        yield Place(url.app, adapter)


def misbehaves(place: Place) -> None:
    """Sets faults of many kinds, each at a few of a hundred calls that concern users."""
    faults: list[dict[str, Any]] = [
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "error", "status": 503},
        {"kind": "bad_gateway"},
        {"kind": "rate_limit"},
        {"kind": "truncated"},
        {"kind": "slow", "seconds": 0.02},
    ]
    for seed, fault in enumerate(faults):
        place.simulator.misbehave(route="*/users/*", probability=0.03, seed=seed, **fault)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def nothing_left() -> Iterator[None]:
    """Raises if descriptors or threads are left that were not there before."""
    before, threads = descriptors(), threading.active_count()
    yield
    ends = time.monotonic() + 5  # the server's side of a connection closes a little later
    while descriptors() > before and time.monotonic() < ends:
        time.sleep(0.05)
    assert descriptors() <= before
    assert threading.active_count() <= threads


def counted(pacer: MemoryPacer) -> int:
    """The calls that a quota counts. Raises if it still has a call in flight."""
    state = pacer._pace.dump(time.monotonic())
    assert state["flying"] == []
    *_, (*_, made) = state["windows"]
    return sum(calls for _, calls in made)


def user(number: int) -> Any:
    return evolve(OWNER, email=f"user-{number}@example.com")


def test_threads_share_one_login_and_make_each_user_once(place: Place) -> None:
    misbehaves(place)
    ends = time.monotonic() + SECONDS
    numbers = iter(range(10**9))
    lock = threading.Lock()
    created: list[str] = []
    failed: list[OnboardingError] = []
    sent: list[Exchange] = []
    pacer = MemoryPacer(QuotaState(QUOTAS))

    def work() -> None:
        while time.monotonic() < ends:
            with lock:
                number = next(numbers)
            try:
                record = gateway.create_user(user(number), idempotency_key=f"user {number}")
                assert gateway.fetch_user(record.id).id == record.id
                created.append(record.id)
            except OnboardingError as error:
                failed.append(error)

    with (
        nothing_left(),
        Gateway(place.adapter, retry=RETRY, pace=pacer, observe=sent.append) as gateway,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        for future in [pool.submit(work) for _ in range(THREADS)]:
            future.result(timeout=SECONDS + 60)

    assert len(created) > THREADS
    assert len(set(created)) == len(created)
    assert place.calls["token"] == 1
    users = {row.id for row in place.simulator.store.users(0, -1)}
    assert set(created) <= users
    assert len(users) <= len(created) + len(failed)
    assert counted(pacer) == len(sent)


def test_tasks_that_are_cancelled_at_any_point_leave_nothing_behind(place: Place) -> None:
    misbehaves(place)
    rng = random.Random(7)

    async def one(gateway: AsyncGateway[MangoPay], number: int) -> UserRecord:
        return await gateway.create_user(user(number), idempotency_key=f"user {number}")

    async def cancelled(gateway: AsyncGateway[MangoPay], number: int) -> None:
        task = asyncio.create_task(one(gateway, number))
        await asyncio.sleep(rng.random() * 0.05)
        task.cancel()
        await asyncio.wait([task], timeout=20)
        assert task.done()

    pacer = MemoryPacer(QuotaState(QUOTAS))

    async def main() -> None:
        async with AsyncGateway(place.adapter, retry=RETRY, pace=pacer) as gateway:
            numbers = iter(range(10**9))
            await one(gateway, next(numbers))  # logs in: a login that is cancelled is repeated
            for _ in range(0, CANCELLED, 50):
                await asyncio.gather(*(cancelled(gateway, next(numbers)) for _ in range(50)))
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends:
                await asyncio.gather(
                    *(one(gateway, next(numbers)) for _ in range(TASKS)), return_exceptions=True
                )
            # After all that, a call works: no lock is held, and no connection is half-read.
            place.simulator.behave()
            assert (await one(gateway, next(numbers))).id
        await asyncio.sleep(0)
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    with nothing_left():
        asyncio.run(main())
    assert place.calls["token"] == 1
    assert counted(pacer) >= len(place.simulator.log)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_fork_in_use_shares_neither_connections_nor_locks(place: Place) -> None:
    busy = threading.Event()
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            gateway.fetch_user(known)
            busy.set()

    with Gateway(place.adapter, retry=RETRY) as gateway:
        known = gateway.create_user(user(0)).id
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        busy.wait(10)
        for number in range(1, 6):
            child = os.fork()
            if not child:  # the child: no pytest, no cleanup
                ok = False
                try:
                    ok = gateway.create_user(user(number), deadline=10).id != known
                finally:
                    os._exit(0 if ok else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        over.set()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def test_closing_in_use_ends_no_call_without_an_answer_or_a_typed_error(place: Place) -> None:
    ends = time.monotonic() + SECONDS
    errors: list[Exception] = []

    def work() -> None:
        while time.monotonic() < ends:
            try:
                gateway.fetch_user(known)
            except (TransportError, OutcomeUnknown):
                pass
            except Exception as error:
                errors.append(error)

    with nothing_left(), Gateway(place.adapter, retry=RETRY) as gateway:
        known = gateway.create_user(user(0)).id
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        while time.monotonic() < ends:
            time.sleep(0.01)
            gateway.close()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
    assert errors == []


def test_closing_an_asynchronous_gateway_in_use_is_typed(place: Place) -> None:
    async def main() -> list[Any]:
        gateway = AsyncGateway(place.adapter, retry=RETRY)
        known = (await gateway.create_user(user(0))).id
        found: list[Any] = []
        for _ in range(10):
            calls = [asyncio.create_task(gateway.fetch_user(known)) for _ in range(20)]
            await asyncio.sleep(0.005)
            await gateway.close()
            found += await asyncio.gather(*calls, return_exceptions=True)
        await gateway.close()
        return found

    with nothing_left():
        found = asyncio.run(main())
    assert all(isinstance(one, UserRecord | TransportError | OutcomeUnknown) for one in found)
