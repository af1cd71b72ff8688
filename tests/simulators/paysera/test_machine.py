"""Whatever happens in whatever order, some things never do: users, reviewers, faults, restarts."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.scaling import sized
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.paysera.tokens import RefreshToken
from onboarding_simulators.shared import VirtualClock

from .api import CLIENT_ID, LEVELS, MAC_KEY, NOW, signature

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
PICKS = st.integers(0, 2**16)
CHANNELS = st.sampled_from(["email", "phone"])
# few enough that several users want the same
CONTACTS = {
    "email": ["a@example.com", "b@example.com", "B@example.com"],
    "phone": ["37060000001", "37060000002"],
}
PASSWORD = "secretPassword22"
# lib-wallet-php-client, OAuth/Consumer, and the user resource: the scope of each key
SCOPES = {
    "email": {"email"},
    "phone": {"phone"},
    "address": {"address"},
    "dob": {"dob"},
    "gender": {"gender"},
    "identity": {"identity", "full_name"},
    "identification_level": {"identification_level"},
    "calculated_level": {"identification_level"},
    "wallets": {"wallet_list"},
    "pep": {"pep"},
}
ASKED = st.frozensets(st.sampled_from(sorted({each for some in SCOPES.values() for each in some})))
STATUSES = ["waiting", "processing", "pending", "reviewed"]
LIVES = {"full": 1_000, "laws": 1_000}.get(
    os.environ.get("HYPOTHESIS_PROFILE", ""), sized(25, by_default=10)
)
FAULTS = ("drop_before", "drop_after", "empty", "truncated", "error", "rate_limit", "bad_gateway")


@frozen
class Key:
    """What requests are signed with: the client's own, or an access token."""

    id: str
    secret: str
    scopes: frozenset[str] = frozenset()
    user: int = 0


@frozen
class Sent:
    """One request as it was sent, with its signature."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]


class Life(RuleBasedStateMachine):
    """The life of a client: what it asks for, what reviewers and users do, what goes wrong.

    What it remembers is what it was told and what it did; all else it reads anew each time.
    """

    simulator: type[PayseraSimulator] = PayseraSimulator

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = VirtualClock(float(NOW))
        self.nonces = count()
        self.fault: str | None = None
        self.client = Key(CLIENT_ID, MAC_KEY)
        self.users: list[int] = []
        self.proven: set[int] = set()
        """Users of whom somebody accepted something."""
        self.used: list[tuple[int, str, str]] = []
        """Codes that were good: whose, of which channel."""
        self.tried: set[tuple[int, str]] = set()
        """Whose contact was to be confirmed with a good code, whatever the answer was."""
        self.tokens: list[Key] = []
        self.dead: list[Key] = []
        self.spent: list[dict[str, str]] = []
        """Grants that gave a token."""
        self.requests: dict[int, int] = {}
        """Identification requests, each with how far it came."""
        self.documents: list[int] = []
        self.answered: list[Sent] = []
        self.open()

    def open(self) -> None:
        self.sim = self.simulator(
            client_id=CLIENT_ID,
            mac_key=MAC_KEY,
            clock=self.clock,
            state=str(self.folder / "state"),
            code_rate_limit=10**6,
        )
        self.http = Client(self.sim)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def send(
        self, method: str, path: str, body: Any = None, key: Key | None = None, kind: str = ""
    ) -> TestResponse:
        """Signs a request and sends it, whatever comes of it."""
        key, target = key or self.client, path if path.startswith("/") else f"/rest/v1/{path}"
        content = body if isinstance(body, bytes) else b"" if body is None else to_json(body)
        signed = signature(
            method,
            target,
            host="localhost",
            port=80,
            body=content,
            ts=str(int(self.clock())),
            nonce=f"n{next(self.nonces)}",
            key_id=key.id,
            key=key.secret,
        )
        headers = {"Authorization": signed, "Content-Type": kind or "application/json"}
        sent = Sent(method, target, content, headers)
        answer = self.again(sent)
        if answer.status_code not in (401, 429) and answer.status_code < 500:
            self.answered.append(sent)
        return answer

    def again(self, sent: Sent) -> TestResponse:
        path, _, query = sent.target.partition("?")
        return self.http.open(
            path,
            base_url="http://localhost:80",
            query_string=query,
            method=sent.method,
            data=sent.body,
            headers={**sent.headers, "Host": "localhost:80"},
            environ_overrides={"REQUEST_URI": sent.target},
        )

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Gives what a good answer says, True if that is nothing, None for any other outcome."""
        if self.fault is not None:
            self.sim.misbehave(kind=self.fault, times=1)
            self.fault = None
        try:
            answer = self.send(method, path, body, **more)
            if answer.status_code in (200, 204):
                return json.loads(answer.data) if answer.data else answer.status_code == 204 or None
        except (ConnectionResetError, ValueError):
            pass
        finally:
            self.sim.behave()
        return None

    def user(self, pick: int) -> int:
        return self.users[pick % len(self.users)]

    # What the client does.

    @rule(pick=PICKS, both=st.booleans())
    def register(self, pick: int, both: bool) -> None:
        number = len(self.users)
        body: dict[str, Any] = {
            "email": CONTACTS["email"][pick % 3],
            "identity": {
                "name": "Jonas", "surname": "Jonaitis", "nationality": "lt",
                "code": f"310010{number:05}",
            },
            "credentials": {"type": "main-password", "password": PASSWORD},
        }  # fmt: skip
        if both:
            body["phone"] = CONTACTS["phone"][pick % 2]
        made = self.call("POST", "user", body)
        if made:
            self.users.append(made["id"])

    @rule(pick=PICKS, channel=CHANNELS, which=st.integers(0, 2))
    @precondition(lambda self: self.users)
    def assign(self, pick: int, channel: str, which: int) -> None:
        values = CONTACTS[channel]
        body = {channel: values[which % len(values)]}
        self.call("POST", f"user/{self.user(pick)}/{channel}", body)

    @rule(pick=PICKS, channel=CHANNELS)
    @precondition(lambda self: self.users)
    def confirm(self, pick: int, channel: Any) -> None:
        user = self.user(pick)
        with suppress(LookupError):
            code = self.sim.code_for(user, channel)
            self.tried.add((user, channel))
            if self.call("PUT", f"user/{user}/{channel}/confirm", {"code": code}):
                self.used.append((user, channel, code))

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def reset_password(self, pick: int) -> None:
        user = self.user(pick)
        email = self.seen(user).get("email")
        if not email:
            return
        code = f"310010{self.users.index(user):05}"
        self.call("POST", "user/password/reset", {"email": email, "identity": {"code": code}})
        with suppress(LookupError):
            code = self.sim.code_for(user, "password")
            body = {"code": code, "password": PASSWORD}
            if self.call("PUT", f"user/{user}/password", body):
                self.used.append((user, "password", code))

    @rule(pick=PICKS)
    @precondition(lambda self: self.used)
    def use_a_code_again(self, pick: int) -> None:
        user, channel, code = self.used[pick % len(self.used)]
        path, more = f"user/{user}/{channel}/confirm", {}
        if channel == "password":
            path, more = f"user/{user}/password", {"password": PASSWORD}
        assert self.call("PUT", path, {"code": code, **more}) is None, "a code was good twice"

    @rule(pick=PICKS)
    @precondition(lambda self: self.answered)
    def send_again(self, pick: int) -> None:
        """Whoever listened sends a request once more, as long as its time is not over."""
        answer = self.again(self.answered[pick % len(self.answered)])
        assert answer.status_code == 401, "a nonce was accepted twice"

    @rule(pick=PICKS, scopes=ASKED)
    @precondition(lambda self: self.users)
    def get_token(self, pick: int, scopes: frozenset[str]) -> None:
        user = self.user(pick)
        code = self.sim.consent(user, sorted(scopes))
        self.grant({"grant_type": "authorization_code", "code": code}, user, scopes)

    @rule(pick=PICKS)
    @precondition(lambda self: self.spent)
    def use_a_grant_again(self, pick: int) -> None:
        made = self.token(self.spent[pick % len(self.spent)])
        assert made is None, "a grant was good twice"

    def grant(self, form: dict[str, str], user: int, scopes: frozenset[str]) -> None:
        made = self.token(form)
        if made:
            self.spent.append(form)
            self.tokens.append(Key(made["access_token"], made["mac_key"], scopes, user))
            if len(self.tokens) % 2:  # half of them are refreshed at once
                again = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
                self.grant(again, user, scopes)

    def token(self, form: dict[str, str]) -> Any:
        kind = "application/x-www-form-urlencoded"
        return self.call("POST", "/oauth/v1/token", urlencode(form).encode(), kind=kind)

    @rule(pick=PICKS)
    @precondition(lambda self: self.tokens)
    def revoke(self, pick: int) -> None:
        token = self.tokens[pick % len(self.tokens)]
        self.tokens.remove(token)  # if no answer comes, it may be good or not
        if self.call("DELETE", f"/oauth/v1/token?access_token={token.id}"):
            self.dead.append(token)

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def upload(self, pick: int) -> None:
        made = self.call("POST", f"user/{self.user(pick)}/document", PNG, kind="image/png")
        facts = {"title": "t", "extension": "png", "number": "1", "date": "2020-01-01"}
        if made:
            path = f"user/document/{made['id']}/metadata"
            if self.call("PUT", path, {**facts, "type": "passport"}):
                self.documents.append(made["id"])

    @rule(pick=PICKS)
    @precondition(lambda self: self.users)
    def ask_for_identification(self, pick: int) -> None:
        made = self.call("POST", f"user/{self.user(pick)}/identification-request")
        if not made:
            return
        self.requests[made["id"]] = 0
        path = f"identification-request/{made['id']}"
        paper = self.call("POST", f"{path}/identity-document", {"type": "passport"})
        if paper:
            image = f"identity-document/{paper['id']}/image/0"
            self.call("PUT", image, PNG, kind="image/png")
            self.call("PUT", f"{path}/submit")

    # What others do.

    @rule(pick=PICKS, accept=st.booleans())
    @precondition(lambda self: self.requests)
    def review_request(self, pick: int, accept: bool) -> None:
        id = list(self.requests)[pick % len(self.requests)]
        user = self.request(id)["user_id"]
        with suppress(LookupError):
            if accept:
                self.sim.accept_request(id)
                self.proven.add(user)
            else:
                self.sim.refuse_request(id, "not readable")

    @rule(pick=PICKS)
    @precondition(lambda self: self.requests)
    def begin_review(self, pick: int) -> None:
        with suppress(LookupError):
            self.sim.begin_review(list(self.requests)[pick % len(self.requests)])

    @rule(pick=PICKS, accept=st.booleans())
    @precondition(lambda self: self.documents)
    def review_document(self, pick: int, accept: bool) -> None:
        id = self.documents[pick % len(self.documents)]
        if accept:
            self.sim.accept_document(id)
            self.proven |= {user for user in self.users if id in self.documents_of(user)}
        else:
            self.sim.refuse_document(id, "not readable")

    def documents_of(self, user: int) -> list[int]:
        return [document.id for document in self.sim.documents_of(user)]

    @rule(seconds=st.sampled_from([1, 200, 86_400]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(kind=st.sampled_from(FAULTS))
    def go_wrong(self, kind: str) -> None:
        """Spoils the next call that the client makes."""
        self.fault = kind

    @rule()
    def restart(self) -> None:
        self.open()

    # What never happens.

    def seen(self, user: int, key: Key | None = None) -> dict[str, Any]:
        answer = self.send("GET", f"user/{user}", key=key)
        assert answer.status_code == 200, "a user was lost"
        shown: dict[str, Any] = answer.json or {}
        return shown

    @invariant()
    def nothing_forbidden_is(self) -> None:
        users = {user: self.seen(user) for user in self.users}
        owners: dict[str, int] = {}
        for user, shown in users.items():
            assert shown.get("id") == user, "a user without an id"
            for channel in CONTACTS:
                owner = owners.setdefault(shown.get(channel, str(user)).lower(), user)
                assert owner == user, "a confirmed contact of two users"
        for user, shown in users.items():
            level = shown["identification_level"]
            assert level == LEVELS[0] or user in self.proven, "a level without accepted proof"
            for channel in CONTACTS:
                proof = (user, channel) in self.tried
                assert proof or channel not in shown, "shown before it was confirmed"
        for token in self.tokens:
            self.check_hidden(token)
        for token in self.dead:
            answer = self.send("GET", "user/me", key=token)
            assert answer.status_code == 401, "a revoked token is good"
        for id, before in self.requests.items():
            now = STATUSES.index(self.request(id)["status"])
            assert now >= before, "a request went back"
            self.requests[id] = now

    def request(self, id: int) -> dict[str, Any]:
        shown: dict[str, Any] = self.send("GET", f"identification-request/{id}").json or {}
        return shown

    def check_hidden(self, token: Key) -> None:
        shown = self.seen(token.user, token)
        for name, scopes in SCOPES.items():
            allowed = bool(scopes & token.scopes)
            assert allowed or name not in shown, "a key without its scope"
        person = shown.get("identity", {})
        assert "identity" in token.scopes or "code" not in person, "more than the full name"
        for name in ("email", "phone", "address", "identity"):
            status = self.send("GET", f"user/me/{name}", key=token).status_code
            allowed = bool(SCOPES[name] & token.scopes)
            assert (status == 403) != allowed, "a field without its scope"


def to_json(value: Any) -> bytes:
    return json.dumps(value).encode()


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
        lambda: life.register(0, True),
        lambda: life.register(1, False),
        lambda: life.confirm(0, "email"),
        lambda: life.confirm(1, "email"),
        lambda: life.use_a_code_again(0),
        lambda: life.reset_password(0),
        lambda: life.send_again(0),
        lambda: life.get_token(0, frozenset({"email", "full_name"})),
        lambda: life.use_a_grant_again(0),
        lambda: life.use_a_grant_again(1),
        lambda: life.upload(0),
        lambda: life.review_document(0, False),
        lambda: life.review_document(0, True),
        lambda: life.ask_for_identification(1),
        lambda: life.begin_review(0),
        lambda: life.review_request(0, False),
        lambda: life.revoke(0),
        life.restart,
    ]
    for step in steps:
        step()
        life.nothing_forbidden_is()


def test_nothing_forbidden_happens_where_everything_happens() -> None:
    life = Life()

    walk(life)

    assert len(life.users) == 2
    assert len(life.used) == 3
    assert life.proven
    assert life.dead
    assert life.requests == {1: STATUSES.index("reviewed")}
    life.teardown()


# A zoo of simulators that are wrong: each invariant must be able to fail.


class Spoilt(PayseraSimulator):
    """Answers a path with something else."""

    at = r"/user/(me|\d+)$"

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(super().__call__, environ)
        good = answer.status_code == 200 and environ["REQUEST_METHOD"] == "GET"
        if good and re.search(self.at, environ["PATH_INFO"]):
            answer.set_data(json.dumps(self.spoil(answer.json)))
        return answer(environ, start)

    def spoil(self, shown: Any) -> Any:
        raise NotImplementedError


class Nameless(Spoilt):
    def spoil(self, shown: Any) -> Any:
        return {name: value for name, value in shown.items() if name != "id"}


class Talkative(Spoilt):
    def spoil(self, shown: Any) -> Any:
        return {**shown, "gender": "male"}


class Backwards(Spoilt):
    at = "/identification-request/"

    def spoil(self, shown: Any) -> Any:
        return {**shown, "status": "waiting"} if shown["status"] == "reviewed" else shown


class Premature(PayseraSimulator):
    """Shows contacts that nobody confirmed."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.show_unconfirmed_contacts = True


class Generous(PayseraSimulator):
    """Takes a refused document for an accepted one."""

    def refuse_document(self, document_id: int, comment: str) -> None:
        self.accept_document(document_id)


class Forgetful(PayseraSimulator):
    def __attrs_post_init__(self) -> None:
        self.state = None
        super().__attrs_post_init__()


class Careless(PayseraSimulator):
    """Lets every nonce pass."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        vars(self._store)["use_nonce"] = lambda *_, **__: True


class Lenient(PayseraSimulator):
    """Revokes nothing."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "DELETE":
            return Response(status=204)(environ, start)
        return super().__call__(environ, start)


class Evasive(PayseraSimulator):
    """Says of what may not be seen that it is not there."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(super().__call__, environ)
        if answer.status_code == 403:
            answer.status_code = 404
        return answer(environ, start)


class Twofold(PayseraSimulator):
    """Takes a code as often as it comes."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        for account in self._store.accounts(0, 100):
            contact = account.email
            if contact.confirmed and not contact.pending:
                again = account.with_contact("email", evolve(contact, pending=contact.confirmed))
                self._store.put(again)
        return super().__call__(environ, start)


class Endless(PayseraSimulator):
    """Takes a refresh token as often as it comes."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        for row in self._store.all(RefreshToken):
            self._store.keep(evolve(row, used=False))
        return super().__call__(environ, start)


class Sharing(Spoilt):
    """Gives all users the address of one."""

    def spoil(self, shown: Any) -> Any:
        return {**shown, "email": "a@example.com"} if "email" in shown else shown


class Indiscreet(Spoilt):
    def spoil(self, shown: Any) -> Any:
        person = shown.get("identity")
        return {**shown, "identity": {**person, "code": "1"}} if person else shown


ZOO = {
    Nameless: "a user without an id",
    Talkative: "a key without its scope",
    Backwards: "a request went back",
    Premature: "shown before it was confirmed",
    Generous: "a level without accepted proof",
    Forgetful: "a user was lost",
    Careless: "a nonce was accepted twice",
    Lenient: "a revoked token is good",
    Evasive: "a field without its scope",
    Twofold: "a code was good twice",
    Endless: "a grant was good twice",
    Sharing: "a confirmed contact of two users",
    Indiscreet: "more than the full name",
}


@pytest.mark.parametrize("broken", ZOO)
def test_a_simulator_that_is_wrong_is_found(broken: type[PayseraSimulator]) -> None:
    class Doomed(Life):
        simulator = broken

    life = Doomed()
    try:
        with pytest.raises(AssertionError, match=ZOO[broken]):
            walk(life)
    finally:
        life.teardown()
