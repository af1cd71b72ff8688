"""The ways to learn whether a call with an unknown outcome was carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from attrs import evolve, frozen

from onboarding.adapter.agreement import (
    agrees,
    criteria,
    digest_of,
    is_identifiable,
    is_identified,
    is_named,
    same_account,
    states,
)
from onboarding.adapter.settings import Settings
from onboarding.banking import BankAccount
from onboarding.errors import InvalidInput, Problem, TranslationError
from onboarding.http import Flow
from onboarding.model.answers import Paged, Partial
from onboarding.model.documents import Document, DocumentStatus
from onboarding.model.record import UserRecord, UserStatus
from onboarding.model.user import User
from onboarding.provider_errors import Forbidden, NotFound
from onboarding.reconciliation import Lookup, Means, Reconciliation, UnresolvedCall

__all__ = ["LISTS", "Found", "Ways"]

Found: TypeAlias = Reconciliation[Any]

MARGIN = timedelta(hours=1)
"""The most by which the clocks of two machines are supposed to differ: at the end of
`key_lifetime`, and at the time from which a list is searched."""

MOST_PAGES = 1000
_MOST_CANDIDATES = 5

LISTS = {
    "create_user": "list_users",
    "submit_document": "list_documents",
    "declare_owners": "list_declarations",
    "add_bank_account": "list_bank_accounts",
    "deactivate_bank_account": "list_bank_accounts",
}
"""By operation, the list that shows its object."""


@frozen(kw_only=True)
class Ways(Settings):
    """What `reconcile` asks a provider, which only reads, and the hooks of an adapter for it."""

    key_lifetime: ClassVar[timedelta | None] = None
    """How long the provider remembers the idempotency key of `create_user`; None: not supported.

    Within this time, the same call with the same key returns the user of the first call.
    """

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the adapter implements an operation, by its name such as `find_user`."""
        raise NotImplementedError

    def look_up(
        self, lookup: Lookup, call: UnresolvedCall, given: Any, now: datetime
    ) -> Flow[Found]:
        """Returns what one way shows of a call."""
        match lookup.means:
            case Means.KEY:
                return (yield from self._by_key(lookup, call, given, now))
            case Means.FETCH:
                return (yield from self._by_fetch(call, given))
            case Means.LIST if call.operation == "deactivate_bank_account":
                return (yield from self._by_account(call))
            case Means.LIST:
                return (yield from self._by_list(lookup, call, given))
            case Means.SEARCH:
                return (yield from self._by_search(lookup, given))

    # -- hooks of an adapter

    def answer_to_key(self, call: UnresolvedCall, given: Any) -> Flow[Found | None]:
        """Returns what the provider's first answer to the key of a call says; None without one.

        For an adapter that declares `Means.KEY`. It only reads.
        """
        self.unsupported("answer_to_key")

    def newest_first(
        self, operation: str, user_id: str | None, page: str | None
    ) -> Flow[Paged[Any]]:
        """Fetches a page of a list for `reconcile`, newest first if the provider can sort it."""
        given = () if operation == "list_users" else (user_id,)
        return getattr(self, operation)(*given, page)  # type: ignore[no-any-return]

    def comparable(self, user: User, operation: str) -> set[str]:
        """Returns the core paths that an operation writes without a loss of such a user."""
        raise NotImplementedError

    def keeps_reference(self, user: User) -> bool:
        """Whether the provider keeps and shows `User.reference` of such a user."""
        return False

    # -- the ways

    def _by_key(
        self, lookup: Lookup, call: UnresolvedCall, given: Any, now: datetime
    ) -> Flow[Found]:
        if (call.provider_key or call.idempotency_key) is None:
            return Found.unknown("the call had no idempotency key")
        if not self._remembers(call, now):
            return Found.unknown(f"{self.provider} may have forgotten the idempotency key")
        found = yield from self.answer_to_key(call, given)
        if found is not None:
            return found
        # A key of the caller's may be older than this call, and forgotten.
        if lookup.proves_absence and call.idempotency_key is None:
            return Found.not_done(f"{self.provider} has no answer to this idempotency key")
        return Found.unknown(f"{self.provider} has no answer to this idempotency key")

    def _remembers(self, call: UnresolvedCall, now: datetime) -> bool:
        life = self.key_lifetime
        return life is not None and timedelta(0) <= now - call.sent_at < life - MARGIN

    def _remedy_by_key(self, call: UnresolvedCall, now: datetime) -> str:
        """Returns how a repeated call resolves itself; empty if no key does it."""
        if call.idempotency_key is None or not self._remembers(call, now):
            return ""
        return "repeat the call with the same idempotency key, which cannot carry it out twice"

    def _by_fetch(self, call: UnresolvedCall, given: Any) -> Flow[Found]:
        record = yield from self.fetch_user(_id(call.user_id, "user_id"))
        if call.operation == "close_user":
            if record.status is None:
                return Found.unknown("the status of the user is not known")
            closed = record.status is UserStatus.CLOSED
            reason = f"the user is {record.status}"
            return Found.done(record, reason) if closed else Found.not_done(reason, record)
        comparable = self.comparable(given, call.operation)
        equal, other = states(record.user, given, comparable.intersection(call.changes))
        if equal and not other:
            return Found.done(record, "the user has the new values")
        if other and not equal:
            return Found.not_done("the user has none of the new values", record)
        if equal:
            return Found.unknown(
                "the user has some of the new values: another update may have followed"
            )
        return Found.unknown("the new values are not shown")

    def _by_account(self, call: UnresolvedCall) -> Flow[Found]:
        wanted = _id(call.id, "id")
        found, _ = yield from self._walk(call, lambda one: one.id == wanted, since=None)
        if not found or found[0].active is None:
            return Found.unknown("the state of the bank account is not shown")
        active = found[0].active
        return (
            Found.not_done("it is active", found[0])
            if active
            else Found.done(found[0], "it is not active")
        )

    def _by_list(self, lookup: Lookup, call: UnresolvedCall, given: Any) -> Flow[Found]:
        if given is None:
            return Found.unknown("the content of the call was not given")
        matches = self.matcher(call, given)
        if matches is None:
            return Found.unknown("nothing in the content of the call identifies it in a list")
        found, complete = yield from self._walk(call, matches, since=self._since(call))
        listed = tuple(one.id for one in found)
        if call.operation == "create_user" and len(found) <= _MOST_CANDIDATES:
            found = yield from self._whole(found, given)
        if len(found) > 1 or (listed and not found):
            return Found.unknown(
                "an object in the list may be of this call",
                "compare them at the provider",
                listed,
            )
        if found:
            return self.finished(call, found[0], "it is in the list")
        if complete and lookup.proves_absence:
            return Found.not_done("it is not in the list, which goes back to the time of the call")
        return Found.unknown("it is not in the list, which may be incomplete")

    def finished(self, call: UnresolvedCall, record: Any, reason: str) -> Found:
        """Returns the result for an object that exists, with what `resume` has to complete."""
        found = Found.done(record, reason)
        is_open = getattr(record, "status", None) is DocumentStatus.CREATED
        if not (is_open and self.supports("resume")):
            return found
        partial = self.partial_of(call.operation, call.user_id, record.id, call.idempotency_key)
        text = "it is not submitted yet: gateway.resume(partial, ...) completes it"
        return evolve(found, partial=partial, remedy=text)

    def partial_of(
        self,
        operation: str,
        user_id: str | None,
        id: str,
        key: str | None,
        content: object = "",
        **done: Any,
    ) -> Partial:
        """Returns the partial of a call whose object was created.

        `content` is the content of the call, of which a digest is kept, or such a digest. `done`
        are further facts that the adapter needs to resume.
        """
        return Partial(
            **self.provenance,
            operation=operation,
            user_id=None if user_id is None else str(user_id),
            id=id,
            idempotency_key=key,
            digest=digest_of(content),
            done=done,
        )

    def matcher(self, call: UnresolvedCall, given: Any) -> Callable[[Any], bool] | None:
        """Returns whether an object of a list may be that of the call; None if it cannot tell."""
        match given:
            case User() if call.reference is not None and self.keeps_reference(given):
                return lambda one: one.user.reference == call.reference
            case User():
                paths = self.comparable(given, call.operation)
                if not is_identifiable(given, paths):
                    return None
                return lambda one: agrees(one.user, given, paths) and is_identified(one.user, given)
            case Document():
                return lambda one: one.purpose in (given.purpose, None)
            case BankAccount():
                return lambda one: same_account(one.account, given)
            case _:
                return lambda one: True

    def _whole(self, found: list[Any], given: User) -> Flow[list[Any]]:
        """Returns the records of users in a list that agree with the user also as a whole."""
        if not self.supports("fetch_user"):
            return found
        whole: list[UserRecord] = []
        for one in found:
            record = yield from self.fetch_user(one.id)
            if agrees(record.user, given, self.comparable(given, "create_user")):
                whole.append(record)
        return whole

    def _since(self, call: UnresolvedCall) -> datetime:
        """Returns the earliest time at which the object of a call may have been created.

        A key of the caller's may have been sent before, as long ago as the provider remembers it.
        """
        earlier = self.key_lifetime if call.idempotency_key is not None else None
        return call.sent_at - MARGIN - (earlier or timedelta(0))

    def _walk(
        self, call: UnresolvedCall, matches: Callable[[Any], bool], *, since: datetime | None
    ) -> Flow[tuple[list[Any], bool]]:
        """Returns the objects of a list since a time, and whether the list is complete so far.

        A list is walked to its end unless its times of creation fall, and never rise.
        """
        found: dict[str, Any] = {}
        page: str | None = None
        before: datetime | None = None
        rises = falls = False
        for _ in range(MOST_PAGES):
            got = yield from self.newest_first(LISTS[call.operation], call.user_id, page)
            for one in got.items:
                at: datetime | None = one.created_at
                if at is not None and before is not None:
                    rises, falls = rises or at > before, falls or at < before
                before = at or before
                if (at is None or since is None or at >= since) and matches(one):
                    found.setdefault(one.id, one)
            page = got.next
            if page is None:
                return [*found.values()], True
            ordered = falls and not rises
            if ordered and since is not None and before is not None and before < since:
                return [*found.values()], True
        return [*found.values()], False

    def _by_search(self, lookup: Lookup, given: Any) -> Flow[Found]:
        candidates: list[str] = []
        asked = False
        for criterion in criteria(given) if isinstance(given, User) else ():
            try:
                record = yield from self.find_user(criterion)
            except NotFound:
                asked = True
                continue
            except (Forbidden, InvalidInput, TranslationError):
                continue  # a criterion that this provider does not take
            asked = True
            known = criterion.national_id is not None or is_named(record.user, given)
            if known and agrees(record.user, given, self.comparable(given, "create_user")):
                return Found.done(record, "a search finds the user")
            candidates.append(record.id)
        if candidates:
            text = "a search finds a user with other content"
            return Found.unknown(
                text, "compare them at the provider", tuple(dict.fromkeys(candidates))
            )
        if asked and lookup.proves_absence:
            return Found.not_done("a search finds no such user")
        reason = "a search finds no such user, which proves nothing" if asked else ""
        return Found.unknown(reason or "nothing in the user can be searched for")


def _id(id: str | None, name: str) -> str:
    if id is None:
        raise InvalidInput([Problem(name, "missing", "is required")])
    return id
