"""A notification is stored, read once, and what changed is told once and in order."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from onboarding import (
    InvalidInput,
    KYCLevel,
    Notification,
    UnknownGateway,
    Unsupported,
    UserStatus,
)
from onboarding.directory import Directory, DueKind
from onboarding.errors import UnknownUser
from onboarding.service import OnboardingService, OnboardingStatus, WsgiNotifications
from onboarding.simulation import serve
from tests.mangopay.people import OWNER, paper
from tests.world import World

from .conftest import Later

OWNERS = OWNER.replace(email="ona.canary@example.com")


def told(kind: str, id: str, date: int = 1737216704) -> Notification:
    """A notification as MangoPay sends it."""
    query = {"EventType": kind, "RessourceId": id, "Date": str(date)}
    return Notification(method="GET", query=query)


def drained(service: OnboardingService) -> list[tuple[str, str]]:
    """The lifecycle events in the order in which they are given out, each acknowledged."""
    found: list[tuple[str, str]] = []
    while events := service.events():
        for event in events:
            found.append((event.kind, str(event.facts.get("about"))))
            assert service.acknowledge(event)
    return found


@pytest.fixture
def id(service: OnboardingService, world: World) -> str:
    """The id at MangoPay of an owner who is onboarded and has enrolled."""
    id = service.onboard("user-42", OWNERS).id or ""
    world.mangopay.activate(id)
    service.refresh("user-42")
    drained(service)
    return id


def test_a_level_that_the_provider_tells_is_read_again_and_told_once(
    service: OnboardingService, world: World, id: str
) -> None:
    world.mangopay.set_kyc_level(id, "REGULAR")
    notification = told("USER_KYC_REGULAR", id)

    answers = [service.receive("fr", notification) for _ in range(3)]

    assert answers == [True, False, False]
    state = service.state("user-42")
    assert state is not None
    assert state.kyc_level is KYCLevel.REGULAR
    kinds = drained(service)
    assert kinds.count(("level_gained", "kyc_level")) == 1
    assert ("capability_gained", "pay_out") in kinds
    assert drained(service) == []


@pytest.mark.parametrize("kind", ["threads"])
def test_a_hook_of_the_provider_reaches_the_service_through_the_endpoint(
    service: OnboardingService, world: World, id: str
) -> None:
    fr: Any = world.gateways["fr"]
    with serve(WsgiNotifications(inbox=service)) as place:
        installed = fr.run(fr.adapter.install_webhooks(f"{place}/fr"))
        world.mangopay.set_kyc_level(id, "REGULAR")
        world.mangopay.deliver_hooks()

    assert installed.complete
    assert [one.succeeded for one in world.mangopay.deliveries] == [True]
    assert ("level_gained", "kyc_level") in drained(service)


def test_a_forged_notification_about_a_known_user_changes_nothing(
    service: OnboardingService, id: str
) -> None:
    assert service.receive("fr", told("USER_KYC_REGULAR", id))

    state = service.state("user-42")
    assert state is not None
    assert state.kyc_level is KYCLevel.LIGHT
    assert drained(service) == []


def test_a_notification_about_nobody_is_dropped(
    service: OnboardingService, directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="onboarding"):
        service.receive("fr", told("USER_KYC_REGULAR", "user_m_canary"))

    assert [record.getMessage() for record in caplog.records] == [
        "a notification of fr was refused: NotFound"
    ]
    assert directory.pending(lease=timedelta(0)) == ()


@pytest.mark.parametrize(
    ("gateway", "notification", "error"),
    [
        ("fr", Notification(method="GET", query={"Date": "1"}), InvalidInput),
        ("lt", Notification(body=b"event={}"), Unsupported),
        ("de", told("USER_KYC_REGULAR", "user_m_01"), UnknownGateway),
    ],
)
def test_what_is_certainly_no_notification_is_refused_before_it_is_stored(
    service: OnboardingService,
    directory: Directory,
    gateway: str,
    notification: Notification,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        service.accept(gateway, notification)

    assert directory.pending() == ()


def test_accepting_calls_no_provider(service: OnboardingService, world: World, id: str) -> None:
    world.mangopay.clear_log()

    assert service.accept("fr", told("USER_KYC_REGULAR", id))

    assert world.mangopay.log == []
    assert service.process() == 1
    assert world.mangopay.log != []


def test_a_notification_that_cannot_be_read_now_is_read_after_the_lease(
    service: OnboardingService, world: World, later: Later, id: str
) -> None:
    world.mangopay.set_kyc_level(id, "REGULAR")
    world.mangopay.misbehave(kind="bad_gateway")
    service.receive("fr", told("USER_KYC_REGULAR", id))
    world.mangopay.behave()
    assert service.process() == 0

    later.pass_(minutes=6)
    assert service.process() == 1

    assert ("level_gained", "kyc_level") in drained(service)


def test_a_notification_that_can_never_be_read_is_given_up_after_three_days(
    service: OnboardingService, world: World, directory: Directory, later: Later, id: str
) -> None:
    world.mangopay.misbehave(kind="bad_gateway")
    service.receive("fr", told("USER_KYC_REGULAR", id))

    later.pass_(days=4)
    service.process()

    later.pass_(minutes=6)
    assert directory.pending() == ()


def test_a_notification_that_overtakes_the_answer_to_its_creation_is_kept(
    service: OnboardingService, world: World, directory: Directory, later: Later
) -> None:
    directory.assign("user-42", "fr")
    claim = directory.claim("user-42", "fr", "create_user", content=OWNERS)
    made = world.gateways["fr"].create_user(OWNERS, idempotency_key=claim.operation.key)
    service.receive("fr", told("USER_ACCOUNT_ACTIVATED", made.id))
    later.pass_(minutes=6)
    service.onboard("user-42", OWNERS)
    drained(service)
    world.mangopay.activate(made.id)

    service.process()

    state = service.state("user-42")
    assert state is not None
    assert state.status is UserStatus.ACTIVE


def test_a_refused_document_is_told_with_its_reason(
    service: OnboardingService, world: World, id: str
) -> None:
    document = paper()
    first = service.submit_document("user-42", document, idempotency_key="upload-1")
    again = service.submit_document("user-42", document, idempotency_key="upload-1")
    assert (first.status, again.status) == (OnboardingStatus.DONE, OnboardingStatus.DONE)
    assert first.id == again.id
    world.mangopay.refuse_document(first.id, "DOCUMENT_HAS_EXPIRED", "canary text")

    service.receive("fr", told("KYC_FAILED", str(first.id)))

    (event,) = [one for one in service.events() if one.kind == "document_refused"]
    assert event.own_id == "user-42"
    assert event.facts["reason"] == "expired"
    assert "canary" not in str(dict(event.facts))


def test_a_document_whose_answer_is_lost_is_submitted_once(
    service: OnboardingService, world: World, id: str
) -> None:
    document = paper()
    world.mangopay.misbehave(kind="drop_after", route="POST */documents*", times=1)

    first = service.submit_document("user-42", document, idempotency_key="upload-1")
    second = service.submit_document("user-42", document, idempotency_key="upload-1")

    assert (first.status, second.status) == (OnboardingStatus.UNKNOWN, OnboardingStatus.DONE)
    assert [one.id for one in world.gateways["fr"].documents(id)] == [second.id]


def test_a_closed_user_is_told_and_read_no_more(
    service: OnboardingService, world: World, later: Later, id: str
) -> None:
    fr = world.gateways["fr"]
    fr.close_user(fr.fetch_user(id))

    service.receive("fr", told("USER_ACCOUNT_CLOSED", id))

    assert ("closed", "") in drained(service)
    later.pass_(days=2)
    assert service.refresh_stale(timedelta(days=1)).refreshed == 0


def test_a_sweep_finds_what_a_lost_notification_would_have_told(
    service: OnboardingService, world: World, later: Later, id: str
) -> None:
    world.mangopay.set_kyc_level(id, "REGULAR")
    fresh = service.refresh_stale(timedelta(days=1))
    later.pass_(days=2)

    swept = service.refresh_stale(timedelta(days=1))

    assert (fresh.refreshed, swept.refreshed, swept.failed) == (0, 1, {})
    assert ("level_gained", "kyc_level") in drained(service)


def test_a_sweep_counts_who_cannot_be_read(
    service: OnboardingService, world: World, later: Later, id: str
) -> None:
    later.pass_(days=2)
    world.mangopay.misbehave(kind="bad_gateway")

    swept = service.refresh_stale(timedelta(days=1))

    assert (swept.refreshed, sum(swept.failed.values())) == (0, 1)


def test_the_renewal_of_an_identification_is_due(
    service: OnboardingService, world: World, id: str
) -> None:
    world.mangopay.set_kyc_level(id, "REGULAR")
    deadline = datetime.now(UTC) + timedelta(days=10)
    world.mangopay.require_renewal(id, f"{deadline:%Y-%m-%d}")
    service.refresh("user-42")

    soon = list(service.due(within=timedelta(days=14)))
    now = list(service.due(within=timedelta(days=5)))

    assert [(one.own_id, one.gateway) for one in soon] == [("user-42", "fr")]
    renewal = [item for item in soon[0].items if item.about == "kyc_renewal"]
    assert [item.kind for item in renewal] == [DueKind.REQUIREMENT]
    assert not [item for one in now for item in one.items if item.about == "kyc_renewal"]
    assert ("deadline_near", "kyc_renewal") in drained(service)


def test_a_link_returns_to_the_platform(service: OnboardingService, world: World) -> None:
    service.onboard("user-42", OWNERS)
    waiting = list(service.due(within=timedelta(days=1)))

    link = service.create_link("user-42", return_url="https://shop.example/back")

    assert dict(parse_qsl(urlsplit(link.url).query))["returnUrl"] == "https://shop.example/back"
    assert "enrolment" in [item.about for item in waiting[0].items]


def test_who_is_not_onboarded_has_no_state_and_no_link(service: OnboardingService) -> None:
    assert service.state("user-42") is None
    with pytest.raises(UnknownUser):
        service.create_link("user-42", return_url="https://shop.example/back")


def test_an_event_that_is_not_acknowledged_comes_again_before_the_next_one(
    service: OnboardingService, world: World, later: Later, id: str
) -> None:
    world.mangopay.set_kyc_level(id, "REGULAR")
    service.refresh("user-42")

    (first,) = service.events()
    assert service.events() == ()
    later.pass_(minutes=6)
    (again,) = service.events()

    assert (again.number, again.attempts) == (first.number, 2)
    assert not service.acknowledge(first)
    assert service.acknowledge(again)
    assert service.events()[0].number > first.number
