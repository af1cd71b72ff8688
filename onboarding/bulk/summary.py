"""The summary of a bulk run: the number of users by state, and by reason."""

from __future__ import annotations

import re
from collections import Counter

from attrs import define, field, frozen

from onboarding.bulk.results import Result, State
from onboarding.errors import ConfigurationError, NoAnswer, Problem
from onboarding.provider_errors import Forbidden, Unauthorized

__all__ = ["Reason", "Summary", "Unknown"]

EXAMPLES = 3
"""The most refs kept as examples of each reason."""


@frozen
class Reason:
    """A reason why users were not onboarded: a problem, and the state it leads to."""

    state: State
    path: str
    code: str
    message: str


@frozen(kw_only=True)
class Unknown:
    """A user whose outcome is unknown.

    `id` is the provider's id of the user, if known. If `run_again` is true, another run resolves
    the outcome with the idempotency key, or finishes what was carried out in part; otherwise look
    the user up at the provider.
    """

    ref: str
    id: str | None = None
    run_again: bool = False


@define(eq=False)
class Summary:
    """The number of users by state, in this run (`now`) and in earlier ones (`before`).

    - `reasons`: the number of users by reason; `examples`: the first refs of each;
    - `unknown`: every user whose outcome is unknown, whichever run sent it;
    - `stopped`: the error that ended the run early, if any.
    """

    now: Counter[State] = field(factory=Counter[State])
    before: Counter[State] = field(factory=Counter[State])
    reasons: Counter[Reason] = field(factory=Counter[Reason])
    examples: dict[Reason, list[str]] = field(factory=dict[Reason, list[str]])
    unknown: list[Unknown] = field(factory=list[Unknown])
    stopped: Unauthorized | Forbidden | ConfigurationError | NoAnswer | None = None

    @property
    def total(self) -> Counter[State]:
        """The number of users by state, over all runs."""
        return self.now + self.before

    def add(self, result: Result) -> None:
        """Counts a result of this run. A reason counts once per user."""
        self.now[result.state] += 1
        for reason in dict.fromkeys(_reason(result.state, one) for one in result.problems):
            self.reasons[reason] += 1
            refs = self.examples.setdefault(reason, [])
            if len(refs) < EXAMPLES:
                refs.append(result.ref)


def _reason(state: State, problem: Problem) -> Reason:
    """Returns the reason of a problem, without list indexes, so that users are counted together."""
    return Reason(state, _INDEX("[]", problem.path), problem.code, problem.message)


_INDEX = re.compile(r"\.[0-9]+(?![^.])").sub
