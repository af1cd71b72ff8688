"""A server that costs little: it answers every request with the same user, some after a delay.

Run by `http_cost.py`. It prints one URL per delay and serves until its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial
from pathlib import Path

DELAYS = (0.0, 0.05, 1.0)
"""The seconds before an answer, one port for each."""

OWNER = (Path(__file__).parent / "data" / "owner.json").read_bytes()
TOKEN = json.dumps({"access_token": "t0ken", "token_type": "bearer", "expires_in": 86_400})
NOW = int(time.time())
WINDOWS = (  # never near their ends, so that no call waits for one
    (11, 2289, NOW + 900),
    (11, 4489, NOW + 1800),
    (11, 8889, NOW + 3600),
    (32, 105_568, NOW + 86_400),
)
LINES = (
    "HTTP/1.1 200 OK",
    "Content-Type: application/json; charset=utf-8",
    "Date: Tue, 21 Jan 2025 10:00:00 GMT",
    "Server: bare",
    "Connection: keep-alive",
    *(f"X-RateLimit: {made}" for made, _, _ in WINDOWS),  # each window has a line of its own
    *(f"X-RateLimit-Remaining: {left}" for _, left, _ in WINDOWS),
    *(f"X-RateLimit-Reset: {reset}" for _, _, reset in WINDOWS),
)


def answer(body: bytes) -> bytes:
    head = "\r\n".join([*LINES, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


USER, LOGIN = answer(json.dumps(json.loads(OWNER)).encode()), answer(TOKEN.encode())


class Bare(asyncio.Protocol):
    """One connection, over which requests come one after the other."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length or 0):
            self._read = b""
            login = b"/oauth/" in head[:60]
            if login or not self._delay:
                self._transport.write(LOGIN if login else USER)
            else:
                asyncio.get_running_loop().call_later(self._delay, self._transport.write, USER)


async def main() -> None:
    loop = asyncio.get_running_loop()
    for delay in DELAYS:
        server = await loop.create_server(partial(Bare, delay), "127.0.0.1", backlog=512)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
