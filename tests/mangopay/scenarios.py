"""What is done with MangoPay beyond users: the stories that the laws of adapters play."""

from __future__ import annotations

from typing import cast

import pytest
from onboarding import CapabilityName, Notification, PartialFailure, User, UserCategory, UserRecord
from onboarding.banking import IbanAccount
from onboarding.testing import World
from tests.mangopay.people import COMPANY, HOME, OWNER, paper

__all__ = ["SCENARIOS"]


def _registered(world: World, user: User = OWNER) -> UserRecord:
    """A new user; an OWNER has passed strong customer authentication."""
    record = world.call("create_user", user)
    if user.category is UserCategory.OWNER:
        world.simulator.activate(record.id)
    return cast("UserRecord", world.call("fetch_user", record.id))


def enrolment(world: World) -> None:
    for action in world.call("create_user", OWNER).next_actions:
        assert world.call("renew", action).url != action.url
        link = world.call("create_link", action, return_url="https://platform.example/back")
        assert link.url.endswith("returnUrl=https%3A%2F%2Fplatform.example%2Fback")


def capabilities(world: World) -> None:
    user = _registered(world)
    assert not user.can(CapabilityName.RECEIVE_TRANSFERS)  # unknown until the blocks are read
    assert world.call("fetch_capabilities", user).can(CapabilityName.RECEIVE_TRANSFERS)


def documents(world: World) -> None:
    user = _registered(world)
    handed_in = world.call("submit_document", user.id, paper())
    world.simulator.accept_document(handed_in.id)
    seen = world.call("fetch_document", handed_in.id)
    assert [each.id for each in world.call("list_documents", user.id).items] == [seen.id]
    told = {"EventType": "KYC_SUCCEEDED", "RessourceId": seen.id, "Date": "1737216704"}
    (event,) = world.call("read_notification", Notification(method="GET", query=told))
    assert event.confirmed


def owners(world: World) -> None:
    company = _registered(world, COMPANY)
    declared = world.call("declare_owners", company.id, COMPANY.people)
    seen = world.call("fetch_declaration", declared.id)
    assert [each.id for each in world.call("list_declarations", company.id).items] == [seen.id]


def bank_accounts(world: World) -> None:
    user = _registered(world)
    iban = "FR7630004000031234567890143"  # docs: the sandbox's own
    given = IbanAccount(owner_name="Alex Smith", owner_address=HOME, iban=iban)
    account = world.call("add_bank_account", user.id, given)
    assert [each.id for each in world.call("list_bank_accounts", user.id).items] == [account.id]
    assert world.call("deactivate_bank_account", account).active is False


def lists(world: World) -> None:
    user = _registered(world)
    assert [each.id for each in world.call("list_users").items] == [user.id]
    world.simulator.add_wallet(user.id)
    assert len(world.call("list_wallets", user.id).items) == 1
    assert world.call("raw", "GET", "users", user.id).status == 200
    world.call("close_user", user)


def broken_off(world: World) -> None:
    """A document of which only the first request is answered is finished by `resume`."""
    user = _registered(world)
    with world.cut_off(after=1), pytest.raises(PartialFailure) as failed:
        world.call("submit_document", user.id, paper(), idempotency_key="document 7")
    world.call("resume", failed.value.partial, paper())
    assert len(world.call("list_documents", user.id).items) == 1


SCENARIOS = (enrolment, capabilities, documents, owners, bank_accounts, lists, broken_off)
