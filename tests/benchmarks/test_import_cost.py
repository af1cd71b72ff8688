"""Importing the library costs less than importing its HTTP client."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark


def test_importing_costs_at_most_six_tenths_of_importing_requests() -> None:
    script = runpy.run_path(str(Path(__file__).parent / "import_cost.py"))

    ratios = script["ratios"](9)

    for statement, ratio in ratios.items():
        print(f"{statement:<42} {ratio:5.2f} x")
    assert ratios["import onboarding"] <= 0.6
    assert ratios["from onboarding import Gateways, User"] <= 2.0
