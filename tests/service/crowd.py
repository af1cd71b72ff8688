"""One user is onboarded by many calls at once, from processes that are killed, while calls fail.

`python -m tests.service.crowd CONFIG DIRECTORY THREADS LEASE` is one of the processes.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen
from onboarding import Gateways, Identity, NationalId, Terms, User, UserCategory
from onboarding.directory import Directory
from onboarding.errors import OnboardingError, Outcome
from onboarding.routing import Routes
from onboarding.service import OnboardingService, OnboardingStatus
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.stripe import StripeSimulator

__all__ = ["PROVIDERS", "Crowd", "CrowdFound", "onboard_together"]

WAIT = 120
"""Seconds after which a process is stuck."""

OWN_ID = "user-42"

ONA = User(
    identity=Identity(given_name="Ona", family_name="Canariutė", nationality="LT"),
    email="ona.canary@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=True),
)

NUMBER = NationalId(code="46803090000", country="LT")
"""The national number of Ona at Paysera, which demands one."""

FAILURES = ("rate_limit", "bad_gateway", "empty", "truncated", "slow", "drop_before", "drop_after")
_SETTINGS: dict[str, dict[str, Any]] = {"slow": {"seconds": 0.3}, "rate_limit": {"seconds": 0}}

_CONFIG = """
default = "one"
[gateways.one]
provider = "{provider}"
{login}
base_url = "{url}"
accept_loss = ["*"]
connection = {{ user_agent = "{worker}" }}
guard = false
"""

STRIPE_KEY = "sk_test_simulated"

PROVIDERS: dict[str, tuple[str, str, str]] = {
    "mangopay": ('client_id = "acme"\napi_key = "file:key"', "key", "/users/"),
    "paysera": ('client_id = "acme"\nmac_key = "file:key"', "key", "/user/"),
    "stripe": ('api_key = "file:key"', STRIPE_KEY, "/v1/accounts"),
}
"""By provider: the login in the configuration, the key, and the path of a creation."""


def _config(provider: str, url: str, worker: str) -> str:
    return _CONFIG.format(provider=provider, login=PROVIDERS[provider][0], url=url, worker=worker)


def _simulator(provider: str, key: str) -> Any:
    if provider == "mangopay":
        return MangoPaySimulator(client_id="acme", api_key=key)
    if provider == "paysera":
        return PayseraSimulator(client_id="acme", mac_key=key)
    return StripeSimulator(api_key=key)


def _users(provider: str, simulator: Any, config: Path) -> list[str]:
    """The ids of the users at the provider; Paysera lists them to nobody."""
    if provider == "paysera":
        return [str(account.id) for account in simulator._store.accounts()]
    with Gateways.from_file(config) as gateways:
        return [record.id for record in gateways.default.users()]


@frozen(kw_only=True)
class Crowd:
    """How many processes and calls, the share of requests that fail, and the kills."""

    provider: str
    processes: int = 4
    calls: int = 200
    share: float = 0.2
    kills: int = 2
    lease: float = 5.0
    seed: int = 0


@frozen(kw_only=True)
class CrowdFound:
    """What is there once every call has its answer."""

    answers: int
    different: int
    users: int
    """Users whom the provider has."""
    killed: int
    carried_out: int
    """Kills after the provider had carried the call out."""
    claims: int
    """How often the operation was claimed."""
    canaries: int
    """Personal values in the database."""
    seconds: float


@define(eq=False)
class Held:
    """Answers like the simulator, but holds some creations, until their process was killed."""

    app: Any
    path: str
    left: int
    carried_out: bool = False
    done: int = 0
    held: list[str] = field(factory=list[str])
    _lock: threading.Lock = field(factory=threading.Lock)
    reached: threading.Event = field(factory=threading.Event)
    release: threading.Event = field(factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] != "POST" or self.path not in environ["PATH_INFO"] + "/":
            return self.app(environ, start_response)
        with self._lock:
            holds = self.left > 0
            self.left -= holds
            number = self.left
        if not holds:
            return self.app(environ, start_response)
        after = number % 2 == 0  # the last one is carried out, the one before is not
        answer = [*self.app(environ, start_response)] if after else None
        with self._lock:
            self.done += after
            self.held.append(environ["HTTP_USER_AGENT"])
        self.reached.set()
        self.release.wait(WAIT)
        if answer is not None:
            return answer
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return [b""]  # to a client that was killed


def onboard_together(crowd: Crowd, folder: Path, directory: str) -> CrowdFound:
    """Onboards one user by many calls at once, and looks at what is there."""
    began = time.monotonic()
    _, key, path = PROVIDERS[crowd.provider]
    simulator = _simulator(crowd.provider, key)
    share = crowd.share / len(FAILURES)
    for number, kind in enumerate(FAILURES):
        simulator.misbehave(
            kind=kind, probability=share, seed=crowd.seed + number, **_SETTINGS.get(kind, {})
        )
    held = Held(app=simulator, path=path, left=crowd.kills)
    (folder / "key").write_text(key, "utf-8")
    each = crowd.calls // crowd.processes
    Directory.open(directory).close()
    with serve(held) as url, ExitStack() as stack:

        def start(worker: str) -> subprocess.Popen[str]:
            config = folder / f"{worker}.toml"
            config.write_text(_config(crowd.provider, url, worker), "utf-8")
            command = [sys.executable, "-m", "tests.service.crowd", str(config), directory]
            process = subprocess.Popen(
                [*command, str(each), str(crowd.lease)], stdout=subprocess.PIPE, text=True
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        running = {f"w{number}": start(f"w{number}") for number in range(crowd.processes)}
        killed = 0
        while killed < crowd.kills:
            assert held.reached.wait(WAIT), "no process sends the user"
            held.reached.clear()
            while killed < len(held.held):
                worker = held.held[killed]
                running.pop(worker).kill()
                killed += 1
                running[f"{worker}-again"] = start(f"{worker}-again")
        held.release.set()
        told = [line for process in running.values() for line in _answers(process)]
        simulator.behave()
        (folder / "end.toml").write_text(_config(crowd.provider, url, "end"), "utf-8")
        users = _users(crowd.provider, simulator, folder / "end.toml")
    with Directory.open(directory) as opened:
        (operation,) = opened.operations(OWN_ID)
        stored = str(opened.export(OWN_ID))
    answers = Counter(told)
    assert {operation.id} == {json.loads(line)["id"] for line in answers} or not users
    return CrowdFound(
        answers=answers.total(),
        different=len(answers),
        users=len(users),
        killed=killed,
        carried_out=held.done,
        claims=operation.attempts,
        canaries=sum(stored.count(word) for word in ("Ona", "Canariut", "canary", NUMBER.code)),
        seconds=time.monotonic() - began,
    )


def _answers(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 0, process.returncode
    return out.splitlines()


# -- one process


def _user(provider: str) -> User:
    if provider != "paysera":
        return ONA
    assert ONA.identity is not None
    return ONA.replace(identity=evolve(ONA.identity, national_id=NUMBER))


def _ask(service: OnboardingService) -> Iterator[str]:
    user = _user(service.gateways.default.provider)
    while True:
        try:
            answer = service.onboard(OWN_ID, user)
        except OnboardingError as error:
            if error.outcome is not Outcome.NOT_DONE:
                raise
        else:
            if answer.status is OnboardingStatus.DONE:
                yield json.dumps({"gateway": answer.gateway, "id": answer.id})
                return
        time.sleep(random.uniform(0.05, 0.2))


def main(config: str, directory: str, threads: int, lease: timedelta) -> None:
    """Asks for the user from several threads until each has its answer; prints the answers."""
    with Gateways.from_file(config) as gateways, Directory.open(directory) as opened:
        service = OnboardingService(gateways, opened, Routes(default="one"), lease=lease)
        with ThreadPoolExecutor(threads) as pool:
            for lines in pool.map(lambda _: [*_ask(service)], range(threads)):
                print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    _, config, directory, threads, lease = sys.argv
    main(config, directory, int(threads), timedelta(seconds=float(lease)))
