"""The Paysera simulator answers what official SDKs were seen to send, byte for byte."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests
from attrs import define

from onboarding_simulators.paysera import Token

from .api import (
    ADDRESS,
    CLIENT_ID,
    DOCUMENTED_USER,
    NONCE,
    Answer,
    Api,
    body_hash,
    signature,
    the_documented_user,
)
from .vectors import PHP_BODY, VECTOR

AGENT = "Paysera WalletApi PHP library"
FORM = "application/x-www-form-urlencoded"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and so on \x00\xff"


def exchange(api: Api, sent: bytes) -> Answer:
    """Writes these bytes to the socket, and reads one answer."""
    with socket.create_connection(api.host, timeout=5) as connection:
        connection.sendall(sent)
        response = http.client.HTTPResponse(connection)
        response.begin()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, response.read())


@define
class Php:
    """Writes what the official PHP client wrote: its headers, their order, nothing else."""

    api: Api
    sent: int = 0

    def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        content_type: str = "application/json",
        token: Token | None = None,
    ) -> Answer:
        host, port = self.api.host
        self.sent += 1
        nonce = f"}}YP=&ortShM!XZbi[v+2bX)kV*q$w%#{self.sent:02d} "  # ends in a space, as some did
        key = {"key_id": token.access_token, "key": token.mac_key} if token else {}
        mac = signature(method, target, host=host, port=port, body=body, nonce=nonce, **key)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}:{port}", "Accept: */*"]
        if method in ("GET", "DELETE"):
            lines += [f"User-Agent: {AGENT}", f"Authorization: {mac}"]
            lines += ["Content-Length: 0", f"Content-Type: {FORM}"]
        else:
            lines += [f"Content-Type: {content_type}", f"User-Agent: {AGENT}"]
            lines += [f"Authorization: {mac}", f"Content-Length: {len(body)}"]
        return exchange(self.api, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def form(self, target: str, body: str) -> Answer:
        return self.call("POST", target, body.encode(), content_type=FORM)


@pytest.fixture
def php(api: Api) -> Php:
    return Php(api)


def read_by_php(answer: Answer) -> Any:
    """The value that the PHP client makes of an answer; it fails where that client would."""
    if answer.status == 204:
        assert answer.content == b""
        return None
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/json"  # with a charset, it reads nothing
    assert answer.content  # an empty 200 is an error to it
    return json.loads(answer.content)


# Byte for byte.


def test_the_recorded_registration_is_answered_with_the_user(start: Callable[..., Api]) -> None:
    vector = VECTOR["PHP"]
    api = start(clock=lambda: float(vector.ts))
    head = (
        "POST /rest/v1/user HTTP/1.1\r\n"
        "Host: 127.0.0.1:38575\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/json\r\n"
        f"User-Agent: {AGENT}\r\n"
        'Authorization: MAC id="wkVd93h2uS", ts="1795182645", '
        'nonce="}YP=&ortShM!XZbi[v+2bX)kV*q$w%#Q", '
        'mac="J+LRg3NqC0jTHC+C6qEFEFjlfHTM53IjPcpG0ZYKiRE=", '
        'ext="body_hash=MtvIhGL26B3bBVQrO7iWxW4yi2RBQXnjnXTTJf0mRlk%3D"\r\n'
        "Content-Length: 286\r\n\r\n"
    )

    user = read_by_php(exchange(api, head.encode() + PHP_BODY))

    assert user["id"] == 221
    assert user["identity"] == json.loads(PHP_BODY)["identity"]
    assert api.sim.credentials_of(221) == json.loads(PHP_BODY)["credentials"]


OUTCOMES = {
    "R1": 403,  # client credentials cannot say me
    "R2": 200,
    "R3": 200,
    "R4": 200,
    "R5": 200,
    "R6": 200,
    "R7": 400,  # the code is another one
    "R8": 204,
    "R9": 200,
    "R10": 400,
    "R11": 200,
    "R12": 200,
    "R13": 200,
    "V3": 404,  # a payment is none of the user's
    "V4": 404,  # there is no user 1
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_request_with_a_published_signature_is_answered(
    start: Callable[..., Api], name: str
) -> None:
    vector = VECTOR[name]
    api = start(fallback_port=80 if name == "R12" else 443)
    prepared(api)
    host, port = vector.at
    lines = [f"{vector.method} {vector.target} HTTP/1.1"]
    lines += [f"Host: {host}:{port}" if port == 8080 else f"Host: {host}", "Accept: */*"]
    lines += ["Content-Type: application/json", f"User-Agent: {AGENT}"]
    lines += [f"Authorization: {vector.header}", f"Content-Length: {len(vector.body)}"]

    answer = exchange(api, "\r\n".join([*lines, "", ""]).encode("latin-1") + vector.body)

    assert answer.status == OUTCOMES[name], answer.text


def prepared(api: Api) -> None:
    """User 221, who has all that the vectors ask for: a code, a code of person, a picture."""
    user_id = the_documented_user(api)
    body = {"identity": {"name": "J", "surname": "S", "nationality": "lt", "code": "31001010000"}}
    api.send("PUT", f"/user/{user_id}", body)
    api.send("POST", f"/user/{user_id}/phone", {"phone": "37060000000"})
    as_jpeg = {"Content-Type": "image/jpeg"}
    api.send("PUT", f"/user/{user_id}/avatar", JPEG, headers=as_jpeg)


# Each user method of the PHP client.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", DOCUMENTED_USER),
        ("/email", "something@example.com"),
        ("/phone", "37066612345"),
        ("/address", ADDRESS),
        ("/identity", DOCUMENTED_USER["identity"]),
        ("/confirmed-phones", ["37066612345"]),
        ("/pes", [{"name": "John Smith", "relation": "self", "positions": ["judge"]}]),
    ],
)
@pytest.mark.parametrize("user", ["221", "me"])
def test_what_the_php_client_gets(php: Php, user: str, name: str, value: Any) -> None:
    user_id = the_documented_user(php.api)
    scopes = php.api.sim.scopes
    token = php.api.sim.issue_token(user_id, scopes) if user == "me" else None
    if name == "/pes":
        php.api.sim.set_pep(user_id, [("John Smith", "self", ["judge"])])

    read = read_by_php(php.call("GET", f"/rest/v1/user/{user}{name}", token=token))

    assert read == value


def test_the_php_client_gets_wallets_as_objects(php: Php) -> None:
    the_documented_user(php.api)

    (wallet,) = read_by_php(php.call("GET", "/rest/v1/user/221/wallets"))

    # What its `decodeWallet` and `decodeAccount` read.
    assert {"id", "owner", "account"} <= set(wallet)
    assert {"number", "owner_display_name", "owner_title", "owner_type", "type", "flags"} <= set(
        wallet["account"]
    )


def test_the_php_client_confirms_a_phone(php: Php) -> None:
    user_id = php.api.register()
    code = php.api.sim.code_for(user_id, "phone")
    target = f"/rest/v1/user/{user_id}/phone/confirm"

    user = read_by_php(php.call("PUT", target, f'{{"code":"{code}"}}'.encode()))

    assert user["phone"] == "37066612345"


def test_the_php_client_enables_a_service_without_a_body(php: Php) -> None:
    user_id = php.api.register()

    service = read_by_php(php.call("PUT", f"/rest/v1/user/{user_id}/service/paysera_app"))

    assert (service["service"], service["status"]) == ("paysera_app", "enabled")


def test_the_php_client_puts_and_deletes_an_avatar(php: Php) -> None:
    user_id = php.api.register()
    target = f"/rest/v1/user/{user_id}/avatar"

    put = php.call("PUT", target, JPEG, content_type="image/jpeg")
    shown = requests.get(f"{php.api.base_url}/avatar/{user_id}.jpg", timeout=5)
    deleted = php.call("DELETE", target)

    assert shown.content == JPEG
    assert (read_by_php(put), read_by_php(deleted)) == (None, None)


def decoded(answer: Answer) -> Token:
    """What the PHP client's `decodeAccessToken` makes of an answer."""
    given = read_by_php(answer)
    assert (given["token_type"], given["mac_algorithm"]) == ("mac", "hmac-sha-256")
    assert isinstance(given["expires_in"], int)
    return Token(
        access_token=given["access_token"],
        mac_key=given["mac_key"],
        user_id=0,
        scopes=frozenset(),
        refresh_token=given["refresh_token"],
    )


def test_the_php_client_exchanges_a_code_that_its_own_address_led_to(php: Php) -> None:
    the_documented_user(php.api)
    query = (
        f"response_type=code&client_id={CLIENT_ID}&scope=email+identity_offline"
        "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=0123456789abcdef"
    )
    login = {"username": "something@example.com", "password": "secretPassword22"}
    url = f"{php.api.base_url}/frontend/lt/oauth?{query}"
    response = requests.post(
        url, data=login | {"decision": "allow"}, timeout=5, allow_redirects=False
    )
    location = response.headers["Location"]
    code = location.removeprefix("https://app.example/cb?code=").removesuffix(
        "&state=0123456789abcdef"
    )

    body = f"grant_type=authorization_code&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
    token = decoded(php.form("/oauth/v1/token", body))

    user = read_by_php(php.call("GET", "/rest/v1/user/me", token=token))
    assert set(user) == {"id", "email", "identity", "options"}


def test_the_php_client_logs_a_user_in_by_password(php: Php) -> None:
    the_documented_user(php.api)
    body = (
        "grant_type=password&username=something%40example.com&password=secretPassword22"
        "&scope=email+phone"
    )

    token = decoded(php.form("/oauth/v1/token", body))

    user = read_by_php(php.call("GET", "/rest/v1/user/me", token=token))
    assert set(user) == {"id", "email", "phone", "options"}


def test_the_php_client_refreshes_once_and_repeats_its_request(start: Callable[..., Api]) -> None:
    now = [1343811600.0]
    php = Php(start(clock=lambda: now[0], token_lifetime=60))
    old = php.api.sim.issue_token(the_documented_user(php.api), ["email"])
    now[0] += 60
    php.api.sim.clear_log()

    expired = php.call("GET", "/rest/v1/user/me", token=old)
    body = f"grant_type=refresh_token&refresh_token={old.refresh_token}"
    new = decoded(php.form("/oauth/v1/token", body))
    user = read_by_php(php.call("GET", "/rest/v1/user/me", token=new))

    assert expired.error == (400, "invalid_grant")
    assert expired.headers["content-type"] == "application/json"
    assert user["email"] == "something@example.com"
    assert [request.path for request in php.api.sim.log] == [
        "/rest/v1/user/me",
        "/oauth/v1/token",
        "/rest/v1/user/me",
    ]


def test_the_php_client_revokes_a_token(php: Php) -> None:
    token = php.api.sim.issue_token(the_documented_user(php.api))

    revoked = php.call("DELETE", f"/oauth/v1/token?access_token={token.access_token}")

    assert read_by_php(revoked) is None
    assert php.call("GET", "/rest/v1/user/me", token=token).error == (401, "unauthorized")


def test_the_php_client_makes_a_session(php: Php) -> None:
    body = (
        f"response_type=code&client_id={CLIENT_ID}&scope=email"
        "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=0123456789abcdef"
        "&user%5Bemail%5D=a%40example.com"
    )

    read = read_by_php(php.form("/oauth/v1/session", body))

    page = requests.get(f"{php.api.base_url}/frontend/lt/oauth/{read['key']}", timeout=5)
    assert 'value="a@example.com"' in page.text


def test_the_php_client_fetches_the_public_key_without_a_signature(php: Php) -> None:
    response = requests.get(f"{php.api.base_url}/publickey", timeout=5)

    assert response.text.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert response.text.endswith("-----END PUBLIC KEY-----\n")


def test_the_php_client_repeats_its_request_after_a_502(php: Php) -> None:
    user_id = php.api.register()
    php.api.sim.misbehave(kind="bad_gateway", times=1)

    statuses = [php.call("GET", f"/rest/v1/user/{user_id}").status for _ in range(2)]

    assert statuses == [502, 200]


# What the Java and the Swift SDK do otherwise.


@pytest.mark.parametrize("body", [b"{}", b""])
@pytest.mark.parametrize("ext", ["", "&project_id=1"])
def test_an_ext_is_always_there_and_a_post_without_a_body_may_hold_an_empty_object(
    api: Api, body: bytes, ext: str
) -> None:
    user_id = api.register()
    if body:
        ext = f"body_hash={body_hash(body, safe='/?-._~')}{ext}"

    answers = []
    for number, path in enumerate(("contact-book", "identification-request")):
        target = f"/rest/v1/user/{user_id}/{path}"
        host, port = api.host
        mac = signature(
            "POST", target, host=host, port=port, body=body, ext=ext, nonce=f"{NONCE}{number}"
        )
        header = mac if ", ext=" in mac else f'{mac}, ext=""'
        headers = {"Authorization": header, "Content-Type": "application/json"}
        answers.append(api.raw("POST", target, body, headers))

    assert [answer.status for answer in answers] == [200, 200]
    assert all("id" in answer.json for answer in answers)


def test_a_flat_person_code_with_its_nationality_finds_the_user(api: Api) -> None:
    user_id = the_documented_user(api)

    answer = api.send("GET", "/user?person_code=31001230000&nationality=LT")

    assert answer.json["id"] == user_id


def test_each_vector_is_replayed_here_or_is_about_something_else() -> None:
    elsewhere = {
        "V1",  # an address before this version
        "V2",
        "V5",  # projects
        "V6",  # cards
        "V7",
        "PHP",  # by a test of its own
    }

    assert set(VECTOR) == set(OUTCOMES) | elsewhere
