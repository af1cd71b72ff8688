"""A worker of one machine: takes units from a directory until all have ended."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import timedelta

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.bulk.results import Result
from onboarding.bulk.summary import Summary
from onboarding.concurrency import CallResults
from onboarding.concurrency.scheduler import require_in_flight
from onboarding.directory import Claim, ClaimState, Directory
from onboarding.errors import LeaseLost, Outcome
from onboarding.gateway import Gateway
from onboarding.workers.units import Units

__all__ = ["Worker"]

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(minutes=10)
"""A worker waits for units that are due within this time, and ends if there is none."""

_TICK = 0.2  # seconds between two looks for units


@define(eq=False, repr=False)
class Worker:
    """Takes the submitted units of some gateways, several at once. Any number of processes can.

    - `in_flight`: the most units at the same time, each by a thread;
    - `lease`: how long a unit is this worker's. If the process is killed, another one takes
      its units after that time; nobody is created twice;
    - `limit`: the most units that it takes, None for all.
    """

    gateways: Sequence[Gateway[Adapter]]
    directory: Directory
    in_flight: int = field(default=8, kw_only=True, converter=require_in_flight)
    lease: timedelta = field(default=LEASE, kw_only=True)
    limit: int | None = field(default=None, kw_only=True)
    summary: Summary = field(factory=Summary, init=False)
    stopped: bool = field(default=False, init=False)

    def work(self) -> Iterator[Result]:
        """Carries out units until none is due soon; yields the result of each.

        It waits during a pause, unless the provider refuses the API keys. Ending the iteration
        early waits for the units in flight. Raises `DirectoryError` if the database fails.
        """
        claimed = self._claimed()
        results = CallResults(claimed, _carry_out, in_flight=self.in_flight)
        try:
            for done in results:
                if (result := done.get()) is not None:
                    self.summary.add(result)
                    yield result
        finally:
            self.stop()
            claimed.close()
            results.close()

    def stop(self) -> None:
        """Takes no further unit. Safe to call in a signal handler."""
        self.stopped = True

    def _claimed(self) -> Generator[tuple[Units, Claim]]:
        everywhere = [Units(gateway, self.directory) for gateway in self.gateways]
        left = self.limit
        while not self.stopped:
            count = 0
            for units in everywhere:
                for claim in self._taken(units, left):
                    count += 1
                    yield units, claim
            left = None if left is None else left - count
            if left == 0 or (not count and not self._is_due(everywhere)):
                return
            if not count:
                time.sleep(_TICK)

    def _taken(self, units: Units, left: int | None) -> Iterator[Claim]:
        """Yields claims of some units; gives back those that are not reached."""
        limit = self.in_flight if left is None else min(self.in_flight, left)
        claims = list(
            self.directory.take_submitted(units.gateway.name, limit=limit, lease=self.lease)
            if limit
            else ()
        )
        try:
            while claims and not self.stopped:
                yield claims.pop(0)
        finally:
            self._give_back(claims)

    def _give_back(self, claims: Iterable[Claim]) -> None:
        """Ends claims whose calls were not made."""
        for claim in claims:
            was_sent = claim.state is ClaimState.RECONCILE
            outcome = Outcome.UNKNOWN if was_sent else Outcome.NOT_DONE
            try:
                self.directory.finish(
                    claim,
                    outcome,
                    error=claim.operation.error,
                    unresolved=claim.operation.unresolved if was_sent else None,
                    again_at=self.directory.clock(),
                )
            except LeaseLost:
                continue

    def _is_due(self, everywhere: Iterable[Units]) -> bool:
        """Whether to wait for units; not at a gateway that must be mended first."""
        soon = self.directory.clock() + PATIENCE
        for name in (units.gateway.name for units in everywhere):
            pause, due = self.directory.paused(name), self.directory.next_due(name)
            is_broken = pause is not None and pause.until is None and pause.reason != ""
            if not is_broken and due is not None and due <= soon:
                return True
        return False


def _carry_out(given: tuple[Units, Claim], _: str | None) -> Result | None:
    units, claim = given
    return units.carry_out(claim)
