"""`onboarding run --dry-run`: what a run would send, and what it would lose; nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.bulk import Journal, Line, State
from onboarding.cli import screen
from onboarding.cli.reasons import Tally, problem_reasons, report_reasons
from onboarding.errors import InvalidInput, Problem, Unsupported
from onboarding.gateway import Gateway
from onboarding.mapping.paths import lookup
from onboarding.mapping.rows import On
from onboarding.model.user import User
from onboarding.requirements import Target

__all__ = ["DryRun"]

READY = "ready"

_MEANINGS = {
    READY: "would be sent",
    str(State.UNSUPPORTED): screen.MEANINGS[State.UNSUPPORTED],
    str(State.INVALID): screen.MEANINGS[State.INVALID],
}


@define(eq=False)
class DryRun:
    """The users of a file by what a run would do, and the reasons: missing, unsupported, left out.

    Memory grows with the number of reasons, not of users.
    """

    gateway: Gateway[Adapter]
    states: Counter[str] = field(factory=Counter[str], init=False)
    reasons: Tally = field(factory=Tally, init=False)
    _refs: Journal = field(factory=Journal, init=False)

    def read(self, lines: Iterable[Line], limit: int | None = None) -> None:
        """Translates the users of the lines, at most `limit` that would be sent."""
        self._refs.begin_run()
        for line in lines:
            if self.states[READY] == limit:
                return
            self.states[self._state(line)] += 1

    def _state(self, line: Line) -> str:
        problems = line.problems
        if self._refs.is_repeated(line.ref):
            problems = (Problem("ref", "duplicate", "repeats the ref of an earlier line"),)
        try:
            if problems:
                raise InvalidInput(problems)
            user = User.parse(line.data)
            self._report(line.ref, user)
            next(self.gateway.adapter.create_user(user))
        except Unsupported:
            return str(State.UNSUPPORTED)
        except InvalidInput as error:
            self.reasons.add(line.ref, problem_reasons(error.problems))
            return str(State.INVALID)
        return READY

    def _report(self, ref: str, user: User) -> None:
        adapter = self.gateway.adapter
        for name in adapter.targets:
            if _creates(target := adapter.target(name), user):
                report = adapter.missing(user, target.name)
                self.reasons.add(ref, report_reasons(report))
                return

    @property
    def is_ready(self) -> bool:
        """Whether every user would be sent."""
        return self.states.total() == self.states[READY]

    def print(self) -> None:
        """Prints the counts and the reasons."""
        console, gateway = screen.out(), self.gateway
        made = screen.plain_table(
            f"{gateway.name} ({gateway.provider}): dry run", "state", "users", "meaning"
        )
        made.columns[1].justify = "right"
        for state, meaning in _MEANINGS.items():
            if self.states[state]:
                made.add_row(state, str(self.states[state]), meaning)
        made.add_row("all", str(self.states.total()), "nothing was sent")
        console.print(made)
        if self.reasons.rows:
            console.print(
                self.reasons.table("Reasons", "status", "field and reason", "users", "first")
            )

    def plain(self) -> dict[str, Any]:
        """Returns the counts and the reasons as plain data."""
        return {
            "states": {state: self.states[state] for state in _MEANINGS},
            "users": self.states.total(),
            "reasons": [
                {
                    "status": why.status,
                    "reason": list(why.words),
                    "fields": dict(row.names),
                    "users": row.users,
                    "refs": row.refs,
                }
                for why, row in self.reasons.rows.items()
            ],
        }


def _creates(target: Target, user: User) -> bool:
    """Returns whether a target is the creation of such a user."""
    return target.on is On.CREATE and all(
        lookup(user, path) == value for path, value in target.supposes.items()
    )
