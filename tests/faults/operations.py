"""The calls of the matrix at each provider: how each is prepared and made, which request it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from onboarding import Secret
from onboarding.spi import Adapter, Flow
from tests.faults.proxy import Seen
from tests.faults.table import Fault, Kind
from tests.mangopay.people import OWNER, paper
from tests.paysera.every_flow import JOHN
from tests.paysera.scenarios import ONA, PASSPORT
from tests.stripe.people import JENNY

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera, Position
from onboarding_simulators.mangopay.levels import DOCUMENTS
from onboarding_simulators.stripe.calls import ACCOUNTS, FILES
from onboarding_stripe import Stripe

__all__ = ["PROVIDERS", "Call", "Provider"]


@frozen
class Call:
    """One call: the kind of its request, the request that meets the fault, and the flow.

    `flow` is given the adapter, the record of an existing user, and the simulator. `made` counts
    the objects at the simulator that the call must not double. `part` is whether an earlier request
    of the call changed something, so that its error is a `PartialFailure`. `ignored` are the faults
    of an answer that the call does not need. `before` is run first, without a fault.
    """

    name: str
    kind: Kind
    meets: Callable[[Seen], bool]
    flow: Callable[[Any, Any, Any], Flow[Any]]
    made: Callable[[Any], int] | None = None
    part: bool = False
    ignored: tuple[Fault, ...] = ()
    before: Callable[[Any, Any], Flow[Any]] | None = None


def _is(method: str, end: str) -> Callable[[Seen], bool]:
    return lambda seen: seen.method == method and seen.path.rstrip("/").endswith(end)


@frozen
class Provider:
    """One provider: its adapter, its simulator, its own refusals by status, its calls."""

    name: str
    adapter: Callable[[str], Adapter]
    simulator: Callable[[], Any]
    refusals: dict[int | str, bytes]
    user: Any
    calls: tuple[Call, ...]
    login: Callable[[Seen], bool] | None = None


def _error(**body: Any) -> bytes:
    return json.dumps(body).encode()


def _mangopay(url: str) -> MangoPay:
    return MangoPay(name="fr", client_id="acme", api_key=Secret("key"), base_url=url)


def _paysera(url: str) -> Paysera:
    return Paysera(name="lt", client_id="acme", mac_key=Secret("key"), base_url=url)


def _stripe(url: str) -> Stripe:
    return Stripe(name="us", api_key=Secret("sk_test_key"), base_url=url)


def _confirmation(adapter: Paysera, record: Any, simulator: Any) -> Flow[Any]:
    (action,) = record.next_actions
    return adapter.confirm(action, simulator.code_for(int(record.id), action.concerns))


JO = evolve(ONA, identity=JOHN)
NEW = evolve(ONA, identity=None, email="new@example.com")


_UNREAD = (Fault.EMPTY, Fault.WRONG_TYPE, Fault.DEEP)

MANGOPAY = Provider(
    "mangopay",
    _mangopay,
    lambda: MangoPay.simulator()(client_id="acme", api_key="key"),
    {
        401: _error(Message="no", Type="invalid_credentials", errors=None),
        429: _error(Message="too many", Type="rate_limit", errors=None),
        500: _error(Message="it broke", Type="internal_server_error", errors=None),
    },
    OWNER,
    (
        Call(
            "create_user",
            Kind.KEYED,
            _is("POST", "/users/natural"),
            lambda adapter, _, __: adapter.create_user(
                evolve(OWNER, email="new@example.com"), idempotency_key="user 2"
            ),
            lambda simulator: simulator.tables.count("users"),
        ),
        Call(
            "update_user",
            Kind.UNKEYED,
            lambda seen: seen.method == "PUT",
            lambda adapter, record, _: adapter.update_user(
                record, record.user.replace(email="other@example.com")
            ),
        ),
        Call(
            "submit_document",
            Kind.KEYED,
            _is("POST", "/kyc/documents"),
            lambda adapter, record, _: adapter.submit_document(
                record.id, paper(), idempotency_key="passport"
            ),
            lambda simulator: simulator.tables.count(DOCUMENTS),
        ),
        Call(
            "submit_document, its page",
            Kind.KEYED,
            _is("POST", "/pages"),
            lambda adapter, record, _: adapter.submit_document(
                record.id, paper(), idempotency_key="passport"
            ),
            lambda simulator: simulator.tables.count(DOCUMENTS),
            part=True,
            ignored=_UNREAD,
        ),
        Call(
            "create_link",
            Kind.KEYED,
            _is("POST", "/enrollment"),
            lambda adapter, record, _: adapter.create_link(
                record, return_url="https://platform.example/back"
            ),
        ),
        Call(
            "fetch_user",
            Kind.READ,
            lambda seen: seen.method == "GET" and "/users/" in seen.path,
            lambda adapter, record, _: adapter.fetch_user(record.id),
        ),
        Call(
            "close_user",
            Kind.UNKEYED,
            lambda seen: seen.method in ("PUT", "DELETE"),
            lambda adapter, record, _: adapter.close_user(record),
            ignored=_UNREAD,
        ),
    ),
    _is("POST", "/oauth/token"),
)

PAYSERA = Provider(
    "paysera",
    _paysera,
    lambda: Paysera.simulator()(client_id="acme", mac_key="key"),
    {
        401: _error(error="unauthorized", error_description="no"),
        "skew": _error(error="invalid_timestamp"),
        429: _error(error="rate_limit_exceeded"),
        500: _error(error="internal_server_error"),
    },
    JO,
    (
        Call(
            "create_user",
            Kind.UNKEYED,
            _is("POST", "/user"),
            lambda adapter, _, __: adapter.create_user(NEW),
            lambda simulator: simulator._store.count_accounts(),
        ),
        Call(
            "update_user",
            Kind.UNKEYED,
            lambda seen: seen.method == "PUT",
            lambda adapter, record, _: adapter.update_user(
                record, record.user.replace({"identity.given_name": "Una"})
            ),
        ),
        Call(
            "confirm",
            Kind.UNKEYED,
            _is("PUT", "/confirm"),
            _confirmation,
        ),
        Call(
            "submit_document",
            Kind.UNKEYED,
            _is("POST", "/document"),
            lambda adapter, record, _: adapter.submit_document(record.id, PASSPORT),
        ),
        Call(
            "submit_document, its metadata",
            Kind.UNKEYED,
            _is("PUT", "/metadata"),
            lambda adapter, record, _: adapter.submit_document(record.id, PASSPORT),
            part=True,
            ignored=(Fault.EMPTY,),
        ),
        Call(
            "delete_position",
            Kind.UNKEYED,
            lambda seen: seen.method == "DELETE",
            lambda adapter, record, _: adapter.delete_position(record.id),
            ignored=(Fault.EMPTY, Fault.WRONG_TYPE),
            before=lambda adapter, record: adapter.put_position(
                record.id, Position(latitude=54.7, longitude=25.3)
            ),
        ),
        Call(
            "fetch_user",
            Kind.READ,
            lambda seen: seen.method == "GET" and "/user/" in seen.path,
            lambda adapter, record, _: adapter.fetch_user(record.id),
        ),
    ),
)

STRIPE = Provider(
    "stripe",
    _stripe,
    lambda: Stripe.simulator()(api_key="sk_test_key"),
    {
        401: _error(error={"type": "invalid_request_error", "message": "no"}),
        429: _error(error={"type": "invalid_request_error", "code": "rate_limit"}),
        500: _error(error={"type": "api_error", "message": "it broke"}),
    },
    JENNY,
    (
        Call(
            "create_user",
            Kind.KEYED,
            _is("POST", "/accounts"),
            lambda adapter, _, __: adapter.create_user(
                evolve(JENNY, email="new@example.com"), idempotency_key="user 2"
            ),
            lambda simulator: simulator.tables.count(ACCOUNTS),
        ),
        Call(
            "update_user",
            Kind.KEYED,
            lambda seen: seen.method == "POST",
            lambda adapter, record, _: adapter.update_user(
                record, record.user.replace(email="other@example.com")
            ),
        ),
        Call(
            "submit_document, its page",
            Kind.KEYED,
            _is("POST", "/files"),
            lambda adapter, record, _: adapter.submit_document(
                record.id, paper(), idempotency_key="passport"
            ),
            lambda simulator: simulator.tables.count(FILES),
        ),
        Call(
            "submit_document",
            Kind.KEYED,
            lambda seen: seen.method == "POST" and "/accounts/" in seen.path,
            lambda adapter, record, _: adapter.submit_document(
                record.id, paper(), idempotency_key="passport"
            ),
            part=True,
        ),
        Call(
            "create_link",
            Kind.KEYED,
            _is("POST", "/account_links"),
            lambda adapter, record, _: adapter.create_link(
                record, return_url="https://platform.example/back"
            ),
        ),
        Call(
            "fetch_user",
            Kind.READ,
            lambda seen: seen.method == "GET" and "/accounts/" in seen.path,
            lambda adapter, record, _: adapter.fetch_user(record.id),
        ),
        Call(
            "close_user",
            Kind.UNKEYED,
            lambda seen: seen.method == "DELETE",
            lambda adapter, record, _: adapter.close_user(record),
        ),
    ),
)

PROVIDERS = (MANGOPAY, PAYSERA, STRIPE)
