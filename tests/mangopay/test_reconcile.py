"""A call whose outcome is unknown is resolved from its stored form, also by another process."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    Gender,
    IdempotencyConflict,
    InvalidInput,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    PartialFailure,
    Terms,
    User,
    UserStatus,
)
from onboarding.banking import IbanAccount
from onboarding.engine import RetryPolicy
from onboarding.reconciliation import Reconciliation, UnresolvedCall
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway

from onboarding_mangopay import Api, MangoPay
from onboarding_mangopay.adapter import MangoPay as Adapter
from onboarding_mangopay.wire.vocabulary import TagHolds
from onboarding_simulators.mangopay import MangoPaySimulator

from .broken import Line, gateway, simulator
from .people import COMPANY, HOME, OWNER, PAYER, paper

DAY = timedelta(hours=24)
LATER = timedelta(minutes=3)
IBAN = IbanAccount(owner_name="Alex Smith", owner_address=HOME, iban="FR7630004000031234567890143")
MARIA = OWNER.replace({"identity.given_name": "Maria", "email": "maria@example.com"})

Paper = PaperGateway[MangoPay]

UNCLEAR = {
    "dropped before": False,
    "dropped after": True,
    "503 before": False,
    "503 after": True,
    "truncated": True,
    "HTML 200": True,
    "HTML 502": False,
    "307": False,
    "500 kept before": False,
    "500 kept after": True,
}
"""Faults that leave the outcome unknown, each with whether the call is carried out."""

FAULTS = pytest.mark.parametrize("fault", UNCLEAR)
KEYS = pytest.mark.parametrize("key", [None, "order-1712"])


class Stage:
    """A simulator, and gateways to it as several processes would have them."""

    def __init__(self, **settings: Any) -> None:
        self.sim: MangoPaySimulator = simulator()
        self.settings = settings

    def gateway(self, fault: str = "", at: int = 0) -> Paper:
        made = gateway(self.sim, fault, at if fault else -1)
        adapter: Adapter = evolve(made.adapter, **self.settings)
        return PaperGateway(adapter, made.answer, clock=self.now)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sim.clock(), UTC)

    def wait(self, time: timedelta) -> None:
        self.sim.clock.advance(time.total_seconds())  # type: ignore[attr-defined]

    def user(self, user: User = OWNER) -> str:
        return self.gateway().create_user(user).id

    def lost(self, fault: str, call: Callable[[Paper], object]) -> str:
        """Runs a call that meets a fault; returns the stored form of what is known of it."""
        with pytest.raises(OnboardingError) as raised:
            call(self.gateway(fault))
        assert raised.value.outcome is Outcome.UNKNOWN
        unresolved: UnresolvedCall = raised.value.unresolved
        return unresolved.to_json()

    def found(self, stored: str, given: Any = None, wait: timedelta = LATER) -> Any:
        """Reconciles in another process, which may only read."""
        self.wait(wait)
        other = self.gateway()
        reconcile: Any = other.reconcile
        result = reconcile(UnresolvedCall.from_json(stored), given)
        assert all(one.changes_nothing or one.operation == "login" for one in other.sent)
        return result


def is_right(found: Reconciliation[Any], fault: str) -> bool:
    return found.outcome is (Outcome.DONE if UNCLEAR[fault] else Outcome.NOT_DONE)


# -- creations: within the life of the key, and after it


@KEYS
@FAULTS
@pytest.mark.parametrize("wait", [LATER, DAY * 3], ids=["by the key", "by the list"])
def test_a_creation_is_resolved(fault: str, key: str | None, wait: timedelta) -> None:
    stage = Stage()
    stage.user(MARIA)
    stored = stage.lost(fault, lambda one: one.create_user(OWNER, idempotency_key=key))
    stage.user(MARIA)
    users = stage.sim.store.count_users()

    found = stage.found(stored, OWNER, wait)

    assert is_right(found, fault), found
    assert stage.sim.store.count_users() == users
    assert (found.record is not None and found.record.user.email == OWNER.email) is UNCLEAR[fault]


@FAULTS
@pytest.mark.parametrize("wait", [LATER, DAY * 3], ids=["by the key", "by the list"])
def test_a_document_is_resolved_and_completed(fault: str, wait: timedelta) -> None:
    stage = Stage()
    user = stage.user()
    stored = stage.lost(fault, lambda one: one.submit_document(user, paper()))

    found = stage.found(stored, paper(), wait)

    assert is_right(found, fault), found
    if UNCLEAR[fault]:
        assert found.partial is not None
        done = stage.gateway().resume(found.partial, paper())
        assert done.id == found.record.id
        assert stage.sim.tables.count("documents") == 1


@FAULTS
@pytest.mark.parametrize("wait", [LATER, DAY * 3], ids=["by the key", "by the list"])
def test_a_declaration_is_resolved_and_completed(fault: str, wait: timedelta) -> None:
    stage = Stage()
    user = stage.user(COMPANY)
    stored = stage.lost(fault, lambda one: one.declare_owners(user, COMPANY.people))

    found = stage.found(stored, COMPANY.people, wait)

    assert is_right(found, fault), found
    if UNCLEAR[fault]:
        assert found.partial is not None
        done = stage.gateway().resume(found.partial, COMPANY.people)
        assert len(done.owners) == 1


@KEYS
@FAULTS
@pytest.mark.parametrize("wait", [LATER, DAY * 3], ids=["by the key", "by the list"])
def test_a_bank_account_is_resolved(fault: str, key: str | None, wait: timedelta) -> None:
    stage = Stage()
    user = stage.user()
    stage.gateway().add_bank_account(user, evolve(IBAN, iban="DE89370400440532013000"))
    stored = stage.lost(fault, lambda one: one.add_bank_account(user, IBAN, idempotency_key=key))

    found = stage.found(stored, IBAN, wait)

    assert is_right(found, fault), found


# -- changes: the object is fetched and compared


@pytest.mark.parametrize("fault", [fault for fault in UNCLEAR if "kept" not in fault])
def test_an_update_is_resolved(fault: str) -> None:
    stage = Stage()
    record = stage.gateway().create_user(OWNER)
    wanted = record.user.replace({"identity.given_name": "Maria"})
    stored = stage.lost(fault, lambda one: one.update_user(record, wanted))

    found = stage.found(stored, wanted)

    assert is_right(found, fault), found
    assert found.record is not None


@pytest.mark.parametrize("fault", [fault for fault in UNCLEAR if "kept" not in fault])
def test_a_closure_is_resolved(fault: str) -> None:
    stage = Stage()
    record = stage.gateway().create_user(OWNER)
    if fault in ("truncated", "HTML 200"):  # its answer has no body: it cannot be truncated
        return
    stored = stage.lost(fault, lambda one: one.close_user(record))

    found = stage.found(stored)

    assert is_right(found, fault), found
    assert (found.record.status is UserStatus.CLOSED) is UNCLEAR[fault]


@pytest.mark.parametrize("fault", [fault for fault in UNCLEAR if "kept" not in fault])
def test_a_deactivation_is_resolved(fault: str) -> None:
    stage = Stage()
    account = stage.gateway().add_bank_account(stage.user(), IBAN)
    stored = stage.lost(fault, lambda one: one.deactivate_bank_account(account))

    found = stage.found(stored)

    assert is_right(found, fault), found


# -- what is not certain is not said


def test_a_request_that_may_be_under_way_is_not_said_to_be_lost() -> None:
    stage = Stage()
    stored = stage.lost("dropped before", lambda one: one.create_user(OWNER))
    call = UnresolvedCall.from_json(stored)

    found = stage.found(stored, OWNER, timedelta(seconds=30))

    assert found.outcome is Outcome.UNKNOWN
    assert found.ask_again_at == call.sent_at + timedelta(minutes=2)


def test_two_alike_users_are_not_told_apart() -> None:
    stage = Stage()
    stage.user()
    stored = stage.lost("500 kept after", lambda one: one.create_user(OWNER))

    found = stage.found(stored, OWNER)

    assert found.outcome is Outcome.UNKNOWN
    assert len(found.candidates) == 2


def test_a_reference_tells_alike_users_apart() -> None:
    stage = Stage(tag_holds=TagHolds.REFERENCE)
    mine, other = OWNER.replace(reference="customer-7"), OWNER.replace(reference="customer-8")
    stage.user(other)
    committed = stage.lost("500 kept after", lambda one: one.create_user(mine))
    lost = stage.lost("500 kept before", lambda one: one.create_user(other.replace(reference="9")))

    assert stage.found(committed, mine).record.user.reference == "customer-7"
    assert stage.found(lost, other.replace(reference="9")).outcome is Outcome.NOT_DONE


def test_an_older_user_with_the_same_content_is_not_that_of_the_call() -> None:
    stage = Stage()
    stage.user()
    stage.wait(DAY)
    stored = stage.lost("500 kept before", lambda one: one.create_user(OWNER))

    assert stage.found(stored, OWNER).outcome is Outcome.NOT_DONE


def test_a_user_of_an_earlier_call_with_the_same_key_is_found() -> None:
    stage = Stage()
    first = stage.lost(
        "dropped after", lambda one: one.create_user(OWNER, idempotency_key="order-1712")
    )
    stage.wait(timedelta(hours=20))
    again = stage.lost(
        "dropped before", lambda one: one.create_user(OWNER, idempotency_key="order-1712")
    )

    for stored in (first, again):
        assert stage.found(stored, OWNER, timedelta(hours=6)).outcome is Outcome.DONE


def test_an_answer_to_the_key_of_the_engine_needs_no_list() -> None:
    stage = Stage()
    for fault, outcome in (
        ("dropped after", Outcome.DONE),
        ("dropped before", Outcome.NOT_DONE),
    ):
        stored = stage.lost(fault, lambda one: one.create_user(OWNER))
        stage.wait(LATER)
        other = stage.gateway()

        found = other.reconcile(UnresolvedCall.from_json(stored), OWNER)

        assert found.outcome is outcome
        assert [one.operation for one in other.sent] == ["login", "first_answer"]


def test_a_long_list_is_walked_back_to_the_time_of_the_call_and_no_further() -> None:
    stage = Stage()
    for _ in range(250):
        stage.user(MARIA)
    stage.wait(DAY)
    stored = stage.lost("500 kept after", lambda one: one.create_user(OWNER))
    for _ in range(150):
        stage.user(MARIA)
    stage.wait(LATER)
    other = stage.gateway()

    found = other.reconcile(UnresolvedCall.from_json(stored), OWNER)

    pages = [one for one in other.sent if one.operation == "list_users"]
    assert found.outcome is Outcome.DONE
    assert len(pages) == 2


def test_a_list_in_another_order_is_walked_to_its_end() -> None:
    stage = Stage()
    for _ in range(120):
        stage.user(MARIA)
    stage.wait(DAY)
    stored = stage.lost("500 kept after", lambda one: one.create_user(OWNER))
    stage.wait(LATER)
    other = stage.gateway()
    line = other.answer

    def unsorted(request: Request) -> Response:
        return line(evolve(request, url=request.url.replace("Sort", "Sorted")))

    other.answer = unsorted

    assert other.reconcile(UnresolvedCall.from_json(stored), OWNER).outcome is Outcome.DONE


def test_a_refused_call_was_not_carried_out() -> None:
    stage = Stage()
    stored = stage.lost(
        "dropped after", lambda one: one.create_user(OWNER.replace({"terms.accepted": False}))
    )

    found = stage.found(stored, OWNER.replace({"terms.accepted": False}))

    assert found.outcome is Outcome.NOT_DONE


# -- the stored form


def test_the_stored_form_has_nothing_personal() -> None:
    stage = Stage(tag_holds=TagHolds.REFERENCE)
    user = OWNER.replace(reference="customer-7")

    stored = stage.lost(
        "dropped after", lambda one: one.create_user(user, idempotency_key="order-1712")
    )

    data = json.loads(stored)
    data.pop("onboarding", None)
    assert {name: data[name] for name in ("operation", "reference", "idempotency_key")} == {
        "operation": "create_user",
        "reference": "customer-7",
        "idempotency_key": "order-1712",
    }
    assert len(data["digest"]) == 8
    for value in ("Alex", "Smith", "alex.smith", "1990"):
        assert value not in stored


def test_other_content_and_another_gateway_are_refused() -> None:
    stage = Stage()
    stored = stage.lost("dropped after", lambda one: one.create_user(OWNER))
    call = UnresolvedCall.from_json(stored)
    one = stage.gateway()

    with pytest.raises(IdempotencyConflict):
        one.reconcile(call, MARIA)
    for wrong in (None, paper()):
        with pytest.raises(InvalidInput):
            one.reconcile(call, wrong)
    with pytest.raises(InvalidInput):
        one.reconcile(evolve(call, gateway="lt"), OWNER)
    assert one.sent == []


def test_a_partial_failure_has_a_partial_and_no_unresolved_call() -> None:
    stage = Stage()
    user = stage.user()

    with pytest.raises(PartialFailure) as raised:
        stage.gateway("dropped after", 1).submit_document(user, paper())

    assert raised.value.outcome is Outcome.UNKNOWN
    assert raised.value.unresolved is None


def test_a_failed_read_has_nothing_to_resolve() -> None:
    stage = Stage()

    with pytest.raises(OnboardingError) as raised:
        stage.gateway("dropped after", 0).fetch_user(stage.user())

    assert raised.value.unresolved is None


def test_a_flow_that_is_run_by_itself_is_named_by_its_request() -> None:
    stage = Stage()
    one = stage.gateway("dropped after")

    with pytest.raises(OnboardingError) as raised:
        one.run(one.adapter.create_user(OWNER))

    stage.wait(LATER)
    found: Reconciliation[Any] = stage.gateway().reconcile(raised.value.unresolved, OWNER)
    assert isinstance(one.answer, Line)
    assert found.outcome is Outcome.DONE


@pytest.mark.retries
def test_attempts_under_one_key_have_the_time_of_the_first() -> None:
    stage = Stage()
    one = stage.gateway()
    one.retry = RetryPolicy(attempts=3)

    def lost(request: Request) -> Response:
        if request.operation == "login":
            return login(request)
        stage.wait(timedelta(seconds=10))
        raise OutcomeUnknown("the connection was closed")

    login, one.answer = one.answer, lost
    began = stage.now()

    with pytest.raises(OutcomeUnknown) as raised:
        one.create_user(OWNER)

    call: UnresolvedCall = raised.value.unresolved
    keys = {sent.headers["Idempotency-Key"] for sent in one.sent if sent.operation != "login"}
    assert len(one.sent) == 4
    assert keys == {call.provider_key}
    assert (call.sent_at, call.failed_at) == (began, began + timedelta(seconds=30))


def test_a_list_that_is_too_long_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onboarding.adapter.ways.MOST_PAGES", 1)
    stage = Stage()
    stored = stage.lost("500 kept before", lambda one: one.create_user(OWNER))
    for _ in range(101):
        stage.user(MARIA)

    assert stage.found(stored, OWNER).outcome is Outcome.UNKNOWN


def test_a_user_who_was_changed_since_is_a_candidate() -> None:
    stage = Stage()
    stored = stage.lost("500 kept after", lambda one: one.create_user(OWNER))
    stage.wait(LATER)
    [user] = stage.gateway().users()
    record = stage.gateway().fetch_user(user.id)
    stage.gateway().update_user(record, record.user.replace({"identity.given_name": "Maria"}))

    found = stage.found(stored, OWNER)

    assert found.outcome is Outcome.UNKNOWN
    assert found.candidates == (user.id,)


LOSSY = OWNER.replace(
    {
        "terms": Terms(accepted=True, accepted_at=datetime(2024, 1, 1, tzinfo=UTC), version="3"),
        "identity.gender": Gender.FEMALE,
        "locale": "fr",
    }
)


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("fault", ["dropped after", "dropped before"])
@pytest.mark.parametrize("user", [PAYER, COMPANY, LOSSY], ids=["payer", "company", "lossy"])
def test_each_kind_of_user_is_found_in_the_list(user: User, fault: str, api: Api) -> None:
    stage = Stage(api=api, accept_loss=("*",))
    stage.user(MARIA)
    stored = stage.lost(fault, lambda one: one.create_user(user))

    assert is_right(found := stage.found(stored, user, DAY * 3), fault), found


@pytest.mark.parametrize("title", [None, "Passport, é", "Passport, e\u0301"])
def test_a_document_is_recognised_by_its_title(title: str | None) -> None:
    stage = Stage()
    user = stage.user()
    document = evolve(paper(), title=title)
    stage.gateway().submit_document(user, evolve(paper(), title="Another"))
    stored = stage.lost("500 kept after", lambda one: one.submit_document(user, document))

    assert stage.found(stored, document).outcome is Outcome.DONE


def test_an_account_that_was_deactivated_since_was_added() -> None:
    stage = Stage()
    user = stage.user()
    stored = stage.lost("500 kept after", lambda one: one.add_bank_account(user, IBAN))
    [account] = stage.gateway().bank_accounts(user)
    stage.gateway().deactivate_bank_account(account)

    assert stage.found(stored, IBAN).outcome is Outcome.DONE


@pytest.mark.parametrize("minutes", [-30, 30])
def test_a_clock_that_differs_does_not_hide_a_user(minutes: int) -> None:
    stage = Stage()
    stored = stage.lost("500 kept after", lambda one: one.create_user(OWNER))
    call = UnresolvedCall.from_json(stored)
    ahead = evolve(call, sent_at=call.sent_at + timedelta(minutes=minutes))

    assert stage.found(ahead.to_json(), OWNER, DAY).outcome is Outcome.DONE
