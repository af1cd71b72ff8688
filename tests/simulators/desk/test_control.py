"""The control endpoint refuses whatever is no control request, says why, and changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from onboarding_simulators.mangopay.app import ACTIONS as MANGOPAY_ACTIONS
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.paysera.app import ACTIONS as PAYSERA_ACTIONS
from onboarding_simulators.shared import Fault, VirtualClock

from .papers import picture
from .paysera_scene import PASSPORT, REGISTRATION
from .scene import COMPANY, OWNER, START, new_simulator

HERE = {"Host": "localhost"}
image = cache(picture)


@frozen
class Room:
    """A simulator with something of everything, called in this process."""

    sim: Any
    reads: tuple[str, ...]
    arguments: dict[str, dict[str, Any]]
    headers: dict[str, str] = field(factory=dict[str, str])

    def send(self, name: str, body: bytes | object) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client(self.sim).post(
            f"/_control/{name}", data=data, content_type="application/json", headers=HERE
        )

    def still_answers(self) -> Iterator[tuple[str, int]]:
        client = Client(self.sim)
        for path in (*self.reads, "/_control"):
            yield path, client.get(path, headers=HERE | self.headers).status_code

    @property
    def kept(self) -> tuple[object, ...]:
        """Everything that is remembered, and the time and the faults."""
        tables = self.sim._store._tables if hasattr(self.sim, "_store") else self.sim.tables
        database: sqlite3.Connection = tables._execute.__self__
        return hash(database.serialize()), self.sim.clock(), self.sim._front.faults.faults


def mangopay() -> Room:
    sim = new_simulator(VirtualClock(START))
    client = Client(sim)
    login = client.post(
        "/v2.01/oauth/token", data={"grant_type": "client_credentials"}, auth=("acme", "key")
    ).json
    assert login is not None
    headers = {"Authorization": f"bearer {login['access_token']}"}

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = client.open(f"/v2.01/acme/{path}", method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else {}

    made = call("POST", "sca/users/natural", OWNER)
    user, link = made["Id"], made["PendingUserAction"]["RedirectUrl"]
    company = call("POST", "sca/users/legal", COMPANY)["Id"]
    sim.activate(user)
    document = call("POST", f"users/{user}/kyc/documents", {"Type": "IDENTITY_PROOF"})["Id"]
    place = f"users/{user}/kyc/documents/{document}"
    call("POST", f"{place}/pages", {"File": "JVBERi0xLjcK" * 6000})
    call("PUT", place, {"Status": "VALIDATION_ASKED"})
    owners = f"users/{company}/kyc/ubodeclarations"
    declaration = call("POST", owners)["Id"]
    session = call(
        "POST", f"users/{user}/identity-verifications", {"ReturnUrl": "https://shop.example/done"}
    )["Id"]
    arguments: dict[str, dict[str, Any]] = {
        "activate": {"user_id": user},
        "finish_sca": {"link": link, "passed": True, "scopes": ["Transfer"]},
        "consent": {"user_id": user, "scopes": ["Transfer"]},
        "set_kyc_level": {"user_id": user, "level": "LIGHT"},
        "accept_document": {"document_id": document},
        "refuse_document": {
            "document_id": document,
            "reason": "DOCUMENT_UNREADABLE",
            "message": "blurred",
            "flags": ["111111"],
        },
        "outdate_document": {"document_id": document},
        "decide_declaration": {
            "declaration_id": declaration,
            "status": "VALIDATED",
            "reason": "x",
            "message": "y",
        },
        "complete_verification": {
            "session_id": session,
            "status": "VALIDATED",
            "verified": {"FirstName": "Alexander"},
            "reasons": [{"Type": "x"}],
            "invited": [],
        },
        "finish_person": {"person_id": "1", "status": "VALIDATED"},
        "block": {"user_id": user, "inflows": True, "outflows": False, "code": "008703"},
        "require_renewal": {"user_id": user, "deadline": "2030-01-31"},
        "make_payer": {"user_id": user},
        "add_wallet": {"user_id": user, "currency": "EUR", "amount": 5},
        "add_transaction": {
            "user_id": user,
            "type": "PAYIN",
            "currency": "EUR",
            "amount": 1,
            "status": "SUCCEEDED",
            "nature": "REGULAR",
            "wallet_id": None,
        },
        "add_card": {
            "user_id": user,
            "alias": "497010XXXXXX0014",
            "expires": "1230",
            "country": "FRA",
            "currency": "EUR",
        },
        "emit": {"event_type": "ANYTHING", "resource_id": user},
        "deliver_hooks": {},
    }
    api = "/v2.01/acme"
    reads = (
        f"{api}/sca/users/{user}", f"{api}/users/{user}", f"{api}/users", f"{api}/{place}",
        f"{api}/users/{user}/regulatory", f"{api}/users/{user}/wallets",
        f"{api}/users/{user}/transactions", f"{api}/users/{user}/cards", f"{api}/events",
        f"{api}/{owners}", f"{api}/identity-verifications/{session}", f"{api}/users/{user}/emoney",
        "/_desk", f"/_desk/users/{user}", f"/_desk/users/{company}", f"/_desk/documents/{document}",
    )  # fmt: skip
    return Room(sim, reads, arguments, headers)


def paysera() -> Room:
    sim = PayseraSimulator(
        client_id="acme", mac_key="key", trust_unsigned=True, clock=VirtualClock(START)
    )
    client = Client(sim)

    def call(method: str, path: str, body: Any = None, kind: str = "") -> Any:
        sent: Any = {"data": body, "content_type": kind} if kind else {"json": body}
        answer = client.open(f"/rest/v1{path}", method=method, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    user = call("POST", "/user", REGISTRATION)["id"]
    document = call("POST", f"/user/{user}/document", image(), "image/png")["id"]
    request = call("POST", f"/user/{user}/identification-request")["id"]
    paper = call("POST", f"/identification-request/{request}/identity-document", PASSPORT)["id"]
    call("PUT", f"/identity-document/{paper}/image/0", image(), "image/png")
    call("PUT", f"/identification-request/{request}/submit")
    book = call("POST", f"/user/{user}/contact-book", {"emails": ["a@example.com"]})["id"]
    arguments: dict[str, dict[str, Any]] = {
        "issue_token": {"user_id": user, "scopes": ["email"]},
        "consent": {
            "user_id": user,
            "scopes": ["email"],
            "redirect_uri": "https://app.example/back",
        },
        "revoke_consent": {"user_id": user},
        "code_for": {"user_id": user, "channel": "email"},
        "credentials_of": {"user_id": user},
        "receipt_due": {"user_id": user},
        "contacts_in": {"contact_book_id": int(book)},
        "documents_of": {"user_id": user},
        "set_pep": {"user_id": user, "entries": [["Ona", "self", ["mayor"]]]},
        "set_company": {"user_id": user, "country": "lt", "company_code": "123"},
        "add_wallet": {"user_id": user, "status": "active"},
        "enable_service": {"user_id": user, "service": "micro"},
        "set_level": {
            "user_id": user,
            "identification_level": "identified",
            "calculated_level": "identified",
        },
        "accept_identity": {"user_id": user, "level": "identified"},
        "accept_document": {"document_id": document, "level": "identified"},
        "refuse_document": {"document_id": document, "comment": "blurred"},
        "begin_review": {"request_id": int(request)},
        "accept_request": {"request_id": int(request), "level": "identified"},
        "refuse_request": {"request_id": int(request), "comment": "blurred"},
    }
    api = f"/rest/v1/user/{user}"
    reads = (
        api, f"{api}/wallets", f"{api}/services", f"{api}/pes", f"{api}/identification-requests",
        f"/rest/v1/identification-request/{request}", "/_desk", f"/_desk/users/{user}",
        f"/_desk/documents/document-{document}",
    )  # fmt: skip
    return Room(sim, reads, arguments)


ROOMS: dict[str, Callable[[], Room]] = {"mangopay": mangopay, "paysera": paysera}
SHARED = {name: cache(make) for name, make in ROOMS.items()}
"""The same, for tests that leave them as they are."""
ACTIONS = {"mangopay": MANGOPAY_ACTIONS, "paysera": PAYSERA_ACTIONS}
CALLS = [(name, action) for name, actions in ACTIONS.items() for action in actions]

DEEP = b'{"user_id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 1.5, 2**53, 2**63, -(2**63) - 1, 10**400, 1e308, float("nan"),
    float("inf"), "", " ", "x", "\x00", "\ud800", "a\udfffb", "x" * 100_001, [], ["x"], [None],
    ["\ud800"], [[]], [{}], {}, {"a": 1}, {"\ud800": 1}, {"a": {"b": [1]}},
)  # fmt: skip


def body_with(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(("provider", "action"), CALLS)
def test_an_action_takes_what_it_declares_and_refuses_all_else_without_a_change(
    provider: str, action: str
) -> None:
    room = ROOMS[provider]()
    good = room.arguments[action]
    bodies = [body_with({**good, name: junk}) for name in good for junk in JUNK]
    bodies += [body_with({**good, "stranger": 1}), body_with({**good, "\ud800": 1})]
    bodies += [body_with({k: v for k, v in good.items() if k != name}) for name in good]
    before = room.kept
    for body in bodies:
        answer = room.send(action, body)

        assert answer.status_code in (200, 400), (body[:200], answer.text)
        if answer.status_code == 400:
            assert answer.json is not None
            assert answer.json["error"].strip(), body[:200]
            assert room.kept == before, body[:200]
        before = room.kept
    assert [(path, code) for path, code in room.still_answers() if code >= 500] == []


@pytest.mark.parametrize("provider", ROOMS)
@pytest.mark.parametrize(
    ("body", "text"),
    [
        (DEEP, "nested"),
        (b'{"a": ' * 30 + b"1" + b"}" * 30, "nested"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"7", "must be a JSON object"),
        (b"{", "must be JSON"),
        (b'{"a": NaN}', "not finite"),
        (b'{"a": -Infinity}', "not finite"),
        (b'{"a": 1e999}', "not finite"),
        (b'{"a": 9223372036854775808}', "64 bits"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        (b'{"\\udfff": 1}', "lone surrogate"),
        (b'{"a": 1, "a": 2}', "a key is given twice"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": ' + b"9" * 5000 + b"}", "64 bits"),
    ],
)
def test_a_body_that_no_simulator_can_keep_is_refused(
    provider: str, body: bytes, text: str
) -> None:
    room = SHARED[provider]()
    before = room.kept

    answers = [room.send(name, body) for name in ("clock", "misbehave", "consent")]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert all(text in (answer.json or {})["error"] for answer in answers)
    assert room.kept == before


@pytest.mark.parametrize(
    ("provider", "action", "change", "text"),
    [
        ("mangopay", "require_renewal", {"deadline": "soon"}, "deadline: expected a date"),
        ("mangopay", "require_renewal", {"deadline": "2030-02-31"}, "day is out of range"),
        ("mangopay", "add_wallet", {"currency": "euro"}, "currency: expected three"),
        ("mangopay", "add_transaction", {"currency": "€"}, "currency: expected three"),
        ("mangopay", "add_transaction", {"wallet_id": "none"}, "no wallet has this id"),
        ("mangopay", "add_card", {"currency": ""}, "currency: expected three"),
        ("mangopay", "set_kyc_level", {"level": "FULL"}, "LIGHT, REGULAR"),
        ("paysera", "add_wallet", {"status": "frozen"}, "status: expected one of active"),
        ("paysera", "issue_token", {"scopes": ["everything"]}, "scope"),
    ],
)
def test_a_value_without_a_meaning_is_refused_with_what_is_accepted(
    provider: str, action: str, change: dict[str, Any], text: str
) -> None:
    room = SHARED[provider]()
    before = room.kept

    answer = room.send(action, room.arguments[action] | change)

    assert answer.status_code == 400
    assert text in (answer.json or {})["error"]
    assert room.kept == before


def test_what_is_wrong_is_named_by_field() -> None:
    room = SHARED["paysera"]()
    wrong = {"user_id": "7", "entries": [["Ona", "self", "mayor"], [1, 2]], "stranger": 1}

    error = (room.send("set_pep", wrong).json or {})["error"]
    missing = (room.send("set_pep", {}).json or {})["error"]
    channel = (room.send("code_for", {"user_id": 221, "channel": "fax"}).json or {})["error"]

    assert error == (
        "stranger: there is no such field; user_id: expected a whole number; "
        "entries.0.2: expected a list; entries.1: expected a list of 3"
    )
    assert missing == "user_id: is required; entries: is required"
    assert channel == "channel: expected one of email, phone, password"


# -- the clock


@pytest.mark.parametrize("provider", ROOMS)
@pytest.mark.parametrize("value", [*JUNK, 1e18, -1e12])
def test_the_clock_is_moved_by_a_finite_number_of_seconds_within_its_years(
    provider: str, value: object
) -> None:
    room = SHARED[provider]()
    before = room.sim.clock()

    answer = room.send("clock", body_with({"advance": value}))

    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and value in (0, -1, 7, 1.5):
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400, value
        assert abs(room.sim.clock() - before) < 5
    assert all(code < 500 for _, code in room.still_answers())


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e18, -1e12])
def test_a_clock_says_by_itself_what_it_cannot_be_moved_by(seconds: float) -> None:
    clock = VirtualClock(START)

    with pytest.raises(ValueError, match="seconds"):
        clock.advance(seconds)

    assert clock() == START


# -- faults

NAN, INF = float("nan"), float("inf")
WRONG: dict[str, tuple[Any, ...]] = {
    "kind": ("explode", "", None, 7, ["slow"], {}, True),
    "route": ("", None, 5, ["*"], {}, "x" * 1001),
    "times": (0, -1, 1.5, "2", True, 2**40, [], NAN),
    "probability": (-0.1, 1.1, NAN, INF, "1", None, True),
    "seed": (None, 1.5, "x", [], True, 2**70),
    "seconds": (NAN, INF, -INF, "1", [], 1e18, True),
    "status": (399, 600, 200, 404.5, "500", True, []),
    "code": ("", " ", 7, [], "a b", "\ud800", "x" * 101),
}
BAD_FAULTS = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), BAD_FAULTS)
def test_a_fault_that_cannot_be_is_refused_where_it_is_made_and_where_it_is_set(
    name: str, value: Any
) -> None:
    fields = {"kind": "slow", name: value}
    with pytest.raises(ValueError, match=rf"^{name}: expected ") as made:
        Fault(**fields)
    for provider in ROOMS:
        room = SHARED[provider]()
        with pytest.raises(ValueError, match=f"^{name}: expected "):
            room.sim.misbehave(**{"route": "*", **fields})

        answer = room.send("misbehave", body_with(fields))

        assert answer.status_code == 400
        assert room.sim._front.faults.faults == []
    assert repr(value) not in str(made.value) or value in (0, True, "", None)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"route": "*"},
        {"kind": "slow", "size": 3},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "seconds": 86_401},
        {"kind": "rate_limit", "seconds": -5},
        {"kind": "skew", "seconds": 1e10},
    ],
)
def test_fields_that_do_not_go_together_make_no_fault(fields: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Fault(**fields)
    for provider in ROOMS:
        assert SHARED[provider]().send("misbehave", fields).status_code == 400


def test_all_that_is_wrong_of_a_fault_is_told_at_once() -> None:
    fields: Any = {"kind": "slow", "times": 0, "probability": 2, "status": 1}

    with pytest.raises(ValueError, match=r"times: .*; probability: .*; status: "):
        Fault(**fields)


FAULTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["rate_limit", "error", "bad_gateway", "empty", "unknown", "skew"])},
    optional={
        "route": st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
        "times": st.none() | st.integers(1, 3),
        "probability": st.floats(0, 1),
        "seed": st.integers(-(2**63), 2**63 - 1),
        "seconds": st.none() | st.floats(0, 86_400),
        "status": st.none() | st.integers(400, 599),
        "code": st.none() | st.from_regex(r"\A[A-Za-z0-9_.-]{1,20}\Z"),
    },
)


@given(fields=FAULTS)
@settings(max_examples=min(40, settings().max_examples // 2))
@pytest.mark.parametrize("provider", ROOMS)
def test_whatever_fault_is_taken_is_answered_as_it_says(
    provider: str, fields: dict[str, Any]
) -> None:
    room = SHARED[provider]()
    client = Client(room.sim)

    assert room.send("misbehave", fields).status_code == 200
    answer = client.get(room.reads[0], headers=HERE | room.headers)
    assert client.get("/_control", headers=HERE).status_code == 200
    client.delete("/_control/misbehave", headers=HERE)

    expected = fields.get("status") or 500
    assert answer.status_code in (200, 429, 502, 400, 403, 404, expected)
    assert client.get(room.reads[0], headers=HERE | room.headers).status_code == 200
