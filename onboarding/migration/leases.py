"""Keeps the claims of this process while their calls wait for the quota, however long that is."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Self

from attrs import define, field

from onboarding.directory import Claim, Directory
from onboarding.errors import DirectoryError

__all__ = ["Leases"]


@define(eq=False, repr=False)
class Leases:
    """Renews claims from a thread, three times within a lease. A context manager.

    A process that is killed renews nothing: its claims end with their lease.
    """

    directory: Directory
    lease: timedelta
    _held: dict[int, Claim] = field(factory=dict[int, Claim], init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _ended: threading.Event = field(factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    @contextmanager
    def kept(self, claim: Claim) -> Generator[None]:
        """Keeps a claim while the block runs."""
        with self._lock:
            self._held[id(claim)] = claim
        try:
            yield
        finally:
            with self._lock:
                del self._held[id(claim)]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._renew, name="onboarding-leases", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _renew(self) -> None:
        while not self._ended.wait(self.lease.total_seconds() / 3):
            with self._lock:
                held = [*self._held.values()]
            for claim in held:
                with suppress(DirectoryError):  # ended meanwhile, or a database that is away
                    self.directory.renew(claim, lease=self.lease)
