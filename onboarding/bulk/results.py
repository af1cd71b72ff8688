"""The result of one user of a bulk run: one line of the results file, without personal values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.errors import Problem
from onboarding.model.answers import Loss, Partial
from onboarding.model.record import UserRecord

__all__ = ["Result", "State", "Step", "redacted", "result_of_record", "unknown_result"]


class State(StrEnum):
    """The state of a user after a bulk run."""

    CREATED = "created"
    """The provider registered the user."""
    REJECTED = "rejected"
    """The provider rejected the user; a later run retries once the line has changed."""
    UNSUPPORTED = "unsupported"
    """The provider does not support a field or its value, and `accept_loss` does not allow leaving
    it out; nothing was sent. The problems name the field."""
    INVALID = "invalid"
    """The line is not a valid user; nothing was sent."""
    FAILED = "failed"
    """The call was certainly not carried out; the next run retries."""
    UNKNOWN = "unknown"
    """The call may have been carried out, completely or in part."""

    @property
    def final(self) -> bool:
        """Whether the next run leaves the user alone: a rejected user until the line changes, an
        unknown one unless its idempotency key can be replayed."""
        return self in (State.CREATED, State.REJECTED, State.UNKNOWN)


@frozen(kw_only=True)
class Step:
    """What a user must do next, without the link. `expires_at` is an ISO 8601 time."""

    kind: str
    concerns: str = ""
    expires_at: str | None = None


@frozen(kw_only=True)
class Result:
    """One line of a results file: the outcome for one user, without personal values.

    - `ref`: the caller's id of the user; `line`: the number of the line, from 1;
    - `id`: the provider's id; `request_id`: the provider's id of a failed request;
    - `losses`, `problems`: by core path; `error`: the class of the error;
    - `partial`: what was carried out of a call of several requests. The next run finishes it.
    """

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
    partial: Partial | None = None

    def plain(self) -> dict[str, Any]:
        """Returns the result as plain data: the object that the file has."""
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
            **({} if self.partial is None else {"partial": json.loads(self.partial.to_json())}),
        }


def result_of_record(started: Result, record: UserRecord) -> Result:
    """Returns the result of a user whom the provider has registered."""
    return evolve(
        started,
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
"""The most problems kept for one user; a line can have thousands."""


_PATH = re.compile(r"[A-Za-z0-9_.\-\[\]]{0,120}").fullmatch


def redacted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Returns the problems without personal values.

    A path or a code that does not have the form of one is replaced, since it may be a personal
    value. Problems beyond `MOST_PROBLEMS` are counted only.
    """
    found = tuple(problems)
    kept = found if len(found) <= MOST_PROBLEMS else found[: MOST_PROBLEMS - 1]
    shown = [
        evolve(
            problem,
            path=problem.path if _PATH(problem.path) else "(a name that is not a path)",
            code=problem.code if _WORD(problem.code) else "refused",
        )
        for problem in kept
    ]
    if len(kept) < len(found):
        shown.append(Problem("", "too_many", f"and {len(found) - len(kept)} further problems"))
    return tuple(shown)


_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,60}").fullmatch


def _levels(record: UserRecord) -> dict[str, str]:
    """Returns the provider's levels; a text that is not one word may be a personal value."""
    return {name: word for name, word in record.provider_levels.items() if _WORD(word)}


def unknown_result(adapter: Adapter, ref: str, line: int | None) -> Result:
    """Returns the result of a user before anything is known: its state is `unknown`."""
    return Result(
        ref=ref, line=line, state=State.UNKNOWN, gateway=adapter.name, provider=adapter.provider
    )
