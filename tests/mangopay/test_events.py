"""Hooks registered, notifications delivered over a socket, read and confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from mangopay.constants import EVENT_TYPE_CHOICES  # type: ignore[import-untyped]
from onboarding import (
    DocumentStatus,
    Event,
    EventKind,
    Gateway,
    InvalidInput,
    KYCLevel,
    NotFound,
    Notification,
    Rejected,
    Secret,
    UserStatus,
)
from onboarding.simulation import serve
from onboarding.spi import Flow
from tests.mangopay.noted import read_event

from onboarding_mangopay import EVENT_TYPES, MangoPay
from onboarding_mangopay.wire.events import EVENTS, Subject, meaning_of

from .operations import RECIPIENT
from .people import COMPANY, OWNER, PAYER, paper
from .stage import Stage

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
HOOK = "https://shop.example/hooks?secret=s3cret"


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[str]]]:
    """A server that takes notifications: its address, and the queries that came."""
    queries: list[str] = []

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        queries.append(environ["QUERY_STRING"])
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with serve(app) as url:
        yield url, queries


def test_a_hook_is_registered_read_changed_and_listed(fr: Gateway[MangoPay]) -> None:
    made = fr.run(fr.adapter.register_hook("KYC_FAILED", HOOK, tag="docs"))

    moved = fr.run(
        fr.adapter.update_hook(
            made.id, url="https://shop.example/b", enabled=False, email="ops@shop.example"
        )
    )

    assert (made.event_type, made.url, made.enabled, made.valid) == ("KYC_FAILED", HOOK, True, True)
    assert (moved.id, moved.url, moved.enabled) == (made.id, "https://shop.example/b", False)
    assert fr.run(fr.adapter.fetch_hook(made.id)).url == "https://shop.example/b"
    assert [hook.id for hook in fr.each(fr.adapter.list_hooks)] == [made.id]
    assert (made.email, moved.email) == (None, "ops@shop.example")
    assert "s3cret" not in repr(made)
    assert "ops@" not in repr(moved)


def test_a_type_of_event_takes_one_hook(fr: Gateway[MangoPay]) -> None:
    fr.run(fr.adapter.register_hook("KYC_FAILED", HOOK))

    with pytest.raises(Rejected) as raised:
        fr.run(fr.adapter.register_hook("KYC_FAILED", HOOK))

    assert [(problem.path, problem.code) for problem in raised.value.problems] == [
        ("event_type", "conflict")
    ]


PAPER_HOOKS: dict[str, Callable[[str], Flow[Any]]] = {
    "a hook": lambda word: PAPER.register_hook(word, HOOK),
    "a hook with a key": lambda word: PAPER.register_hook(word, HOOK, idempotency_key="7"),
    "a list": lambda word: PAPER.list_events(event_type=word),
}


@pytest.mark.parametrize("call", PAPER_HOOKS)
@pytest.mark.parametrize(
    ("word", "near"),
    [("NOPE", ""), ("kyc_failed", "KYC_FAILED"), ("KYC_SUCEEDED", "KYC_SUCCEEDED")],
)
def test_an_event_type_that_is_not_documented_is_refused_before_sending(
    call: str, word: str, near: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(PAPER_HOOKS[call](word))

    assert [(one.path, one.code) for one in raised.value.problems] == [("event_type", "choice")]
    assert near in str(raised.value)
    assert "EVENT_TYPES lists them; for a newer one" in str(raised.value)


def test_a_hook_is_sent_for_every_documented_event_type() -> None:
    requests = [next(PAPER.register_hook(word, HOOK)) for word in EVENT_TYPES]

    assert [json.loads(request.body)["EventType"] for request in requests] == list(EVENT_TYPES)


def test_every_event_type_of_the_official_sdk_is_documented() -> None:
    assert {word for word, *_ in EVENT_TYPE_CHOICES} - {*EVENT_TYPES} == set()
    assert {*EVENTS} - {*EVENT_TYPES} == set()
    assert len(EVENT_TYPES) == len({*EVENT_TYPES})


def test_an_event_of_a_type_that_no_page_names_is_read_as_data() -> None:
    flow = PAPER.read_event({"EventType": "NEW_THING", "RessourceId": "1", "Date": "1"})

    with pytest.raises(StopIteration) as done:
        next(flow)

    event = done.value.value
    assert (event.kind, event.provider_type, event.subject_id) == (
        EventKind.OTHER,
        "NEW_THING",
        "1",
    )


def test_an_invalid_hook_is_revived(fr: Gateway[MangoPay], stage: Stage) -> None:
    made = fr.run(fr.adapter.register_hook("KYC_FAILED", HOOK))
    row = stage.sim.tables.get("hooks", made.id)
    assert row is not None
    stage.sim.tables.save("hooks", made.id, {**row, "Validity": "INVALID"})

    dead = fr.run(fr.adapter.fetch_hook(made.id))
    alive = fr.run(fr.adapter.update_hook(made.id, revive=True))

    assert (dead.valid, alive.valid) == (False, True)


def test_a_delivered_notification_is_read_and_borne_out_by_its_subject(
    fr: Gateway[MangoPay], stage: Stage, inbox: tuple[str, list[str]]
) -> None:
    url, queries = inbox
    fr.run(fr.adapter.register_hook("KYC_FAILED", f"{url}/hooks"))
    user = fr.create_user(OWNER)
    document = fr.submit_document(user.id, paper())
    stage.sim.refuse_document(document.id, "DOCUMENT_UNREADABLE")

    stage.sim.deliver_hooks()
    (query,) = queries
    told = Notification(method="GET", query=parse_qsl(query))
    (event,) = fr.read_notification(told)

    assert (event.kind, event.confirmed) == (EventKind.DOCUMENT_REFUSED, True)
    assert (event.provider_type, event.subject_id) == ("KYC_FAILED", document.id)
    assert event.user_id == user.id
    assert event.document is not None
    assert event.document.status is DocumentStatus.REFUSED
    assert event.occurred_at is not None
    assert event.occurred_at.timestamp() == int(stage.clock())


def test_the_same_notification_has_the_same_id_however_it_is_spelled(
    fr: Gateway[MangoPay],
) -> None:
    user = fr.create_user(PAYER)
    query = f"Date=1737216704&RessourceId={user.id}&EventType=USER_KYC_LIGHT"

    ids = {
        read_event(fr, dict(parse_qsl(query))).id,
        read_event(fr, parse_qs(query)).id,
        read_event(
            fr, {"EventType": "USER_KYC_LIGHT", "ResourceId": user.id, "Date": 1737216704}
        ).id,
    }
    other = read_event(fr, dict(parse_qsl(query.replace("704", "705")))).id

    assert len(ids) == 1
    assert other not in ids


def test_a_notification_without_a_subject_is_a_test_and_nothing_is_read() -> None:
    flow = PAPER.read_event({"EventType": "USER_KYC_REGULAR", "RessourceId": "", "Date": "1"})

    with pytest.raises(StopIteration) as done:
        next(flow)

    assert done.value.value.kind is EventKind.TEST


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("1737216704", 1737216704), ("1737216704.5", 1737216704), ("", None), ("soon", None),
        ("nan", None), ("inf", None), ("1737216704000", None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_a_date_of_a_notification_is_a_time_or_none(date: str, seconds: int | None) -> None:
    flow = PAPER.read_event({"EventType": "KYC_FAILED", "RessourceId": "", "Date": date})

    with pytest.raises(StopIteration) as ended:
        next(flow)

    found = ended.value.value.occurred_at
    assert (None if found is None else int(found.timestamp())) == seconds


def test_an_event_of_a_type_that_nobody_knows_is_kept() -> None:
    flow = PAPER.read_event({"EventType": "MOON_ECLIPSED", "RessourceId": "m_1", "Date": "1"})

    with pytest.raises(StopIteration) as done:
        next(flow)

    event = done.value.value
    assert (event.kind, event.provider_type, event.subject_id) == (
        EventKind.OTHER,
        "MOON_ECLIPSED",
        "m_1",
    )
    assert event.confirmed is None


@pytest.mark.parametrize(
    "notification", [{}, {"RessourceId": "x"}, {"EventType": "USER_KYC_LIGHT"}]
)
def test_what_is_no_notification_is_refused(notification: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.read_event(notification))


def test_a_forged_subject_is_not_found(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound):
        read_event(fr, {"EventType": "USER_KYC_REGULAR", "RessourceId": "user_m_x", "Date": "1"})


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("USER_KYC_REGULAR", EventKind.LEVEL_CHANGED),
        ("USER_ACCOUNT_CLOSED", EventKind.USER_CLOSED),
        ("USER_CATEGORY_UPDATED_TO_OWNER", EventKind.CATEGORY_CHANGED),
        ("USER_INFLOWS_BLOCKED", EventKind.BLOCK_CHANGED),
    ],
)
def test_an_event_that_its_subject_does_not_bear_out_says_so(
    fr: Gateway[MangoPay], event_type: str, kind: EventKind
) -> None:
    user = fr.create_user(PAYER)

    event = read_event(fr, {"EventType": event_type, "RessourceId": user.id, "Date": "1"})

    assert (event.kind, event.confirmed, dict(event.before)) == (kind, False, {})


def test_a_level_that_rose_and_fell_is_told_from_and_to(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    seen: list[Event] = []

    for level in ("REGULAR", "LIGHT"):
        stage.sim.set_kyc_level(user.id, level)
        seen.append(
            read_event(fr, {"EventType": f"USER_KYC_{level}", "RessourceId": user.id, "Date": "1"})
        )

    assert [(dict(event.before), dict(event.after)) for event in seen] == [
        ({"kyc_level": "LIGHT"}, {"kyc_level": "REGULAR"}),
        ({"kyc_level": "REGULAR"}, {"kyc_level": "LIGHT"}),
    ]
    assert [event.user.kyc_level for event in seen if event.user] == [
        KYCLevel.REGULAR,
        KYCLevel.LIGHT,
    ]


def test_every_event_of_a_life_is_replayed_borne_out_or_told_as_overtaken(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)
    document = fr.submit_document(user.id, paper())
    stage.sim.accept_document(document.id)
    stage.sim.block(user.id, outflows=False)
    fr.close_user(user)

    events = [fr.run(fr.adapter.read_event(row)) for row in fr.each(fr.adapter.list_events)]

    told = [(event.kind, event.confirmed) for event in events]
    assert told == [
        (EventKind.ENROLMENT_NEEDED, False),
        (EventKind.ENROLMENT_DONE, False),
        (EventKind.ENROLMENT_DONE, False),
        (EventKind.DOCUMENT_CREATED, True),
        (EventKind.DOCUMENT_SUBMITTED, True),
        (EventKind.DOCUMENT_ACCEPTED, True),
        (EventKind.LEVEL_CHANGED, True),
        (EventKind.BLOCK_CHANGED, True),
        *told[8:],
    ]
    assert (EventKind.USER_CLOSED, True) in told[8:]
    assert {event.user_id for event in events} == {user.id}
    closed = next(event for event in events if event.kind is EventKind.USER_CLOSED)
    assert closed.user is not None
    assert closed.user.status is UserStatus.CLOSED


def test_events_are_listed_by_type_and_time(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    now = datetime.fromtimestamp(stage.clock(), UTC)
    asking = partial(fr.adapter.list_events, event_type="USER_ACCOUNT_VALIDATION_ASKED")

    asked = list(fr.each(asking))
    later = fr.run(fr.adapter.list_events(after=now + timedelta(seconds=10)))
    earlier = fr.run(fr.adapter.list_events(before=now + timedelta(seconds=10)))

    assert [row["ResourceId"] for row in asked] == [user.id]
    assert (later.items, len(earlier.items)) == ((), 1)


def test_events_are_listed_over_as_many_pages_as_it_takes(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)  # an event as well
    for number in range(100):
        stage.sim.set_kyc_level(user.id, "LIGHT" if number % 2 else "REGULAR")

    rows = list(fr.each(fr.adapter.list_events))

    assert len(rows) == 101
    assert {row["ResourceId"] for row in rows} == {user.id}


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_time_without_its_zone_is_refused_before_sending(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(PAPER.list_events(**{name: datetime(2026, 1, 2)}))  # type: ignore[arg-type]

    assert raised.value.paths == (name,)


def test_owners_and_sessions_have_events_of_their_own_with_their_state(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(COMPANY)
    declaration = fr.declare_owners(user.id, COMPANY.people)
    stage.sim.decide_declaration(declaration.id, "REFUSED")
    session = fr.run(fr.adapter.verify_identity(user.id, "https://shop.example"))

    refused = read_event(
        fr, {"EventType": "UBO_DECLARATION_REFUSED", "RessourceId": declaration.id, "Date": "1"}
    )
    pending = read_event(
        fr, {"EventType": "IDENTITY_VERIFICATION_PENDING", "RessourceId": session.id, "Date": "1"}
    )

    assert (refused.kind, refused.user_id) == (EventKind.DECLARATION_REFUSED, user.id)
    assert refused.declaration is not None
    assert refused.declaration.status is DocumentStatus.REFUSED
    assert (pending.kind, pending.user_id) == (EventKind.OTHER, user.id)
    assert (refused.after, pending.after) == ({"status": "REFUSED"}, {"status": "PENDING"})


def test_an_event_survives_its_json(fr: Gateway[MangoPay]) -> None:
    user, company = fr.create_user(OWNER), fr.create_user(COMPANY)
    declaration = fr.declare_owners(company.id, COMPANY.people)
    subjects = {"USER_KYC_LIGHT": user.id, "UBO_DECLARATION_CREATED": declaration.id}

    for event_type, subject_id in subjects.items():
        event = read_event(fr, {"EventType": event_type, "RessourceId": subject_id, "Date": "1"})

        assert Event.from_json(event.to_json()) == event


def test_an_event_of_a_declaration_that_nobody_knows_yet_shows_the_declaration(
    fr: Gateway[MangoPay],
) -> None:
    made = fr.declare_owners(fr.create_user(COMPANY).id, COMPANY.people)

    event = read_event(
        fr, {"EventType": "UBO_DECLARATION_ECLIPSED", "RessourceId": made.id, "Date": "1"}
    )

    assert (event.kind, event.confirmed) == (EventKind.OTHER, None)
    assert event.declaration is not None
    assert event.declaration.id == made.id


@pytest.mark.parametrize("status", ["VALIDATED", "REFUSED", "INCOMPLETE"])
def test_a_decided_declaration_bears_out_its_own_event_and_no_other(
    fr: Gateway[MangoPay], stage: Stage, status: str
) -> None:
    user = fr.create_user(COMPANY)
    declaration = fr.declare_owners(user.id, COMPANY.people)
    stage.sim.decide_declaration(declaration.id, status)

    told = {
        word: read_event(
            fr,
            {
                "EventType": f"UBO_DECLARATION_{word}",
                "RessourceId": declaration.id,
                "Date": "1",
            },
        ).confirmed
        for word in ("CREATED", "VALIDATION_ASKED", "VALIDATED", "REFUSED", "INCOMPLETE")
    }

    decided = {"CREATED", "VALIDATION_ASKED", status}
    assert told == {word: word in decided for word in told}


def test_the_events_of_a_recipient_are_borne_out_by_it(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)
    recipient = fr.run(fr.adapter.create_recipient(user.id, RECIPIENT))
    stage.sim.finish_sca(recipient.next_actions[0].url or "")

    told = [
        read_event(fr, {"EventType": f"RECIPIENT_{word}", "RessourceId": recipient.id, "Date": "1"})
        for word in ("ACTIVE", "CANCELED")
    ]

    assert [event.confirmed for event in told] == [True, False]
    assert [event.after for event in told] == [{"status": "ACTIVE"}] * 2
    assert {event.user_id for event in told} == {user.id}


def test_a_change_of_a_country_says_what_is_blocked_there_now(fr: Gateway[MangoPay]) -> None:
    event = read_event(
        fr, {"EventType": "COUNTRY_AUTHORIZATION_UPDATED", "RessourceId": "AF", "Date": "1"}
    )

    assert (event.kind, event.subject_id, event.user_id) == (EventKind.OTHER, "AF", None)
    assert event.after == {
        "user_creation_blocked": False,
        "bank_accounts_blocked": True,
        "payouts_blocked": True,
    }


# docs: webhooks/event-types, all that are about users and what is theirs
DOCUMENTED = [
    "USER_ACCOUNT_VALIDATION_ASKED",
    "USER_ACCOUNT_ACTIVATED",
    "USER_ACCOUNT_CLOSED",
    "USER_CATEGORY_UPDATED_TO_OWNER",
    "USER_CATEGORY_UPDATED_TO_PAYER",
    "USER_CATEGORY_UPDATED_TO_PLATFORM",
    "USER_KYC_REGULAR",
    "USER_KYC_LIGHT",
    "USER_KYC_RENEWAL_REQUIRED",
    "USER_KYC_RENEWED",
    "USER_INFLOWS_BLOCKED",
    "USER_INFLOWS_UNBLOCKED",
    "USER_OUTFLOWS_BLOCKED",
    "USER_OUTFLOWS_UNBLOCKED",
    "SCA_ENROLLMENT_SUCCEEDED",
    "SCA_ENROLLMENT_FAILED",
    "SCA_ENROLLMENT_EXPIRED",
    "SCA_EMAIL_VERIFIED",
    "SCA_PHONE_NUMBER_VERIFIED",
    "SCA_CONTACT_INFORMATION_UPDATE_CONSENT_GIVEN",
    "SCA_CONTACT_INFORMATION_UPDATE_CONSENT_REVOKED",
    "SCA_TRANSFER_CONSENT_GIVEN",
    "SCA_TRANSFER_CONSENT_REVOKED",
    "SCA_RECIPIENT_REGISTRATION_CONSENT_GIVEN",
    "SCA_RECIPIENT_REGISTRATION_CONSENT_REVOKED",
    "SCA_VIEW_ACCOUNT_INFORMATION_CONSENT_GIVEN",
    "SCA_VIEW_ACCOUNT_INFORMATION_CONSENT_REVOKED",
    "KYC_CREATED",
    "KYC_VALIDATION_ASKED",
    "KYC_SUCCEEDED",
    "KYC_FAILED",
    "KYC_OUTDATED",
    "UBO_DECLARATION_CREATED",
    "UBO_DECLARATION_VALIDATION_ASKED",
    "UBO_DECLARATION_VALIDATED",
    "UBO_DECLARATION_INCOMPLETE",
    "UBO_DECLARATION_REFUSED",
    "IDENTITY_VERIFICATION_VALIDATED",
    "IDENTITY_VERIFICATION_FAILED",
    "IDENTITY_VERIFICATION_INCONCLUSIVE",
    "IDENTITY_VERIFICATION_OUTDATED",
    "IDENTITY_VERIFICATION_TIMEOUT",
    "IDENTITY_VERIFICATION_PENDING",
    "IDENTITY_VERIFICATION_EXPIRED",
    "IDENTITY_VERIFICATION_PENDING_PSC_ACTION",
    "LEGAL_COMPANY_NUMBER_VALIDATION_SUCCEEDED",
    "LEGAL_COMPANY_NUMBER_VALIDATION_FAILED",
    "RECIPIENT_ACTIVE",
    "RECIPIENT_CANCELED",
    "RECIPIENT_DEACTIVATED",
    "COUNTRY_AUTHORIZATION_UPDATED",
]
# of a session or of a person of it: which of the two is not said
PERSONS = [
    f"IDENTITY_VERIFICATION_PSC_{w}" for w in ["PENDING", "VALIDATED", "REJECTED", "ABANDONED"]
]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_documented_type_has_a_subject_that_is_read(name: str) -> None:
    flow = PAPER.read_event({"EventType": name, "RessourceId": "FR", "Date": "1"})

    request = next(flow)

    assert request.method == "GET"
    assert "/FR" in request.url


@pytest.mark.parametrize("name", PERSONS)
def test_an_event_of_a_session_of_a_person_is_kept_and_nothing_is_read(name: str) -> None:
    assert meaning_of(name).subject is Subject.UNKNOWN


def test_no_type_has_a_meaning_that_no_document_has() -> None:
    assert set(EVENTS) <= set(DOCUMENTED)
