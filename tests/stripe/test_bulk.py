"""A run of companies at Stripe: who was created in part is finished, by one account each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from onboarding import Gateway, Identity, NationalId, Outcome, User
from onboarding.bulk import BulkRun, Journal, Line, Result, State
from onboarding.bulk.keys import digest_of
from onboarding.bulk.settling import record_settled, settled
from onboarding.directory import Directory
from onboarding.reconciliation import UnresolvedCall
from onboarding.serialization import plain
from onboarding.workers import Units
from onboarding.workers.runs import DirectoryRun
from tests.directory.conftest import Clock
from tests.simulators.stripe.stage import Stage
from tests.stripe.people import ADA, BOB, MOREAU

from onboarding_stripe import Stripe

GREEDY = MOREAU.replace(people=(ADA, BOB.replace(ownership_percent=90.0)))
"""Stripe refuses more than 100 percent, after the account and the first person were created."""
SHARE = "people[bob].ownership_percent"


def line_of(user: User) -> Line:
    return Line(number=1, ref="moreau", data=plain(user))


def run(gateway: Gateway[Stripe], place: Path, user: User) -> tuple[Result, BulkRun]:
    with Journal.open(place, gateway) as journal:
        bulk = BulkRun(gateway, journal)
        (result,) = bulk.run([line_of(user)])
    return result, bulk


def accounts(stage: Stage) -> list[Any]:
    return list(stage.v1.accounts.list().data)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


def test_a_person_who_is_rejected_is_named_and_the_corrected_line_finishes_the_company(
    stage: Stage, gateway: Gateway[Stripe], place: Path
) -> None:
    first, before = run(gateway, place, GREEDY)
    again, _ = run(gateway, place, GREEDY)
    last, after = run(gateway, place, MOREAU)

    assert (first.state, again.state, last.state) == (State.UNKNOWN, State.UNKNOWN, State.CREATED)
    assert [problem.path for problem in first.problems] == [SHARE, ""]
    assert [one.run_again for one in before.summary.unknown] == [True]
    assert after.summary.unknown == []
    (account,) = accounts(stage)
    assert last.id == account.id == first.id
    assert len(gateway.fetch_user(account.id).user.people) == 2


def test_a_company_that_a_failure_left_incomplete_is_finished_by_the_next_run(
    stage: Stage, gateway: Gateway[Stripe], place: Path
) -> None:
    stage.sim.misbehave(kind="error", status=400, route="POST */persons", times=1)
    first, _ = run(gateway, place, MOREAU)

    last, _ = run(gateway, place, MOREAU)

    assert (first.state, last.state) == (State.UNKNOWN, State.CREATED)
    (account,) = accounts(stage)
    assert len(gateway.fetch_user(account.id).user.people) == 2
    assert "Moreau" not in place.read_text()


def test_settling_sends_nothing_and_leaves_the_rest_to_the_next_run(
    stage: Stage, gateway: Gateway[Stripe], place: Path
) -> None:
    run(gateway, place, GREEDY)
    stage.sim.clear_log()

    with Journal.open(place, gateway) as journal:
        found = settled(gateway, journal, line_of(MOREAU))

    assert (found.outcome, found.remedy) == (Outcome.UNKNOWN, "run again: the run finishes it")
    assert found.candidates == (accounts(stage)[0].id,)
    assert {one.method for one in stage.sim.log} == {"GET"}


def test_an_account_that_is_found_without_its_people_is_not_taken_for_created(
    stage: Stage, gateway: Gateway[Stripe], place: Path
) -> None:
    killed(gateway, place, MOREAU)

    with Journal.open(place, gateway) as journal:
        found = settled(gateway, journal, line_of(MOREAU))
        record_settled(journal, found)
    last, _ = run(gateway, place, MOREAU)

    assert found.outcome is Outcome.UNKNOWN
    assert last.state is State.CREATED
    (account,) = accounts(stage)
    assert len(gateway.fetch_user(account.id).user.people) == 2


def killed(gateway: Gateway[Stripe], place: Path, user: User) -> None:
    """A run that is killed after the account was created, whose key is then forgotten."""
    with Journal.open(place, gateway) as journal:
        journal.intend("moreau", 1, digest_of(line_of(user)))
    gateway.create_user(user.replace(people=()))
    aged = place.read_text().replace(f'"at":"{_year(place)}', '"at":"2020')
    place.write_text(aged)


def _year(place: Path) -> str:
    return str(json.loads(place.read_text().splitlines()[-1])["at"][:4])


@pytest.mark.parametrize("user", [GREEDY, MOREAU], ids=["rejected", "cut off"])
def test_a_run_with_a_directory_finishes_a_company_that_was_created_in_part(
    stage: Stage, gateway: Gateway[Stripe], tmp_path: Path, user: User
) -> None:
    if user is MOREAU:
        stage.sim.misbehave(kind="drop_before", route="POST */persons", times=1)
    with Directory.open(f"sqlite:///{tmp_path}/onboarding.db") as directory:
        runs = [DirectoryRun(gateway, Journal(), directory) for _ in range(2)]
        (first,) = runs[0].run([line_of(user)])
        (last,) = runs[1].run([line_of(MOREAU)])

    assert (first.state, last.state) == (State.UNKNOWN, State.CREATED)
    assert [one.run_again for one in runs[0].summary.unknown] == [True]
    (account,) = accounts(stage)
    assert len(gateway.fetch_user(account.id).user.people) == 2


def test_a_worker_finishes_a_company_that_was_created_in_part(
    stage: Stage, gateway: Gateway[Stripe], tmp_path: Path
) -> None:
    clock = Clock()
    with Directory.open(f"sqlite:///{tmp_path}/onboarding.db", clock=clock) as directory:
        directory.submit("us", {"moreau": MOREAU})
        stage.sim.misbehave(kind="error", status=400, route="POST */persons", times=1)
        units = Units(gateway, directory)

        (claim,) = directory.take_submitted("us")
        first = units.carry_out(claim)
        clock.pass_(days=2)
        (claim,) = directory.take_submitted("us")
        last = units.carry_out(claim)

    assert first is not None
    assert last is not None
    assert (first.state, last.state) == (State.UNKNOWN, State.CREATED)
    (account,) = accounts(stage)
    assert len(gateway.fetch_user(account.id).user.people) == 2


def test_a_number_that_is_never_shown_proves_nothing_of_a_list(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    number = NationalId(code="000000000", country="US")
    user = User(identity=Identity(country_of_residence="US", national_id=number))
    gateway.create_user(user)
    call = UnresolvedCall(
        provider="stripe",
        gateway="us",
        environment=gateway.adapter.environment_name,
        operation="create_user",
        sent_at=datetime.fromtimestamp(stage.clock() - 600, UTC),
    )

    later = call.sent_at + timedelta(hours=1)

    found = gateway.run(gateway.adapter.reconcile(call, user, now=later))

    assert found.outcome is Outcome.UNKNOWN
