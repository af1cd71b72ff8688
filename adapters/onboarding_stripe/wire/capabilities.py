"""What an account may do at Stripe, and the levels that its words amount to.

docs: api/accounts/object, api/capabilities/object
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onboarding.spi import (
    Capability,
    CapabilityState,
    LevelPolicy,
    Requirement,
    RequirementStatus,
    as_object,
    level_word,
    moment,
    trust,
)

from onboarding_stripe.wire.vocabulary import CAPABILITIES, STATES

__all__ = ["capabilities", "levels"]

_STOPPED = (CapabilityState.RESTRICTED, CapabilityState.PENDING)


def capabilities(
    shown: Mapping[str, Any],
    due: Sequence[Requirement],
    objects: Mapping[str, Mapping[str, Any]] = {},
) -> tuple[Capability, ...]:
    """Returns the capabilities of an account, and payouts by its flag.

    `due` is what the account owes, `objects` are its capability objects by name, which say more
    than the account does.
    """
    owed = as_object(shown.get("requirements"))
    words = {**as_object(shown.get("capabilities"))}
    words |= {name: one.get("status") for name, one in objects.items()}
    words |= {name: shown[name] for name in ("payouts_enabled",) if name in shown}
    return tuple(
        _capability(name, word, as_object(objects.get(name, {}).get("requirements")) or owed, due)
        for name, word in words.items()
    )


def _capability(
    name: str, word: object, owed: Mapping[str, Any], due: Sequence[Requirement]
) -> Capability:
    known = STATES.get(word) if isinstance(word, str | bool) else None
    state = known or CapabilityState.UNKNOWN
    core, reason = CAPABILITIES.get(name), owed.get("disabled_reason")
    code = reason if isinstance(reason, str) and state in _STOPPED else ""
    if code.startswith("rejected."):
        state = CapabilityState.REJECTED
    facts = {
        "name": core,
        "state": state,
        "provider_name": name,
        "provider_state": str(word),
        "deadline": moment(owed.get("current_deadline")),
        "reason": code,
        "blocked_by": tuple(
            one.name
            for one in due
            if state in _STOPPED
            and one.status is RequirementStatus.MISSING
            and (not one.blocks or (core or name) in one.blocks)
        ),
    }
    return trust(Capability, facts)


def levels(
    shown: Mapping[str, Any], whose: str, opener: Mapping[str, Any], policy: LevelPolicy
) -> dict[str, Any]:
    """Returns the levels of a record, by the person who opened the account and the capabilities.

    `whose` is the name of that person. The levels are None if the person is not shown: then nobody
    is known to be verified.
    """
    verified = as_object(opener.get("verification")).get("status")
    enabled = as_object(shown.get("capabilities"))
    said = {f"{whose}.verification.status": level_word(verified)}
    said |= {f"capabilities.{name}": level_word(word) for name, word in enabled.items()}
    if not enabled:
        said["capabilities"] = "unrequested"
    found = policy.levels(*said.values())
    names = ("kyc_level", "identification_level", "eidas_level", "nist_ial")
    return {**dict(zip(names, found, strict=True)), "provider_levels": said}
