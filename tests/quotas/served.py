"""A provider with quotas on a socket, its adapter, and processes that make calls at it.

`python -m tests.quotas.served URL STORE QUOTAS SECONDS KIND` is one such process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from attrs import astuple, define, field, frozen
from onboarding import Gateway, OnboardingError
from onboarding.aio import AsyncGateway
from onboarding.quotas import PacePolicy, Quota, bulk_calls
from onboarding.simulation import serve
from onboarding.spi import Adapter, Flow, Identifier, Request, Url, url
from tests.quotas.sliding import SlidingServer, most_calls

__all__ = ["Counted", "CountingProvider", "Used", "serving", "shared"]

ROOT = Path(__file__).parents[2]
HANDS = 4
"""Threads or tasks of a process."""
DEADLINE = 3.0


@frozen(kw_only=True)
class Counted(Adapter):
    """The adapter of the provider, whose quotas the policy of each gateway has."""

    provider: ClassVar[str] = "counted"
    base_url: Url
    client_id: Identifier = "acme"

    def hit(self) -> Flow[int]:
        response = yield Request(method="GET", url=url(self.base_url, "hit"), operation="hit")
        return response.status


@define(eq=False)
class CountingProvider:
    """Answers 429 to calls beyond its quotas, and 400 to each call whose number it is told."""

    quotas: Sequence[Quota]
    fail_every: int = 0
    times: list[float] = field(factory=list)
    statuses: list[int] = field(factory=list)
    _server: SlidingServer = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        self._server = SlidingServer(self.quotas)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            now = time.monotonic()
            fails = bool(self.fail_every) and (len(self.times) + 1) % self.fail_every == 0
            status = 429
            if self._server.accepts(now, fails=fails):
                status = 400 if fails else 200
                self.times.append(now)
            self.statuses.append(status)
        start_response(f"{status} Said", [("Content-Type", "application/json")])
        return [b"{}"]

    def used(self, seconds: float) -> Used:
        """Returns what was used of the quotas in so many seconds from the first call on."""
        began = self.times[0]
        made = sum(at < began + seconds for at in self.times)
        calls = [quota for quota in self.quotas if not quota.failures]
        return Used(
            calls=made,
            share=made / most_calls(calls, seconds),
            refused=self.statuses.count(429),
            failed=self.statuses.count(400),
        )


@frozen(kw_only=True)
class Used:
    """How much of its quotas a provider saw used."""

    calls: int
    share: float
    refused: int
    failed: int


@contextmanager
def serving(provider: CountingProvider) -> Iterator[str]:
    with serve(provider) as address:
        yield address


@contextmanager
def process(
    address: str, store: Path | str, quotas: Sequence[Quota], seconds: float, kind: str
) -> Generator[subprocess.Popen[bytes]]:
    """Starts a process that makes calls for so many seconds; ends it at last."""
    told = json.dumps([astuple(quota) for quota in quotas])
    command = [sys.executable, "-m", "tests.quotas.served", address, str(store), told]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "adapters"), os.environ.get("PYTHONPATH", "")])
    started = subprocess.Popen(
        [*command, str(seconds), kind], cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()


def shared(provider: CountingProvider, store: Path | str, seconds: float) -> Used:
    """Lets four processes share the quotas, of whom one is killed halfway."""
    kinds = ["threads", "tasks", "threads", "tasks"]
    with serving(provider) as address:
        with (
            process(address, store, provider.quotas, seconds + 1, kinds[0]) as first,
            process(address, store, provider.quotas, seconds + 1, kinds[1]) as second,
            process(address, store, provider.quotas, seconds + 1, kinds[2]) as third,
            process(address, store, provider.quotas, seconds + 1, kinds[3]) as killed,
        ):
            time.sleep(seconds / 2)
            assert killed.poll() is None
            killed.send_signal(signal.SIGKILL)
            codes = [each.wait(seconds * 2 + 60) for each in (first, second, third)]
        assert codes == [0, 0, 0]
    return provider.used(seconds)


# -- a process


def _threads(adapter: Counted, policy: PacePolicy, ends: float) -> None:
    with Gateway(adapter, pace=policy, retry=None) as gateway:

        def call() -> None:
            while time.monotonic() < ends:
                with bulk_calls():
                    gateway.run(adapter.hit(), deadline=DEADLINE)

        hands = [threading.Thread(target=call, daemon=True) for _ in range(HANDS)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(max(0.0, ends - time.monotonic()))
        os._exit(0)


async def _tasks(adapter: Counted, policy: PacePolicy, ends: float) -> None:
    async with AsyncGateway(adapter, pace=policy, retry=None) as gateway:

        async def call() -> None:
            while True:
                with bulk_calls():
                    await gateway.run(adapter.hit(), deadline=DEADLINE)

        hands = [asyncio.ensure_future(call()) for _ in range(HANDS)]
        done, _ = await asyncio.wait(hands, timeout=ends - time.monotonic())
        for hand in done:
            hand.result()
        os._exit(0)


def _main(address: str, store: str, quotas: str, seconds: str, kind: str) -> None:
    told = tuple(Quota(*values) for values in json.loads(quotas))
    policy = PacePolicy(quotas=told, store=store, bulk_share=1.0)
    adapter, ends = Counted(base_url=address, name="counted"), time.monotonic() + float(seconds)
    try:
        if kind == "threads":
            _threads(adapter, policy, ends)
        else:
            asyncio.run(_tasks(adapter, policy, ends))
    except OnboardingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(*sys.argv[1:])
