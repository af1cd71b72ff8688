"""The `requirements` of accounts, persons and capabilities."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from .owed import Owed


def lists(owed: Owed) -> Row:
    """Returns the lists that all of them have, sorted."""
    return {
        "alternatives": [
            {"original_fields_due": [path], "alternative_fields_due": [path[:-10] + "id_number"]}
            for path in sorted(owed.currently)
            if path.endswith("ssn_last_4")
        ],
        "currently_due": sorted(owed.currently),
        "errors": [fault.shown() for fault in owed.faults],
        "eventually_due": sorted(owed.eventually),
        "past_due": sorted(owed.past),
        "pending_verification": sorted(owed.pending),
    }


def of_account(owed: Owed, disabled: str | None) -> Row:
    """Returns the requirements of an account or a capability."""
    return {**lists(owed), "current_deadline": owed.deadline, "disabled_reason": disabled}


def of_bank(owed: Owed) -> Row:
    """Returns the requirements of a bank account."""
    found = lists(owed)
    return {n: found[n] for n in ("currently_due", "errors", "past_due", "pending_verification")}
