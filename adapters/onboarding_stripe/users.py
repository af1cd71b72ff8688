"""Users at Stripe: create, fetch, list, update, close, reject (docs: api/accounts)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any, Literal

from attrs import evolve, frozen
from onboarding import (
    InvalidInput,
    Loss,
    LossKind,
    Partial,
    PersonRole,
    PersonType,
    Problem,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.spi import (
    Flow,
    On,
    Paged,
    Response,
    Translation,
    as_object,
    digest,
    known_word,
    part_way,
    translation,
    trust,
    unexpected,
)

from onboarding_stripe.people import Step, steps_between
from onboarding_stripe.private import Private
from onboarding_stripe.protocol import CONTROLLERS
from onboarding_stripe.records import ABSENT, INDIVIDUAL, is_legal, record
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.account import CompanyAccount, IndividualAccount
from onboarding_stripe.wire.person import PROVIDED

__all__ = ["WIRES", "Users"]

WIRES = {PersonType.NATURAL: IndividualAccount, PersonType.LEGAL: CompanyAccount}
REASONS = ("fraud", "terms_of_service", "other")

_AN_OWNER = Loss(
    core_path="category",
    kind=LossKind.DEFAULTED,
    reason="an account is for a user who is paid: capabilities are requested as for an OWNER",
)
_AT_HOME = Loss(
    core_path="identity.country_of_residence",
    kind=LossKind.DEFAULTED,
    reason="the country of the account is that of the address",
)
_NOT_KEPT = Loss(
    core_path="declared_absent",
    kind=LossKind.NOT_APPLICABLE,
    reason=f"Stripe records only the absence of {', '.join(sorted(ABSENT.values()))}",
)


@frozen(kw_only=True)
class Users(Private):
    """The operations on users."""

    def create_user(
        self, user: User, *, idempotency_key: str | None = None, account_token: str | None = None
    ) -> Flow[UserRecord]:
        """Creates an account, then the people of a company, or an individual's nationality.

        For 24 hours, a call with the same `idempotency_key` and user carries out what is left of
        the first one. Raises `PartialFailure` after the account was created.

        `account_token` holds personal data that the user's browser sent to Stripe itself: what a
        token can hold is then not sent. A token is used once.

        docs: api/accounts/create, api/persons/create, connect/account-tokens
        """
        key = self.validated_key(idempotency_key)
        wire = self.wire_for(self.validated(user))
        body, losses = wire.to_wire(user, On.CREATE)
        _declare(body, None, user)
        people = [*_steps(None, user)]
        body, losses, steps = self.allowed(user, body, losses, people, account_token)
        losses = (*losses, *_defaulted(user))
        request = self.post("create_user", "accounts", body=self._new(user, body))
        response = yield from self.keyed(request, key)
        payload = self.answer(response, lambda name: _core_paths(wire, name, user))
        made = record(self, payload, response, persons=(), losses=losses)
        if not steps:
            return made
        partial = self.partial_of("create_user", made.id, made.id, key, _content(user))
        left = {"company": flags} if (flags := _completed(None, user)) else {}
        return (yield from self._finish(made, user, steps, left, losses, partial, True))

    def calls_to_create(self, user: User) -> int:
        """Returns the calls for the account and its people, and those that then read both."""
        steps = len([*_steps(None, user)])
        return 1 if not steps else 2 + steps + (user.company is not None)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """Reads an account, and the persons of a company.

        docs: api/accounts/retrieve, api/persons/list
        """
        response = yield self.get("fetch_user", "accounts", user_id)
        return (yield from self._shown("fetch_user", response, self.answer(response)))

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        """Lists one page of accounts, newest first, without the people of companies.

        docs: api/accounts/list
        """
        response = yield self.page("list_users", "accounts", page=page)
        return self.paged(response, lambda row: record(self, row, response))

    def update_user(
        self, record: UserRecord, user: User, *, account_token: str | None = None
    ) -> Flow[UserRecord]:
        """Sends what differs from a record; people first, then the account.

        `account_token` is that of `create_user`. Raises `Unsupported` for another person type,
        `PartialFailure` after the first change.

        docs: api/accounts/update, api/persons/update, api/persons/delete
        """
        self.require_own(record, UserRecord)
        return self._update("update_user", record, user, token=account_token)

    def categorise_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Requests the capabilities of an `OWNER`: an update."""
        return self.update_user(record, user)

    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        """Deletes an account, which is final; returns the given record as closed.

        docs: api/accounts/delete
        """
        self.require_own(record, UserRecord)
        response = yield self.delete("close_user", "accounts", record.id)
        if self.answer(response).get("deleted") is not True:
            raise unexpected(response, "missing", "the answer does not say deleted", "deleted")
        return self.closed(record, response)

    def reject_user(
        self, record: UserRecord, reason: Literal["fraud", "terms_of_service", "other"]
    ) -> Flow[UserRecord]:
        """Rejects an account for a reason, which is final (docs: api/account/reject)."""
        self.require_own(record, UserRecord)
        body = {"reason": known_word("reason", reason, REASONS)}
        response = yield self.post("reject_user", "accounts", record.id, "reject", body=body)
        return (yield from self._shown("reject_user", response, self.answer(response)))

    def wire_for(self, user: User) -> Translation:
        return translation(WIRES[user.person_type], PROVIDER)

    # -- calls of several requests

    def _resume_user(self, partial: Partial, user: User) -> Flow[UserRecord]:
        """Completes a creation or an update: reads the account, and sends what still differs."""
        self.resumable(partial, _content(self.validated(user)))
        if partial.id is None:
            raise InvalidInput([Problem("id", "missing", "the partial has no account")])
        with part_way(partial):
            there = yield from self.fetch_user(partial.id)
        return (yield from self._update(partial.operation, there, user, partial))

    def _update(
        self,
        operation: str,
        there: UserRecord,
        user: User,
        partial: Partial | None = None,
        token: str | None = None,
    ) -> Flow[UserRecord]:
        wire = self.wire_for(self.validated(user, there))
        if there.user.person_type is not user.person_type:
            text = "an account does not change between a natural and a legal person"
            raise Unsupported([Problem("company", "unsupported", text)], provider=PROVIDER)
        body, losses = wire.update(there.user, user, unmapped=there.unmapped)
        _declare(body, there, user)
        if user.declared_absent != there.user.declared_absent:
            losses = (*losses, *_not_kept(user))
        body, losses, steps = self.allowed(user, body, losses, [*_steps(there, user)], token)
        if "capabilities" in body:
            body["capabilities"] = self._requested()
        if (steps or partial is not None) and (flags := _completed(there, user)):
            body["company"] = {**as_object(body.get("company")), **flags}
        if not body and not steps:
            return self.unchanged(there, losses)
        left = partial or self.partial_of(operation, there.id, there.id, None, _content(user))
        started = partial is not None
        return (yield from self._finish(there, user, steps, body, losses, left, started))

    def _finish(
        self,
        there: UserRecord,
        user: User,
        steps: list[Step],
        body: Mapping[str, Any],
        losses: tuple[Loss, ...],
        partial: Partial,
        started: bool,
    ) -> Flow[UserRecord]:
        """Sends the calls for persons, then what is left of the account, or reads it.

        A person is created under the caller's key, unless the content was corrected since.
        """
        operation, wire = partial.operation, self.wire_for(user)
        key = partial.idempotency_key if partial.digest else None
        for step in steps:
            with part_way(partial) if started else nullcontext():
                one = step if step.ref else evolve(step, id=there.references.get(INDIVIDUAL))
                yield from self.carry_out(operation, there.id, one, key)
            started = True
        with part_way(partial) if started else nullcontext():
            if body:
                response = yield self.post(operation, "accounts", there.id, body=body)
            else:
                response = yield self.get(operation, "accounts", there.id)
            payload = self.answer(response, lambda name: _core_paths(wire, name, user))
        with part_way(partial):
            return (yield from self._shown(operation, response, payload, losses))

    def _shown(
        self,
        operation: str,
        response: Response,
        payload: Mapping[str, Any],
        losses: tuple[Loss, ...] = (),
    ) -> Flow[UserRecord]:
        """Returns the record of an account, after fetching the persons of a company."""
        alone = record(self, payload, response, losses=losses)
        if not is_legal(payload):
            return alone
        persons = yield from self.fetch_persons(operation, alone.id)
        return record(self, payload, response, persons=persons, losses=losses)

    # -- bodies

    def _new(self, user: User, body: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the body of a new account, with what the settings say of each account."""
        natural = user.company is None
        place = user.address if user.company is None else user.company.headquarters
        found: dict[str, Any] = {"controller": CONTROLLERS[self.dashboard]}
        if place is not None:
            found["country"] = place.country
        if natural and "account_token" not in body:
            found["business_type"] = "individual"
        return {**found, **body, "capabilities": self._requested()}

    def _requested(self) -> dict[str, Any]:
        return {name: {"requested": True} for name in self.capabilities}


def _defaulted(user: User) -> Iterator[Loss]:
    """Yields what the account says of a user that the user does not."""
    if user.category is None:
        yield _AN_OWNER
    if user.company is None and user.address is not None and _home(user) is None:
        yield _AT_HOME
    yield from _not_kept(user)


def _home(user: User) -> str | None:
    return user.identity.country_of_residence if user.identity is not None else None


def _core_paths(wire: Translation, name: str, user: User) -> tuple[str, ...]:
    """Returns the core paths of a parameter; an account's country may be that of an address."""
    if name == "country" and user.company is not None:
        return ("company.headquarters.country",)
    if name == "country" and _home(user) is None and user.address is not None:
        return ("address.country",)
    return wire.core_paths(name, user)


def _steps(there: UserRecord | None, user: User) -> Iterator[Step]:
    """Yields the calls for persons: for an individual, the one with the nationality."""
    if user.company is not None:
        yield from steps_between(there, user)
        return
    known = there.user.identity if there is not None else None
    given = user.identity.nationality if user.identity is not None else None
    if given is not None and (known is None or known.nationality != given):
        yield Step(ref="", id="", body={"nationality": given})


def _not_kept(user: User) -> Iterator[Loss]:
    """Yields the loss of a company's declared absences that Stripe has no flag for."""
    if user.company is not None and set(user.declared_absent) - {*ABSENT.values()}:
        yield _NOT_KEPT


def _declare(body: dict[str, Any], there: UserRecord | None, user: User) -> None:
    """Adds to a body the flags of the roles that a company newly declares absent, or no longer."""
    if user.company is None:
        return
    before = _absent(there.user) if there is not None else frozenset[PersonRole]()
    after = _absent(user)
    changed = (before ^ after) - _roles(user)
    flags = {flag: role in after for role, flag in PROVIDED.items() if role in changed}
    if flags:
        body["company"] = {**as_object(body.get("company")), **flags}


def _completed(there: UserRecord | None, user: User) -> dict[str, bool]:
    """Returns the flags to send after the people: all of a role were given, or are given no more.

    A role that is left without people is not declared absent by that.
    """
    known: Mapping[str, Any] = there.provider_fields if there is not None else {}
    before = _roles(there.user) if there is not None else frozenset[PersonRole]()
    given = _roles(user)
    return {
        flag: role in given
        for role, flag in PROVIDED.items()
        if (role in given) != (known.get(f"company.{flag}") is True)
        and (role in given or role in before - _absent(user))
    }


def _absent(user: User) -> frozenset[PersonRole]:
    """Returns the roles that a company declares absent."""
    return frozenset(role for role, path in ABSENT.items() if user.is_declared_absent(path))


def _roles(user: User) -> frozenset[PersonRole]:
    """Returns the roles that the people of a company have."""
    people = user.people if user.company is not None else ()
    return frozenset(role for person in people for role in person.roles)


def _content(user: User) -> str:
    """Returns the digest of a user; Stripe takes no credentials, which have none."""
    return digest(trust(User, {**vars(user), "credentials": None}))
