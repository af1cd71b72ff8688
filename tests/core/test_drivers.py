"""What both drivers promise around a call: frames, logins, observers."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from onboarding import (
    AsyncGateway,
    Gateway,
    OnboardingError,
    Secret,
    Unauthorized,
    User,
    UserRecord,
)
from onboarding.hooks import Exchange
from onboarding.spi import Flow

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

BOTH = pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
KEY = "key-that-is-not-to-be-seen"
PASSWORD = "password-that-is-not-to-be-seen"


def result_of(gateway: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """A call of either kind of gateway."""
    if isinstance(gateway, Gateway):
        with gateway:
            return getattr(gateway, name)(*args, **kwargs)

    async def called() -> Any:
        async with gateway:
            return await getattr(gateway, name)(*args, **kwargs)

    return asyncio.run(called())


Answer = Callable[[str, str], tuple[int, bytes]]


@contextmanager
def provider(answer: Answer) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server on loopback that answers by method and path, and lists what it was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answered(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path))
            status, body = answer(self.command, self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answered  # noqa: N815  # of the standard library

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def logs_in(status: int, body: bytes = b"{}") -> Answer:
    """A MangoPay whose logins succeed and whose other calls are answered so."""

    def answer(_: str, path: str) -> tuple[int, bytes]:
        if path.endswith("/oauth/token"):
            return 200, b'{"access_token": "token", "expires_in": 3600}'
        return status, body

    return answer


def mangopay(url: str) -> MangoPay:
    return MangoPay(name="fr", client_id="acme", api_key=Secret(KEY), base_url=url)


def paysera(url: str) -> Paysera:
    return Paysera(name="lt", client_id="acme", mac_key=Secret(KEY), base_url=url)


def with_locals(error: BaseException) -> str:
    """What a report with the locals of each frame shows."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(told.format())


# -- frames


@BOTH
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_report_with_locals_shows_no_key_when_the_login_fails(status: int, kind: Any) -> None:
    with (
        provider(lambda *_: (status, b"{}")) as (url, _),
        pytest.raises(OnboardingError) as raised,
    ):
        result_of(kind(mangopay(url)), "fetch_user", "8")

    assert KEY not in with_locals(raised.value)
    assert "in conversation" not in "".join(traceback.format_exception(raised.value))


@BOTH
@pytest.mark.parametrize("status", [400, 401, 409, 500])
def test_a_report_with_locals_shows_no_password_when_a_call_fails(status: int, kind: Any) -> None:
    with provider(lambda *_: (status, b"{}")) as (url, _):
        adapter = paysera(url)
        gateway = kind(adapter)
        with pytest.raises(OnboardingError) as raised:
            result_of(gateway, "run", change_password(adapter))

    shown = with_locals(raised.value)
    assert PASSWORD not in shown
    assert KEY not in shown


def change_password(adapter: Paysera) -> Flow[Any]:
    return adapter.raw("PUT", "user", "8", "password", body={"new": PASSWORD})


@BOTH
def test_a_fault_of_an_adapter_says_where_it_is_and_shows_no_locals(kind: Any) -> None:
    def faulty(secret: str) -> Flow[None]:
        raise ZeroDivisionError
        yield

    gateway = kind(paysera("http://127.0.0.1:1"))
    with pytest.raises(ZeroDivisionError) as raised:
        result_of(gateway, "run", faulty(KEY))

    assert KEY not in with_locals(raised.value)
    assert "raised in faulty" in raised.value.__notes__[0]


@BOTH
def test_a_cause_has_no_frames_either_and_the_callers_own_error_keeps_its_frames(
    kind: Any,
) -> None:
    cause, own = KeyError("cause"), LookupError("the caller's own")

    def chained() -> Flow[None]:
        try:
            raise cause
        except KeyError as error:
            raise OnboardingError("refused") from error
        yield

    def calls() -> None:
        try:
            raise own
        except LookupError:
            result_of(kind(paysera("http://127.0.0.1:1")), "run", chained())

    with pytest.raises(OnboardingError) as raised:
        calls()

    assert raised.value.__cause__ is cause
    assert cause.__traceback__ is None
    assert own.__traceback__ is not None


@BOTH
def test_a_gateway_that_is_debugged_keeps_the_frames(kind: Any) -> None:
    with provider(lambda *_: (500, b"")) as (url, _), pytest.raises(OnboardingError) as raised:
        result_of(kind(mangopay(url), debug=True), "fetch_user", "8")

    assert "in conversation" in "".join(traceback.format_exception(raised.value))


# -- logins


@BOTH
def test_ten_calls_that_are_refused_log_in_twice(kind: Any) -> None:
    with provider(logs_in(401)) as (url, asked):
        gateway = kind(mangopay(url))

        async def ten() -> list[str]:
            found: list[str] = []
            for _ in range(10):
                try:
                    await gateway.fetch_user("8")
                except Unauthorized as error:
                    found.append(type(error).__name__)
            await gateway.close()
            return found

        def ten_in_threads() -> list[str]:
            found: list[str] = []
            for _ in range(10):
                try:
                    gateway.fetch_user("8")
                except Unauthorized as error:
                    found.append(type(error).__name__)
            gateway.close()
            return found

        found = ten_in_threads() if kind is Gateway else asyncio.run(ten())

    assert found == ["Unauthorized"] * 10
    assert [path for _, path in asked].count("/v2.01/oauth/token") == 2


def test_a_refused_login_is_tried_again_after_a_minute() -> None:
    now = [datetime(2026, 11, 2, tzinfo=UTC)]
    with (
        provider(logs_in(401)) as (url, asked),
        Gateway(mangopay(url), clock=lambda: now[0]) as gateway,
    ):
        for _ in range(3):
            with pytest.raises(Unauthorized):
                gateway.fetch_user("8")
        before = [path for _, path in asked].count("/v2.01/oauth/token")
        now[0] += timedelta(seconds=61)
        with pytest.raises(Unauthorized):
            gateway.fetch_user("8")
        after = [path for _, path in asked].count("/v2.01/oauth/token")

    assert (before, after) == (2, 3)


# -- observers


@BOTH
def test_an_observer_may_call_its_gateway_during_a_login(kind: Any) -> None:
    ids: list[str] = []
    exchanges: list[str] = []

    with provider(logs_in(200, b'{"Id": "8", "PersonType": "NATURAL"}')) as (url, _):

        def observe(exchange: Exchange) -> None:
            exchanges.append(exchange.operation)
            if exchange.operation == "login":
                with Gateway(mangopay(url)) as other:
                    ids.append(other.fetch_user("8").id)
                if isinstance(gateway, Gateway):
                    ids.append(gateway.fetch_user("8", deadline=5).id)

        gateway: Any = kind(mangopay(url), observe=observe)
        record: UserRecord = result_of(gateway, "fetch_user", "8", deadline=5)

    assert record.id == "8"
    assert set(ids) == {"8"}
    assert exchanges == ["login", "fetch_user"]  # its own calls are not reported to it


@BOTH
@pytest.mark.parametrize("error", [ValueError(), SystemExit(3), GeneratorExit()])
def test_an_error_in_an_observer_never_replaces_the_answer(
    error: BaseException, kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def observe(_: Exchange) -> None:
        raise error

    with provider(lambda *_: (200, b'{"id": 8}')) as (url, _):
        record: UserRecord = result_of(
            kind(paysera(url), observe=observe), "create_user", User(email="ana@example.com")
        )

    assert record.id == "8"
    assert f"an observer failed: {type(error).__name__}" in caplog.text
