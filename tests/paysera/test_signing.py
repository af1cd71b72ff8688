"""The MAC signature against every vector there is, a second opinion, and a real socket."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth2.rfc6749.tokens import prepare_mac_header  # type: ignore[import-untyped]  # no stubs
from onboarding import Connection, Secret
from onboarding.aio import AsyncGateway
from onboarding.gateway import Gateway
from onboarding.http import Flow
from onboarding.spi import Proof, Request, Response
from onboarding.urls import url

from onboarding_paysera import Paysera
from onboarding_paysera.protocol import authorization
from onboarding_simulators.paysera import verify

CLIENT_ID = "wkVd93h2uS"
MAC_KEY = "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
NONCE = "nQnNaSNyubfPErjRO55yaaEYo9YZfKHN"
WALLET = "https://wallet.paysera.com"

TOKEN_BODY = (
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
    b'{"identity":{"name":"\\u0160ar\\u016bnas","surname":"Smith","nationality":"lt",'
    b'"code":"31001010000"}}'
)
RECORDED_BODY = (
    b'{"email":"email@example.com","phone":"37066612345","identity":{"name":"John",'
    b'"surname":"Smith","nationality":"lt","code":"31001010000"},"locale":"lt","credentials":'
    b'{"type":"main-password","password":"secretPassword22"},"parameters":{"phone_link":'
    b'"myapp:\\/\\/phone_confirmation\\/{code}"}}'
)


@frozen
class Vector:
    """One signed request: from Paysera's documents, its official client, or its client's tests."""

    name: str
    ts: int
    method: str
    url: str
    ext: str
    mac: str
    body: bytes = b""
    parameters: dict[str, str] = field(factory=dict)
    nonce: str = NONCE


LATE, EARLY = 1343818800, 1343811600
PAIR = {"project_id": "42", "location_id": "7"}

VECTORS = (
    # PHP MacTest
    Vector("V1", LATE, "GET", f"{WALLET}/wallet/rest/v1/payment/10145", "",
           "d1OlqI77u2P1IVYIv2ppL3hnrBhyaQ+gDqYMxCH+0e0="),
    Vector("V2", LATE, "POST", f"{WALLET}/wallet/oauth/v1/",
           "body_hash=IftzxAtYliLQx46c2JAPidlHKqck0OXD7KmsHNnSptU%3D",
           "YEIWoGDeREjJNh+IplpTcCLRNASTAMgFqa540igFcaY=", TOKEN_BODY),
    # docs: guides/wallet/authentication
    Vector("V3", EARLY, "GET", f"{WALLET}/rest/v1/payment/10145", "",
           "/qxTA8FOgT0Dd0MHh9k/sUQ3Q38ckx8+S0PBxpIuttY="),
    # docs: /lt/wallet/user-identification
    Vector("V4", EARLY, "POST", f"{WALLET}/rest/v1/user/1/identification-request", "",
           "VP7OZx/ItbyEHGNicOYD115jhOnysZqbDU88SPIaK18="),
    # docs: /en/wallet/client
    Vector("V5", EARLY, "GET", f"{WALLET}/rest/v1/user/me/projects", "",
           "tS6cJNbG6eSZ8q+sZ0JdUR/mF5Zfvujc1qchXJVFs08="),
    # docs: /en/wallet/payment-cards
    Vector("V6", EARLY, "POST", f"{WALLET}/rest/v1/card",
           "body_hash=QbSp3xrqzhDpmjuLmGjjmBDdLalG55QEJFX2W1jq3QI%3D",
           "IEAxJ4KXzScyq6jX/iSmrQ1sNAf4LI+3hM962VlWPkE=", CARD_BODY),
    # gist mariusbalcytis/3274094
    Vector("V7", LATE, "GET", "https://www.webtopay.com/wallet/rest/v1/payment/10145", "",
           "xTCR/i6LKbhXoo4Fe77ECowrn+Q6uUdX7yxwS/lhDWU="),
    # made by the official PHP client
    Vector("R1", EARLY, "GET", f"{WALLET}/rest/v1/user/me", "",
           "eEWK5NIJMfJjgZFJXNaq7mL14awmuEdsfz5b76BH7SU="),
    Vector("R2", EARLY, "GET", f"{WALLET}/rest/v1/user/221", "",
           "9JanJHwnBfPdahjqd0I+kzbdEM/TRVY/h3xtAhzjos0="),
    Vector("R3", EARLY, "GET", f"{WALLET}/rest/v1/user?email=something%40example.com", "",
           "E8NTUgoDDTdBqrcir9dBtzLq00cl1jBVyNmquVBVEW0="),
    Vector("R4", EARLY, "GET", f"{WALLET}/rest/v1/user?person_code%5Blt%5D=31001010000", "",
           "nMEw/pJJXUp8lA7c457vTeSceDO7j5c+rr7Lggh9Vlo="),
    Vector("R5", EARLY, "GET", f"{WALLET}/rest/v1/user?person_code[lt]=31001010000", "",
           "+X5BwAkZlcs8QLOacHWcHX+spUP4qtn7GHf1wau3zxs="),
    Vector("R6", EARLY, "POST", f"{WALLET}/rest/v1/user",
           "body_hash=kFpZvuzl4XoBtJfV5%2FxOOwatWtaMflqnCAdYD6T9Ljg%3D",
           "GErHevfTeGFEkF5l+n0b7ysTxmE86/LWsKZciPXifO0=", REGISTER_BODY),
    Vector("R7", EARLY, "PUT", f"{WALLET}/rest/v1/user/221/phone/confirm",
           "body_hash=W%2F7LH8qoah3I9zzADTG1xd1Pg1TXJhZdn2UO0%2BW8SbI%3D",
           "HEeETM9WdTy0jlTxu4EJhDSBAntuQT0MRPINBJ8n7SE=", CODE_BODY),
    Vector("R8", EARLY, "DELETE", f"{WALLET}/rest/v1/user/221/avatar", "",
           "w/nqOXrqTo9yDTXbVNbMSpKWD9sDKksjUd62elzJ1Qc="),
    Vector("R9", EARLY, "GET", f"{WALLET}/rest/v1/user/221", "project_id=42&location_id=7",
           "XhUYrqU0zWCdu+yLzjiMikph4IB59XA9NVSZQh5FZiQ=", parameters=PAIR),
    Vector("R10", EARLY, "PUT", f"{WALLET}/rest/v1/user/221/phone/confirm",
           "body_hash=W%2F7LH8qoah3I9zzADTG1xd1Pg1TXJhZdn2UO0%2BW8SbI%3D&project_id=42",
           "gHVRxygMOdsEpaXO9g5Q1ZDeLhuDMaXcrGnwE+DuN6g=", CODE_BODY, {"project_id": "42"}),
    Vector("R11", EARLY, "GET", "http://127.0.0.1:8080/rest/v1/user/221", "",
           "WffYlVibv790NYyCXIRC211+aDi3Ed4vQwAfqlSlsyw="),
    Vector("R12", EARLY, "GET", "http://localhost/rest/v1/user/221", "",
           "QnAh5TWFd/6iPBeY5DQ1utmyAv56pui0/e9kL5uvJH8="),
    Vector("R13", EARLY, "PUT", f"{WALLET}/rest/v1/user/221",
           "body_hash=0YN01xO0m8rG75aj%2B9m6tLyrEjPJeeODBnqsVN29jbE%3D",
           "XfxaUy7RpAG3uTsGnLqCCPW9s7gppxAUlZDRhrLwCR4=", IDENTITY_BODY),
    # one request of the official PHP client, as it was recorded on a socket
    Vector("recorded", 1795182645, "POST", "http://127.0.0.1:38575/rest/v1/user",
           "body_hash=MtvIhGL26B3bBVQrO7iWxW4yi2RBQXnjnXTTJf0mRlk%3D",
           "J+LRg3NqC0jTHC+C6qEFEFjlfHTM53IjPcpG0ZYKiRE=", RECORDED_BODY,
           nonce="}YP=&ortShM!XZbi[v+2bX)kV*q$w%#Q"),
)  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_header_is_the_one_that_paysera_and_its_client_write(vector: Vector) -> None:
    header = authorization(
        CLIENT_ID, MAC_KEY, vector.method, vector.url, vector.body,
        timestamp=vector.ts, nonce=vector.nonce, parameters=vector.parameters,
    )  # fmt: skip

    expected = f'MAC id="{CLIENT_ID}", ts="{vector.ts}", nonce="{vector.nonce}", mac="{vector.mac}"'
    assert header == (f'{expected}, ext="{vector.ext}"' if vector.ext else expected)


def test_the_recorded_body_has_the_length_that_was_recorded() -> None:
    assert len(RECORDED_BODY) == 286


def test_the_adapter_signs_what_the_official_client_recorded() -> None:
    vector = VECTORS[-1]
    made = Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url="http://127.0.0.1:38575")
    proof = Proof(now=datetime.fromtimestamp(vector.ts, UTC), nonce=vector.nonce)

    signed = made.sign(Request(method="POST", url=vector.url, body=vector.body), proof)

    assert f'mac="{vector.mac}"' in signed.headers["Authorization"]


def test_a_users_token_takes_the_place_of_the_client() -> None:
    made = Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY)).as_user("SlAV32hkKG", "user-key")
    proof = Proof(now=datetime.fromtimestamp(EARLY, UTC), nonce=NONCE)

    signed = made.sign(Request(method="GET", url=f"{WALLET}/rest/v1/user/me"), proof)

    expected = authorization(
        "SlAV32hkKG", "user-key", "GET", f"{WALLET}/rest/v1/user/me", b"",
        timestamp=EARLY, nonce=NONCE,
    )  # fmt: skip
    assert signed.headers["Authorization"] == expected


segments = st.text(
    st.characters(codec="utf-8") | st.sampled_from("[]%;+ ?#/\\&=:@~._-\u00e9\U0001f642"),
    min_size=1,
    max_size=8,
).filter(lambda text: text not in (".", ".."))
queries = st.lists(st.tuples(segments, st.text(max_size=6) | segments), max_size=3)
bodies = st.binary(max_size=40) | st.just(b"\x00\xff\r\n\r\n") | st.just(b"")
nonces = st.text([chr(n) for n in range(0x20, 0x7F) if n not in (0x22, 0x5C)], min_size=1)


@given(st.lists(segments, min_size=1, max_size=3), queries, st.sampled_from(["GET", "post", "PUT"]))
def test_oauthlib_signs_an_ordinary_request_the_same(
    path: list[str], query: list[tuple[str, str]], method: str
) -> None:
    where = url(WALLET, *path, query=query)

    theirs = prepare_mac_header(
        CLIENT_ID, where, MAC_KEY, method, hash_algorithm="hmac-sha-256", draft=1,
        ext="project_id=42",
    )["Authorization"]  # fmt: skip
    stamped = dict(re.findall(r'(\w+)="([^"]*)"', theirs))
    ours = authorization(
        CLIENT_ID, MAC_KEY, method, where, b"",
        timestamp=int(stamped["ts"]), nonce=stamped["nonce"], parameters={"project_id": "42"},
    )  # fmt: skip
    assert dict(re.findall(r'(\w+)="([^"]*)"', ours)) == stamped


@given(
    st.lists(segments, min_size=1, max_size=3), queries, bodies, nonces, st.integers(0, 2**40),
    st.dictionaries(st.sampled_from(["project_id", "location_id"]), segments),
)  # fmt: skip
def test_the_simulators_verifier_accepts_every_signature(
    path: list[str],
    query: list[tuple[str, str]],
    body: bytes,
    nonce: str,
    ts: int,
    parameters: dict[str, str],
) -> None:
    where = url("http://127.0.0.1:8080/base", *path, query=query)

    header = authorization(
        CLIENT_ID, MAC_KEY, "PUT", where, body, timestamp=ts, nonce=nonce, parameters=parameters
    )

    target = where.removeprefix("http://127.0.0.1:8080")
    found = verify(
        header, key=MAC_KEY, method="PUT", target=target, host="127.0.0.1", port=8080, body=body
    )
    assert found.nonce == nonce


# -- on a socket -----------------------------------------------------------------------------------


@define
class Recorder:
    """Keeps the raw head and body of each request, and answers it."""

    family: socket.AddressFamily
    host: str
    seen: list[tuple[bytes, bytes]] = field(factory=list)
    _server: socket.socket = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._server = socket.socket(self.family, socket.SOCK_STREAM)
        self._server.bind((self.host, 0))
        self._server.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def netloc(self) -> str:
        port = self._server.getsockname()[1]
        return f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while head := self._head(stream):
                length = next(
                    (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                     if line.startswith(b"content-length:")),
                    0,
                )  # fmt: skip
                self.seen.append((head, stream.read(length)))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: 2\r\n\r\n{}"
                )

    def _head(self, stream: Any) -> bytes:
        lines: list[bytes] = []
        while (line := stream.readline()) not in (b"\r\n", b""):
            lines.append(line)
        return b"".join(lines)


def _recorder(family: socket.AddressFamily, host: str) -> Iterator[Recorder]:
    try:
        made = Recorder(family, host)
    except OSError:
        pytest.skip(f"there is no {host} here")
    yield made
    made.close()


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    yield from _recorder(socket.AF_INET, "127.0.0.1")


@pytest.fixture(scope="module")
def recorder6() -> Iterator[Recorder]:
    yield from _recorder(socket.AF_INET6, "::1")


def once(request: Request) -> Flow[Response]:
    response = yield request
    return response


def check_arrival(recorder: Recorder, request: Request) -> None:
    """What arrived is what was signed: target, host and body, byte for byte."""
    head, body = recorder.seen.pop()
    line, *rest = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.lower(): value for name, _, value in (entry.partition(": ") for entry in rest)}
    assert body == request.body
    assert target == request.url.partition(urlsplit(request.url).netloc)[2]
    host, _, port = headers["host"].rpartition(":")
    verify(
        headers["authorization"], key=MAC_KEY, method=method, target=target, host=host,
        port=int(port), body=body,
    )  # fmt: skip


def awkward(base: str) -> st.SearchStrategy[Request]:
    return st.builds(
        lambda path, query, body, method: Request(
            method=method if body else "GET", url=url(base, *path, query=query), body=body
        ),
        st.lists(segments, min_size=1, max_size=3),
        queries,
        bodies,
        st.sampled_from(["POST", "PUT"]),
    )


def adapter() -> Paysera:
    return Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), name="lt")


@settings(max_examples=min(150, settings().max_examples))
@given(data=st.data())
def test_requests_sends_the_very_bytes_that_were_signed(
    recorder: Recorder, data: st.DataObject
) -> None:
    request = data.draw(awkward(f"HTTP://LOCALHOST:{recorder.netloc.split(':')[1]}/Rest;v=1/"))
    with Gateway(adapter(), Connection()) as gateway:
        gateway.run(once(request))

    check_arrival(recorder, request)


@settings(max_examples=min(150, settings().max_examples))
@given(data=st.data())
def test_aiohttp_sends_the_very_bytes_that_were_signed(
    recorder: Recorder, data: st.DataObject
) -> None:
    request = data.draw(awkward(f"http://{recorder.netloc}/Rest;v=1"))

    async def send() -> None:
        async with AsyncGateway(adapter()) as gateway:
            await gateway.run(once(request))

    asyncio.run(send())

    check_arrival(recorder, request)


@settings(max_examples=min(25, settings().max_examples))
@given(data=st.data())
def test_both_clients_send_what_was_signed_to_an_ipv6_host(
    recorder6: Recorder, data: st.DataObject
) -> None:
    request = data.draw(awkward(f"http://{recorder6.netloc}"))

    with Gateway(adapter()) as gateway:
        gateway.run(once(request))
    check_arrival(recorder6, request)

    async def send() -> None:
        async with AsyncGateway(adapter()) as gateway:
            await gateway.run(once(request))

    asyncio.run(send())
    check_arrival(recorder6, request)
