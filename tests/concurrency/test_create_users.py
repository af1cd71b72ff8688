"""`create_users` and `run_many` create each user once, with a result for each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from onboarding import (
    AsyncGateway,
    Gateway,
    Identity,
    InvalidInput,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
)
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay, TagHolds
from onboarding_simulators.mangopay import MangoPaySimulator

ALEX = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    email="alex@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=True),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(MangoPaySimulator()) as url:
        yield url


def adapter(url: str) -> MangoPay:
    key = Secret("simulated-key")
    return MangoPay(
        client_id="simulated-client",
        api_key=key,
        base_url=url,
        name="fr",
        tag_holds=TagHolds.REFERENCE,
    )


def people(name: str, count: int) -> list[User]:
    return [
        ALEX.replace({"reference": f"{name}-{n}", "email": f"{name}-{n}@example.com"})
        for n in range(count)
    ]


def test_many_users_are_created_once_each_by_their_reference(url: str) -> None:
    users = people("sync", 40)

    with Gateway(adapter(url)) as gateway:
        with gateway.create_users(users, in_flight=8) as results:
            first = list(results)
        again = list(gateway.create_users(iter(users), in_flight=8, ordered=True))

    ids = {one.key: one.get().id for one in first}
    assert len({*ids.values()}) == 40
    assert [(one.key, one.get().id) for one in again] == [
        (x.reference, ids[x.reference]) for x in users
    ]


def test_tasks_do_the_same_as_threads(url: str) -> None:
    users = people("async", 40)

    async def created() -> dict[str | None, str]:
        async with AsyncGateway(adapter(url)) as gateway:
            return {
                one.key: one.get().id async for one in gateway.create_users(users, in_flight=16)
            }

    ids = asyncio.run(created())

    assert {*ids} == {user.reference for user in users}
    with Gateway(adapter(url)) as gateway:
        again = {one.key: one.get().id for one in gateway.create_users(users)}
    assert again == ids


def test_a_user_that_fails_is_a_result_and_ends_nothing(url: str) -> None:
    users = people("fails", 3)
    users[1] = users[1].replace(occupation="x" * 300)

    with Gateway(adapter(url)) as gateway:
        results = list(gateway.create_users(users, ordered=True))

    assert [type(one.error) for one in results] == [type(None), Unsupported, type(None)]


def test_keys_are_those_of_the_callers_function_called_once_a_user(url: str) -> None:
    users = people("keys", 4)
    made: list[str] = []

    def key(_: User) -> str:
        made.append(f"own-key-{len(made)}")
        return made[-1]

    with Gateway(adapter(url)) as gateway:
        results = list(gateway.create_users(users, keys=key, ordered=True))
        replayed = gateway.create_user(users[2], idempotency_key=made[2])

    assert [one.key for one in results] == made
    assert results[2].get().id == replayed.id


def test_any_flow_runs_so(url: str) -> None:
    with Gateway(adapter(url)) as gateway:
        ids = [one.get().id for one in gateway.create_users(people("flows", 6))]
        flows = ((id, gateway.adapter.fetch_user(id)) for id in [*ids, "none"])

        results = list(gateway.run_many(flows, in_flight=3))

    assert {one.key: one.get().id for one in results if one.error is None} == dict(
        zip(ids, ids, strict=True)
    )
    assert [one.key for one in results if one.error is not None] == ["none"]


def test_a_wrong_number_in_flight_is_invalid_input(url: str) -> None:
    with Gateway(adapter(url)) as gateway, pytest.raises(InvalidInput, match="in_flight"):
        gateway.create_users([], in_flight=0)
