"""How the memory of a bulk run grows, with its journal, and how many users it sends a second.

Run it: `python tests/benchmarks/running.py [USERS [IN_FLIGHT]]`, a million unless told. The
provider is a function in the process, and syncs are left out: what is measured is the run. The
growth is that of the process, between the first 10,000 users and the last one.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from attrs import frozen
from onboarding import Gateway, User, UserRecord
from onboarding.bulk import BulkRun, Journal, Line, UserFile
from onboarding.spi import Adapter, Flow, Request, Response

WARM = 10_000
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@frozen(kw_only=True)
class Small(Adapter):
    """Creates a user by one request."""

    provider: ClassVar[str] = "small"

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        yield Request(method="POST", url="https://api.example.com/users", operation="create_user")
        return UserRecord(provider=self.provider, gateway=self.name, id=str(user.tag), user=user)


class Answering:
    """A transport that answers every request."""

    def send(self, request: Request, *, timeout: float) -> Response:
        return Response(status=201, body=b"{}")

    def close(self) -> None:
        pass


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def write(place: Path, users: int) -> None:
    with place.open("w", encoding="ascii") as file:
        for number in range(users):
            file.write(json.dumps({"ref": f"user-{number}", "tag": f"id-{number}"}) + "\n")


def watched(lines: Iterable[Line], seen: list[int]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number == WARM:
            seen.append(peak())
        yield line


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]]
    users, in_flight = [*numbers, *(1_000_000, 8)[len(numbers) :]]
    gateway = Gateway(Small(name="small"))
    gateway._new_state(None)  # imports the HTTP client, which is not used
    gateway._state().transport = Answering()  # type: ignore[assignment]
    os.fsync = lambda _: None  # type: ignore[assignment]
    seen: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "users.jsonl"
        write(place, users)
        began = time.perf_counter()
        with UserFile.open(place) as lines, Journal.open(f"{folder}/results", gateway) as journal:
            bulk = BulkRun(gateway, journal, in_flight=in_flight)
            created = sum(1 for _ in bulk.run(watched(lines, seen)))
        seconds = time.perf_counter() - began
    grown = (peak() - seen[0]) / 2**20
    rate = f"{created} users, {in_flight} in flight, {created / seconds:.0f} a second"
    print(f"{rate}: {grown:.2f} MiB more after {WARM}")


if __name__ == "__main__":
    main()
