"""A file of users is run to its end at MangoPay, however often the runs are interrupted or killed.

`python -m tests.kills` does it with 2,000 rows one by one, then with 10,000 of which 64 are in
flight while calls fail; `tests/mangopay/test_kills.py` does both with few.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import asdict, define, field, frozen
from onboarding import Gateway, Secret
from onboarding.policies import Quota
from onboarding.simulation import serve
from tests.killing import busiest, started, wait_for

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

__all__ = [
    "Counted", "Crowd", "CrowdFound", "Found", "Size",
    "run_in_flight", "run_to_the_end", "users_of",
]  # fmt: skip

WAIT = 60
"""Seconds after which a process is stuck."""

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr.secret"
base_url = "{url}"
"""

PACE = """
[gateways.fr.pace]
store = "quotas.sqlite"

[[gateways.fr.pace.quotas]]
seconds = {seconds}
calls = {calls}
"""

ONE = ("--in-flight", "1")

HEADER = (
    "ref,identity.given_name,identity.family_name,identity.birthdate,identity.nationality,"
    "identity.country_of_residence,email,category,terms.accepted"
)


@frozen(kw_only=True)
class Size:
    """How many rows, how many of them are invalid, how many MangoPay rejects, and the kills."""

    rows: int
    bad: int
    rejected: int
    kills: int


@frozen(kw_only=True)
class Found:
    """What is there once a run came to its end."""

    rows: int
    runs: int
    states: dict[str, int]
    doubles: int
    """Users whom MangoPay has more than once."""
    missing: int
    """Users who are created by the results file, and not at MangoPay."""
    exit_codes: list[int]
    summary: str
    seconds: float


@define(eq=False)
class Held:
    """Answers like the simulator, but holds one registration, before or after it is carried out."""

    app: MangoPaySimulator
    left: int = 0
    carried_out: bool = True
    reached: threading.Event = field(factory=threading.Event)
    release: threading.Event = field(factory=threading.Event)

    def hold(self, after: int, *, carried_out: bool) -> None:
        self.left, self.carried_out = after, carried_out
        self.reached, self.release = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] != "POST" or "/users/" not in environ["PATH_INFO"]:
            return self.app(environ, start_response)
        self.left -= 1
        if self.left != 0:
            return self.app(environ, start_response)
        answer = self.app(environ, start_response) if self.carried_out else None
        release = self.release
        self.reached.set()
        release.wait(WAIT)
        if answer is not None:
            return answer
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return [b""]  # to a client that was killed


def run_to_the_end(size: Size, folder: Path) -> Found:
    """Interrupts one run, kills others, lets the last one end, and looks at what is there."""
    began = time.monotonic()
    (folder / "users.csv").write_text("\n".join([HEADER, *_rows(size), ""]), "utf-8")
    (folder / "fr.secret").write_text("key", "utf-8")
    held = Held(MangoPaySimulator(client_id="acme", api_key="key"))
    codes: list[int] = []
    with serve(held) as url:
        (folder / "onboarding.toml").write_text(CONFIG.format(url=url), "utf-8")
        step = (size.rows - size.bad) // (size.kills + 2)
        held.hold(step, carried_out=True)
        with started(folder, "run", "users.csv", *ONE) as process:
            assert held.reached.wait(WAIT)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            while "in flight" not in (line := process.stderr.readline()):
                assert line, "the run ended"
            held.release.set()
            process.communicate(timeout=WAIT)
        codes.append(process.returncode)
        for number in range(size.kills):
            held.hold(step, carried_out=number % 2 == 0)
            with started(folder, "run", "users.csv", *ONE) as process:
                assert held.reached.wait(WAIT)
                process.kill()
                process.communicate(timeout=WAIT)
            held.release.set()
            codes.append(process.returncode)
        with started(folder, "run", "users.csv", *ONE) as process:
            summary, _ = process.communicate(timeout=10 * WAIT)
        codes.append(process.returncode)
        emails = Counter(email for _, email in users_of(url))
    states = _states(folder / "users.csv.fr.results.jsonl")
    created = {f"{ref}@example.com" for ref, state in states.items() if state == "created"}
    return Found(
        rows=len(states),
        runs=len(codes),
        states=dict(Counter(states.values())),
        doubles=sum(count > 1 for count in emails.values()),
        missing=len(created ^ set(emails)),
        exit_codes=codes,
        summary=summary,
        seconds=time.monotonic() - began,
    )


# -- many in flight, while calls fail

FAILURES: dict[str, dict[str, Any]] = {
    "rate_limit": {"seconds": 0},
    "error": {},
    "bad_gateway": {},
    "empty": {},
    "truncated": {},
    "slow": {"seconds": 0.5},
    "drop_before": {},
    "drop_after": {},
}
"""The kinds of fault after which a call has failed or is late, with their settings."""


@frozen(kw_only=True)
class Crowd:
    """How many users, how many of them in flight, the share of calls that fail, and the kills."""

    rows: int
    in_flight: int
    share: float
    kills: int
    quota: Quota
    """The calls that the processes may make, which they count in a file."""
    seed: int = 0


@frozen(kw_only=True)
class CrowdFound:
    """What is there once every user is settled.

    `users` are at MangoPay; `distinct` of them have different addresses; `known` have their id in
    the results file.
    """

    users: int
    distinct: int
    known: int
    states: dict[str, int]
    runs: int
    exit_codes: list[int]
    busiest: int
    """The most calls in any period of the quota."""
    seconds: float


@define(eq=False)
class Counted:
    """Answers like the simulator, and tells when so many users were asked for."""

    app: MangoPaySimulator
    calls: list[float] = field(factory=list[float])
    count: int = 0
    wanted: int = 0
    reached: threading.Event = field(factory=threading.Event)

    def wait_for(self, count: int) -> None:
        self.wanted, self.reached = count, threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.calls.append(time.monotonic())
        if environ["REQUEST_METHOD"] == "POST" and "/users/" in environ["PATH_INFO"]:
            self.count += 1
            if self.count >= self.wanted:
                self.reached.set()
        return self.app(environ, start_response)


def run_in_flight(crowd: Crowd, folder: Path) -> CrowdFound:
    """Kills runs at random moments while calls fail, and starts them again until all is settled."""
    began, chance = time.monotonic(), random.Random(crowd.seed)
    size = Size(rows=crowd.rows, bad=0, rejected=0, kills=crowd.kills)
    (folder / "users.csv").write_text("\n".join([HEADER, *_rows(size), ""]), "utf-8")
    (folder / "fr.secret").write_text("key", "utf-8")
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    counted, codes, results = Counted(simulator), [], folder / "users.csv.fr.results.jsonl"
    for number, (kind, settings) in enumerate(FAILURES.items()):
        share = crowd.share / len(FAILURES)
        simulator.misbehave(kind=kind, probability=share, seed=crowd.seed + number, **settings)
    moments = sorted(chance.sample(range(1, crowd.rows), crowd.kills))
    options = ("--in-flight", str(crowd.in_flight))
    with serve(counted) as url:
        paced = CONFIG.format(url=url) + PACE.format(
            calls=crowd.quota.calls, seconds=crowd.quota.seconds
        )
        (folder / "onboarding.toml").write_text(paced, "utf-8")
        for moment in moments:
            counted.wait_for(moment)
            with started(folder, "run", "users.csv", *options) as process:
                wait_for(counted.reached, process, WAIT)
                process.kill()
                process.communicate(timeout=WAIT)
            codes.append(process.returncode)
        while codes[-1:] != [0] and len(codes) < crowd.kills + 20:
            with started(folder, "run", "users.csv", *options) as process:
                process.communicate(timeout=20 * WAIT)
            codes.append(process.returncode)
        simulator.behave()
        most = busiest(counted.calls, crowd.quota.seconds)
        users = dict(users_of(url))
    found = _last_lines(results)
    known = {line["id"] for line in found.values() if line["state"] == "created"}
    return CrowdFound(
        users=len(users),
        distinct=len({*users.values()}),
        known=len(known & {*users}),
        states=dict(Counter(line["state"] for line in found.values())),
        runs=len(codes),
        exit_codes=codes,
        busiest=most,
        seconds=time.monotonic() - began,
    )


# -- the users


_BAD: tuple[dict[int, str], ...] = ({6: "no address"}, {3: "tomorrow"}, {7: "NOBODY"}, {4: "XX"})


def _rows(size: Size) -> Iterator[str]:
    """The rows; those of each kind stand all over the file."""
    bad = _spread(size.bad, size.rows, 0)
    rejected = _spread(size.rejected, size.rows, 1)
    assert not bad & rejected
    for number in range(size.rows):
        nationality = "KP" if number in rejected else "LT"  # MangoPay blocks the former
        ref = f"u{number}"
        cells = [ref, "Ana", "Smith", "1961-02-03", nationality, "LT", f"{ref}@example.com"]
        cells += ["OWNER", "true"]
        if number in bad:
            for place, cell in _BAD[number // 2 % len(_BAD)].items():
                cells[place] = cell
        yield ",".join(cells)


def _spread(count: int, rows: int, offset: int) -> set[int]:
    return {rows * number // count // 2 * 2 + offset for number in range(count)}


def _states(results: Path) -> dict[str, str]:
    """The last state of each ref."""
    return {ref: line["state"] for ref, line in _last_lines(results).items()}


def _last_lines(results: Path) -> dict[str, dict[str, Any]]:
    """The last line of each ref."""
    lines = map(json.loads, results.read_text("utf-8").splitlines())
    return {line["ref"]: line for line in lines if line["state"] != "run"}


def users_of(url: str) -> Iterator[tuple[str, str]]:
    """The id and the address of every user whom MangoPay has."""
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=url)
    with Gateway(adapter) as gateway:
        yield from ((one.id, str(one.user.email)) for one in gateway.users())


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
    size = Size(rows=2000, bad=140, rejected=40, kills=8)
    with tempfile.TemporaryDirectory() as folder:
        found = run_to_the_end(size, Path(folder))
    print(found.summary)
    told = {name: value for name, value in asdict(found).items() if name != "summary"}
    print(", ".join(f"{name} {value}" for name, value in told.items()))
    created = size.rows - size.bad - size.rejected
    expected = {"created": created, "invalid": size.bad, "rejected": size.rejected}
    lines = len(found.summary.splitlines())
    good = (found.states, found.doubles, found.missing) == (expected, 0, 0) and lines <= 24
    crowd = Crowd(rows=10_000, in_flight=64, share=0.1, kills=20, quota=Quota(10, 1_200))
    with tempfile.TemporaryDirectory() as folder:
        many = run_in_flight(crowd, Path(folder))
    print(", ".join(f"{name} {value}" for name, value in asdict(many).items()))
    all_known = many.users == many.distinct == many.known == crowd.rows
    all_known = all_known and many.busiest <= crowd.quota.calls
    good = good and all_known and many.states == {"created": crowd.rows}
    print(
        f"{size.rows} rows, {size.kills} kills and one Ctrl-C: {found.doubles} doubles, "
        f"{found.states.get('unknown', 0)} unknown, {found.seconds:.0f} s; "
        f"{crowd.rows} rows, {crowd.in_flight} in flight, {crowd.share:.0%} of calls failing, "
        f"{crowd.kills} kills, at most {many.busiest} of {crowd.quota.calls} calls in "
        f"{crowd.quota.seconds} s: "
        f"{many.users - many.distinct} doubles, "
        f"{many.states.get('unknown', 0)} unknown, {many.seconds:.0f} s"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
