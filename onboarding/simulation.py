"""Serves the simulator of a provider on loopback, from a thread."""

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
    """Closes its stream: otherwise the garbage collector writes to a closed socket."""

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self.wfile.close()
        super().close()


def _server(app: WSGIApplication, port: int) -> tuple[Server, str]:
    server = Server((LOOPBACK, port), app, numthreads=16, request_queue_size=512)
    server.ConnectionClass = _Connection
    server.expiration_interval = 0.05  # seconds: how soon it notices that it must stop
    server.prepare()  # binds the port; from now on connections queue
    return server, f"http://{LOOPBACK}:{_port(server)}"


def _port(server: Any) -> int:
    return int(server.bind_addr[1])


@contextmanager
def serve(app: WSGIApplication, *, port: int = 0) -> Generator[str]:
    """Serves a WSGI application from a thread while the block runs; yields its base URL.

    Port 0 takes any free one. Raises `OSError` if the port is not free. Needs the extra
    `simulators`.
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
    """The base URL of a simulator that is being served.

    `app` is the simulator: its settings, its log, and the acts that are not API calls. `table` is
    the configuration of a gateway to it.
    """

    app: Any
    table: Mapping[str, Any]


@contextmanager
def simulator(
    provider: str, *, port: int = 0, registry: Registry | None = None, **settings: Any
) -> Generator[Simulated]:
    """Serves the simulator of a provider while the block runs; yields its base URL.

    `settings` are those of the simulator. Needs the extra `simulators`. Raises `UnknownProvider`,
    and `ConfigurationError` for a provider without a simulator.
    """
    adapter = (registry or installed()).find(provider)
    kind = adapter.simulator()
    if kind is None:
        problem = Problem("provider", "unsupported", f"{provider} has no simulator")
        raise ConfigurationError([problem])
    app = kind(**settings)
    with serve(app, port=port) as base_url:
        simulated = Simulated(base_url)
        simulated.app = app
        simulated.table = table_of(adapter, app, base_url)
        yield simulated


def table_of(adapter: type[Adapter], app: Any, base_url: str) -> dict[str, Any]:
    """Returns the configuration of a gateway to a simulator that is being served.

    It has the address, and the simulator's values of the settings that are required or secret.
    """
    found: dict[str, Any] = {"provider": adapter.provider, "base_url": base_url}
    for name, setting in fields_dict(adapter).items():
        check = checks_of(adapter)[name]
        secret = Secret in check.kind
        if (secret or setting.default is NOTHING) and hasattr(app, name):
            value = getattr(app, name)
            if secret:
                value = [Secret(one) for one in value] if check.many else Secret(value)
            found[name] = value
    return found
