"""A file of users is run to its end at MangoPay, however often the runs are interrupted or killed.

`python -m tests.kills` does it with 2,000 rows, `tests/mangopay/test_kills.py` with few.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import asdict, define, field, frozen
from onboarding import Gateway, Secret
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

__all__ = ["Found", "Size", "run_to_the_end"]

WAIT = 60
"""Seconds after which a process is stuck."""

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr.secret"
base_url = "{url}"
"""

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
        with _run(folder) as process:
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
            with _run(folder) as process:
                assert held.reached.wait(WAIT)
                process.kill()
                process.communicate(timeout=WAIT)
            held.release.set()
            codes.append(process.returncode)
        with _run(folder) as process:
            summary, _ = process.communicate(timeout=10 * WAIT)
        codes.append(process.returncode)
        emails = Counter(_emails(url))
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


@contextmanager
def _run(folder: Path) -> Generator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "onboarding", "run", "users.csv"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


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
    lines = map(json.loads, results.read_text("utf-8").splitlines())
    return {line["ref"]: line["state"] for line in lines if line["state"] != "run"}


def _emails(url: str) -> Iterable[str]:
    """The address of every user whom MangoPay has."""
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=url)
    with Gateway(adapter) as gateway:
        page = None
        while True:
            found = gateway.run(adapter.list_users(page))
            yield from (str(one.user.email) for one in found.items)
            page = found.next
            if page is None:
                return


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
    good = (found.states, found.doubles, found.missing) == (expected, 0, 0)
    lines = len(found.summary.splitlines())
    print(
        f"{size.rows} rows, {size.kills} kills and one Ctrl-C: {found.doubles} doubles, "
        f"{found.states.get('unknown', 0)} unknown, {lines} lines of summary, "
        f"{found.seconds:.0f} s"
    )
    return 0 if good and lines <= 24 else 1


if __name__ == "__main__":
    sys.exit(main())
