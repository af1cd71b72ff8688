"""One user, one answer: `python -m tests.service.whole` does the same with 200 calls."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.directory.conftest import SERVER, database
from tests.service.crowd import PROVIDERS, Crowd, onboard_together

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_user_is_created_once_by_calls_of_processes_of_which_one_is_killed(
    provider: str, tmp_path: Path
) -> None:
    kind = "postgresql" if SERVER and provider == "stripe" else "sqlite"
    crowd = Crowd(provider=provider, processes=2, calls=12, kills=1, lease=2.0)
    with database(kind, tmp_path) as url:
        found = onboard_together(crowd, tmp_path, url)

    assert (found.answers, found.different, found.users) == (12, 1, 1)
    assert (found.killed, found.carried_out) == (1, 1)
    assert found.claims >= 2
    assert found.canaries == 0
