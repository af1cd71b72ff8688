"""Whether a call with an unknown outcome was carried out at MangoPay.

MangoPay returns its first answer to an idempotency key for 24 hours, and its lists can be sorted by
the time of creation.

docs: view-api-response, overview/filtering-sorting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar
from urllib.parse import urlencode

from attrs import evolve, frozen
from onboarding import Document, NotFound, OutcomeUnknown, UnexpectedResponse
from onboarding.spi import (
    Flow,
    Lookup,
    Means,
    Paged,
    Reconciliation,
    Response,
    UnresolvedCall,
    as_object,
    reference,
)

from onboarding_mangopay.accounts import BankAccounts
from onboarding_mangopay.content import same_content
from onboarding_mangopay.documents import Documents
from onboarding_mangopay.keys import FirstAnswer
from onboarding_mangopay.owners import Owners
from onboarding_mangopay.users import Users

__all__ = ["Reconciling"]

Found: TypeAlias = Reconciliation[Any]
T = TypeVar("T")

_NEWEST_FIRST = urlencode({"Sort": "CreationDate:DESC"})

_KEY = Lookup(
    means=Means.KEY,
    proves_absence=True,
    limits="after a failure of MangoPay's own (5xx) the answer shows nothing",
)
_LIST = Lookup(means=Means.LIST, proves_absence=True, limits="two alike remain unknown")
_USERS = Lookup(
    means=Means.LIST,
    proves_absence=True,
    limits=(
        "recognised by `reference` with `tag_holds = reference`, else by the shown fields, unless "
        "they were changed since: two alike remain unknown"
    ),
)


@frozen(kw_only=True)
class Reconciling(Users, Documents, Owners, BankAccounts):
    """The hooks of `reconcile`."""

    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = {
        "create_user": (_KEY, _USERS),
        "submit_document": (_KEY, _LIST),
        "declare_owners": (_KEY, _LIST),
        "add_bank_account": (_KEY, _LIST),
    }

    def answer_to_key(self, call: UnresolvedCall, given: Any) -> Flow[Found | None]:
        """Returns what the first answer to the key says: the object, a refusal or a failure."""
        try:
            first = yield from self._first(call)
        except (NotFound, OutcomeUnknown):
            return None
        if first is None:
            return None
        if first.refused:
            return Found.not_done(f"MangoPay refused the call ({first.status})")
        try:
            record = yield from self._created(call.operation, given, first)
        except UnexpectedResponse:
            record = None
        if record is None:
            text = f"the first answer to this idempotency key shows nothing ({first.status})"
            return Found.unknown(text)
        return self.finished(call, record, "MangoPay has the answer to this idempotency key")

    def newest_first(
        self, operation: str, user_id: str | None, page: str | None
    ) -> Flow[Paged[Any]]:
        flow = super().newest_first(operation, user_id, page)
        request = next(flow)
        sorted_ = f"{request.url}&{_NEWEST_FIRST}"
        response = yield evolve(request, url=sorted_)
        return _ended(flow, response)

    def matcher(self, call: UnresolvedCall, given: Any) -> Callable[[Any], bool] | None:
        found = super().matcher(call, given)
        if found is None or not isinstance(given, Document):
            return found
        sent = {"Tag": given.title}
        return lambda one: found(one) and same_content(sent, one.raw, sent)

    def _first(self, call: UnresolvedCall) -> Flow[FirstAnswer | None]:
        """Returns the first answer to the key of a call; None if there is none."""
        if call.provider_key is not None:
            return (yield from self._answer_to(call.provider_key))
        of = () if call.user_id is None else (call.user_id,)
        keyed = self.keyed(call.operation, *of, idempotency_key=call.idempotency_key)
        return (yield from self._settled(keyed)) if keyed is not None else None

    def _created(self, operation: str, given: Any, first: FirstAnswer) -> Flow[Any]:
        """Returns the record of the object in an answer; None if it shows none."""
        if not 200 <= first.status < 300:
            return None
        match operation:
            case "create_user":
                return _read(self.create_user(given), first.response())
            case "add_bank_account":
                user_id = reference(as_object(first.resource).get("UserId")) or "0"
                return _read(self.add_bank_account(user_id, given), first.response())
            case _:
                pass
        id = reference(as_object(first.resource).get("Id"))
        if id is None:
            return None
        if operation == "submit_document":
            return (yield from self.fetch_document(id))
        if operation == "declare_owners":
            return (yield from self.fetch_declaration(id))
        return None


def _ended(flow: Flow[T], response: Response) -> T:
    """Returns what a flow makes of the response to its only request."""
    try:
        flow.send(response)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("the flow sends a second request")


def _read(flow: Flow[T], response: Response) -> T:
    """Returns what a flow makes of a response to its only request, which is not sent."""
    next(flow)
    return _ended(flow, response)
