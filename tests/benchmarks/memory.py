"""Streams users through both directions of both providers, and says how memory grew.

Run it: `python tests/benchmarks/memory.py [USERS]`, a million unless told. The growth is what came
between the first 10,000 users and the last one: of the process (its peak, as the system counts
it), or with `--traced` of Python's own objects, which takes several times as long.
"""

from __future__ import annotations

import json
import resource
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from onboarding import UnexpectedResponse
from onboarding.mapping import On, Translation, translation

from onboarding_mangopay.records import shape_of
from onboarding_paysera.wire.user import PayseraUser

WARM = 10_000
DATA = Path(__file__).parent / "data"
OWNER: dict[str, Any] = json.loads((DATA / "owner.json").read_text())
JOHN: dict[str, Any] = json.loads((DATA / "john.json").read_text())
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def payloads(number: int) -> Iterator[tuple[Translation, dict[str, Any]]]:
    """The two quoted users, no two alike: some with keys and words that nobody knows."""
    owner = {**OWNER, "Id": str(number), "FirstName": f"A{number}", "Birthday": number * 997}
    john = {**JOHN, "id": number, "email": f"u{number}@example.com"}
    if number % 3 == 0:
        owner |= {f"Unknown{number}": number, "UserCategory": f"CATEGORY{number}"}
        john["gender"] = f"gender{number}"
    if number % 100 == 0:
        john["dob"] = number
    yield shape_of(owner), owner
    yield translation(PayseraUser, "paysera"), john


def stream(first: int, last: int) -> None:
    """Reads each user; writes it as a creation, and as an update with its residue."""
    for number in range(first, last):
        for wire, payload in payloads(number):
            try:
                user, unmapped = wire.from_wire(payload)
            except UnexpectedResponse:
                continue
            wire.to_wire(user, On.CREATE)
            wire.to_wire(user, On.UPDATE, unmapped=unmapped)


def peak() -> int:
    """The most bytes that the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def held() -> int:
    """The bytes that Python's objects hold now."""
    return tracemalloc.get_traced_memory()[0]


def growth(users: int, measure: Callable[[], int]) -> int:
    """Bytes between the first users and the last one."""
    stream(0, WARM)
    before = measure()
    stream(WARM, users)
    return measure() - before


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if not word.startswith("-")]
    traced = "--traced" in sys.argv
    if traced:
        tracemalloc.start()
    grown = growth(numbers[0] if numbers else 1_000_000, held if traced else peak)
    print(f"{grown / 2**20:.3f} MiB")


if __name__ == "__main__":
    main()
