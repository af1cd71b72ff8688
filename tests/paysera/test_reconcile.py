"""A call to Paysera whose outcome is unknown is resolved where a search or a read can prove it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from onboarding import OnboardingError, Outcome, User
from onboarding.reconciliation import UnresolvedCall
from onboarding.testing import PaperGateway, paper
from tests.simulators.paysera.api import Api, a_simulator

from onboarding_paysera import Paysera

from .every_flow import JOHN, PAPER, PASSPORT, THERE
from .faults import FAULTS, Faulty

UNCLEAR = {name: one for name, one in FAULTS.items() if one.outcome is Outcome.UNKNOWN}
EVERY = pytest.mark.parametrize("fault", UNCLEAR)
USER = User(email="john@example.com", identity=JOHN)
LATER = THERE + timedelta(minutes=3)


def gateway(sim: Any, now: datetime = THERE) -> PaperGateway[Paysera]:
    return PaperGateway(PAPER, paper(sim), clock=lambda: now)


def lost(
    sim: Any, fault: str, operation: str, call: Callable[[PaperGateway[Paysera]], object]
) -> str:
    """Runs a call that meets a fault; returns the stored form of what is known of it."""
    one = gateway(sim)
    one.answer = Faulty(one.answer, operation, FAULTS[fault])
    with pytest.raises(OnboardingError) as raised:
        call(one)
    assert raised.value.outcome is Outcome.UNKNOWN
    stored: str = raised.value.unresolved.to_json()
    return stored


def found(sim: Any, stored: str, given: Any) -> Any:
    """Reconciles in another gateway, which only reads."""
    other = gateway(sim, LATER)
    reconcile: Any = other.reconcile
    result = reconcile(UnresolvedCall.from_json(stored), given)
    assert all(one.changes_nothing for one in other.sent)
    return result


@EVERY
def test_a_creation_is_found_by_the_national_number_or_stays_unknown(fault: str) -> None:
    sim = a_simulator()
    stored = lost(sim, fault, "create_user", lambda one: one.create_user(USER))

    result = found(sim, stored, USER)

    carried_out = UNCLEAR[fault].carried_out
    assert result.outcome is (Outcome.DONE if carried_out else Outcome.UNKNOWN)
    assert (result.record is not None) is carried_out
    assert carried_out or "person_code_already_assigned" in result.remedy


@EVERY
def test_a_fresh_contact_is_not_found_before_it_is_confirmed(fault: str) -> None:
    sim = a_simulator()
    user = User(email="john@example.com")
    stored = lost(sim, fault, "create_user", lambda one: one.create_user(user))

    assert found(sim, stored, user).outcome is Outcome.UNKNOWN


def test_a_confirmed_contact_is_found() -> None:
    sim = a_simulator()
    user = User(email="john@example.com")
    stored = lost(sim, "drop_after", "create_user", lambda one: one.create_user(user))
    _confirm(sim, sim.code_for(221, "email"))

    result = found(sim, stored, user)

    assert result.outcome is Outcome.DONE
    assert result.record.id == "221"


def _confirm(sim: Any, code: str) -> None:
    one = gateway(sim)
    record = one.fetch_user("221")
    [action] = one.create_user(User(email="other@example.com")).next_actions
    one.confirm(evolve(action, user_id=record.id, value="john@example.com"), code)


def test_another_user_with_the_same_number_is_a_candidate_and_no_proof() -> None:
    sim = a_simulator()
    other = USER.replace({"identity.given_name": "Jonas", "email": "jonas@example.com"})
    there = gateway(sim).create_user(other)
    stored = lost(sim, "drop_before", "create_user", lambda one: one.create_user(USER))

    result = found(sim, stored, USER)

    assert result.outcome is Outcome.UNKNOWN
    assert result.candidates == (there.id,)


def test_a_search_that_is_not_permitted_proves_nothing() -> None:
    sim = a_simulator(permissions=())
    stored = lost(sim, "drop_after", "create_user", lambda one: one.create_user(USER))

    assert found(sim, stored, USER).outcome is Outcome.UNKNOWN


@EVERY
def test_an_update_is_resolved_by_what_the_user_shows(fault: str) -> None:
    sim = a_simulator()
    record = gateway(sim).create_user(User(email="john@example.com"))
    wanted = record.user.replace(identity=JOHN)
    stored = lost(sim, fault, "update_user", lambda one: one.update_user(record, wanted))

    result = found(sim, stored, wanted)

    carried_out = UNCLEAR[fault].carried_out
    assert result.outcome is (Outcome.DONE if carried_out else Outcome.UNKNOWN)


@EVERY
def test_another_update_of_a_shown_value_is_resolved_both_ways(fault: str) -> None:
    sim = a_simulator()
    record = gateway(sim).create_user(USER)
    wanted = record.user.replace({"identity.given_name": "Jonas"})
    stored = lost(sim, fault, "update_user", lambda one: one.update_user(record, wanted))

    result = found(sim, stored, wanted)

    expected = Outcome.DONE if UNCLEAR[fault].carried_out else Outcome.NOT_DONE
    assert result.outcome is expected


@EVERY
def test_an_upload_cannot_be_resolved_which_the_adapter_says_beforehand(fault: str) -> None:
    sim = a_simulator()
    user = gateway(sim).create_user(USER).id
    stored = lost(sim, fault, "upload_document", lambda one: one.submit_document(user, PASSPORT))

    assert Paysera.lookups_of("submit_document") == ()
    assert found(sim, stored, PASSPORT).outcome is Outcome.UNKNOWN


SCRIPT = """
import sys
from datetime import UTC, datetime, timedelta
from onboarding import Gateway, Identity, NationalId, Secret, User
from onboarding.reconciliation import UnresolvedCall
from onboarding_paysera import Paysera

base_url, client_id, mac_key, stored = sys.argv[1:]
call = UnresolvedCall.from_json(stored)
user = User(
    email="john@example.com",
    identity=Identity(
        given_name="John", family_name="Smith", nationality="LT",
        national_id=NationalId(code="31001010000", country="LT"),
    ),
)
adapter = Paysera(client_id=client_id, mac_key=Secret(mac_key), base_url=base_url, name="lt")
with Gateway(adapter, clock=lambda: call.sent_at + timedelta(minutes=5)) as gateway:
    found = gateway.reconcile(call, user)
print(found.outcome, found.record and found.record.id)
"""


@pytest.mark.parametrize(
    ("fault", "expected"), [("drop_after", "done 221"), ("drop_before", "unknown None")]
)
def test_another_process_resolves_a_creation(api: Api, fault: str, expected: str) -> None:
    stored = lost(api.sim, fault, "create_user", lambda one: one.create_user(USER))
    adapter = PAPER
    assert adapter.mac_key is not None
    arguments = (api.base_url, adapter.client_id, adapter.mac_key.reveal(), stored)

    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.strip() == expected, ran.stderr
