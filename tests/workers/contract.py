"""What every carrier of bulk work must do: `python -m tests.workers.contract` runs it whole.

Two workers carry users to a simulator of MangoPay under a quota that they share. One is killed with
-9, and the broker, if there is one, is restarted once. In the end all users are there, none twice,
and no second had more calls than the quota.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import frozen
from onboarding.directory import Directory, OperationState
from onboarding.simulation import serve
from tests.directory.conftest import SERVER, postgresql
from tests.killing import busiest
from tests.kills import Counted, users_of
from tests.workers.places import crowd

from onboarding_simulators.mangopay import MangoPaySimulator

__all__ = ["CARRIERS", "SCALED", "Found", "Size", "absent", "carry_all"]

ROOT = Path(__file__).parents[2]
CARRIERS = ("local", "redis", "rabbitmq")
CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "key"
base_url = "{url}"

[gateways.fr.pace]
store = "{store}"
bulk_share = 1.0
quotas = [{{ seconds = 1, calls = {calls} }}]
"""
STUCK = 240
"""Seconds without a further user after which a carrier is stuck."""


@frozen
class Size:
    """How many users, the calls a second, and the seconds of a lease."""

    users: int
    calls: int
    lease: float


WHOLE = Size(users=1_000, calls=100, lease=15)
SCALED = Size(users=120, calls=20, lease=5)


@frozen(kw_only=True)
class Found:
    """What was there in the end."""

    carrier: str
    done: int
    other: int
    """Units that are not done."""
    users: int
    """Users at the simulator."""
    distinct: int
    """Their different addresses."""
    busiest: int
    """The most calls in any second."""
    calls: int
    seconds: float
    leaked: tuple[str, ...]
    """Personal values in the output of a worker."""


def absent(carrier: str) -> str:
    """Returns what a carrier needs and is not here; nothing if all is."""
    if carrier == "local":
        return ""
    server = "redis-server" if carrier == "redis" else "rabbitmq-server"
    if shutil.which(server, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin") is None:
        return f"there is no {server}: install Debian's package of this name"
    return "" if SERVER else "there is no PostgreSQL: ONBOARDING_TEST_POSTGRESQL has its address"


def carry_all(carrier: str, size: Size, folder: Path) -> Found:
    began = time.monotonic()
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    counted = Counted(simulator)
    with ExitStack() as stack:
        url = stack.enter_context(serve(counted))
        local = carrier == "local"
        where = f"sqlite:///{folder}/onboarding.db" if local else stack.enter_context(postgresql())
        store = str(folder / "quotas.sqlite") if local else where
        config = folder / "onboarding.toml"
        config.write_text(CONFIG.format(url=url, store=store, calls=size.calls), "utf-8")
        directory = stack.enter_context(Directory.open(where))
        directory.submit("fr", crowd(size.users))
        broker = None if local else stack.enter_context(Broker.started(carrier, folder))
        environment = {"CONFIG": str(config), "DIRECTORY": where, "LEASE": str(size.lease)}
        if broker is not None:
            environment["BROKER"] = broker.address
        workers = [
            stack.enter_context(worker(carrier, number, environment, folder)) for number in range(2)
        ]
        for at, event in (
            (size.users // 4, workers[0].kill),
            (size.users // 2, broker.restart if broker is not None else lambda: None),
            (size.users, lambda: None),
        ):
            wait_for(directory, at, workers)
            event()
        for each in workers:
            each.end()
        progress = directory.progress("fr")
        emails = Counter(email for _, email in users_of(url))
        outputs = "".join(each.output for each in workers)
    done = progress.states[OperationState.DONE]
    return Found(
        carrier=carrier,
        done=done,
        other=progress.total - done,
        users=emails.total(),
        distinct=len(emails),
        busiest=busiest(counted.calls, 1.0),
        calls=len(counted.calls),
        seconds=time.monotonic() - began,
        leaked=tuple(word for word in ("Canary", "@example.com", "user-1") if word in outputs),
    )


def wait_for(directory: Directory, done: int, workers: list[Worker]) -> None:
    """Waits until so many units are done; shows what the workers printed if it takes too long."""
    count, since = -1, time.monotonic()
    while count < done:
        found = directory.progress("fr").states[OperationState.DONE]
        if found > count:
            count, since = found, time.monotonic()
        if time.monotonic() - since > STUCK or all(not each.runs for each in workers):
            text = "\n".join(each.output[-3000:] for each in workers)
            raise AssertionError(f"{count} of {done} done, then nothing:\n{text}")
        time.sleep(0.1)


# -- workers and brokers


@frozen(eq=False)
class Worker:
    """A worker in a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def kill(self) -> None:
        """Kills it with all its children, which get no chance to tell anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.runs:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def worker(
    carrier: str, number: int, environment: dict[str, str], folder: Path
) -> Generator[Worker]:
    if carrier == "local":
        command = ["-m", "onboarding", "bulk", "work", "--config", environment["CONFIG"]]
        command += ["--directory", environment["DIRECTORY"], "--lease", environment["LEASE"]]
    else:
        command = ["-m", "celery", "-A", "tests.workers.backend", "worker", "-n", f"w{number}@%h"]
        command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "-l", "INFO"]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "adapters"), os.environ.get("PYTHONPATH", "")])
    log = folder / f"worker-{number}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": paths},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Worker(process, log)
    try:
        yield started
    finally:
        if started.runs:
            started.kill()


@frozen(eq=False)
class Broker:
    """A private broker."""

    kind: str
    folder: Path
    address: str

    @classmethod
    @contextmanager
    def started(cls, kind: str, folder: Path) -> Iterator[Broker]:
        own = folder / kind
        broker = cls(kind, own, _broker(kind, own))
        try:
            yield broker
        finally:
            _broker(kind, own, "stop")

    def restart(self) -> None:
        _broker(self.kind, self.folder, "stop")
        assert _broker(self.kind, self.folder) == self.address


def _broker(kind: str, folder: Path, *more: str) -> str:
    command = ["bash", str(ROOT / ".ci/broker"), kind, str(folder), *more]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def is_good(found: Found, size: Size) -> bool:
    """Whether a carrier keeps the contract."""
    counts = (found.done, found.other, found.users, found.distinct)
    all_once = counts == (size.users, 0, size.users, size.users)
    return all_once and found.busiest <= size.calls and not found.leaked


def main() -> int:
    told: list[str] = []
    good = True
    for carrier in CARRIERS:
        if why := absent(carrier):
            told.append(f"{carrier}: {why}")
            good = False
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = carry_all(carrier, WHOLE, Path(folder))
        good = good and is_good(found, WHOLE)
        told.append(
            f"{carrier}: {found.done} of {WHOLE.users} done, {found.users - found.distinct} twice, "
            f"at most {found.busiest} of {WHOLE.calls} calls in a second, {found.seconds:.0f} s"
        )
        print(told[-1], flush=True)
    print("; ".join(told))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
