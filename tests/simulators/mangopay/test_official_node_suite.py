"""The tests that MangoPay ships with its Node SDK, run as they are against the simulator.

Only the address is another: `node/point.js` sets it in the SDK's own configuration. What does not
pass needs what the simulator is not for, and is named here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import requests
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.shared import VirtualClock

from .node_sdk import HERE, SDK, find_node

OF_USERS = [
    "BankAccounts",
    "EMoney",
    "Hooks",
    "Idempotency",
    "IdentityVerifications",
    "KycDocuments",
    "RateLimit",
    "Tokens",
    "UboDeclarations",
    "Users",
]
BESIDE = ["Events", "Recipients", "Regulatory"]

PAY_IN = "pays in by card"
PAY_OUT = "pays out"
PRESET = "reads a user that only MangoPay's own sandbox has"
SKIPPED = "is skipped by the suite itself"
DO_NOT_PASS = {
    "Events Get All Sort By Creation Date should return events sorted": SKIPPED,
    "Events Get Events List Payin Normal Created should find created event": PAY_IN,
    "Events Get Events List Payin Normal Succeeded should find succeeded event": PAY_IN,
    "Events Get Events List Payout Normal Created should find payout created event": PAY_OUT,
    "Idempotency Get Valid Response should get the Valid Idempotency Response": PAY_IN,
    "Recipients Deactivate should be deactivated": SKIPPED,
    "Users Get Sca Status John should be the same": PRESET,
    **{
        f"Users Transactions {title}": PAY_IN
        for title in (
            "Get all transactions should have one transaction",
            "Get all transactions transaction data should be correct",
            "Get all transactions Sca redirectUrl should be present on response headers",
            "Get all Cards should have one card",
            "Get all Cards card data should be correct",
            "Get Transactions for Card should be retrieved",
        )
    },
}


def platform() -> MangoPaySimulator:
    """Gives the platform of the suite: far off, with proxy and, from before, two hooks."""
    main = (SDK / "test" / "main.js").read_text()
    client, key = re.findall(r"client(?:Id|ApiKey): '(\S+)'", main)
    clock = VirtualClock()
    simulator = MangoPaySimulator(client_id=client, api_key=key, proxy=True, clock=clock)
    with serve(simulator) as base_url:
        form = {"grant_type": "client_credentials"}
        token = requests.post(f"{base_url}/v2.01/oauth/token", form, auth=(client, key), timeout=5)
        headers = {"Authorization": f"bearer {token.json()['access_token']}"}
        clock.advance(-60)
        for event in ("PAYIN_NORMAL_CREATED", "USER_KYC_REGULAR"):
            hook = {"EventType": event, "Url": "http://127.0.0.1:9/hook"}
            url = f"{base_url}/v2.01/{client}/hooks"
            assert requests.post(url, json=hook, headers=headers, timeout=5).ok
            clock.advance(30)
    # "Create KYC Document" ends before its second answer is there, and compares with nothing: were
    # the answer there, it would fail, for no two arrays of Flags are the same object
    simulator.misbehave(kind="slow", route="GET */users/*/KYC/documents/*", seconds=0.5)
    return simulator


def mocha(node: str, files: list[str], report: Path, *options: str, url: str = "") -> Any:
    """Gives what mocha reports of the suite's files."""
    command = [node, str(HERE / "node_modules" / "mocha" / "bin" / "mocha"), "--ui", "bdd"]
    reporting = ["--reporter", "json", "--reporter-option", f"output={report}"]
    specs = [f"test/services/{name}.js" for name in files]
    subprocess.run(
        [*command, *reporting, "--require", str(HERE / "point.js"), *options, *specs],
        cwd=SDK,
        env={**os.environ, "SIMULATOR": url},
        capture_output=True,
        timeout=240,
        check=False,  # it ends with the number of failures
    )
    return json.loads(report.read_text())


def titles(tests: list[dict[str, Any]]) -> list[str]:
    return [test["fullTitle"] for test in tests]


def test_ninety_tests_of_the_suite_concern_users(tmp_path: Path) -> None:
    found = mocha(find_node(), OF_USERS, tmp_path / "report", "--dry-run")

    assert found["stats"]["tests"] == 90
    assert sum(title in DO_NOT_PASS for title in titles(found["tests"])) == 8


def test_all_pass_but_those_named_with_what_they_need(tmp_path: Path) -> None:
    node, files = find_node(), [*OF_USERS, *BESIDE]
    every = titles(mocha(node, files, tmp_path / "dry", "--dry-run")["tests"])

    with serve(platform()) as base_url:
        # what pays in or out is waited for in vain, so not as long as the suite would
        found = mocha(node, files, tmp_path / "report", "--timeout", "6000", url=base_url)

    passed = titles(found["passes"])
    left = {title for title in every if title not in passed}
    assert left == set(DO_NOT_PASS), found["failures"]
    assert len(passed) == len(every) - len(left)
