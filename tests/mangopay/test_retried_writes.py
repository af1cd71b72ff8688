"""Whatever happens to the attempts of a create at MangoPay, there is at most one user."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st
from onboarding import OnboardingError, Outcome, OutcomeUnknown, Secret, TransportError
from onboarding.policies import RetryPolicy
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway, paper
from tests.mangopay.broken import Answer, simulator
from tests.mangopay.people import OWNER

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

pytestmark = pytest.mark.retries

FAULTS = ["none", "refused", "lost before", "lost after", "429", "500", "500 after", "cut off"]


@define
class Line:
    """Each request after the login meets the next fault; after the last one, none."""

    sim: MangoPaySimulator
    faults: list[str]
    answer: Answer = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.answer = paper(self.sim)

    def __call__(self, request: Request) -> Response:
        if request.operation == "login":
            return self.answer(request)
        fault = self.faults.pop(0) if self.faults else "none"
        match fault:
            case "refused":
                raise TransportError("connection refused")
            case "lost before":
                raise _lost(request)
            case "429" | "500":
                return Response(status=int(fault))
            case _:
                pass
        response = self.answer(request)
        match fault:
            case "lost after":
                raise _lost(request)
            case "500 after":
                return Response(status=500)
            case "cut off":
                body = response.body[:-1]
                return Response(status=response.status, headers=response.headers, body=body)
            case _:
                pass
        return response


def _lost(request: Request) -> OnboardingError:
    return (TransportError if request.changes_nothing else OutcomeUnknown)("timed out")


@given(
    st.lists(st.sampled_from(FAULTS), max_size=8),
    st.sampled_from([None, "order-7"]),
    st.integers(1, 6),
)
def test_a_create_is_carried_out_at_most_once_and_its_error_says_whether(
    faults: list[str], key: str | None, attempts: int
) -> None:
    sim = simulator()
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url="http://127.0.0.1:1")
    gateway = PaperGateway(adapter, Line(sim, list(faults)), retry=RetryPolicy(attempts=attempts))

    found: Any = None
    error: OnboardingError | None = None
    try:
        found = gateway.run(adapter.create_user(OWNER, idempotency_key=key))
    except OnboardingError as raised:
        error = raised
    rows = PaperGateway(adapter, paper(sim)).run(adapter.list_users()).items

    assert len(rows) <= 1
    if error is None:
        assert [row.id for row in rows] == [found.id]
    elif error.outcome is Outcome.NOT_DONE:
        assert rows == ()
        assert not isinstance(error, OutcomeUnknown)
    else:
        assert not isinstance(error, TransportError)


@given(st.lists(st.sampled_from([x for x in FAULTS if x != "500 after"]), max_size=8))
def test_a_create_whose_faults_end_within_its_attempts_succeeds(faults: list[str]) -> None:
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url="http://127.0.0.1:1")
    line = Line(simulator(), list(faults))
    gateway = PaperGateway(adapter, line, retry=RetryPolicy(attempts=100))

    assert gateway.run(adapter.create_user(OWNER)).id
