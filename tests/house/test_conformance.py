"""The page of conformance says what a fresh pass of the laws finds, and a run can write it down.

`ONBOARDING_UPDATE_DOCS=1 pytest tests/house/test_conformance.py` writes the pages anew.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onboarding.testing.proof import BRIEF, LAWS, laws_for, prove
from onboarding.testing.report import refreshed
from tests.scaling import FEW, sized

ROOT = Path(__file__).parents[2]
PAGES = ("conformance.md", "laws.md")

CASE = """
from onboarding import Secret
from onboarding.testing import AdapterLaws
from onboarding_paysera import Paysera


class TestPaysera(AdapterLaws):
    adapter = Paysera(client_id="client", mac_key=Secret("key"))
    codes = ("never_quoted",)
"""


UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"
WHOLE = UPDATE or sized(1, 0) == 1
"""Whether every law is put to the adapters here; else those alone that go through the claims.

The others are tests of their own in the same run: the page can take them as held.
"""


def proven(provider: str) -> dict[str, Any]:
    """What a brief pass finds of the adapter as its own tests declare it."""
    path = ROOT / "tests" / provider / "test_translation.py"
    spec = importlib.util.spec_from_file_location(f"laws_of_{provider}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared = {"mangopay": "TestMangoPay", "paysera": "TestPaysera", "stripe": "TestStripe"}[
        provider
    ]
    subject = getattr(module, declared)()
    found = prove(subject, examples=BRIEF if WHOLE else 2, exhaustive=not WHOLE).plain()
    held = {} if WHOLE else {law.name: {"holds": True} for law in laws_for(subject)}
    left = [name for name in found["not_claimed"] if name not in held]
    return {**found, "laws": {**held, **found["laws"]}, "not_claimed": left}


@pytest.fixture(scope="module")
def providers() -> dict[str, dict[str, Any]]:
    return {provider: proven(provider) for provider in ("mangopay", "paysera", "stripe")}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_a_fresh_pass_finds(
    name: str, providers: dict[str, dict[str, Any]]
) -> None:
    page = ROOT / "docs" / "reference" / name
    text = page.read_text("utf-8")

    fresh = refreshed(text, providers)

    if UPDATE:
        page.write_text(fresh, "utf-8")
    else:
        assert text == fresh


def test_every_concept_is_told_of_every_provider(providers: dict[str, dict[str, Any]]) -> None:
    told = [of["concepts"] for of in providers.values()]

    assert told[0].keys() == told[1].keys() == told[2].keys()
    assert all(text.strip() for one in told for text in one.values())
    assert all({*one.values()} != {"none"} for one in told)


def test_a_run_writes_down_what_held_what_did_not_and_what_was_not_asked(tmp_path: Path) -> None:
    case, report = tmp_path / "test_case.py", tmp_path / "report.json"
    case.write_text(CASE, "utf-8")
    (tmp_path / "conftest.py").write_text(FEW, "utf-8")
    plugin = [] if _is_installed() else ["-p", "onboarding.pytest_plugin"]
    options = ["-q", "-pno:cacheprovider", "-pno:schemathesis", *plugin, "-n", "1", "--tb=no"]
    options += ["-k", "error_inverse or claim"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--conformance-report={report}", str(case)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(report.read_text("utf-8"))
    paysera = told["providers"]["paysera"]
    assert set(told["versions"]) == {"onboarding", "hypothesis", "python"}
    assert {name: law["holds"] for name, law in paysera["laws"].items()} == {
        "error_inverse": True,
        "every_claim_is_exercised": False,
    }
    reason = paysera["laws"]["every_claim_is_exercised"]["reason"]
    assert reason.startswith("claimed, but never exercised: error never_quoted, ")
    assert "operation submit_document" in reason
    assert ["error", "never_quoted", ""] in paysera["claims"]
    assert ["error", "never_quoted", ""] not in paysera["exercised"]
    assert set(paysera["not_claimed"]) < {law.name for law in LAWS}


def _is_installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.name == "onboarding" for point in entry_points(group="pytest11"))
