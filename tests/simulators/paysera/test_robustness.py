"""The Paysera simulator has an answer to anything that is sent to it."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.paysera.routes import ROUTES
from onboarding_simulators.paysera.rows import CHANNELS

from .api import ADDRESS, CLIENT_ID, REGISTRATION, a_simulator

JPEG = b"\xff\xd8\xff"
NAMES = [
    *("email", "phone", "identity", "address", "credentials", "card", "parameters", "locale"),
    *("type", "password", "password_salt", "username", "name", "surname", "nationality", "code"),
    *("old_password", "lat", "lng", "distance", "title", "extension", "number", "date", "scope"),
    *("emails", "phones", "email_hashes", "phone_hashes", "country", "country_of_issue", "scopes"),
    *("grant_type", "refresh_token", "access_token", "redirect_uri", "client_id", "response_type"),
    *("state", "decision", "limit", "offset", "after", "before", "order_by", "order_direction"),
    *("statuses[]", "person_code[lt]", "width", "fields", "user[email]", "email_hash", "user_id"),
]
# Values that mean something somewhere, beside those that mean nothing.
WORDS = [
    *("email@example.com", "37066612345", "lt", "passport", "main-password", "31001010000"),
    *("pre-salt-sha1-base64", "ABCDEF", "secretPassword22", "password", "authorization_code"),
    *("refresh_token", "refresh_token_with_activation", "https://app.example/cb", CLIENT_ID),
    *("email phone", "code", "allow", "desc", "id", "waiting", "1", "-1", "nan", "1e999", "{code}"),
]
texts = st.sampled_from(WORDS) | st.text(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    texts | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=8,
)
bodies = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), values, max_size=6).map(
        lambda body: ("application/json", json.dumps(body).encode())
    ),
    st.dictionaries(st.sampled_from(NAMES), texts, max_size=6).map(
        lambda body: ("application/x-www-form-urlencoded", urlencode(body).encode())
    ),
    st.tuples(
        st.sampled_from(["application/json", "image/jpeg", "", "text/plain;;", "/"]),
        st.binary(max_size=16),
    ),
)
queries = st.dictionaries(st.sampled_from(NAMES), texts, max_size=3).map(urlencode)
parts = {
    "user": st.sampled_from(["221", "222", "me"]),
    "id": st.sampled_from(["1", "2", "221", "14471"]),
    "service": st.sampled_from(["micro", "teleport"]),
    "order": st.sampled_from(["0", "1", "99"]),
    "token": st.sampled_from(["x", "%00", "%ff"]),
    "key": st.sampled_from(["x", "%00", "%ff"]),
    "what": st.sampled_from(["email", "login"]),
    "locale": st.sampled_from(["lt", "xx"]),
}


@st.composite
def paths(draw: st.DrawFn) -> str:
    path = draw(st.sampled_from(ROUTES)).path
    return re.sub(r"<(\w+)>", lambda found: draw(parts[found[1]]), path)


def a_populated_simulator() -> PayseraSimulator:
    """One that trusts anyone, so that what is sent reaches the operations."""
    simulator = a_simulator(trust_unsigned=True)
    client = Client(simulator)
    client.post("/rest/v1/user", json=REGISTRATION | {"address": ADDRESS})
    for channel in CHANNELS:
        code = {"code": simulator.code_for(221, channel)}
        client.put(f"/rest/v1/user/221/{channel}/confirm", json=code)
    client.post("/rest/v1/user/221/document", data=JPEG)
    client.post("/rest/v1/user/221/contact-book", json={})
    client.post("/rest/v1/user/221/identification-request")
    passport = {"type": "passport"}
    client.post("/rest/v1/identification-request/1/identity-document", json=passport)
    client.put("/rest/v1/identity-document/1/image/0", data=JPEG, content_type="image/jpeg")
    return simulator


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=paths(),
    query=queries,
    body=bodies,
)
def test_nothing_that_is_sent_makes_the_simulator_fail(
    method: str, path: str, query: str, body: tuple[str, bytes]
) -> None:
    content_type, content = body

    response = Client(a_populated_simulator()).open(
        path, method=method, query_string=query, data=content, content_type=content_type
    )

    assert response.status_code < 500
    if response.status_code >= 400 and not path.startswith("/frontend"):
        assert response.json is not None
        assert isinstance(response.json["error"], str)


def test_the_simulator_that_all_is_sent_to_has_something_to_find() -> None:
    client = Client(a_populated_simulator())

    statuses = [
        client.get(path).status_code
        for path in (
            "/rest/v1/user/221/email",
            "/rest/v1/wallet/14471",
            "/rest/v1/identification-request/1",
            "/rest/v1/identity-document/1/image/0",
        )
    ]

    assert statuses == [200] * 4
