"""Calls to Stripe that fail: what is sent again, what is known afterwards, and what a key says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from onboarding import (
    Gateway,
    IdempotencyConflict,
    NotFound,
    Outcome,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Secret,
    Unavailable,
)
from onboarding.engine import RetryPolicy
from onboarding.policies import Quota
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import JENNY, MOREAU

from onboarding_stripe import Stripe

pytestmark = pytest.mark.retries
RETRY = RetryPolicy(attempts=3, initial=0.001)


@pytest.fixture
def retrying(stage: Stage) -> Iterator[Gateway[Stripe]]:
    with Gateway(adapter_at(stage.base_url), retry=RETRY) as made:
        yield made
    stage.judge.breaches.clear()  # failures were asked for


def accounts(stage: Stage) -> list[str]:
    return [one.id for one in stage.v1.accounts.list().data]


@pytest.mark.parametrize("advice", [None, True])
def test_a_call_that_meets_a_limit_is_sent_again(
    stage: Stage, retrying: Gateway[Stripe], advice: bool | None
) -> None:
    stage.sim.should_retry = advice
    stage.sim.misbehave(kind="rate_limit", times=2)

    record = retrying.create_user(JENNY)

    assert accounts(stage) == [record.id]


def test_no_call_is_sent_again_against_the_advice_of_stripe(
    stage: Stage, retrying: Gateway[Stripe]
) -> None:
    stage.sim.should_retry = False
    stage.sim.misbehave(kind="rate_limit", times=1)

    with pytest.raises(RateLimited):
        retrying.create_user(JENNY)

    assert accounts(stage) == []


def test_a_conflict_that_stripe_calls_worth_a_retry_is_sent_again(
    stage: Stage, retrying: Gateway[Stripe]
) -> None:
    stage.sim.misbehave(kind="error", status=409, code="idempotency_key_in_use", times=2)

    record = retrying.create_user(JENNY)

    assert accounts(stage) == [record.id]


def test_a_locked_account_is_waited_for(stage: Stage, retrying: Gateway[Stripe]) -> None:
    record = retrying.create_user(JENNY)
    stage.sim.misbehave(kind="error", status=429, code="lock_timeout", times=2)

    after = retrying.update_user(record, record.user.replace(tag="autumn"))

    assert after.user.tag == "autumn"
    stage.sim.misbehave(kind="error", status=429, code="lock_timeout", times=3)
    with pytest.raises(RateLimited) as failed:
        retrying.update_user(after, after.user.replace(tag="winter"))
    assert (failed.value.code, failed.value.outcome) == ("lock_timeout", Outcome.NOT_DONE)


@pytest.mark.parametrize("key", [None, "order-1712"])
def test_a_lost_answer_is_had_by_the_key_of_the_retry(
    stage: Stage, retrying: Gateway[Stripe], key: str | None
) -> None:
    stage.sim.misbehave(kind="drop_after", times=1)

    record = retrying.create_user(JENNY, idempotency_key=key)

    assert accounts(stage) == [record.id]


def test_a_stored_failure_is_not_asked_for_again(stage: Stage, retrying: Gateway[Stripe]) -> None:
    stage.sim.misbehave(kind="error", times=1)

    with pytest.raises(Unavailable) as failed:
        retrying.create_user(JENNY, idempotency_key="order-1712")

    assert failed.value.outcome is Outcome.UNKNOWN
    assert failed.value.unresolved is not None
    found = retrying.reconcile(failed.value.unresolved, JENNY)
    assert found.outcome is not Outcome.DONE


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_creation_without_an_answer_is_found_in_the_list(stage: Stage, carried_out: bool) -> None:
    once = RetryPolicy(attempts=1)
    with Gateway(adapter_at(stage.base_url), retry=once) as gateway:
        gateway.create_user(MOREAU)
        stage.sim.misbehave(kind="drop_after" if carried_out else "drop_before", times=1)
        with pytest.raises(OutcomeUnknown) as failed:
            gateway.create_user(JENNY)

        assert failed.value.unresolved is not None
        found = gateway.reconcile(failed.value.unresolved, JENNY)

    if carried_out:
        assert found.record is not None
        assert found.record.id in accounts(stage)
        assert found.record.user.reference == JENNY.reference
    else:
        assert found.outcome is not Outcome.DONE


def test_a_key_goes_on_after_a_refusal_and_refuses_other_content(
    stage: Stage, retrying: Gateway[Stripe]
) -> None:
    with pytest.raises(Rejected) as refused:
        retrying.create_user(JENNY.replace({"address.country": "FR"}), idempotency_key="order-1712")
    assert refused.value.code == "account_country_invalid_address"

    record = retrying.create_user(JENNY, idempotency_key="order-1712")

    assert accounts(stage) == [record.id]
    with pytest.raises(IdempotencyConflict):
        retrying.create_user(JENNY.replace(tag="other"), idempotency_key="order-1712")


def test_an_account_of_another_platform_is_not_found(gateway: Gateway[Stripe]) -> None:
    with pytest.raises(NotFound) as failed:
        gateway.fetch_user("acct_ofanotherplatform")

    assert failed.value.status == 403


def test_the_key_decides_which_quota_holds() -> None:
    keys = {"sk_test_1": (Quota(1, 25),), "sk_live_1": (Quota(1, 100),)}

    for key, quotas in keys.items():
        assert Stripe(api_key=Secret(key)).own_quotas == quotas
