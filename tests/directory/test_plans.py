"""The tests of the directory fail for a statement that reads a whole table."""

from __future__ import annotations

import pytest
from tests.directory.conftest import KINDS
from tests.directory.plans import PLANS, scans_in


@pytest.mark.parametrize("kind", KINDS)
def test_a_statement_without_an_index_is_found(kind: str) -> None:
    wanted = {
        "SELECT * FROM onboarding_operations WHERE digest = 'x'": ["onboarding_operations"],
        "SELECT * FROM onboarding_operations WHERE own_id = 'x'": [],
        "UPDATE onboarding_audit SET erased = true WHERE code = 'x'": ["onboarding_audit"],
    }

    with PLANS.large(kind).database.engine.connect() as connection:
        found = {statement: scans_in(connection, statement, ()) for statement in wanted}

    assert found == wanted
