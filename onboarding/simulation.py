"""Serves a provider's simulator on loopback, from a thread."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cheroot.server import HTTPConnection
from cheroot.wsgi import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["serve"]

LOOPBACK = "127.0.0.1"


class _Connection(HTTPConnection):
    """Ends its own stream: left to the garbage collector, it writes to a closed socket."""

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self.wfile.close()
        super().close()


def _server(app: WSGIApplication, port: int) -> tuple[Server, str]:
    server = Server((LOOPBACK, port), app, numthreads=16, request_queue_size=512)
    server.ConnectionClass = _Connection
    server.expiration_interval = 0.05  # how soon it sees that it is to stop
    server.prepare()  # binds: from here on the port is known and connections queue
    return server, f"http://{LOOPBACK}:{_port(server)}"


def _port(server: Any) -> int:
    return int(server.bind_addr[1])


@contextmanager
def serve(app: WSGIApplication, *, port: int = 0) -> Generator[str]:
    """Serves `app` from a thread while the block runs; gives its base URL.

    Port 0 takes any free one. Needs the extra `simulators`.
    """
    server, base_url = _server(app, port)
    thread = threading.Thread(target=server.serve, name="onboarding-simulator", daemon=True)
    thread.start()
    try:
        yield base_url
    finally:
        server.stop()
        thread.join(timeout=10)
