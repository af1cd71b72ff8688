"""What a user may do at MangoPay, and the links to its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from attrs import evolve
from onboarding import CapabilityName, Gateway, InvalidInput, User, UserRecord
from onboarding.spi import CapabilityState, Link
from tests.mangopay.people import OWNER, PAYER
from tests.mangopay.stage import Stage

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.capabilities import Blocks, capabilities

FREE = Blocks(inflows=False, outflows=False)
SEND, RECEIVE, PAY_OUT = (
    CapabilityName.SEND_TRANSFERS,
    CapabilityName.RECEIVE_TRANSFERS,
    CapabilityName.PAY_OUT,
)
A, R, N, U = (
    CapabilityState.ACTIVE,
    CapabilityState.RESTRICTED,
    CapabilityState.NOT_REQUESTED,
    CapabilityState.UNKNOWN,
)


def shown(category: str, status: str | None, level: str) -> dict[str, Any]:
    return {"UserCategory": category, "UserStatus": status, "KYCLevel": level}


@pytest.mark.parametrize(
    ("category", "status", "level", "expected"),
    [
        ("PAYER", "ACTIVE", "LIGHT", (A, N, N)),
        ("PAYER", None, "LIGHT", (A, N, N)),
        ("OWNER", "PENDING_USER_ACTION", "LIGHT", (R, R, R)),
        ("OWNER", "ACTIVE", "LIGHT", (A, A, R)),
        ("OWNER", "ACTIVE", "REGULAR", (A, A, A)),
        ("PLATFORM", "ACTIVE", "REGULAR", (A, A, A)),
        ("OWNER", "CLOSED", "REGULAR", (R, R, R)),
        ("OWNER", "ACTIVE", "ULTRA", (A, A, U)),
        ("OWNER", "FROZEN", "REGULAR", (U, U, U)),
        ("PATRON", "ACTIVE", "REGULAR", (U, U, U)),
    ],
)
def test_category_status_and_level_decide_what_an_unblocked_user_may_do(
    category: str, status: str | None, level: str, expected: tuple[CapabilityState, ...]
) -> None:
    found = capabilities(shown(category, status, level), FREE)

    assert tuple(one.name for one in found) == (SEND, RECEIVE, PAY_OUT)
    assert tuple(one.state for one in found) == expected


def test_nothing_is_active_while_the_blocks_were_not_read() -> None:
    for category in ("PAYER", "OWNER", "PLATFORM"):
        found = capabilities(shown(category, "ACTIVE", "REGULAR"))
        assert A not in {one.state for one in found}


@pytest.mark.parametrize(
    ("inflows", "outflows", "expected"),
    [
        (False, False, (A, A, A)),
        (True, False, (R, R, A)),
        (False, True, (R, R, R)),
        (True, True, (R, R, R)),
        (None, False, (U, U, A)),
        (False, None, (U, U, U)),
        (True, None, (R, R, U)),
    ],
)
def test_a_block_of_either_direction_stops_transfers(
    inflows: bool | None, outflows: bool | None, expected: tuple[CapabilityState, ...]
) -> None:
    regular = shown("OWNER", "ACTIVE", "REGULAR")

    found = capabilities(regular, Blocks(inflows, outflows, "008703"))

    assert tuple(one.state for one in found) == expected
    restricted = {(one.blocked_by, one.reason) for one in found if one.state is R}
    assert restricted <= {(("no_block",), "008703")}


def test_an_owner_is_paid_out_once_regular_and_not_blocked(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    assert not user.can(PAY_OUT)
    stage.sim.activate(user.id)
    stage.sim.set_kyc_level(user.id, "REGULAR")

    seen = fr.fetch_user(user.id)
    assert {one.state for one in seen.capabilities if one.name is PAY_OUT} == {U}
    assert fr.fetch_capabilities(seen).can(PAY_OUT)

    stage.sim.block(user.id, inflows=False)
    (blocked,) = (one for one in fr.fetch_capabilities(seen).capabilities if one.name is PAY_OUT)
    assert (blocked.state, blocked.reason) == (R, "008703")


def test_capabilities_survive_storage(fr: Gateway[MangoPay]) -> None:
    record = fr.fetch_capabilities(fr.create_user(PAYER))

    assert UserRecord.from_json(record.to_json()).capabilities == record.capabilities != ()


def test_a_link_returns_to_the_platform_and_expires(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)

    link = fr.create_link(user, return_url="https://platform.example/back?a=b", language="fr-FR")

    assert link.url.endswith("returnUrl=https%3A%2F%2Fplatform.example%2Fback%3Fa%3Db&lang=fr")
    assert link.issued_at is not None
    assert link.expires_at == link.issued_at + timedelta(minutes=10)
    assert link.url not in repr(link)
    assert Link.from_json(link.to_json()) == link
    assert requests.get(link.url, timeout=5).status_code == 200


def test_a_user_who_is_fetched_again_gets_a_link_for_its_enrolment(fr: Gateway[MangoPay]) -> None:
    user = fr.fetch_user(fr.create_user(OWNER).id)

    link = fr.create_link(user, return_url="https://platform.example/back")

    assert user.next_actions == ()
    assert requests.get(link.url, timeout=5).status_code == 200


def test_what_gives_no_link_is_refused_before_sending(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)
    payer = fr.create_user(PAYER)

    def refused(subject: Any, return_url: str) -> tuple[str, ...]:
        with pytest.raises(InvalidInput) as error:
            next(fr.adapter.create_link(subject, return_url=return_url))
        return error.value.paths

    assert refused("user_1", "https://platform.example/") == ("",)
    assert refused(user, "javascript:alert(1)") == ("return_url",)
    assert refused(payer, "https://platform.example/") == ("next_actions",)
    assert refused(evolve(user, gateway="de"), "https://platform.example/") == ("gateway",)


def test_a_return_url_that_makes_the_link_too_long_is_refused(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(InvalidInput) as error:
        fr.create_link(fr.create_user(OWNER), return_url=f"https://p.example/{'a' * 2000}")

    assert error.value.paths == ("return_url",)


def test_a_user_without_capabilities_can_nothing() -> None:
    record = UserRecord(provider="p", gateway="g", id="1", user=User())

    assert not any(record.can(name) for name in CapabilityName)
