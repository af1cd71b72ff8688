"""`onboarding simulate` offers the settings as options, once an adapter names the simulator."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from onboarding.cli import simulate

from onboarding_simulators.stripe import StripeSimulator


@pytest.fixture
def command() -> Any:
    return simulate.command_for("stripe", StripeSimulator)


def test_every_setting_is_an_option(command: Any) -> None:
    shown = CliRunner().invoke(command, ["--help"]).output

    for option in ("--port", "--api-key", "--webhook-secret", "--fault", "--account-tokens"):
        assert option in shown
    assert "sk_test_simulated" not in shown


RUN = """
from onboarding.cli.simulate import command_for
from onboarding_simulators.stripe import StripeSimulator
command_for("stripe", StripeSimulator)()
"""


def test_it_serves_and_prints_its_address_first() -> None:
    options = ["--port", "0", "--api-key", "sk_test_x", "--webhook-secret", "whsec_x"]
    program = [sys.executable, "-u", "-c", RUN, *options]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        base_url, desk = running.stdout.readline().strip(), running.stdout.readline().strip()

        answer = requests.get(f"{base_url}/v1/accounts", auth=("sk_test_x", ""), timeout=9)
        running.terminate()

    assert base_url.startswith("http://127.0.0.1:")
    assert desk == f"desk: {base_url}/_desk"
    assert answer.json()["data"] == []


@pytest.mark.parametrize(
    "wrong", [["--api-key", "pk_x"], ["--webhook-secret", "x"], ["--country", "AQ"]]
)
def test_a_wrong_setting_is_refused(command: Any, wrong: list[str]) -> None:
    ran = CliRunner().invoke(command, wrong)

    assert ran.exit_code != 0
    assert wrong[0].lstrip("-").replace("-", "_") in ran.output
