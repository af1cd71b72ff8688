"""What MangoPay is sent, byte for byte, as a socket received it: called, and awaited."""

from __future__ import annotations

import asyncio
import json
import re
import socketserver
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import onboarding
import pytest
from attrs import define, field, frozen
from onboarding import AsyncGateway, Connection, Gateway, Gateways, Secret
from onboarding.spi import Flow

from onboarding_mangopay import MangoPay

from .people import OWNER

TOKEN = {"token_type": "bearer", "expires_in": 3599}
USER: dict[str, Any] = {"Id": "user_m_1", "PersonType": "NATURAL", "PendingUserAction": None}
LINK: dict[str, Any] = {"PendingUserAction": {"RedirectUrl": "https://sca.test/?token=1"}}


@frozen
class Sent:
    """One request as it came: its first line, its headers, its body."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@define
class Inbox:
    """A server that keeps every request, and answers as MangoPay does."""

    url: str = ""
    sent: list[Sent] = field(factory=list[Sent])


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    kept = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline().decode("latin-1").strip():
                headers: list[tuple[str, str]] = []
                while text := self.rfile.readline().decode("latin-1").strip():
                    name, _, value = text.partition(":")
                    headers.append((name, value.strip()))
                lengths = [value for name, value in headers if name.lower() == "content-length"]
                body = self.rfile.read(int(lengths[0])) if lengths else b""
                kept.sent.append(Sent(line, tuple(headers), body))
                self.answer(line, dict(headers))

        def answer(self, line: str, headers: dict[str, str]) -> None:
            found = LINK if "enrollment" in line else USER
            if "oauth" in line:
                pair = b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
                found = {**TOKEN, "access_token": f"token-of-{pair.partition(':')[0]}"}
            body = json.dumps(found).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kept
        server.shutdown()


Run: TypeAlias = Callable[[MangoPay, Flow[Any]], object]


def called(adapter: MangoPay, flow: Flow[Any], **options: Any) -> object:
    with Gateway(adapter, connection=Connection(**options)) as gateway:
        return gateway.run(flow)


def awaited(adapter: MangoPay, flow: Flow[Any], **options: Any) -> object:
    async def run() -> object:
        async with AsyncGateway(adapter, connection=Connection(**options)) as gateway:
            return await gateway.run(flow)

    return asyncio.run(run())


def acme(inbox: Inbox) -> MangoPay:
    return MangoPay(client_id="acme", api_key=Secret("s3cret"), base_url=inbox.url, name="fr")


BOTH = pytest.mark.parametrize("run", [called, awaited])


# docs: overview/authentication
@BOTH
def test_a_login_is_a_form_with_basic_credentials_and_names_no_client_in_its_path(
    inbox: Inbox, run: Run
) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.fetch_user("user_m_1"))

    login = inbox.sent[0]
    assert login.line == "POST /v2.01/oauth/token HTTP/1.1"
    assert login.all("Authorization") == [f"Basic {b64encode(b'acme:s3cret').decode()}"]
    assert login.all("Content-Type") == ["application/x-www-form-urlencoded"]
    assert login.body == b"grant_type=client_credentials"


# docs: overview/introduction: the version is a part of the path, and of no header
@BOTH
def test_a_read_names_its_version_in_the_path_and_shows_its_token(inbox: Inbox, run: Run) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.fetch_user("user_m_1"))

    read = inbox.sent[1]
    assert read.line == "GET /v2.01/acme/sca/users/user_m_1 HTTP/1.1"
    assert read.all("Authorization") == ["bearer token-of-acme"]
    assert read.all("Accept") == ["application/json"]
    assert (read.all("Idempotency-Key"), read.body) == ([], b"")
    assert not [name for name, _ in read.headers if "version" in name.lower()]
    assert not [name for name, _ in read.headers if name.lower().startswith("x-")]


@BOTH
def test_every_request_says_which_client_sends_it(inbox: Inbox, run: Run) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.fetch_user("user_m_1"))

    agents = [sent.all("User-Agent") for sent in inbox.sent]
    assert agents == [[f"onboarding/{onboarding.__version__}"]] * 2


@BOTH
def test_the_name_of_the_client_is_a_matter_of_configuration(inbox: Inbox, run: Any) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.fetch_user("user_m_1"), user_agent="acme-shop/7 onboarding")

    assert inbox.sent[1].all("User-Agent") == ["acme-shop/7 onboarding"]


# docs: overview/idempotency: 16 to 36 letters, digits and dashes
@BOTH
def test_a_creation_is_json_with_a_key_of_the_documented_form(inbox: Inbox, run: Run) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.create_user(OWNER, idempotency_key="order 7, of Čapek & sons"))

    create = inbox.sent[1]
    (key,) = create.all("Idempotency-Key")
    assert create.line == "POST /v2.01/acme/sca/users/natural HTTP/1.1"
    assert create.all("Content-Type") == ["application/json"]
    assert create.all("Content-Length") == [str(len(create.body))]
    assert re.fullmatch(r"[A-Za-z0-9-]{16,36}", key)
    assert json.loads(create.body)["FirstName"] == "Alex"


# docs: errors/http-response-codes: 411 without a Content-Length
@BOTH
def test_a_post_without_a_body_says_that_it_has_none(inbox: Inbox, run: Run) -> None:
    adapter = acme(inbox)

    run(adapter, adapter.enrol("user_m_1"))

    enrol = inbox.sent[1]
    assert enrol.line == "POST /v2.01/acme/sca/users/user_m_1/enrollment HTTP/1.1"
    assert (enrol.all("Content-Length"), enrol.body) == (["0"], b"")
    assert enrol.all("Transfer-Encoding") == []


# Two clients in one process overwrite each other's credentials in MangoPay's own Node SDK.
def test_two_clients_of_one_configuration_never_use_each_others_token(inbox: Inbox) -> None:
    table = {"provider": "mangopay", "base_url": inbox.url}
    tables = {
        name: {**table, "client_id": name, "api_key": Secret(f"key-of-{name}")}
        for name in ("one", "two")
    }

    with Gateways.from_config({"gateways": tables}) as gateways:

        def work(name: str) -> None:
            for _ in range(5):
                gateways[name].fetch_user("user_m_1")

        threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two") * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    reads = [sent for sent in inbox.sent if "oauth" not in sent.line]
    logins = [sent.all("Authorization")[0] for sent in inbox.sent if "oauth" in sent.line]
    assert len(reads) == 30
    assert {(sent.line.split("/")[2], *sent.all("Authorization")) for sent in reads} == {
        ("one", "bearer token-of-one"),
        ("two", "bearer token-of-two"),
    }
    assert sorted(b64decode(login.removeprefix("Basic ")) for login in logins) == [
        b"one:key-of-one",
        b"two:key-of-two",
    ]
