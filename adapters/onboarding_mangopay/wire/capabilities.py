"""What a user may do at MangoPay, by category, status, KYC level and blocks.

docs: guides/users/categories, guides/users/verification, guides/users/blocked-users
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from attrs import frozen
from onboarding import CapabilityName
from onboarding.spi import Capability, CapabilityState, trust

__all__ = ["UNREAD", "Blocks", "capabilities"]

_ACTIVE, _UNKNOWN = CapabilityState.ACTIVE, CapabilityState.UNKNOWN
_RESTRICTED, _NOT_REQUESTED = CapabilityState.RESTRICTED, CapabilityState.NOT_REQUESTED


@frozen
class Blocks:
    """Which money of a user is blocked, None if that was not read, and MangoPay's code for it.

    `asked` are the names of the requirements that unblock the user.
    """

    inflows: bool | None = None
    outflows: bool | None = None
    code: str = ""
    asked: tuple[str, ...] = ()


UNREAD = Blocks()

_Found: TypeAlias = tuple[CapabilityState, str, str]
"""The state, the requirement that stops it, and the reason."""


def capabilities(shown: Mapping[str, Any], blocks: Blocks = UNREAD) -> tuple[Capability, ...]:
    """Returns the capabilities of a user object.

    A capability is `active` only if the blocks were read: a REGULAR user may be blocked. A word
    that the documents do not have makes a capability `unknown`.
    """
    category, status = str(shown.get("UserCategory")), str(shown.get("UserStatus"))
    level = str(shown.get("KYCLevel"))
    inflows, outflows = blocks.inflows, blocks.outflows
    return _capabilities(category, status, level, inflows, outflows, blocks.code, blocks.asked)


@lru_cache(maxsize=256)
def _capabilities(
    category: str,
    status: str,
    level: str,
    inflows: bool | None,
    outflows: bool | None,
    code: str,
    asked: tuple[str, ...],
) -> tuple[Capability, ...]:
    pays = _of_category(category, status, payer=_ACTIVE)
    is_paid = _of_category(category, status, payer=_NOT_REQUESTED)
    paid_out = _of_level(level) if is_paid[0] is _ACTIVE else is_paid
    # docs: guides/users/blocked-users: a block of either direction stops transfers both ways
    transfers = True if inflows or outflows else None if None in (inflows, outflows) else False
    stopped = asked or ("no_block",)
    return tuple(
        _capability(name, found, blocked, code, stopped)
        for name, found, blocked in (
            (CapabilityName.SEND_TRANSFERS, pays, transfers),
            (CapabilityName.RECEIVE_TRANSFERS, is_paid, transfers),
            (CapabilityName.PAY_OUT, paid_out, outflows),
        )
    )


def _of_category(category: str, status: str, *, payer: CapabilityState) -> _Found:
    if status == "CLOSED":
        return _RESTRICTED, "", status
    match category, status:
        case "PAYER", "ACTIVE" | "None":  # it has no enrolment to complete
            return payer, "", ""
        case "OWNER", "PENDING_USER_ACTION":
            return _RESTRICTED, "enrolment", status
        case "OWNER" | "PLATFORM", "ACTIVE":
            return _ACTIVE, "", ""
        case _:
            return _UNKNOWN, "", ""


def _of_level(level: str) -> _Found:
    match level:
        case "REGULAR":
            return _ACTIVE, "", ""
        case "LIGHT":  # docs: guides/users/verification: a LIGHT user is not paid out
            return _RESTRICTED, "kyc_regular", level
        case _:
            return _UNKNOWN, "", ""


def _capability(
    name: CapabilityName, found: _Found, blocked: bool | None, code: str, stopped: tuple[str, ...]
) -> Capability:
    state, stopped_by, reason = found
    blocked_by: tuple[str, ...] = (stopped_by,) if stopped_by else ()
    if state is _ACTIVE and blocked is None:
        state, reason = _UNKNOWN, "the blocks of the user were not read"
    elif state is _ACTIVE and blocked:
        state, blocked_by, reason = _RESTRICTED, stopped, code
    facts = {"name": name, "state": state, "reason": reason, "blocked_by": blocked_by}
    return trust(Capability, facts)
