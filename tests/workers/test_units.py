"""A unit is carried out once, whatever the provider answers; what it needs next is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from onboarding import Gateway, NationalId, Secret
from onboarding.bulk import State
from onboarding.directory import Directory, OperationState
from onboarding.engine import utc_now
from onboarding.simulation import serve
from onboarding.workers import Units, Worker
from tests.directory.conftest import Clock
from tests.workers.places import Place, crowd, place, user

from onboarding_paysera import Paysera
from onboarding_simulators.paysera import PayseraSimulator


@pytest.fixture
def at() -> Iterator[Place]:
    with place(retry=None, guard=None) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path, clock: Clock) -> Iterator[Directory]:
    with Directory.open(f"sqlite:///{tmp_path}/onboarding.db", clock=clock) as opened:
        yield opened


@pytest.fixture
def units(at: Place, directory: Directory) -> Units:
    return Units(at.gateway, directory)


def carried_out(units: Units, directory: Directory) -> Any:
    (claim,) = directory.take_submitted("fr")
    return units.carry_out(claim)


def only(directory: Directory) -> Any:
    (operation,) = directory.operations("user-0")
    return operation


def test_a_worker_creates_everybody_once_and_links_them(at: Place, directory: Directory) -> None:
    directory.submit("fr", crowd(20))

    results = list(Worker([at.gateway], directory, in_flight=4).work())

    assert [result.state for result in results] == [State.CREATED] * 20
    assert at.emails() == sorted(f"{own_id}@example.com" for own_id in crowd(20))
    ids = {one.ref: one.id for one in results}
    assert {own: directory.references(own)[0].id for own in crowd(20)} == ids
    assert list(Worker([at.gateway], directory).work()) == []


def test_the_events_of_a_created_user_are_in_the_outbox(units: Units, directory: Directory) -> None:
    directory.submit("fr", crowd(1))

    carried_out(units, directory)

    (event,) = directory.poll()
    assert (event.own_id, event.gateway, event.kind) == ("user-0", "fr", "level_gained")
    assert directory.state("user-0", "fr") is not None


def test_a_refused_user_is_not_sent_again_and_the_reason_is_a_code(
    at: Place, units: Units, directory: Directory
) -> None:
    directory.submit("fr", {"user-0": user("user-0", tag="canary" * 50)})

    result = carried_out(units, directory)

    assert result.state is State.UNSUPPORTED
    assert only(directory).state is OperationState.NOT_DONE
    assert only(directory).error.startswith("Unsupported:tag:")
    assert "canary" not in only(directory).error
    assert list(Worker([at.gateway], directory).work()) == []


def test_a_rate_limit_pauses_the_gateway_and_the_unit_waits(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(2))
    at.simulator.misbehave(kind="rate_limit", times=1, seconds=40)

    carried_out(units, directory)

    pause = directory.paused("fr")
    assert pause is not None
    assert (pause.until, pause.reason) == (clock.now + timedelta(seconds=40), "RateLimited")
    assert directory.take_submitted("fr", limit=2) == ()
    clock.pass_(seconds=41)
    assert [claim.state for claim in directory.take_submitted("fr", limit=2)] == ["new", "again"]


def test_refused_keys_pause_the_gateway_until_somebody_resumes(
    directory: Directory, clock: Clock
) -> None:
    with place(retry=None, guard=None) as at:
        at.simulator.misbehave(kind="error", status=401, times=1)
        directory.submit("fr", crowd(2))

        carried_out(Units(at.gateway, directory), directory)

    clock.pass_(days=30)
    pause = directory.paused("fr")
    assert pause is not None
    assert (pause.until, pause.reason) == (None, "Unauthorized")
    assert only(directory).state in (OperationState.PLANNED,)


def test_an_unknown_outcome_is_replayed_under_the_same_key(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(1))
    at.simulator.misbehave(kind="drop_after", route="*users/natural", times=1)

    first = carried_out(units, directory)
    clock.pass_(minutes=1)
    second = carried_out(units, directory)

    assert (first.state, second.state) == (State.UNKNOWN, State.CREATED)
    assert len(at.emails()) == 1


def test_an_outcome_that_no_replay_shows_is_looked_for(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(1))
    at.simulator.misbehave(kind="drop_after", route="*users/natural", times=1)

    carried_out(units, directory)
    clock.pass_(hours=30)  # MangoPay remembers a key for 24
    found = carried_out(units, directory)

    assert found.state is State.CREATED
    assert at.created == 1


def test_a_worker_that_died_before_the_call_leaves_the_unit_to_the_next(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(1))
    directory.take_submitted("fr")
    clock.pass_(minutes=6)

    result = carried_out(units, directory)

    assert result.state is State.CREATED
    assert len(at.emails()) == 1


def test_a_silent_provider_pauses_the_gateway(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(9))
    at.simulator.misbehave(kind="drop_before", times=5, route="*users/natural")

    for _ in range(4):
        carried_out(units, directory)
    before = directory.paused("fr")
    carried_out(units, directory)
    pause = directory.paused("fr")

    assert before is None
    assert pause is not None
    assert pause.until == clock.now + timedelta(seconds=30)
    clock.pass_(seconds=100)
    results = list(Worker([at.gateway], directory).work())
    assert [result.state for result in results] == [State.CREATED] * 9
    assert len(at.emails()) == 9


def test_a_stopped_worker_gives_back_what_it_did_not_send(at: Place, directory: Directory) -> None:
    directory.submit("fr", crowd(20))
    worker = Worker([at.gateway], directory, in_flight=4)
    results = worker.work()

    next(results)
    worker.stop()
    rest = list(results)

    states, created = directory.progress("fr").states, 1 + len(rest)
    assert (states[OperationState.DONE], at.created) == (created, created)
    assert states[OperationState.PLANNED] == 20 - created
    assert len(list(Worker([at.gateway], directory).work())) == 20 - created


PERSON = user("user-0", category=None, terms=None).replace(
    {
        "identity.birthdate": None,
        "identity.national_id": NationalId(code="46803090000", country="LT"),
    }
)
"""A user with a number, of which Paysera has one user at most."""


@pytest.fixture
def paysera() -> Iterator[tuple[PayseraSimulator, Gateway[Any]]]:
    simulator = PayseraSimulator(client_id="acme", mac_key="key")
    with serve(simulator) as url:
        adapter = Paysera(
            client_id="acme",
            mac_key=Secret("key"),
            base_url=url,
            name="lt",
            accept_loss=("identity.country_of_residence",),
        )
        with Gateway(adapter, retry=None, guard=None) as gateway:
            yield simulator, gateway


@pytest.mark.parametrize("was_sent", [True, False])
def test_without_keys_a_unit_is_sent_again_if_a_second_user_would_be_refused(
    paysera: tuple[PayseraSimulator, Gateway[Any]],
    directory: Directory,
    clock: Clock,
    was_sent: bool,
) -> None:
    simulator, gateway = paysera
    directory.submit("lt", {"user-0": PERSON})
    directory.take_submitted("lt")  # by a worker that is killed
    if was_sent:
        gateway.create_user(PERSON)
    clock.pass_(minutes=10)

    (claim,) = directory.take_submitted("lt")
    result = Units(gateway, directory).carry_out(claim)

    assert result is not None
    assert result.state is State.CREATED
    assert posted(simulator) == 1


def test_a_user_who_is_found_late_is_refused_a_second_time_and_is_settled(
    paysera: tuple[PayseraSimulator, Gateway[Any]], directory: Directory, clock: Clock
) -> None:
    simulator, gateway = paysera
    directory.submit("lt", {"user-0": PERSON})
    directory.take_submitted("lt")
    there = gateway.create_user(PERSON)
    simulator.misbehave(kind="error", route="GET *", status=404, code="not_found", times=1)
    clock.pass_(minutes=10)

    (claim,) = directory.take_submitted("lt")
    result = Units(gateway, directory).carry_out(claim)

    assert result is not None
    assert (result.state, result.id, posted(simulator)) == (State.CREATED, there.id, 2)
    assert only(directory).state is OperationState.DONE


def posted(simulator: PayseraSimulator) -> int:
    """How many users Paysera was asked to create."""
    return sum((one.method, one.path) == ("POST", "/rest/v1/user") for one in simulator.log)


def test_a_user_who_has_the_id_of_another_is_not_lost(
    at: Place, units: Units, directory: Directory
) -> None:
    directory.submit("fr", crowd(1))
    record = at.gateway.create_user(
        user("user-0"), idempotency_key="onboarding.directory/fr/create_user/user-0"
    )
    directory.link("user-9", "fr", record.id)

    result = carried_out(units, directory)

    assert result.state is State.UNKNOWN
    assert only(directory).error == "ReferenceConflict"


def test_what_a_worker_that_died_long_ago_has_sent_is_looked_for(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(2))
    first, _ = directory.take_submitted("fr", limit=2)
    at.gateway.create_user(user(first.operation.own_id), idempotency_key=first.operation.key)
    clock.pass_(hours=30)  # MangoPay remembers a key for 24

    found = [carried_out(units, directory), carried_out(units, directory)]

    assert [each.state for each in found] == [State.CREATED] * 2
    assert at.created == len(at.emails()) == 2


def test_a_call_that_may_be_under_way_is_waited_for(
    at: Place, units: Units, directory: Directory, clock: Clock
) -> None:
    clock.now = utc_now()  # as the gateway has it
    directory.submit("fr", crowd(1))
    directory.take_submitted("fr", lease=timedelta(hours=24))
    clock.pass_(hours=24, seconds=1)  # the lease is over, and nothing can be replayed

    found = carried_out(units, directory)

    assert (found.state, at.created) == (State.UNKNOWN, 0)
    assert directory.next_due("fr") == clock.now + timedelta(minutes=2, seconds=-1)
