"""A thousand people move with their logins: what is given arrives, and shows nowhere else.

docs: user-resource, Credential Types, pre-salt-sha1-base64. How the hash is made is not told in
full, so nothing is computed here: the bytes are carried.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, field, frozen
from onboarding import (
    AsyncGateway,
    Gateway,
    MigratedHash,
    OnboardingError,
    ProviderError,
    Secret,
    User,
    UserRecord,
)
from onboarding.bulk import BulkRun, Journal, State, UserFile
from onboarding.simulation import serve
from tests.scaling import sized

from onboarding_paysera import Paysera
from onboarding_simulators.paysera import PayseraSimulator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

COUNT = sized(1_000, by_default=200)
CANARY = "Xq7canary"
ODD = [
    "",
    " ",
    "=",
    "+/",
    "\\",
    '"',
    "'",
    "é",
    "ß",
    "中",
    "\U0001f642",
    "e\u0301",
    "\t",
    "{}",
    "%00",
]


@frozen(kw_only=True)
class Login:
    """What a table of logins holds of one person."""

    email: str
    username: str
    hash: str
    salt: str

    def plain(self) -> dict[str, Any]:
        credentials = {
            "kind": "migrated_hash",
            "hash": self.hash,
            "salt": self.salt,
            "username": self.username,
        }
        return {
            "ref": self.email.partition("@")[0],
            "email": self.email,
            "credentials": credentials,
        }

    def user(self) -> User:
        credentials = MigratedHash(
            hash=Secret(self.hash), salt=Secret(self.salt), username=self.username
        )
        return User(email=self.email, credentials=credentials)


def logins() -> list[Login]:
    rng = random.Random("logins")
    found: list[Login] = []
    for number in range(COUNT):
        salt = f"{CANARY}s{rng.choice(ODD)}{rng.getrandbits(64):x}{rng.choice(ODD)}"
        digest = hashlib.sha1(salt.encode() + rng.randbytes(9)).digest()
        hashed = base64.b64encode(digest).decode()
        found.append(
            Login(
                email=f"user{number}@example.com",
                username=f"{CANARY}u{number}",
                # mostly as documented; the rest as an old table may have it
                hash=hashed if number % 4 else f"{CANARY}h{hashed}{rng.choice(ODD)}",
                salt=salt,
            )
        )
    return found


LOGINS = logins()


@define
class Tapped:
    """A simulator, and the raw body of each request that reached it."""

    simulator: PayseraSimulator
    bodies: list[bytes] = field(factory=list, repr=False)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.bodies.append(body)
        answer: Iterable[bytes] = self.simulator(environ | {"wsgi.input": BytesIO(body)}, start)
        return answer

    def arrived(self) -> dict[str, dict[str, str]]:
        """The credentials that came, by the e-mail address they came with."""
        sent = [json.loads(body) for body in self.bodies]
        return {one["email"]: one["credentials"] for one in sent}


WANTED = {
    login.email: {
        "type": "pre-salt-sha1-base64",
        "password": login.hash,
        "password_salt": login.salt,
        "username": login.username,
    }
    for login in LOGINS
}


@pytest.fixture
def tapped() -> Tapped:
    return Tapped(PayseraSimulator(client_id="acme", mac_key="key-of-acme"))


@pytest.fixture
def gateway(tapped: Tapped) -> Iterator[Gateway[Paysera]]:
    with serve(tapped) as base_url:
        adapter = Paysera(
            client_id="acme", mac_key=Secret("key-of-acme"), base_url=base_url, name="lt"
        )
        with Gateway(adapter) as made:
            yield made


def shows(text: str) -> bool:
    """Whether a text has something of a login: a canary, or one of the hashes."""
    return CANARY in text or any(login.hash in text for login in LOGINS)


def test_a_file_of_logins_registers_everybody_with_exactly_the_bytes_given(
    tapped: Tapped, gateway: Gateway[Paysera], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    users, results = tmp_path / "logins.jsonl", tmp_path / "results.jsonl"
    users.write_text("".join(json.dumps(login.plain()) + "\n" for login in LOGINS), "utf-8")
    shown = ""

    with UserFile.open(users) as lines, Journal.open(results, gateway) as journal:
        bulk = BulkRun(gateway, journal)
        for result in bulk.run(lines):
            assert result.state is State.CREATED
            shown += f"{result!r} {result}"

    assert tapped.arrived() == WANTED
    assert len(tapped.bodies) == COUNT
    assert not shows(shown)
    assert not shows(results.read_text("utf-8"))
    assert not shows(caplog.text + repr([record.__dict__ for record in caplog.records]))
    kept = tapped.simulator.credentials_of(221)
    assert kept == WANTED[LOGINS[0].email]


def test_a_second_run_sends_no_login_again(
    tapped: Tapped, gateway: Gateway[Paysera], tmp_path: Path
) -> None:
    users, results = tmp_path / "logins.jsonl", tmp_path / "results.jsonl"
    few = LOGINS[:20]
    users.write_text("".join(json.dumps(login.plain()) + "\n" for login in few), "utf-8")

    for _ in range(2):
        with UserFile.open(users) as lines, Journal.open(results, gateway) as journal:
            list(BulkRun(gateway, journal).run(lines))

    assert len(tapped.bodies) == len(few)


def test_an_event_loop_registers_everybody_with_exactly_the_bytes_given(
    tapped: Tapped, gateway: Gateway[Paysera], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def migrate() -> list[UserRecord]:
        slots = asyncio.Semaphore(32)
        async with AsyncGateway(gateway.adapter) as aio:

            async def one(login: Login) -> UserRecord:
                async with slots:
                    return await aio.create_user(login.user())

            return await asyncio.gather(*map(one, LOGINS))

    records = asyncio.run(migrate())

    assert tapped.arrived() == WANTED
    assert len({record.id for record in records}) == COUNT
    assert not shows("".join(f"{record!r} {record} {record.user!r}" for record in records))
    assert not shows("".join(record.to_json() for record in records))
    assert not shows(caplog.text)


def test_no_failure_on_the_way_shows_anything_of_a_login(
    tapped: Tapped, gateway: Gateway[Paysera], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    users, results = tmp_path / "logins.jsonl", tmp_path / "results.jsonl"
    few = [evolve(login, hash=f"{CANARY}{login.hash}") for login in LOGINS[:6]]
    users.write_text("".join(json.dumps(login.plain()) + "\n" for login in few), "utf-8")
    for code in ("email_already_assigned", "invalid_parameters", "rate_limit_exceeded"):
        tapped.simulator.misbehave(kind="error", code=code, times=1)
    for kind in ("error", "bad_gateway"):
        tapped.simulator.misbehave(kind=kind, times=1)

    with UserFile.open(users) as lines, Journal.open(results, gateway) as journal:
        states = [result.state for result in BulkRun(gateway, journal).run(lines)]

    assert set(states) > {State.CREATED, State.REJECTED}
    assert not shows(results.read_text("utf-8"))
    assert not shows(caplog.text)


@pytest.mark.parametrize("field_name", ["hash", "salt", "username"])
def test_no_error_shows_anything_of_a_login(
    tapped: Tapped, gateway: Gateway[Paysera], field_name: str
) -> None:
    login = LOGINS[1]
    gateway.create_user(login.user())

    texts = ""
    for user in (login.user(), evolve(login, email="other@example.com").user()):
        try:
            gateway.create_user(user)
        except ProviderError as error:
            texts += f"{error} {error!r} {error.details!r} {error.problems}"
    for broken in (
        {"kind": "migrated_hash", field_name: f"{CANARY}x", "scheme": 7},
        {"hash": CANARY},
    ):
        try:
            User.parse({"email": "a@example.com", "credentials": broken})
        except OnboardingError as error:
            texts += f"{error} {error!r}"

    assert "already_assigned" in texts
    assert "credentials" in texts
    assert not shows(texts)
