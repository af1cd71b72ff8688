"""A machine whose clock is wrong is set right by the server's time, once, over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    AsyncGateway,
    Gateway,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    PartialFailure,
    ProviderError,
    RateLimited,
    Secret,
    TransportError,
    Unauthorized,
    Unavailable,
    User,
)
from onboarding.policies import RetryPolicy
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway, paper
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, Api, a_simulator

from onboarding_paysera import Paysera
from onboarding_simulators.paysera import PayseraSimulator

from .every_flow import PASSPORT

HOUR = timedelta(hours=1)
THERE = datetime.fromtimestamp(NOW, UTC)
PAPER = Paysera(
    client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url="https://paysera.invalid", name="lt"
)
JANE = User(email="jane@example.com")
WRONG = pytest.mark.parametrize("wrong", [-HOUR, HOUR, timedelta(days=400)], ids=str)


def log(simulator: PayseraSimulator) -> list[tuple[str, str, int]]:
    return [(entry.method, entry.path, entry.status) for entry in simulator.log]


@WRONG
def test_a_wrong_clock_costs_two_requests_once(api: Api, wrong: timedelta) -> None:
    adapter = evolve(PAPER, base_url=api.base_url)
    with Gateway(adapter, clock=lambda: THERE + wrong, observe=api.observe) as gateway:
        made = gateway.create_user(JANE)
        gateway.fetch_user(made.id)

    assert log(api.sim) == [
        ("POST", "/rest/v1/user", 401),
        ("GET", "/rest/v1/server", 200),
        ("POST", "/rest/v1/user", 200),
        ("GET", "/rest/v1/user/221", 200),
    ]


@WRONG
def test_an_event_loop_sets_its_clock_as_well(api: Api, wrong: timedelta) -> None:
    adapter = evolve(PAPER, base_url=api.base_url)

    async def life() -> None:
        async with AsyncGateway(adapter, clock=lambda: THERE + wrong) as gateway:
            made = await gateway.create_user(JANE)
            await gateway.fetch_user(made.id)

    asyncio.run(life())

    assert [status for _, _, status in log(api.sim)] == [401, 200, 200, 200]


def test_a_view_takes_the_clock_of_its_gateway_over(api: Api) -> None:
    adapter = evolve(PAPER, base_url=api.base_url)
    user_id = api.register({"email": "jane@example.com"})
    token = api.sim.issue_token(user_id)
    with Gateway(adapter, clock=lambda: THERE + HOUR) as gateway:
        gateway.fetch_user(str(user_id))
        api.sim.clear_log()

        gateway.view(adapter.as_user(token.access_token, token.mac_key)).fetch_user("me")

    assert [status for _, _, status in log(api.sim)] == [200]


def test_a_clock_that_is_put_right_is_noticed(api: Api) -> None:
    adapter = evolve(PAPER, base_url=api.base_url)
    here = [THERE + HOUR]
    with Gateway(adapter, clock=lambda: here[0]) as gateway:
        made = gateway.create_user(JANE)
        here[0] = THERE
        api.sim.clear_log()

        gateway.fetch_user(made.id)

    assert [status for _, _, status in log(api.sim)] == [401, 200, 200]


def test_the_time_is_asked_for_without_a_signature() -> None:
    gateway = PaperGateway(PAPER, paper(a_simulator()), clock=lambda: THERE - HOUR)

    gateway.run(PAPER.create_user(JANE))

    first, time, second = gateway.sent
    assert "Authorization" not in time.headers
    assert f'ts="{NOW - 3600}"' in first.headers["Authorization"]
    assert f'ts="{NOW}"' in second.headers["Authorization"]
    assert (first.body, first.url) == (second.body, second.url)
    assert nonce(first) != nonce(second)


def nonce(request: Request) -> str:
    return request.headers["Authorization"].split('nonce="')[1].split('"')[0]


Provider = Callable[[Request], Response]


def says(status: int, data: Any) -> Response:
    return Response(status=status, body=json.dumps(data).encode())


def refuses(error: Any, *, status: int = 401, time: Response | Exception | None = None) -> Provider:
    """Refuses every time, as the official clients saw it."""

    def provider(request: Request) -> Response:
        if not request.url.endswith("/server"):
            return says(status, error)
        if isinstance(time, Exception):
            raise time
        return says(200, {"time": NOW}) if time is None else time

    return provider


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, {"error": "invalid_timestamp"}),
        (400, {"error": "invalid_timestamp"}),
        # the texts that the Java client knows
        (401, {"error": "unauthorized", "error_description": "Timestamp is in future"}),
        (400, {"error": "invalid_request", "error_description": "Timestamp lifetime exceeded"}),
    ],
)
def test_a_time_that_is_refused_twice_is_an_error(status: int, error: Any) -> None:
    gateway = PaperGateway(PAPER, refuses(error, status=status), clock=lambda: THERE)

    with pytest.raises(ProviderError, match=error["error"]):
        gateway.run(PAPER.fetch_user("221"))

    assert [request.operation for request in gateway.sent] == [
        "fetch_user",
        "server_time",
        "fetch_user",
    ]


@pytest.mark.parametrize(
    "error", [{"error": "unauthorized"}, {"error": "unauthorized", "error_description": None}]
)
def test_another_no_asks_for_no_time(error: Any) -> None:
    gateway = PaperGateway(PAPER, refuses(error), clock=lambda: THERE)

    with pytest.raises(Unauthorized):
        gateway.run(PAPER.fetch_user("221"))

    assert len(gateway.sent) == 1


@pytest.mark.parametrize(
    "time",
    [
        says(401, {"error": "invalid_timestamp"}),
        says(403, {"error": "forbidden"}),
        says(404, {"error": "not_found"}),
    ],
)
def test_the_refusal_is_returned_if_the_server_refuses_to_tell_its_time(time: Response) -> None:
    provider = refuses({"error": "invalid_timestamp"}, time=time)
    gateway = PaperGateway(PAPER, provider, clock=lambda: THERE)

    with pytest.raises(Unauthorized) as caught:
        gateway.run(PAPER.create_user(JANE))

    assert caught.value.code == "invalid_timestamp"
    assert [request.operation for request in gateway.sent] == ["create_user", "server_time"]


DOWN = Response(status=502, body=b"<html>")
NO_TIME = [
    (TransportError("refused"), TransportError),
    (OutcomeUnknown("dropped"), TransportError),
    (says(500, {}), Unavailable),
    (DOWN, Unavailable),
    (says(429, {"error": "rate_limit_exceeded"}), RateLimited),
    (Response(status=302), TransportError),
    (Response(status=200, body=b"<html>"), TransportError),
    (says(200, []), TransportError),
    (says(200, {}), TransportError),
    (says(200, {"time": "noon"}), TransportError),
    (says(200, {"time": 1 << 40}), TransportError),
]


@pytest.mark.parametrize(("time", "kind"), NO_TIME)
@pytest.mark.parametrize("status", [400, 401])
def test_a_time_that_cannot_be_read_is_the_error_of_the_call_and_nothing_was_done(
    time: Response | Exception, kind: type[OnboardingError], status: int
) -> None:
    provider = refuses({"error": "invalid_timestamp"}, status=status, time=time)
    gateway = PaperGateway(PAPER, provider, clock=lambda: THERE)

    for flow in (PAPER.create_user(JANE), PAPER.fetch_user("221")):
        with pytest.raises(kind) as caught:
            gateway.run(flow)

        assert type(caught.value) is kind
        assert caught.value.outcome is Outcome.NOT_DONE
        assert caught.value.retry_safe


@pytest.mark.retries
def test_one_failure_of_a_proxy_while_the_time_is_read_does_not_end_the_call() -> None:
    times = [DOWN, says(200, {"time": NOW})]
    answers = {"server_time": times, "fetch_user": [says(401, {"error": "invalid_timestamp"})]}
    answers["fetch_user"].append(says(200, {"id": 221}))
    gateway = PaperGateway(
        PAPER,
        lambda request: answers[request.operation].pop(0),
        clock=lambda: THERE,
        retry=RetryPolicy(),
    )

    assert gateway.run(PAPER.fetch_user("221")).id == "221"


def test_a_time_that_cannot_be_read_after_the_upload_leaves_a_document_to_resume() -> None:
    simulator = a_simulator()
    at = paper(simulator)
    refused = [says(401, {"error": "invalid_timestamp"}), DOWN]

    def provider(request: Request) -> Response:
        described = request.operation in ("describe_document", "server_time")
        return refused.pop(0) if described and refused else at(request)

    gateway = PaperGateway(PAPER, provider, clock=lambda: THERE)
    gateway.run(PAPER.create_user(JANE))

    with pytest.raises(PartialFailure) as raised:
        gateway.run(PAPER.submit_document("221", PASSPORT))
    gateway.run(PAPER.resume(raised.value.partial, PASSPORT))

    assert isinstance(raised.value.__cause__, Unavailable)
    assert raised.value.outcome is Outcome.NOT_DONE
    assert [kept.number for kept in simulator.documents_of(221)] == ["AB1234567"]


def created(adapter: Paysera) -> None:
    with Gateway(adapter, clock=lambda: THERE - HOUR) as gateway:
        gateway.create_user(JANE)


def created_async(adapter: Paysera) -> None:
    async def create() -> None:
        async with AsyncGateway(adapter, clock=lambda: THERE - HOUR) as gateway:
            await gateway.create_user(JANE)

    asyncio.run(create())


@pytest.mark.parametrize("create", [created, created_async])
def test_a_server_that_drops_the_question_for_its_time_leaves_a_call_to_retry(
    api: Api, create: Callable[[Paysera], None]
) -> None:
    api.sim.misbehave(kind="drop_before", route="*/server")

    with pytest.raises(TransportError) as raised:
        create(evolve(PAPER, base_url=api.base_url))

    assert (raised.value.outcome, raised.value.retry_safe) == (Outcome.NOT_DONE, True)
    assert log(api.sim) == [("POST", "/rest/v1/user", 401)]


def test_a_second_sending_without_an_answer_says_so() -> None:
    calls: list[str] = []

    def provider(request: Request) -> Response:
        calls.append(request.operation)
        if request.operation == "server_time":
            return says(200, {"time": NOW})
        if len(calls) == 1:
            return says(401, {"error": "invalid_timestamp"})
        raise OutcomeUnknown("the connection broke")

    gateway = PaperGateway(PAPER, provider, clock=lambda: THERE)

    with pytest.raises(OutcomeUnknown):
        gateway.run(PAPER.create_user(JANE))
    assert calls == ["create_user", "server_time", "create_user"]
