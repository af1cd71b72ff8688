"""The state of the Paysera simulator changes as a whole, and in a file outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from attrs import evolve, frozen
from werkzeug.test import Client

from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.paysera.rows import Account, Contact, IdentificationRequest
from onboarding_simulators.paysera.store import Store, TakenError

from .api import CLIENT_ID, MAC_KEY, NOW, REGISTRATION, VALID, Answer, Api, a_simulator

PNG, JPEG = b"\x89PNG\r\n\x1a\n\x00\xff", b"\xff\xd8\xff\x00"


@contextmanager
def served(state: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A simulator in a process of its own, which ends without a word of warning."""
    command = [sys.executable, "-m", "onboarding", "simulate", "paysera"]
    command += ["--client-id", CLIENT_ID, "--mac-key", MAC_KEY]
    command += ["--state", str(state), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGKILL)


@frozen
class Signer:
    """The id and the key of a token, as the control endpoint tells them."""

    access_token: str
    mac_key: str


def act(api: Api, action: str, **given: Any) -> Any:
    answer = requests.post(f"{api.base_url}/_control/{action}", json=given, timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def asked(api: Api, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    answer = api.send(method, path, body, ts=str(int(time.time())), **more)
    assert answer.status in (200, 204), answer.text
    return answer


def sent_image(content: bytes, kind: str) -> dict[str, Any]:
    return {"body": content, "headers": {"Content-Type": kind}}


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there kills like SIGKILL")
def test_all_that_is_known_survives_the_death_of_the_process(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with served(state) as (_, base_url):
        api = Api(base_url, a_simulator())  # only its base URL is used: the server is elsewhere
        asked(api, "POST", "/user", VALID)
        code = act(api, "code_for", user_id=221, channel="email")
        asked(api, "PUT", "/user/221/email/confirm", {"code": code})
        asked(api, "PUT", "/user/221/position", {"lat": 54.5, "lng": 25.25})
        asked(api, "PUT", "/user/221/service/micro")
        asked(api, "PUT", "/user/221/avatar", **sent_image(PNG, "image/png"))
        asked(api, "POST", "/user/221/document", JPEG)
        book = asked(api, "POST", "/user/221/contact-book", {"emails": ["a@example.com"]}).json
        asked(api, "POST", "/user/221/identification-request")
        asked(api, "POST", "/identification-request/1/identity-document", {"type": "passport"})
        asked(api, "PUT", "/identity-document/1/image/0", **sent_image(JPEG, "image/jpeg"))
        asked(api, "PUT", "/identification-request/1/submit")
        act(api, "set_pep", user_id=221, entries=[["John Smith", "self", ["minister"]]])
        issued = act(api, "issue_token", user_id=221, scopes=["email", "phone_offline"])
        token = Signer(issued["access_token"], issued["mac_key"])
        used = api.sign("GET", "/rest/v1/user/221", ts=str(int(time.time())))
        assert api.send("GET", "/user/221", authorization=used).status == 200

        def known() -> list[Any]:
            paths = ["/user/221", "/user/221/wallets", "/user/221/services", "/user/221/position"]
            paths += ["/identification-request/1", "/user/221/pes", "/user?email=email@example.com"]
            shown = [asked(api, "GET", path).json for path in paths]
            shown += [asked(api, "GET", "/user/me", token=token).json]
            shown += [asked(api, "GET", "//avatar/221.jpg").content]
            shown += [asked(api, "GET", "/identity-document/1/image/0").content]
            shown += [act(api, "code_for", user_id=221, channel="phone")]
            shown += [act(api, "contacts_in", contact_book_id=book["id"])]
            shown += [act(api, name, user_id=221) for name in ("credentials_of", "documents_of")]
            return shown

        before = known()
    with served(state, urlsplit(base_url).port or 0) as (process, base_url):
        after = known()
        replayed = api.send("GET", "/user/221", authorization=used)
        taken = api.send("POST", "/user", REGISTRATION, ts=str(int(time.time())))
        second = asked(api, "POST", "/user", {"email": "b@example.com"}).json
        running = process.poll() is None

    assert running
    assert after == before
    assert b64decode(after[-1][0]["file"]["content"]) == JPEG
    assert replayed.error == (401, "unauthorized")
    assert taken.json["error"] == "person_code_already_assigned"
    assert second["id"] == 222


def test_wrong_tries_of_a_code_outlive_a_restart(start: Callable[..., Api], tmp_path: Path) -> None:
    api = start(state=str(tmp_path / "state"), code_rate_limit=2)
    user_id = api.register()
    for _ in range(2):
        api.send("PUT", f"/user/{user_id}/phone/confirm", {"code": "wrong"})

    again = start(state=str(tmp_path / "state"), code_rate_limit=2)
    again.nonces = api.nonces
    answer = again.confirm(user_id, "phone")

    assert answer.error == (429, "rate_limit_exceeded")


def test_without_a_file_nothing_is_shared_and_nothing_is_written(tmp_path: Path) -> None:
    first, second = a_simulator(), a_simulator()

    assert first._store.next_user_id() == second._store.next_user_id() == 221
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 100)

    with pytest.raises(ValueError, match="not one of a simulator"):
        a_simulator(state=str(tmp_path / "notes.txt"))


def test_a_simulator_that_nobody_holds_closes_its_file(tmp_path: Path) -> None:
    simulator = a_simulator(state=str(tmp_path / "state"))
    simulator._store.count("anything")

    del simulator

    assert os.listdir(tmp_path) == ["state"]  # SQLite keeps more beside an open file


def test_a_refused_registration_leaves_nothing_behind(api: Api) -> None:
    api.register({"phone": "37066612345"})

    refused = api.send("POST", "/user", {"email": "a@example.com", "phone": "37066612345"})
    second = api.send("POST", "/user", {"email": "a@example.com"})
    wallet = api.send("GET", f"/user/{second.json['id']}/wallets")

    assert refused.json["error"] == "phone_already_assigned"
    assert second.json["id"] == 222  # the e-mail address is free, and no number was used up
    assert wallet.json[0]["id"] == 14472


def test_a_control_that_fails_leaves_nothing_behind(api: Api) -> None:
    user_id = api.register()
    api.send("POST", f"/user/{user_id}/identification-request")
    request = api.sim._store.all(IdentificationRequest)[0]
    api.sim._store.keep(evolve(request, status="pending"))  # without any document

    with pytest.raises(ValueError, match="empty"):
        api.sim.accept_request(1)

    assert api.send("GET", "/identification-request/1").json["status"] == "pending"


def an_account(store: Store, email: str) -> Account:
    return Account(id=store.next_user_id(), email=Contact(confirmed=email))


def test_what_nobody_has_any_more_can_be_had_by_another() -> None:
    store = Store()
    first = an_account(store, "a@example.com")
    store.put(first)

    store.put(evolve(first, email=Contact(confirmed="b@example.com")))
    second = an_account(store, "a@example.com")
    store.put(second)

    assert [store.owner(("email", f"{name}@example.com")) for name in "ba"] == [
        evolve(first, email=Contact(confirmed="b@example.com")),
        second,
    ]


def test_what_somebody_has_is_refused_to_another() -> None:
    store = Store()
    store.put(an_account(store, "a@example.com"))

    with pytest.raises(TakenError, match=r"^email$"):
        store.put(an_account(store, "A@example.com"))


def test_nonces_that_are_too_old_are_not_kept_for_ever() -> None:
    store = Store()

    for number in range(5_000):
        assert store.use_nonce("client", f"n{number}", NOW + number, oldest=NOW + number - 300)

    assert len(store._tables.all("nonces")) < 600


@pytest.fixture(scope="module")
def crowd() -> PayseraSimulator:
    """A simulator with a hundred thousand users."""
    simulator = a_simulator(trust_unsigned=True)
    store = simulator._store
    with store.all_or_nothing():
        for number in range(100_000):
            store.put(an_account(store, f"user{number}@example.com"))
    return simulator


def best(call: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(25):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.benchmark
def test_the_last_page_of_a_hundred_thousand_users_is_as_fast_as_the_first(
    crowd: PayseraSimulator,
) -> None:
    store = crowd._store

    first, last = best(lambda: store.accounts(0, 100)), best(lambda: store.accounts(99_900, 100))

    assert last < 5 * first
    assert [account.id for account in store.accounts(99_998, 10)] == [100_219, 100_220]
    assert store.accounts(0, 1, newest_first=True)[0].id == 100_220
    assert store.count_accounts() == 100_000


@pytest.mark.benchmark
def test_among_a_hundred_thousand_users_one_is_found_and_made_as_fast_as_among_a_hundred(
    crowd: PayseraSimulator,
) -> None:
    few = a_simulator(trust_unsigned=True)
    for number in range(100):
        few._store.put(an_account(few._store, f"user{number}@example.com"))
    numbers = iter(range(1_000_000))

    def seconds(simulator: PayseraSimulator) -> tuple[float, float]:
        client = Client(simulator)

        def find() -> None:
            assert client.get("/rest/v1/user?email=user77@example.com").status_code == 200

        def make() -> None:
            body = {"email": f"new{next(numbers)}@example.com"}
            assert client.post("/rest/v1/user", json=body).status_code == 200

        return best(find), best(make)

    found, made = seconds(crowd)
    found_among_few, made_among_few = seconds(few)

    assert found < 5 * found_among_few
    assert made < 5 * made_among_few
