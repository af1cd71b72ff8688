"""The clients that `http_cost.py` compares; each runs in a process of its own.

`python http_clients.py KIND URL...` reads what to measure from its input, a line each.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MOST = 256

OURS, BARE, DEFAULT, SDK = "onboarding", "session", "default session", "sdk"
OURS_AIO, BARE_AIO = "onboarding aio", "aiohttp"

Call = Callable[[], Any]


def _gateway(kind: Any, url: str) -> Any:
    from onboarding import Connection, Secret

    from onboarding_mangopay import MangoPay

    adapter = MangoPay(client_id="acme", api_key=Secret("key"), name="fr", base_url=url)
    return kind(adapter, connection=Connection(pool=MOST), observe=lambda _: None)


def _user() -> Any:
    return runpy.run_path(str(HERE / "flow_cost.py"))["person"]("mangopay")


def _sent() -> dict[str, Any]:
    """The JSON that the gateway sends."""
    owner: dict[str, Any] = json.loads((HERE / "data" / "owner.json").read_text())
    read_only = ("Id", "CreationDate", "PersonType", "KYCLevel", "UserStatus")
    return {name: value for name, value in owner.items() if value and name not in read_only}


HEADERS = {"Authorization": "bearer t0ken", "Idempotency-Key": "0123456789abcdef"}
TARGET = "/v2.01/acme/sca/users/natural"


def onboarding(url: str) -> Call:
    from onboarding import Gateway

    gateway, user = _gateway(Gateway, url), _user()
    return lambda: gateway.create_user(user)


def session(url: str, trust_env: bool = False) -> Call:
    import requests

    kept = requests.Session()
    kept.trust_env = trust_env
    kept.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=MOST))
    sent = _sent()
    return lambda: kept.post(url + TARGET, json=sent, headers=HEADERS, timeout=30).json()


def sdk(url: str) -> Call:
    from mangopay.api import APIRequest  # type: ignore[import-untyped]
    from mangopay.resources import NaturalUserSca  # type: ignore[import-untyped]
    from mangopay.utils import Address  # type: ignore[import-untyped]

    handler = APIRequest("acme", "key", api_sandbox_url=f"{url}/v2.01/", sandbox=True)
    user = _user()
    who, where = user.identity, user.address

    def save() -> Any:
        address = Address(
            address_line_1=where.line1,
            address_line_2=where.line2,
            city=where.city,
            region=where.region,
            postal_code=where.postal_code,
            country=where.country,
        )
        return NaturalUserSca(
            handler=handler,
            first_name=who.given_name,
            last_name=who.family_name,
            birthday=who.birthdate,
            nationality=who.nationality,
            country_of_residence=who.country_of_residence,
            address=address,
            email=user.email,
            tag=user.tag,
            user_category="OWNER",
            terms_and_conditions_accepted=True,
        ).save(handler)

    return save


def onboarding_aio(url: str) -> Call:
    from onboarding import AsyncGateway

    gateway, user = _gateway(AsyncGateway, url), _user()
    return lambda: gateway.create_user(user)


def bare_aio(url: str) -> Call:
    import aiohttp

    held: list[aiohttp.ClientSession] = []
    sent = _sent()

    async def post() -> Any:
        if not held:
            held.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST)))
        async with held[0].post(url + TARGET, json=sent, headers=HEADERS) as found:
            return await found.json()

    return post


KINDS: dict[str, Callable[[str], Call]] = {
    OURS: onboarding,
    BARE: session,
    DEFAULT: lambda url: session(url, trust_env=True),
    SDK: sdk,
    OURS_AIO: onboarding_aio,
    BARE_AIO: bare_aio,
}


class Client:
    """Makes calls one after the other, or many at once; `aio` says whether they are awaited."""

    def __init__(self, kind: str, urls: list[str]) -> None:
        self._calls = [KINDS[kind](url) for url in urls]
        self._aio = kind in (OURS_AIO, BARE_AIO)
        self._runner = asyncio.Runner()

    def _run(self, at: int, workers: int, each: int) -> None:
        call = self._calls[at]
        if self._aio:
            self._runner.run(_gathered(call, workers, each))
        elif workers == 1:
            for _ in range(each):
                call()
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(lambda _: [call() for _ in range(each)], range(workers)))

    def cpu(self, calls: int) -> dict[str, float]:
        """Microseconds of CPU a call, one after the other."""
        self._run(0, 1, 3)
        began = time.process_time()
        self._run(0, 1, calls)
        return {"cpu": (time.process_time() - began) / calls * 1e6}

    def rate(self, workers: int) -> dict[str, float]:
        """Calls a second, and the CPU of each, with so many in flight at 50 ms."""
        self._run(1, workers, 1)
        each = 8
        began, cpu = time.perf_counter(), time.process_time()
        self._run(1, workers, each)
        taken, cpu = time.perf_counter() - began, time.process_time() - cpu
        calls = workers * each
        return {f"rate {workers}": calls / taken, f"cpu {workers}": cpu / calls * 1e6}

    def memory(self, workers: int) -> dict[str, float]:
        """Bytes of Python's objects of a call that waits for its answer."""
        self._run(2, workers, 1)
        tracemalloc.start()
        held: list[int] = []
        timer = threading.Timer(0.6, lambda: held.append(tracemalloc.get_traced_memory()[0]))
        timer.start()
        self._run(2, workers, 1)
        timer.join()
        tracemalloc.stop()
        return {"memory": held[0] / workers}


async def _gathered(call: Callable[[], Awaitable[Any]], workers: int, each: int) -> None:
    async def work() -> None:
        for _ in range(each):
            await call()

    await asyncio.gather(*(work() for _ in range(workers)))


def serve(kind: str, urls: list[str]) -> None:
    """Measures what each line of the input asks for; the answer is a line of JSON."""
    client = Client(kind, urls)
    for line in sys.stdin:
        what, number = line.split()
        print(json.dumps(getattr(client, what)(int(number))), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
