"""Spans nest within the caller's, metrics follow the conventions, and neither names a user."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from attrs import frozen
from onboarding import (
    AsyncGateway,
    Gateway,
    Identity,
    NotFound,
    OnboardingError,
    Terms,
    TransportError,
    User,
    UserCategory,
)
from onboarding.opentelemetry import OpenTelemetry
from onboarding.registry import Registry
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.core.test_drivers import BOTH, logs_in, mangopay, paysera, provider, result_of
from tests.world import World

from opentelemetry import trace

CANARY = "Xq7"


@frozen
class Telemetry:
    """What was exported, and the observer that exports it."""

    tracers: TracerProvider
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader
    registry: Registry

    @property
    def tell(self) -> Any:
        return self.registry.tell

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def points(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        assert data is not None
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    registry = Registry()
    registry.register_plugin(OpenTelemetry(tracer_provider=tracers, meter_provider=meters))
    yield Telemetry(tracers, exporter, reader, registry)
    tracers.shutdown()
    meters.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    found: int | None = span.parent.span_id if span.parent is not None else None
    return found


def own(span: ReadableSpan) -> int:
    assert span.context is not None
    found: int = span.context.span_id
    return found


GOOD = b'{"Id": "user_8", "PersonType": "NATURAL"}'


@BOTH
def test_a_call_is_a_span_with_a_client_span_for_each_request(
    kind: Any, telemetry: Telemetry
) -> None:
    with provider(logs_in(200, GOOD)) as (url, _):
        result_of(kind(mangopay(url), observe=telemetry.tell), "fetch_user", "user_8")

    login, fetch, call = telemetry.spans
    assert [one.name for one in telemetry.spans] == ["POST", "GET", "fetch_user mangopay"]
    assert [one.kind for one in telemetry.spans] == [
        SpanKind.CLIENT,
        SpanKind.CLIENT,
        SpanKind.INTERNAL,
    ]
    assert parent(login) == parent(fetch) == own(call)
    assert parent(call) is None
    port = int(url.rpartition(":")[2])
    assert attributes(fetch) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.full": f"http://127.0.0.1:{port}/REDACTED",
        "onboarding.provider": "mangopay",
        "onboarding.gateway": "fr",
        "onboarding.operation": "fetch_user",
    }
    assert attributes(call) == {
        "onboarding.provider": "mangopay",
        "onboarding.gateway": "fr",
        "onboarding.environment": "sandbox",
        "onboarding.operation": "fetch_user",
        "onboarding.attempts": 2,
    }
    assert {one.status.status_code for one in telemetry.spans} == {StatusCode.UNSET}


@BOTH
def test_an_error_is_named_in_both_spans(kind: Any, telemetry: Telemetry) -> None:
    body = b'{"Type": "ressource_not_found", "Id": "84bd3bb6", "Message": "no user_8"}'
    with provider(logs_in(404, body)) as (url, _), pytest.raises(NotFound):
        result_of(kind(mangopay(url), observe=telemetry.tell), "fetch_user", "user_8")

    _, fetch, call = telemetry.spans
    assert attributes(fetch)["error.type"] == "404"
    assert attributes(call)["error.type"] == "NotFound"
    assert attributes(call)["onboarding.provider_code"] == "ressource_not_found"
    assert attributes(call)["onboarding.request_id"] == "84bd3bb6"
    assert fetch.status.status_code is call.status.status_code is StatusCode.ERROR
    assert not call.events  # an exception of the SDK would hold a text and a traceback


@BOTH
def test_without_an_answer_the_type_of_the_error_is_its_class(
    kind: Any, telemetry: Telemetry
) -> None:
    with pytest.raises(TransportError):
        result_of(kind(paysera("http://127.0.0.1:9"), observe=telemetry.tell), "fetch_user", "8")

    request, _ = telemetry.spans
    assert attributes(request)["error.type"] == "TransportError"
    assert "http.response.status_code" not in attributes(request)


@pytest.mark.retries
@BOTH
def test_a_request_sent_again_counts(kind: Any, telemetry: Telemetry) -> None:
    answers = iter([(502, b"<html>"), (200, b'{"id": 8}')])
    with provider(lambda *_: next(answers)) as (url, _):
        result_of(kind(paysera(url), observe=telemetry.tell), "fetch_user", "8")

    first, again, _ = telemetry.spans
    assert "http.request.resend_count" not in attributes(first)
    assert attributes(again)["http.request.resend_count"] == 1


# -- the caller's span


def test_calls_of_threads_are_within_the_span_of_their_thread(telemetry: Telemetry) -> None:
    tracer = telemetry.tracers.get_tracer("the caller")
    together = threading.Barrier(4)

    def caller(number: int) -> None:
        with tracer.start_as_current_span(f"caller {number}"):
            together.wait(10)
            gateway.fetch_user(f"{number}")
            assert trace.get_current_span().name == f"caller {number}"  # type: ignore[attr-defined]

    with (
        provider(lambda *_: (200, b'{"id": 8}')) as (url, _),
        Gateway(paysera(url), observe=telemetry.tell) as gateway,
    ):
        threads = [threading.Thread(target=caller, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    each_within_its_own(telemetry, 4)


def test_calls_of_tasks_are_within_the_span_of_their_task(telemetry: Telemetry) -> None:
    tracer = telemetry.tracers.get_tracer("the caller")

    async def caller(gateway: AsyncGateway[Any], number: int) -> None:
        with tracer.start_as_current_span(f"caller {number}"):
            await gateway.fetch_user(f"{number}")
            assert trace.get_current_span().name == f"caller {number}"  # type: ignore[attr-defined]

    async def callers(url: str) -> None:
        async with AsyncGateway(paysera(url), observe=telemetry.tell) as gateway:
            await asyncio.gather(*(caller(gateway, number) for number in range(4)))

    with provider(lambda *_: (200, b'{"id": 8}')) as (url, _):
        asyncio.run(callers(url))

    each_within_its_own(telemetry, 4)


def each_within_its_own(telemetry: Telemetry, many: int) -> None:
    by_name: dict[str, list[ReadableSpan]] = {}
    for span in telemetry.spans:
        by_name.setdefault(span.name.partition(" ")[0], []).append(span)
    callers, calls, requests = by_name["caller"], by_name["fetch_user"], by_name["GET"]
    assert len(callers) == len(calls) == len(requests) == many
    assert {parent(one) for one in calls} == {own(one) for one in callers}
    assert {parent(one) for one in requests} == {own(one) for one in calls}


@BOTH
def test_no_trace_context_is_sent_to_the_provider(kind: Any, telemetry: Telemetry) -> None:
    sent: list[Any] = []
    real = kind(paysera("http://127.0.0.1:9")).adapter

    class Keeps(type(real)):  # type: ignore[misc]
        def sign(self, request: Any, proof: Any) -> Any:
            sent.append(super().sign(request, proof))
            return sent[-1]

    with provider(lambda *_: (200, b'{"id": 8}')) as (url, _):
        made = paysera(url)
        adapter = Keeps(name="lt", client_id="acme", mac_key=made.mac_key, base_url=url)
        result_of(kind(adapter, observe=telemetry.tell), "fetch_user", "8")

    assert {name.lower() for one in sent for name in one.headers} == {"authorization"}


# -- metrics


@BOTH
def test_requests_and_calls_are_counted_with_their_seconds(kind: Any, telemetry: Telemetry) -> None:
    with provider(logs_in(404, b"{}")) as (url, _), pytest.raises(NotFound):
        result_of(kind(mangopay(url), observe=telemetry.tell), "fetch_user", "user_8")

    port = int(url.rpartition(":")[2])
    by_method = {
        point.attributes["http.request.method"]: point
        for point in telemetry.points("http.client.request.duration")
    }
    assert dict(by_method["GET"].attributes) == {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": port,
        "http.response.status_code": 404,
        "error.type": "404",
    }
    assert by_method["GET"].explicit_bounds[:2] == (0.005, 0.01)
    assert 0 < by_method["GET"].sum < 60
    (call,) = telemetry.points("onboarding.call.duration")
    assert dict(call.attributes) == {
        "onboarding.provider": "mangopay",
        "onboarding.gateway": "fr",
        "onboarding.environment": "sandbox",
        "onboarding.operation": "fetch_user",
        "error.type": "NotFound",
    }


# -- nothing personal


SPIED = User(
    identity=Identity(
        given_name=f"{CANARY}Given",
        family_name=f"{CANARY}Family",
        birthdate=date(1987, 6, 5),
        nationality="FR",
        country_of_residence="FR",
    ),
    email=f"{CANARY}@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)


def test_no_value_and_no_id_is_exported(world: World, telemetry: Telemetry) -> None:
    made = Gateway(world.gateways["fr"].adapter, observe=telemetry.tell)
    ids: list[str] = []
    with made as gateway:
        record = gateway.create_user(SPIED)
        ids.append(record.id)
        gateway.fetch_user(record.id)
        gateway.update_user(record, SPIED.replace(email=f"{CANARY}2@example.com"))
        list(gateway.users())
        for failing in refused(gateway, record.id):
            with pytest.raises(OnboardingError):
                failing()

    exported = "".join([*(span.to_json() for span in telemetry.spans), metrics(telemetry)])
    assert len(telemetry.spans) > 10
    for value in (CANARY, "1987-06-05", *ids, "acme", "key-of-mangopay"):
        assert value.lower() not in exported.lower()


def refused(gateway: Gateway[Any], user_id: str) -> list[Callable[[], object]]:
    return [
        lambda: gateway.fetch_user(f"{CANARY}-id"),
        lambda: list(gateway.wallets(user_id)),
        lambda: gateway.raw("GET", "users", f"{CANARY}-path", query=(("q", CANARY),)),
        lambda: gateway.create_user(SPIED.replace(email=f"{CANARY} no address")),
        lambda: gateway.fetch_document(f"{CANARY}-document", user_id=user_id),
    ]


def metrics(telemetry: Telemetry) -> str:
    data = telemetry.reader.get_metrics_data()
    assert data is not None
    found = data.to_json()
    assert json.loads(found)
    return found
