"""The users of a backend at all its providers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from attrs import frozen

from onboarding.directory import (
    ClaimState,
    LifecycleEvent,
    RecordState,
    key_of,
)
from onboarding.errors import OnboardingError, UnknownUser
from onboarding.model.documents import Document, DocumentRecord
from onboarding.model.link import Link
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.quotas import bulk_calls
from onboarding.service import steps
from onboarding.service._async.base import AsyncServiceBase
from onboarding.service._async.once import AsyncOnce
from onboarding.service.values import Due, Onboarding, OnboardingStatus, Submission, Sweep

__all__ = ["AsyncOnboardingService"]

_SECONDS = 60.0
"""The deadline of a call, by default."""


@frozen(eq=False, repr=False)
class AsyncOnboardingService(AsyncServiceBase):
    """The users of a backend at all its providers, by the backend's own ids.

    What is known is in the directory, so any number of processes can serve the same users.
    """

    __module__ = "onboarding.service"

    async def onboard(
        self,
        own_id: str,
        user: User,
        *,
        currency: str | None = None,
        deadline: float | None = None,
    ) -> Onboarding:
        """Creates a user at a provider once, however often it is called, by however many processes.

        A new user goes to the gateway that the routes choose, and stays there. The own id becomes
        `User.reference`, unless the user has one, where the provider keeps it. The answer of every
        call is the same; while another process is at work, it is `in_progress`. If a process is
        killed, the first call after its lease takes over. An unknown outcome is reconciled by the
        next call, which needs the same content, except within the time for which the provider
        honours the idempotency key.

        Raises the error of the provider if the user was certainly not created: a later call, also
        with corrected content, tries again. Raises `UnknownUser` for a user who was erased.
        """
        name = await self._home(own_id, user, currency)
        gateway, limit = self.gateways[name], self._limit(deadline)
        user = steps.with_reference(gateway.adapter, own_id, user)
        known = await self._known(own_id, name, user)
        if known is not None:
            return known
        taken = await self.directory.run(
            lambda t: steps.take(t, own_id, name, "create_user", user, self.lease)
        )
        if taken.claim.state is ClaimState.DONE:
            return await self._known(own_id, name, user) or steps.answer_of(Onboarding, taken)
        if not taken.claim.granted:
            return steps.answer_of(Onboarding, taken)

        async def create(key: str) -> UserRecord:
            return await gateway.create_user(user, idempotency_key=key, deadline=limit)

        async def read(id: str) -> UserRecord:
            return await self._read(gateway, id, limit)

        once = AsyncOnce(
            directory=self.directory,
            gateway=gateway,
            content=user,
            call=create,
            read=read,
            lease=self.lease,
            reference=user.reference,
        )
        done = await once.made(taken)
        record = done.record
        if record is None:
            return steps.answer_of(Onboarding, done.taken, done.error)
        state = await self.directory.run(lambda t: steps.ended(t, done.taken, record, self.near))
        return Onboarding(
            own_id=own_id,
            gateway=name,
            status=OnboardingStatus.DONE,
            id=record.id,
            other_content=done.other_content,
            state=state,
            record=record,
        )

    async def submit_document(
        self,
        own_id: str,
        document: Document,
        *,
        idempotency_key: str,
        deadline: float | None = None,
    ) -> Submission:
        """Submits a document of a user once per idempotency key, as `onboard` creates a user.

        The key is the backend's own, such as the id of its upload. Raises `UnknownUser` for a user
        who is not onboarded.
        """
        name, user_id = await self._place(own_id)
        gateway, limit = self.gateways[name], self._limit(deadline)
        key = f"{key_of(name, 'submit_document', own_id)}/{idempotency_key}"
        taken = await self.directory.run(
            lambda t: steps.take(t, own_id, name, "submit_document", document, self.lease, key)
        )
        operation = taken.claim.operation
        if taken.claim.state is ClaimState.DONE:
            return Submission(
                own_id=own_id,
                gateway=name,
                status=OnboardingStatus.DONE,
                id=operation.id,
                other_content=steps.is_other(operation, document),
            )
        if not taken.claim.granted:
            return steps.answer_of(Submission, taken)

        async def submit(key: str) -> DocumentRecord:
            return await gateway.submit_document(
                user_id, document, idempotency_key=key, deadline=limit
            )

        async def read(id: str) -> DocumentRecord:
            return await gateway.fetch_document(id, user_id=user_id, deadline=limit)

        once = AsyncOnce(
            directory=self.directory,
            gateway=gateway,
            content=document,
            call=submit,
            read=read,
            lease=self.lease,
            user_id=user_id,
        )
        done = await once.made(taken)
        record = done.record
        if record is None:
            return steps.answer_of(Submission, done.taken, done.error)
        await self.directory.run(lambda t: steps.ended(t, done.taken, record, self.near))
        return Submission(
            own_id=own_id,
            gateway=name,
            status=OnboardingStatus.DONE,
            id=record.id,
            other_content=done.other_content,
            record=record,
        )

    async def settle(self, own_id: str, id: str | None, *, deadline: float | None = None) -> bool:
        """Settles by hand whether a user was created, as found at the provider.

        With an id, the user with it is fetched and stored; with None, the user was not created, and
        the next `onboard` creates it. Returns False if the outcome is known, or another process is
        at work. It also settles what keeps the erasure of a person from being complete. Raises the
        errors of `gateway.fetch_user`.
        """
        taken = await self.directory.run(lambda t: steps.take_open(t, own_id, self.lease))
        if taken is None:
            return False
        held = taken
        if id is None:
            await self.directory.run(lambda t: steps.not_carried_out(t, held))
            return True
        try:
            gateway = self.gateways[held.claim.operation.gateway]
            record = await self._read(gateway, id, self._limit(deadline))
        except OnboardingError as error:
            failure = error
            await self.directory.run(lambda t: steps.left_open(t, held, failure))
            raise
        await self.directory.run(lambda t: steps.ended(t, held, record, self.near))
        return True

    # -- users who are onboarded

    async def state(self, own_id: str) -> RecordState | None:
        """Returns the state of a user as last retrieved, None if there is none."""
        found = await self.directory.user(own_id)
        if found is None or found.gateway is None:
            return None
        return await self.directory.state(own_id, found.gateway)

    async def refresh(self, own_id: str, *, deadline: float | None = None) -> RecordState:
        """Reads a user again, and puts what changed into the outbox. Returns the state.

        Call it when the user returns from a link: the return itself proves nothing. Raises
        `UnknownUser` for a user who is not onboarded.
        """
        name, user_id = await self._place(own_id)
        return await self._refreshed(own_id, name, user_id, deadline)

    async def refresh_stale(self, older_than: timedelta, *, limit: int = 1000) -> Sweep:
        """Reads up to `limit` users again who were not read for long, and who are not closed.

        It finds what lost notifications would have told, and deadlines that come near. A user who
        cannot be read is counted, and ends nothing.
        """
        before, after = self.directory.clock() - older_than, None
        seen, failed = set[tuple[str, str]](), dict[str, int]()
        while len(seen) < limit:
            page = await self.directory.stale(
                before, after=after, limit=min(limit - len(seen), 100)
            )
            if not page:
                break
            after = page[-1]
            for state in filter(steps.is_open, page):
                # One that was read comes again if the clocks of the machines differ.
                if (place := (state.own_id, state.gateway)) in seen:
                    continue
                seen.add(place)
                try:
                    with bulk_calls():
                        await self._refreshed(*place, state.id, None)
                except OnboardingError as error:
                    name = type(error).__name__
                    failed[name] = failed.get(name, 0) + 1
        refreshed = len(seen) - sum(failed.values())
        return Sweep(refreshed=refreshed, failed=failed)

    async def create_link(
        self,
        own_id: str,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
        deadline: float | None = None,
    ) -> Link:
        """Creates a link to the provider's page for a user, as `gateway.create_link` does.

        Raises `UnknownUser` for a user who is not onboarded.
        """
        name, user_id = await self._place(own_id)
        gateway = self.gateways[name]
        record = await gateway.fetch_user(user_id, deadline=deadline)
        link = await gateway.create_link(
            record,
            return_url=return_url,
            refresh_url=refresh_url,
            language=language,
            deadline=deadline,
        )
        await self.directory.note(own_id, "create_link", gateway=name, code="done")
        return link

    async def due(self, within: timedelta) -> AsyncIterator[Due]:
        """Iterates over the users who must act within a time, the earliest due first.

        That is: requirements, links and codes that are open, documents that expire, capabilities
        that end. It is as of when each user was last read.
        """
        before, after = self.directory.clock() + within, None
        while page := await self.directory.due(before, after=after):
            for state in page:
                items = state.due(before)
                yield Due(own_id=state.own_id, gateway=state.gateway, items=items)
            after = page[-1]

    # -- lifecycle events

    async def events(
        self, *, limit: int = 100, lease: timedelta | None = None
    ) -> tuple[LifecycleEvent, ...]:
        """Returns the next event of up to `limit` users: each at least once, in order per user.

        The next event of a user comes after `acknowledge` of the one before. An event that is not
        acknowledged within the lease is returned again. See `LifecycleKind` for the kinds.
        """
        return await self.directory.poll(limit=limit, lease=lease or self.lease)

    async def acknowledge(self, event: LifecycleEvent) -> bool:
        """Removes an event that was handled. Returns False if it was given out again before."""
        return await self.directory.acknowledge(event)

    # -- steps

    async def _home(self, own_id: str, user: User, currency: str | None) -> str:
        """Returns the gateway of a user; a new one gets that of the routes."""
        found = await self.directory.user(own_id)
        if found is not None and found.gateway is not None:
            return found.gateway
        chosen = self.routes.choose(user, currency=currency).require()
        return await self.directory.run(lambda t: steps.home_of(t, own_id, chosen))

    async def _place(self, own_id: str) -> tuple[str, str]:
        """Returns the gateway of a user and its id there. Raises `UnknownUser`."""
        found = await self.directory.user(own_id)
        name = found.gateway if found is not None else None
        id = await self._id(own_id, name) if name is not None else None
        if name is None or id is None:
            raise UnknownUser("the user is not onboarded, or was erased")
        return name, id

    async def _id(self, own_id: str, gateway: str) -> str | None:
        found = await self.directory.references(own_id)
        return next((one.id for one in found if one.gateway == gateway and not one.name), None)

    async def _known(self, own_id: str, gateway: str, user: User) -> Onboarding | None:
        """Returns the answer for a user whom the gateway has; None if it has not."""
        id = await self._id(own_id, gateway)
        if id is None:
            return None
        created = steps.creation_of(await self.directory.operations(own_id), gateway)
        return Onboarding(
            own_id=own_id,
            gateway=gateway,
            status=OnboardingStatus.DONE,
            id=id,
            other_content=steps.is_other(created, user),
            state=await self.directory.state(own_id, gateway),
        )

    async def _refreshed(
        self, own_id: str, gateway: str, id: str, deadline: float | None
    ) -> RecordState:
        record = await self._read(self.gateways[gateway], id, deadline)
        state, _ = await self.directory.run(lambda t: steps.save(t, own_id, (record,), self.near))
        return state

    def _limit(self, deadline: float | None) -> float:
        """Returns the seconds of a call: it ends before its claim does."""
        return min(_SECONDS if deadline is None else deadline, self.lease.total_seconds())
