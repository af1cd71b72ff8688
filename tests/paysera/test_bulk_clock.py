"""A fault while Paysera's clock is read ends no batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from onboarding import Gateway, Secret
from onboarding.bulk import BulkRun, Line, State
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, Api

from onboarding_paysera import Paysera

LATE = datetime.fromtimestamp(NOW, UTC) - timedelta(hours=1)
PAYSERA = Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY))
LINES = [
    Line(
        number=number,
        ref=f"user-{number}",
        data={
            "identity": {
                "given_name": "Jane",
                "family_name": "Smith",
                "nationality": "LT",
                "national_id": {"code": f"4900311123{number}", "country": "LT"},
            },
            "email": f"user-{number}@example.com",
        },
    )
    for number in (1, 2)
]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error", "bad_gateway"])
def test_a_fault_while_the_clock_is_read_fails_one_user_and_the_next_one_is_created(
    api: Api, fault: Any
) -> None:
    api.sim.misbehave(kind=fault, route="*/server", times=1)
    adapter = evolve(PAYSERA, base_url=api.base_url)

    with Gateway(adapter, clock=lambda: LATE) as gateway:
        bulk = BulkRun(gateway)
        results = list(bulk.run(LINES))

    assert bulk.summary.stopped is None
    assert [result.state for result in results] == [State.FAILED, State.CREATED]
