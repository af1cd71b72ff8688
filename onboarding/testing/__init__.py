"""The conformance kit: laws, strategies, a gateway without a socket (extra `testing`)."""

from __future__ import annotations

from onboarding.testing.adapter_laws import AdapterLaws
from onboarding.testing.exemptions import NeedlessExemption
from onboarding.testing.generators import supported_users
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
from onboarding.testing.quotations import QuotedError, Sample, errors_in, samples_in
from onboarding.testing.strategies import changed, models, users, values_at
from onboarding.testing.subject import World

__all__ = [
    "AdapterLaws",
    "NeedlessExemption",
    "PaperGateway",
    "QuotedError",
    "Sample",
    "World",
    "arrives",
    "changed",
    "errors_in",
    "every_wire_path_has_a_way_back",
    "models",
    "no_change_no_write",
    "nothing_lost",
    "paper",
    "residue_survives",
    "round_trip",
    "samples_in",
    "silent_losses",
    "supported_users",
    "update_arrives",
    "update_is_minimal",
    "users",
    "values_at",
]
