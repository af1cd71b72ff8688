"""What became of one user, without any personal value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.errors import Problem
from onboarding.model.answers import Loss
from onboarding.model.record import UserRecord

__all__ = ["Result", "State", "Step", "blank", "of_record", "tame"]


class State(StrEnum):
    """What became of a user."""

    CREATED = "created"
    """The provider registered the user."""
    REJECTED = "rejected"
    """The provider said no; a later run tries again once the line is another."""
    UNSUPPORTED = "unsupported"
    """The provider does not take a field, or not its value, and it may not be left out; nothing
    was sent. The problems say which."""
    INVALID = "invalid"
    """The line is not a user; nothing was sent."""
    FAILED = "failed"
    """It was surely not carried out; the next run tries again."""
    UNKNOWN = "unknown"
    """It may have been carried out, or a part of it was."""

    @property
    def settled(self) -> bool:
        """Whether the result stands until something changes: the line of a rejected user, or what
        is known of an unknown one."""
        return self in (State.CREATED, State.REJECTED, State.UNKNOWN)


@frozen(kw_only=True)
class Step:
    """What a user must do next: never with its link."""

    kind: str
    concerns: str = ""
    expires_at: str | None = None


@frozen(kw_only=True)
class Result:
    """One line of results: the caller's `ref`, and what may be told of the user."""

    ref: str
    line: int | None
    state: State
    gateway: str
    provider: str
    id: str | None = None
    status: str | None = None
    kyc_level: str | None = None
    identification_level: str | None = None
    provider_levels: Mapping[str, str] = field(factory=dict[str, str])
    next_actions: tuple[Step, ...] = ()
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str | None = None
    request_id: str | None = None

    def plain(self) -> dict[str, Any]:
        """The result as it is written: texts, numbers, lists."""
        return {
            "ref": self.ref,
            "line": self.line,
            "state": str(self.state),
            "gateway": self.gateway,
            "provider": self.provider,
            "id": self.id,
            "status": self.status,
            "kyc_level": self.kyc_level,
            "identification_level": self.identification_level,
            "provider_levels": dict(self.provider_levels),
            "next_actions": [
                {"kind": step.kind, "concerns": step.concerns, "expires_at": step.expires_at}
                for step in self.next_actions
            ],
            "losses": [
                {"path": loss.core_path, "kind": str(loss.kind), "reason": loss.reason}
                for loss in self.losses
            ],
            "problems": [
                {"path": problem.path, "code": problem.code, "message": problem.message}
                for problem in self.problems
            ],
            "error": self.error,
            "request_id": self.request_id,
        }


def of_record(blank: Result, record: UserRecord) -> Result:
    """The result of a user whom the provider registered."""
    return evolve(
        blank,
        state=State.CREATED,
        id=record.id,
        status=str(record.status) if record.status is not None else None,
        kyc_level=record.kyc_level.value if record.kyc_level is not None else None,
        identification_level=(
            record.identification_level.value if record.identification_level is not None else None
        ),
        provider_levels=_levels(record),
        next_actions=tuple(
            Step(
                kind=str(action.kind),
                concerns=action.concerns,
                expires_at=action.expires_at.isoformat() if action.expires_at else None,
            )
            for action in record.next_actions
        ),
        losses=tuple(record.losses),
    )


MOST_PROBLEMS = 50
"""The most problems kept of one user; a line can have thousands."""


_PATH = re.compile(r"[A-Za-z0-9_.\-]{0,120}").fullmatch


def tame(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems without personal values: a name that is no path may be one, a word that is no
    code too. Beyond `MOST_PROBLEMS` they are only counted."""
    found = tuple(problems)
    kept = found if len(found) <= MOST_PROBLEMS else found[: MOST_PROBLEMS - 1]
    tamed = [
        evolve(
            problem,
            path=problem.path if _PATH(problem.path) else "(a name that is no path)",
            code=problem.code if _WORD(problem.code) else "refused",
        )
        for problem in kept
    ]
    if len(kept) < len(found):
        tamed.append(Problem("", "too_many", f"and {len(found) - len(kept)} further problems"))
    return tuple(tamed)


_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,60}").fullmatch


def _levels(record: UserRecord) -> dict[str, str]:
    """The provider's own words for levels; what is not spelled as one may hold a name."""
    return {name: word for name, word in record.provider_levels.items() if _WORD(word)}


def blank(adapter: Adapter, ref: str, line: int | None) -> Result:
    """The result of a user of whom nothing is known yet."""
    return Result(
        ref=ref, line=line, state=State.UNKNOWN, gateway=adapter.name, provider=adapter.provider
    )
