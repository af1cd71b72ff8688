"""A migration is killed, again and again, and ends as it was planned."""

from __future__ import annotations

from pathlib import Path

import pytest
from onboarding.policies import Quota
from tests.scaling import sized

from .kills import Size, move


@pytest.mark.parametrize("to", ["lt", "us"][: sized(2, 1)])
def test_a_migration_that_is_killed_ends_as_planned(tmp_path: Path, to: str) -> None:
    users, kills = sized(40, 24), sized(2, 1)
    size = Size(users=users, changed=6, kills=kills, quota=Quota(1, 25), lease=2, to=to)

    found = move(size, tmp_path)

    assert found.is_as_planned, found
    assert found.codes == [*(-9 for _ in range(kills)), 1]
    assert found.wastes_at_most(size.most_wasted), found
    assert found.busiest <= size.quota.calls
