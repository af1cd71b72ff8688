"""Every row of the table of requests that the official PHP client was recorded to send.

The bytes are written to the socket as it wrote them: request line, headers in its order, body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from attrs import frozen

from .api import CLIENT_ID, Api, the_documented_user
from .test_recorded import FORM, JPEG, Php, exchange

BACK = "https%3A%2F%2Fapp.example%2Fcb"
ASKED = f"response_type=code&client_id={CLIENT_ID}&scope=email+identity_offline&redirect_uri={BACK}"


@frozen
class Row:
    """One request; what stands in braces is what an earlier answer, or the user, was given."""

    method: str
    target: str
    body: str | bytes = ""
    content_type: str = "application/json"
    status: int = 200
    signed: bool = True


ROWS = {
    "getUser(221)": Row("GET", "/rest/v1/user/221"),
    "getUserEmail": Row("GET", "/rest/v1/user/221/email"),
    "getUserPhone": Row("GET", "/rest/v1/user/221/phone"),
    "getUserAddress": Row("GET", "/rest/v1/user/221/address"),
    "getUserIdentity": Row("GET", "/rest/v1/user/221/identity"),
    "getUserWallets": Row("GET", "/rest/v1/user/221/wallets"),
    "getUserConfirmedPhoneNumbers": Row("GET", "/rest/v1/user/221/confirmed-phones"),
    "getPes": Row("GET", "/rest/v1/user/221/pes", status=404),  # who has no such relations
    "post('user', ...)": Row("POST", "/rest/v1/user", '{{"email":"other@example.com"}}'),
    "put('user/221/phone/confirm')": Row(
        "PUT", "/rest/v1/user/221/phone/confirm", '{{"code":"{phone_code}"}}'
    ),
    "put('user/221/service/paysera_app')": Row("PUT", "/rest/v1/user/221/service/paysera_app"),
    "delete('user/221/avatar')": Row("DELETE", "/rest/v1/user/221/avatar", status=204),
    "raw PUT of an avatar": Row(
        "PUT", "/rest/v1/user/221/avatar", JPEG, content_type="image/jpeg", status=204
    ),
    "exchangeCode": Row(
        "POST",
        "/oauth/v1/token",
        f"grant_type=authorization_code&code={{code}}&redirect_uri={BACK}",
        FORM,
    ),
    "password": Row(
        "POST",
        "/oauth/v1/token",
        "grant_type=password&username=something%40example.com&password=secretPassword22"
        "&scope=email+phone",
        FORM,
    ),
    "refresh": Row(
        "POST", "/oauth/v1/token", "grant_type=refresh_token&refresh_token={refresh_token}", FORM
    ),
    "revokeAccessToken": Row("DELETE", "/oauth/v1/token?access_token={access_token}", status=204),
    "createSession": Row(
        "POST",
        "/oauth/v1/session",
        f"{ASKED}&state=0123456789abcdef&user%5Bemail%5D=a%40example.com",
        FORM,
    ),
    "callbackHandler()->handle": Row("GET", "/publickey", signed=False),
    "getAuthorizationUri": Row(
        "GET", f"/frontend/oauth?{ASKED}&state=0123456789abcdef", signed=False
    ),
    "getAuthorizationUri with a language": Row(
        "GET", f"/frontend/lt/oauth?{ASKED}&state=0123456789abcdef", signed=False
    ),
}
TYPES = {
    "callbackHandler()->handle": "text/plain",
    "getAuthorizationUri": "text/html",
    "getAuthorizationUri with a language": "text/html",
}


def prepared(api: Api) -> Mapping[str, str]:
    """Gives what user 221 was sent and granted, who has all that is asked for."""
    user_id = the_documented_user(api)
    api.send("POST", f"/user/{user_id}/phone", {"phone": "37060000000"})
    api.send("PUT", f"/user/{user_id}/avatar", JPEG, headers={"Content-Type": "image/jpeg"})
    token = api.sim.issue_token(user_id, ["email"])
    back = "https://app.example/cb"
    return {
        "phone_code": api.sim.code_for(user_id, "phone"),
        "code": api.sim.consent(user_id, ["email", "identity_offline"], back),
        "access_token": token.access_token,
        "refresh_token": token.refresh_token or "",
    }


@pytest.mark.parametrize("name", ROWS)
def test_a_recorded_request_is_answered_as_its_client_reads_it(api: Api, name: str) -> None:
    row, given = ROWS[name], prepared(api)
    target = row.target.format(**given)
    body = row.body if isinstance(row.body, bytes) else row.body.format(**given).encode()

    if row.signed:
        answer = Php(api).call(row.method, target, body, content_type=row.content_type)
    else:
        host, port = api.host
        head = f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n"
        answer = exchange(api, head.encode())

    assert answer.status == row.status, answer.text
    if row.status == 204:  # an empty 200 is an error to that client
        assert (answer.content, answer.headers.get("content-type")) == (b"", None)
    elif name in TYPES:
        assert answer.headers["content-type"].startswith(TYPES[name])
        assert answer.content
    else:  # with a charset it would not decode it
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(answer.content) is not None
