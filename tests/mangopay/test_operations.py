"""The table of all operations says what is called, what is sent, and which tests ran it.

`ONBOARDING_UPDATE_DOCS=1 pytest tests/mangopay/test_operations.py` writes it anew.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from onboarding import Gateway
from onboarding._sync.calls import Calls
from onboarding.pytest_plugin import SOCKETS

from onboarding_mangopay import MangoPay

from .operations import OPERATIONS, SEED, Operation, Scene, flows, refreshed, requests_of
from .stage import Stage
from .watch import OperationsWatch

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "providers" / "mangopay" / "operations.md"
UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"
ROWS = [pytest.param(row, id=row.flow) for row in OPERATIONS]


@pytest.fixture
def scene(stage: Stage, fr: Gateway[MangoPay]) -> Scene:
    return Scene(stage, fr)


@pytest.mark.parametrize("row", ROWS)
def test_an_operation_is_played_over_a_socket(scene: Scene, row: Operation) -> None:
    sent = requests_of(row, scene)

    assert sent
    assert all(entry.status < 300 for entry in scene.stage.sim.log)


def test_the_table_on_the_page_says_what_was_sent(scene: Scene) -> None:
    text = PAGE.read_text("utf-8")
    sent: dict[str, list[str]] = {}

    for row in OPERATIONS:
        scene.stage.open()  # a simulator that knows nothing of the other rows
        sent[row.flow] = requests_of(row, scene)

    fresh = refreshed(text, sent)
    if UPDATE:
        PAGE.write_text(fresh, "utf-8")
    else:
        assert text == fresh


def test_every_operation_of_the_adapter_has_its_row() -> None:
    assert sorted(row.flow for row in OPERATIONS) == sorted(flows())


def test_every_method_of_the_node_sdk_has_one_row() -> None:
    found = Counter(name for row in OPERATIONS for name in row.seed.split())

    assert len(SEED.split()) == 20
    assert found == Counter(SEED.split())


def test_every_core_call_is_named_as_the_gateway_names_it() -> None:
    assert [row.flow for row in OPERATIONS if row.is_core != bool(row.call)] == []
    assert [row.flow for row in OPERATIONS if row.call and not hasattr(Calls, row.call)] == []


def test_a_test_counts_for_what_it_ran_over_a_socket_and_passed() -> None:
    watch = OperationsWatch()
    ran = {"provider": "mangopay", "operations": ["fetch_user", "close_user"]}
    rows = [("fetch_user", ["t.py::test_a"]), ("close_user", ["t.py::test_a", "t.py::test_b"])]

    watch.pytest_runtest_logreport(_report("t.py::test_a[1]", "passed", ran))
    watch.pytest_runtest_logreport(_report("t.py::test_b", "failed", ran))

    assert watch.lacking(rows) == ["close_user: t.py::test_b"]
    assert watch.lacking([("renew", ["t.py::test_a"])]) == ["renew: t.py::test_a"]


def _report(test: str, outcome: Literal["passed", "failed"], ran: object) -> pytest.TestReport:
    properties = [(SOCKETS, ran)]
    return pytest.TestReport(
        test, ("", 0, ""), {}, outcome, None, "call", user_properties=properties
    )


@pytest.mark.parametrize("row", ROWS)
def test_a_named_test_exists_and_makes_the_call_over_a_socket(row: Operation) -> None:
    for test in row.tests:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text("utf-8")
        found = [
            node
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef) and node.name == name
        ]
        assert len(found) == 1, test
        fixtures = {argument.arg for argument in found[0].args.args}
        assert fixtures & {"stage", "fr", "beside", "year"}, test
        called = {node.attr for node in ast.walk(found[0]) if isinstance(node, ast.Attribute)}
        assert called & {row.call, row.flow}, test
