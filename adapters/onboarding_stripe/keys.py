"""Idempotency keys, and what `reconcile` can learn (docs: api/idempotent_requests).

Stripe keeps the first answer to a key for 24 hours, once the request was carried out: also a
refusal or a failure. The same key with other parameters is an `idempotency_error`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from attrs import evolve, frozen
from onboarding import IdempotencyConflict, InvalidInput, Problem
from onboarding.spi import (
    Flow,
    Lookup,
    Means,
    Reconciliation,
    Request,
    Response,
    UnresolvedCall,
    as_object,
    url,
)

from onboarding_stripe.protocol import StripeProtocol

__all__ = ["Keys"]

_NAMES = uuid5(NAMESPACE_URL, "onboarding:stripe")
_REPLAYED = "idempotent-replayed"


@frozen(kw_only=True)
class Keys(StripeProtocol):
    """Requests with an idempotency key, and the ways to learn an outcome."""

    key_lifetime: ClassVar[timedelta | None] = timedelta(hours=24)
    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = {
        # docs: api/accounts/list: newest first; there is no search
        "create_user": (
            Lookup(
                means=Means.LIST,
                proves_absence=True,
                limits=(
                    "recognised by the `reference` in the metadata, else by the shown fields, "
                    "unless they were changed since: two alike remain unknown"
                ),
            ),
        ),
    }

    def idempotency_key(self, operation: str, *subject: str, key: str, attempt: int = 0) -> str:
        """Returns the key for Stripe: a UUID of operation, subject and the caller's key.

        The content is not part of it, so that a retry finds its first call.
        """
        return str(uuid5(_NAMES, json.dumps([operation, *subject, key, attempt])))

    def keyed(self, request: Request, key: str | None, *subject: str) -> Flow[Response]:
        """Sends a request with the key of the caller's, if there is one; returns the response.

        A refusal that is replayed created nothing: the next attempt has a key of its own. Raises
        `IdempotencyConflict` if the key was used for other content.
        """
        if key is None:
            return (yield request)
        attempt = 0
        while True:
            name = self.idempotency_key(request.operation, *subject, key=key, attempt=attempt)
            headers = {**request.headers, self.idempotency_header: name}
            response = yield evolve(request, headers=headers, idempotent=True)
            error = as_object(response.loose_object().get("error"))
            if error.get("type") == "idempotency_error":
                raise IdempotencyConflict(request.operation)
            if not (400 <= response.status < 500 and _is_replayed(response)):
                return response
            attempt += 1

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
        idempotency_key: str | None = None,
    ) -> Flow[Response]:
        """Sends any request below `/v1`, with a form as its body: `raw("GET", "balance")`.

        A POST with an `idempotency_key` is carried out once; other methods with a key raise
        `InvalidInput`. Errors are raised as for every other call, and the response is returned
        unchanged.
        """
        key = self.validated_key(idempotency_key)
        if key is not None and method != "POST":
            text = "Stripe takes idempotency keys with POST only"
            raise InvalidInput([Problem("idempotency_key", "unsupported", text)])
        place = url(self.base, "v1", *path, query=query)
        request = Request.json(method, place, operation="raw")
        if body is not None:
            request = Request.form(method, place, body, operation="raw")
        response = yield from self.keyed(request, key, method, *path)
        self.accept(response)
        return response

    def retry_advice(self, response: Response) -> bool | None:
        """Returns the advice of `Stripe-Should-Retry`; a failure that is replayed stays.

        docs: error-low-level
        """
        said = response.headers.get("stripe-should-retry", "").lower()
        if said in ("true", "false"):
            return said == "true"
        return False if response.status >= 400 and _is_replayed(response) else None

    def finished(self, call: UnresolvedCall, record: Any, reason: str) -> Reconciliation[Any]:
        """Returns the result for an account that exists; its people may be missing."""
        found = super().finished(call, record, reason)
        if call.operation != "create_user":
            return found
        partial = self.partial_of("create_user", record.id, record.id, call.idempotency_key)
        text = "gateway.resume(partial, user) adds what the account lacks of the user"
        return evolve(found, partial=partial, remedy=text)


def _is_replayed(response: Response) -> bool:
    return response.headers.get(_REPLAYED, "").lower() == "true"
