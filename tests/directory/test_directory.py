"""Users, references, operations, records, notifications, outbox: the same in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from onboarding import DocumentRecord, DocumentStatus, KYCLevel, Notification
from onboarding.directory import ClaimState, Directory, OperationState, Reference
from onboarding.errors import (
    IdempotencyConflict,
    InvalidInput,
    LeaseLost,
    Outcome,
    ReferenceConflict,
    UnknownUser,
)
from onboarding.model.stored import digest

from .conftest import Clock
from .records import PERSON, RETRIEVED, record

OTHER = PERSON.replace(email="other@example.com")


# -- users and references


def test_any_id_of_a_user_leads_to_the_own_id(directory: Directory) -> None:
    directory.add_user("user-42")

    directory.save("user-42", record())

    assert directory.own_id("fr", "user_42") == "user-42"
    assert directory.own_id("fr", "kyc_42") == "user-42"
    assert directory.own_id("lt", "user_42") is None
    assert directory.own_ids("fr", ["user_42", "user_43"]) == {"user_42": "user-42"}


def test_an_id_of_a_user_comes_before_the_same_id_of_something_else(directory: Directory) -> None:
    directory.link("user-1", "lt", "221")
    directory.link("user-2", "lt", "221", "wallet")
    directory.link("user-3", "lt", "222", "wallet")
    directory.link("user-4", "lt", "222", "wallet")

    assert directory.own_id("lt", "221") == "user-1"
    assert directory.own_id("lt", "221", "wallet") == "user-2"
    assert directory.own_id("lt", "222") is None


def test_an_older_id_of_a_document_still_leads_to_its_user(directory: Directory) -> None:
    directory.add_user("user-42")
    directory.save("user-42", record(references={"ProofOfIdentity": "kyc_1"}))

    directory.save("user-42", record(references={"ProofOfIdentity": "kyc_2"}))

    assert directory.own_id("fr", "kyc_1") == directory.own_id("fr", "kyc_2") == "user-42"


def test_two_users_never_have_one_id_of_a_provider(directory: Directory) -> None:
    directory.link("user-1", "fr", "user_m_01")

    with pytest.raises(ReferenceConflict):
        directory.link("user-2", "fr", "user_m_01")
    with pytest.raises(ReferenceConflict):
        directory.link("user-1", "fr", "user_m_02")

    assert directory.link("user-1", "lt", "user_m_02")
    assert not directory.link("user-1", "lt", "user_m_02")


def test_the_ids_of_a_user_at_one_gateway_are_removed_together(directory: Directory) -> None:
    directory.link("user-1", "fr", "user_m_01")
    directory.link("user-1", "fr", "kyc_1", "document")
    directory.link("user-1", "lt", "221")

    removed = directory.unlink("user-1", "fr")

    assert removed == 2
    assert [each.id for each in directory.references("user-1")] == ["221"]


def test_a_user_has_a_state_at_each_gateway(directory: Directory) -> None:
    directory.add_user("user-42")
    directory.save("user-42", record(gateway="lt", references={}))
    directory.save("user-42", record())

    assert [state.gateway for state in directory.states("user-42")] == ["fr", "lt"]
    assert directory.states("user-43") == ()


def test_many_ids_are_stored_at_once_or_not_at_all(directory: Directory) -> None:
    found = [Reference(own_id=f"user-{n}", gateway="fr", id=f"m_{n}") for n in range(1200)]

    assert directory.link_many(found) == 1200
    assert directory.link_many(found[:10]) == 0
    wrong = [
        Reference(own_id="new", gateway="fr", id="m_new"),
        Reference(own_id="new-2", gateway="fr", id="m_7"),
    ]
    with pytest.raises(ReferenceConflict):
        directory.link_many(wrong)

    assert len(directory.own_ids("fr", [f"m_{n}" for n in range(1200)])) == 1200
    assert directory.user("new") is None


def test_a_changed_route_moves_nobody(directory: Directory) -> None:
    assert directory.assign("user-42", "fr") == "fr"

    assert directory.assign("user-42", "lt") == "fr"
    assert directory.assign("user-42", "lt", move=True) == "lt"

    user = directory.user("user-42")
    assert user is not None
    assert user.gateway == "lt"


@pytest.mark.parametrize("id", ["", "x" * 256, "a\x00b", "a\nb"])
def test_an_id_that_a_database_cannot_hold_is_refused_by_name(
    directory: Directory, id: str
) -> None:
    with pytest.raises(InvalidInput, match="own_id"):
        directory.add_user(id)


# -- operations


def test_an_operation_is_stored_before_its_call_and_ended_after(
    directory: Directory, clock: Clock
) -> None:
    claim = directory.claim("user-42", "fr", "create_user", content=PERSON)

    stored = directory.operation("fr", claim.operation.key)
    assert claim.state is ClaimState.NEW
    assert stored == claim.operation
    assert (stored.state, stored.digest, stored.sent_at) == (
        OperationState.RUNNING,
        digest(PERSON)[:8],
        clock.now,
    )

    directory.finish(claim, Outcome.DONE, id="user_m_01")

    again = directory.claim("user-42", "fr", "create_user")
    assert (again.state, again.granted, again.operation.id) == (ClaimState.DONE, False, "user_m_01")
    assert directory.own_id("fr", "user_m_01") == "user-42"


def test_a_claimed_operation_is_busy_until_its_lease_is_over(
    directory: Directory, clock: Clock
) -> None:
    first = directory.claim("user-42", "fr", "create_user", content=PERSON)
    busy = directory.claim("user-42", "fr", "create_user")
    directory.renew(first, lease=timedelta(minutes=10))
    clock.pass_(minutes=9)
    still = directory.claim("user-42", "fr", "create_user")
    clock.pass_(minutes=1)

    taken = directory.claim("user-42", "fr", "create_user", content=PERSON)

    assert (busy.state, still.state) == (ClaimState.BUSY, ClaimState.BUSY)
    assert (taken.state, taken.operation.attempts) == (ClaimState.RECONCILE, 2)
    assert taken.operation.sent_at == first.operation.sent_at
    assert taken.operation.digest == digest(PERSON)[:8]


def test_a_lost_lease_ends_nothing_but_a_fact_counts(directory: Directory, clock: Clock) -> None:
    first = directory.claim("user-42", "fr", "create_user")
    clock.pass_(minutes=5)
    second = directory.claim("user-42", "fr", "create_user")

    with pytest.raises(LeaseLost):
        directory.finish(first, Outcome.NOT_DONE, error="Unavailable")
    with pytest.raises(LeaseLost):
        directory.renew(first)
    directory.finish(first, Outcome.DONE, id="user_m_01")
    with pytest.raises(LeaseLost):
        directory.finish(second, Outcome.NOT_DONE)
    directory.finish(second, Outcome.DONE, id="user_m_01")
    with pytest.raises(ReferenceConflict):
        directory.finish(second, Outcome.DONE, id="user_m_02")

    assert directory.own_id("fr", "user_m_01") == "user-42"
    assert directory.own_id("fr", "user_m_02") is None


def test_an_operation_that_was_not_done_can_be_made_again_with_other_content(
    directory: Directory,
) -> None:
    first = directory.claim("user-42", "fr", "create_user", content=PERSON)
    directory.finish(first, Outcome.NOT_DONE, error="Rejected")

    again = directory.claim("user-42", "fr", "create_user", content=OTHER)

    assert (again.state, again.operation.digest) == (ClaimState.AGAIN, digest(OTHER)[:8])


def test_other_content_after_an_unknown_outcome_leaves_no_digest_to_compare(
    directory: Directory,
) -> None:
    first = directory.claim("user-42", "fr", "create_user", content=PERSON)
    directory.finish(first, Outcome.UNKNOWN, error="OutcomeUnknown")

    again = directory.claim("user-42", "fr", "create_user", content=OTHER)

    assert (again.state, again.operation.digest) == (ClaimState.RECONCILE, "mixed")


def test_unknown_and_abandoned_operations_are_found_again(
    directory: Directory, clock: Clock
) -> None:
    unknown = directory.claim("user-1", "fr", "create_user")
    directory.finish(unknown, Outcome.UNKNOWN, error="OutcomeUnknown")
    directory.claim("user-2", "fr", "create_user")
    done = directory.claim("user-3", "fr", "create_user")
    directory.finish(done, Outcome.DONE, id="user_m_03")
    directory.plan("user-4", "fr", "create_user")
    now = [one.own_id for one in directory.unsettled("fr")]
    clock.pass_(minutes=5)

    later = [one.own_id for one in directory.unsettled("fr")]
    taken = directory.take("fr", limit=10)

    assert (now, later) == (["user-1"], ["user-1", "user-2"])
    assert {one.operation.own_id: one.state for one in taken} == {
        "user-1": ClaimState.RECONCILE,
        "user-2": ClaimState.RECONCILE,
        "user-4": ClaimState.NEW,
    }
    assert directory.take("fr", limit=10) == ()


def test_a_call_that_failed_for_now_is_taken_again_at_its_time(
    directory: Directory, clock: Clock
) -> None:
    directory.plan("user-42", "fr", "create_user")
    (claim,) = directory.take("fr")
    directory.finish(
        claim, Outcome.NOT_DONE, error="Unavailable", again_at=clock.now + timedelta(minutes=1)
    )

    assert directory.take("fr") == ()
    clock.pass_(minutes=1)
    (again,) = directory.take("fr")
    assert (again.state, again.operation.attempts) == (ClaimState.AGAIN, 2)


def test_a_key_belongs_to_one_user_and_one_operation(directory: Directory) -> None:
    directory.claim("user-1", "fr", "create_user", key="key")

    with pytest.raises(IdempotencyConflict):
        directory.claim("user-2", "fr", "create_user", key="key")
    with pytest.raises(IdempotencyConflict):
        directory.claim("user-1", "fr", "update_user", key="key")


def test_the_content_of_a_call_is_kept_only_where_it_may_be(url: str, clock: Clock) -> None:
    with Directory.open(url, clock=clock) as without:
        without.plan("user-1", "fr", "create_user", content=PERSON)
        (first,) = without.take("fr")
    with Directory.open(url, clock=clock, personal_data=True) as with_:
        with_.plan("user-2", "fr", "create_user", content=PERSON)
        (second,) = with_.take("fr")
        with_.finish(second, Outcome.DONE, id="user_m_02")
        exported = with_.export("user-2")

    assert first.content is None
    assert second.content == PERSON
    assert exported["operations"][0]["content"] is None


# -- records


def test_a_record_is_kept_as_last_retrieved(directory: Directory) -> None:
    directory.add_user("user-42")
    first = directory.save("user-42", record(kyc_level=KYCLevel.LIGHT))
    second = directory.save(
        "user-42",
        record(kyc_level=KYCLevel.REGULAR, retrieved_at=RETRIEVED + timedelta(minutes=1)),
    )

    late = directory.save("user-42", record(kyc_level=KYCLevel.LIGHT))

    assert (first.before, first.after.kyc_level) == (None, KYCLevel.LIGHT)
    assert second.before == first.after
    assert late.after == second.after == directory.state("user-42", "fr")


def test_a_record_of_nobody_is_refused(directory: Directory) -> None:
    with pytest.raises(UnknownUser):
        directory.save("user-42", record())


def test_an_earlier_answer_about_a_document_replaces_no_later_one(directory: Directory) -> None:
    def seen(status: DocumentStatus, hours: int, **facts: datetime) -> None:
        document = DocumentRecord(
            provider="mangopay",
            gateway="fr",
            id="kyc_1",
            user_id="user_42",
            status=status,
            retrieved_at=RETRIEVED + timedelta(hours=hours),
        )
        directory.save_document("user-42", document, **facts)

    directory.add_user("user-42")
    directory.save("user-42", record())
    seen(DocumentStatus.IN_REVIEW, 1, expires_at=RETRIEVED + timedelta(days=900))

    seen(DocumentStatus.REFUSED, 3)
    seen(DocumentStatus.IN_REVIEW, 2)

    state = directory.state("user-42", "fr")
    assert state is not None
    (document,) = state.documents
    assert document.status is DocumentStatus.REFUSED
    assert document.expires_at == RETRIEVED + timedelta(days=900)


def test_what_is_stale_comes_page_by_page_without_what_is_fresh(directory: Directory) -> None:
    for number in range(5):
        directory.add_user(f"user-{number}")
        at = RETRIEVED + timedelta(days=number % 2)
        directory.save(f"user-{number}", record(str(number), retrieved_at=at))

    first = directory.stale(RETRIEVED, limit=2)
    rest = directory.stale(RETRIEVED, after=first[-1], limit=2)

    assert [state.own_id for state in (*first, *rest)] == ["user-0", "user-2", "user-4"]


def test_what_is_due_comes_in_the_order_of_its_time(directory: Directory) -> None:
    for number in range(5):
        own_id = f"user-{number}"
        directory.add_user(own_id)
        deadline = RETRIEVED + timedelta(days=5 - number)
        (renewal,) = record().requirements
        due = (type(renewal)(name="renewal", status=renewal.status, deadline=deadline),)
        directory.save(own_id, record(str(number), requirements=due, next_actions=()))

    first = directory.due(RETRIEVED + timedelta(days=4), limit=2)
    rest = directory.due(RETRIEVED + timedelta(days=4), after=first[-1])

    assert [one.own_id for one in first + rest] == ["user-4", "user-3", "user-2", "user-1"]
    assert rest[-1].due_at == RETRIEVED + timedelta(days=4)


# -- notifications and outbox


def test_a_notification_is_stored_once_and_handled_once(directory: Directory, clock: Clock) -> None:
    sent = Notification(query={"EventType": "KYC_SUCCEEDED"}, body=b"\xff\x00")
    id = directory.receive("fr", sent)
    assert directory.receive("fr", Notification(query=sent.query, body=sent.body)) is None
    (first,) = directory.pending()
    assert directory.pending() == ()
    clock.pass_(minutes=5)

    (second,) = directory.pending()

    assert first.id == second.id == id
    assert second.notification == sent
    assert not directory.handled(first)
    assert directory.handled(second, "user-42")
    clock.pass_(days=1)
    assert directory.pending() == ()
    assert directory.receive("fr", sent) is None


def test_an_event_is_seen_once_and_forgotten_after_its_time(
    directory: Directory, clock: Clock
) -> None:
    assert directory.see("fr", "KYC_SUCCEEDED:kyc_01:1737216704")
    assert not directory.see("fr", "KYC_SUCCEEDED:kyc_01:1737216704")
    assert directory.see("lt", "KYC_SUCCEEDED:kyc_01:1737216704")
    waiting = directory.receive("fr", Notification(body=b"{}", received_at=clock.now))
    clock.pass_(days=30)

    assert directory.forget(clock.now) == 2
    assert directory.see("fr", "KYC_SUCCEEDED:kyc_01:1737216704")
    assert [one.id for one in directory.pending()] == [waiting]


def test_events_of_a_user_come_in_order_one_after_the_other(
    directory: Directory, clock: Clock
) -> None:
    for own_id in ("user-1", "user-2"):
        directory.add_user(own_id)
    for kind in ("first", "second"):
        for own_id in ("user-1", "user-2"):
            directory.emit(own_id, kind, gateway="fr", facts={"kyc_level": "LIGHT"})

    given = directory.poll()
    assert [(one.own_id, one.kind) for one in given] == [("user-1", "first"), ("user-2", "first")]
    assert directory.poll() == ()
    assert directory.acknowledge(given[0])
    (next_,) = directory.poll()
    assert (next_.own_id, next_.kind, next_.facts) == ("user-1", "second", {"kyc_level": "LIGHT"})

    clock.pass_(minutes=5)
    again = directory.poll()

    assert [(one.own_id, one.kind, one.attempts) for one in again] == [
        ("user-2", "first", 2),
        ("user-1", "second", 2),
    ]
    assert not directory.acknowledge(next_)


def test_steps_of_one_run_are_stored_together_or_not_at_all(directory: Directory) -> None:
    directory.add_user("user-42")

    with pytest.raises(ZeroDivisionError):
        directory.run(lambda t: (t.see("fr", "event"), t.emit("user-42", "closed"), 1 / 0))

    assert directory.poll() == ()
    assert directory.see("fr", "event")


def test_the_audit_trail_has_codes_and_paths_and_takes_nothing_else(directory: Directory) -> None:
    claim = directory.claim("user-42", "fr", "create_user")
    directory.finish(claim, Outcome.NOT_DONE, error="Rejected")
    directory.note("user-42", "update_user", gateway="fr", paths=["people[ada].email"])

    with pytest.raises(InvalidInput) as refused:
        directory.note("user-42", "update_user", code="Ona S.", paths=["ona@example.com"])

    assert refused.value.paths == ("code", "paths.0")
    told = [(one.action, one.code, one.paths) for one in directory.history("user-42")]
    assert told == [
        ("update_user", "", ("people[ada].email",)),
        ("create_user", "Rejected", ()),
        ("create_user", "new", ()),
    ]
    assert directory.history("user-42")[0].at == datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
