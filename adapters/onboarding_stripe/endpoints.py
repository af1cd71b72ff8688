"""Webhook endpoints of Stripe: registered, and checked against what the adapter reads.

docs: api/webhook_endpoints, connect/webhooks
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from attrs import frozen
from onboarding import Secret
from onboarding.spi import (
    Flow,
    Webhook,
    WebhookReport,
    WebhookStatus,
    as_list,
    as_object,
    reference,
    unexpected,
    web_url,
)

from onboarding_stripe.protocol import StripeProtocol
from onboarding_stripe.wire.events import WATCHED

__all__ = ["Endpoints"]

_CONNECT = (
    "Stripe does not show whether an endpoint is notified of connected accounts; one that this "
    "command creates is"
)
_OK, _WRONG = WebhookStatus.OK, WebhookStatus.WRONG


@frozen(kw_only=True)
class Endpoints(StripeProtocol):
    """The operations on webhook endpoints."""

    returns_webhook_secret: ClassVar[bool] = True

    def check_webhooks(self, url: str) -> Flow[WebhookReport]:
        """Looks at the endpoint of an address (docs: api/webhook_endpoints/list)."""
        web_url("url", url)
        shown = yield from self._endpoint(url)
        return WebhookReport(webhooks=tuple(self._endpoint_seen(shown)), note=_CONNECT)

    def install_webhooks(self, url: str, *, replace: bool = False) -> Flow[WebhookReport]:
        """Creates the endpoint of an address for connected accounts, or enables it for the events.

        The version of an endpoint is fixed when it is created. If `replace` is true, one with
        another version is disabled after a new one was created. Only a new endpoint has its secret
        in the answer.

        docs: api/webhook_endpoints/create, api/webhook_endpoints/update
        """
        web_url("url", url)
        shown = yield from self._endpoint(url)
        seen = tuple(self._endpoint_seen(shown))
        if shown is None or (replace and seen[-1].status is _WRONG):
            made = yield from self._new_endpoint(url)
            if shown is not None:
                yield from self._changed_endpoint(shown, {"disabled": True})
            created = Webhook(name="endpoint", status=WebhookStatus.CREATED)
            return WebhookReport(
                webhooks=(created, *[*self._endpoint_seen(made)][1:]), secret=_secret(made)
            )
        if all(one.status is _OK for one in seen[:-1]):
            return WebhookReport(webhooks=seen, note=_CONNECT)
        events = dict.fromkeys((*map(str, as_list(shown.get("enabled_events"))), *WATCHED))
        after = yield from self._changed_endpoint(
            shown, {"enabled_events": [*events], "disabled": False}
        )
        now = [
            Webhook(name=new.name, status=WebhookStatus.CHANGED)
            if old.status is _WRONG and new.status is _OK
            else new
            for old, new in zip(seen, self._endpoint_seen(after), strict=True)
        ]
        return WebhookReport(webhooks=tuple(now), note=_CONNECT)

    def _endpoint(self, url: str) -> Flow[Mapping[str, Any] | None]:
        """Returns the endpoint of an address: the first one that is enabled, else the first one."""
        rows = yield from self.every("check_webhooks", "webhook_endpoints")
        found = [row for row in rows if row.get("url") == url]
        enabled = (row for row in found if row.get("status") == "enabled")
        return next(enabled, found[0] if found else None)

    def _endpoint_seen(self, shown: Mapping[str, Any] | None) -> Iterator[Webhook]:
        """Yields what an endpoint is: itself, its events, its version."""
        if shown is None:
            text = "no endpoint has this address"
            yield Webhook(name="endpoint", status=WebhookStatus.MISSING, reason=text)
            return
        enabled = shown.get("status") == "enabled"
        yield _judged("endpoint", "is disabled", good=enabled)
        events = {*map(str, as_list(shown.get("enabled_events")))}
        missing = [] if "*" in events else [name for name in WATCHED if name not in events]
        yield _judged("events", f"lacks {', '.join(missing)}", good=not missing)
        version = shown.get("api_version")
        told = version if isinstance(version, str) else "that of the account"
        text = f"is {told}, and the adapter reads {self.api_version}; create another endpoint"
        yield _judged("API version", text, good=version == self.api_version)

    def _new_endpoint(self, url: str) -> Flow[dict[str, Any]]:
        body = {
            "url": url,
            "enabled_events": [*WATCHED],
            "api_version": self.api_version,
            "connect": True,
        }
        response = yield self.post("install_webhooks", "webhook_endpoints", body=body)
        answer = self.answer(response)
        if reference(answer.get("id")) is None:
            raise unexpected(response, "missing", "the answer is no endpoint", "id")
        return answer

    def _changed_endpoint(
        self, shown: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Flow[dict[str, Any]]:
        path = ("webhook_endpoints", str(shown.get("id")))
        response = yield self.post("install_webhooks", *path, body=body)
        return as_object(self.answer(response))


def _judged(name: str, reason: str, *, good: bool) -> Webhook:
    return Webhook(name=name, status=_OK if good else _WRONG, reason="" if good else reason)


def _secret(made: Mapping[str, Any]) -> Secret | None:
    secret = made.get("secret")
    return Secret(secret) if isinstance(secret, str) and secret else None
