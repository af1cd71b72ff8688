"""A simulator answers a good part of the requests that a server can answer at all."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark


def test_no_simulator_takes_ten_times_as_long_as_an_application_that_does_nothing() -> None:
    script = runpy.run_path(str(Path(__file__).parent / "serving.py"))

    found = script["rates"](4, 60)

    for name, reached in found.items():
        print(f"{name:<34}", *(f"{each:7.0f}/s" for each in reached))
    idle = found.pop(script["IDLE"])
    assert len(found) == 4
    for name, reached in found.items():
        for each, most in zip(reached, idle, strict=True):
            assert each > most / 10, name
