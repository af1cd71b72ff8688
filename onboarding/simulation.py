"""Serves a provider's simulator on loopback, from a thread."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from attrs import NOTHING, fields_dict
from cheroot.server import HTTPConnection
from cheroot.wsgi import Server

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, Problem
from onboarding.registry import Registry, installed
from onboarding.values.base import checks_of
from onboarding.values.secret import Secret

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Simulated", "serve", "simulator", "table_of"]

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


class Simulated(str):
    """The base URL of a simulator that is served.

    `app` is the simulator itself: its settings, its log, what happens outside of the API. `table`
    is what a configuration says of a gateway to it.
    """

    app: Any
    table: Mapping[str, Any]


@contextmanager
def simulator(
    provider: str, *, port: int = 0, registry: Registry | None = None, **settings: Any
) -> Generator[Simulated]:
    """Serves the simulator of a provider while the block runs; gives its base URL.

    `settings` are those of the simulator. Needs the extra `simulators`. Raises `UnknownProvider`,
    and `ConfigurationError` for a provider that brings no simulator.
    """
    adapter = (registry or installed()).find(provider)
    kind = adapter.simulator()
    if kind is None:
        problem = Problem("provider", "unsupported", f"{provider} brings no simulator")
        raise ConfigurationError([problem])
    app = kind(**settings)
    with serve(app, port=port) as base_url:
        simulated = Simulated(base_url)
        simulated.app = app
        simulated.table = table_of(adapter, app, base_url)
        yield simulated


def table_of(adapter: type[Adapter], app: Any, base_url: str) -> dict[str, Any]:
    """What a configuration says of a gateway to a simulator that is served.

    Beside the address, each setting that the adapter requires or keeps secret, as the simulator
    has it.
    """
    found: dict[str, Any] = {"provider": adapter.provider, "base_url": base_url}
    for name, setting in fields_dict(adapter).items():
        secret = Secret in checks_of(adapter)[name].kind
        if (secret or setting.default is NOTHING) and hasattr(app, name):
            value = getattr(app, name)
            found[name] = Secret(value) if secret else value
    return found
