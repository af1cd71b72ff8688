"""Measures a `create_user` over a socket against clients that only send and read JSON.

Run it: `python tests/benchmarks/http_cost.py [ROUNDS]`; `--json` prints the figures as JSON;
`--cpu`, `--rates` or `--memory` measures one part. Every client has a process of its own and all
take turns against one bare server, in a further process. CPU time is that of the client's process;
each figure is the median of the rounds, and each ratio the median of the ratios of a round. Trust
the CPU times on a busy machine, not the rates.

The others send the prepared JSON and decode the answer; they have no model, no checks, no limits.
"""

from __future__ import annotations

import json
import os
import runpy
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).parent
ROUNDS, CALLS = 7, 150

kinds = SimpleNamespace(**runpy.run_path(str(HERE / "http_clients.py")))
OURS, BARE, DEFAULT, SDK = kinds.OURS, kinds.BARE, kinds.DEFAULT, kinds.SDK
OURS_AIO, BARE_AIO = kinds.OURS_AIO, kinds.BARE_AIO
MANY = f"{OURS}, 300 variables"
CLIENTS = (  # name, kind, and how many variables its environment has
    (OURS, OURS, 10),
    (MANY, OURS, 300),
    (BARE, BARE, 70),
    (DEFAULT, DEFAULT, 70),
    (SDK, SDK, 70),
    (OURS_AIO, OURS_AIO, 70),
    (BARE_AIO, BARE_AIO, 70),
)
IN_FLIGHT = {OURS: (64,), BARE: (64,), OURS_AIO: (64, 256), BARE_AIO: (64, 256)}

Rounds = dict[str, dict[str, list[float]]]
"""What each client took in each round, by what was measured."""


@contextmanager
def started(*command: str, variables: int = 0) -> Iterator[tuple[Any, Any]]:
    """Starts a process; gives its input and its output."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    extra = {f"VARIABLE_{number}": "x" * 20 for number in range(variables - len(kept))}
    with subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, **extra},
    ) as process:
        try:
            yield process.stdin, process.stdout
        finally:
            process.stdin.close()  # type: ignore[union-attr]


def measured(rounds: int = ROUNDS, parts: tuple[str, ...] = ("cpu", "rate", "memory")) -> Rounds:
    """Returns the figures of each round, client by client."""
    found: Rounds = {name: {} for name, _, _ in CLIENTS}
    with ExitStack() as stack:
        _, out = stack.enter_context(started(str(HERE / "bare_server.py")))
        urls = [out.readline().strip() for _ in range(3)]
        clients = str(HERE / "http_clients.py")
        pipes = {
            name: stack.enter_context(started(clients, kind, *urls, variables=count))
            for name, kind, count in CLIENTS
        }
        tasks = [(name, f"cpu {CALLS}") for name, _, _ in CLIENTS if "cpu" in parts]
        if "rate" in parts:
            tasks += [(name, f"rate {n}") for n in (64, 256) for name in _with(n)]
        for number in range(rounds):
            further = "memory" in parts and number == 0
            for name, task in [*tasks, *((name, "memory 64") for name in IN_FLIGHT if further)]:
                given, told = pipes[name]
                print(task, file=given, flush=True)
                for what, value in json.loads(told.readline()).items():
                    found[name].setdefault(what, []).append(value)
    return found


def _with(number: int) -> list[str]:
    """The clients that are measured with so many calls in flight."""
    return [name for name, many in IN_FLIGHT.items() if number in many]


def ratio(found: Rounds, name: str, other: str, what: str = "cpu") -> float:
    """The median of a figure's ratios to that of another client in the same round."""
    pairs = zip(found[name][what], found[other][what], strict=True)
    return statistics.median(one / two for one, two in pairs)


def report(found: Rounds) -> str:
    """Returns the figures as lines."""
    lines: list[str] = []
    for name, figures in found.items():
        bare = BARE_AIO if name in (OURS_AIO, BARE_AIO) else BARE
        lines.append(name)
        lines += [
            f"  {what:<10} {statistics.median(values):9.0f}   "
            f"{ratio(found, name, bare, what):5.2f} x {bare}"
            for what, values in figures.items()
        ]
    if "cpu" in found[OURS]:
        others = (BARE, DEFAULT, SDK)
        lines += [f"{OURS} / {name}: {ratio(found, OURS, name):.2f}" for name in others]
        lines.append(f"{OURS}, 300 / 10 variables: {ratio(found, MANY, OURS):.2f}")
    return "\n".join(lines)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    chosen = {"--cpu": "cpu", "--rates": "rate", "--memory": "memory"}
    parts = tuple(part for flag, part in chosen.items() if flag in sys.argv)
    found = measured(*numbers[:1] or (ROUNDS,), *((parts,) if parts else ()))
    print(json.dumps(found) if "--json" in sys.argv else report(found))


if __name__ == "__main__":
    main()
