"""Every call says what became of it, and no call whose outcome is unknown is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st
from onboarding import OnboardingError, Outcome, Partial, PartialFailure, User
from onboarding.spi import Flow, Request, Response
from onboarding.testing import PaperGateway, paper
from tests.simulators.paysera.api import a_simulator

from onboarding_paysera import Paysera, Position, ServiceName
from onboarding_simulators.paysera import PayseraSimulator

from .every_flow import PAPER, PASSPORT, READS, THERE, WRITES, Stage, recorded
from .faults import FAULTS, Fault, Faulty


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_sent_once_and_its_outcome_is_what_the_fault_leaves_open(name: str) -> None:
    ready, answers = recorded(name)

    for fault in FAULTS.values():
        faulty = Faulty(lambda _: answers[0], operation_of(name), fault)
        error = error_of(PaperGateway(PAPER, faulty, clock=lambda: THERE), ready())

        assert faulty.arrived == 1, fault
        assert error is not None, fault
        assert error.outcome is fault.outcome, fault
        safe = fault.outcome is Outcome.NOT_DONE and not isinstance(error, PartialFailure)
        assert error.retry_safe is safe, fault


def operation_of(name: str) -> str:
    """The operation of the one request of a flow, or of the first of several."""
    return {"submit_document": "upload_document", "resume": "describe_document"}.get(name, name)


@pytest.mark.parametrize("name", READS)
def test_a_read_that_failed_is_safe_to_retry(name: str) -> None:
    ready, answers = recorded(name)

    for fault in FAULTS.values():
        faulty = Faulty(lambda _: answers[0], name, fault)
        error = error_of(PaperGateway(PAPER, faulty, clock=lambda: THERE), ready())

        assert error is None or error.retry_safe, fault
        assert error is None or error.outcome is not Outcome.DONE, fault
        # a 404 to the wallets makes the call ask for the user next
        again = name == "list_wallets" and fault.name == "404"
        assert faulty.arrived == (2 if again else 1), fault


def error_of(gateway: PaperGateway[Paysera], flow: Flow[Any]) -> OnboardingError | None:
    try:
        gateway.run(flow)
    except OnboardingError as error:
        return error
    return None


# -- sequences of calls


@define
class Life:
    """A client that calls Paysera, some of whose requests meet a fault."""

    at: Stage = field(factory=lambda: Stage(a_simulator()))
    partials: list[Partial] = field(factory=list[Partial])
    carried_out: list[str] = field(factory=list[str])
    users: int = 1

    def call(self, flow: Flow[Any], position: int, fault: Fault | None) -> None:
        """Runs a flow, the request at this position of which meets the fault."""
        arrived: list[str] = []
        met: list[Fault] = []
        provider = paper(self.at.sim)

        def answer(request: Request) -> Response:
            assert not met  # nothing follows a failure
            arrived.append(request.operation)
            due = fault if len(arrived) - 1 == position else None
            if due is not None and not due.carried_out:
                met.append(due)
                return due.happens(None)
            found = provider(request)
            if found.status >= 300:
                return found
            self.carried_out.append(request.operation)
            met.extend([due] if due is not None else [])
            return found if due is None else due.happens(found)

        error = error_of(PaperGateway(self.at.ask, answer, clock=lambda: THERE), flow)

        assert len(arrived) == len({*arrived})  # nothing is sent twice
        if met:
            assert error is not None
            assert error.outcome is met[0].outcome
        if isinstance(error, PartialFailure):
            self.partials.append(Partial.from_json(error.partial.to_json()))


def _create(life: Life) -> Flow[Any]:
    life.users += 1
    return life.at.ask.create_user(
        User(email=f"user{life.users}@example.com"), idempotency_key="order-1"
    )


CALLS: dict[str, Callable[[Life], Flow[Any]]] = {
    "create": _create,
    "submit": lambda life: life.at.ask.submit_document("221", PASSPORT, idempotency_key="order-1"),
    "submit for another": lambda life: life.at.ask.submit_document(
        "999", PASSPORT, idempotency_key="order-1"
    ),
    "resume": lambda life: (
        life.at.ask.resume(life.partials[-1], PASSPORT)
        if life.partials
        else life.at.ask.upload_document("221", PASSPORT.pages[0])
    ),
    "assign": lambda life: life.at.ask.assign_contact(life.at.record, email="b@example.com"),
    "enable": lambda life: life.at.ask.enable_service("221", ServiceName.MICRO),
    "place": lambda life: life.at.ask.put_position("221", Position(latitude=1, longitude=2)),
    "identify": lambda life: life.at.ask.create_identification("221"),
    "book": lambda life: life.at.ask.create_contact_book("221"),
}


def registered(sim: PayseraSimulator, user_id: int) -> bool:
    try:
        sim.receipt_due(user_id)
    except LookupError:
        return False
    return True


STEP = st.tuples(
    st.sampled_from(sorted(CALLS)),
    st.integers(0, 1),
    st.none() | st.sampled_from([*FAULTS.values()]),
)


@given(st.lists(STEP, max_size=5))
def test_no_sequence_of_calls_sends_anything_twice_or_leaves_a_document_stuck(
    steps: list[tuple[str, int, Fault | None]],
) -> None:
    life = Life()

    for name, position, fault in steps:
        life.call(CALLS[name](life), position, fault)
    for partial in life.partials:
        life.call(life.at.ask.resume(partial, PASSPORT), 0, None)

    documents = {str(kept.id): kept.title for kept in life.at.sim.documents_of(221)}
    assert len(documents) == life.carried_out.count("upload_document")
    assert {documents[partial.id or ""] for partial in life.partials} <= {PASSPORT.title}
    made = {user for user in range(221, 240) if registered(life.at.sim, user)}
    assert len(made) == 1 + life.carried_out.count("create_user")
