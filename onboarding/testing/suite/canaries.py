"""The law of canaries: no value and no key leaks into logs, observers, errors or tracebacks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.gateway import Gateway
from onboarding.hooks import CallStart, Exchange, RequestStart, hookimpl
from onboarding.mapping.translation import Translation
from onboarding.model.credentials import Password
from onboarding.model.user import User
from onboarding.registry import Registry
from onboarding.testing.calls import Call, CallValues, calls
from onboarding.testing.examples import draw
from onboarding.testing.faults import FAULTS, Faulty, faulty
from onboarding.testing.generators import full_users
from onboarding.testing.law import law
from onboarding.testing.listening import Output, every_logger, of_error
from onboarding.testing.runner import Runner
from onboarding.testing.strategies import changed, check_at
from onboarding.testing.subject import Subject, tolerant
from onboarding.testing.suite.secrecy import BORN, CANARY, canaries, settings_of
from onboarding.values.secret import Secret

__all__ = ["silent_everywhere"]

SENT_ONCE: dict[str, Any] = {"retry": None, "guard": None, "pace": False}
"""Settings of a gateway that sends each request at once: errors are wanted here."""

VALUES = CallValues(text=CANARY, phone="+37066698765", iban="LT601010012345678901", born=BORN)
PASSWORD = f"{CANARY}-password"
_MIDNIGHT = int(datetime(BORN.year, BORN.month, BORN.day, tzinfo=UTC).timestamp())
_VALUES = re.compile(
    "|".join(
        (
            CANARY,
            VALUES.phone.removeprefix("+"),
            VALUES.iban,
            BORN.isoformat(),
            f"{BORN.year}, {BORN.month}, {BORN.day}",
            str(_MIDNIGHT),
        )
    ),
    re.IGNORECASE,
)
_SHORTEST = 6  # a shorter key may occur by chance


@frozen(eq=False)
class _Asked:
    """A call of a gateway, with the valid responses to logins by request path."""

    adapter: Adapter
    call: Call
    logins: Mapping[str, bytes]
    good: bytes

    def __repr__(self) -> str:
        return f"{self.call.operation} of {type(self.adapter).__name__}"


def reachable(subject: Subject) -> bool:
    """Returns whether every variant has a `base_url`, so that it can call a server on loopback."""
    return all(hasattr(adapter, "base_url") for adapter in subject.variants.values())


@law(
    "for any response over a socket, no value and no key is in a log, an error, traceback locals "
    "or what observers receive",
    reachable,
)
def silent_everywhere(runner: Runner) -> None:
    """For every call, sync and async, with every kind of broken response."""
    with ExitStack() as held:
        provider = held.enter_context(faulty())
        asked = list(_asked(runner, provider))
        drivers: list[Any] = [held.enter_context(_Called())]
        if find_spec("aiohttp") is not None:
            drivers.append(held.enter_context(_Awaited()))

        def check(drawn: tuple[_Asked, str, int]) -> None:
            one, provider.fault, well = drawn
            provider.said, provider.logins, provider.good = CANARY, one.logins, one.good
            for driver in drivers:
                provider.well = well
                with every_logger() as heard:
                    outputs = list(driver.outputs(one))
                _silent(one, driver.name, provider, [*heard, *outputs, *driver.observer.told()])

        faults = [*FAULTS]
        for place, one in enumerate(asked):  # each call at least once
            runner.examples += 1
            check((one, faults[place % len(faults)], 0))
        each = st.tuples(st.sampled_from(asked), st.sampled_from(faults), st.sampled_from((0, 1)))
        runner.for_all(each, check, share=2)


def _silent(one: _Asked, way: str, provider: Faulty, outputs: list[Output]) -> None:
    keys = {*settings_of(one.adapter), *provider.keys, PASSWORD}
    about = f"{one.call.operation}, {way}, answered with {provider.fault}"
    for who, text in outputs:
        assert not _VALUES.search(text), f"{about}: {who} shows a value"
        for key in keys:
            assert len(key) < _SHORTEST or key not in text, f"{about}: {who} shows a key"


# -- what is asked


def _asked(runner: Runner, provider: Faulty) -> Iterator[_Asked]:
    for _, adapter, wire in runner.wired:
        there: Any = attrs.evolve(tolerant(adapter), base_url=provider.base_url)  # type: ignore[call-arg]
        logins = _logins(runner, adapter)
        good = runner.subject.body_with(runner.shown(adapter, wire) or {}) or b""
        user = _spied(_example(full_users(wire, adapter.extras)), wire)
        for call in calls(runner.subject, there, user, VALUES):
            yield _Asked(there, call, logins, good)
        if adapter.supports("login"):
            yield _Asked(there, Call("fetch_user", ("1",)), {}, good)


def _logins(runner: Runner, adapter: Adapter) -> dict[str, bytes]:
    """Returns the simulated response to the login of an adapter, by request path."""
    if runner.subject.simulator is None or not adapter.supports("login"):
        return {}
    world = runner.world(adapter)
    with suppress(OnboardingError):  # it knows no user
        world.call("fetch_user", "1")
    first = next(iter(world.gateway.sent))
    return {urlsplit(first.url).path: world.answers[0].body}


def _example(strategy: SearchStrategy[User]) -> User:
    found: list[User] = []
    draw(strategy, found.append)
    return found[-1]


def _spied(user: User, wire: Translation) -> User:
    """Returns the user with a canary in every supported field that can hold one."""
    paths = [mapped.core for mapped in wire.plan.fields if not mapped.core.startswith("extras.")]
    user = canaries(user, paths)
    for path in paths:
        shape = check_at(path).shape
        if shape is not None and shape.name == "phone":
            user = changed(user, path, VALUES.phone)
    if "credentials" in paths:
        user = changed(user, "credentials", Password(password=Secret(PASSWORD)))
    return user


# -- how it is driven


class _Observer:
    """An observer of everything that plugins can observe."""

    def __init__(self) -> None:
        registry = Registry(entry_points=())
        registry.register_plugin(self)
        self.tell = registry.tell
        self._told: list[Output] = []

    def told(self) -> list[Output]:
        """Returns what it was told since it was last asked."""
        told, self._told = self._told, []
        return told

    def _note(self, value: object) -> None:
        self._told.append(("an observer", repr(value)))

    @hookimpl
    def onboarding_observe(self, exchange: Exchange) -> None:
        self._note(exchange)

    @hookimpl
    def onboarding_begin_call(self, start: CallStart) -> Callable[[object], None]:
        self._note(start)
        return self._note

    @hookimpl
    def onboarding_begin_request(self, start: RequestStart) -> Callable[[object], None]:
        self._note(start)
        return self._note


class _Called:
    """Sync calls, with one gateway per adapter."""

    name = "sync"

    def __init__(self) -> None:
        self._gateways: dict[Adapter, Gateway[Adapter]] = {}
        self.observer = _Observer()

    def __enter__(self) -> _Called:
        return self

    def __exit__(self, *_: object) -> None:
        for gateway in self._gateways.values():
            gateway.close()

    def outputs(self, one: _Asked) -> Iterator[Output]:
        gateway = self._gateways.setdefault(
            one.adapter, Gateway(one.adapter, observe=self.observer.tell, **SENT_ONCE)
        )
        call = one.call
        try:
            result = getattr(gateway, call.method)(*call.arguments, **call.named)
            if isinstance(result, Iterator):
                result = next(result, None)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        except OnboardingError as error:
            yield from of_error(error)
        else:
            yield "the result", f"{result!r} {result}"


class _Awaited:
    """Async calls in one event loop, with one gateway per adapter."""

    name = "async"

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._gateways: dict[Adapter, Any] = {}
        self.observer = _Observer()

    def __enter__(self) -> _Awaited:
        return self

    def __exit__(self, *_: object) -> None:
        for gateway in self._gateways.values():
            self._runner.run(gateway.close())
        self._runner.close()

    def outputs(self, one: _Asked) -> list[Output]:
        return self._runner.run(self._outputs(one))

    async def _outputs(self, one: _Asked) -> list[Output]:
        from onboarding.aio import AsyncGateway  # the extra `async`

        gateway = self._gateways.setdefault(
            one.adapter, AsyncGateway(one.adapter, observe=self.observer.tell, **SENT_ONCE)
        )
        call = one.call
        try:
            result = getattr(gateway, call.method)(*call.arguments, **call.named)
            if isinstance(result, AsyncIterator):
                result = await anext(result, None)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
            else:
                result = await result
        except OnboardingError as error:
            return list(of_error(error))
        return [("the result", f"{result!r} {result}")]
