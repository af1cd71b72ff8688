"""A call leaves one line in the log, and observers hear of its beginning and its end."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import asdict
from onboarding import AsyncGateway, Gateway, NotFound, TransportError
from onboarding.hooks import Call, CallStart, Exchange, RequestStart, hookimpl
from onboarding.operations import OPERATIONS
from onboarding.registry import Registry
from onboarding.spi import Flow, Request
from tests.core.test_drivers import BOTH, logs_in, mangopay, paysera, provider, result_of

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

FACTS = tuple(Call.__annotations__)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[logging.LogRecord]]]:
    with caplog.at_level(logging.INFO, "onboarding"):
        yield lambda: [one for one in caplog.records if one.name == "onboarding"]


Lines = Callable[[], list[logging.LogRecord]]


# -- the log


@BOTH
def test_a_call_is_one_line_whatever_its_requests(kind: Any, lines: Lines) -> None:
    with provider(logs_in(200, b'{"Id": "user_8", "PersonType": "NATURAL"}')) as (url, asked):
        result_of(kind(mangopay(url)), "fetch_user", "user_8")

    assert len(asked) == 2
    (line,) = lines()
    facts = {name: getattr(line, name) for name in FACTS}
    seconds = facts.pop("seconds")
    assert 0 < seconds < 60
    assert facts == {
        "provider": "mangopay",
        "gateway": "fr",
        "environment": "sandbox",
        "operation": "fetch_user",
        "outcome": "ok",
        "status": 200,
        "code": None,
        "attempts": 2,
        "request_id": None,
    }
    assert line.getMessage() == (
        "call provider=mangopay gateway=fr environment=sandbox operation=fetch_user outcome=ok "
        f"status=200 attempts=2 seconds={seconds:.3f}"
    )


@BOTH
def test_the_line_of_a_refused_call_has_the_class_and_the_code_and_no_id(
    kind: Any, lines: Lines
) -> None:
    body = b'{"Type": "ressource_not_found", "Id": "84bd3bb6", "Message": "x"}'
    with (
        provider(logs_in(404, body)) as (url, _),
        pytest.raises(NotFound),
    ):
        result_of(kind(mangopay(url)), "fetch_user", "user_8")

    (line,) = lines()
    assert line.levelno == logging.INFO
    assert (line.outcome, line.status) == ("NotFound", 404)  # type: ignore[attr-defined]
    assert line.code == "ressource_not_found"  # type: ignore[attr-defined]
    assert line.request_id == "84bd3bb6"  # type: ignore[attr-defined]
    assert "user_8" not in f"{line.getMessage()} {vars(line)}"


@BOTH
def test_a_provider_cannot_forge_a_line(kind: Any, lines: Lines) -> None:
    body = b'{"Type": "no\\nINFO call outcome=ok", "Id": "8 status=200"}'
    with (
        provider(logs_in(404, body)) as (url, _),
        pytest.raises(NotFound),
    ):
        result_of(kind(mangopay(url)), "fetch_user", "8")

    (line,) = lines()
    assert "\n" not in line.getMessage()
    assert line.getMessage().count(" status=") == 1 + line.getMessage().count('"8 status=')


@BOTH
def test_a_call_without_an_answer_is_a_line_too(kind: Any, lines: Lines) -> None:
    with pytest.raises(TransportError):
        result_of(kind(paysera("http://127.0.0.1:9")), "fetch_user", "8")

    (line,) = lines()
    assert (line.outcome, line.status, line.attempts) == ("TransportError", None, 1)  # type: ignore[attr-defined]


@BOTH
def test_without_the_level_info_there_is_no_line(
    kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "onboarding"),
        provider(lambda *_: (200, b'{"id": 8}')) as (url, _),
    ):
        result_of(kind(paysera(url)), "fetch_user", "8")

    assert caplog.records == []


def test_a_handler_that_calls_a_gateway_does_not_log_for_ever(lines: Lines) -> None:
    class Calls(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            inner.fetch_user("8")

    handler = Calls()
    logging.getLogger("onboarding").addHandler(handler)
    try:
        with (
            provider(lambda *_: (200, b'{"id": 8}')) as (url, asked),
            Gateway(paysera(url)) as inner,
        ):
            inner.fetch_user("8")
    finally:
        logging.getLogger("onboarding").removeHandler(handler)

    assert len(asked) == 2
    assert len(lines()) == 1


# -- the beginning and the end


class Listener:
    """Keeps what begins and what ends, in order."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    @hookimpl
    def onboarding_begin_call(self, start: CallStart) -> Callable[[Call], None]:
        self.heard.append(start)
        return self.heard.append

    @hookimpl
    def onboarding_begin_request(self, start: RequestStart) -> Callable[[Exchange], None]:
        self.heard.append(start)
        return self.heard.append


def tell(*plugins: object) -> Any:
    registry = Registry(entry_points=[])
    for plugin in plugins:
        registry.register_plugin(plugin)
    return registry.tell


@BOTH
def test_each_request_begins_and_ends_within_its_call(kind: Any) -> None:
    listener = Listener()
    with provider(logs_in(200, b'{"Id": "8", "PersonType": "NATURAL"}')) as (url, _):
        result_of(kind(mangopay(url), observe=tell(listener)), "fetch_user", "8")

    told = [(type(one).__name__, one.operation) for one in listener.heard]
    assert told == [
        ("CallStart", "fetch_user"),
        ("RequestStart", "login"),
        ("Exchange", "login"),
        ("RequestStart", "fetch_user"),
        ("Exchange", "fetch_user"),
        ("Call", "fetch_user"),
    ]
    login = listener.heard[1]
    assert f"{login.scheme}://{login.host}:{login.port}" == url
    assert "users" not in repr([asdict(one) for one in listener.heard])


@pytest.mark.retries
@BOTH
def test_the_same_request_sent_again_is_a_further_attempt(kind: Any) -> None:
    listener = Listener()
    answers = iter([(502, b"<html>"), (200, b'{"id": 8}')])
    with provider(lambda *_: next(answers)) as (url, _):
        result_of(kind(paysera(url), observe=tell(listener)), "fetch_user", "8")

    exchanges = [one for one in listener.heard if isinstance(one, Exchange)]
    assert [(one.attempt, one.status) for one in exchanges] == [(1, 502), (2, 200)]
    assert listener.heard[-1].attempts == 2


@BOTH
def test_a_request_without_an_answer_ends_with_its_error(kind: Any) -> None:
    listener = Listener()
    with pytest.raises(TransportError):
        result_of(kind(paysera("http://127.0.0.1:9"), observe=tell(listener)), "fetch_user", "8")

    *_, exchange, call = listener.heard
    assert (exchange.status, exchange.error) == (None, "TransportError")
    assert (call.status, call.outcome) == (None, "TransportError")


def test_a_cancelled_call_ends() -> None:
    listener = Listener()

    async def cancelled() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            gateway = AsyncGateway(paysera(f"http://127.0.0.1:{port}"), observe=tell(listener))
            task = asyncio.ensure_future(gateway.fetch_user("8"))
            while len(listener.heard) < 2:
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await gateway.close()

    asyncio.run(cancelled())

    assert [type(one).__name__ for one in listener.heard[2:]] == ["Exchange", "Call"]
    assert listener.heard[-1].outcome == "CancelledError"


class Fails:
    @hookimpl
    def onboarding_begin_call(self, start: CallStart) -> Callable[[Call], None]:
        raise SystemExit(3)

    @hookimpl
    def onboarding_begin_request(self) -> Callable[[Exchange], None]:
        def ended(_: Exchange) -> None:
            raise ValueError

        return ended


@BOTH
def test_an_observer_that_fails_does_not_keep_others_from_hearing(
    kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    with provider(lambda *_: (200, b'{"id": 8}')) as (url, _):
        record = result_of(kind(paysera(url), observe=tell(Fails(), listener)), "fetch_user", "8")

    assert record.id == "8"
    assert len(listener.heard) == 4
    failures = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert failures == [
        "an observer failed: SystemExit",
        "an observer failed: ValueError",
    ]


# -- names


@pytest.mark.parametrize("kind", [MangoPay, Paysera])
def test_a_call_has_the_name_of_its_operation(kind: type[Any]) -> None:
    made = [name for name in OPERATIONS if kind.supports(name)]
    assert len(made) > 5

    for name in made:
        code = getattr(kind, name).__code__
        assert code.co_name == name


@BOTH
def test_a_flow_of_an_own_function_has_its_name(kind: Any, lines: Lines) -> None:
    def _weather() -> Flow[int]:
        response = yield Request(method="GET", url=url, operation="weather", anonymous=True)
        return response.status

    with provider(lambda *_: (200, b"{}")) as (url, _):
        result_of(kind(paysera(url)), "run", _weather())

    (line,) = lines()
    assert line.operation == "weather"  # type: ignore[attr-defined]


def test_each_page_of_a_list_is_a_call(lines: Lines) -> None:
    with provider(logs_in(200, b"[]")) as (url, _), Gateway(mangopay(url)) as gateway:
        assert list(gateway.users()) == []

    assert [line.operation for line in lines()] == ["list_users"]  # type: ignore[attr-defined]
