"""The operations that only read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from .answers import ApiError
from .body import Faults, text
from .calls import Call
from .forms import COUNTRY, EMAIL, PHONE
from .rows import Account, Channel
from .views import FIELDS

# The key to verify callbacks with (lib-wallet-php-client, Callback/SignChecker). There are no
# callbacks about users: nothing is signed, and the private key was not kept.
PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6sz008OEJkNhI60l2VB3
3EwdtR2pxCQDRQLnmYgQfQ0vTfbEnfAxeLdzC77uQe9O868jbIFZa21adFqLW0h1
l9wjXauMUExk/RsYUQZpxvb3qWIY30Bh+6aY4JJLfVpWWNkC/SgWBg5A5Mww/6qk
ICVbmy9DXJjI/pGzGRI6DsMTMkvQKaks2WHsdmPdroNoP0LQgTapWflx6/K67nBX
/idyLbll+qP0683IT4JwDOxP9Macg9U6mmB2fDR+tLZa3bXH46pDdiWHqgZL/FC+
VJL9TOrgDCRdULDsJM1Z3SOhK3S6IadAlST/VQod+LAO8EyDttBTO3sGRk9csCKT
xwIDAQAB
-----END PUBLIC KEY-----
"""
_PERSON_CODE = re.compile(r"person_code\[([^\[\]]*)\]")
# `nationality` belongs to a flat person code; the framework removes the other two from every query
# (lib-rest-bundle, RestListener).
_NO_CRITERIA = frozenset({"nationality", "locale", "fields"})
_CRITERIA = ("email", "phone", "person_code")


def server(call: Call) -> dict[str, Any]:
    """GET /server: returns the clock that timestamps are checked against."""
    return {"time": int(call.now)}


def configuration(call: Call) -> dict[str, Any]:
    return {"minimum_password_length": call.settings.minimum_password_length}


def client(call: Call) -> dict[str, Any]:
    """GET /client: describes the caller (guides/wallet/projects/clients)."""
    permissions = sorted(call.settings.permissions)
    return {"title": "Simulated client", "type": "private_client", "permissions": permissions}


def show_key(_: Call) -> Response:
    """GET /publickey; needs no signature."""
    return Response(PUBLIC_KEY, content_type="text/plain")


def get_user(call: Call) -> dict[str, Any]:
    return call.shown(call.account())


def showing(name: str) -> Callable[[Call], Any]:
    """Returns the operation GET /user/:id/NAME: 403 without the scope, 404 without a value."""
    return lambda call: _value(call, name)


def _value(call: Call, name: str) -> Any:
    account = call.account()
    key = FIELDS[name]
    call.need(account, *key.scopes)
    value = key.value(account, call.granted(account), call.settings)
    if value is None:
        raise ApiError("not_found", "The user has no such information.")
    return value


def wallets(call: Call) -> list[dict[str, Any]]:
    """GET /user/:id/wallets; inactive ones are included on request."""
    inactive = (call.asked("inactive_included") or "").lower() in ("1", "true")
    found: list[dict[str, Any]] = _value(call, "wallets")
    return [one for one in found if inactive or one["account"]["status"] == "active"]


def confirmed_phones(call: Call) -> list[str]:
    """GET /user/:id/confirmed-phones, known from the PHP client only.

    That it returns texts, and the scope that it needs, are inferences.
    """
    account = call.account()
    call.need(account, "phone", "phone_confirmation")
    confirmed = account.phone.confirmed
    return [] if confirmed is None else [confirmed]


def find_user(call: Call) -> dict[str, Any]:
    """GET /user: finds a user by exactly one criterion; only for the client."""
    if not call.caller.is_client:
        raise ApiError("forbidden", "An access token speaks for its own user only.")
    kind, value, nationality = _criterion(call.query)
    if kind == "person_code":
        call.require("search_by_person_code")
        owner = call.store.owner((kind, _person_code(value, nationality)))
    else:
        owner = _owner_of_confirmed(call, kind, value)
    if owner is None:
        raise ApiError("not_found", "There is no such user.")
    return call.shown(owner)


def _criterion(query: Sequence[tuple[str, str]]) -> tuple[str, str, str]:
    """Returns the kind, the value and, for a person code, the nationality."""
    criteria = [_bracketed(name, value) for name, value in query if name not in _NO_CRITERIA]
    nationalities = [value for name, value in query if name == "nationality"]
    if len(criteria) == 1 and criteria[0][0] in _CRITERIA:
        kind, value, nationality = criteria[0]
        # The Java SDK sends person_code and nationality as two parameters.
        return kind, value, nationality or "".join(nationalities)
    faults = Faults()
    for kind in _CRITERIA:
        faults.add(kind, "no_such_choice" if criteria else "is_blank")
    raise faults.error()


def _bracketed(name: str, value: str) -> tuple[str, str, str]:
    bracketed = _PERSON_CODE.fullmatch(name)
    return ("person_code", value, bracketed[1]) if bracketed else (name, value, "")


def _person_code(code: str, nationality: str) -> str:
    faults = Faults()
    country = COUNTRY(nationality, "nationality", faults)
    text()(code, "person_code", faults)
    faults.raise_any()
    return f"{country}:{code}"


def _owner_of_confirmed(call: Call, kind: str, value: str) -> Account | None:
    channel: Channel = "email" if kind == "email" else "phone"
    faults = Faults()
    (EMAIL if channel == "email" else PHONE)(value, kind, faults)
    faults.raise_any()
    return owner_of_confirmed(call, channel, value)


def owner_of_confirmed(call: Call, channel: Channel, value: str) -> Account | None:
    """Returns the user with this confirmed contact; case is ignored."""
    owner = call.store.owner((channel, value.lower()))
    confirmed = owner and owner.contact(channel).confirmed
    return owner if confirmed and confirmed.lower() == value.lower() else None
