"""Every carrier creates all users, none twice and none beyond the quota, whoever is killed.

`.ci/full carriers` does it with 1,000 users at 100 calls a second.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.workers.contract import CARRIERS, SCALED, absent, carry_all, is_good


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_carrier_keeps_the_contract(carrier: str, tmp_path: Path) -> None:
    if why := absent(carrier):
        pytest.skip(why)

    found = carry_all(carrier, SCALED, tmp_path)

    assert is_good(found, SCALED), found
