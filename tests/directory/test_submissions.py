"""Operations that are submitted in bulk: planned once, given out once, paused and retried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from attrs import evolve
from onboarding import Identity, Password, Secret, User
from onboarding.directory import ClaimState, Directory, OperationState, Reference, Submitted
from onboarding.directory.database import Database
from onboarding.directory.tables import METADATA, VERSIONS
from onboarding.directory.upgrading import migrations, upgrade
from onboarding.errors import InvalidInput, Outcome
from tests.directory.conftest import Clock

LEASE = timedelta(minutes=5)


def user(name: str) -> User:
    return User(identity=Identity(given_name=name, family_name="Canary"), email="x@example.com")


def crowd(count: int) -> dict[str, User]:
    return {f"user-{number}": user(f"N{number}") for number in range(count)}


def test_the_migrations_make_the_tables_that_the_code_names(url: str) -> None:
    database = Database.of(url)

    applied = upgrade(database)

    assert applied == tuple(one.revision for one in reversed(list(migrations().walk_revisions())))
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, METADATA) == []
    database.close()


def test_users_are_submitted_once_and_again_only_where_they_were_refused_and_differ(
    directory: Directory,
) -> None:
    first = directory.submit("fr", crowd(1201))
    done, refused, same, open_ = directory.take_submitted("fr", limit=4)
    directory.finish(done, Outcome.DONE, id="user_m_01")
    directory.finish(refused, Outcome.NOT_DONE, error="Rejected")
    directory.finish(same, Outcome.NOT_DONE, error="Rejected")
    changed = {refused.operation.own_id: user("Changed"), open_.operation.own_id: user("Changed")}

    again = directory.submit("fr", crowd(1201) | changed)

    assert first == Submitted(users=1201, new=1201)
    assert again == Submitted(users=1201, changed=1, done=1)
    assert directory.progress("fr").states == {
        OperationState.PLANNED: 1198,
        OperationState.RUNNING: 1,
        OperationState.UNKNOWN: 0,
        OperationState.DONE: 1,
        OperationState.NOT_DONE: 1,
    }
    codes = [entry.code for entry in directory.history(refused.operation.own_id)]
    assert codes == ["submitted", "Rejected", "new", "submitted"]


def test_credentials_are_refused_by_path_for_all_users_at_once(directory: Directory) -> None:
    secret = evolve(user("Ona"), credentials=Password(password=Secret("a long password")))

    with pytest.raises(InvalidInput) as caught:
        directory.submit("fr", {"user-1": secret, "user-2": user("Jan"), "user-3": secret})

    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["user-1.credentials", "user-3.credentials"]
    assert directory.progress("fr").total == 0


def test_the_content_is_kept_until_the_operation_is_done(directory: Directory) -> None:
    directory.submit("fr", crowd(1))

    (claim,) = directory.take_submitted("fr")
    directory.finish(claim, Outcome.NOT_DONE, error="Rejected")
    refused = str(directory.export("user-0"))
    directory.retry("fr")
    (claim,) = directory.take_submitted("fr")
    directory.finish(claim, Outcome.DONE, id="user_m_01")

    assert claim.content == user("N0")
    assert "Canary" in refused
    assert "Canary" not in str(directory.export("user-0"))


def test_other_takers_leave_submitted_operations_alone(directory: Directory) -> None:
    directory.submit("fr", crowd(1))

    assert directory.take("fr") == ()
    assert directory.take_submitted("lt") == ()
    assert len(directory.take_submitted("fr")) == 1


def test_a_reserved_operation_is_started_once_and_reserved_anew_if_it_was_lost(
    directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(5))
    tokens = directory.reserve("fr", window=3, lease=LEASE)
    full = directory.reserve("fr", window=3, lease=LEASE)

    claim, again = directory.start(tokens[0], lease=LEASE), directory.start(tokens[0])
    clock.pass_(minutes=6)
    anew = directory.reserve("fr", window=9, lease=LEASE)
    stale = [directory.start(token) for token in tokens]
    states = [each.state for token in anew if (each := directory.start(token)) is not None]

    assert (len(tokens), full, again, stale) == (3, (), None, [None, None, None])
    assert claim is not None
    assert claim.state is ClaimState.NEW
    assert sorted(states) == sorted([ClaimState.RECONCILE, *[ClaimState.NEW] * 4])


def test_a_reservation_that_was_given_back_is_reserved_at_once(directory: Directory) -> None:
    directory.submit("fr", crowd(1))
    tokens = directory.reserve("fr", window=1)

    directory.release(tokens)

    assert directory.start(tokens[0]) is None
    assert len(directory.reserve("fr", window=1)) == 1


def test_nothing_is_given_out_during_a_pause(directory: Directory, clock: Clock) -> None:
    directory.submit("fr", crowd(3))
    (token,) = directory.reserve("fr", window=1)

    directory.pause("fr", until=clock.now + timedelta(seconds=30), reason="RateLimited")
    directory.pause("fr", until=clock.now + timedelta(seconds=10), reason="RateLimited")
    during = (directory.take_submitted("fr"), directory.reserve("fr", window=9))
    started = directory.start(token)
    clock.pass_(seconds=20)
    still = directory.paused("fr")
    clock.pass_(seconds=11)

    assert (during, started) == (((), ()), None)
    assert still is not None
    assert still.reason == "RateLimited"
    assert directory.paused("fr") is None
    assert len(directory.take_submitted("fr", limit=9)) == 3


def test_a_pause_without_an_end_lasts_until_somebody_resumes(
    directory: Directory, clock: Clock
) -> None:
    directory.submit("fr", crowd(1))

    directory.pause("fr")
    directory.pause("fr", until=clock.now + timedelta(seconds=10), reason="RateLimited")
    clock.pass_(days=9)
    paused = directory.progress("fr").pause

    assert paused is not None
    assert (paused.until, paused.reason) == (None, "")
    assert (directory.resume("fr"), directory.resume("fr")) == (True, False)
    assert len(directory.take_submitted("fr")) == 1


def test_progress_has_the_reasons_and_the_rate(directory: Directory, clock: Clock) -> None:
    directory.submit("fr", crowd(6))
    for number, claim in enumerate(directory.take_submitted("fr", limit=5)):
        clock.pass_(seconds=2)
        refused = Outcome.NOT_DONE, ("Rejected:email:shape", "Rejected:phone:shape")[number % 2]
        outcome, error = refused if number < 3 else (Outcome.UNKNOWN, "OutcomeUnknown")
        directory.finish(claim, outcome, error=error, again_at=None)
    clock.pass_(seconds=2)

    found = directory.progress("fr")

    assert (found.total, found.ended) == (6, 3)
    assert found.reasons == {
        (OperationState.NOT_DONE, "Rejected:email:shape"): 2,
        (OperationState.NOT_DONE, "Rejected:phone:shape"): 1,
        (OperationState.UNKNOWN, "OutcomeUnknown"): 2,
    }
    assert found.rate == pytest.approx(3 / 10)


def test_a_retry_takes_one_reason_or_all(directory: Directory, clock: Clock) -> None:
    directory.submit("fr", crowd(4))
    reasons = ["Rejected:email:shape", "Rejected:phone:shape", "Rejection", "OutcomeUnknown"]
    for claim, error in zip(directory.take_submitted("fr", limit=4), reasons, strict=True):
        is_unknown = error == "OutcomeUnknown"
        outcome = Outcome.UNKNOWN if is_unknown else Outcome.NOT_DONE
        later = clock.now + timedelta(days=1) if is_unknown else None
        directory.finish(claim, outcome, error=error, again_at=later)

    counts = [
        directory.retry("fr", "Rejected:email:shape"),
        directory.retry("fr", "Rejected"),
        directory.retry("fr", "OutcomeUnknown"),
        directory.retry("fr"),
    ]

    assert counts == [1, 1, 1, 2]  # the last one: "Rejection", and the unknown one again
    taken = directory.take_submitted("fr", limit=9)
    assert sorted(claim.state for claim in taken) == [*[ClaimState.NEW] * 3, ClaimState.RECONCILE]


def test_a_user_who_is_linked_is_given_to_no_worker(directory: Directory, clock: Clock) -> None:
    directory.submit("fr", crowd(5))
    directory.submit("lt", crowd(1))
    unknown, refused = directory.take_submitted("fr", limit=2)
    directory.finish(unknown, Outcome.UNKNOWN, again_at=clock.now + timedelta(days=1))
    directory.finish(refused, Outcome.NOT_DONE, error="Rejected")
    waiting = [
        own for own in crowd(5) if own not in (unknown.operation.own_id, refused.operation.own_id)
    ]

    for number, own_id in enumerate((unknown.operation.own_id, waiting[0])):
        directory.link(own_id, "fr", f"user_m_{number}")
    directory.link_many(
        Reference(own_id=own_id, gateway="fr", id=f"user_n_{own_id}")
        for own_id in (refused.operation.own_id, waiting[1])
    )

    assert directory.retry("fr") == 0
    assert [one.operation.own_id for one in directory.take_submitted("fr", limit=9)] == waiting[2:]
    assert len(directory.take_submitted("lt", limit=9)) == 1
    (ended,) = (one for one in directory.operations(waiting[1]) if one.gateway == "fr")
    assert (ended.state, ended.id) == (OperationState.DONE, f"user_n_{waiting[1]}")


def test_an_erased_person_leaves_no_content_and_is_given_to_no_worker(
    directory: Directory,
) -> None:
    directory.submit("fr", crowd(2))
    (running,) = directory.take_submitted("fr")
    waiting = next(own for own in crowd(2) if own != running.operation.own_id)

    of_waiting, of_running = directory.erase(waiting), directory.erase(running.operation.own_id)
    directory.finish(running, Outcome.UNKNOWN)

    assert (of_waiting.complete, of_waiting.erased["operations"]) == (True, 1)
    assert not of_running.complete
    assert directory.take_submitted("fr", limit=9) == ()
    assert directory.next_due("fr") is None


def test_an_unknown_outcome_is_handed_to_the_workers_with_the_content_that_was_sent(
    directory: Directory,
) -> None:
    claim = directory.claim("user-0", "fr", "create_user", content=user("N0"))
    directory.finish(claim, Outcome.UNKNOWN)

    other = directory.submit("fr", {"user-0": user("Changed")})
    before = directory.take_submitted("fr")
    directory.submit("fr", crowd(1))
    (taken,) = directory.take_submitted("fr")

    assert (other, before) == (Submitted(users=1), ())
    assert (taken.state, taken.content) == (ClaimState.RECONCILE, user("N0"))


def test_a_user_who_has_an_id_or_is_created_under_another_key_is_left_alone(
    directory: Directory,
) -> None:
    directory.link("user-0", "fr", "user_m_01")
    claim = directory.claim("user-1", "fr", "create_user", key="first/2", content=user("N1"))
    directory.finish(claim, Outcome.UNKNOWN)

    counted = directory.submit("fr", crowd(3))

    assert counted == Submitted(users=3, new=1, done=1)
    assert [each.operation.own_id for each in directory.take_submitted("fr", limit=9)] == ["user-2"]


def test_a_user_without_a_gateway_is_assigned_to_that_of_the_submission(
    directory: Directory,
) -> None:
    directory.add_user("user-0")
    directory.assign("user-1", "lt")

    directory.submit("fr", crowd(3))

    users = [directory.user(own_id) for own_id in crowd(3)]
    assert [each.gateway for each in users if each is not None] == ["fr", "lt", "fr"]
