"""`onboarding doctor` asks the providers, and shows what to do about each check that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding.cli.app import app
from onboarding.simulation import serve
from tests.tls import OPENSSL, behind_tls, certify

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

CANARY = "Zxqcanary-key"

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:FR_KEY"
base_url = "{fr}"

[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "env:LT_KEY"
base_url = "{lt}"
"""


def invoke(*arguments: str, width: int = 200, **env: str) -> Result:
    keys = {"FR_KEY": "key", "LT_KEY": "key"}
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": str(width), **keys, **env})


@pytest.fixture
def config(tmp_path: Path) -> Iterator[str]:
    with (
        serve(MangoPaySimulator(client_id="acme", api_key="key")) as fr,
        serve(PayseraSimulator(client_id="acme", mac_key="key")) as lt,
    ):
        place = tmp_path / "onboarding.toml"
        place.write_text(CONFIG.format(fr=fr, lt=lt), "utf-8")
        yield str(place)


def told(done: Result) -> dict[str, dict[str, Any]]:
    """The checks of each gateway, by name."""
    return {
        gateway["name"]: {check["name"]: check for check in gateway["checks"]}
        for gateway in json.loads(done.stdout)["gateways"]
    }


def test_gateways_that_work_exit_with_0(config: str) -> None:
    done = invoke("doctor", config)

    assert done.exit_code == 0
    for word in ("fr", "lt", "accepted", "not used: loopback", "v2.01 answers", "v1 answers"):
        assert word in done.stdout


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_wrong_key_exits_with_1_and_says_what_to_do(config: str, width: int) -> None:
    done = invoke("doctor", config, width=width, FR_KEY=CANARY)

    text = " ".join(done.stdout.replace("│", " ").split())
    assert done.exit_code == 1
    assert "failed" in text
    assert "check" in text
    assert "client_id" in text
    assert CANARY not in done.output
    assert max(map(len, done.stdout.splitlines())) <= max(width, len(config))


def test_json_has_the_facts_of_each_check(config: str) -> None:
    done = invoke("doctor", "--config", config, "--json", LT_KEY=CANARY)

    checks = told(done)
    assert done.exit_code == 1
    assert checks["fr"]["api_version"]["facts"] == {"version": "v2.01"}
    assert checks["fr"]["quota"]["facts"]["seconds"] == 900
    assert checks["lt"]["key"]["status"] == "failed"
    assert CANARY not in done.output


def test_a_dead_host_fails_and_the_other_gateway_is_checked(config: str) -> None:
    text = Path(config).read_text("utf-8")
    first = text.partition('base_url = "')[2].partition('"')[0]
    Path(config).write_text(text.replace(first, "http://127.0.0.1:9"), "utf-8")

    checks = told(invoke("doctor", config, "--json"))

    assert checks["fr"]["reachable"]["message"] == "127.0.0.1:9: connection refused"
    assert checks["lt"]["key"]["status"] == "ok"


def test_tls_is_checked_against_the_authorities_of_the_gateway(tmp_path: Path) -> None:
    if OPENSSL is None:
        pytest.skip("certificates are made by openssl")
    folder = certify(tmp_path)
    place = tmp_path / "onboarding.toml"
    with behind_tls(PayseraSimulator(client_id="acme", mac_key="key"), folder, demands=False) as lt:
        _, _, table = CONFIG.format(fr="", lt=lt).partition("\n\n")
        place.write_text(table, "utf-8")
        stranger = invoke("doctor", str(place), "--json")
        bundle = f'connection = {{ ca_bundle = "{folder}/authority.pem" }}\n'
        place.write_text(table + bundle, "utf-8")
        known = invoke("doctor", str(place), "--json")

    assert stranger.exit_code == 1
    assert "not trusted" in told(stranger)["lt"]["tls"]["message"]
    assert known.exit_code == 0
    assert told(known)["lt"]["tls"]["facts"]["days_left"] == 1


def test_a_mistake_in_the_configuration_exits_with_2_and_sends_nothing(config: str) -> None:
    Path(config).write_text(Path(config).read_text("utf-8") + 'colour = "blue"\n', "utf-8")

    done = invoke("doctor", config)

    assert done.exit_code == 2
    assert "gateways.lt.colour" in done.output


def test_check_and_doctor_name_each_other(config: str) -> None:
    assert "onboarding doctor" in invoke("check", "--help").stdout
    assert "onboarding check" in invoke("doctor", "--help").stdout
    assert "onboarding doctor" in " ".join(invoke("check", config).stdout.split())
