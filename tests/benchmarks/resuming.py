"""What it costs to take up a results file again, against `json.loads` of its lines.

Run it: `python tests/benchmarks/resuming.py [LINES [ROUNDS]]`, a million unless told; the best
round counts. Half of the lines are
intents. Prints the processor seconds of both, and the growth of the process.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from onboarding import Gateway, Secret
from onboarding.bulk import Journal, Result, State, Step

from onboarding_mangopay import MangoPay

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
AT = "2026-01-02T03:04:05+00:00"


def gateway() -> Gateway[MangoPay]:
    return Gateway(MangoPay(name="fr", client_id="acme", api_key=Secret("key")))


def entries(users: int, *, mixed: bool) -> Iterator[dict[str, object]]:
    """An intent and a result for each user; the refs come in their order, or `mixed`."""
    for number in range(users):
        ref = hashlib.md5(b"%d" % number).hexdigest() if mixed else f"u{number}"
        intent = {"ref": ref, "line": number + 1, "state": "intent"}
        yield {**intent, "digest": f"{number:08x}", "at": AT}
        result = Result(
            ref=ref,
            line=number + 1,
            state=State.CREATED,
            gateway="fr",
            provider="mangopay",
            id=f"user_m_{number:026}",
            status="pending",
            kyc_level="LIGHT",
            identification_level="unidentified",
            provider_levels={"KYCLevel": "LIGHT", "UserStatus": "PENDING_USER_ACTION"},
            next_actions=(Step(kind="redirect"),),
        )
        yield {**result.plain(), "at": AT}


def write(place: Path, lines: int, *, mixed: bool = False) -> None:
    """Writes a results file with so many lines below its header."""
    Journal.open(place, gateway()).close()
    with place.open("a", encoding="ascii") as file:
        for entry in entries(lines // 2, mixed=mixed):
            file.write(json.dumps(entry, separators=(",", ":")) + "\n")


def parse(place: Path) -> float:
    """Seconds of `json.loads` of each line."""
    began = time.process_time()
    with place.open(encoding="ascii") as file:
        for line in file:
            json.loads(line)
    return time.process_time() - began


def resume(place: Path) -> float:
    """Seconds to open the journal."""
    began = time.process_time()
    Journal.open(place, gateway()).close()
    return time.process_time() - began


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]]
    lines, rounds = [*numbers, *(1_000_000, 1)[len(numbers) :]]
    for mixed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "results.jsonl"
            write(place, lines, mixed=mixed)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
            turns = [(parse(place), resume(place)) for _ in range(rounds)]
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
            parsed, resumed = (min(times) for times in zip(*turns, strict=True))
        kind = "mixed refs" if mixed else "refs in order"
        print(
            f"{lines} lines, {kind}: json.loads {parsed:.2f} s, journal {resumed:.2f} s "
            f"({resumed / parsed:.2f} times), {(after - before) / 2**20:.1f} MiB more"
        )


if __name__ == "__main__":
    main()
