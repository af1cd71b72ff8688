"""Accounts as values of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import Action, Badge, Fact, Input, Tone

from .desk import REASONS
from .verifying import FAILED, PASSED

_TONES: Mapping[str, Tone] = {
    **dict.fromkeys(("active", "verified", PASSED, "enabled"), "good"),
    **dict.fromkeys(("pending",), "wait"),
    **dict.fromkeys(("inactive", "unverified", FAILED, "disabled"), "bad"),
}


def actions(row: Row) -> list[Action]:
    """Returns the actions that are possible on an account."""
    reasons = [(reason, reason) for reason in REASONS]
    path = Input(name="path", label="Path", value="individual.verification.document", required=True)
    return [
        Action(name="complete", label="Complete the onboarding", tone="main"),
        Action(
            name="demand",
            label="Demand a field",
            inputs=[path, Input(name="days", label="Days until the deadline", kind="number")],
        ),
        Action(name="threshold", label="Reach a volume"),
        Action(
            name="pause",
            label="Disable or enable",
            tone="danger",
            inputs=[
                Input(
                    name="reason",
                    label="disabled_reason",
                    kind="choice",
                    choices=reasons,
                    value=row["paused"] or "",
                    empty="Enabled",
                )
            ],
        ),
    ]


def badge(status: str, name: str = "") -> Badge:
    """Returns a status with its colour."""
    word = f"{name}: {status}" if name else status
    return Badge(word, _TONES.get(status, "plain"))


def flat(shown: object, prefix: str = "") -> list[Fact]:
    """Returns the values of an object by their dotted paths."""
    if isinstance(shown, dict):
        pairs = cast("dict[str, Any]", shown).items()
        return [fact for name, value in pairs for fact in flat(value, f"{prefix}.{name}")]
    text = ", ".join(map(str, cast("list[object]", shown))) if isinstance(shown, list) else shown
    return [Fact(prefix.lstrip("."), None if text in (None, "") else str(text))]
