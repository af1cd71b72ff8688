"""Many calls at once: `create_users`, and the same for any flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from onboarding._async.calls import AsyncCalls
from onboarding.adapter import Adapter
from onboarding.concurrency.tasks import AsyncCallResults, AsyncItems
from onboarding.http import Flow
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.quotas import bulk_calls

__all__ = ["AsyncManyCalls"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
T = TypeVar("T")


def _reference(user: User) -> str | None:
    return user.reference


class AsyncManyCalls(AsyncCalls[A_co]):
    """The calls of a gateway, one at a time or many at once."""

    def create_users(
        self,
        users: AsyncItems[User],
        *,
        in_flight: int = 8,
        keys: Callable[[User], str | None] = _reference,
        ordered: bool = False,
        deadline: float | None = None,
    ) -> AsyncCallResults[UserRecord]:
        """Creates many users, at most `in_flight` at once; yields a result for each.

        `keys` returns the idempotency key of a user, by default `User.reference`; it is the `key`
        of the result. Results come as the calls end, or in the order of the users if `ordered`.
        The error of a user is a result, and ends nothing. Users are read when they are needed.
        `deadline` applies to each user.
        """

        async def create(user: User, key: str | None) -> UserRecord:
            with bulk_calls():
                return await self.create_user(user, idempotency_key=key, deadline=deadline)

        return AsyncCallResults(users, create, key=keys, in_flight=in_flight, ordered=ordered)

    def run_many(
        self,
        flows: AsyncItems[tuple[str | None, Flow[T]]],
        *,
        in_flight: int = 8,
        ordered: bool = False,
        deadline: float | None = None,
    ) -> AsyncCallResults[T]:
        """Runs many flows of the adapter as `create_users` does; each comes with a key.

        The key only names the result: the flow has its own idempotency key.
        """

        async def run(keyed: tuple[str | None, Flow[T]], _: str | None) -> T:
            with bulk_calls():
                return await self.run(keyed[1], deadline=deadline)

        return AsyncCallResults(flows, run, key=_key, in_flight=in_flight, ordered=ordered)


def _key(keyed: tuple[str | None, Flow[T]]) -> str | None:
    return keyed[0]
