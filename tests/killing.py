"""A command that a test kills at a moment of its choice, and the calls that a server counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

__all__ = ["busiest", "started", "wait_for"]


@contextmanager
def started(folder: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Starts `onboarding` with arguments; the process is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "onboarding", *arguments],
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


def wait_for(reached: threading.Event, process: subprocess.Popen[str], seconds: float) -> None:
    """Waits for an event of a server that a process calls.

    Raises `AssertionError` with the output of a process that ended before, or that took longer.
    """
    ends = time.monotonic() + seconds
    while not reached.wait(0.2):
        late = time.monotonic() > ends
        if late:
            process.send_signal(signal.SIGABRT)
        if late or process.poll() is not None:
            raise AssertionError((process.communicate(timeout=60), process.returncode))


def busiest(calls: Iterable[float], seconds: float) -> int:
    """Returns the most calls in any period of so many seconds, from the times of the calls."""
    found, window = 0, deque[float]()
    for at in sorted(calls):
        window.append(at)
        while window[0] <= at - seconds:
            window.popleft()
        found = max(found, len(window))
    return found
