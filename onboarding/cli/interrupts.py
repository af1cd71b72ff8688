"""Ctrl-C during a run: the first one lets the user in flight finish, the second one does not."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType

from attrs import define, field

from onboarding.bulk import BulkRun

__all__ = ["Interrupts"]

_NOTE = b"\nThe user in flight is being finished. Press Ctrl-C again to stop at once.\n"


@define(eq=False)
class Interrupts:
    """What Ctrl-C does to a batch. `pressed` is true once it stops it."""

    bulk: BulkRun
    pressed: bool = field(default=False, init=False)
    _waiting: bool = field(default=False, init=False)

    @contextmanager
    def handled(self) -> Generator[None]:
        """Handles Ctrl-C inside; where it is ignored, or in another thread, it stays so."""
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
        """No user is in flight inside: Ctrl-C stops at once."""
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
            os.write(2, _NOTE)  # the streams of Python may be in use
