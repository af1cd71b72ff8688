"""The state of the simulator: in a file it survives a restart, and a hundred thousand users."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import evolve
from tests.mangopay.stage import NATURAL, OLD_NATURAL, OWNER, PAGE, START, Json, Stage, refusal
from werkzeug.test import Client, TestResponse

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.shared import VirtualClock


class Platform:
    """A client of a simulator in this process, whose token outlives a restart."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.restart()
        form = {"grant_type": "client_credentials"}
        token = self.http.post("/v2.01/oauth/token", data=form, auth=("acme", "key")).json
        assert token is not None
        self.token = token["access_token"]

    def restart(self) -> None:
        self.sim = MangoPaySimulator(
            client_id="acme", api_key="key", state=self.path, clock=VirtualClock(START)
        )
        self.http = Client(self.sim)

    def call(self, method: str, path: str, body: object = None, key: str = "") -> TestResponse:
        headers = {"Authorization": f"bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        return self.http.open(f"/v2.01/acme/{path}", method=method, json=body, headers=headers)

    def seen(self, path: str) -> Json:
        shown: Json | None = self.call("GET", path).json
        assert shown is not None
        return shown


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "state")
    key = str(uuid4())
    made = platform.call("POST", NATURAL, OWNER, key).json
    assert made is not None
    user = made["Id"]
    platform.call("POST", "hooks", {"EventType": "KYC_CREATED", "Url": "http://127.0.0.1:9"})
    document = platform.call("POST", f"users/{user}/kyc/documents", {"Type": "IDENTITY_PROOF"})
    assert document.json is not None
    pages = f"users/{user}/kyc/documents/{document.json['Id']}/pages"
    platform.call("POST", pages, {"File": PAGE})
    platform.sim.add_wallet(user, "EUR", 5)
    paths = (
        f"sca/users/{user}",
        f"users/{user}/kyc/documents",
        f"users/{user}/wallets?ScaContext=USER_PRESENT",
        "users",
        "hooks",
        "events",
        f"responses/{key}",
        f"sca/users/{user}/sca-status",
    )
    platform.sim.activate(user)
    before = [platform.seen(path) for path in paths]

    platform.restart()

    assert [platform.seen(path) for path in paths] == before
    assert platform.call("POST", NATURAL, OWNER, key).status_code == 409
    assert platform.sim.deliver_hooks() == 1
    platform.sim.finish_sca(made["PendingUserAction"]["RedirectUrl"])


def test_without_a_file_nothing_survives(tmp_path: Path) -> None:
    first, second = MangoPaySimulator(), MangoPaySimulator()

    first.store.save_token("t", 1, 0)

    assert second.store.token_expiry("t") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 100)

    with pytest.raises(ValueError, match="not one of a simulator"):
        MangoPaySimulator(state=str(path))


def test_a_file_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        MangoPaySimulator(state=str(tmp_path / "nowhere" / "state"))


def test_a_simulator_that_nobody_holds_closes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "state"
    simulator = MangoPaySimulator(state=str(path))
    simulator.store.save_token("t", 1, 0)

    del simulator

    assert not path.with_name("state-wal").exists()  # SQLite's own, while a file is open
    with closing(sqlite3.connect(path)) as database:
        assert database.execute('SELECT count(*) FROM "rows of tokens"').fetchone() == (1,)


@pytest.mark.benchmark
def test_a_hundred_thousand_users_are_listed_as_fast_at_the_end_as_at_the_start(
    stage: Stage,
) -> None:
    first = stage.sim.store.user(stage.made(NATURAL, OWNER)["Id"])
    assert first is not None
    with stage.sim.tables.all_or_nothing():
        for number in range(1, 100_000):
            stage.sim.store.save_user(evolve(first, id=f"user_{number}"))

    def seconds(page: int) -> float:
        times: list[float] = []
        for _ in range(5):
            start = time.perf_counter()
            answer = stage.call("GET", f"users?page={page}&per_page=100")
            times.append(time.perf_counter() - start)
            assert len(answer.json()) == 100
        return min(times)

    assert seconds(1000) < 5 * seconds(1)
    answer = stage.call("GET", "users?page=1000&per_page=100&sort=CreationDate:DESC")
    assert answer.headers["x-number-of-pages"] == "1000"
    assert answer.json()[-1]["Id"] == first.id


def test_the_deprecated_endpoints_write_until_the_end_of_a_day(stage: Stage) -> None:
    stage.sim.legacy_until = "2025-01-18"  # the stage's own day
    user = stage.made(OLD_NATURAL, OWNER)["Id"]

    stage.clock.advance(86_400)
    stage.http.headers["Authorization"] = f"bearer {stage.token()['access_token']}"

    assert refusal(stage.call("POST", OLD_NATURAL, OWNER))[1] == "forbidden_ressource"
    assert stage.call("GET", f"users/{user}").status_code == 200
    assert stage.call("POST", NATURAL, OWNER).status_code == 200


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="legacy_until must be a date"):
        MangoPaySimulator(legacy_until="soon")
