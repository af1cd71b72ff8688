"""The state is the provider's in the end: `python -m tests.service.whole` does it with 1,000."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.directory.conftest import KINDS, database
from tests.service.storm import Storm, receive_all


@pytest.mark.parametrize("kind", KINDS)
def test_notifications_in_any_order_lead_to_the_state_of_the_provider(
    kind: str, tmp_path: Path
) -> None:
    storm = Storm(notifications=60, users=6, forged=0.2, lost=0.1, seed=len(kind))
    with database(kind, tmp_path) as url:
        found = receive_all(storm, tmp_path, url)

    assert found.arrived >= 60
    assert found.lost > 0
    assert found.refused > 0
    assert found.dropped > 0
    assert found.events > 0
    assert found.stale > 0
    assert (found.wrong, found.broken, found.canaries) == (0, 0, 0)
