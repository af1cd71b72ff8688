"""What importing the library costs, beside importing `requests`.

Run it: `python tests/benchmarks/import_cost.py`. Each statement runs in fresh interpreters, in
turns, so that a machine that slows down slows all of them; medians are compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 21
STATEMENTS = (
    "import requests",
    "import onboarding",
    "from onboarding import User",
    "from onboarding import Gateways, User",
)
TIMED = """
import time
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""


def once(statement: str) -> float:
    """Seconds that a statement takes in a fresh interpreter."""
    code = TIMED.format(statement=statement)
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def medians(rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each statement, after one round that warms the disk."""
    for statement in STATEMENTS:
        once(statement)
    taken: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(rounds):
        for statement in STATEMENTS:
            taken[statement].append(once(statement))
    return {statement: statistics.median(times) for statement, times in taken.items()}


def ratios(rounds: int = ROUNDS) -> dict[str, float]:
    """Each median as a multiple of that of `import requests`."""
    found = medians(rounds)
    return {statement: found[statement] / found["import requests"] for statement in found}


def main() -> None:
    found = medians()
    for statement, seconds in found.items():
        share = seconds / found["import requests"]
        print(f"{statement:<42} {seconds * 1000:7.1f} ms  {share:5.2f} x")


if __name__ == "__main__":
    main()
