"""The changes of a user between two answers of a provider, as lifecycle events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Any, TypeAlias

from attrs import field, frozen

from onboarding.directory import RecordState
from onboarding.model.action import NextActionKind
from onboarding.model.capabilities import Capability, CapabilityState
from onboarding.model.documents import DocumentStatus, Refusal
from onboarding.model.record import UserStatus
from onboarding.model.requirements import Actor, Requirement, RequirementStatus

__all__ = ["NEAR", "Lifecycle", "LifecycleKind", "lifecycle"]

NEAR = timedelta(days=14)
"""How long before a deadline it is near, by default."""

LEVELS = ("kyc_level", "identification_level", "eidas_level", "nist_ial")

_WORD = re.compile(r"[A-Za-z0-9_.:/\[\]-]{1,200}", re.ASCII).fullmatch
"""The form of a code; a provider's text of another form could be a personal value."""


class LifecycleKind(StrEnum):
    """What happened to a user, in the order in which the events of one change come."""

    LEVEL_LOST = "level_lost"
    """A level fell, or the provider's word for it is not known any more."""
    CAPABILITY_LOST = "capability_lost"
    """The user can no longer do something."""
    LEVEL_GAINED = "level_gained"
    """A level rose."""
    CAPABILITY_GAINED = "capability_gained"
    """The user can do something."""
    DOCUMENT_REFUSED = "document_refused"
    """A document was refused."""
    ACTION_REQUIRED = "action_required"
    """The user or the platform must do something."""
    DEADLINE_NEAR = "deadline_near"
    """A deadline comes near, or has passed."""
    CLOSED = "closed"
    """The user was closed."""


_ORDER = {kind: place for place, kind in enumerate(LifecycleKind)}


@frozen(kw_only=True)
class Lifecycle:
    """One event in the life of a user. It has codes, paths, ids of documents and times only."""

    kind: LifecycleKind
    """What happened. Example: `level_gained`."""
    about: str = ""
    """What it is about: a level, a capability, a requirement, a document. Example: `kyc_level`."""
    facts: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts, as plain data. Example: `{"before": "LIGHT", "after": "REGULAR"}`."""

    def plain(self) -> dict[str, Any]:
        """Returns the event without its kind, as plain data for an outbox."""
        return {"about": self.about, **self.facts}


_Facts: TypeAlias = dict[str, dict[str, Any]]
"""Facts by what they are about."""


def lifecycle(
    before: RecordState | None, after: RecordState, *, near: timedelta = NEAR
) -> tuple[Lifecycle, ...]:
    """Returns the events between two states of a user at one provider, in a stable order.

    Without a state before, everything in the first one is new. The same two states always have the
    same events, and equal states have none. A deadline counts as near from `near` before it on, by
    the time at which a state was retrieved.
    """
    return tuple(
        sorted(
            chain(
                _levels(before, after),
                _capabilities(before, after),
                _fresh(LifecycleKind.DOCUMENT_REFUSED, before, after, _refusals),
                _fresh(LifecycleKind.ACTION_REQUIRED, before, after, _actions),
                _fresh(
                    LifecycleKind.DEADLINE_NEAR, before, after, lambda one: _deadlines(one, near)
                ),
                _fresh(LifecycleKind.CLOSED, before, after, _closed),
            ),
            key=lambda event: (_ORDER[event.kind], event.about),
        )
    )


# -- levels and capabilities


def _levels(before: RecordState | None, after: RecordState) -> Iterator[Lifecycle]:
    """Yields each level that rose or fell; no level is lower than any level."""
    for name in LEVELS:
        old, new = getattr(before, name, None), getattr(after, name)
        if old == new:
            continue
        gained = new is not None and (old is None or old < new)
        yield Lifecycle(
            kind=LifecycleKind.LEVEL_GAINED if gained else LifecycleKind.LEVEL_LOST,
            about=name,
            facts={"before": _text(old), "after": _text(new)},
        )


def _capabilities(before: RecordState | None, after: RecordState) -> Iterator[Lifecycle]:
    """Yields each capability that became active, or is active no longer.

    What is not certainly active is not active: an unknown word bounds.
    """
    old = _by_name(before.capabilities if before is not None else ())
    new = _by_name(after.capabilities)
    for name in {**old, **new}:
        one = new.get(name)
        had, has = _is_active(old.get(name)), _is_active(one)
        if has and not had:
            yield Lifecycle(kind=LifecycleKind.CAPABILITY_GAINED, about=name)
        elif had and not has:
            facts = {
                "state": _text(one.state) if one is not None else None,
                "reason": _code(one.reason) if one is not None else None,
                "blocked_by": _codes(one.blocked_by) if one is not None else [],
            }
            yield Lifecycle(kind=LifecycleKind.CAPABILITY_LOST, about=name, facts=_given(facts))


def _by_name(capabilities: Iterable[Capability]) -> dict[str, Capability]:
    return {str(one.name or one.provider_name): one for one in capabilities}


def _is_active(one: Capability | None) -> bool:
    return one is not None and one.state is CapabilityState.ACTIVE


# -- what is new in a state


def _fresh(
    kind: LifecycleKind,
    before: RecordState | None,
    after: RecordState,
    found_in: Callable[[RecordState], _Facts],
) -> Iterator[Lifecycle]:
    """Yields an event for each thing that was not there before, or was there with other facts."""
    old = found_in(before) if before is not None else {}
    for about, facts in found_in(after).items():
        if old.get(about) != facts:
            yield Lifecycle(kind=kind, about=about, facts=facts)


def _refusals(state: RecordState) -> _Facts:
    """Returns the refused documents by id, and the refused requirements by name."""
    found: _Facts = {}
    for document in state.documents:
        if document.status is DocumentStatus.REFUSED:
            facts = {"purpose": _text(document.purpose), **_refusal(document.refusal)}
            found[document.id] = _given(facts)
    for one in state.requirements:
        if one.refusal is not None and one.status is RequirementStatus.MISSING:
            found[_name(one)] = _given({"subject": one.subject, **_refusal(one.refusal)})
    return found


def _actions(state: RecordState) -> _Facts:
    """Returns what the user or the platform must do now; a deadline that moves is not new.

    A link that opens the page of a requirement is not one more action.
    """
    found: _Facts = {}
    if state.status is UserStatus.CLOSED:
        return found
    linked = False
    for one in state.requirements:
        if one.status is RequirementStatus.MISSING and set(one.actors) != {Actor.PROVIDER}:
            actors = [str(actor) for actor in one.actors]
            found[_name(one)] = _given({"subject": one.subject, "actors": actors})
            linked = linked or any(option.link for option in one.options)
    for action in state.next_actions:
        if not (linked and action.kind is NextActionKind.REDIRECT and not action.concerns):
            about = f"{action.kind} {action.concerns}".strip()
            found[about] = _given({"concerns": action.concerns})
    return found


def _deadlines(state: RecordState, near: timedelta) -> _Facts:
    """Returns the deadlines that are near, with their times: one that moves is another one."""
    found: _Facts = {}
    if state.status is UserStatus.CLOSED:
        return found
    until: dict[str, datetime | None] = {
        _name(one): one.deadline
        for one in state.requirements
        if one.status in (RequirementStatus.MISSING, RequirementStatus.UPCOMING)
    }
    until |= {name: one.deadline for name, one in _by_name(state.capabilities).items()}
    until |= {document.id: document.expires_at for document in state.documents}
    for about, deadline in until.items():
        if deadline is not None and deadline - near <= state.retrieved_at:
            found[about] = {"deadline": deadline.isoformat()}
    return found


def _closed(state: RecordState) -> _Facts:
    return {"": {}} if state.status is UserStatus.CLOSED else {}


def _name(one: Requirement) -> str:
    """Returns the name of a requirement; one about another person has the subject in front."""
    return f"{one.subject} {one.name}" if one.subject and one.subject not in one.name else one.name


def _refusal(refusal: Refusal | None) -> dict[str, Any]:
    if refusal is None:
        return {}
    return {
        "reason": _text(refusal.reason),
        "provider_code": _code(refusal.provider_code),
        "flags": _codes(refusal.flags),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _code(text: str) -> str | None:
    return text if _WORD(text) else None


def _codes(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if _WORD(text)]


def _given(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, "", [])}
