"""Calls of several requests that fail part-way, and are finished by another process."""

from __future__ import annotations

import json
import pickle
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve, frozen
from onboarding import (
    DocumentPurpose,
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    OnboardingError,
    Outcome,
    PartialFailure,
    Person,
    Rejected,
    User,
)
from onboarding.model.answers import Partial
from onboarding.spi import Flow

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

from .broken import FAULTS, gateway, line_of, simulator
from .people import COMPANY, OWNER, PDF, PNG, UBO, paper

KEYS = pytest.mark.parametrize("key", ["order-7", None], ids=["key", "no key"])


def named(name: str) -> Person:
    assert UBO.identity is not None
    return evolve(UBO, ref=name, identity=evolve(UBO.identity, given_name=name))


def owned_by(*owners: Person) -> tuple[Person, ...]:
    return owners


@frozen
class Job:
    """A call of several requests, with its content, other content, and what it must leave."""

    operation: str
    caller: User
    content: Any
    other: Any
    left: Callable[[MangoPaySimulator, str], object]
    wanted: object
    requests: int = 4

    def user(self, sim: MangoPaySimulator) -> str:
        fresh = gateway(sim)
        return fresh.run(fresh.adapter.create_user(self.caller)).id

    def call(self, adapter: MangoPay, user_id: str, key: str | None) -> Flow[Any]:
        flow: Flow[Any] = getattr(adapter, self.operation)(
            user_id, self.content, idempotency_key=key
        )
        return flow

    def resumed(self, sim: MangoPaySimulator, stored: str, *broken: Any) -> Any:
        other_process = gateway(sim, *broken)
        partial = Partial.from_json(stored)
        return other_process.run(other_process.adapter.resume(partial, self.content))

    def broken_off(self, sim: MangoPaySimulator, at: int, key: str | None) -> Partial:
        """What is left of a call whose request number `at` was carried out, and not answered."""
        first = gateway(sim, "dropped after", at)
        with pytest.raises(PartialFailure) as raised:
            first.run(self.call(first.adapter, self.user(sim), key))
        return raised.value.partial


def papers(sim: MangoPaySimulator, user_id: str) -> object:
    return [
        (row["Status"], [page["File"] for page in sim.tables.owned("pages", row["Id"])])
        for row in sim.tables.owned("documents", user_id)
    ]


def declarations(sim: MangoPaySimulator, user_id: str) -> object:
    return [
        (row["Status"], [owner["FirstName"] for owner in sim.tables.owned("ubos", row["Id"])])
        for row in sim.tables.owned("declarations", user_id)
    ]


ONE, TWO = PNG[:2000], PDF[:2000]
ADDRESS = DocumentPurpose.ADDRESS
DOCUMENT = Job(
    "submit_document",
    OWNER,
    paper(ADDRESS, ONE, TWO),
    paper(ADDRESS, TWO),
    papers,
    [("VALIDATION_ASKED", [b64encode(page).decode() for page in (ONE, TWO)])],
)
OWNERS = Job(
    "declare_owners",
    COMPANY,
    owned_by(UBO, named("Ada")),
    owned_by(named("Bo")),
    declarations,
    [("VALIDATION_ASKED", ["Gunner", "Ada"])],
)
JOBS = pytest.mark.parametrize("job", [DOCUMENT, OWNERS], ids=lambda job: job.operation)


def finished(job: Job, sim: MangoPaySimulator, key: str | None, fault: str, at: int) -> bool:
    """Breaks a call off at a request and finishes it elsewhere; whether it had that request."""
    user_id = job.user(sim)
    first = gateway(sim, fault, at)
    failure: OnboardingError | None = None
    try:
        record = first.run(job.call(first.adapter, user_id, key))
    except OnboardingError as error:
        failure = error
    if isinstance(failure, PartialFailure):
        assert not failure.retry_safe
        record = job.resumed(sim, failure.partial.to_json())
    elif failure is not None:
        assert at == 0, f"{failure!r} after the creation"
        record = after_a_failed_creation(job, sim, user_id, key, failure)
    assert record.status in ("VALIDATION_ASKED", DocumentStatus.IN_REVIEW)
    assert job.left(sim, user_id) == job.wanted
    return line_of(first).broke


def after_a_failed_creation(
    job: Job, sim: MangoPaySimulator, user_id: str, key: str | None, error: OnboardingError
) -> Any:
    """What a careful caller does: looks, unless the error says that a retry is safe."""
    made = bool(job.left(sim, user_id))
    assert error.outcome is Outcome.UNKNOWN or not made
    assert error.retry_safe or key is None
    other_process = gateway(sim)
    if made and not error.retry_safe:
        listed = listing(other_process.adapter, job, user_id)
        (found,) = other_process.run(listed).items
        by_hand = Partial(
            provider="mangopay", gateway="fr", operation=job.operation, user_id=user_id, id=found.id
        )
        return job.resumed(sim, by_hand.to_json())
    return other_process.run(job.call(other_process.adapter, user_id, key))


def listing(adapter: MangoPay, job: Job, user_id: str) -> Flow[Any]:
    return (
        adapter.list_documents(user_id) if job is DOCUMENT else adapter.list_declarations(user_id)
    )


@pytest.mark.parametrize("fault", FAULTS)
@KEYS
@JOBS
def test_a_call_that_broke_off_anywhere_is_finished_by_another_process(
    job: Job, key: str | None, fault: str
) -> None:
    sim = simulator()

    assert all(finished(job, sim, key and f"{key}-{at}", fault, at) for at in range(job.requests))


@JOBS
def test_a_call_has_no_more_requests_than_those_that_were_broken_off(job: Job) -> None:
    assert not finished(job, simulator(), None, "403", job.requests)


@pytest.mark.parametrize("fault", ["dropped before", "dropped after", "503 after", "429"])
@KEYS
@JOBS
def test_a_resumed_call_that_breaks_off_as_well_is_finished_by_a_third_process(
    job: Job, key: str | None, fault: str
) -> None:
    sim = simulator()
    for at in range(8):
        partial = job.broken_off(sim, 2, key and f"{key}-{at}")

        try:
            record = job.resumed(sim, partial.to_json(), fault, at)
        except PartialFailure as error:
            record = job.resumed(sim, error.partial.to_json())

        assert job.left(sim, str(partial.user_id)) == job.wanted
        assert record.id == partial.id


@pytest.mark.parametrize("at", [1, 2, 3])
@JOBS
def test_a_call_that_broke_off_goes_on_under_its_key_as_well(job: Job, at: int) -> None:
    sim = simulator()
    partial = job.broken_off(sim, at, "order-7")
    other_process = gateway(sim)

    again = other_process.run(job.call(other_process.adapter, str(partial.user_id), "order-7"))

    assert again.id == partial.id
    assert job.left(sim, str(partial.user_id)) == job.wanted


@KEYS
@JOBS
def test_a_call_that_was_finished_is_returned_as_it_is_when_it_is_resumed_again(
    job: Job, key: str | None
) -> None:
    sim = simulator()
    stored = job.broken_off(sim, 2, key).to_json()
    first = job.resumed(sim, stored)
    sim.clear_log()

    again = job.resumed(sim, stored)

    assert (again.id, again.status) == (first.id, first.status)
    assert {entry.method for entry in sim.log if "oauth" not in entry.path} == {"GET"}


@KEYS
@JOBS
def test_other_content_is_a_conflict_and_adds_nothing(job: Job, key: str | None) -> None:
    sim = simulator()
    partial = job.broken_off(sim, 1, key)
    user_id = str(partial.user_id)
    before = job.left(sim, user_id)
    other = gateway(sim)
    calls = [other.adapter.resume(partial, job.other)]
    if key is not None:
        calls.append(getattr(other.adapter, job.operation)(user_id, job.other, idempotency_key=key))

    for call in calls:
        with pytest.raises(IdempotencyConflict) as raised:
            other.run(call)

        assert (raised.value.operation, raised.value.id) == (job.operation, partial.id)
    assert job.left(sim, user_id) == before


@JOBS
def test_other_content_is_a_conflict_after_the_call_was_finished(job: Job) -> None:
    sim = simulator()
    user_id = job.user(sim)
    one = gateway(sim)
    record = one.run(job.call(one.adapter, user_id, "order-7"))

    with pytest.raises(IdempotencyConflict) as raised:
        one.run(getattr(one.adapter, job.operation)(user_id, job.other, idempotency_key="order-7"))

    assert raised.value.id == record.id


# Broken off before its content was compared, a call under a used key must not pass for compared.
@pytest.mark.parametrize("at", range(2, 6))
@JOBS
def test_other_content_is_a_conflict_though_the_comparison_broke_off(job: Job, at: int) -> None:
    sim = simulator()
    partial = job.broken_off(sim, 1, "order-7")
    user_id = str(partial.user_id)
    before = job.left(sim, user_id)
    broken = gateway(sim, "503 before", at)
    call = getattr(broken.adapter, job.operation)(user_id, job.other, idempotency_key="order-7")

    with pytest.raises((PartialFailure, IdempotencyConflict)) as raised:
        broken.run(call)
    if isinstance(raised.value, PartialFailure):
        with pytest.raises(IdempotencyConflict):
            broken.run(broken.adapter.resume(raised.value.partial, job.other))

    assert job.left(sim, user_id) == before


@KEYS
@JOBS
def test_content_that_mangopay_rejected_can_be_corrected(job: Job, key: str | None) -> None:
    sim = simulator()
    user_id = job.user(sim)
    first = gateway(sim, "400", 2)

    with pytest.raises(PartialFailure) as raised:
        first.run(job.call(first.adapter, user_id, key))
    partial = raised.value.partial
    corrected = paper(ADDRESS, ONE, TWO + b"!") if job is DOCUMENT else owned_by(UBO, named("Bo"))
    other_process = gateway(sim)
    resumed: Flow[Any] = other_process.adapter.resume(partial, corrected)
    record = other_process.run(resumed)

    assert isinstance(raised.value.__cause__, Rejected)
    assert (record.id, raised.value.outcome) == (partial.id, Outcome.NOT_DONE)
    assert job.left(sim, user_id) != job.wanted
    with pytest.raises(IdempotencyConflict):  # by now it was accepted
        other_process.run(other_process.adapter.resume(partial, job.other))


@KEYS
@JOBS
def test_a_partial_holds_no_content_and_no_secret(job: Job, key: str | None) -> None:
    partial = job.broken_off(simulator(), 2, key)

    stored = partial.to_json()

    known = {"provider": "mangopay", "gateway": "fr", "environment": "sandbox"}
    assert json.loads(stored) == {
        "form": "partial/1",
        **known,
        "operation": job.operation,
        "user_id": partial.user_id,
        "id": partial.id,
        **({"idempotency_key": key} if key else {}),
        "digest": partial.digest,
    }
    for text in (stored, repr(partial), str(PartialFailure(partial))):
        assert not [word for word in ("Gunner", "%PDF", "JVBER", "api_key") if word in text]
    assert pickle.loads(pickle.dumps(PartialFailure(partial))).partial == partial


@JOBS
@pytest.mark.parametrize(
    ("field", "value"), [("gateway", "de"), ("environment", "production"), ("provider", "x")]
)
def test_a_partial_of_another_gateway_or_environment_is_refused(
    job: Job, field: str, value: str
) -> None:
    sim = simulator()
    stored = job.broken_off(sim, 1, None).replace({field: value}).to_json()
    sim.clear_log()

    with pytest.raises(InvalidInput):
        job.resumed(sim, stored)

    assert sim.log == []


@pytest.mark.parametrize(
    "change", [{"user_id": None}, {"id": None}, {"operation": "create_user"}], ids=str
)
@JOBS
def test_a_partial_that_names_nothing_to_resume_is_refused(
    job: Job, change: dict[str, Any]
) -> None:
    sim = simulator()
    stored = job.broken_off(sim, 1, None).replace(change).to_json()

    with pytest.raises(InvalidInput):
        job.resumed(sim, stored)


def test_what_is_resumed_is_of_the_kind_of_the_call() -> None:
    sim = simulator()
    partial = DOCUMENT.broken_off(sim, 1, None)
    other: Any = OWNERS.content

    with pytest.raises(InvalidInput):
        next(gateway(sim).adapter.resume(partial, other))


@JOBS
def test_a_creation_whose_outcome_is_unknown_is_replayed_by_its_key(job: Job) -> None:
    sim = simulator()
    partial = job.broken_off(sim, 1, "order-7")

    record = job.resumed(sim, partial.replace(id=None).to_json())

    assert record.id == partial.id
    assert job.left(sim, str(partial.user_id)) == job.wanted


# A user has one open declaration at most: one that another call left is in the way for good.
def test_an_open_declaration_of_another_call_is_resumed() -> None:
    sim = simulator()
    left = OWNERS.broken_off(sim, 1, "order-7")
    other = gateway(sim)

    with pytest.raises(PartialFailure) as raised:
        other.run(OWNERS.call(other.adapter, str(left.user_id), None))
    record = OWNERS.resumed(sim, raised.value.partial.to_json())

    assert (record.id, raised.value.partial.id) == (left.id, left.id)
    assert OWNERS.left(sim, str(left.user_id)) == OWNERS.wanted


def test_the_second_of_two_equal_pages_is_added() -> None:
    sim = simulator()
    partial = DOCUMENT.broken_off(sim, 1, "order-7")
    twice = paper(ADDRESS, ONE, ONE)
    one = gateway(sim)

    record = one.run(
        one.adapter.submit_document(str(partial.user_id), twice, idempotency_key="order-7")
    )

    assert record.id == partial.id
    pages = [page["File"] for page in sim.tables.owned("pages", record.id)]
    assert pages == [b64encode(ONE).decode()] * 2
