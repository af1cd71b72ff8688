"""What is done with Stripe beyond users: the stories that the laws of adapters play."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from onboarding import (
    CapabilityName,
    Document,
    DocumentPage,
    DocumentPurpose,
    Notification,
    PartialFailure,
    Terms,
    User,
)
from onboarding.banking import UsAccount
from onboarding.testing import World
from stripe import WebhookSignature
from tests.simulators.stripe.stage import NOW, PNG
from tests.stripe.people import JENNY, MOREAU

__all__ = ["SCENARIOS", "SECRET", "signed"]

SECRET = "whsec_simulated"
READY = JENNY.replace(
    terms=Terms(
        accepted=True, accepted_at=datetime.fromtimestamp(NOW - 60, UTC), ip_address="8.8.8.8"
    )
)
BANK = UsAccount(
    owner_name="Jenny Rosen", routing_number="110000000", account_number="000123456789"
)
PASSPORT = Document(
    purpose=DocumentPurpose.IDENTITY,
    pages=(DocumentPage(content=PNG), DocumentPage(content=PNG + b"back")),
)


def signed(event: dict[str, Any], at: int) -> Notification:
    """An event as Stripe delivers it, signed by the official client."""
    body = json.dumps(event)
    header = WebhookSignature.generate_signature_header(body, SECRET, timestamp=at)
    arrived = datetime.fromtimestamp(at, UTC)
    return Notification(
        headers={"Stripe-Signature": header}, body=body.encode(), received_at=arrived
    )


def capabilities(world: World) -> None:
    """An account that owes nothing may be paid once its checks have ended."""
    user = world.call("create_user", READY)
    assert not user.can(CapabilityName.RECEIVE_TRANSFERS)
    world.call("add_bank_account", user.id, BANK)
    world.simulator.clock.advance(5)
    assert world.call("fetch_capabilities", user).can(CapabilityName.RECEIVE_TRANSFERS)


def hosted_pages(world: World) -> None:
    user = world.call("create_user", User())
    link = world.call("create_link", user, return_url="https://platform.example/back")
    assert link.single_use


def documents(world: World) -> None:
    user = world.call("create_user", JENNY)
    handed_in = world.call("submit_document", user.id, PASSPORT)
    assert world.call("fetch_document", handed_in.id, user_id=user.id).id == handed_in.id
    assert [each.id for each in world.call("list_documents", user.id).items] == [handed_in.id]


def notifications(world: World) -> None:
    user = world.call("create_user", JENNY)
    told = {"id": "evt_1", "object": "event", "type": "account.updated", "account": user.id}
    event = {**told, "livemode": False, "data": {"object": dict(user.raw)}}
    (read,) = world.call("read_notification", signed(event, NOW))
    assert read.confirmed
    assert read.user.id == user.id


def bank_accounts(world: World) -> None:
    user = world.call("create_user", READY)
    first = world.call("add_bank_account", user.id, BANK)
    assert [each.id for each in world.call("list_bank_accounts", user.id).items] == [first.id]
    assert world.call("deactivate_bank_account", first).active is False


def lists(world: World) -> None:
    user = world.call("create_user", MOREAU)
    assert [each.id for each in world.call("list_users").items] == [user.id]
    assert world.call("raw", "GET", "accounts", user.id).status == 200
    assert len(world.call("fetch_user", user.id).user.people) == 2
    world.call("close_user", user)


def broken_off(world: World) -> None:
    """A company of which only the account is answered gets its people by `resume`."""
    with world.cut_off(after=1), pytest.raises(PartialFailure) as failed:
        world.call("create_user", MOREAU, idempotency_key="company 7")
    made = world.call("resume", failed.value.partial, MOREAU)
    assert {one.ref for one in made.user.people} == {"ada", "bob"}


SCENARIOS = (
    capabilities,
    hosted_pages,
    documents,
    notifications,
    bank_accounts,
    lists,
    broken_off,
)
