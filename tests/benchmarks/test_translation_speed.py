"""The compiled translation is faster than an SDK, near plain Python, and keeps nothing.

The figures are ratios within one run; the bounds leave half as much again for a busy machine.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from onboarding.mapping import On, Translation
from onboarding.mapping.plan import Plan

from onboarding_mangopay.wire.natural import NaturalUser

HERE = Path(__file__).parent
USERS = int(os.environ.get("ONBOARDING_STREAM_USERS", "100000"))
MIB = 2**20

speed = SimpleNamespace(**runpy.run_path(str(HERE / "translation_speed.py")))


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, float]]:
    """Each time as a multiple of the translation's own, by table."""
    command = [sys.executable, str(HERE / "translation_speed.py"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


@pytest.mark.benchmark
def test_the_figures_are_shown(
    figures: dict[str, dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = speed.report(figures)

    with capsys.disabled():
        print(f"\n{lines}")
    assert all(ratio > 0 for table in figures.values() for ratio in table.values())


@pytest.mark.benchmark
@pytest.mark.parametrize("shape", ["mangopay", "mangopay sca"])
def test_the_translation_leaves_the_sdk_far_behind(
    shape: str, figures: dict[str, dict[str, float]]
) -> None:
    assert figures[f"{shape} read"]["A, the SDK"] > 3  # 4.5 is the goal
    assert figures[f"{shape} write"]["A, the SDK"] > 8  # 12 is the goal


@pytest.mark.benchmark
@pytest.mark.parametrize("shape", ["mangopay", "mangopay sca", "paysera"])
def test_the_translation_stays_in_sight_of_a_compiled_library(
    shape: str, figures: dict[str, dict[str, float]]
) -> None:
    assert 1 / figures[f"{shape} read"]["B, msgspec"] < 13.5  # 9 is the goal
    assert 1 / figures[f"{shape} write"]["B, msgspec"] < 6  # 4 is the goal


@pytest.mark.benchmark
@pytest.mark.parametrize("shape", ["mangopay", "paysera"])
def test_unknown_keys_cost_little(shape: str, figures: dict[str, dict[str, float]]) -> None:
    assert figures[f"{shape} read"]["onboarding, 5 unknown keys"] < 2


@pytest.mark.parametrize("title", sorted(speed.tables()))
def test_the_baselines_do_the_same_work(title: str) -> None:
    calls = speed.tables()[title]
    ours: Any = calls["onboarding"]()

    theirs: Any = calls["by hand"]()

    assert theirs == ours[0]


def test_the_sdk_writes_what_the_translation_writes() -> None:
    ours: Any = speed.tables()["mangopay write"]["onboarding"]()

    theirs: Any = speed.tables()["mangopay write"]["A, the SDK"]()

    assert theirs == {**theirs, **ours[0]}


def called(wire: Translation, payload: dict[str, Any]) -> set[str]:
    """The names of the Python functions that run while a payload is read."""
    names: set[str] = set()

    def note(frame: Any, event: str, _: object) -> None:
        if event == "call":
            names.add(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        wire.from_wire(payload)
    finally:
        sys.setprofile(before)
    return names


def test_unknown_keys_and_words_and_other_types_stay_on_the_fast_path() -> None:
    wire = speed.shape_of(speed.OWNER)
    payload = {**speed.OWNER, **speed.UNKNOWN, "UserCategory": "ROYAL", "FirstName": 5}
    wire.from_wire(payload)

    assert called(wire, payload) == {"from_wire", "read"}


def test_a_mapping_is_compiled_when_it_is_first_used() -> None:
    wire = Translation(Plan(NaturalUser, "mangopay"))
    assert not vars(wire).keys() & {"_read", "_writers"}

    user, _ = wire.from_wire(speed.OWNER)
    assert "_writers" not in vars(wire)

    wire.to_wire(user)
    assert set(wire._writers) == {On.CREATE}


@pytest.mark.benchmark
@pytest.mark.parametrize("how", [[], ["--traced"]], ids=["process", "objects"])
def test_a_stream_of_users_leaves_nothing_behind(
    how: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    users = USERS if not how else max(20_000, USERS // 10)
    command = [sys.executable, str(HERE / "memory.py"), str(users), *how]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    with capsys.disabled():
        print(f"\n{users:,} users{' traced' if how else ''}: {done.stdout.strip()}")
    assert float(done.stdout.split()[0]) < 3
