"""The operation `reconcile`: learns whether a call with an unknown outcome was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from attrs import evolve, frozen

from onboarding.adapter.agreement import content_digest
from onboarding.adapter.ways import LISTS, Found, Ways
from onboarding.banking import BankAccount
from onboarding.errors import IdempotencyConflict, InvalidInput, Outcome, Problem, Unsupported
from onboarding.http import Flow
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.model.documents import Document
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.reconciliation import Lookup, Means, UnresolvedCall

__all__ = ["CONTENT", "WRITES", "Reconciling"]

IN_FLIGHT = timedelta(minutes=2)
"""How long after a call failed its request may still be carried out."""

_MOST_CANDIDATES = 5

CONTENT: Mapping[str, type[Any]] = {
    "create_user": User,
    "update_user": User,
    "categorise_user": User,
    "submit_document": Document,
    "declare_owners": tuple,
    "add_bank_account": BankAccount,
}
"""By operation, the class of its content."""

WRITES = (
    "create_user",
    "update_user",
    "categorise_user",
    "close_user",
    "assign_contact",
    "confirm",
    "renew",
    "submit_document",
    "declare_owners",
    "add_bank_account",
    "deactivate_bank_account",
)
"""The operations that `reconcile` accepts a call of."""

_FETCHED = ("update_user", "categorise_user", "close_user")


@frozen(kw_only=True)
class Reconciling(Ways):
    """The operation `reconcile`, and what an adapter declares about it."""

    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = {}
    """By operation, the ways to learn the outcome of a call, in their order.

    An operation that is not named has the ways of `default_lookups`.
    """

    @classmethod
    def lookups_of(cls, operation: str) -> tuple[Lookup, ...]:
        """Returns the ways to learn the outcome of an operation; empty if there is none."""
        found = cls.lookups.get(operation)
        return cls.default_lookups(operation) if found is None else found

    @classmethod
    def default_lookups(cls, operation: str) -> tuple[Lookup, ...]:
        """Returns the ways that follow from the operations that the adapter supports.

        A list or a search without a match proves nothing: the adapter declares in `lookups` if it
        does, by the provider's documents.
        """
        found: list[Lookup] = []
        if operation in _FETCHED and cls.supports("fetch_user"):
            found.append(Lookup(means=Means.FETCH, proves_absence=True))
        if operation in LISTS and cls.supports(LISTS[operation]):
            shows_state = operation == "deactivate_bank_account"
            found.append(Lookup(means=Means.LIST, proves_absence=shows_state))
        if operation == "create_user" and cls.supports("find_user"):
            found.append(Lookup(means=Means.SEARCH))
        return tuple(found)

    @classmethod
    def refuses_duplicate(cls, operation: str, content: Any) -> bool:
        """Whether the provider refuses a second object with a value of this one.

        Such a call can be repeated without a key: it is not carried out twice.
        """
        unique = (path for way in cls.lookups_of(operation) for path in way.unique)
        return any(lookup(content, path) not in EMPTY for path in unique)

    def reconcile(
        self,
        call: UnresolvedCall,
        given: User | Document | tuple[Person, ...] | BankAccount | None = None,
        *,
        now: datetime,
    ) -> Flow[Found]:
        """Learns whether a call was carried out, by the ways that the adapter declares.

        No request of it writes. `not_done` is returned only if a way proves it, and not before
        `IN_FLIGHT` has passed, because the request may arrive late.

        Raises `InvalidInput` for a call of another gateway or without its content,
        `IdempotencyConflict` for other content.
        """
        self.require_own(call, UnresolvedCall)
        _require_content(call, given)
        open_: Found = Found.unknown(
            f"{self.provider} shows nothing of this call", self._remedy_by_key(call, now)
        )
        for way in self.lookups_of(call.operation):
            try:
                found = yield from self.look_up(way, call, given, now)
            except Unsupported:
                found = Found.unknown(f"the adapter of {self.provider} cannot compare it")
            if found.outcome is Outcome.DONE:
                return found
            if found.outcome is Outcome.NOT_DONE:
                ends = (call.failed_at or call.sent_at) + IN_FLIGHT
                return found if now >= ends else _too_early(ends)
            candidates = dict.fromkeys((*open_.candidates, *found.candidates))
            open_ = evolve(
                open_,
                reason=found.reason or open_.reason,
                remedy=open_.remedy or found.remedy or way.remedy,
                candidates=tuple(candidates)[:_MOST_CANDIDATES],
            )
        return open_


def _too_early(ends: datetime) -> Found:
    found: Found = Found.unknown("the request may still be under way", "reconcile again later")
    return evolve(found, ask_again_at=ends)


def _require_content(call: UnresolvedCall, given: object) -> None:
    """Raises an error if `given` is not the content of the call."""
    kind = CONTENT.get(call.operation)
    if kind is None:
        if given is not None:
            text = f"{call.operation} has no content: give nothing"
            raise InvalidInput([Problem("given", "conflict", text)])
    elif not isinstance(given, kind):
        raise InvalidInput([Problem("given", "type", f"expected a {kind.__name__}")])
    elif call.digest and content_digest(given) != call.digest:
        raise IdempotencyConflict(call.operation)
