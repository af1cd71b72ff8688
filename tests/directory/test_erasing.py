"""One person's data: exported whole, erased without a trace, and kept out of what others read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onboarding import Notification
from onboarding.directory import Directory, MoveState
from onboarding.errors import Outcome, UnknownUser
from onboarding.model.documents import DocumentRecord, Refusal, RefusalReason
from sqlalchemy import text

from .conftest import Clock
from .records import CANARIES, PERSON, record


def told_in(text: str) -> list[str]:
    """The personal values in a text, also as JSON spells them."""
    return [one for one in CANARIES if one in text or json.dumps(one)[1:-1] in text]


def dumped(directory: Directory, *, without: tuple[str, ...] = ()) -> str:
    """Every row of every table."""

    def rows(connection: Any) -> str:
        tables = (
            "users",
            "references",
            "operations",
            "records",
            "notifications",
            "outbox",
            "moves",
            "audit",
        )
        return "\n".join(
            str(tuple(row))  # the text of a row itself is shortened
            for table in tables
            if table not in without
            for row in connection.execute(text(f"SELECT * FROM onboarding_{table}"))
        )

    return directory.database.write(rows)


def lived(directory: Directory, own_id: str, number: str) -> None:
    """A person of whom every table has something, whatever may be stored."""
    claim = directory.claim(own_id, "fr", "create_user", content=PERSON)
    directory.finish(claim, Outcome.DONE, id=f"user_{number}")
    directory.save(own_id, record(number))
    document = DocumentRecord(
        provider="mangopay",
        gateway="fr",
        id=f"kyc_{number}",
        refusal=Refusal(reason=RefusalReason.EXPIRED, text="refused-canary"),
        raw={"Text": "refused-canary"},
    )
    directory.save_document(own_id, document)
    rejected = directory.claim(own_id, "fr", "update_user", key=f"{own_id}/2", content=PERSON)
    directory.finish(rejected, Outcome.NOT_DONE, error="Rejected")
    directory.note(own_id, "update_user", gateway="fr", paths=["identity.given_name"])
    directory.see("fr", f"event-{number}", own_id)
    directory.receive("fr", Notification(body=f"canary@example.com {number}".encode()))
    (stored,) = directory.pending()
    directory.handled(stored, own_id)
    directory.emit(own_id, "level_gained", gateway="fr", facts={"kyc_level": "LIGHT"})
    directory.note_move("plan-1", own_id, MoveState.CHANGED, reasons=["data"])


@pytest.fixture
def with_people(url: str, clock: Clock) -> Iterator[Directory]:
    with Directory.open(url, clock=clock, personal_data=True) as directory:
        lived(directory, "user-42", "42")
        directory.link("user-43", "fr", "user_43")
        yield directory


def test_personal_values_are_stored_only_where_they_are_switched_on(
    url: str, clock: Clock, with_people: Directory
) -> None:
    with_ = told_in(dumped(with_people))
    with_people.erase("user-42")
    with Directory.open(url, clock=clock) as without:
        lived(without, "user-42", "42")

        assert told_in(dumped(without)) == []
    assert {"Canarienne", "canary@example.com", "token-canary"} <= set(with_)


def test_nothing_of_an_erased_person_is_left_in_tables_or_files(
    with_people: Directory, tmp_path: Path
) -> None:
    before = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"user-42" in before or not before

    erased = with_people.erase("user-42")

    rows = dumped(with_people)
    assert erased.complete
    assert min(erased.erased.values()) > 0
    assert told_in(rows) == []
    assert "user-42" not in rows
    assert "user_42" not in rows
    assert "kyc_42" not in rows
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert told_in(files.decode("utf-8", "replace")) == []
    assert b"user-42" not in files
    assert b"user_42" not in files


def test_others_are_left_alone(with_people: Directory) -> None:
    with_people.erase("user-42")

    assert with_people.own_id("fr", "user_43") == "user-43"
    assert with_people.own_id("fr", "user_42") is None
    with pytest.raises(UnknownUser):
        with_people.erase("user-42")


def test_an_erasure_says_what_is_kept_and_why(with_people: Directory) -> None:
    with_people.receive("fr", Notification(body=b"of somebody"))

    erased = with_people.erase("user-42")

    kept = [one.what for one in erased.kept]
    assert kept == [
        "the user at fr, with what the provider has of it",
        "notifications that wait to be handled, 1 of all users",
        "the audit trail under a random name",
        "copies outside the tables: backups, and at PostgreSQL its log, and dead rows until VACUUM",
    ]
    assert all(one.why for one in erased.kept)
    assert {(one.name, one.id) for one in erased.references} == {
        ("", "user_42"),
        ("ProofOfIdentity", "kyc_42"),
        ("document", "kyc_42"),
    }


def test_an_operation_without_an_outcome_outlives_its_person_until_it_is_settled(
    with_people: Directory,
) -> None:
    claim = with_people.claim("user-42", "lt", "create_user", content=PERSON)

    first = with_people.erase("user-42")
    assert not first.complete
    assert first.kept[0].what == "operations without an outcome: create_user at lt"
    assert with_people.user("user-42") is None
    assert told_in(dumped(with_people)) == []
    with pytest.raises(UnknownUser):
        with_people.save("user-42", record())
    with_people.finish(claim, Outcome.DONE, id="221")
    assert with_people.own_id("lt", "221") is None
    second = with_people.erase("user-42")

    assert second.complete
    assert "user-42" not in dumped(with_people)


def test_a_late_answer_does_not_bring_an_erased_person_back(with_people: Directory) -> None:
    with_people.erase("user-42")

    with pytest.raises(UnknownUser):
        with_people.save("user-42", record())
    with pytest.raises(UnknownUser):
        with_people.emit("user-42", "level_gained")

    assert "user-42" not in dumped(with_people)


def test_an_export_has_every_table_of_the_person_and_nobody_elses(with_people: Directory) -> None:
    exported = with_people.export("user-42")

    assert {name for name, rows in exported.items() if rows} == {
        "users",
        "references",
        "operations",
        "records",
        "notifications",
        "outbox",
        "moves",
        "audit",
    }
    spelled = json.dumps(exported)
    assert exported["records"][0]["personal"]["user"]["identity"]["given_name"] == "Canarienne"
    assert "user-43" not in spelled
    assert "token" not in exported["operations"][0]


def test_the_audit_trail_and_the_logs_have_no_personal_value(
    url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    statements = logging.getLogger("sqlalchemy.engine.Engine.onboarding")
    statements.setLevel(logging.INFO)  # somebody wants to see them

    with Directory.open(url, clock=clock, personal_data=True) as directory:
        lived(directory, "user-42", "42")
        directory.record("user-42", "fr")
        directory.erase("user-42")
        audit = dumped(
            directory,
            without=(
                "users",
                "references",
                "operations",
                "records",
                "notifications",
                "outbox",
                "moves",
            ),
        )
    statements.setLevel(logging.WARNING)
    logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)

    assert told_in(audit) == []
    assert told_in(caplog.text) == []
    assert "user-42" not in caplog.text
    assert "onboarding_records" in caplog.text


def test_a_repr_shows_no_value(with_people: Directory) -> None:
    claim = with_people.claim("user-42", "lt", "create_user", content=PERSON)
    change = with_people.save("user-42", record())
    shown = [
        claim,
        change,
        change.after.documents,
        with_people,
        with_people.user("user-42"),
        with_people.references("user-42"),
        with_people.operations("user-42"),
        with_people.poll(),
        with_people.history("user-42"),
        with_people.erase("user-42"),
    ]

    text = repr(shown)

    assert told_in(text) == []
    assert "user-42" not in text
