"""Runs users with a progress bar until the end, a failure or Ctrl-C."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from attrs import define, field
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from onboarding.bulk import BulkRun, Line, Result, UserFile
from onboarding.cli import screen
from onboarding.cli.failures import UNKNOWN, Failure, failure_of
from onboarding.cli.input import lines_of
from onboarding.cli.output import is_of_output
from onboarding.errors import OnboardingError

__all__ = ["Interrupts", "run_to_end"]


def run_to_end(
    bulk: BulkRun, file: UserFile, again: str, on_result: Callable[[Result], None]
) -> Failure | None:
    """Runs the users, and passes each result on; returns the failure that ended it early."""
    interrupts = Interrupts(bulk)
    try:
        with interrupts.handled(), _progress(file, interrupts) as lines:
            for result in bulk.run(lines):
                on_result(result)
    except (OnboardingError, OSError, KeyboardInterrupt) as error:
        if is_of_output(error):
            raise
        return _ended_by(error, bulk, again)
    if bulk.summary.stopped is not None:
        return failure_of(bulk.summary.stopped)
    return _ended_by(KeyboardInterrupt(), bulk, again) if interrupts.pressed else None


def _ended_by(error: BaseException, bulk: BulkRun, again: str) -> Failure:
    """Returns the failure that ended a run, with the user in flight and the next step."""
    failure, last = failure_of(error), bulk.in_flight
    message, code = failure.message, failure.exit_code
    if isinstance(error, KeyboardInterrupt):
        if last is not None:
            message += f"; the outcome of {screen.printable(last.ref)} is unknown"
        message += f"; {again} to resume"
    elif isinstance(error, OSError):
        if last is not None:
            code = UNKNOWN
            came = str(last.state) + (f" with the id {last.id}" if last.id else "")
            ref = screen.printable(last.ref)
            message += f"; {ref} was sent ({came}), but the results file does not have it"
        message += f"; free disk space, then {again} to resume"
    return Failure(message, code=code, kind=failure.kind, problems=failure.problems)


@contextmanager
def _progress(file: UserFile, interrupts: Interrupts) -> Generator[Iterator[Line]]:
    """Yields the lines of the file, with a progress bar if standard error is a terminal."""
    console = screen.err()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[users]} users"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Onboarding", total=file.size, users=0)

        def lines() -> Iterator[Line]:
            rest = iter(lines_of(file))
            for count in itertools.count(1):
                with interrupts.waiting():
                    line = next(rest, None)
                if line is None:
                    return
                yield line
                bar.update(task, completed=file.consumed, users=count)

        yield lines()


# -- Ctrl-C

_NOTE = b"\nWaiting for the user in flight. Press Ctrl-C again to stop at once.\n"


@define(eq=False)
class Interrupts:
    """Handles Ctrl-C during a run. `pressed` is true after the first one."""

    bulk: BulkRun
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
        """Marks a block in which no user is in flight: Ctrl-C stops at once."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def _first(self, number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.pressed = True
        self.bulk.stop()
        if self._waiting:
            raise KeyboardInterrupt
        with suppress(OSError):
            os.write(2, _NOTE)  # the streams may be locked
