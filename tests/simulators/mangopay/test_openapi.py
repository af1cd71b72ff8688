"""The simulator against a description of MangoPay's API that was written without a look at it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import settings
from jsonschema import Draft202012Validator
from tests.mangopay.stage import LEGAL, LEGAL_OWNER, NATURAL, OWNER, PAGE, PAYER, Json, without
from tests.scaling import sized
from werkzeug.test import Client

import onboarding_simulators.mangopay.openapi as description
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.mangopay.openapi import described
from onboarding_simulators.mangopay.routes import ROUTES

from .test_documents import OWNER_OF_COMPANY

schemathesis = pytest.importorskip("schemathesis", reason="of the extra `test`")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.core.failures import FailureGroup  # noqa: E402
from tests.openapi import Caller, Case, Ids, calls_of, hold, imports_of, spoilt, without_names  # noqa: E402

NAMES = {
    "user_m": "UserId",
    "kyc": "KycDocumentId",
    "ubodec_m": "UboDeclarationId",
    "ubo_m": "UboId",
    "idnver": "IdentityVerificationId",
    "bankacc_m": "BankAccountId",
    "rec": "RecipientId",
    "wlt_m": "WalletId",
    "card_m": "CardId",
    "hook_m": "HookId",
    "psc": "PscId",
}
IBAN = "FR7630004000031234567890143"  # of the sandbox, as the documents print it
RETURN = {"ReturnUrl": "https://example.com"}
NUMBERS = count()
CALLS = list(calls_of(described()))


def found(case: Case, body: Any) -> Iterable[Ids]:
    """Reads what is now there from an answer; the prefix of an id says of what."""
    key = dict(case.headers or {}).get("Idempotency-Key")
    if key:
        yield {"IdempotencyKey": key}
    for each in body if isinstance(body, list) else [body]:
        shown: Json = each if isinstance(each, dict) else {}
        if "/consult/" in str(shown.get("Url")):
            yield {"Token": str(shown["Url"]).rpartition("/")[2]}
        name = NAMES.get(str(shown.get("Id")).rpartition("_")[0])
        if name:
            near = {word: id for word, id in case.path_parameters.items() if word in NAMES.values()}
            owners = {"UserId": shown["Owners"][0]} if "Owners" in shown else {}
            user = {"UserId": shown["UserId"]} if "UserId" in shown else {}
            main = (
                {"IdentityVerificationId": shown.get("MainSessionId", "")}
                if name == "PscId"
                else {}
            )
            yield {**near, **owners, **user, **main, name: shown["Id"]}


def fill(case: Case, ids: Ids) -> None:
    """Makes a call to be about the platform and the users there are, under a key of its own.

    Numbers with check digits and whole files are given: no pattern describes them.
    """
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(NUMBERS):016}"
    if "ClientId" in case.path_parameters:
        case.path_parameters["ClientId"] = "acme"
    if isinstance(case.body, dict):
        known: Json = {"Owners": [ids.get("UserId")], "File": PAGE, "IBAN": IBAN}
        case.body.update({name: known[name] for name in known if name in case.body})
        local = case.body.get("LocalBankTransfer")
        if isinstance(local, dict) and "EUR" in local:
            local["EUR"] = {"IBAN": IBAN}


class Platform:
    """A simulator with somebody of every kind, and a door that signs what comes in."""

    def __init__(self) -> None:
        self.sim = MangoPaySimulator(client_id="acme", api_key="key", proxy=True)
        self.basic = f"Basic {b64encode(b'acme:key').decode()}"
        self.http = Client(self.let_in)
        form = {"grant_type": "client_credentials"}
        self.bearer = ""
        token = self.http.post("/v2.01/oauth/token", data=form).json
        assert token is not None
        self.bearer = f"bearer {token['access_token']}"
        self.caller = Caller(described(), self.let_in, found, fill, self.there)

    def let_in(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        token = environ["PATH_INFO"].endswith("/oauth/token")
        environ["HTTP_AUTHORIZATION"] = self.basic if token else self.bearer
        return self.sim(environ, start)

    def made(self, path: str, body: Json | None = None) -> Json:
        answer = self.http.post(f"/v2.01/acme/{path}", json=body or {})
        assert answer.status_code in (200, 201, 204), answer.text
        made: Json = answer.json or {}
        return made

    def there(self) -> Iterable[Ids]:
        """Has somebody of every kind move in."""
        for path, body in (
            (NATURAL, OWNER),
            (NATURAL, PAYER),
            (LEGAL, LEGAL_OWNER),
            (LEGAL, LEGAL_OWNER | {"UserCategory": "PAYER"}),
        ):
            for _ in range(3):
                id = str(self.made(path, body)["Id"])
                yield {"UserId": id}
                if body["UserCategory"] == "OWNER":
                    self.sim.activate(id)
                    yield from self.papers(id)
                    yield {"UserId": id, "WalletId": self.sim.add_wallet(id)}
                    yield {"UserId": id, "CardId": self.sim.add_card(id)}
        self.sim.add_transaction(id, amount=5)

    def papers(self, id: str) -> Iterable[Ids]:
        papers = f"users/{id}/kyc/documents"
        for _ in range(4):
            document = str(self.made(papers, {"Type": "IDENTITY_PROOF"})["Id"])
            self.made(f"{papers}/{document}/pages", {"File": PAGE})
            yield {"UserId": id, "KycDocumentId": document}
        if self.sim.store.user(id).person_type == "LEGAL":  # type: ignore[union-attr]
            session = str(self.made(f"users/{id}/identity-verifications", RETURN)["Id"])
            self.sim.complete_verification(session, "VALIDATED", invited=[{"FirstName": "Ada"}])
            person = self.http.get(f"/v2.01/acme/users/{id}/pscs").json
            assert person is not None
            yield {"UserId": id, "IdentityVerificationId": session, "PscId": person[0]["Id"]}
            declarations = f"users/{id}/kyc/ubodeclarations"
            declaration = str(self.made(declarations)["Id"])
            ubo = self.made(f"{declarations}/{declaration}/ubos", OWNER_OF_COMPANY)["Id"]
            yield {"UserId": id, "UboDeclarationId": declaration, "UboId": str(ubo)}


@pytest.fixture(scope="module")
def platform() -> Platform:
    return Platform()


def test_no_good_call_is_answered_otherwise_than_described(platform: Platform) -> None:
    hold(platform.caller, GenerationMode.POSITIVE)

    assert len(platform.caller.succeeded) > len(CALLS) / sized(5, by_default=10)
    if settings().max_examples >= 5_000:
        missed = {call["operationId"] for _, _, call in CALLS} - platform.caller.succeeded
        assert len(missed) <= 2, missed  # whether a rare one succeeds is left to chance


def test_no_bad_call_is_answered_otherwise_than_described(platform: Platform) -> None:
    hold(platform.caller, GenerationMode.NEGATIVE)


def test_each_route_is_described_and_nothing_else_is() -> None:
    described_calls = {(without_names(path), method) for path, method, _ in CALLS}

    answered = {
        (without_names(route.path), method) for route in ROUTES for method in route.handlers
    }

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
def test_what_needs_a_token_is_refused_without_one(path: str, method: str) -> None:
    call = described()["paths"][path][method.lower()]
    unsigned = Client(MangoPaySimulator())

    answer = unsigned.open(path.replace("{ClientId}", "acme"), method=method)

    assert (answer.status_code == 401) == (call.get("security") != [])


def test_the_simulator_hands_its_description_out(platform: Platform) -> None:
    answer = Client(platform.sim).get("/_openapi.json", base_url="http://127.0.0.1:8000")

    assert answer.content_type == "application/json"
    assert answer.json == {**described(), "servers": [{"url": "http://127.0.0.1:8000"}]}


WRONG: dict[str, Callable[[Json], Json]] = {
    "a missing key": lambda user: without(user, "PendingUserAction"),
    "one key more": lambda user: user | {"Secret": 1},
    "a word that is none": lambda user: user | {"KYCLevel": "STRONG"},
    "text for a number": lambda user: user | {"Birthday": "652117514"},
    "an id of another form": lambda user: user | {"Id": "12"},
    "what a PAYER has no value for": lambda user: user | {"UserCategory": "PAYER"},
    "no object for an address": lambda user: user | {"Address": None},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_breaks_its_schema_is_found(platform: Platform, wrong: str) -> None:
    caller = Caller(described(), spoilt(platform.let_in, WRONG[wrong]), found)
    ids = {"ClientId": "acme", "UserId": str(platform.made(NATURAL, OWNER)["Id"])}

    with pytest.raises(FailureGroup):
        caller.check(caller.case("/v2.01/{ClientId}/sca/users/{UserId}", "GET", ids))
