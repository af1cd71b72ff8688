"""Notifications delivered over a socket, signed, doubled and out of order, are read as events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import stripe
import stripe.events
from onboarding import (
    Event,
    EventKind,
    Gateway,
    InvalidInput,
    InvalidSignature,
    Notification,
    Secret,
    UserRecord,
)
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import JENNY
from tests.stripe.scene import SECRET, Scene, accepted

from onboarding_stripe import Stripe
from onboarding_stripe.wire.events import KINDS


@pytest.fixture
def jenny(scene: Scene) -> UserRecord:
    record = scene.gateway.create_user(JENNY)
    scene.delivered()
    return record


def test_an_update_is_told_with_the_user_and_what_changed(scene: Scene, jenny: UserRecord) -> None:
    scene.stage.v1.accounts.update(
        jenny.id, {"individual": {"last_name": "Rose", "dob": {"day": 2, "month": 1, "year": 1901}}}
    )

    person, *_, account = scene.events()

    assert (person.kind, person.provider_type) == (EventKind.PERSON_CHANGED, "person.updated")
    assert person.subject_id == jenny.references["individual.id"]
    assert (account.kind, account.user_id) == (EventKind.USER_CHANGED, jenny.id)
    assert account.before["identity.family_name"] == "Rosen"
    assert account.after["identity.family_name"] == "Rose"
    assert account.after["identity.birthdate"] == {"day": 2, "month": 1, "year": 1901}
    for event in (person, account):
        assert event.confirmed is True
        assert event.user is not None
        assert event.user.user.identity is not None
        assert event.user.user.identity.family_name == "Rose"
        assert event.occurred_at == scene.now
        assert (event.provider, event.gateway, event.environment) == ("stripe", "us", "sandbox")
        assert "Rose" not in repr(event)
        assert Event.from_json(event.to_json()) == event


def test_a_capability_and_what_is_due_are_told(scene: Scene, jenny: UserRecord) -> None:
    scene.stage.sim.set_capability(jenny.id, "transfers", "active")

    by_kind = {event.kind: event for event in scene.events()}

    one = by_kind[EventKind.CAPABILITY_CHANGED]
    assert (one.subject_id, one.user_id) == ("transfers", jenny.id)
    assert one.before["capabilities.transfers"] == "inactive"
    assert one.after["capabilities.transfers"] == "active"
    whole = by_kind[EventKind.USER_CHANGED]
    assert whole.after["capabilities.transfers"] == "active"
    assert one.confirmed is whole.confirmed is True
    scene.stage.sim.demand(jenny.id, "individual.verification.document", days=3)
    (demanded,) = (one for one in scene.events() if one.kind is EventKind.USER_CHANGED)
    assert "individual.verification.document" in demanded.after["requirements.currently_due"]
    assert "individual.verification.document" not in demanded.before["requirements.currently_due"]


def test_people_and_bank_accounts_that_come_and_go_are_told(scene: Scene) -> None:
    v1 = scene.stage.v1
    id = v1.accounts.create({"type": "custom", "country": "US", "business_type": "company"}).id
    scene.delivered()

    bank = v1.accounts.external_accounts.create(id, {"external_account": "btok_us"})
    added = [event for event in scene.events() if event.subject_id == bank.id]
    v1.accounts.external_accounts.update(id, bank.id, {"metadata": {"a": "b"}})
    changed = [event for event in scene.events() if event.subject_id == bank.id]
    v1.accounts.external_accounts.delete(id, bank.id)
    removed = scene.delivered()
    v1.accounts.persons.delete(id, v1.accounts.persons.create(id, {"first_name": "Bob"}).id)
    people = [event for event in scene.events() if event.kind is not EventKind.USER_CHANGED]

    assert [event.kind for event in added] == [EventKind.BANK_ACCOUNT_ADDED]
    assert [event.kind for event in changed] == [EventKind.BANK_ACCOUNT_CHANGED]
    gone = [event for event in map(scene.read, removed) if event.subject_id == bank.id]
    assert [event.kind for event in gone] == [EventKind.BANK_ACCOUNT_REMOVED]
    assert [event.confirmed for event in (*added, *changed, *gone)] == [True] * 3
    assert [event.kind for event in people] == [EventKind.PERSON_ADDED, EventKind.PERSON_REMOVED]
    assert [event.confirmed for event in people] == [False, True]  # the person is there no more
    assert {event.user_id for event in people} == {id}


def test_doubled_notifications_have_one_id_and_late_ones_are_not_confirmed(
    scene: Scene, jenny: UserRecord
) -> None:
    scene.stage.sim.doubled = scene.stage.sim.reordered = True
    for name in ("Roe", "Rae"):
        scene.stage.v1.accounts.update(jenny.id, {"individual": {"last_name": name}})

    read = [event for event in scene.events() if event.kind is EventKind.USER_CHANGED]

    assert [event.after["identity.family_name"] for event in read] == ["Rae", "Rae", "Roe", "Roe"]
    assert [event.confirmed for event in read] == [True, True, False, False]
    assert len({event.id for event in read}) == 2
    assert read[0] == read[1].__class__(**{**vars(read[1]), "user": read[0].user})
    # state is written from the user that was read, whatever the order
    names = [event.user.user.identity.family_name for event in read]  # type: ignore[union-attr]
    assert names == ["Rae"] * 4


def test_any_secret_of_a_rotation_is_accepted(scene: Scene, jenny: UserRecord) -> None:
    (endpoint,) = scene.stage.sim.tables.all("endpoints")
    new = Secret(scene.stage.sim.rotate_secret(endpoint["id"]))
    scene.stage.sim.demand(jenny.id, "company.name")

    (notification,) = scene.delivered()[-1:]

    assert notification.headers["stripe-signature"].count("v1=") == 2
    for secrets in ([Secret(SECRET)], [new], [new, Secret(SECRET)], [Secret("whsec_x"), new]):
        with scene.gateway_with(*secrets) as gateway:
            assert gateway.read_notification(notification)[0].user_id == jenny.id
    with (
        scene.gateway_with(Secret("whsec_x")) as gateway,
        pytest.raises(InvalidSignature, match="no webhook secret"),
    ):
        gateway.read_notification(notification)


def test_nothing_is_fetched_for_a_notification_that_is_not_stripes(
    scene: Scene, jenny: UserRecord
) -> None:
    sent = scene.told({"id": "evt_1", "object": "event", "type": "account.updated"})
    before = scene.stage.judge.judged

    for bad in (
        Notification(body=sent.body, received_at=scene.now),
        Notification(headers=sent.headers, body=sent.body + b" ", received_at=scene.now),
        Notification(headers=sent.headers, body=sent.body),  # it came at another time
    ):
        with pytest.raises(InvalidSignature):
            scene.read(bad)

    assert scene.stage.judge.judged == before


def test_the_age_of_a_signature_is_a_setting(scene: Scene, jenny: UserRecord) -> None:
    sent = scene.told({"id": "evt_1", "object": "event", "type": "x"})
    scene.stage.wait(61)
    late = Notification(headers=sent.headers, body=sent.body, received_at=scene.now)

    with scene.gateway_with(Secret(SECRET), webhook_tolerance=60) as strict:
        strict.read_notification(sent)
        with pytest.raises(InvalidSignature, match="60 seconds"):
            strict.read_notification(late)
    assert scene.read(late).provider_type == "x"
    for wrong in (0, -1, 1.5, True, "300", None):
        with pytest.raises(InvalidInput, match="webhook_tolerance"):
            adapter_at(scene.stage.base_url, webhook_tolerance=wrong)


def test_a_gateway_without_a_webhook_secret_says_so(gateway: Gateway[Stripe]) -> None:
    with pytest.raises(InvalidInput, match="webhook_secrets: is required"):
        gateway.read_notification(Notification(body=b"{}"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        {"id": "evt_1", "type": "account.updated"},
        {"id": "evt_1", "object": "account", "type": "account.updated"},
        {"id": {"a": 1}, "object": "event", "type": "account.updated"},
        {"id": "evt_1", "object": "event", "type": ["account.updated"]},
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(scene: Scene, body: Any) -> None:
    with pytest.raises(InvalidInput, match="expected an event of Stripe"):
        scene.read(scene.told(body))


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "payout.paid", "account": "acct_1", "data": {"object": {"id": "po_1"}}},
        {"type": "account.updated"},
        {"type": "account.updated", "account": 7.5, "data": [], "created": "then"},
        {"type": "capability.updated", "data": {"object": "x", "previous_attributes": 1}},
        {"type": "new.thing", "created": 10**30, "livemode": "yes"},
    ],
)
def test_unknown_types_and_odd_values_are_data(scene: Scene, payload: dict[str, Any]) -> None:
    before = scene.stage.judge.judged

    event = scene.read(scene.told({"id": "evt_1", "object": "event", **payload}))

    assert (event.id, event.provider_type) == ("evt_1", payload["type"])
    assert event.kind is KINDS.get(payload["type"], EventKind.OTHER)
    assert (event.user, event.confirmed, event.occurred_at) == (None, None, None)
    assert scene.stage.judge.judged == before


def test_an_event_of_the_other_mode_is_a_test(scene: Scene, jenny: UserRecord) -> None:
    payload = {"id": "evt_1", "object": "event", "type": "account.updated", "livemode": True}

    event = scene.read(scene.told({**payload, "account": jenny.id}))

    assert (event.kind, event.environment, event.user) == (EventKind.TEST, "production", None)


def test_an_account_that_is_gone_does_not_end_the_reading(scene: Scene, jenny: UserRecord) -> None:
    scene.stage.sim.demand(jenny.id, "company.name")
    waiting = scene.delivered()
    scene.stage.v1.accounts.delete(jenny.id)

    events = [scene.read(one) for one in waiting]

    assert {event.confirmed for event in events} == {False}
    assert {event.user_id for event in events} == {jenny.id}


def test_access_that_was_taken_away_is_told_without_a_request(scene: Scene) -> None:
    body = {"object": {"id": "ca_1", "object": "application"}}
    payload = {"type": "account.application.deauthorized", "account": "acct_1", "data": body}
    before = scene.stage.judge.judged

    event = scene.read(scene.told({"id": "evt_1", "object": "event", **payload}))

    assert (event.kind, event.user_id, event.subject_id) == (
        EventKind.ACCESS_REVOKED,
        "acct_1",
        "ca_1",
    )
    assert scene.stage.judge.judged == before


def test_thin_events_are_read_by_fetching_their_account(scene: Scene, jenny: UserRecord) -> None:
    scene.stage.sim.thin_events = True
    scene.stage.sim.demand(jenny.id, "company.name")

    thin = [one for one in scene.delivered() if b'"v2.core.event"' in one.body]

    (event,) = map(scene.read, thin)
    client: Any = scene.stage.client
    official = client.parse_event_notification(
        thin[0].body, thin[0].headers["stripe-signature"], SECRET, tolerance=10**10
    )
    assert (event.id, event.provider_type) == (official.id, official.type)
    assert event.kind is EventKind.REQUIREMENTS_CHANGED
    assert (event.subject_id, event.user_id, event.confirmed) == (jenny.id, jenny.id, True)
    assert event.occurred_at == scene.now
    assert event.user is not None
    assert event.user.id == jenny.id


@pytest.mark.parametrize(
    ("word", "place", "context", "kind"),
    [
        (
            "v2.core.account_person.deleted",
            "/v2/core/accounts/{}/persons/x",
            None,
            "PERSON_REMOVED",
        ),
        (
            "v2.core.account_person.updated",
            "/v2/core/accounts/{}/persons/x",
            None,
            "PERSON_CHANGED",
        ),
        ("v1.capability.updated", "/v1/accounts/{}/capabilities/x", "", "CAPABILITY_CHANGED"),
        ("v1.account.external_account.deleted", "", "{}", "BANK_ACCOUNT_REMOVED"),
        ("v2.core.account[identity].updated", None, "acct_0/{}", "USER_CHANGED"),
    ],
)
def test_the_account_of_a_thin_event_is_found(
    scene: Scene, jenny: UserRecord, word: str, place: str | None, context: str | None, kind: str
) -> None:
    related = {"id": "x", "type": "thing", "url": place and place.format(jenny.id)}
    payload = {"context": context and context.format(jenny.id), "related_object": related}

    event = scene.read(
        scene.told({"id": "evt_1", "object": "v2.core.event", "type": word, **payload})
    )

    assert event.kind is EventKind[kind]
    assert event.user_id == jenny.id
    assert event.user is not None


def test_every_type_of_the_official_client_about_accounts_has_a_kind() -> None:
    folder = Path(stripe.events.__file__).parent
    words = {
        line.partition('"')[2].rstrip('"')
        for path in folder.glob("_v*_event.py")
        for line in path.read_text().split("\n    ")
        if line.startswith("LOOKUP_TYPE = ")
    }
    about = ("account", "person", "capability", "file")
    mine = {
        word
        for word in words
        if word.removeprefix("v1.").partition(".")[0] in about or word.startswith("v2.core.account")
    }

    unknown = {word for word in mine if word.removeprefix("v1.") not in KINDS}

    assert len(mine) > 20
    assert unknown == {"v2.core.account_link.returned"}


def test_the_official_client_accepts_what_is_delivered(scene: Scene, jenny: UserRecord) -> None:
    scene.stage.sim.demand(jenny.id, "company.name")

    delivered = scene.delivered()

    assert [scene.read(one).id for one in delivered] == [accepted(one).id for one in delivered]
    assert len(delivered) > 2


def test_no_changed_byte_of_a_delivered_notification_is_accepted(
    scene: Scene, jenny: UserRecord
) -> None:
    scene.stage.sim.demand(jenny.id, "company.name")
    sent = scene.delivered()[-1]
    header = sent.headers["stripe-signature"]
    before = scene.stage.judge.judged

    for index, old in enumerate(sent.body):
        changed = sent.body[:index] + bytes([old ^ 1]) + sent.body[index + 1 :]
        refused(scene, header, changed)
    for index, letter in enumerate(header):
        refused(scene, header[:index] + chr(ord(letter) ^ 1) + header[index + 1 :], sent.body)

    assert scene.stage.judge.judged == before
    assert scene.read(sent).user_id == jenny.id


def refused(scene: Scene, header: str, body: bytes) -> None:
    changed = Notification(headers={"Stripe-Signature": header}, body=body, received_at=scene.now)
    with pytest.raises(InvalidSignature):
        scene.read(changed)
