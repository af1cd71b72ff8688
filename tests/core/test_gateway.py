"""A gateway under deadlines, threads, forks and tokens, over real sockets."""

from __future__ import annotations

import asyncio
import inspect
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import attrs
import pytest
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Connection,
    Gateway,
    Gateways,
    InvalidInput,
    NoAnswer,
    NotFound,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Secret,
    TransportError,
    Unauthorized,
    UnexpectedResponse,
    User,
)
from onboarding.simulation import serve
from onboarding.spi import Response
from onboarding.testing import PaperGateway
from onboarding.urls import url

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

PERSON = {
    "identity": {"given_name": "Ana", "family_name": "Petit"},
    "email": "ana@example.com",
    "category": "PAYER",
    "terms": {"accepted": True},
}
MARGIN = 0.7  # seconds that a machine under load may add to a deadline


class World(Protocol):
    gateways: Gateways
    mangopay: Any
    paysera: Any
    urls: dict[str, str]


Script = Callable[[socket.socket], None]


@contextmanager
def raw_server(script: Script) -> Iterator[str]:
    """A server on loopback that reads one request of a connection, then does as it is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            script(connection)

    def accept() -> None:
        while not stop.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def says_nothing(connection: socket.socket) -> None:
    time.sleep(3)


def drips(head: bytes) -> Script:
    """Sends the beginning of an answer, then a byte now and then."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(60):
            time.sleep(0.05)
            connection.sendall(b"x")

    return script


def hangs_up(connection: socket.socket) -> None:
    connection.close()


SLOW: dict[str, Script] = {
    "says nothing": says_nothing,
    "drips its head": drips(b"HTTP/1.1 200 OK\r\nX-Header: "),
    "drips a body of known length": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"),
    "drips a chunk": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"),
    "drips until it closes": drips(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
}


def paysera_at(url: str, **settings: Any) -> Gateway[Paysera]:
    return Gateway(
        Paysera(name="lt", client_id="acme", mac_key=Secret("key"), base_url=url),
        connection=Connection(**settings),
    )


def mangopay_at(url: str, **fields: Any) -> Gateway[MangoPay]:
    return Gateway(
        MangoPay(name="fr", client_id="acme", api_key=Secret("key"), base_url=url), **fields
    )


# -- deadlines


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda gateway: gateway.fetch_user("221", deadline=0.3), TransportError),
        (lambda gateway: gateway.create_user(User(tag=None), deadline=0.3), OutcomeUnknown),
    ],
    ids=["read", "write"],
)
def test_a_call_ends_by_its_deadline_and_says_whether_it_may_have_been_carried_out(
    script: Script,
    call: Callable[[Gateway[Paysera]], object],
    expected: type[NoAnswer],
) -> None:
    with raw_server(script) as url, paysera_at(url) as gateway:
        began = time.monotonic()

        with pytest.raises(NoAnswer) as caught:
            call(gateway)

        took = time.monotonic() - began

    assert 0.25 < took < 0.3 + MARGIN
    assert type(caught.value) is expected
    assert caught.value.retry_safe is (expected is TransportError)
    assert "timed out" in str(caught.value)


def test_a_connection_that_waits_too_long_for_bytes_ends_before_the_deadline() -> None:
    with raw_server(says_nothing) as url, paysera_at(url, timeout=0.3) as gateway:
        began = time.monotonic()

        with pytest.raises(TransportError):
            gateway.fetch_user("221", deadline=30)

        took = time.monotonic() - began

    assert took < 0.3 + MARGIN


@pytest.mark.parametrize("write", [False, True])
def test_a_refused_connection_was_surely_not_carried_out(write: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    gateway = paysera_at(url)

    with gateway, pytest.raises(TransportError) as caught:
        gateway.create_user(User()) if write else gateway.fetch_user("221")

    assert type(caught.value) is TransportError
    assert caught.value.retry_safe


def test_a_write_whose_connection_broke_may_have_been_carried_out() -> None:
    with (
        raw_server(hangs_up) as url,
        paysera_at(url) as gateway,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        gateway.create_user(User())

    assert not caught.value.retry_safe


SEND_NOTHING = ("missing", "effects", "view", "adopt")


@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
def test_every_call_of_a_gateway_takes_a_deadline(kind: type[Any]) -> None:
    calls = {
        name: inspect.signature(call).parameters
        for name, call in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and name not in {"close", *SEND_NOTHING}
    }

    assert {"create_user", "fetch_user", "find_user", "update_user", "run"} <= set(calls)
    assert [name for name, parameters in calls.items() if "deadline" not in parameters] == []


@pytest.mark.parametrize("deadline", [0.0, -1.0])
def test_a_deadline_that_has_passed_sends_nothing(deadline: float, world: World) -> None:
    with pytest.raises(TransportError):
        world.gateways["lt"].create_user(User.parse(PERSON), deadline=deadline)

    assert world.paysera.log == []


@pytest.mark.parametrize(
    "call",
    [
        lambda gateway: gateway.fetch_user("1", deadline=0.3),
        lambda gateway: gateway.create_user(User.parse(PERSON), deadline=0.3),
    ],
    ids=["read", "write"],
)
def test_a_login_without_an_answer_leaves_the_call_surely_not_carried_out(
    call: Callable[[Gateway[MangoPay]], object],
) -> None:
    with raw_server(says_nothing) as url, mangopay_at(url) as gateway:
        began = time.monotonic()

        with pytest.raises(NoAnswer) as caught:
            call(gateway)

        took = time.monotonic() - began

    assert type(caught.value) is TransportError
    assert took < 0.3 + MARGIN


def test_the_wait_for_the_login_of_another_thread_counts_against_the_deadline() -> None:
    with raw_server(says_nothing) as url, mangopay_at(url) as gateway:
        first = threading.Thread(target=_fails, args=(gateway, 2.0))
        first.start()
        time.sleep(0.2)
        began = time.monotonic()

        with pytest.raises(TransportError):
            gateway.fetch_user("1", deadline=0.3)

        took = time.monotonic() - began
        first.join()

    assert took < 0.3 + MARGIN


def _fails(gateway: Gateway[MangoPay], deadline: float) -> None:
    with suppress(OnboardingError):
        gateway.fetch_user("1", deadline=deadline)


def everything(error: BaseException) -> str:
    """What a log could show of an error and of the errors that it carries along."""
    carried = [error]
    while (before := carried[-1].__context__ or carried[-1].__cause__) is not None:
        carried.append(before)
    return "\n".join(f"{one} {one!r} {one.args!r}" for one in carried)


@pytest.mark.parametrize(
    "base_url",
    [
        "no-scheme",
        "http://",
        "ftp://127.0.0.1",
        "http://[::",
        "http://host:99999",
        "http://host:port",
        "http://h\u00e4/",
        "http://host/\u00e4",
        "http://user:key@host",
        "http://ho st",
    ],
)
def test_an_address_that_is_none_is_a_mistake_of_the_configuration(base_url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        paysera_at(base_url)
    with pytest.raises(ConfigurationError) as without_a_setting:
        url(base_url, "Xq7Id")

    assert caught.value.paths == without_a_setting.value.paths == ("base_url",)
    assert "Xq7Id" not in str(without_a_setting.value)


def test_credentials_that_no_header_can_hold_are_not_shown() -> None:
    gateway = Gateway(Paysera(client_id='Xq7"Client', mac_key=Secret("k"), base_url="http://[::1]"))

    with gateway, pytest.raises(ConfigurationError) as caught:
        gateway.fetch_user("221")

    assert "Xq7" not in everything(caught.value)


def test_an_answer_that_is_no_json_is_unexpected_and_kept() -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<Xq7html>")

    with (
        raw_server(script) as url,
        paysera_at(url) as gateway,
        pytest.raises(UnexpectedResponse) as caught,
    ):
        gateway.fetch_user("221")

    assert caught.value.status == 200
    assert caught.value.raw == b"<Xq7html>"
    assert "Xq7" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
@pytest.mark.parametrize("client_id", ["ačme Xq7", 'a", mac="Xq7', "a\\Xq7"])
def test_credentials_that_no_header_can_hold_are_a_mistake_of_the_configuration(
    client_id: str, kind: type[Any], world: World
) -> None:
    adapter = Paysera(client_id=client_id, mac_key=Secret("k"), base_url=world.urls["lt"])

    with pytest.raises(ConfigurationError) as caught:
        result_of(kind(adapter), "fetch_user", "221")

    assert "Xq7" not in everything(caught.value)
    assert world.paysera.log == []


def result_of(gateway: Gateway[Any] | AsyncGateway[Any], call: str, *args: Any, **kw: Any) -> Any:
    """What a call gives, under either driver."""
    if isinstance(gateway, Gateway):
        with gateway:
            return getattr(gateway, call)(*args, **kw)

    async def awaited() -> Any:
        async with gateway:
            return await getattr(gateway, call)(*args, **kw)

    return asyncio.run(awaited())


BOTH = pytest.mark.parametrize("kind", [Gateway, AsyncGateway])


@BOTH
def test_a_host_that_is_dead_tells_nothing_of_who_was_looked_for(kind: type[Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    adapter = Paysera(client_id="acme", mac_key=Secret("k"), base_url=url)

    with pytest.raises(TransportError) as caught:
        result_of(kind(adapter), "find_user", email="xq7@example.com")

    assert type(caught.value) is TransportError
    assert "xq7" not in everything(caught.value)
    assert str(caught.value).endswith("(find_user): connection refused")


@BOTH
def test_a_redirect_to_nowhere_is_an_answer_like_any_other(kind: type[Any]) -> None:
    with raw_server(says(302, b"", b"Location: http://[bad\r\n")) as url:
        adapter = Paysera(client_id="acme", mac_key=Secret("k"), base_url=url)

        with pytest.raises(UnexpectedResponse) as caught:
            result_of(kind(adapter), "fetch_user", "221")

    assert caught.value.status == 302


def says(status: int, body: bytes, *headers: bytes) -> Script:
    head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n" % (status, len(body))
    return lambda connection: connection.sendall(head + b"".join(headers) + b"\r\n" + body)


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_is_nested_without_end_is_read_as_no_json(status: int) -> None:
    with (
        raw_server(says(status, b"[" * 200_000)) as url,
        paysera_at(url) as gateway,
        pytest.raises((UnexpectedResponse, Rejected)) as caught,
    ):
        gateway.fetch_user("221")

    assert type(caught.value) is (UnexpectedResponse if status == 200 else Rejected)


@BOTH
@pytest.mark.parametrize("deadline", [float("inf"), 1e10, 1e300, 10**400], ids=lambda d: str(d)[:9])
def test_a_deadline_too_far_for_a_clock_is_one_that_is_far(
    deadline: float, kind: type[Any], world: World
) -> None:
    adapter = MangoPay(client_id="acme", api_key=Secret("key-of-mangopay"))
    gateway = kind(attrs.evolve(adapter, base_url=world.urls["fr"]))

    record = result_of(gateway, "create_user", User.parse(PERSON), deadline=deadline)

    assert record.id


@BOTH
@pytest.mark.parametrize("deadline", [float("nan"), "5", [5]])
def test_a_deadline_that_is_no_number_is_refused(
    deadline: Any, kind: type[Any], world: World
) -> None:
    gateway = kind(world.gateways["lt"].adapter)

    with pytest.raises(InvalidInput) as caught:
        result_of(gateway, "fetch_user", "221", deadline=deadline)

    assert caught.value.paths == ("deadline",)
    assert world.paysera.log == []


@pytest.mark.parametrize("user_id", ["", ".", "..", "\ud800", "a\udfffb"])
def test_an_id_that_no_url_can_hold_is_invalid_input(user_id: str, world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.gateways["lt"].fetch_user(user_id)

    assert caught.value.__context__ is None
    assert world.paysera.log == []


@BOTH
def test_a_flow_that_was_run_is_refused_the_second_time(kind: type[Any], world: World) -> None:
    adapter = world.gateways["lt"].adapter
    flow = adapter.fetch_user("221")
    with pytest.raises(NotFound):
        result_of(kind(adapter), "run", flow)
    world.paysera.clear_log()

    with pytest.raises(InvalidInput, match="only once"):
        result_of(kind(adapter), "run", flow)

    assert world.paysera.log == []


@BOTH
def test_an_observer_hears_nothing_of_a_request_that_never_left(
    kind: type[Any], world: World
) -> None:
    heard: list[Any] = []
    gateway = kind(world.gateways["lt"].adapter, observe=heard.append)

    with pytest.raises(TransportError):
        result_of(gateway, "fetch_user", "221", deadline=0.0)

    assert heard == []


# -- what a connection names


@BOTH
@pytest.mark.parametrize("field", ["ca_bundle", "certificate"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_tls_cannot_use_is_a_mistake_of_the_configuration(
    content: str | None, field: str, kind: type[Any], tmp_path: Path
) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content, "utf-8")
    settings: dict[str, Any] = {field: str(file)}
    adapter = Paysera(client_id="acme", mac_key=Secret("k"), base_url="https://127.0.0.1:1")

    with pytest.raises(ConfigurationError) as caught:
        result_of(kind(adapter, connection=Connection(**settings)), "create_user", User())

    assert caught.value.paths == (f"connection.{field}",)


@BOTH
def test_a_login_of_netrc_never_replaces_a_signature(
    kind: type[Any], tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login xq7 password xq7\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    gateway = kind(world.gateways["lt"].adapter, connection=Connection(trust_env=True))

    record = result_of(gateway, "create_user", User(phone="+37066600042"))

    assert record.id


@BOTH
@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_of_the_environment_applies_where_it_is_trusted(
    trusted: bool, kind: type[Any], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[bool] = []

    def proxy(connection: socket.socket) -> None:
        met.append(True)
        says(404, b"{}")(connection)

    with raw_server(proxy) as url:
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
        monkeypatch.delenv("no_proxy", raising=False)
        adapter = world.gateways["lt"].adapter
        with pytest.raises(NotFound):
            result_of(kind(adapter, connection=Connection(trust_env=trusted)), "fetch_user", "221")

    assert met == ([True] if trusted else [])


@BOTH
def test_a_proxy_that_no_client_knows_sends_nothing(kind: type[Any], world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        kind(world.gateways["lt"].adapter, connection=Connection(proxy="xq7://127.0.0.1:1"))

    assert caught.value.paths == ("proxy",)
    assert world.paysera.log == []


# -- tokens


@BOTH
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"", TransportError),
        (503, b'{"error": "down"}', TransportError),
        (200, b"<html>", TransportError),
        (200, b"{}", TransportError),
        (302, b"", TransportError),
        (400, b'{"error": "invalid_client"}', Unauthorized),
        (403, b"", Unauthorized),
        (404, b"", Unauthorized),
        (409, b"", Unauthorized),
        (429, b"", RateLimited),
    ],
)
def test_a_login_that_fails_says_nothing_of_the_user(
    status: int, body: bytes, expected: type[Exception], kind: type[Any]
) -> None:
    with raw_server(says(status, body)) as url:
        adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=url)

        with pytest.raises(OnboardingError) as caught:
            result_of(kind(adapter), "create_user", User.parse(PERSON))

    assert type(caught.value) is expected
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.retry_safe
    assert getattr(caught.value, "status", status) == status


def test_a_login_on_paper_fails_as_one_on_a_socket_does() -> None:
    adapter = MangoPay(client_id="acme", api_key=Secret("key"))
    gateway = PaperGateway(adapter, lambda _: Response(status=500))

    with pytest.raises(TransportError, match="the call that needs the login was not sent"):
        gateway.run(adapter.fetch_user("1"))


def logins(simulator: Any) -> int:
    return sum(entry.path.endswith("/oauth/token") for entry in simulator.log)


def test_one_login_serves_many_calls(world: World) -> None:
    gateway = world.gateways["fr"]
    record = gateway.create_user(User.parse(PERSON))

    for _ in range(5):
        gateway.fetch_user(record.id)

    assert logins(world.mangopay) == 1


def test_sixteen_threads_that_start_at_once_log_in_once(world: World) -> None:
    gateway = world.gateways["fr"]
    barrier = threading.Barrier(16)

    def call(number: int) -> str:
        barrier.wait()
        return gateway.create_user(User.parse(PERSON).replace(tag=f"user {number}")).id

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(call, range(16)))

    assert len(set(ids)) == 16
    assert logins(world.mangopay) == 1
    assert {entry.status for entry in world.mangopay.log} == {200}


def test_a_refused_token_is_replaced_once_by_sixteen_threads(world: World) -> None:
    gateway = world.gateways["fr"]
    record = gateway.create_user(User.parse(PERSON))
    world.mangopay.store.forget_tokens()
    world.mangopay.clear_log()
    barrier = threading.Barrier(16)

    def call(_: int) -> str:
        barrier.wait()
        return gateway.fetch_user(record.id).id

    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(call, range(16)))

    assert ids == {record.id}
    assert logins(world.mangopay) == 1


def test_a_call_whose_token_is_refused_is_sent_again_once(world: World) -> None:
    gateway = world.gateways["fr"]
    record = gateway.create_user(User.parse(PERSON))
    world.mangopay.store.forget_tokens()
    world.mangopay.clear_log()

    gateway.fetch_user(record.id)

    assert [(entry.method, entry.status) for entry in world.mangopay.log] == [
        ("GET", 401),
        ("POST", 200),
        ("GET", 200),
    ]


def test_credentials_that_are_refused_end_the_call(world: World) -> None:
    wrong = mangopay_at(world.urls["fr"])

    with wrong, pytest.raises(Unauthorized):
        wrong.fetch_user("1")

    assert [entry.status for entry in world.mangopay.log] == [401]


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


def test_a_token_is_renewed_before_it_expires() -> None:
    clock = Clock()
    simulator = MangoPay.simulator()(client_id="acme", api_key="key", token_life=1200)
    with serve(simulator) as url, mangopay_at(url, clock=clock) as gateway:
        record = gateway.create_user(User.parse(PERSON))
        clock.now += timedelta(seconds=1150)
        gateway.fetch_user(record.id)
        before = logins(simulator)
        clock.now += timedelta(seconds=30)

        gateway.fetch_user(record.id)

        assert before == 1
        assert logins(simulator) == 2
        assert 401 not in {entry.status for entry in simulator.log}


# -- processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("name", ["fr", "lt"])
def test_a_gateway_works_on_both_sides_of_a_fork_with_connections_of_its_own(
    name: str, world: World
) -> None:
    gateway = world.gateways[name]
    record = gateway.create_user(User.parse(PERSON) if name == "fr" else User(phone="+37066600042"))

    def call_often() -> int:
        return sum(gateway.fetch_user(record.id).id == record.id for _ in range(20))

    child = fork_and(call_often, expected=20)
    mine = call_often()
    _, status = os.waitpid(child, 0)

    assert mine == 20
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_opens_a_connection_of_its_own_and_each_side_keeps_its_own() -> None:
    opened: list[socket.socket] = []

    def answers(connection: socket.socket) -> None:
        opened.append(connection)
        body = b'{"error": "not_found"}'
        head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body)
        while connection.recv(65_536):
            connection.sendall(head + body)

    def call_thrice() -> int:
        missing = 0
        for _ in range(3):
            try:
                gateway.fetch_user("221")
            except NotFound:
                missing += 1
        return missing

    with raw_server(answers) as url, paysera_at(url) as gateway:
        before = call_thrice()
        child = fork_and(call_thrice, expected=3)
        _, status = os.waitpid(child, 0)
        after = call_thrice()

    assert before == after == 3
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(opened) == 2


def test_a_child_that_was_forked_during_a_login_does_not_wait_for_it(world: World) -> None:
    gateway = world.gateways["fr"]
    record = gateway.create_user(User.parse(PERSON))
    life: Any = gateway._state()
    with life.lock:  # as if another thread were logging in at this moment
        child = fork_and(
            lambda: int(gateway.fetch_user(record.id, deadline=5).id == record.id), expected=1
        )

        _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0


def fork_and(work: Callable[[], int], *, expected: int) -> int:
    """Forks; the child does the work and leaves with 0 if it gave what was expected."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = int(work() != expected)
    except BaseException as error:
        print(type(error).__name__, error, file=sys.stderr)
    finally:
        os._exit(code)
