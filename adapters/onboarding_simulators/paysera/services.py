"""The operations on a user's services."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource; the fields of a
# service are from the Java and the Swift SDK. No source can disable one.

from __future__ import annotations

from typing import Any

from attrs import evolve

from .answers import ApiError
from .calls import Call
from .rows import Account

# The keys are documented; the titles are the simulator's own.
SERVICES = {
    "affiliate": "Affiliate program participant",
    "macro": "Macro payments collection",
    "micro": "Micro payments collection",
    "offline": "Offline service",
    "payment_instruments": "Payment instruments usage",
    "paysera_app": "Paysera app usage",
    "sms_bank": "SMS bank service",
}


def get_services(call: Call) -> dict[str, Any]:
    account = call.account()
    call.need(account, "services")
    # A test may have enabled an undocumented service.
    keys = [*SERVICES, *(key for key, _ in account.services if key not in SERVICES)]
    return {"user_id": account.id, "services": [_shown(account, key) for key in keys]}


def enable_service(call: Call) -> dict[str, Any]:
    """PUT /user/:userId/service/:service: enables a service, also repeatedly.

    The Swift SDK reads the service from the answer, the Java SDK nothing. That an unknown service
    is not found is an inference.
    """
    account = call.account()
    call.need(account, "services")
    key = call.parts["service"]
    if key not in SERVICES:
        raise ApiError("not_found", "There is no such service.")
    account = enabled(account, key, int(call.now))
    call.keep(account)
    return _shown(account, key)


def enabled(account: Account, key: str, since: int) -> Account:
    if key in dict(account.services):
        return account
    return evolve(account, services=(*account.services, (key, since)))


def _shown(account: Account, key: str) -> dict[str, Any]:
    added = dict(account.services).get(key)
    shown: dict[str, Any] = {"service": key, "title": SERVICES.get(key, key)}
    if added is None:
        return shown | {"status": "disabled", "actions": ["enable"]}
    return shown | {"status": "enabled", "actions": [], "added": added}
