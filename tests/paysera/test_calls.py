"""The table of Paysera's calls is whole, and names what is there."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import pytest

from onboarding_paysera import Paysera
from onboarding_paysera.simulator.routes import ROUTES, Route

from . import test_clock, test_flows, test_oauth
from .calls import CALLS, Row, is_a_call, page

PAGE = Path(__file__).parents[2] / "docs" / "providers" / "paysera-calls.md"
UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row.kind} {row.what}")
def test_a_row_has_a_call_that_exists_and_a_test_that_uses_a_socket(row: Row) -> None:
    modules = (test_flows, test_oauth, test_clock)
    tests = [getattr(module, f"test_{row.test}", None) for module in modules]
    test = next((found for found in tests if found is not None), None)

    assert is_a_call(row.call)
    assert test is not None
    assert set(inspect.signature(test).parameters) & {"api", "at", "gateway", "start"}


def test_every_flow_of_the_adapter_has_a_row() -> None:
    flows = {
        name
        for base in Paysera.__mro__
        if base.__module__.startswith("onboarding_paysera")
        for name, member in vars(base).items()
        if not name.startswith("_")
        and inspect.isfunction(member)
        and str(inspect.signature(member).return_annotation).startswith("Flow[")
    }
    composed = {"upload_document", "describe_document", "renew"}  # which other rows go through

    assert flows - composed <= {row.call for row in CALLS}


def test_every_endpoint_of_the_simulator_below_the_user_is_in_the_table() -> None:
    told = {row.what for row in CALLS if row.kind == "endpoint"}
    served = [route for route in ROUTES if "user/" in route.path.pattern and route.json]

    for route in served:
        if "<field>" not in route.path.pattern and "recaptcha" not in route.path.pattern:
            assert any(_answers(route, line) for line in told), route.path.pattern


def _answers(route: Route, line: str) -> bool:
    method, _, path = line.partition(" ")
    numbered = "/".join(
        {":service": "micro", ":order": "0"}.get(part, "1" if part.startswith(":") else part)
        for part in path.split("/")
    )
    return method == route.method and bool(route.path.fullmatch(f"/rest/v1{numbered}"))


def test_the_page_shows_the_table() -> None:
    if UPDATE:
        PAGE.write_text(page(), "utf-8")

    assert PAGE.read_text("utf-8") == page()
