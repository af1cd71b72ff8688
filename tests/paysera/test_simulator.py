"""The Paysera simulator obeys the documents that it cites."""

from __future__ import annotations

import ast
import hashlib
import hmac
import http.client
import itertools
import json
import logging
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from attrs import define, field, frozen
from oauthlib.oauth2.rfc6749.tokens import (  # type: ignore[import-untyped]  # has no stubs
    prepare_mac_header,
)
from onboarding.simulation import serve
from werkzeug.test import Client, create_environ, run_wsgi_app

from onboarding_paysera import simulator
from onboarding_paysera.simulator import LoggedRequest, MacError, PayseraSimulator, verify
from onboarding_paysera.simulator.answers import answer, encode
from onboarding_paysera.simulator.person_codes import birthdate_of, gender_of

CLIENT_ID = "wkVd93h2uS"
MAC_KEY = "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
NONCE = "nQnNaSNyubfPErjRO55yaaEYo9YZfKHN"
NOW = 1343811600
LEVELS = ["unidentified", "semi_identified", "basic_identified", "identified", "fully_identified"]

# Quoted from the documents' registration example.
REGISTRATION: dict[str, Any] = {
    "email": "email@example.com",
    "phone": "37066612345",
    "locale": "lt",
    "identity": {
        "name": "John",
        "surname": "Smith",
        "nationality": "lt",
        "code": "31001010000",
    },
    "credentials": {"type": "main-password", "password": "secretPassword22"},
    "parameters": {"phone_link": "myapp://phone_confirmation/{code}"},
}
EMAIL_ONLY = {
    "email": "user@example.com",
    "credentials": {"type": "main-password", "password": "SecurePass123"},
}
ADDRESS = {"country": "lt", "city": "Vilnius", "street": "Lauko g. 1", "post_index": "LT-11111"}


def signature(
    method: str,
    target: str,
    *,
    host: str,
    port: int,
    body: bytes = b"",
    ts: str = str(NOW),
    nonce: str = NONCE,
    ext: str | None = None,
    key_id: str = CLIENT_ID,
    key: str = MAC_KEY,
) -> str:
    """Signs as the official SDKs do; None for `ext` gives the body hash of a body, or none."""
    if ext is None:
        ext = f"body_hash={body_hash(body)}" if body else ""
    text = f"{ts}\n{nonce}\n{method}\n{target}\n{host}\n{port}\n{ext}\n"
    digest = hmac.new(key.encode(), text.encode("latin-1"), hashlib.sha256).digest()
    header = f'MAC id="{key_id}", ts="{ts}", nonce="{nonce}", mac="{b64encode(digest).decode()}"'
    return header + (f', ext="{ext}"' if ext else "")


def body_hash(body: bytes, *, safe: str = "") -> str:
    return quote(b64encode(hashlib.sha256(body).digest()), safe=safe)


@frozen
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json["error"]

    @property
    def fields(self) -> set[str]:
        return set(self.json["error_properties"])


@define
class Api:
    """A client over a real socket, which sends targets and bodies as they are."""

    base_url: str
    sim: PayseraSimulator
    nonces: Iterator[int] = field(factory=lambda: itertools.count(1))

    @property
    def host(self) -> tuple[str, int]:
        parts = urlsplit(self.base_url)
        return str(parts.hostname), int(parts.port or 0)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        authorization: str | None = None,
        **signing: Any,
    ) -> Answer:
        target = f"/rest/v1{path}"
        raw = body if isinstance(body, bytes) else b"" if body is None else to_json(body)
        if authorization is None:
            authorization = self.sign(method, target, raw, **signing)
        sent = {"Authorization": authorization, "Content-Type": "application/json"}
        return self.raw(method, target, raw, sent | (headers or {}))

    def sign(self, method: str, target: str, body: bytes = b"", **signing: Any) -> str:
        host, port = self.host
        if "token" in signing:
            token = signing.pop("token")
            signing |= {"key_id": token.access_token, "key": token.mac_key}
        given: dict[str, Any] = {"host": host, "port": port, "body": body}
        given["nonce"] = f"nonce-{next(self.nonces)}"
        return signature(method, target, **(given | signing))

    def raw(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(*self.host, timeout=10)
        try:
            connection.putrequest(
                method, target, skip_host="Host" in headers, skip_accept_encoding=True
            )
            for name, value in headers.items():
                connection.putheader(name, value)
            if "Transfer-Encoding" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            text = response.read().decode("ascii")
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
        finally:
            connection.close()

    def register(self, body: Any = None, **signing: Any) -> int:
        answer = self.send("POST", "/user", REGISTRATION if body is None else body, **signing)
        assert answer.status == 200, answer.text
        user_id = answer.json["id"]
        assert isinstance(user_id, int)
        return user_id

    def confirm(self, user_id: int, channel: Any) -> Answer:
        code = {"code": self.sim.code_for(user_id, channel)}
        return self.send("PUT", f"/user/{user_id}/{channel}/confirm", code)


def to_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def a_simulator(**settings: Any) -> PayseraSimulator:
    given: dict[str, Any] = {"client_id": CLIENT_ID, "mac_key": MAC_KEY}
    given["clock"] = lambda: float(NOW)
    return PayseraSimulator(**(given | settings))


class Switch:
    """Hands each request to the simulator of the test that runs, so one server serves all."""

    app: PayseraSimulator

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Switch, str]]:
    switch = Switch()
    with serve(switch) as base_url:
        yield switch, base_url


@pytest.fixture
def start(server: tuple[Switch, str]) -> Callable[..., Api]:
    def start(**settings: Any) -> Api:
        switch, base_url = server
        switch.app = a_simulator(**settings)
        return Api(base_url, switch.app)

    return start


@pytest.fixture
def api(start: Callable[..., Api]) -> Api:
    return start()


# The signature: vectors V1-V7 and R1-R13, and one real request of the official PHP client.

OAUTH_BODY = (
    b"grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA"
    b"&redirect_uri=http%3A%2F%2Flocalhost%2Fabc"
)
CARD_BODY = (
    b'{\n    "user_id": 13,\n    "relation": {\n'
    b'        "redirect_back_uri": "http:\\/\\/example.com"\n    }\n}'
)
REGISTER_BODY = (
    b'{"email":"user@example.com",'
    b'"credentials":{"type":"main-password","password":"SecurePass123"}}'
)
CODE_BODY = b'{"code":"ABCDEF"}'
IDENTITY_BODY = (
    b'{"identity":{"name":"\\u0160ar\\u016bnas","surname":"Smith",'
    b'"nationality":"lt","code":"31001010000"}}'
)
PHP_BODY = (
    b'{"email":"email@example.com","phone":"37066612345","identity":{"name":"John",'
    b'"surname":"Smith","nationality":"lt","code":"31001010000"},"locale":"lt",'
    b'"credentials":{"type":"main-password","password":"secretPassword22"},'
    b'"parameters":{"phone_link":"myapp:\\/\\/phone_confirmation\\/{code}"}}'
)
PHP_NONCE = "}YP=&ortShM!XZbi[v+2bX)kV*q$w%#Q"
PHP_EXT = "body_hash=MtvIhGL26B3bBVQrO7iWxW4yi2RBQXnjnXTTJf0mRlk%3D"
PHP_MAC = "J+LRg3NqC0jTHC+C6qEFEFjlfHTM53IjPcpG0ZYKiRE="
WALLET = ("wallet.paysera.com", 443)
CODE_HASH = "body_hash=W%2F7LH8qoah3I9zzADTG1xd1Pg1TXJhZdn2UO0%2BW8SbI%3D"


@frozen
class Vector:
    name: str
    method: str
    target: str
    mac: str
    ext: str = ""
    body: bytes = b""
    at: tuple[str, int] = WALLET
    ts: int = NOW
    nonce: str = NONCE

    @property
    def header(self) -> str:
        header = f'MAC id="{CLIENT_ID}", ts="{self.ts}", nonce="{self.nonce}", mac="{self.mac}"'
        return header + (f', ext="{self.ext}"' if self.ext else "")

    def verify(self, **changes: Any) -> simulator.MacHeader:
        host, port = self.at
        given: dict[str, Any] = {
            "authorization": self.header,
            "key": MAC_KEY,
            "method": self.method,
            "target": self.target,
            "host": host,
            "port": port,
            "body": self.body,
        }
        return verify(**(given | changes))


VECTORS = [
    Vector(
        "V1",
        "GET",
        "/wallet/rest/v1/payment/10145",
        "d1OlqI77u2P1IVYIv2ppL3hnrBhyaQ+gDqYMxCH+0e0=",
        ts=1343818800,
    ),
    Vector(
        "V2",
        "POST",
        "/wallet/oauth/v1/",
        "YEIWoGDeREjJNh+IplpTcCLRNASTAMgFqa540igFcaY=",
        "body_hash=IftzxAtYliLQx46c2JAPidlHKqck0OXD7KmsHNnSptU%3D",
        OAUTH_BODY,
        ts=1343818800,
    ),
    Vector("V3", "GET", "/rest/v1/payment/10145", "/qxTA8FOgT0Dd0MHh9k/sUQ3Q38ckx8+S0PBxpIuttY="),
    Vector(
        "V4",
        "POST",
        "/rest/v1/user/1/identification-request",
        "VP7OZx/ItbyEHGNicOYD115jhOnysZqbDU88SPIaK18=",
    ),
    Vector(
        "V5", "GET", "/rest/v1/user/me/projects", "tS6cJNbG6eSZ8q+sZ0JdUR/mF5Zfvujc1qchXJVFs08="
    ),
    Vector(
        "V6",
        "POST",
        "/rest/v1/card",
        "IEAxJ4KXzScyq6jX/iSmrQ1sNAf4LI+3hM962VlWPkE=",
        "body_hash=QbSp3xrqzhDpmjuLmGjjmBDdLalG55QEJFX2W1jq3QI%3D",
        CARD_BODY,
    ),
    Vector(
        "V7",
        "GET",
        "/wallet/rest/v1/payment/10145",
        "xTCR/i6LKbhXoo4Fe77ECowrn+Q6uUdX7yxwS/lhDWU=",
        at=("www.webtopay.com", 443),
        ts=1343818800,
    ),
    Vector("R1", "GET", "/rest/v1/user/me", "eEWK5NIJMfJjgZFJXNaq7mL14awmuEdsfz5b76BH7SU="),
    Vector("R2", "GET", "/rest/v1/user/221", "9JanJHwnBfPdahjqd0I+kzbdEM/TRVY/h3xtAhzjos0="),
    Vector(
        "R3",
        "GET",
        "/rest/v1/user?email=something%40example.com",
        "E8NTUgoDDTdBqrcir9dBtzLq00cl1jBVyNmquVBVEW0=",
    ),
    Vector(
        "R4",
        "GET",
        "/rest/v1/user?person_code%5Blt%5D=31001010000",
        "nMEw/pJJXUp8lA7c457vTeSceDO7j5c+rr7Lggh9Vlo=",
    ),
    Vector(
        "R5",
        "GET",
        "/rest/v1/user?person_code[lt]=31001010000",
        "+X5BwAkZlcs8QLOacHWcHX+spUP4qtn7GHf1wau3zxs=",
    ),
    Vector(
        "R6",
        "POST",
        "/rest/v1/user",
        "GErHevfTeGFEkF5l+n0b7ysTxmE86/LWsKZciPXifO0=",
        "body_hash=kFpZvuzl4XoBtJfV5%2FxOOwatWtaMflqnCAdYD6T9Ljg%3D",
        REGISTER_BODY,
    ),
    Vector(
        "R7",
        "PUT",
        "/rest/v1/user/221/phone/confirm",
        "HEeETM9WdTy0jlTxu4EJhDSBAntuQT0MRPINBJ8n7SE=",
        CODE_HASH,
        CODE_BODY,
    ),
    Vector(
        "R8",
        "DELETE",
        "/rest/v1/user/221/avatar",
        "w/nqOXrqTo9yDTXbVNbMSpKWD9sDKksjUd62elzJ1Qc=",
    ),
    Vector(
        "R9",
        "GET",
        "/rest/v1/user/221",
        "XhUYrqU0zWCdu+yLzjiMikph4IB59XA9NVSZQh5FZiQ=",
        "project_id=42&location_id=7",
    ),
    Vector(
        "R10",
        "PUT",
        "/rest/v1/user/221/phone/confirm",
        "gHVRxygMOdsEpaXO9g5Q1ZDeLhuDMaXcrGnwE+DuN6g=",
        f"{CODE_HASH}&project_id=42",
        CODE_BODY,
    ),
    Vector(
        "R11",
        "GET",
        "/rest/v1/user/221",
        "WffYlVibv790NYyCXIRC211+aDi3Ed4vQwAfqlSlsyw=",
        at=("127.0.0.1", 8080),
    ),
    Vector(
        "R12",
        "GET",
        "/rest/v1/user/221",
        "QnAh5TWFd/6iPBeY5DQ1utmyAv56pui0/e9kL5uvJH8=",
        at=("localhost", 80),
    ),
    Vector(
        "R13",
        "PUT",
        "/rest/v1/user/221",
        "XfxaUy7RpAG3uTsGnLqCCPW9s7gppxAUlZDRhrLwCR4=",
        "body_hash=0YN01xO0m8rG75aj%2B9m6tLyrEjPJeeODBnqsVN29jbE%3D",
        IDENTITY_BODY,
    ),
    Vector(
        "PHP",
        "POST",
        "/rest/v1/user",
        PHP_MAC,
        PHP_EXT,
        PHP_BODY,
        at=("127.0.0.1", 38575),
        ts=1795182645,
        nonce=PHP_NONCE,
    ),
]
VECTOR = {vector.name: vector for vector in VECTORS}
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)


@each_vector
def test_a_documented_signature_is_genuine(vector: Vector) -> None:
    header = vector.verify()

    assert (header.id, header.ts, header.nonce) == (CLIENT_ID, str(vector.ts), vector.nonce)


@each_vector
@pytest.mark.parametrize("part", ["key", "method", "target", "host", "port", "body"])
def test_a_documented_signature_is_refused_for_another_request(vector: Vector, part: str) -> None:
    others: dict[str, Any] = {
        "key": MAC_KEY.swapcase(),
        "method": "PATCH",
        "target": vector.target + "?",
        "host": "wallet-sandbox.paysera.com",
        "port": 444,
        "body": vector.body + b" ",
    }

    with pytest.raises(MacError):
        vector.verify(**{part: others[part]})


def test_raw_and_encoded_brackets_are_signed_differently() -> None:
    with pytest.raises(MacError):
        VECTOR["R4"].verify(target=VECTOR["R5"].target)


@pytest.mark.parametrize("target", ["/rest/v1/user/221", "/rest/v1/user?email=a%40b.lt"])
def test_oauthlib_and_the_verifier_agree_where_both_know_the_protocol(target: str) -> None:
    headers = prepare_mac_header(
        CLIENT_ID,
        f"http://localhost:8080{target}",
        MAC_KEY,
        "PUT",
        ext="project_id=42",
        hash_algorithm="hmac-sha-256",
        draft=1,
    )

    header = verify(
        headers["Authorization"],
        key=MAC_KEY,
        method="PUT",
        target=target,
        host="localhost",
        port=8080,
        body=b"",
    )

    assert header.ext == "project_id=42"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "MAC",
        "MAC ",
        "Bearer abc",
        f"mac{VECTOR['R1'].header[3:]}",
        VECTOR["R1"].header + ",",
        VECTOR["R1"].header + ", ",
        VECTOR["R1"].header + ', realm="x"',
        VECTOR["R1"].header + f', id="{CLIENT_ID}"',
        VECTOR["R1"].header.replace('"', "'"),
        VECTOR["R1"].header.replace('", ', '"; '),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', 'ts=""'),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', f'ts="{NOW}.0"'),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', f'ts="-{NOW}"'),
        VECTOR["R1"].header.replace(f'nonce="{NONCE}", ', ""),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\\"),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\u0161"),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\t"),
    ],
)
def test_a_malformed_header_is_refused_without_showing_it(header: str) -> None:
    with pytest.raises(MacError) as caught:
        VECTOR["R1"].verify(authorization=header)

    assert CLIENT_ID not in str(caught.value)
    assert NONCE not in str(caught.value)


def test_the_order_of_the_header_does_not_matter() -> None:
    scheme, pairs = VECTOR["R1"].header.split(" ", 1)

    header = VECTOR["R1"].verify(authorization=f"{scheme} " + ",".join(pairs.split(", ")[::-1]))

    assert header.nonce == NONCE


# Signed requests over a socket.


def test_every_single_changed_byte_of_what_is_signed_is_refused(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)
    target = f"/rest/v1/user/{user_id}/phone"
    body = b'{"phone":"37066612345"}'
    host = f"{api.host[0]}:{api.host[1]}"
    whole = ["POST", target, host, api.sign("POST", target, body), body.decode()]
    accepted = []

    def send(parts: list[str]) -> int:
        method, target, host, authorization, text = parts
        headers = {"Host": host, "Authorization": authorization}
        headers["Content-Type"] = "application/json"
        return api.raw(method, target, text.encode("latin-1"), headers).status

    for part, value in enumerate(whole):
        for at, character in enumerate(value):
            changed = value[:at] + chr(ord(character) ^ 1) + value[at + 1 :]
            if send([*whole[:part], changed, *whole[part + 1 :]]) < 400:
                accepted.append((part, at))

    assert accepted == []
    with pytest.raises(LookupError):
        api.sim.code_for(user_id, "phone")
    assert send(whole) == 200  # the refused ones have not used up the nonce


def test_a_request_of_the_official_php_client_is_accepted_byte_for_byte(
    start: Callable[..., Api],
) -> None:
    vector = VECTOR["PHP"]
    api = start(clock=lambda: float(vector.ts))
    headers = {
        "Host": "127.0.0.1:38575",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Authorization": vector.header,
    }

    answer = api.raw("POST", vector.target, vector.body, headers)

    assert (answer.status, answer.json["id"]) == (200, 221)


def test_a_get_with_the_php_clients_form_content_type_is_not_refused(api: Api) -> None:
    user_id = api.register()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}

    answer = api.send("GET", f"/user/{user_id}", headers=headers)

    assert answer.status == 200


@pytest.mark.parametrize(
    "ext",
    [
        "",
        "&project_id=1",
        "project_id=42&location_id=7",
        "headers%5BAccept-Language%5D=lt",
        "unknown",
        "&&",
    ],
)
def test_an_ext_of_the_official_sdks_is_accepted_without_a_body(api: Api, ext: str) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", ext=ext)

    assert answer.status == 200


def test_an_empty_ext_and_an_absent_one_mean_the_same(api: Api) -> None:
    user_id = api.register()
    absent = api.sign("GET", f"/rest/v1/user/{user_id}")

    answer = api.send("GET", f"/user/{user_id}", authorization=absent + ', ext=""')

    assert "ext=" not in absent
    assert answer.status == 200


@pytest.mark.parametrize("safe", ["", "/", "/=", "/=?-._~"])
def test_any_encoding_of_the_body_hash_is_accepted(api: Api, safe: str) -> None:
    body = to_json(EMAIL_ONLY)

    answer = api.send("POST", "/user", body, ext=f"&body_hash={body_hash(body, safe=safe)}")

    assert answer.status == 200


@pytest.mark.parametrize("ext", ["", "project_id=42", f"body_hash={body_hash(b'{}')}"])
def test_a_body_without_its_hash_is_refused(api: Api, ext: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, ext=ext)

    assert answer.error == (401, "unauthorized")


def test_a_body_hash_for_no_body_is_refused(api: Api) -> None:
    answer = api.send("GET", "/user/221", ext=f"body_hash={body_hash(b'x')}")

    assert answer.error == (401, "unauthorized")


@pytest.mark.parametrize("nonce", [PHP_NONCE, "ends in a space ", "a,b=c%20'd'", " "])
def test_a_legal_nonce_may_hold_spaces_commas_and_equal_signs(api: Api, nonce: str) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", nonce=nonce)

    assert answer.status == 200


@pytest.mark.parametrize("nonce", ["", "back\\slash", "tab\t"])
def test_an_illegal_nonce_is_refused(api: Api, nonce: str) -> None:
    answer = api.send("GET", "/user/221", nonce=nonce)

    assert answer.error == (401, "unauthorized")


def test_a_nonce_is_accepted_once_for_each_key_id(api: Api) -> None:
    user_id = api.register()
    token = api.sim.issue_token(user_id)

    first = api.send("GET", f"/user/{user_id}", nonce="n")
    again = api.send("GET", f"/user/{user_id}", nonce="n", ts=str(NOW + 1))
    other_id = api.send("GET", f"/user/{user_id}", nonce="n", token=token)

    assert (first.status, other_id.status) == (200, 200)
    assert again.error == (401, "unauthorized")


def test_a_nonce_is_forgotten_only_when_its_timestamp_is_too_old(
    start: Callable[..., Api],
) -> None:
    now = [float(NOW)]
    api = start(clock=lambda: now[0])
    user_id = api.register()
    old = api.sign("GET", f"/rest/v1/user/{user_id}", nonce="n", ts=str(NOW + 300))
    assert api.send("GET", f"/user/{user_id}", authorization=old).status == 200

    now[0] = NOW + 600
    still_known = api.send("GET", f"/user/{user_id}", authorization=old)
    now[0] = NOW + 601
    too_old = api.send("GET", f"/user/{user_id}", authorization=old)
    fresh = api.send("GET", f"/user/{user_id}", nonce="n", ts=str(NOW + 601))

    assert still_known.error == (401, "unauthorized")
    assert too_old.error == (401, "invalid_timestamp")
    assert fresh.status == 200


@pytest.mark.parametrize(
    ("offset", "description"),
    [
        (-301, "Timestamp lifetime exceeded"),
        (-300, None),
        (300, None),
        (301, "Timestamp is in future"),
    ],
)
def test_a_timestamp_outside_the_window_is_refused(
    api: Api, offset: int, description: str | None
) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}", ts=str(NOW + offset))

    assert answer.json.get("error_description") == description
    if description:
        assert answer.error == (401, "invalid_timestamp")


def test_the_window_of_the_clock_is_a_setting(start: Callable[..., Api]) -> None:
    api = start(clock_window=1)

    answer = api.send("GET", "/user/221", ts=str(NOW - 2))

    assert answer.error == (401, "invalid_timestamp")


def test_a_skewed_clock_is_told_only_to_who_holds_the_key(api: Api) -> None:
    answer = api.send("GET", "/user/221", ts="1", key="wrong")

    assert answer.error == (401, "unauthorized")


@pytest.mark.parametrize("ts", ["now", "1343811600.0", "-1", "+1343811600", "1" * 16])
def test_a_timestamp_that_is_no_unix_time_is_refused_though_signed(api: Api, ts: str) -> None:
    answer = api.send("GET", "/user/221", ts=ts)

    assert answer.error == (401, "unauthorized")


def test_an_unsigned_request_is_unauthorized(api: Api) -> None:
    answer = api.raw("GET", "/rest/v1/user/221", b"", {})

    assert answer.error == (401, "unauthorized")


def test_an_unknown_key_id_is_unauthorized(api: Api) -> None:
    answer = api.send("GET", "/user/221", key_id="nobody")

    assert answer.error == (401, "unauthorized")


def test_a_host_header_without_a_port_means_443(api: Api) -> None:
    user_id = api.register()
    headers = {"Host": "Wallet.Paysera.com"}

    default = api.send(
        "GET", f"/user/{user_id}", headers=headers, host="wallet.paysera.com", port=443
    )
    other = api.send("GET", f"/user/{user_id}", headers=headers, host="wallet.paysera.com", port=80)

    assert default.status == 200
    assert other.error == (401, "unauthorized")


@pytest.mark.parametrize("host", ["[::1]:8080", "[::1]"])
def test_an_ipv6_host_keeps_its_brackets(api: Api, host: str) -> None:
    user_id = api.register()
    port = 8080 if host.endswith("8080") else 443

    answer = api.send("GET", f"/user/{user_id}", headers={"Host": host}, host="[::1]", port=port)

    assert answer.status == 200


def test_a_host_header_with_a_strange_port_is_refused(api: Api) -> None:
    answer = api.send("GET", "/user/221", headers={"Host": "127.0.0.1:http"})

    assert answer.status in (400, 401)


def test_brackets_may_be_sent_raw_or_encoded(api: Api) -> None:
    user_id = api.register()

    found = [
        api.send("GET", f"/user?person_code{brackets}=31001010000")
        for brackets in ("[lt]", "%5Blt%5D", "%5blt%5d")
    ]

    assert [(answer.status, answer.json["id"]) for answer in found] == [(200, user_id)] * 3


def test_a_signed_request_may_be_sent_by_requests(api: Api) -> None:
    body = to_json(EMAIL_ONLY)
    headers = {
        "Authorization": api.sign("POST", "/rest/v1/user", body),
        "Content-Type": "application/json",
    }

    response = requests.post(f"{api.base_url}/rest/v1/user", data=body, headers=headers, timeout=5)

    assert response.json()["id"] == 221


def test_a_chunked_body_is_hashed_like_any_other(api: Api) -> None:
    body = to_json(EMAIL_ONLY)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    headers = {
        "Authorization": api.sign("POST", "/rest/v1/user", body),
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }

    answer = api.raw("POST", "/rest/v1/user", chunked, headers)

    assert answer.status == 200


def test_a_refused_body_does_not_spoil_the_next_request_of_the_connection(api: Api) -> None:
    connection = http.client.HTTPConnection(*api.host, timeout=5)
    statuses = []

    for method, path in (("POST", "/nowhere"), ("GET", "/server")):
        connection.request(method, f"/rest/v1{path}", b"x" * 5000 if method == "POST" else None)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

    assert statuses == [404, 200]


def test_without_a_raw_target_the_decoded_one_is_quoted_again() -> None:
    sim = a_simulator()
    target = "/rest/v1/user?email=a%40example.com"
    authorization = signature("GET", target, host="localhost", port=443)
    environ = create_environ(target, headers={"Authorization": authorization})
    del environ["REQUEST_URI"], environ["RAW_URI"]

    _, status, _ = run_wsgi_app(sim, environ)

    assert status.startswith("404")  # signed well, but there is no such user


def test_the_simulator_can_be_called_without_a_socket() -> None:
    client = Client(a_simulator())

    response = client.get("/rest/v1/server")

    assert response.json == {"time": NOW}


# Server and configuration.


def test_the_server_tells_its_time_to_anyone(api: Api) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Authorization": "nonsense"})

    assert (answer.status, answer.json) == (200, {"time": NOW})


@pytest.mark.parametrize("length", [8, 12])
def test_the_configuration_tells_the_minimum_password_length(
    start: Callable[..., Api], length: int
) -> None:
    api = start(minimum_password_length=length)

    answer = api.raw("GET", "/rest/v1/configuration", b"", {})

    assert (answer.status, answer.json) == (200, {"minimum_password_length": length})


# Registration.


def test_the_documented_registration_is_answered_with_the_new_user(api: Api) -> None:
    answer = api.send("POST", "/user", REGISTRATION)

    assert answer.status == 200
    assert answer.json == {
        "id": 221,
        "dob": "1910-01-01",
        "gender": "male",
        "identity": REGISTRATION["identity"],
        "identification_level": "unidentified",
        "calculated_level": "unidentified",
        "wallets": [14471],
        "options": {"default_currency": "EUR"},
    }


def test_the_documented_registration_by_email_alone_is_accepted(api: Api) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert (answer.status, answer.json["id"]) == (200, 221)
    assert "identity" not in answer.json


def test_ids_count_up_from_221(api: Api) -> None:
    ids = [api.register({"phone": f"3706661234{digit}"}) for digit in range(3)]

    assert ids == [221, 222, 223]


def test_migrated_credentials_are_accepted_with_all_four_keys(api: Api) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": "hashedPassword",
        "password_salt": "base64Salt",
        "username": "johnsm",
    }

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.status == 200


@pytest.mark.parametrize("key", ["password", "password_salt", "username"])
def test_migrated_credentials_are_refused_without_any_of_the_four(api: Api, key: str) -> None:
    credentials = {
        "type": "pre-salt-sha1-base64",
        "password": "hashedPassword",
        "password_salt": "base64Salt",
        "username": "johnsm",
    }
    del credentials[key]

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {f"credentials.{key}"}


def test_the_official_swift_registration_by_phone_is_accepted(api: Api) -> None:
    body = {
        "phone": "37066612345",
        "locale": "en",
        "credentials": {"type": "main-password", "password": "SecurePass123"},
        "parameters": {"scopes": ["convert_currency"]},
    }

    answer = api.send("POST", "/user", body)

    assert answer.status == 200


def test_an_address_given_at_registration_is_shown(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY | {"address": ADDRESS | {"country": "LT"}})

    answer = api.send("GET", f"/user/{user_id}/address")

    assert answer.json == ADDRESS


def test_an_address_may_lack_its_post_index(api: Api) -> None:
    address = {key: ADDRESS[key] for key in ("country", "city", "street")}
    user_id = api.register(EMAIL_ONLY | {"address": address})

    answer = api.send("GET", f"/user/{user_id}/address")

    assert answer.json == address


VALID: dict[str, Any] = {
    **REGISTRATION,
    "address": ADDRESS,
    "card": {"issuer": "vilniecio", "number": "123"},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A valid registration with the value at this path replaced; None takes the key away."""
    body: dict[str, Any] = json.loads(json.dumps(VALID))
    *parents, last = path.split(".")
    holder = body
    for parent in parents:
        holder = holder[parent]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return body


def test_the_registration_that_the_next_tests_break_is_valid(api: Api) -> None:
    answer = api.send("POST", "/user", VALID)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("email", "no-at-sign", "invalid_format"),
        ("email", "a@b", "invalid_format"),
        ("email", "a b@example.com", "invalid_format"),
        ("email", "a@b@example.com", "invalid_format"),
        ("email", 1, "invalid_type"),
        ("phone", "+37066612345", "regex_failed"),
        ("phone", "0037066612345", "regex_failed"),
        ("phone", "370 666 12345", "regex_failed"),
        ("phone", "3706661234567890", "regex_failed"),
        ("phone", "\u0663\u0667\u0660", "regex_failed"),
        ("phone", 37066612345, "invalid_type"),
        ("phone", "", "is_blank"),
        ("locale", "de", "no_such_choice"),
        ("locale", "LT", "no_such_choice"),
        ("identity", "John Smith", "invalid_type"),
        ("identity", ["John"], "invalid_type"),
        ("identity.name", None, "is_blank"),
        ("identity.surname", "  ", "is_blank"),
        ("identity.nationality", "ltu", "no_such_country"),
        ("identity.nationality", "l1", "no_such_country"),
        ("identity.code", 31001010000, "invalid_type"),
        ("identity.code", None, "is_blank"),
        ("address.country", None, "is_blank"),
        ("address.country", "Lithuania", "no_such_country"),
        ("address.city", None, "is_blank"),
        ("address.street", None, "is_blank"),
        ("address.post_index", 11111, "invalid_type"),
        ("credentials", "secret", "invalid_type"),
        ("credentials.type", None, "is_blank"),
        ("credentials.type", "sha256", "no_such_choice"),
        ("credentials.type", ["main-password"], "invalid_type"),
        ("credentials.password", None, "is_blank"),
        ("credentials.password", 12345678, "invalid_type"),
        ("card.issuer", None, "is_blank"),
        ("card.number", 123, "invalid_type"),
        ("parameters", "x", "invalid_type"),
        ("parameters.phone_link", "myapp://confirm/", "regex_failed"),
        ("parameters.email_link", "myapp://confirm/%7Bcode%7D", "regex_failed"),
        ("parameters.scopes", "convert_currency", "invalid_type"),
    ],
)
def test_a_faulty_field_is_named_by_its_path(api: Api, path: str, value: Any, code: str) -> None:
    answer = api.send("POST", "/user", changed(path, value))

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {path}
    (fault,) = answer.json["errors"]
    assert (fault["field"], fault["code"]) == (path, code)
    assert answer.json["error_properties"] == {path: [fault["message"]]}


@pytest.mark.parametrize("path", ["email", "identity", "identity.name", "parameters.scopes"])
def test_an_explicit_null_is_refused(api: Api, path: str) -> None:
    body = json.loads(json.dumps(changed(path, "NULL")).replace('"NULL"', "null"))

    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {path}


def test_all_faults_of_a_body_are_told_at_once(api: Api) -> None:
    body = {
        "email": "nonsense",
        "phone": "+370",
        "locale": "xx",
        "identity": {"name": 1, "nationality": "zzz"},
        "address": {"city": ""},
        "credentials": {"type": "main-password"},
        "card": {},
        "parameters": {"phone_link": "x", "scopes": ["ok", 1]},
    }

    answer = api.send("POST", "/user", body)

    assert answer.fields == {
        "email",
        "phone",
        "locale",
        "identity.name",
        "identity.surname",
        "identity.nationality",
        "identity.code",
        "address.country",
        "address.city",
        "address.street",
        "credentials.password",
        "card.issuer",
        "card.number",
        "parameters.phone_link",
        "parameters.scopes[1]",
    }
    assert {fault["field"] for fault in answer.json["errors"]} == answer.fields
    assert all(isinstance(found, list) for found in answer.json["error_properties"].values())


def test_an_error_shows_no_value_that_was_sent(api: Api) -> None:
    body = REGISTRATION | {"email": "secret-mail", "phone": "secret-phone", "locale": "secret-l"}

    answer = api.send("POST", "/user", body)

    assert answer.status == 400
    assert "secret" not in answer.text


@pytest.mark.parametrize("body", [{}, {"locale": "lt"}, [], b""])
def test_a_registration_needs_an_email_or_a_phone(api: Api, body: Any) -> None:
    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {"email", "phone"}


def test_a_php_clients_empty_list_is_an_empty_object(api: Api) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY | {"parameters": []})

    assert answer.status == 200


def test_a_short_password_has_an_error_of_its_own(api: Api) -> None:
    answers = [
        api.send("POST", "/user", changed("credentials.password", password))
        for password in ("", "1234567", "12345678")
    ]

    assert [answer.status for answer in answers] == [400, 400, 200]
    assert [answer.error for answer in answers[:2]] == [(400, "password_too_short")] * 2


def test_a_migrated_hash_has_no_minimum_length(api: Api) -> None:
    credentials = {"type": "pre-salt-sha1-base64", "password": "x"}
    credentials |= {"password_salt": "y", "username": "z"}

    answer = api.send("POST", "/user", {"email": "a@example.com", "credentials": credentials})

    assert answer.status == 200


def test_credentials_can_be_made_required(start: Callable[..., Api]) -> None:
    api = start(credentials_required=True)

    answer = api.send("POST", "/user", {"email": "a@example.com"})

    assert answer.fields == {"credentials"}


def test_which_keys_of_an_identity_are_required_is_a_setting(start: Callable[..., Api]) -> None:
    api = start(identity_required=["name", "surname"])

    answer = api.send(
        "POST", "/user", EMAIL_ONLY | {"identity": {"name": "John", "surname": "Smith"}}
    )

    assert answer.json["identity"] == {"name": "John", "surname": "Smith"}


@pytest.mark.parametrize(("strict", "status"), [(False, 200), (True, 400)])
def test_unknown_keys_are_refused_only_if_told_so(
    start: Callable[..., Api], strict: bool, status: int
) -> None:
    api = start(refuse_unknown_keys=strict)
    body = REGISTRATION | {"shoe_size": 43, "identity": REGISTRATION["identity"] | {"x": 1}}

    answer = api.send("POST", "/user", body)

    assert answer.status == status
    if strict:
        assert answer.fields == {"shoe_size", "identity.x"}


CLASHES = [
    ("email", "email@example.com", "email_already_assigned"),
    ("email", "EMAIL@example.com", "email_already_assigned"),
    ("phone", "37066612345", "phone_already_assigned"),
    ("identity", REGISTRATION["identity"], "person_code_already_assigned"),
    ("identity", REGISTRATION["identity"] | {"nationality": "LT"}, "person_code_already_assigned"),
    ("card", {"issuer": "vilniecio", "number": "123"}, "card_already_assigned"),
]


@pytest.mark.parametrize(("key", "value", "code"), CLASHES)
def test_what_another_user_has_cannot_be_registered_again(
    api: Api, key: str, value: Any, code: str
) -> None:
    api.register(VALID)

    answer = api.send("POST", "/user", {"email": "other@example.com", key: value})

    assert answer.error == (400, code)
    assert "error_properties" not in answer.json


@pytest.mark.parametrize(("key", "value", "code"), CLASHES)
def test_the_status_of_already_assigned_is_a_setting(
    start: Callable[..., Api], key: str, value: Any, code: str
) -> None:
    api = start(already_assigned_status=409)
    api.register(VALID)

    answer = api.send("POST", "/user", {"email": "other@example.com", key: value})

    assert answer.error == (409, code)


def test_a_person_code_is_unique_only_within_its_nationality(api: Api) -> None:
    api.register()
    identity = REGISTRATION["identity"] | {"nationality": "ee"}

    answer = api.send("POST", "/user", EMAIL_ONLY | {"identity": identity})

    assert answer.status == 200


def test_a_refused_registration_leaves_nothing_behind(api: Api) -> None:
    api.register({"phone": "37066612345"})
    clash = {"email": "fresh@example.com", "phone": "37066612345"}
    assert api.send("POST", "/user", clash).status == 400

    answer = api.send("POST", "/user", {"email": "fresh@example.com"})

    assert (answer.status, answer.json["id"]) == (200, 222)


@pytest.mark.parametrize(
    ("permission", "method", "path", "body"),
    [
        ("register_user", "POST", "/user", EMAIL_ONLY),
        ("provide_registration_parameters", "POST", "/user", REGISTRATION),
        ("provide_identity", "PUT", "/user/221", {"identity": REGISTRATION["identity"]}),
        ("search_by_person_code", "GET", "/user?person_code[lt]=31001010000", None),
    ],
)
def test_a_missing_permission_is_forbidden(
    api: Api, permission: str, method: str, path: str, body: Any
) -> None:
    api.register()
    api.sim.permissions = api.sim.permissions - {permission}

    answer = api.send(method, path, body)

    assert answer.error == (403, "forbidden")


def test_registration_without_parameters_needs_no_permission_for_them(
    start: Callable[..., Api],
) -> None:
    api = start(permissions=["register_user"])

    answer = api.send("POST", "/user", EMAIL_ONLY)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/user", {"email": "new@example.com"}),
        ("GET", "/user?email=email%40example.com", None),
        ("PUT", "/user/me", {"identity": REGISTRATION["identity"]}),
        ("GET", "/user/222", None),
        ("GET", "/user/222/email", None),
        ("POST", "/user/222/email", {"email": "new@example.com"}),
    ],
)
def test_an_access_token_speaks_for_its_own_user_only(
    api: Api, method: str, path: str, body: Any
) -> None:
    token = api.sim.issue_token(api.register(), ["email", "identity"])
    api.register(EMAIL_ONLY)

    answer = api.send(method, path, body, token=token)

    assert answer.error == (403, "forbidden")


# Providing an identity.


def test_the_documented_identity_is_taken_and_shown(api: Api) -> None:
    user_id = api.register({"phone": "37066612345"})
    body = {"email": "user@example.com", "identity": REGISTRATION["identity"]}

    answer = api.send("PUT", f"/user/{user_id}", body)

    assert answer.json["identity"] == REGISTRATION["identity"]
    assert answer.json["identification_level"] == "unidentified"
    assert "email" not in answer.json
    assert len(api.sim.code_for(user_id, "email")) == 6


def test_providing_an_identity_leaves_the_level_as_the_review_team_set_it(api: Api) -> None:
    user_id = api.register()
    api.sim.set_level(user_id, "identified")

    answer = api.send("PUT", f"/user/{user_id}", {"identity": REGISTRATION["identity"]})

    assert answer.json["identification_level"] == "identified"


def test_an_identity_in_php_escapes_is_shown_with_the_same_escapes(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("PUT", f"/user/{user_id}", IDENTITY_BODY)

    assert answer.json["identity"]["name"] == "\u0160ar\u016bnas"
    assert '"name":"\\u0160ar\\u016bnas"' in answer.text


def test_a_known_contact_given_again_needs_no_new_code(api: Api) -> None:
    user_id = api.register()
    api.confirm(user_id, "email")
    code = api.sim.code_for(user_id, "phone")

    body = {"email": REGISTRATION["email"], "phone": REGISTRATION["phone"]}
    answer = api.send("PUT", f"/user/{user_id}", body)

    assert answer.json["email"] == REGISTRATION["email"]
    assert api.sim.code_for(user_id, "phone") == code
    with pytest.raises(LookupError):
        api.sim.code_for(user_id, "email")


@pytest.mark.parametrize(
    ("key", "value", "code"), [clash for clash in CLASHES if clash[0] != "card"]
)
def test_what_another_user_has_cannot_be_provided(
    api: Api, key: str, value: Any, code: str
) -> None:
    api.register(VALID)
    user_id = api.register({"phone": "37012345678"})

    answer = api.send("PUT", f"/user/{user_id}", {key: value})

    assert answer.error == (400, code)


def test_a_user_may_be_given_the_same_identity_twice(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}", {"identity": REGISTRATION["identity"]})

    assert answer.status == 200


def test_an_empty_update_is_refused(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}", {})

    assert answer.error == (400, "invalid_parameters")


def test_a_changed_identity_frees_the_old_person_code(api: Api) -> None:
    user_id = api.register()
    changed_identity = REGISTRATION["identity"] | {"code": "31001230000"}
    api.send("PUT", f"/user/{user_id}", {"identity": changed_identity})

    answer = api.send("POST", "/user", EMAIL_ONLY | {"identity": REGISTRATION["identity"]})

    assert answer.status == 200


# Reading a user.


def the_documented_user(api: Api) -> int:
    body = REGISTRATION | {
        "email": "something@example.com",
        "address": ADDRESS,
        "identity": REGISTRATION["identity"] | {"code": "31001230000"},
    }
    user_id = api.register(body)
    api.confirm(user_id, "email")
    api.confirm(user_id, "phone")
    api.sim.set_level(user_id, "fully_identified")
    return user_id


# Quoted from the documents, but for calculated_level, which their table has and their sample
# lacks.
DOCUMENTED_USER = {
    "id": 221,
    "email": "something@example.com",
    "phone": "37066612345",
    "address": ADDRESS,
    "dob": "1910-01-23",
    "gender": "male",
    "identity": {
        "name": "John",
        "surname": "Smith",
        "nationality": "lt",
        "code": "31001230000",
    },
    "identification_level": "fully_identified",
    "calculated_level": "fully_identified",
    "wallets": [14471],
    "options": {"default_currency": "EUR"},
}


def test_the_documented_user_is_shown_as_documented(api: Api) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json == DOCUMENTED_USER


HIDDEN_BY = [
    ("email", {"email"}),
    ("phone", {"phone"}),
    ("address", {"address"}),
    ("dob", {"dob"}),
    ("gender", {"gender"}),
    ("identification_level", {"identification_level", "calculated_level"}),
    ("wallet_list", {"wallets"}),
]


@pytest.mark.parametrize(("scope", "keys"), HIDDEN_BY)
def test_a_missing_scope_hides_its_keys_and_no_others(api: Api, scope: str, keys: set[str]) -> None:
    user_id = the_documented_user(api)
    api.sim.scopes = api.sim.scopes - {scope}

    answer = api.send("GET", f"/user/{user_id}")

    assert set(DOCUMENTED_USER) - set(answer.json) == keys
    assert set(answer.json) <= set(DOCUMENTED_USER)


def test_full_name_shows_only_the_names(api: Api) -> None:
    token = api.sim.issue_token(the_documented_user(api), ["full_name"])

    whole = api.send("GET", "/user/me", token=token)
    identity = api.send("GET", "/user/me/identity", token=token)

    assert whole.json["identity"] == {"name": "John", "surname": "Smith"}
    assert identity.json == {"name": "John", "surname": "Smith"}


def test_a_token_without_scopes_shows_the_id(api: Api) -> None:
    token = api.sim.issue_token(the_documented_user(api))

    answer = api.send("GET", "/user/me", token=token)

    assert answer.json == {"id": 221, "options": {"default_currency": "EUR"}}


@pytest.mark.parametrize(
    "suffix", ["", "_offline", "_optional", "_offline_optional"], ids=lambda s: s or "plain"
)
def test_a_scope_with_any_documented_suffix_shows_its_key(api: Api, suffix: str) -> None:
    token = api.sim.issue_token(the_documented_user(api), [f"email{suffix}"])

    answer = api.send("GET", "/user/me", token=token)

    assert "email" in answer.json
    assert "phone" not in answer.json


@pytest.mark.parametrize(
    ("scope", "status"),
    [("email", 403), ("email_optional", 403), ("email_offline", 200)],
)
def test_an_offline_scope_lets_the_client_read_without_the_user(
    start: Callable[..., Api], scope: str, status: int
) -> None:
    api = start(scopes=())
    user_id = the_documented_user(api)
    api.sim.issue_token(user_id, [scope])

    answer = api.send("GET", f"/user/{user_id}/email")

    assert answer.status == status


@pytest.mark.parametrize("scope", ["e-mail", "email_optional_offline"])
def test_an_unknown_scope_is_an_error_of_the_test(scope: str) -> None:
    with pytest.raises(ValueError, match="no such scope"):
        a_simulator(scopes=[scope])


def test_an_unknown_permission_is_an_error_of_the_test() -> None:
    with pytest.raises(ValueError, match="no such permission"):
        a_simulator(permissions=["fly"])


def test_me_needs_an_access_token(api: Api) -> None:
    api.register()

    answer = api.send("GET", "/user/me")

    assert answer.error == (403, "forbidden")


def test_an_unknown_user_is_not_found(api: Api) -> None:
    answer = api.send("GET", "/user/999")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["", "/email", "/phone", "/address", "/identity", "/wallets", "/confirmed-phones"]
)
def test_a_user_may_be_read_by_id_or_as_me(api: Api, path: str) -> None:
    user_id = the_documented_user(api)
    scopes = ["email", "phone", "address", "identity", "wallet_list"]
    token = api.sim.issue_token(user_id, scopes)

    by_id = api.send("GET", f"/user/{user_id}{path}", token=token)
    as_me = api.send("GET", f"/user/me{path}", token=token)

    assert by_id.status == 200
    assert by_id.json == as_me.json


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "something@example.com"),
        ("phone", "37066612345"),
        ("address", ADDRESS),
        ("identity", DOCUMENTED_USER["identity"]),
    ],
)
def test_a_single_field_is_answered_bare(api: Api, name: str, value: Any) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.json == value


def test_the_wallets_of_a_user_are_objects(api: Api) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", f"/user/{user_id}/wallets?inactive_included=true")

    (wallet,) = answer.json
    assert (wallet["id"], wallet["owner"]) == (14471, 221)
    assert wallet["account"]["number"] == "EVP0010001000101"
    assert wallet["account"]["owner_display_name"] == "John Smith"


FIELD_SCOPES = [
    ("email", "email"),
    ("phone", "phone"),
    ("address", "address"),
    ("identity", "identity"),
    ("wallets", "wallet_list"),
]


@pytest.mark.parametrize(("name", "scope"), FIELD_SCOPES)
def test_a_single_field_is_forbidden_without_its_scope(api: Api, name: str, scope: str) -> None:
    user_id = the_documented_user(api)
    api.sim.scopes = api.sim.scopes - {scope, "full_name"}

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize("name", [name for name, _ in FIELD_SCOPES])
def test_a_single_field_without_a_value_is_not_found(start: Callable[..., Api], name: str) -> None:
    api = start(wallet_on_registration=False)
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("GET", f"/user/{user_id}/{name}")

    assert answer.error == (404, "not_found")


def test_no_key_is_ever_null(start: Callable[..., Api]) -> None:
    api = start(wallet_on_registration=False, default_currency=None)
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json == {
        "id": 221,
        "identification_level": "unidentified",
        "calculated_level": "unidentified",
    }


def test_the_type_is_shown_only_if_enabled(start: Callable[..., Api]) -> None:
    api = start(show_type=True)
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}")

    assert answer.json["type"] == "natural"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_set_by_the_review_team_is_shown(api: Api, level: str) -> None:
    user_id = api.register()

    api.sim.set_level(user_id, level, calculated_level="semi_identified")

    shown = api.send("GET", f"/user/{user_id}").json
    assert (shown["identification_level"], shown["calculated_level"]) == (level, "semi_identified")


@pytest.mark.parametrize(
    ("nationality", "code", "born", "gender"),
    [
        ("lt", "31001230000", "1910-01-23", "male"),
        ("lt", "31001230008", "1910-01-23", "male"),
        ("lt", "32001230000", "1920-01-23", "male"),
        ("ee", "60002290000", "2000-02-29", "female"),
        ("lt", "19912310000", "1899-12-31", "male"),
        ("lt", "80001010000", "2100-01-01", "female"),
        ("lt", "40013010000", None, "female"),
        ("lt", "91001230000", None, None),
        ("lt", "01001230000", None, None),
        ("lt", "3100123000", None, None),
        ("lt", "3100123000x", None, None),
        ("lv", "31001230000", None, None),
        (None, "31001230000", None, None),
        ("lt", None, None, None),
    ],
)
def test_a_person_code_tells_birth_and_sex_whatever_its_check_digit(
    nationality: str | None, code: str | None, born: str | None, gender: str | None
) -> None:
    birthdate = birthdate_of(nationality, code)

    assert (birthdate.isoformat() if birthdate else None) == born
    assert gender_of(nationality, code) == gender


# Searching.


@pytest.mark.parametrize(
    "query",
    [
        "email=something%40example.com",
        "email=something@example.com",
        "email=Something%40Example.com",
        "phone=37066612345",
        "person_code[lt]=31001230000",
        "person_code[LT]=31001230000",
        "person_code%5Blt%5D=31001230000",
        "person_code=31001230000&nationality=lt",
        "nationality=lt&person_code=31001230000",
        "locale=lt&phone=37066612345",
    ],
)
def test_a_user_is_found_by_one_criterion(api: Api, query: str) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.json == DOCUMENTED_USER


def test_the_case_of_an_email_address_does_not_matter_to_a_search(api: Api) -> None:
    user_id = api.register({"email": "Mixed@Example.com"})
    api.confirm(user_id, "email")

    answer = api.send("GET", "/user?email=mIXED%40example.com")

    assert answer.json["email"] == "Mixed@Example.com"


@pytest.mark.parametrize(
    "query",
    [
        "email=nobody%40example.com",
        "phone=37012345678",
        "person_code[lt]=31001010000",
        "person_code[ee]=31001230000",
    ],
)
def test_an_unknown_person_is_not_found(api: Api, query: str) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"email", "phone", "person_code"}),
        ("nationality=lt", {"email", "phone", "person_code"}),
        ("shoe_size=43", {"email", "phone", "person_code"}),
        ("email=a%40example.com&phone=37066612345", {"email", "phone", "person_code"}),
        ("phone=37066612345&phone=37066612346", {"email", "phone", "person_code"}),
        ("person_code=31001230000", {"nationality"}),
        ("person_code[]=31001230000", {"nationality"}),
        ("person_code[ltu]=31001230000", {"nationality"}),
        ("person_code[lt]=", {"person_code"}),
        ("phone=+37066612345", {"phone"}),
        ("phone=0037066612345", {"phone"}),
        ("email=nonsense", {"email"}),
    ],
)
def test_a_search_without_exactly_one_good_criterion_is_refused(
    api: Api, query: str, fields: set[str]
) -> None:
    the_documented_user(api)

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


@pytest.mark.parametrize("query", ["email=email%40example.com", "phone=37066612345"])
def test_an_unconfirmed_contact_finds_nobody(api: Api, query: str) -> None:
    api.register()

    answer = api.send("GET", f"/user?{query}")

    assert answer.error == (404, "not_found")


# Phones, e-mail addresses and their codes.


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        (
            "phone",
            {"phone": "37066612345", "parameters": {"phone_link": "myapp://confirm/{code}"}},
        ),
        (
            "email",
            {"email": "test@example.com", "parameters": {"email_link": "myapp://confirm/{code}"}},
        ),
    ],
)
def test_a_documented_contact_is_shown_once_its_code_is_confirmed(
    api: Api, channel: Any, body: dict[str, Any]
) -> None:
    other = {"email": "user@example.com"} if channel == "phone" else {"phone": "37012345678"}
    user_id = api.register(other)

    assigned = api.send("POST", f"/user/{user_id}/{channel}", body)
    confirmed = api.confirm(user_id, channel)

    assert assigned.json["id"] == confirmed.json["id"] == user_id
    assert channel not in assigned.json
    assert confirmed.json[channel] == body[channel]


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_contact_given_at_registration_is_hidden_until_confirmed(api: Api, channel: Any) -> None:
    user_id = api.register()

    before = api.send("GET", f"/user/{user_id}")
    answer = api.confirm(user_id, channel)

    assert channel not in before.json
    assert answer.json[channel] == REGISTRATION[channel]


def test_unconfirmed_contacts_are_shown_if_told_so(start: Callable[..., Api]) -> None:
    api = start(show_unconfirmed_contacts=True)

    answer = api.send("POST", "/user", REGISTRATION)

    assert answer.json["email"] == REGISTRATION["email"]
    assert answer.json["phone"] == REGISTRATION["phone"]


def test_assigning_a_second_phone_changes_nothing_until_confirmed(api: Api) -> None:
    user_id = the_documented_user(api)

    api.send("POST", f"/user/{user_id}/phone", {"phone": "37012345678"})
    between = api.send("GET", f"/user/{user_id}/phone").json
    api.confirm(user_id, "phone")

    assert between == "37066612345"
    assert api.send("GET", f"/user/{user_id}/phone").json == "37012345678"


def test_confirmed_phones_lists_only_what_was_confirmed(api: Api) -> None:
    user_id = api.register()

    before = api.send("GET", f"/user/{user_id}/confirmed-phones")
    api.confirm(user_id, "phone")
    after = api.send("GET", f"/user/{user_id}/confirmed-phones")

    assert (before.json, after.json) == ([], ["37066612345"])


def test_confirmed_phones_are_forbidden_without_a_scope(api: Api) -> None:
    user_id = api.register()
    token = api.sim.issue_token(user_id, ["email"])

    answer = api.send("GET", "/user/me/confirmed-phones", token=token)

    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize(
    ("channel", "value", "code"),
    [
        ("phone", "37066612345", "phone_already_assigned"),
        ("email", "email@example.com", "email_already_assigned"),
    ],
)
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_contact_of_another_user_cannot_be_assigned(
    api: Api, channel: Any, value: str, code: str, confirmed: bool
) -> None:
    first = api.register()
    if confirmed:
        api.confirm(first, channel)
    user_id = api.register({"email": "b@example.com", "phone": "37012345678"})

    answer = api.send("POST", f"/user/{user_id}/{channel}", {channel: value})

    assert answer.error == (400, code)


@pytest.mark.parametrize(
    ("channel", "body", "fields"),
    [
        ("phone", {}, {"phone"}),
        ("phone", {"phone": "+370"}, {"phone"}),
        ("phone", {"phone": "37066612345", "parameters": {"phone_link": "x"}}, None),
        ("phone", {"phone": "37066612345", "parameters": {"scopes": [1]}}, None),
        ("email", {"email": "x", "parameters": {"email_link": "x"}}, None),
        ("email", {"email": ["a@example.com"]}, {"email"}),
    ],
)
def test_a_faulty_contact_is_refused(
    api: Api, channel: str, body: dict[str, Any], fields: set[str] | None
) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/{channel}", body)

    assert answer.error == (400, "invalid_parameters")
    if fields:
        assert answer.fields == fields


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_wrong_code_is_refused_and_confirms_nothing(api: Api, channel: Any) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/{channel}/confirm", {"code": "ABCDEF"})

    assert answer.error == (400, "invalid_code")
    assert channel not in api.send("GET", f"/user/{user_id}").json


@pytest.mark.parametrize("body", [{}, {"code": 123456}, {"code": ""}])
def test_a_confirmation_without_a_code_is_refused(api: Api, body: Any) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {"code"}


def test_a_contact_cannot_be_confirmed_twice(api: Api) -> None:
    user_id = api.register()
    code = {"code": api.sim.code_for(user_id, "phone")}
    api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    assert answer.error == (409, "invalid_state")


def test_after_five_wrong_codes_the_right_one_is_refused_too(api: Api) -> None:
    user_id = api.register()
    path = f"/user/{user_id}/phone/confirm"

    wrong = [api.send("PUT", path, {"code": "WRONG"}).error for _ in range(5)]
    right = api.confirm(user_id, "phone")

    assert wrong == [(400, "invalid_code")] * 5
    assert right.error == (429, "rate_limit_exceeded")
    assert right.headers["g-recaptcha-key"]
    assert right.headers["recaptcha-unlock-url"]


def test_a_new_code_may_be_tried_again(api: Api) -> None:
    user_id = api.register()
    old = api.sim.code_for(user_id, "phone")
    for _ in range(6):
        api.send("PUT", f"/user/{user_id}/phone/confirm", {"code": "WRONG"})

    api.send("POST", f"/user/{user_id}/phone", {"phone": "37066612345"})
    answer = api.confirm(user_id, "phone")

    assert answer.status == 200
    assert old != api.sim.code_for(user_id, "email")


def test_the_number_of_codes_sent_can_be_limited(start: Callable[..., Api]) -> None:
    api = start(code_send_limit=2)
    user_id = api.register()
    path, body = f"/user/{user_id}/phone", {"phone": "37066612345"}

    answers = [api.send("POST", path, body) for _ in range(2)]

    assert answers[0].status == 200
    assert answers[1].error == (429, "rate_limit_exceeded")


def test_a_code_is_six_capital_letters_that_the_seed_decides(start: Callable[..., Api]) -> None:
    codes = []
    for seed in ("a", "a", "b"):
        api = start(seed=seed)
        user_id = api.register()
        first = api.sim.code_for(user_id, "phone")
        api.send("POST", f"/user/{user_id}/phone", {"phone": "37066612345"})
        codes.append((first, api.sim.code_for(user_id, "phone")))

    assert codes[0] == codes[1] != codes[2]
    assert codes[0][0] != codes[0][1]
    assert all(len(code) == 6 and code.isalpha() and code.isupper() for code in codes[0])


def test_the_code_of_one_channel_does_not_confirm_the_other(api: Api) -> None:
    user_id = api.register()
    code = {"code": api.sim.code_for(user_id, "email")}

    answer = api.send("PUT", f"/user/{user_id}/phone/confirm", code)

    assert answer.error == (400, "invalid_code")


def test_the_defaults_are_those_that_the_documents_make_likeliest() -> None:
    sim = PayseraSimulator(client_id=CLIENT_ID, mac_key=MAC_KEY)

    numbers = (sim.clock_window, sim.fallback_port, sim.minimum_password_length)
    statuses = (sim.already_assigned_status, sim.expired_token_status, sim.wrong_method_status)
    assert numbers == (300, 443, 8)
    assert statuses == (400, 400, 405)
    assert (sim.code_rate_limit, sim.code_send_limit, sim.token_lifetime) == (5, None, None)
    assert not any((sim.refuse_unknown_keys, sim.show_type, sim.show_unconfirmed_contacts))


def test_the_controls_of_a_test_refuse_an_unknown_user(api: Api) -> None:
    for control in (
        lambda: api.sim.issue_token(999),
        lambda: api.sim.code_for(999, "phone"),
        lambda: api.sim.set_level(999, "identified"),
    ):
        with pytest.raises(LookupError):
            control()


@pytest.mark.parametrize("status", [400, 401])
def test_an_expired_token_is_an_invalid_grant(start: Callable[..., Api], status: int) -> None:
    now = [float(NOW)]
    api = start(token_lifetime=60, clock=lambda: now[0], expired_token_status=status)
    token = api.sim.issue_token(api.register())

    fresh = api.send("GET", "/user/me", token=token)
    now[0] += 60
    expired = api.send("GET", "/user/me", token=token)

    assert fresh.status == 200
    assert expired.error == (status, "invalid_grant")
    assert expired.json["error_description"] == "Token has expired"


def test_the_key_of_one_token_does_not_sign_for_another(api: Api) -> None:
    tokens = [api.sim.issue_token(api.register(body)) for body in (REGISTRATION, EMAIL_ONLY)]

    answer = api.send("GET", "/user/me", key_id=tokens[0].access_token, key=tokens[1].mac_key)

    assert answer.error == (401, "unauthorized")


# HTTP and JSON.


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff",
        b'{"email":NaN}',
        b'{"email":"\\ud800@example.com"}',
        b"[" * 100_000,
        b'"text"',
        b"1",
        b"null",
        b'["email"]',
    ],
    ids=lambda body: body[:30],
)
def test_a_malformed_body_is_an_invalid_request(api: Api, body: bytes) -> None:
    answer = api.send("POST", "/user", body)

    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_not_acceptable(api: Api, content_type: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, headers={"Content-Type": content_type})

    assert answer.error == (406, "not_acceptable")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", "Application/JSON"]
)
def test_a_json_body_may_name_its_charset(api: Api, content_type: str) -> None:
    answer = api.send("POST", "/user", EMAIL_ONLY, headers={"Content-Type": content_type})

    assert answer.status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_a_caller_that_takes_no_json_is_told_so_in_plain_text(api: Api, accept: str) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Accept": accept})

    assert (answer.status, answer.headers["content-type"]) == (406, "text/plain")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/*",
        "text/html, */*;q=0.1",
        "",
        "application/json;v=1",
    ],
)
def test_a_caller_that_takes_json_gets_it(api: Api, accept: str) -> None:
    answer = api.raw("GET", "/rest/v1/server", b"", {"Accept": accept})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/users"),
        ("GET", "/user/"),
        ("GET", "/user/221/"),
        ("GET", "/user/0"),
        ("GET", "/user/0221"),
        ("GET", "/user/-1"),
        ("GET", "/user/abc"),
        ("GET", "/user/221/shoes"),
        ("GET", "//user/221"),
        ("GET", "/user/" + "9" * 5000),
    ],
)
def test_an_unknown_route_is_not_found(api: Api, method: str, path: str) -> None:
    answer = api.send(method, path)

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/user/221"), ("PATCH", "/user/221"), ("POST", "/server"), ("PUT", "/user")],
)
@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_method_is_not_found(
    start: Callable[..., Api], method: str, path: str, status: int
) -> None:
    api = start(wrong_method_status=status)

    answer = api.send(method, path)

    assert answer.error == (status, "not_found")


@pytest.mark.parametrize("path", ["/server", "/nowhere", "/user/221"])
def test_every_answer_is_plain_json_with_a_correlation_id_of_its_own(api: Api, path: str) -> None:
    answers = [api.raw("GET", f"/rest/v1{path}", b"", {}) for _ in range(2)]

    assert [answer.headers["content-type"] for answer in answers] == ["application/json"] * 2
    assert len({answer.headers["paysera-correlation-id"] for answer in answers}) == 2


def test_json_is_spelled_as_php_spells_it() -> None:
    text = encode({"url": "http://a/b", "name": "\u0160", "none": []})

    assert text == '{"url":"http:\\/\\/a\\/b","name":"\\u0160","none":[]}'


def test_nothing_to_say_is_answered_with_204() -> None:
    response = answer(None)

    assert (response.status_code, response.get_data()) == (204, b"")
    assert "Content-Type" not in response.headers


def test_a_failure_of_the_simulator_is_an_internal_server_error(
    start: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> float:
        raise RuntimeError("email@example.com")

    api = start(clock=broken)

    answer = api.raw("GET", "/rest/v1/server", b"", {})

    assert answer.error == (500, "internal_server_error")
    assert "RuntimeError" in caplog.text
    assert "email@example.com" not in caplog.text


# What is kept, and what is not said.


def test_the_log_tells_method_path_and_status_and_no_query(api: Api) -> None:
    user_id = api.register()
    api.sim.clear_log()

    api.send("GET", f"/user/{user_id}")
    api.send("GET", "/user?email=email%40example.com")
    api.send("POST", "/nowhere", {"a": 1})

    assert api.sim.log == [
        LoggedRequest("GET", "/rest/v1/user/221", 200),
        LoggedRequest("GET", "/rest/v1/user", 404),
        LoggedRequest("POST", "/rest/v1/nowhere", 404),
    ]


def test_no_personal_value_and_no_secret_is_in_any_repr_or_log(
    start: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = start(seed="kept to itself")
    user_id = api.register(VALID)
    token = api.sim.issue_token(user_id, ["email"])
    api.send("GET", "/user?person_code[lt]=31001010000")
    api.send("PUT", f"/user/{user_id}/phone/confirm", {"code": "ABCDEF"})
    code = api.sim.code_for(user_id, "phone")
    private = ["email@example.com", "37066612345", "John", "Smith", "31001010000", "Vilnius"]
    private += ["Lauko", "secretPassword22", MAC_KEY, token.access_token, token.mac_key, code]
    private += ["kept to itself", VECTOR["R1"].mac]

    seen = [repr(api.sim), repr(api.sim.log), repr(token), repr(api.sim._store), caplog.text]
    account = api.sim._store.account(user_id)
    assert account
    rows = [account, account.email, account.phone, account.identity, account.address, account.card]
    seen += [repr(row) for row in [*rows, VECTOR["R1"].verify()]]

    assert [(value, text) for value in private for text in seen if value in text] == []


def test_a_request_sent_by_many_threads_is_accepted_once(api: Api) -> None:
    user_id = api.register()
    authorization = api.sign("GET", f"/rest/v1/user/{user_id}")

    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda _: api.send("GET", f"/user/{user_id}", authorization=authorization),
                range(32),
            )
        )

    assert sorted(answer.status for answer in answers) == [200] + [401] * 31


def test_users_registered_by_many_threads_get_different_ids_and_one_gets_the_phone(
    api: Api,
) -> None:
    barrier = threading.Barrier(16)

    def register(number: int) -> list[Answer]:
        barrier.wait()
        alone = api.send("POST", "/user", {"email": f"user{number}@example.com"})
        return [alone, api.send("POST", "/user", {"phone": "37066612345"})]

    with ThreadPoolExecutor(16) as pool:
        pairs = list(pool.map(register, range(16)))

    assert len({alone.json["id"] for alone, _ in pairs}) == 16
    assert sorted(shared.status for _, shared in pairs) == [200] + [400] * 15


def test_the_simulator_imports_nothing_of_the_library_or_the_adapter() -> None:
    allowed = {"attrs", "werkzeug", *sys.stdlib_module_names}
    package = Path(simulator.__file__).parent
    foreign = []

    for module in package.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{module.name} imports from outside its package"
                names = [] if node.level else [node.module or ""]
            else:
                continue
            foreign += [n for n in names if n.split(".")[0] not in allowed | {"_typeshed"}]

    assert foreign == []
