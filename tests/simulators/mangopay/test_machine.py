"""Whatever happens in whatever order, some things never do: users, reviewers, faults, restarts."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.mangopay.stage import (
    CATEGORISE,
    LEGAL,
    LEGAL_OWNER,
    LEGAL_PAYER,
    NATURAL,
    OWNER,
    PAGE,
    PAYER,
    START,
    TERMS,
    Json,
    without,
)
from tests.scaling import sized
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.shared import VirtualClock

from .test_documents import OWNER_OF_COMPANY

NEW = {
    (NATURAL, "OWNER"): OWNER,
    (NATURAL, "PAYER"): PAYER,
    (LEGAL, "OWNER"): LEGAL_OWNER,
    (LEGAL, "PAYER"): LEGAL_PAYER,
}
PRIVATE = ("Birthday", "Nationality", "CountryOfResidence")
# docs: guides/users/verification/requirements: what REGULAR takes, by where a user shows it
PROOFS = {"ProofOfIdentity": "IDENTITY_PROOF"}
COMPANY_PROOFS = {
    **PROOFS,
    "ProofOfRegistration": "REGISTRATION_PROOF",
    "Statute": "ARTICLES_OF_ASSOCIATION",
}
TYPES = ("IDENTITY_PROOF", "REGISTRATION_PROOF", "ARTICLES_OF_ASSOCIATION")
DECIDED = ("VALIDATED", "REFUSED")
LIVES = {"full": 1_000, "laws": 1_000}.get(
    os.environ.get("HYPOTHESIS_PROFILE", ""), sized(25, by_default=10)
)
NOT_DECIDED_BY_NAME = OWNER_OF_COMPANY | {"FirstName": "Ada"}
FAULTS = ("drop_before", "drop_after", "empty", "truncated", "error", "rate_limit", "bad_gateway")
CHANGES: list[Json] = [
    {"Tag": "changed"},
    {"FirstName": "Ada"},
    {"Email": "ada@example.com"},
    {"Nationality": "LT"},
    {"LegalRepresentative": {"LastName": "Lovelace"}},
    {"LegalPersonType": "SOLETRADER"},
    {"TermsAndConditionsAccepted": False},
    {"UserCategory": "PAYER"},
]
TOKEN = "ab" * 16
BEARER = f"bearer {TOKEN}"
PICKS = st.integers(0, 2**16)


class Life(RuleBasedStateMachine):
    """The life of a platform: what it asks for, what reviewers and users do, what goes wrong.

    What it remembers is what it was told and what it did; all else it reads anew each time.
    """

    simulator: type[MangoPaySimulator] = MangoPaySimulator

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = VirtualClock(START)
        self.entropy = random.Random(0).randbytes  # the same ids whenever a life is lived again
        self.fault: str | None = None
        self.users: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.pages: Counter[str] = Counter()
        self.declarations: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self.accepted: set[str] = set()
        """Documents, declarations and sessions that somebody accepted."""
        self.keys: dict[str, tuple[float, bytes]] = {}
        self.decided: dict[str, str] = {}
        self.closed: set[str] = set()
        self.terms: set[str] = set()
        self.open()
        self.sim.store.save_token(TOKEN, 10**12, 0)

    def open(self) -> None:
        self.sim = self.simulator(
            client_id="acme",
            api_key="key",
            state=str(self.folder / "state"),
            clock=self.clock,
            entropy=self.entropy,
        )
        self.http = Client(self.sim)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def call(
        self, method: str, path: str, body: object = None, key: str = ""
    ) -> TestResponse | None:
        """Gives an answer, or None where none came that one could read."""
        headers = {"Authorization": BEARER, **({"Idempotency-Key": key} if key else {})}
        if self.fault is not None:
            self.sim.misbehave(kind=self.fault, times=1)
            self.fault = None
        try:
            answer = self.http.open(
                f"/v2.01/acme/{path}", method=method, json=body, headers=headers
            )
            json.loads(answer.data or b"null")
        except (ConnectionResetError, ValueError):
            return None
        whole = answer.status_code == 204 or answer.data
        return answer if whole and answer.status_code < 500 else None

    def made(self, path: str, body: object = None) -> Json | None:
        answer = self.call("POST", path, body)
        made: Json | None = answer.json if answer and answer.status_code == 200 else None
        return made

    def seen(self, path: str) -> Any:
        answer = self.http.get(f"/v2.01/acme/{path}", headers={"Authorization": BEARER})
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def one(self, there: dict[str, str], pick: int) -> str:
        """Gives the id of something, of somebody unknown where there is nothing."""
        return list(there)[pick % len(there)] if there else "none"

    # What the platform does.

    @rule(
        kind=st.sampled_from([NATURAL, LEGAL]),
        category=st.sampled_from(["OWNER", "PAYER"]),
        number=st.integers(0, 4),
    )
    def create(self, kind: str, category: str, number: int) -> None:
        """Creates a user under a key that may have been used."""
        key = f"key-of-a-user-{number:04}"
        before = self.total()
        answer = self.call("POST", kind, NEW[kind, category], key)
        made, used = self.total() - before, key in self.keys and self.is_fresh(key)
        assert made <= (0 if used else 1), "one key made two users"
        if answer is not None and answer.status_code == 200:
            self.users[str(answer.json and answer.json.get("Id"))] = kind
        if answer is None or answer.status_code in (409, 429):
            self.recover(key, kind)
        else:
            self.keys[key] = (self.clock(), answer.data)

    def recover(self, key: str, kind: str) -> None:
        """Reads the first answer under a key."""
        stored = self.call("GET", f"responses/{key}")
        if stored is not None and stored.status_code == 200 and stored.json is not None:
            first = stored.json["Resource"]
            self.keys.setdefault(key, (self.clock(), json.dumps(first).encode()))
            if stored.json["StatusCode"] == "200":
                self.users.setdefault(first["Id"], kind)

    def is_fresh(self, key: str) -> bool:
        return self.clock() - self.keys[key][0] < 24 * 60 * 60

    @rule(pick=PICKS, change=st.sampled_from(CHANGES))
    @precondition(lambda self: self.users)
    def update(self, pick: int, change: Json) -> None:
        id = self.one(self.users, pick)
        self.call("PUT", f"{self.users[id]}/{id}", TERMS | change)

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def categorise(self, pick: int) -> None:
        id = self.one(self.users, pick)
        kind = self.users.get(id, NATURAL)
        of_company = {
            "LegalRepresentative": LEGAL_OWNER["LegalRepresentative"],
            "HeadquartersAddress": LEGAL_OWNER["HeadquartersAddress"],
            "CompanyNumber": "123456789",
        }
        self.call("PUT", f"{kind}/{id}/category", CATEGORISE | of_company)

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def close(self, pick: int) -> None:
        id = self.one(self.users, pick)
        answer = self.call("DELETE", f"{self.users.get(id, NATURAL).removeprefix('sca/')}/{id}")
        if answer is not None and answer.status_code == 204:
            self.closed.add(id)

    @rule(pick=PICKS, type=st.sampled_from(TYPES), tag=st.sampled_from([None, "accept"]))
    @precondition(lambda self: self.users)
    def create_document(self, pick: int, type: str, tag: str | None) -> None:
        self.document_of(self.one(self.users, pick), type, tag)

    def document_of(self, user: str, type: str, tag: str | None = None) -> str | None:
        made = self.made(f"users/{user}/kyc/documents", {"Type": type, "Tag": tag})
        if not made:
            return None
        self.documents[made["Id"]] = user
        if tag == "accept":  # the sandbox accepts it once it is submitted
            self.accepted.add(made["Id"])
        return str(made["Id"])

    @rule(pick=PICKS)
    @precondition(lambda self: self.documents)
    def submit_document(self, pick: int) -> None:
        self.submit(self.one(self.documents, pick))

    def submit(self, id: str) -> None:
        path = f"users/{self.documents[id]}/kyc/documents/{id}"
        self.call("POST", f"{path}/pages", {"File": PAGE})
        self.call("PUT", path, {"Status": "VALIDATION_ASKED"})

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def send_all_papers(self, pick: int) -> None:
        """Sends what REGULAR takes, for a reviewer to look at."""
        user = self.one(self.users, pick)
        for type in TYPES:
            made = self.document_of(user, type)
            if made:
                self.submit(made)
        self.declare_owner(user)

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def declare(self, pick: int) -> None:
        self.declare_owner(self.one(self.users, pick))

    def declare_owner(self, user: str) -> None:
        path = f"users/{user}/kyc/ubodeclarations"
        made = self.made(path)
        if made:
            self.declarations[made["Id"]] = user
            self.call("POST", f"{path}/{made['Id']}/ubos", NOT_DECIDED_BY_NAME)
            self.call("PUT", f"{path}/{made['Id']}", {"Status": "VALIDATION_ASKED"})

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def open_session(self, pick: int) -> None:
        user = self.one(self.users, pick)
        made = self.made(
            f"users/{user}/identity-verifications", {"ReturnUrl": "https://example.com"}
        )
        if made:
            self.sessions[made["Id"]] = user

    # What others do.

    def desk(self, act: Callable[[], object]) -> bool:
        """Whether the desk could do that: it may come too late, or for somebody who left."""
        try:
            act()
        except LookupError:
            return False
        return True

    @rule()
    def accept_all_papers(self) -> None:
        for id in self.documents:
            self.accept(id)
        for id in self.declarations:
            self.decide(id, "VALIDATED")

    @rule(pick=PICKS)
    @precondition(lambda self: self.documents)
    def accept_document(self, pick: int) -> None:
        self.accept(self.one(self.documents, pick))

    def accept(self, id: str) -> None:
        if self.desk(lambda: self.sim.accept_document(id)):
            self.accepted.add(id)

    @rule(pick=PICKS)
    @precondition(lambda self: self.documents)
    def refuse_document(self, pick: int) -> None:
        id = self.one(self.documents, pick)
        self.desk(lambda: self.sim.refuse_document(id, "DOCUMENT_UNREADABLE"))

    @rule(pick=PICKS)
    @precondition(lambda self: self.documents)
    def outdate_document(self, pick: int) -> None:
        id = self.one(self.documents, pick)
        self.desk(lambda: self.sim.outdate_document(id))

    @rule(pick=PICKS, status=st.sampled_from(["VALIDATED", "REFUSED", "INCOMPLETE"]))
    @precondition(lambda self: self.declarations)
    def decide_declaration(self, pick: int, status: str) -> None:
        self.decide(self.one(self.declarations, pick), status)

    def decide(self, id: str, status: str) -> None:
        done = self.desk(lambda: self.sim.decide_declaration(id, status))
        if done and status == "VALIDATED":
            self.accepted.add(id)

    @rule(pick=PICKS, status=st.sampled_from(["VALIDATED", "REFUSED", "OUT_OF_DATE"]))
    @precondition(lambda self: self.sessions)
    def complete_session(self, pick: int, status: str) -> None:
        id = self.one(self.sessions, pick)
        if self.desk(lambda: self.sim.complete_verification(id, status)) and status == "VALIDATED":
            self.accepted.add(id)

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def activate(self, pick: int) -> None:
        self.desk(lambda: self.sim.activate(self.one(self.users, pick)))

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def make_payer(self, pick: int) -> None:
        self.desk(lambda: self.sim.make_payer(self.one(self.users, pick)))

    @rule(seconds=st.sampled_from([60, 3_600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(kind=st.sampled_from(FAULTS))
    def go_wrong(self, kind: str) -> None:
        """Spoils the next call that the platform makes."""
        self.fault = kind

    @rule()
    def restart(self) -> None:
        self.open()

    # What never happens.

    def total(self) -> int:
        return self.sim.store.count_users()

    @invariant()
    def nothing_forbidden_is(self) -> None:
        rows = self.seen("users?per_page=100")
        ids = [row.get("Id") for row in rows]
        assert all(ids), "a user without an id"
        assert len(set(ids)) == len(ids), "two users with one id"
        assert set(self.users) <= set(ids), "a user was lost"
        papers = {row["Id"]: row for row in self.seen("kyc/documents?per_page=100")}
        assert set(self.documents) <= set(papers), "a document was lost"
        for row in rows:
            self.check_user(self.seen(f"sca/users/{row['Id']}"), papers)
        for id, paper in papers.items():
            self.check_document(id, paper)
        for key, (_, body) in self.keys.items():
            if self.is_fresh(key):
                stored = self.seen(f"responses/{key}")["Resource"]
                assert stored == json.loads(body), "a key has two answers"

    def check_user(self, user: Json, papers: dict[str, Json]) -> None:
        id, payer = user["Id"], user["UserCategory"] == "PAYER"
        person = user if user["PersonType"] == "NATURAL" else user["LegalRepresentative"]
        mine = [paper for paper in papers.values() if paper["UserId"] == id]
        if user["KYCLevel"] == "REGULAR":
            assert self.is_proven(user, papers), "REGULAR without accepted proof"
        if payer:
            assert user["KYCLevel"] == "LIGHT", "a PAYER who is REGULAR"
            assert user["UserStatus"] != "PENDING_USER_ACTION", "a PAYER who must enrol"
            assert not any(person[name] for name in PRIVATE), "a PAYER with private data"
            under_review = [paper for paper in mine if paper["Status"] == "VALIDATION_ASKED"]
            assert not under_review, "a PAYER with documents under review"
        else:
            assert user["TermsAndConditionsAccepted"], "an OWNER without accepted terms"
        assert user["UserStatus"] == "CLOSED" or id not in self.closed, "closed, then not"
        assert user["TermsAndConditionsAccepted"] or id not in self.terms, "terms taken back"
        if user["TermsAndConditionsAccepted"]:
            self.terms.add(id)
        last = [
            event["EventType"]
            for event in self.seen("events?per_page=100&Sort=Date:ASC")
            if event["ResourceId"] == id
            and event["EventType"] in ("USER_KYC_REGULAR", "USER_KYC_LIGHT")
        ]
        told = last[-1].removeprefix("USER_KYC_") if last else "LIGHT"
        assert told == user["KYCLevel"], "a level that no event told of"

    def is_proven(self, user: Json, papers: dict[str, Json]) -> bool:
        id = user["Id"]
        for session in self.seen(f"users/{id}/identity-verifications"):
            if session["Status"] == "VALIDATED" and session["Id"] in self.accepted:
                return True
        if user["PersonType"] == "NATURAL":
            shown = {name: user[name] for name in PROOFS}
        else:
            company = user["LegalPersonType"] == "BUSINESS"
            wanted = set(COMPANY_PROOFS) - (set() if company else {"Statute"})
            everything = {**user, **user["LegalRepresentative"]}
            shown = {name: everything[name] for name in wanted}
            declared = self.seen(f"users/{id}/kyc/ubodeclarations")
            valid = {each["Id"] for each in declared if each["Status"] == "VALIDATED"}
            if company and not valid & self.accepted:
                return False
        return all(
            paper in self.accepted
            and papers[paper]["Status"] == "VALIDATED"
            and papers[paper]["UserId"] == id
            and papers[paper]["Type"] == COMPANY_PROOFS[name]
            for name, paper in shown.items()
        )

    def check_document(self, id: str, paper: Json) -> None:
        before, now = self.decided.get(id), paper["Status"]
        assert before in (None, now) or now == "OUT_OF_DATE", "a decision was taken back"
        assert now != "VALIDATED" or id in self.accepted, "accepted by nobody"
        assert (paper["ProcessedDate"] is not None) >= (now in DECIDED), "decided at no time"
        if now in (*DECIDED, "OUT_OF_DATE"):
            self.decided[id] = now


def test_nothing_forbidden_happens_in_any_life() -> None:
    lives = settings(
        settings(),
        max_examples=LIVES,
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Life, settings=lives)


def walk(life: Life) -> None:
    """One life in which everything happens."""
    steps: list[Callable[[], object]] = [
        lambda: life.create(NATURAL, "OWNER", 0),
        lambda: life.create(NATURAL, "OWNER", 0),
        lambda: life.create(LEGAL, "PAYER", 1),
        lambda: life.activate(0),
        lambda: life.send_all_papers(0),
        lambda: life.refuse_document(0),
        lambda: life.accept_document(0),
        lambda: life.send_all_papers(0),
        life.accept_all_papers,
        life.restart,
        lambda: life.create(LEGAL, "OWNER", 2),
        lambda: life.send_all_papers(2),
        life.accept_all_papers,
        lambda: life.outdate_document(len(life.documents) - 1),
        lambda: life.create(NATURAL, "OWNER", 3),
        lambda: life.send_all_papers(3),
        lambda: life.make_payer(3),
        lambda: life.close(0),
        lambda: life.activate(0),
    ]
    for step in steps:
        step()
        life.nothing_forbidden_is()


def test_nothing_forbidden_happens_where_everything_happens() -> None:
    life = Life()

    walk(life)

    natural, payer, company, former = (life.seen(f"sca/users/{id}") for id in life.users)
    assert (natural["KYCLevel"], natural["UserStatus"]) == ("REGULAR", "CLOSED")
    assert payer["KYCLevel"] == "LIGHT"
    assert [each["EventType"] for each in life.seen("events?per_page=100")].count(
        "USER_KYC_REGULAR"
    ) == 2
    assert company["KYCLevel"] == "LIGHT"
    assert former["UserCategory"] == "PAYER"
    life.teardown()


# A zoo of simulators that are wrong: each invariant must be able to fail.


class Spoilt(MangoPaySimulator):
    """Answers a path with something else."""

    at = ""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(super().__call__, environ)
        good = answer.status_code == 200 and environ["REQUEST_METHOD"] == "GET"
        if good and re.search(self.at, environ["PATH_INFO"]):
            answer.set_data(json.dumps(self.spoil(answer.json)))
        return answer(environ, start)

    def spoil(self, shown: Any) -> Any:
        raise NotImplementedError


class Nameless(Spoilt):
    at = "/users$"

    def spoil(self, shown: Any) -> Any:
        return [without(row, "Id") for row in shown]


class TwoFaced(Spoilt):
    at = "/responses/"

    def spoil(self, shown: Any) -> Any:
        return {**shown, "Resource": {"Id": "another"}}


class Unasked(Spoilt):
    at = "/sca/users/"

    def spoil(self, shown: Any) -> Any:
        return {**shown, "TermsAndConditionsAccepted": False}


class Silent(Spoilt):
    at = "/events"

    def spoil(self, shown: Any) -> Any:
        return [row for row in shown if row["EventType"] != "USER_KYC_REGULAR"]


class Keyless(MangoPaySimulator):
    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.tables.drop("responses", environ.get("HTTP_IDEMPOTENCY_KEY", ""))
        return super().__call__(environ, start)


class Forgetful(MangoPaySimulator):
    def __attrs_post_init__(self) -> None:
        self.state = None
        super().__attrs_post_init__()
        self.store.save_token(TOKEN, 10**12, 0)


class Generous(MangoPaySimulator):
    """Takes a refused document for an accepted one."""

    def refuse_document(self, document_id: str, reason: str, *_: Any) -> None:
        super().refuse_document(document_id, reason)
        row = self.tables.get("documents", document_id)
        assert row is not None
        user = self.store.user(row["UserId"])
        if user is not None and user.category == "OWNER":
            self.set_kyc_level(user.id, "REGULAR")


class Careless(MangoPaySimulator):
    """Makes a PAYER of somebody whose documents stay under review."""

    def make_payer(self, user_id: str) -> None:
        rows = self.tables.owned("documents", user_id)
        super().make_payer(user_id)
        for row in rows:
            self.tables.save("documents", row["Id"], row)


class Indiscreet(MangoPaySimulator):
    """Makes a PAYER of somebody whose birthday stays to be seen."""

    def make_payer(self, user_id: str) -> None:
        before = self.store.user(user_id)
        super().make_payer(user_id)
        after = self.store.user(user_id)
        assert before is not None
        assert after is not None
        self.store.save_user(evolve(after, facts=before.facts))


class Undead(MangoPaySimulator):
    def activate(self, user_id: str) -> None:
        user = self.store.user(user_id)
        if user is not None:
            self.store.save_user(evolve(user, status="ACTIVE"))


class Fickle(MangoPaySimulator):
    """Accepts what was refused."""

    def accept_document(self, document_id: str) -> None:
        row = self.tables.get("documents", document_id)
        if row is not None:
            decided = {**row, "Status": "VALIDATED", "ProcessedDate": int(self.clock())}
            self.tables.save("documents", document_id, decided)


ZOO = {
    Nameless: "a user without an id",
    TwoFaced: "a key has two answers",
    Unasked: "an OWNER without accepted terms",
    Silent: "a level that no event told of",
    Keyless: "one key made two users",
    Forgetful: "a user was lost",
    Generous: "REGULAR without accepted proof",
    Careless: "a PAYER with documents under review",
    Indiscreet: "a PAYER with private data",
    Undead: "closed, then not",
    Fickle: "a decision was taken back",
}


@pytest.mark.parametrize("broken", ZOO)
def test_a_simulator_that_is_wrong_is_found(broken: type[MangoPaySimulator]) -> None:
    class Doomed(Life):
        simulator = broken

    life = Doomed()
    try:
        with pytest.raises(AssertionError, match=ZOO[broken]):
            walk(life)
    finally:
        life.teardown()
