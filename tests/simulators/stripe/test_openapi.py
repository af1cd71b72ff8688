"""Generated calls: whatever is sent, no answer breaks Stripe's description, and nothing fails."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from onboarding_simulators.shared import VirtualClock
from onboarding_simulators.stripe import StripeSimulator
from onboarding_simulators.stripe.openapi import described
from onboarding_simulators.stripe.parameters import Many, OneOf, Shape
from onboarding_simulators.stripe.routes import ROUTES

from .judge import Json, description
from .judging import record_of
from .stage import CUSTOM, JENNY, KEY, NOW, PNG, WHOLE

NOT_SIMULATED = re.compile(r"/v2/|.*/bank_accounts")
CALLS = sorted(
    (path, method)
    for path, methods in description()["paths"].items()
    for method in methods
    if method in ("get", "post", "delete") and not NOT_SIMULATED.match(path)
)
WORDS: dict[str, list[str]] = {
    "country": ["US", "FR", "DE", "GB", "XX", "us"],
    "email": ["a@example.com", "a+enforce_future_requirements@example.com", "a"],
    "line1": ["address_full_match", "address_no_match", "1 Rue"],
    "id_number": ["000000000", "111111111", "222222222", "1"],
    "ssn_last_4": ["0000", "2222", "12"],
    "tax_id": ["000000000", "111111111", "222222222"],
    "phone": ["0000000000", "+33123456789", "x"],
    "url": ["https://accessible.stripe.com", "http://127.0.0.1:9/hook", "http://["],
    "refresh_url": ["https://example.com/refresh"],
    "return_url": ["https://example.com/return", "javascript:1"],
    "ip": ["8.8.8.8", "::1", "x"],
    "account_number": ["000123456789", "FR7630006000011234567890189", "1"],
    "routing_number": ["110000000", "1"],
    "external_account": ["btok_us", "btok_gb_gbp", "btok_none"],
    "front": ["file_identity_document_success", "file_none"],
    "reason": ["fraud", "other", "x"],
    "type": ["account.updated", "*"],
    "mcc": ["7623", "12345"],
    "expand": ["individual", "data.account", "account", "none", "capabilities.transfers"],
}
TEXT = st.sampled_from(["", "x", "é", "0", "true", "x" * 201, "\U0001f600", "a[b]"])
NUMBERS = st.sampled_from(["0", "1", "12", "1901", "1902", str(NOW - 60), "-1", "9" * 30, "x"])


def values(schema: Json, name: str = "") -> st.SearchStrategy[Any]:
    """Values of a form's schema: words that mean something, and some that are wrong."""
    if "anyOf" in schema:
        return st.one_of([values(each, name) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from([*map(str, schema["enum"][:12]), "wrong"])
    kind = schema.get("type")
    if kind == "object":
        if not schema.get("properties"):
            return st.dictionaries(st.sampled_from(["a", "b"]), TEXT, max_size=2)
        return fields(schema)
    if kind == "array":
        items = st.lists(values(schema["items"], name), max_size=2)
        return items.map(lambda each: {str(n): value for n, value in enumerate(each)})
    if kind in ("integer", "number"):
        return NUMBERS
    if kind == "boolean":
        return st.sampled_from(["true", "false", "true", "1"])
    return st.sampled_from(WORDS[name]) if name in WORDS else TEXT


def fields(schema: Json) -> st.SearchStrategy[Json]:
    """Some of the fields of an object, the required ones most of the time."""
    known: Json = schema["properties"]
    required = sorted(schema.get("required", ()))
    chosen = st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True)
    return st.tuples(chosen, st.integers(0, 9)).flatmap(
        lambda pair: st.fixed_dictionaries(
            {
                name: values(known[name], name)
                for name in dict.fromkeys([*(required if pair[1] else ()), *pair[0]])
            }
        )
    )


def flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Pairs with bracket keys."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{key}[{name}]" if key else name)
    else:
        yield key, str(value)


def parameters_of(path: str, method: str) -> Json:
    call = description()["paths"][path][method]
    if method == "post":
        schema: Json = next(iter(call["requestBody"]["content"].values()))["schema"]
        return schema
    query = [each for each in call.get("parameters", ()) if each["in"] == "query"]
    return {"type": "object", "properties": {each["name"]: each["schema"] for each in query}}


@st.composite
def calls(draw: st.DrawFn, *, spoilt: bool) -> tuple[str, str, Json]:
    path, method = draw(st.sampled_from(CALLS))
    schema = parameters_of(path, method)
    sent = draw(fields(schema)) if schema["properties"] else {}
    if spoilt:
        inner = [
            value
            for name, value in sent.items()
            if isinstance(value, dict) and schema["properties"][name].get("properties")
        ]
        place = draw(st.sampled_from([sent, *inner]))
        place[draw(st.sampled_from(["fist_name", "x", "0"]))] = draw(TEXT)
    return path, method, sent


class Target:
    """A simulator in this process with the ids of what is there, judged."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOW)
        self.sim = StripeSimulator(api_key=KEY, clock=self.clock)
        self.judged = record_of(self.sim)
        self.http = Client(self.sim)
        self.owners: dict[str, Any] = {}
        self.ids: dict[str, list[str]] = {"country": ["US", "FR", "XX"]}
        self.ids["capability"] = ["transfers", "card_payments", "none"]
        company = CUSTOM | {"business_type": "company"}
        express = {"type": "express", "country": "FR"}
        for body in (CUSTOM | WHOLE, CUSTOM, company, express, CUSTOM):
            account = self.send("/v1/accounts", "post", body)
            self.note(account)
        self.sim.complete_onboarding(self.ids["acct"][3])
        self.note(self.send("/v1/tokens", "post", {"person": {"first_name": "Ada"}}))
        persons = f"/v1/accounts/{self.ids['acct'][2]}/persons"
        self.note(self.send(persons, "post", JENNY | {"relationship": {"owner": "true"}}))

    def send(self, path: str, method: str, sent: Json) -> Any:
        headers = {"Authorization": f"Bearer {KEY}"}
        pairs = list(flat(_plain(sent)))
        if method == "post" and path == "/v1/files":
            upload = {"file": (io.BytesIO(PNG), "a.png")} if "file" in sent else {}
            answer = self.http.post(path, data={**dict(pairs), **upload}, headers=headers)
        elif method == "post":
            form = "application/x-www-form-urlencoded"
            answer = self.http.post(path, data=urlencode(pairs), content_type=form, headers=headers)
        else:
            answer = self.http.open(
                path, method=method.upper(), query_string=urlencode(pairs), headers=headers
            )
        return answer.json

    def note(self, shown: Any) -> None:
        """Keeps the ids of an answer, a few of each kind."""
        for each in shown.get("data", [shown]) if isinstance(shown, dict) else ():
            id = str(each.get("id")) if isinstance(each, dict) else ""
            known = self.ids.setdefault(id.partition("_")[0], [])
            if id not in known and "_" in id and "deleted" not in each:
                known.append(id)
                del known[4:-4]  # the first ones stay
                self.owners[id] = each.get("account")

    def path_of(self, template: str, pick: int) -> str:
        kinds = {"account": "acct", "person": "person", "file": "file", "token": "cpt"}
        kinds |= {"webhook_endpoint": "we"}
        if "/events/" in template:
            kinds["id"] = "evt"
        if "/external_accounts/" in template:
            kinds["id"] = "ba"

        def pick_of(name: str) -> str:
            known = self.ids.get(kinds.get(name, name), []) or ["none"]
            return known[pick % len(known)]

        picked = {name: pick_of(name) for name in re.findall(r"\{(\w+)\}", template)}
        for name in ("person", "id"):
            if picked.get(name) in self.owners and "account" in picked:
                picked["account"] = self.owners[picked[name]] or "none"
        return template.format(**picked)

    def check(self, call: tuple[str, str, Json], pick: int) -> Any:
        template, method, sent = call
        account = self.ids["acct"][pick % len(self.ids["acct"])]
        if template in ("/v1/account_links", "/v1/account_sessions") and "account" in sent:
            sent["account"] = account
        is_first = self.path_of(template, pick).rpartition("/")[2] in self.ids["acct"][:4]
        if method == "delete" and template == "/v1/accounts/{account}" and is_first:
            method = "get"
        shown = self.send(self.path_of(template, pick), method, sent)
        self.note(shown)
        if shown.get("deleted") and shown["object"] == "account":
            self.note(self.send("/v1/accounts", "post", CUSTOM))
        self.clock.advance(pick % 3)
        found, self.judged.breaches = self.judged.breaches, []
        assert found == []
        return shown


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return str(value).lower() if isinstance(value, bool) else value


@pytest.fixture(scope="module")
def target() -> Target:
    return Target()


def test_no_generated_call_breaks_the_description(target: Target) -> None:
    @given(call=calls(spoilt=False), pick=st.integers(0, 100))
    def check(call: tuple[str, str, Json], pick: int) -> None:
        target.check(call, pick)

    check()

    # otherwise the judge of the answers would have seen errors alone
    succeeded = target.judged.succeeded
    assert ("/v1/accounts", "post") in succeeded
    if settings().max_examples >= 5_000:
        assert set(CALLS) == succeeded


@given(call=calls(spoilt=True), pick=st.integers(0, 100))
def test_an_unknown_parameter_is_refused_at_every_depth(
    target: Target, call: tuple[str, str, Json], pick: int
) -> None:
    shown = target.check(call, pick)

    assert "error" in shown


PIECES = [
    "individual",
    "[dob]",
    "[",
    "]",
    "[]",
    "=",
    "&",
    "%",
    "%ff",
    "\0",
    "metadata",
    "[a][b]",
    "é",
]
MEDIA = ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "", "x"]


@given(
    call=st.sampled_from(CALLS),
    body=st.binary(max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode),
    media=st.sampled_from(MEDIA),
    key=st.sampled_from([None, "k", "k" * 256]),
    pick=st.integers(0, 100),
)
def test_no_bytes_whatsoever_make_it_fail(
    target: Target, call: tuple[str, str], body: bytes, media: str, key: str | None, pick: int
) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": media}
    if key:
        headers["Idempotency-Key"] = key
    path = target.path_of(call[0], pick)
    method = "GET" if call[1] == "delete" else call[1].upper()

    answer = target.http.open(path, method=method, data=body, headers=headers)

    target.note(answer.json)
    target.judged.breaches.clear()  # a form like this is not read alike by everybody
    assert answer.status_code < 500


def names_of(schema: Json) -> Any:
    """The names of a schema at every depth; an empty object or a plain value has none."""
    if "anyOf" in schema:
        objects = [each for each in schema["anyOf"] if each.get("type") in ("object", "array")]
        return names_of(objects[0]) if objects else None
    if schema.get("type") == "array":
        return names_of(schema["items"])
    if not schema.get("properties"):
        return None
    return {name: names_of(each) for name, each in schema["properties"].items()}


def names_in(kind: Any) -> Any:
    if isinstance(kind, OneOf):
        return names_in(kind.shape)
    if isinstance(kind, Many):
        return names_in(kind.each)
    if isinstance(kind, Shape) and kind.inside:
        return {name: names_in(each) for name, each in kind.inside.items()}
    return None


DESCRIBED = [route for route in ROUTES if route.path != "/v1/files/<file>/contents"]


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.path)
def test_the_parameters_are_those_of_the_description(route: Any) -> None:
    path = re.sub(r"<(\w+)>", r"{\1}", route.path)
    for method, operation in route.operations.items():
        known = names_of(parameters_of(path, method.lower())) or {}
        ours = names_in(operation.takes) or {}
        for name in ("file", "card", "cvc_update", "pii"):  # a part; tokens of other subjects
            known.pop(name, None)
        if "external_account" in known:  # typed as a string, yet an object is legal
            known["external_account"] = ours["external_account"]
        assert ours == known, method


def test_every_route_is_described_and_all_that_is_described_is_there() -> None:
    ours = {
        (re.sub(r"<(\w+)>", r"{\1}", route.path), method.lower())
        for route in ROUTES
        for method in route.operations
    }

    assert ours - {("/v1/files/{file}/contents", "get")} == set(CALLS)


def test_the_simulator_hands_its_own_description_out() -> None:
    answer = Client(StripeSimulator()).get("/_openapi.json", base_url="http://127.0.0.1:8000")

    assert answer.json == {**described(), "servers": [{"url": "http://127.0.0.1:8000"}]}
    assert set(answer.json["paths"]["/v1/accounts"]) == {"get", "post"}
