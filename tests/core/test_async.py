"""Flows awaited over sockets do what the same flows do without an event loop."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import warnings
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, frozen
from onboarding import (
    Address,
    AsyncGateway,
    Connection,
    Gateway,
    Gateways,
    Identity,
    NationalId,
    NotFound,
    OnboardingError,
    OutcomeUnknown,
    Password,
    Rejected,
    Secret,
    Terms,
    TransportError,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.simulation import serve
from onboarding.spi import Adapter

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALEX = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    address=Address(line1="3 rue de la Cité", city="Paris", postal_code="75004", country="FR"),
    email="alex.smith@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
    tag="first",
)
JOHN = User(
    identity=Identity(
        given_name="John",
        family_name="Smith",
        nationality="LT",
        national_id=NationalId(code="31001010000", country="LT"),
    ),
    email="email@example.com",
    phone="+37066612345",
    credentials=Password(password=Secret("secretPassword22")),
)


def mangopay(base_url: str) -> MangoPay:
    key = Secret("simulated-key")
    return MangoPay(client_id="simulated-client", api_key=key, base_url=base_url, name="fr")


def paysera(base_url: str) -> Paysera:
    return Paysera(client_id="client", mac_key=Secret("key"), base_url=base_url, name="lt")


@frozen
class Provider:
    """One provider to talk to: its simulator, its adapter, a user it takes, a change it takes."""

    name: str
    simulate: Callable[[], Any]
    adapter: Callable[[str], Adapter]
    user: User
    change: Callable[[User], User]


PROVIDERS = (
    Provider(
        "mangopay", MangoPaySimulator, mangopay, ALEX, lambda user: user.replace(tag="second")
    ),
    Provider(
        "paysera",
        lambda: PayseraSimulator(client_id="client", mac_key="key"),
        paysera,
        JOHN,
        lambda user: user.replace({"identity.given_name": "Jonas"}),
    ),
)
EACH = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


def settled(record: UserRecord) -> tuple[Any, ...]:
    """What of a record does not depend on the clock or on chance."""
    opened = [(a.kind, a.concerns, a.value, bool(a.url)) for a in record.next_actions]
    absent, losses = dict(record.absent), [repr(loss) for loss in record.losses]
    return (record.user, record.status, record.kyc_level, opened, absent, losses, record.confirmed)


async def tell_awaited(gateway: AsyncGateway[Any], provider: Provider) -> list[Any]:
    """The life of a user, as its answers; errors are answers too."""

    async def answer(call: Awaitable[UserRecord]) -> Any:
        try:
            return settled(await call)
        except OnboardingError as error:
            return type(error), str(error)

    made = await gateway.create_user(provider.user)
    return [
        settled(made),
        await answer(gateway.fetch_user(made.id)),
        await answer(gateway.update_user(made, provider.change(made.user))),
        await answer(gateway.update_user(made, made.user)),
        await answer(gateway.fetch_user("999999999")),
        await answer(gateway.create_user(User(tag="no name", occupation="x" * 300))),
        await answer(gateway.create_user(User(identity=Identity(given_name="Solo")))),
    ]


def tell(gateway: Gateway[Any], provider: Provider) -> list[Any]:
    def answer(call: Callable[[], UserRecord]) -> Any:
        try:
            return settled(call())
        except OnboardingError as error:
            return type(error), str(error)

    made = gateway.create_user(provider.user)
    return [
        settled(made),
        answer(lambda: gateway.fetch_user(made.id)),
        answer(lambda: gateway.update_user(made, provider.change(made.user))),
        answer(lambda: gateway.update_user(made, made.user)),
        answer(lambda: gateway.fetch_user("999999999")),
        answer(lambda: gateway.create_user(User(tag="no name", occupation="x" * 300))),
        answer(lambda: gateway.create_user(User(identity=Identity(given_name="Solo")))),
    ]


@EACH
def test_one_flow_has_one_result_under_both_drivers(provider: Provider) -> None:
    with serve(provider.simulate()) as url, Gateway(provider.adapter(url)) as gateway:
        waited_for = tell(gateway, provider)

    async def awaited() -> list[Any]:
        async with AsyncGateway(provider.adapter(url)) as gateway:
            return await tell_awaited(gateway, provider)

    with serve(provider.simulate()) as url:
        found = asyncio.run(awaited())

    assert found == waited_for
    kinds = [answer[0] for answer in found if isinstance(answer[0], type)]
    assert kinds == [NotFound, Unsupported, Rejected]


@pytest.fixture
def served() -> Iterator[tuple[MangoPaySimulator, str]]:
    sim = MangoPaySimulator()
    with serve(sim) as url:
        yield sim, url


def logins(sim: MangoPaySimulator) -> int:
    return sum(1 for entry in sim.log if entry.path.endswith("/oauth/token"))


def test_sixteen_calls_at_once_log_in_once(served: tuple[MangoPaySimulator, str]) -> None:
    sim, url = served

    async def call() -> list[UserRecord]:
        async with AsyncGateway(mangopay(url)) as gateway:
            return await asyncio.gather(*(gateway.create_user(ALEX) for _ in range(16)))

    records = asyncio.run(call())

    assert len({record.id for record in records}) == 16
    assert logins(sim) == 1


def test_two_hundred_and_fifty_six_calls_in_flight_all_succeed(
    served: tuple[MangoPaySimulator, str],
) -> None:
    _, url = served
    users = [ALEX.replace(tag=f"user {n}") for n in range(256)]

    async def call() -> list[UserRecord]:
        async with AsyncGateway(mangopay(url)) as gateway:
            return await asyncio.gather(*(gateway.create_user(user) for user in users))

    records = asyncio.run(call())

    assert [record.user.tag for record in records] == [user.tag for user in users]
    assert len({record.id for record in records}) == 256


def test_threads_that_share_a_gateway_log_in_once(served: tuple[MangoPaySimulator, str]) -> None:
    sim, url = served
    made: list[str] = []

    with Gateway(mangopay(url)) as gateway:
        threads = [
            threading.Thread(target=lambda: made.append(gateway.create_user(ALEX).id))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(set(made)) == 16
    assert logins(sim) == 1


def test_calls_that_meet_a_dead_token_log_in_again_once(
    served: tuple[MangoPaySimulator, str],
) -> None:
    sim, url = served

    async def call() -> None:
        async with AsyncGateway(mangopay(url)) as gateway:
            record = await gateway.create_user(ALEX)
            sim.clock = lambda: time.time() + 3600  # to the gateway, the token is still good
            found = await asyncio.gather(*(gateway.fetch_user(record.id) for _ in range(16)))
            assert {one.id for one in found} == {record.id}

    asyncio.run(call())

    assert logins(sim) == 2


@define
class Slow:
    """A provider that takes its time over everything but logins."""

    app: WSGIApplication
    seconds: float

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("/oauth/token"):
            time.sleep(self.seconds)
        return self.app(environ, start)


def test_a_call_ends_at_its_deadline_and_says_what_is_known() -> None:
    async def call(url: str) -> tuple[float, BaseException, BaseException]:
        async with AsyncGateway(mangopay(url)) as gateway:
            with pytest.raises(NotFound):  # the first call also imports the client, and logs in
                await gateway.fetch_user("1")
            began = time.monotonic()
            wrote, read = await asyncio.gather(
                gateway.create_user(ALEX, deadline=0.2),
                gateway.fetch_user("user_m_1", deadline=0.2),
                return_exceptions=True,
            )
            assert isinstance(wrote, BaseException)
            assert isinstance(read, BaseException)
            return time.monotonic() - began, wrote, read

    with serve(Slow(MangoPaySimulator(), 0.6)) as url:
        took, wrote, read = asyncio.run(call(url))

    assert took < 0.55
    assert type(wrote) is OutcomeUnknown
    assert not wrote.retry_safe
    assert type(read) is TransportError
    assert read.retry_safe


def test_a_write_that_waited_for_a_connection_in_vain_was_surely_not_carried_out() -> None:
    async def call(url: str) -> BaseException | UserRecord:
        async with AsyncGateway(paysera(url), connection=Connection(pool=1)) as gateway:
            first = asyncio.ensure_future(gateway.create_user(JOHN))
            await asyncio.sleep(0.1)
            (second,) = await asyncio.gather(
                gateway.create_user(JOHN, deadline=0.2), return_exceptions=True
            )
            await first
            return second

    simulator = PayseraSimulator(client_id="client", mac_key="key")
    with serve(Slow(simulator, 0.8)) as url:
        found = asyncio.run(call(url))

    assert type(found) is TransportError
    assert len(simulator.log) == 1


def test_a_deadline_that_has_passed_sends_nothing(served: tuple[MangoPaySimulator, str]) -> None:
    sim, url = served

    async def call() -> None:
        async with AsyncGateway(mangopay(url)) as gateway:
            await gateway.create_user(ALEX, deadline=0)

    with pytest.raises(TransportError) as raised:
        asyncio.run(call())

    assert raised.value.retry_safe
    assert sim.log == []


@pytest.mark.parametrize("calls", [1, 4])
def test_a_host_that_is_not_there_is_a_transport_error_that_may_be_retried(calls: int) -> None:
    with serve(MangoPaySimulator()) as url:
        pass  # the port is free again

    async def call() -> list[Any]:
        async with AsyncGateway(paysera(url)) as gateway:
            tries = (gateway.create_user(JOHN) for _ in range(calls))
            return await asyncio.gather(*tries, return_exceptions=True)

    found = asyncio.run(call())

    assert {type(error) for error in found} == {TransportError}
    assert "37066612345" not in str(found)


def test_a_closed_gateway_opens_again_when_it_is_called(
    served: tuple[MangoPaySimulator, str],
) -> None:
    _, url = served

    async def call() -> tuple[str, str]:
        gateway = AsyncGateway(mangopay(url))
        first = await gateway.create_user(ALEX)
        await gateway.close()
        await gateway.close()
        second = await gateway.fetch_user(first.id)
        await gateway.close()
        return first.id, second.id

    first, second = asyncio.run(call())

    assert first == second


def test_one_gateway_serves_two_event_loops_one_after_the_other(
    served: tuple[MangoPaySimulator, str],
) -> None:
    _, url = served
    gateway = AsyncGateway(mangopay(url))

    async def create() -> str:
        try:
            return (await gateway.create_user(ALEX)).id
        finally:
            await gateway.close()

    async def fetch(user_id: str) -> UserRecord:
        try:
            return await gateway.fetch_user(user_id)
        finally:
            await gateway.close()

    user_id = asyncio.run(create())
    record = asyncio.run(fetch(user_id))

    assert record.id == user_id


def test_a_cancelled_call_leaves_the_gateway_usable(
    served: tuple[MangoPaySimulator, str],
) -> None:
    _, url = served

    async def call() -> str:
        async with AsyncGateway(mangopay(url)) as gateway:
            cancelled = asyncio.ensure_future(gateway.create_user(ALEX))
            await asyncio.sleep(0)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            return (await gateway.create_user(ALEX)).id

    assert asyncio.run(call())


def test_a_small_pool_serves_many_calls(served: tuple[MangoPaySimulator, str]) -> None:
    _, url = served

    async def call() -> int:
        connection = Connection(pool=2)
        async with AsyncGateway(mangopay(url), connection=connection) as gateway:
            found = await asyncio.gather(*(gateway.create_user(ALEX) for _ in range(32)))
            return len({record.id for record in found})

    assert asyncio.run(call()) == 32


@pytest.fixture
def unclosed() -> Iterator[list[str]]:
    """What is collected without having been closed."""
    found: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        before = warnings.showwarning
        warnings.showwarning = lambda message, *_, **__: found.append(str(message))
        yield found
        gc.collect()
        warnings.showwarning = before


def test_what_one_event_loop_left_open_is_closed_with_it(
    served: tuple[MangoPaySimulator, str], unclosed: list[str]
) -> None:
    sim, url = served
    gateway = AsyncGateway(mangopay(url))

    async def create() -> str:
        return (await gateway.create_user(ALEX)).id

    made = [asyncio.run(create()) for _ in range(3)]
    gc.collect()

    assert len(set(made)) == logins(sim) == 3
    assert len(gateway._states) == 1
    assert unclosed == []


def test_two_event_loops_at_once_log_in_once_each(
    served: tuple[MangoPaySimulator, str], unclosed: list[str]
) -> None:
    sim, url = served
    gateway = AsyncGateway(mangopay(url))
    barrier = threading.Barrier(2)

    async def create_often() -> int:
        async with gateway:
            found: set[str] = set()
            for _ in range(10):
                barrier.wait()  # the loops take turns
                found.add((await gateway.create_user(ALEX)).id)
            return len(found)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: asyncio.run(create_often()), range(2)))
    gc.collect()

    assert counts == [10, 10]
    assert logins(sim) == 2
    assert gateway._states == {}
    assert unclosed == []


def test_a_call_under_way_while_its_gateway_is_closed_ends_and_opens_nothing(
    unclosed: list[str],
) -> None:
    def slow_login(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        time.sleep(0.3)
        return simulator(environ, start)

    async def call(url: str) -> tuple[Any, ...]:
        gateway = AsyncGateway(mangopay(url))
        calls = asyncio.gather(
            gateway.create_user(ALEX), gateway.create_user(ALEX), return_exceptions=True
        )
        await asyncio.sleep(0.1)
        await gateway.close()
        found = await calls
        assert gateway._states == {}
        return tuple(found)

    simulator = MangoPaySimulator()
    with serve(slow_login) as url:
        found = asyncio.run(call(url))
    gc.collect()

    assert [type(error) for error in found] == [TransportError, TransportError]
    assert unclosed == []


def test_a_write_that_had_left_when_its_gateway_was_closed_may_have_been_carried_out(
    unclosed: list[str],
) -> None:
    async def call(url: str) -> BaseException | UserRecord:
        gateway = AsyncGateway(paysera(url))
        writing = asyncio.gather(gateway.create_user(JOHN), return_exceptions=True)
        await asyncio.sleep(0.4)
        await gateway.close()
        async with asyncio.timeout(2):
            return (await writing)[0]

    simulator = PayseraSimulator(client_id="client", mac_key="key")
    with serve(Slow(simulator, 1.0)) as url:
        found = asyncio.run(call(url))
    gc.collect()

    assert type(found) is OutcomeUnknown
    assert unclosed == []


def test_threads_that_ask_at_once_get_one_gateway_for_event_loops() -> None:
    config = {"gateways": {"lt": {"provider": "paysera", "client_id": "a", "mac_key": Secret("k")}}}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(50):
            gateways = Gateways.from_config(config)
            barrier = threading.Barrier(8)

            def ask(_: int, one: Gateways = gateways, at: threading.Barrier = barrier) -> Any:
                at.wait()
                return one.aio.default

            with ThreadPoolExecutor(8) as pool:
                assert len({id(found) for found in list(pool.map(ask, range(8)))}) == 1
    finally:
        sys.setswitchinterval(interval)
