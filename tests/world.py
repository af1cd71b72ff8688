"""Fixtures that tests of many folders use: both providers on loopback, with their gateways."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, frozen
from onboarding import Gateways
from onboarding.simulation import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

API_KEY = "key-of-mangopay"
MAC_KEY = "key-of-paysera"


@frozen(kw_only=True)
class World:
    """Two simulators behind sockets, and the gateways `fr` and `lt` that reach them."""

    gateways: Gateways
    mangopay: Any
    paysera: Any
    urls: dict[str, str]

    @property
    def logs(self) -> list[Any]:
        return [*self.mangopay.log, *self.paysera.log]

    def config(self) -> dict[str, Any]:
        """The configuration of both gateways, with secrets by reference."""
        return {
            "default": "fr",
            "gateways": {
                "fr": {
                    "provider": "mangopay",
                    "client_id": "acme",
                    "api_key": "env:MANGOPAY_KEY",
                    "base_url": self.urls["fr"],
                },
                "lt": {
                    "provider": "paysera",
                    "client_id": "acme",
                    "mac_key": "env:PAYSERA_KEY",
                    "base_url": self.urls["lt"],
                },
            },
        }

    @property
    def env(self) -> dict[str, str]:
        return {"MANGOPAY_KEY": API_KEY, "PAYSERA_KEY": MAC_KEY}


@define
class Socket:
    """A server that stays, in front of a simulator that each test has for itself."""

    app: Any = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


@pytest.fixture(scope="session")
def sockets() -> Iterator[dict[str, tuple[Socket, str]]]:
    sockets = {"fr": Socket(), "lt": Socket()}
    with ExitStack() as stack:
        yield {
            name: (socket, stack.enter_context(serve(socket))) for name, socket in sockets.items()
        }


@pytest.fixture
def world(sockets: dict[str, tuple[Socket, str]]) -> Iterator[World]:
    """Two providers that know nobody yet, and gateways that were never called."""
    mangopay = MangoPay.simulator()(client_id="acme", api_key=API_KEY)
    paysera = Paysera.simulator()(client_id="acme", mac_key=MAC_KEY)
    for name, simulator in (("fr", mangopay), ("lt", paysera)):
        sockets[name][0].app = simulator
    urls = {name: url for name, (_, url) in sockets.items()}
    bare = World(gateways=Gateways({}), mangopay=mangopay, paysera=paysera, urls=urls)
    with Gateways.from_config(bare.config(), env=bare.env) as gateways:
        yield evolve(bare, gateways=gateways)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lets a child be interrupted, even where these tests were started in the background.

    A shell has what it starts there ignore the signal, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def told() -> Callable[[BaseException], str]:
    """Everything that a log could show of an error: its text, its repr, its traceback."""

    def tell(error: BaseException) -> str:
        lines = traceback.format_exception(error)
        return "\n".join([str(error), repr(error), repr(error.args), *lines])

    return tell
