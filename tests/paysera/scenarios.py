"""What is done with Paysera beyond users: the stories that the laws of adapters play."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from onboarding import (
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    Identity,
    PartialFailure,
    Password,
    Secret,
    User,
)
from onboarding.spi import Criterion
from onboarding.testing import World

__all__ = ["SCENARIOS"]

ONA = User(
    identity=Identity(given_name="Ona", family_name="Šimkutė"),
    email="ona@example.com",
    credentials=Password(password=Secret("a long enough one")),
)
PASSPORT = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(DocumentPage(content=b"%PDF-1.7" + bytes(2048), media_type="application/pdf"),),
    title="Passport",
    number="L1234567",
    issued_on=date(2020, 1, 2),
)


def _confirmed(world: World, record: Any) -> Any:
    (action,) = record.next_actions
    code = world.simulator.code_for(int(record.id), action.concerns)
    return world.call("confirm", action, code)


def contacts(world: World) -> None:
    record = _confirmed(world, world.call("create_user", ONA))
    assert world.call("find_user", Criterion(email=ONA.email)).id == record.id
    assigned = world.call("assign_contact", record, phone="+37066612345")
    (action,) = assigned.next_actions
    assert world.call("renew", action).value == action.value
    assert _confirmed(world, assigned).user.phone == "+37066612345"


def documents(world: World) -> None:
    record = _confirmed(world, world.call("create_user", ONA))
    world.call("submit_document", record.id, PASSPORT)
    assert world.call("raw", "GET", "user", record.id).status == 200
    world.call("list_wallets", record.id)


def broken_off(world: World) -> None:
    """A document of which only the first request is answered is finished by `resume`."""
    record = _confirmed(world, world.call("create_user", ONA))
    with world.cut_off(after=1), pytest.raises(PartialFailure) as failed:
        world.call("submit_document", record.id, PASSPORT)
    world.call("resume", failed.value.partial, PASSPORT)


SCENARIOS = (contacts, documents, broken_off)
