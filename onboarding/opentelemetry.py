"""Spans and metrics of calls and requests, by OpenTelemetry (extra `opentelemetry`)."""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import SpanKind, StatusCode, TracerProvider

from onboarding import __version__
from onboarding.hooks import Call, CallStart, Exchange, RequestStart, hookimpl
from opentelemetry import context, metrics, trace

__all__ = ["OpenTelemetry"]

_SCHEMA = "https://opentelemetry.io/schemas/1.23.1"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds; https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ advises them."""
_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)

_Labels = dict[str, str | int]


class OpenTelemetry:
    """An observer that makes spans and metrics: `registry.register_plugin(OpenTelemetry())`.

    Each call is an internal span within the caller's current span; each request of it is a client
    span within that, by the semantic conventions for HTTP. They have no path, no id and no value.
    The providers are by default those of the process. No trace context is sent to a provider.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer("onboarding", __version__, tracer_provider, _SCHEMA)
        meter = metrics.get_meter("onboarding", __version__, meter_provider, _SCHEMA)
        self._calls = meter.create_histogram(
            "onboarding.call.duration",
            unit="s",
            description="Duration of calls of a gateway.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._requests = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )

    @hookimpl
    def onboarding_begin_call(self, start: CallStart) -> Callable[[Call], None]:
        """Starts the span of a call."""
        labels: _Labels = {
            "onboarding.provider": start.provider,
            "onboarding.gateway": start.gateway,
            "onboarding.operation": start.operation,
        }
        if start.environment is not None:
            labels["onboarding.environment"] = start.environment
        span = self._tracer.start_span(f"{start.operation} {start.provider}", attributes=labels)
        token = context.attach(trace.set_span_in_context(span))

        def ended(call: Call) -> None:
            failed: _Labels = {"error.type": call.outcome} if call.outcome != "ok" else {}
            self._calls.record(call.seconds, {**labels, **failed})
            more: dict[str, str | int | None] = {
                "onboarding.attempts": call.attempts,
                "onboarding.provider_code": call.code,
                "onboarding.request_id": call.request_id,
                **failed,
            }
            span.set_attributes({name: x for name, x in more.items() if x is not None})
            if failed:
                span.set_status(StatusCode.ERROR)
            context.detach(token)
            span.end()

        return ended

    @hookimpl
    def onboarding_begin_request(self, start: RequestStart) -> Callable[[Exchange], None]:
        """Starts the span of a request."""
        known = start.method in _METHODS
        labels: _Labels = {
            "http.request.method": start.method if known else "_OTHER",
            "server.address": start.host,
        }
        if start.port is not None:
            labels["server.port"] = start.port
        span = self._tracer.start_span(
            start.method if known else "HTTP",
            kind=SpanKind.CLIENT,
            attributes={**labels, **_of_span(start, known=known)},
        )
        token = context.attach(trace.set_span_in_context(span))

        def ended(exchange: Exchange) -> None:
            told: _Labels = {}
            if exchange.status is not None:
                told["http.response.status_code"] = exchange.status
            if exchange.status is None or exchange.status >= 400:
                told["error.type"] = exchange.error or str(exchange.status)
                span.set_status(StatusCode.ERROR)
            self._requests.record(exchange.seconds, {**labels, **told})
            span.set_attributes(told)
            context.detach(token)
            span.end()

        return ended


def _of_span(start: RequestStart, *, known: bool) -> _Labels:
    """Returns the attributes that a span has in addition to those of the metric."""
    host = f"[{start.host}]" if ":" in start.host else start.host
    port = "" if start.port is None else f":{start.port}"
    found: _Labels = {
        "url.full": f"{start.scheme}://{host}{port}/REDACTED",  # a path holds ids of users
        "onboarding.provider": start.provider,
        "onboarding.gateway": start.gateway,
        "onboarding.operation": start.operation,
    }
    if not known:
        found["http.request.method_original"] = start.method
    if start.attempt > 1:
        found["http.request.resend_count"] = start.attempt - 1
    return found
