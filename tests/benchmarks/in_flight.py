"""How much memory a call in flight needs, against a call of the bare client.

Run it: `python tests/benchmarks/in_flight.py [CALLS]`, 128 unless told. A server in another process
holds every answer for a while, and meanwhile the bytes that Python's objects hold are counted: with
`create_users`, and with the clients that send the same requests, `requests` and `aiohttp`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import ClassVar

import aiohttp
import requests
from attrs import frozen
from onboarding import AsyncGateway, Connection, Gateway, User, UserRecord
from onboarding.spi import Adapter, Flow, Request

HOLD = 3.0
SERVER = """
import asyncio
async def handle(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0])
    await reader.readexactly(length)
    await asyncio.sleep({hold})
    writer.write(b"HTTP/1.1 201 Created\\r\\nContent-Length: 2\\r\\n")
    writer.write(b"Connection: close\\r\\n\\r\\n{{}}")
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
BODY = b'{"FirstName": "Alex", "LastName": "Smith", "Email": "alex@example.com"}' * 8
HEADERS = {"Content-Type": "application/json", "Authorization": "bearer " + "x" * 40}


@frozen(kw_only=True)
class Small(Adapter):
    """Creates a user by one request."""

    provider: ClassVar[str] = "small"
    base_url: str

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        yield Request(
            method="POST",
            url=f"{self.base_url}/users",
            operation="create_user",
            headers=dict(HEADERS),
            body=bytes(bytearray(BODY)),
        )
        return UserRecord(provider=self.provider, gateway=self.name, id="1", user=user)


def held(calls: int, run: Callable[[], None]) -> float:
    """The bytes for each call while all are in flight."""
    ended = threading.Thread(target=run)
    before = tracemalloc.get_traced_memory()[0]
    ended.start()
    time.sleep(HOLD * 0.8)
    found = tracemalloc.get_traced_memory()[0] - before
    ended.join()
    return found / calls


def bare_threads(url: str, calls: int) -> None:
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=calls))

    def call() -> None:
        session.post(f"{url}/users", data=bytes(bytearray(BODY)), headers=dict(HEADERS), timeout=60)

    threads = [threading.Thread(target=call) for _ in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def bare_tasks(url: str, calls: int) -> None:
    async def call(session: aiohttp.ClientSession) -> None:
        async with session.post(
            f"{url}/users", data=bytes(bytearray(BODY)), headers=dict(HEADERS)
        ) as response:
            await response.read()

    async def main() -> None:
        connector = aiohttp.TCPConnector(limit=calls)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(call(session) for _ in range(calls)))

    asyncio.run(main())


def our_threads(url: str, calls: int) -> None:
    connection = Connection(pool=calls)
    with Gateway(Small(name="small", base_url=url), connection=connection) as gateway:
        users = (User() for _ in range(calls))
        for result in gateway.create_users(users, in_flight=calls):
            result.get()


def our_tasks(url: str, calls: int) -> None:
    async def main() -> None:
        connection = Connection(pool=calls)
        adapter = Small(name="small", base_url=url)
        async with AsyncGateway(adapter, connection=connection) as gateway:
            async for result in gateway.create_users(
                (User() for _ in range(calls)), in_flight=calls
            ):
                result.get()

    asyncio.run(main())


PAIRS = {"threads": (bare_threads, our_threads), "tasks": (bare_tasks, our_tasks)}


def measured(calls: int) -> dict[str, tuple[float, float]]:
    """The bytes of a call in flight by kind: of the bare client, and of the gateway."""
    command = [sys.executable, "-c", SERVER.format(hold=HOLD)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            found: dict[str, tuple[float, float]] = {}
            for kind, runs in PAIRS.items():
                for run in runs:
                    run(url, 1)  # imports what it needs
                tracemalloc.start()
                bare, ours = (held(calls, partial(run, url, calls)) for run in runs)
                tracemalloc.stop()
                found[kind] = bare, ours
            return found
        finally:
            server.kill()


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    for kind, (bare, ours) in measured(calls).items():
        print(f"{kind}: bare {bare:,.0f} bytes a call, here {ours:,.0f} ({ours / bare:.2f} times)")


if __name__ == "__main__":
    main()
