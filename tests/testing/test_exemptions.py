"""A law is closed by name and with a reason, and is never closed silently."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onboarding import InvalidInput, Secret
from onboarding.spi import Proof as Signed
from onboarding.spi import Request
from onboarding.testing import AdapterLaws, NeedlessExemption
from onboarding.testing.claims import claims_of
from onboarding.testing.exemptions import claims_covered
from onboarding.testing.proof import LAWS, prove
from onboarding.testing.report import broken_laws, exempt_laws, law_table
from tests.house.test_conformance import _is_installed
from tests.mangopay.test_translation import TestMangoPay as Everything
from tests.scaling import FEW
from tests.zoo.ark import Sound, Zoo, key

from onboarding_paysera import Paysera

WHY = "the signature is in the query"


class SignsTheQuery(Paysera):
    """An adapter whose signature is a parameter of the query."""

    def sign(self, request: Request, proof: Signed) -> Request:
        signed = super().sign(request, proof)
        return Request(method=request.method, url=f"{request.url}?sig=1", headers=signed.headers)


ADAPTER = SignsTheQuery(client_id="client", mac_key=Secret("key"))

CASE = """
from onboarding.testing import AdapterLaws
from tests.testing.test_exemptions import ADAPTER, WHY


class TestExempt(AdapterLaws):
    adapter = ADAPTER
    exempt = {"signature_is_pure": WHY, "error_inverse": "it was broken once"}
"""


def declared(**exempt: Any) -> type[AdapterLaws]:
    body = {"adapter": ADAPTER, "exempt": exempt, "__test__": False}
    return type("Declared", (AdapterLaws,), body)


def test_an_exempt_law_is_not_among_the_broken_ones_and_keeps_its_reason() -> None:
    without = prove(declared()(), examples=3)
    proof = prove(declared(signature_is_pure=WHY)(), examples=3)

    assert {*without.broken} - {*proof.broken} == {"signature_is_pure"}
    assert proof.exempt == {"signature_is_pure": WHY}
    law = proof.plain()["laws"]["signature_is_pure"]
    assert law["exempt"] == WHY
    assert law["holds"] is False
    assert law["reason"] == without.reasons["signature_is_pure"]


def test_every_unknown_law_and_every_missing_reason_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as error:
        declared(signature_is_pur=WHY, levels=" ", round_trip=7)

    told = {problem.path: problem.message for problem in error.value.problems}
    assert told.keys() == {"exempt.signature_is_pur", "exempt.levels", "exempt.round_trip"}
    assert told["exempt.signature_is_pur"].endswith("did you mean signature_is_pure?")


def test_an_exemption_of_a_law_that_does_not_apply_is_a_warning() -> None:
    with pytest.warns(NeedlessExemption, match="levels is exempt, but does not apply"):
        made = declared(levels="there are none")

    assert prove(made(), exhaustive=True).needless == ("levels",)


def test_an_exemption_of_a_law_that_holds_is_shown_as_such() -> None:
    proof = prove(declared(error_inverse="it was broken once")(), exhaustive=True)

    assert proof.needless == ("error_inverse",)
    told = exempt_laws({"paysera": proof.plain()})
    assert told == "- paysera, `error_inverse` is exempt: it was broken once (but it holds)"


def test_claims_that_only_an_exempt_law_exercises_are_closed_with_it() -> None:
    exempt = {"each_operation": "a person must be there"}
    body = {"adapter": Sound(api_key=key()), "scenarios": (), "__test__": False}
    open_, closed = type("Open", (Zoo,), body), type("Closed", (Zoo,), {**body, "exempt": exempt})

    assert "operation" in {claim.kind for claim in prove(open_(), exhaustive=True).unexercised}
    assert prove(closed(), exhaustive=True).unexercised == ()


def test_each_kind_of_claim_has_the_law_that_exercises_it() -> None:
    every = [law.name for law in LAWS]

    assert claims_covered([]) == frozenset()
    assert claims_covered(every) >= {claim.kind for claim in claims_of(Everything())}


def test_a_run_of_pytest_shows_exemptions_in_its_output_and_in_its_report(tmp_path: Path) -> None:
    case, report = tmp_path / "test_case.py", tmp_path / "report.json"
    case.write_text(CASE, "utf-8")
    (tmp_path / "conftest.py").write_text(FEW, "utf-8")
    plugin = [] if _is_installed() else ["-p", "onboarding.pytest_plugin"]
    options = ["-q", "-pno:cacheprovider", "-pno:schemathesis", *plugin, "-n", "1"]
    options += ["-k", "signature_is_pure or error_inverse", f"--conformance-report={report}"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(case)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"paysera: signature_is_pure is exempt: {WHY}\n" in done.stdout
    assert "paysera: error_inverse is exempt: it was broken once (but it holds)" in done.stdout
    assert "NeedlessExemption: the law error_inverse is exempt, but holds" in done.stdout
    providers = json.loads(report.read_text("utf-8"))["providers"]
    assert providers["paysera"]["laws"]["signature_is_pure"]["exempt"] == WHY
    assert broken_laws(providers) == ""
    assert "| exempt |" in law_table(providers)
