"""Runs users with a line of progress until the end, a failure or Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from attrs import define, field
from rich.progress import Progress, ProgressColumn, Task
from rich.text import Text

from onboarding.adapter import Adapter
from onboarding.bulk import BulkRun, Line, Result, UserFile
from onboarding.cli import screen
from onboarding.cli.estimates import Estimate
from onboarding.cli.failures import UNKNOWN, Failure, failure_of
from onboarding.cli.input import lines_of
from onboarding.cli.output import is_of_output
from onboarding.engine import utc_now
from onboarding.errors import NoAnswer, OnboardingError
from onboarding.gateway import Gateway
from onboarding.model.quota import Quota

if TYPE_CHECKING:
    from onboarding.workers.runs import DirectoryRun

__all__ = ["Interrupts", "kept_quotas", "run_to_end", "showing"]


def run_to_end(
    bulk: BulkRun | DirectoryRun, file: UserFile, again: str, on_result: Callable[[Result], None]
) -> Failure | None:
    """Runs the users, and passes each result on; returns the failure that ended it early."""
    interrupts = Interrupts(bulk.stop)
    try:
        with interrupts.handled(), _progress(bulk, file, interrupts) as lines:
            for result in bulk.run(lines):
                on_result(result)
    except (OnboardingError, OSError, KeyboardInterrupt) as error:
        if is_of_output(error):
            raise
        return _ended_by(error, bulk, again)
    if bulk.summary.stopped is not None:
        return _stopped_by(bulk.summary.stopped, bulk, again)
    return _ended_by(KeyboardInterrupt(), bulk, again) if interrupts.pressed else None


def _stopped_by(error: OnboardingError, bulk: BulkRun | DirectoryRun, again: str) -> Failure:
    """Returns the failure of a run that went no further."""
    failure = failure_of(error)
    if not isinstance(error, NoAnswer):
        return failure
    message = (
        f"stopped after {bulk.most_failures} calls without an answer: {failure.message}; "
        f"{again} to resume"
    )
    code = UNKNOWN if bulk.summary.unknown else failure.exit_code
    return Failure(message, code=code, kind=failure.kind)


def _ended_by(error: BaseException, bulk: BulkRun | DirectoryRun, again: str) -> Failure:
    """Returns the failure that ended a run, with the user in flight and the next step."""
    failure, lost = failure_of(error), bulk.unrecorded
    message, code = failure.message, failure.exit_code
    if isinstance(error, KeyboardInterrupt):
        if lost:
            refs = screen.some([one.ref for one in lost[: screen.MOST_REFS]], len(lost))
            message += f"; the outcome of {refs} is unknown"
        message += f"; {again} to resume"
    elif isinstance(error, OSError):
        if lost:
            code = UNKNOWN
            came = [
                f"{x.ref} was sent ({x.state}{f' with the id {x.id}' if x.id else ''})"
                for x in lost
            ]
            sent = screen.some(came[: screen.MOST_REFS], len(lost))
            message += f"; {sent}, but the results file does not have it"
        message += f"; free disk space, then {again} to resume"
    return Failure(message, code=code, kind=failure.kind, problems=failure.problems)


EVERY = 30.0
"""Seconds between two lines of progress if standard error is no terminal."""


@define(eq=False)
class _Watched:
    """Counts the lines of a file as they are read, and estimates the rest of the run."""

    bulk: BulkRun | DirectoryRun
    file: UserFile
    began: float = field(factory=time.monotonic)
    read: int = 0
    read_all: bool = False
    _by_line: bool = False

    def lines(self, interrupts: Interrupts) -> Iterator[Line]:
        rest = iter(lines_of(self.file))
        while True:
            with interrupts.waiting():
                line = next(rest, None)
            if line is None:
                self.read_all = True
                return
            self.read += 1
            self._by_line |= 0 < self.file.consumed < (self.file.size or 0)
            yield line

    def estimate(self) -> Estimate:
        summary, gateway = self.bulk.summary, self.bulk.gateway
        passed = time.monotonic() - self.began
        return Estimate(
            done=sum([*summary.now.values(), *summary.before.values()]),
            total=self._total(),
            exact=self.read_all,
            rate=sum([*summary.now.values()]) / passed if passed > 0 else 0.0,
            limits=gateway.rate_limits,
            quotas=kept_quotas(gateway),
            waiting=self.bulk.pause.left,
        )

    def _total(self) -> int | None:
        """Returns the number of users: as read, else by the bytes of those that were read."""
        file = self.file
        if self.read_all:
            return self.read
        if not file.size or not self._by_line:
            return None  # a stream, or a document that is read as a whole
        return round(self.read * file.size / file.consumed)


def kept_quotas(gateway: Gateway[Adapter]) -> tuple[Quota, ...]:
    """Returns the quotas that the gateway keeps for the calls of a run."""
    return () if gateway.pacer is None else gateway.pacer.kept()


class _Line(ProgressColumn):
    """The line of progress, as wide as the terminal allows."""

    max_refresh = 0.5

    def __init__(self, estimate: Callable[[], Estimate], width: int) -> None:
        super().__init__()
        self._estimate, self._width = estimate, width

    def render(self, task: Task) -> Text:
        return Text(self._estimate().line(self._width, utc_now()), overflow="ellipsis")


@contextmanager
def _progress(
    bulk: BulkRun | DirectoryRun, file: UserFile, interrupts: Interrupts
) -> Generator[Iterator[Line]]:
    """Yields the lines of the file, and shows the progress."""
    watched = _Watched(bulk, file)
    with showing(watched.estimate):
        yield watched.lines(interrupts)


@contextmanager
def showing(estimate: Callable[[], Estimate]) -> Generator[None]:
    """Shows the progress on standard error while the block runs."""
    console = screen.err()
    if console.is_terminal:
        bar = Progress(_Line(estimate, console.width - 1), console=console)
        with bar:
            bar.add_task("Onboarding", total=None)
            yield
        return
    ended = threading.Event()

    def report() -> None:
        while not ended.wait(EVERY):
            with suppress(OSError, ValueError, OnboardingError):  # standard error may be closed
                console.print(estimate().line(console.width, utc_now()), soft_wrap=True)

    thread = threading.Thread(target=report, name="onboarding-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


# -- Ctrl-C

_NOTE = b"\nWaiting for the users in flight. Press Ctrl-C again to stop at once.\n"


@define(eq=False)
class Interrupts:
    """Handles Ctrl-C during a run. `pressed` is true after the first one."""

    stop: Callable[[], object]
    pressed: bool = field(default=False, init=False)
    _waiting: bool = field(default=False, init=False)

    @contextmanager
    def handled(self) -> Generator[None]:
        """Handles Ctrl-C while the block runs, unless it is ignored; only in the main thread."""
        before = signal.getsignal(signal.SIGINT)
        main = threading.current_thread() is threading.main_thread()
        if not main or before is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._first)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Marks a block that waits for input: Ctrl-C stops it at once."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def _first(self, number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.pressed = True
        self.stop()
        if self._waiting:
            raise KeyboardInterrupt
        with suppress(OSError):
            os.write(2, _NOTE)  # the streams may be locked
