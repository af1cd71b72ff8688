"""Stripe's official command line, unmodified but for the base address, drives the simulator."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .stage import KEY, PNG, Stage
from .test_openapi import CALLS

CLI = Path(__file__).parent / "node/node_modules/@stripe/cli-linux-x64/bin/stripe"
NOWHERE = "http://127.0.0.1:9"

Run = Callable[..., Any]


@pytest.fixture
def run(stage: Stage, tmp_path: Path) -> Run:
    """Runs the program; returns the JSON that it prints."""
    if not CLI.is_file():
        pytest.skip("the program is missing: run `npm install` in tests/simulators/stripe/node")
    quiet = {"HOME": str(tmp_path), "STRIPE_CLI_TELEMETRY_OPTOUT": "1", "NO_PROXY": "127.0.0.1"}
    proxies = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE}  # it looks for updates

    def ran(*arguments: str) -> Any:
        to = ["--api-key", KEY, "--api-base", stage.base_url]
        done = subprocess.run(
            [CLI, *arguments, *to],
            env={**quiet, **proxies, "PATH": os.environ["PATH"]},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
        # a wrong key is told on the error stream, after some words
        return json.loads(done.stdout or done.stderr[done.stderr.index("{") :])

    return ran


def test_raw_calls_onboard_an_individual(run: Run, stage: Stage) -> None:
    made = run("post", "/v1/accounts", "-d", "country=US", "-d", "type=custom")
    id = made["id"]
    path = f"/v1/accounts/{id}"
    facts = {
        "business_type": "individual",
        "capabilities[transfers][requested]": "true",
        "external_account": "btok_us",
        "individual[first_name]": "Jenny",
        "individual[last_name]": "Rosen",
        "individual[email]": "jenny@example.com",
        "individual[phone]": "0000000000",
        "individual[id_number]": "000000000",
        "individual[dob][day]": "1",
        "individual[dob][month]": "1",
        "individual[dob][year]": "1902",
        "individual[address][line1]": "address_full_match",
        "individual[address][city]": "New York",
        "individual[address][state]": "NY",
        "individual[address][postal_code]": "10001",
        "individual[full_name_aliases][]": "Jen",
        "tos_acceptance[date]": "1700000000",
        "tos_acceptance[ip]": "8.8.8.8",
    }
    data = [word for name, value in facts.items() for word in ("-d", f"{name}={value}")]
    changed = run("post", path, *data)
    capability = run("get", f"{path}/capabilities/transfers")
    wrong = run("post", path, "-d", "individual[fist_name]=x")
    deleted = run("delete", path, "--confirm")

    assert changed["requirements"]["currently_due"] == []
    assert changed["individual"]["full_name_aliases"] == ["Jen"]
    assert capability["status"] == "active"
    assert wrong["error"]["param"] == "individual[fist_name]"
    assert deleted["deleted"]


def test_its_own_commands_call_what_is_there(run: Run, stage: Stage) -> None:
    made = run("accounts", "create", "--country", "US", "--type", "custom")
    listed = run("accounts", "list")
    own = run("accounts", "retrieve")
    persons = run("persons", "list", made["id"])
    capabilities = run("capabilities", "list", made["id"])
    link = run(
        *("account_links", "create", "--account", made["id"], "--type", "account_onboarding"),
        *("--refresh-url", "https://example.com", "--return-url", "https://example.com"),
    )
    events = run("events", "list")
    endpoint = run(
        *("webhook_endpoints", "create", "--url", "https://example.com/hook"),
        *("-d", "enabled_events[]=account.updated", "-d", "connect=true"),
    )
    rejected = run("accounts", "reject", made["id"], "--reason", "fraud")

    assert [each["id"] for each in listed["data"]] == [made["id"]]
    assert own["object"] == "account"
    assert persons["data"] == capabilities["data"] == []
    assert link["object"] == "account_link"
    assert events["object"] == "list"
    assert endpoint["secret"].startswith("whsec_")
    assert rejected["requirements"]["disabled_reason"] == "rejected.fraud"


def test_a_replay_and_a_wrong_key(run: Run, stage: Stage) -> None:
    first = run("post", "/v1/accounts", "-d", "country=US", "-i", "k")
    again = run("post", "/v1/accounts", "-d", "country=US", "-i", "k")
    stage.sim.api_key = "sk_test_another"
    refused = run("get", "/v1/accounts")

    assert again["id"] == first["id"]
    assert "error" in refused


def test_files_are_read(run: Run, stage: Stage) -> None:
    stage.upload(PNG, {"Authorization": f"Bearer {KEY}"})

    assert run("get", "/v1/files")["data"][0]["purpose"] == "identity_document"


EVERY_CALL = """
    post /v1/accounts country=US type=custom business_type=company -> account
    post /v1/accounts country=US type=express -> express
    get /v1/accounts
    get /v1/account
    get /v1/accounts/{account}
    post /v1/accounts/{account} email=hello@example.com
    post /v1/accounts/{account}/persons first_name=Ada relationship[owner]=true -> person
    get /v1/accounts/{account}/persons
    get /v1/accounts/{account}/persons/{person}
    post /v1/accounts/{account}/persons/{person} last_name=Lo
    delete /v1/accounts/{account}/persons/{person}
    post /v1/accounts/{account}/people first_name=Bob -> person
    get /v1/accounts/{account}/people
    get /v1/accounts/{account}/people/{person}
    post /v1/accounts/{account}/people/{person} last_name=Lo
    delete /v1/accounts/{account}/people/{person}
    post /v1/accounts/{account}/capabilities/transfers requested=true
    get /v1/accounts/{account}/capabilities
    get /v1/accounts/{account}/capabilities/transfers
    post /v1/accounts/{account}/external_accounts external_account=btok_us -> bank
    get /v1/accounts/{account}/external_accounts
    get /v1/accounts/{account}/external_accounts/{bank}
    post /v1/accounts/{account}/external_accounts external_account=btok_gb_gbp -> bank
    post /v1/accounts/{account}/external_accounts/{bank} metadata[a]=b
    delete /v1/accounts/{account}/external_accounts/{bank}
    post /v1/account_links account={account} type=account_onboarding \
        refresh_url=https://example.com/a return_url=https://example.com/b
    post /v1/account_sessions account={express} components[account_onboarding][enabled]=true
    post /v1/accounts/{express}/login_links
    post /v1/tokens person[first_name]=Ada -> token
    get /v1/tokens/{token}
    get /v1/files -> file
    get /v1/files/{file}
    get /v1/events -> event
    get /v1/events/{event}
    get /v1/country_specs
    get /v1/country_specs/FR
    post /v1/webhook_endpoints url=https://example.com/hook enabled_events[]=* -> endpoint
    get /v1/webhook_endpoints
    get /v1/webhook_endpoints/{endpoint}
    post /v1/webhook_endpoints/{endpoint} disabled=true
    delete /v1/webhook_endpoints/{endpoint}
    post /v1/accounts/{account}/reject reason=other
    delete /v1/accounts/{account}
""".replace("\\\n", "")
"""Every call, with its parameters and the name under which later calls know the id."""


def test_it_makes_every_call_that_is_described(run: Run, stage: Stage) -> None:
    """All but uploads, which the program does not make."""
    stage.upload(PNG, {"Authorization": f"Bearer {KEY}"})
    ids: dict[str, str] = {}

    for line in EVERY_CALL.split("\n")[1:-1]:
        call, _, name = line.format(**ids).partition(" -> ")
        method, path, *data = call.split()
        if path.endswith("/login_links"):
            stage.sim.complete_onboarding(ids["express"])
        facts = [word for each in data for word in ("-d", each)]
        shown = run(method, path, *facts, *(["--confirm"] if method == "delete" else []))
        assert "error" not in shown, call
        ids |= {name: shown.get("id") or shown["data"][0]["id"]} if name else {}

    assert set(CALLS) - stage.judge.succeeded == set()
