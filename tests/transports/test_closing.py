"""Closing a gateway: its connections end at once, and so do the calls that use them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define, field
from onboarding import AsyncGateway, Gateway, NoAnswer
from onboarding.spi import Flow, Response
from tests.transports.wire import OK, call, paysera, requests_of

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


@define
class Peer:
    """A server of one answer to each request. `ended` is set when a client closes its end."""

    answers: list[bytes | None]
    ended: threading.Event = field(factory=threading.Event)
    answered: threading.Event = field(factory=threading.Event)

    def talk(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            for _ in requests_of(connection):
                answer = self.answers.pop(0)
                if answer is None:
                    return
                connection.sendall(answer)
                self.answered.set()
            self.ended.set()


@contextmanager
def peer(*answers: bytes | None) -> Iterator[tuple[Peer, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Peer(list(answers))
        threading.Thread(target=found.talk, args=(listener,), daemon=True).start()
        yield found, f"http://127.0.0.1:{listener.getsockname()[1]}"


def ask(url: str) -> Flow[Response]:
    response = yield call("GET", f"{url}/8")
    return response


def test_the_connections_of_threads_end_though_their_pool_is_still_held() -> None:
    with peer(OK) as (server, url):
        with Gateway(paysera(url)) as gateway:
            gateway.run(ask(url))
            # as the frames of an error hold it until the garbage collector comes
            pools = gateway._state().transport._pools._routes.values()
            held = [route.pool for route in pools]

        assert server.ended.wait(2)
        assert held


def test_a_call_that_reads_a_body_ends_with_its_gateway() -> None:
    async def main() -> BaseException | None:
        gateway = AsyncGateway(paysera(url))
        task = asyncio.create_task(gateway.run(ask(url)))
        while not server.answered.is_set():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)  # the head was read, and the rest of the body is awaited
        began = time.monotonic()
        await gateway.close()
        await asyncio.wait([task], timeout=5)
        assert time.monotonic() - began < 2
        return task.exception()

    with peer(HEAD) as (server, url):
        assert isinstance(asyncio.run(main()), NoAnswer)
