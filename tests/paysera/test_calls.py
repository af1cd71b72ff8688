"""A run of the tests over sockets leaves nothing out that Paysera's documents offer."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from onboarding_paysera import Paysera
from onboarding_simulators.paysera.routes import ROUTES, Route

from .calls import QUICK, WANTED, Row, read_run, refreshed, rows_of
from .tapped import ENDPOINTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "providers" / "paysera" / "operations.md"
UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"
RUN = ("test_flows.py", "test_documents_flow.py", "test_life.py", "test_oauth.py", "test_clock.py")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What a run of the tests over sockets met, by a pytest of its own."""
    file = tmp_path_factory.mktemp("run") / "said.json"
    recorded = ["-p", "tests.paysera.recorder", f"--paysera-run={file}"]
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", *recorded]
    tests = [str(Path(__file__).parent / name) for name in RUN]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    return rows_of(read_run(file))


@pytest.mark.parametrize("kind", WANTED)
def test_the_run_met_all_that_the_documents_name(rows: list[Row], kind: str) -> None:
    met = {row.what for row in rows if row.kind == kind}

    assert set(WANTED[kind]) - met == set()


def test_the_run_met_every_row_of_the_quick_reference(rows: list[Row]) -> None:
    assert [row.what for row in rows if row.kind == "quick reference"] == list(QUICK)


def test_no_cell_is_empty(rows: list[Row]) -> None:
    assert [row for row in rows if not all(cell.strip("`") for cell in row.cells)] == []


def test_the_run_met_every_flow_of_the_adapter(rows: list[Row]) -> None:
    flows = {
        name
        for base in Paysera.__mro__
        if base.__module__.startswith("onboarding_paysera")
        for name, member in vars(base).items()
        if not name.startswith("_")
        and inspect.isfunction(member)
        and str(inspect.signature(member).return_annotation).startswith("Flow[")
    }
    # made of other flows, or on an endpoint of another's
    composed = {"submit_document", "resume", "renew", "probe"}
    composed |= {"check_webhooks", "install_webhooks"}  # which send nothing

    assert flows - composed <= {call for row in rows for call in row.calls}


def test_every_endpoint_of_the_simulator_below_the_user_is_in_the_table() -> None:
    served = [route for route in ROUTES if "user/" in route.path and route.json]

    for route in served:
        if "recaptcha" not in route.path:
            assert any(_answers(route, line) for line in ENDPOINTS), route.path


def _answers(route: Route, line: str) -> bool:
    method, _, path = line.partition(" ")
    named = re.sub(r"<\w+>", ":", route.path)
    return method == route.method and named == "/rest/v1" + re.sub(r":\w+", ":", path)


def test_the_page_shows_what_the_run_met(rows: list[Row]) -> None:
    shown = PAGE.read_text("utf-8")
    if UPDATE:
        shown = refreshed(shown, rows)
        PAGE.write_text(shown, "utf-8")

    assert shown == refreshed(shown, rows)
