"""The rows of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from .calls import PLATFORM, World
from .words import CURRENCIES

# the controllers that the three types stand for: dashboard, fees, losses, requirements
TYPES = {
    "custom": ("none", "application", "application", "application"),
    "express": ("express", "application", "application", "stripe"),
    "standard": ("full", "account", "stripe", "stripe"),
}


def controller_of(given: Mapping[str, Any]) -> Row:
    """Returns who pays, who is liable and who collects, by the type or the parts."""
    # without a type, each part has the value that it has for `standard`
    dashboard, fees, losses, requirements = TYPES[given.get("type") or "standard"]
    chosen = given.get("controller", {})
    return {
        "dashboard": chosen.get("stripe_dashboard", {}).get("type", dashboard),
        "fees": chosen.get("fees", {}).get("payer", fees),
        "losses": chosen.get("losses", {}).get("payments", losses),
        "requirement_collection": chosen.get("requirement_collection", requirements),
    }


def platform_row(world: World) -> Row:
    """Returns the platform's own account, which is made when it is first read."""
    row = world.tables.get(PLATFORM, PLATFORM)
    if row is None:
        row = new_row(world, world.country, controller_of({})) | {
            "type": "standard",
            "linked": True,
            "submitted": True,
        }
        world.tables.save(PLATFORM, PLATFORM, row)
    return row


def new_row(world: World, country: str, controller: Row) -> Row:
    """Returns the row of a new account."""
    return {
        "id": world.new_id("acct_", 16),
        "created": world.now(),
        "type": None,
        "controller": controller,
        "country": country,
        "currency": CURRENCIES[country],
        "given": {},
        "capabilities": {},
        "person": None,
        "rejected": None,
        "paused": None,
        "linked": False,
        "submitted": False,
        "demanded": {},
        "announced": {},
        "checks": {},
    }
