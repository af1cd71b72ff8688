"""What proves an adapter right: strategies, a paper transport, laws (extra `testing`)."""

from __future__ import annotations

from onboarding.testing.carried import carried_users
from onboarding.testing.laws import (
    arrives,
    every_wire_path_has_a_way_back,
    no_change_no_write,
    nothing_lost,
    residue_survives,
    round_trip,
    silent_losses,
    update_arrives,
    update_is_minimal,
)
from onboarding.testing.paper import PaperGateway, paper
from onboarding.testing.strategies import changed, models, users, values_at

__all__ = [
    "PaperGateway",
    "arrives",
    "carried_users",
    "changed",
    "every_wire_path_has_a_way_back",
    "models",
    "no_change_no_write",
    "nothing_lost",
    "paper",
    "residue_survives",
    "round_trip",
    "silent_losses",
    "update_arrives",
    "update_is_minimal",
    "users",
    "values_at",
]
