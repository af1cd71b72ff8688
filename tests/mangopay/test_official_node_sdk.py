"""MangoPay's own Node SDK against the simulator: unmodified, but for the address it calls."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from onboarding.simulation import serve

from onboarding_mangopay.simulator import MangoPaySimulator

HERE = Path(__file__).parent / "node"
NODE = shutil.which("node")

# docs: what each answer holds at least
KEYS = {
    "Users.create": "Id PersonType KYCLevel UserCategory UserStatus CreationDate",
    "Users.getAll": "Id Tag CreationDate PersonType Email KYCLevel UserCategory UserStatus",
    "Users.getSca": "Id PendingUserAction Address ProofOfIdentity",
    "Users.enroll": "PendingUserAction",
    "Users.manageConsent": "PendingUserAction",
    "Users.getScaStatus": "UserStatus IsEnrolled LastEnrollmentDate ConsentScope",
    "Users.getBankAccount": "Id UserId Type OwnerName OwnerAddress IBAN BIC Active",
    "Users.getKycDocument": "Id Type Status Flags RefusedReasonType ProcessedDate UserId",
    "KycDocuments.createKycDocumentConsult": "Url ExpirationDate",
    "UboDeclarations.get": "Id UserId Status Reason Message Ubos CreationDate ProcessedDate",
    "UboDeclarations.getUbo": "Id FirstName LastName Birthday Nationality Birthplace IsActive",
    "Users.getWallets": "Id Owners Balance Currency FundsType Description",
    "Users.getEMoney": "UserId CreditedEMoney DebitedEMoney",
    "Recipients.get": "Id Status DisplayName LocalBankTransfer RecipientScope",
    "Users.getRegulatory": "ActionCode ScopeBlocked",
    "IdentityVerifications.get": "Id Status HostedUrl ReturnUrl Checks PSCs UserId",
    "Hooks.get": "Id Url EventType Status Validity",
    "Events.getAll": "ResourceId EventType Date",
    "Idempotency.get": "StatusCode ContentLength ContentType Date RequestURL Resource",
}


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    if NODE is None:
        pytest.skip("node is not there")
    if not (HERE / "node_modules" / "mangopay4-nodejs-sdk").is_dir():
        pytest.skip(f"the SDK is not there: run `npm install` in tests/mangopay/{HERE.name}")
    simulator = MangoPaySimulator(client_id="acme", api_key="key", proxy=True)
    with serve(simulator) as base_url:
        run = subprocess.run(
            [NODE, "users.js", base_url], cwd=HERE, capture_output=True, text=True, timeout=60
        )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith('{"name"')]


def test_every_call_of_the_script_succeeds(lines: list[dict[str, Any]]) -> None:
    failed = [line for line in lines if "error" in line]

    assert failed == []
    assert len(lines) == 64
    assert lines[-1]["name"] == "Users.close"


@pytest.mark.parametrize("name", KEYS)
def test_every_answer_has_the_documented_keys(lines: list[dict[str, Any]], name: str) -> None:
    shown = [set(line.get("keys", ())) for line in lines if line["name"] == name]

    assert shown
    assert all(keys >= set(KEYS[name].split()) for keys in shown)
