"""The state file of the simulator: what was answered is still there after `kill -9`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import requests
from attrs import define, field
from tests.mangopay.stage import ADDRESS, LEGAL, LEGAL_OWNER, NATURAL, OWNER, PAGE, PNG, Json

from .test_documents import OWNER_OF_COMPANY

RECIPIENT: Json = {
    "DisplayName": "My account",
    "PayoutMethodType": "LocalBankTransfer",
    "RecipientType": "Individual",
    "Currency": "EUR",
    "Country": "FR",
    "IndividualRecipient": {"FirstName": "Alex", "LastName": "Smith", "Address": ADDRESS},
    "LocalBankTransfer": {"EUR": {"IBAN": "FR7630004000031234567890143"}},
}
BANK_ACCOUNT: Json = {
    "OwnerName": "Alex Smith",
    "OwnerAddress": ADDRESS,
    "IBAN": "FR7630004000031234567890143",
}


@define
class Platform:
    """A client with one token, for as many simulators as come and go at the same file."""

    url: str = ""
    http: requests.Session = field(factory=requests.Session)

    def log_in(self) -> None:
        form = {"grant_type": "client_credentials"}
        asked = requests.post(
            f"{self.url}/v2.01/oauth/token", form, auth=("acme", "key"), timeout=5
        )
        self.http.headers["Authorization"] = f"bearer {asked.json()['access_token']}"

    def call(self, method: str, path: str, body: object = None, key: str = "") -> Json:
        headers = {"Idempotency-Key": key} if key else {}
        url = f"{self.url}/v2.01/acme/{path}"
        answer = self.http.request(method, url, json=body, headers=headers, timeout=5)
        shown: Json = {"status": answer.status_code}
        return shown | {"body": answer.json() if answer.content else None}

    def made(self, path: str, body: Json, key: str = "") -> Json:
        answer = self.call("POST", path, body, key)
        assert answer["status"] < 300, answer
        made: Json = answer["body"]
        return made

    def control(self, action: str, **facts: object) -> None:
        requests.post(f"{self.url}/_control/{action}", json=facts, timeout=5).raise_for_status()


@contextmanager
def killed_at_the_end(state: Path) -> Generator[str]:
    """Runs a simulator at a file, and kills it so that it has no time to tidy up."""
    settings = ["--client-id", "acme", "--api-key", "key", "--state", str(state)]
    process = subprocess.Popen(
        [sys.executable, "-m", "onboarding", "simulate", "mangopay", *settings],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()
            process.wait(timeout=10)


def test_whatever_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    platform, state, key = Platform(), tmp_path / "users.db", str(uuid4())

    with killed_at_the_end(state) as platform.url:
        platform.log_in()
        user = platform.made(NATURAL, OWNER, key)
        company = platform.made(LEGAL, LEGAL_OWNER)
        of_user, of_company = f"users/{user['Id']}", f"users/{company['Id']}"
        document = platform.made(f"{of_user}/kyc/documents", {"Type": "IDENTITY_PROOF"})["Id"]
        platform.call("POST", f"{of_user}/kyc/documents/{document}/pages", {"File": PAGE})
        platform.made(f"{of_user}/bankaccounts/iban", BANK_ACCOUNT)
        recipient = platform.made(f"{of_user}/recipients", RECIPIENT)
        declaration = platform.made(f"{of_company}/kyc/ubodeclarations", {})["Id"]
        platform.made(f"{of_company}/kyc/ubodeclarations/{declaration}/ubos", OWNER_OF_COMPANY)
        platform.made(f"{of_company}/identity-verifications", {"ReturnUrl": "https://example.com"})
        platform.made("hooks", {"EventType": "KYC_CREATED", "Url": "http://127.0.0.1:9/hook"})
        platform.control("add_wallet", user_id=user["Id"], currency="EUR", amount=5)
        platform.control("add_transaction", user_id=user["Id"], amount=7)
        platform.control("add_card", user_id=user["Id"])
        platform.control("finish_sca", link=user["PendingUserAction"]["RedirectUrl"])
        reads = (
            "users",
            f"sca/{of_user}",
            f"sca/{of_company}",
            f"sca/{of_user}/sca-status",
            f"{of_user}/kyc/documents",
            f"{of_user}/bankaccounts",
            f"{of_user}/recipients",
            f"{of_company}/kyc/ubodeclarations",
            f"{of_company}/identity-verifications",
            f"{of_user}/wallets",
            f"{of_user}/transactions",
            f"{of_user}/cards",
            f"{of_user}/emoney",
            "hooks",
            "events?per_page=100",
            f"responses/{key}",
        )
        before = {path: platform.call("GET", path) for path in reads}

    with killed_at_the_end(state) as platform.url:
        after = {path: platform.call("GET", path) for path in reads}
        again = platform.call("POST", NATURAL, OWNER, key)
        (page,) = platform.call("POST", f"kyc/documents/{document}/consult", {})["body"]
        shown = requests.get(page["Url"], timeout=5).content
        platform.control("finish_sca", link=company["PendingUserAction"]["RedirectUrl"])
        platform.control("finish_sca", link=recipient["PendingUserAction"]["RedirectUrl"])
        platform.control("deliver_hooks")
        active = platform.call("GET", f"recipients/{recipient['Id']}")["body"]["Status"]

    assert {answer["status"] for answer in before.values()} == {200}
    assert all(answer["body"] for answer in before.values())
    assert after == before
    assert again["status"] == 409
    assert shown == PNG
    assert active == "ACTIVE"
