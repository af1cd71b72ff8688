"""The simulator against a description of Paysera's API that was written without a look at it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from itertools import count, islice
from typing import Any, cast
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import settings
from jsonschema import Draft202012Validator
from tests.scaling import sized
from werkzeug.test import Client
from werkzeug.wrappers import Request

import onboarding_simulators.paysera.openapi as description
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.paysera.openapi import described
from onboarding_simulators.paysera.routes import ROUTES

from .api import ADDRESS, CLIENT_ID, MAC_KEY, NOW, REGISTRATION, a_simulator, signature

schemathesis = pytest.importorskip("schemathesis", reason="of the extra `test`")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.core.failures import FailureGroup  # noqa: E402
from tests.openapi import (  # noqa: E402
    Caller,
    Case,
    Ids,
    calls_of,
    hold,
    imports_of,
    spoilt,
    without_names,
)

CALLS = list(calls_of(described()))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
# what each call makes, by the name that its id has in paths
MAKES = {
    "registerUser": "user",
    "uploadDocument": "document",
    "createRequest": "request",
    "createRequestByPhone": "request",
    "addIdentityDocument": "paper",
    "addAdditionalDocument": "paper",
    "createBook": "book",
}
REDIRECT = "https://example.com/back"


class Bank:
    """A simulator with some users, and a door that signs what comes in."""

    def __init__(self) -> None:
        self.sim = a_simulator()
        self.http = Client(self.let_in)
        self.nonces = count()
        self.numbers = count()
        self.caller = Caller(described(), self.let_in, self.found, self.fill, self.there)

    def let_in(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Signs as the client, or as a user where the path says `me`."""
        request = Request(environ)
        body = request.get_data()
        host, _, port = request.host.partition(":")
        keys = {}
        if "/user/me" in request.path:
            token = self.sim.issue_token(self.user, self.sim.scopes)
            keys = {"key_id": token.access_token, "key": token.mac_key}
        query = environ["QUERY_STRING"]  # which Werkzeug's own target lacks
        target = quote(environ["PATH_INFO"], encoding="latin-1") + (f"?{query}" if query else "")
        environ["REQUEST_URI"] = target
        environ["HTTP_AUTHORIZATION"] = signature(
            request.method,
            target,
            host=host,
            port=int(port or 443),
            body=body,
            ts=str(NOW),
            nonce=str(next(self.nonces)),
            **keys,
        )
        environ["wsgi.input"] = BytesIO(body)
        return self.sim(environ, start)

    def made(self, path: str, body: Any = None, method: str = "POST") -> Any:
        content: dict[str, Any] = (
            {"data": body} if isinstance(body, bytes) else {"json": body or {}}
        )
        if isinstance(body, bytes):
            content["content_type"] = "image/png"
        answer = self.http.open(f"/rest/v1/{path}", method=method, **content)
        assert answer.status_code in (200, 204), answer.text
        return answer.json if answer.status_code == 200 else None

    def there(self) -> Iterable[Ids]:
        """Has some users move in, half of them with contacts that they confirmed."""
        for number in islice(self.numbers, 6):
            contacts = {"email": f"a{number}@example.com", "phone": f"3706{number:07}"}
            identity = REGISTRATION["identity"] | {"code": f"310010{number:05}"}
            sent = REGISTRATION | contacts | {"address": ADDRESS, "identity": identity}
            self.user = int(self.made("user", sent)["id"])
            user = {"user": str(self.user), "id": str(self.user)}
            yield user
            if number % 2:
                for channel in ("email", "phone"):
                    self.confirm(self.user, channel)
                    yield {**user, **contacts}
            wallet = self.made(f"user/{self.user}/wallets", method="GET")[0]["id"]
            yield {**user, "wallet": str(wallet)}
            self.made(f"user/{self.user}/avatar", PNG, "PUT")
            self.sim.set_pep(self.user, [("Jonas", "self", ["mayor"])])
            yield {**user, "document": str(self.made(f"user/{self.user}/document", PNG)["id"])}
            for _ in range(3):
                request = str(self.made(f"user/{self.user}/identification-request")["id"])
                path, card = f"identification-request/{request}", {"type": "passport"}
                self.made(f"{path}/face-photo/image/0", PNG, "PUT")
                paper = str(self.made(f"{path}/identity-document", card)["id"])
                self.made(f"identity-document/{paper}/image/0", PNG, "PUT")
                yield {**user, "request": request, "paper": paper, "order": "0"}
                more = str(self.made(f"{path}/additional-document", card)["id"])
                yield {**user, "request": request, "paper": more, "order": "0"}
            yield self.token()

    def confirm(self, user: int, channel: Any) -> None:
        self.made(
            f"user/{user}/{channel}/confirm", {"code": self.sim.code_for(user, channel)}, "PUT"
        )

    def token(self) -> Ids:
        token = self.sim.issue_token(self.user, ["email", "phone_offline"])
        return {"token": token.access_token, "refresh": token.refresh_token or ""}

    def found(self, case: Case, body: Any) -> Iterable[Ids]:
        """Reads from an answer what is now there."""
        name = MAKES.get(str(case.operation.definition.raw["operationId"]))
        shown: dict[str, Any] = body if isinstance(body, dict) else {}
        if name:
            yield {**case.path_parameters, name: str(shown["id"])}
        if "key" in shown:
            yield {"key": shown["key"]}
        if "mac_key" in shown:
            yield {"token": shown["access_token"], "refresh": shown["refresh_token"]}

    def fill(self, case: Case, ids: Ids) -> None:
        """Says what only who lives there knows: a code that was sent, the client's own id."""
        sent: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
        channel = re.search(r"/(phone|email|password)", case.path)
        if "code" in sent and channel and "user" in ids:
            user = self.user if ids["user"] == "me" else int(ids["user"])
            with suppress(LookupError):
                sent["code"] = self.sim.code_for(user, cast(Any, channel[1]))
        if case.method == "GET" and case.path in ("/rest/v1/user", "/rest/v1/wallet"):
            case.query = {"email": ids["email"]} if "email" in ids else case.query
        known = {"refresh_token": ids.get("refresh"), "client_id": CLIENT_ID}
        if sent.get("grant_type") == "authorization_code":
            known["code"] = self.sim.consent(self.user, ["email"])
        for name in ("email", "phone", "username"):
            if name in ids and name in sent:
                known[name] = ids[name]
        sent.update({name: value for name, value in known.items() if name in sent and value})
        for name, value in known.items() | {(n, ids[n]) for n in ("email", "phone") if n in ids}:
            if case.query and name in case.query and value:
                case.query[name] = value
        if case.query and "access_token" in case.query and "token" in ids:
            case.query["access_token"] = ids["token"]


@pytest.fixture(scope="module")
def bank() -> Bank:
    bank = Bank()
    bank.caller.known += bank.there()
    return bank


def test_no_good_call_is_answered_otherwise_than_described(bank: Bank) -> None:
    hold(bank.caller, GenerationMode.POSITIVE)

    assert len(bank.caller.succeeded) > len(CALLS) / sized(5, by_default=10)
    if settings().max_examples >= 5_000:
        assert {call["operationId"] for _, _, call in CALLS} == bank.caller.succeeded


def test_no_bad_call_is_answered_otherwise_than_described(bank: Bank) -> None:
    hold(bank.caller, GenerationMode.NEGATIVE)


def test_each_route_is_described_and_nothing_else_is() -> None:
    described_calls = {(without_names(path), method) for path, method, _ in CALLS}

    answered = {(without_names(route.path), route.method) for route in ROUTES}

    assert described_calls == answered


def test_the_description_is_one_of_openapi_3_1() -> None:
    assert described()["openapi"] == "3.1.0"
    for schema in described()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_the_description_refers_to_is_there() -> None:
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described())))

    assert referred == set(described()["components"]["schemas"])


def test_the_description_shares_nothing_with_what_it_describes() -> None:
    assert imports_of(description) <= {"onboarding_simulators.shared.openapi"}


@pytest.mark.parametrize(("path", "method"), [(path, method) for path, method, _ in CALLS])
def test_what_is_to_be_signed_is_refused_unsigned(path: str, method: str) -> None:
    call = described()["paths"][path][method.lower()]
    unsigned = Client(PayseraSimulator(client_id=CLIENT_ID, mac_key=MAC_KEY))

    answer = unsigned.open(
        re.sub(r"\{locale\}", "lt", re.sub(r"\{(?!locale)\w+\}", "1", path)), method=method
    )

    refused = answer.status_code == 401 and answer.json == {
        "error": "unauthorized",
        "error_description": "The request is not signed.",
    }
    assert refused == (call.get("security") != [])


def test_the_simulator_hands_its_description_out(bank: Bank) -> None:
    answer = Client(bank.sim).get("/_openapi.json", base_url="http://127.0.0.1:8000")

    assert answer.content_type == "application/json"
    assert answer.json == {**described(), "servers": [{"url": "http://127.0.0.1:8000"}]}


WRONG: dict[str, Callable[[Any], Any]] = {
    "a missing key": lambda user: {name: user[name] for name in user if name != "id"},
    "one key more": lambda user: user | {"secret": 1},
    "a null": lambda user: user | {"dob": None},
    "a level that is none": lambda user: user | {"identification_level": "known"},
    "wallets as objects": lambda user: user | {"wallets": [{"id": 1}]},
    "a country in capitals": lambda user: user | {"address": ADDRESS | {"country": "LT"}},
    "a phone with a plus": lambda user: user | {"phone": "+37066612345"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_breaks_its_schema_is_found(bank: Bank, wrong: str) -> None:
    caller = Caller(described(), spoilt(bank.let_in, WRONG[wrong]), bank.found)

    with pytest.raises(FailureGroup):
        caller.check(caller.case("/rest/v1/user/{user}", "GET", {"user": str(bank.user)}))
