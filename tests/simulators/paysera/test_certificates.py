"""The Paysera simulator takes a TLS client certificate instead of a signature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.tls import behind_tls, certify, needs_openssl

from onboarding_simulators.paysera import LoggedRequest, PayseraSimulator

from .api import a_simulator

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[tuple[PayseraSimulator, str]]:
    """A simulator behind TLS that asks for a certificate of this authority and needs none."""
    simulator = a_simulator()
    with behind_tls(simulator, folder, demands=False) as url:
        yield simulator, url


def test_a_verified_certificate_stands_in_for_a_signature(
    secure: tuple[PayseraSimulator, str], folder: Path
) -> None:
    simulator, url = secure

    made = requests.post(
        f"{url}/rest/v1/user",
        json={"email": "a@example.com"},
        headers={"Wallet-Api-Project-Id": "42"},
        verify=str(folder / "authority.pem"),
        cert=(str(folder / "client.pem"), str(folder / "client.key")),
        timeout=5,
    )

    assert (made.status_code, made.json()["id"]) == (200, 221)
    assert simulator.log[-1] == LoggedRequest("POST", "/rest/v1/user", 200, (("project_id", "42"),))


def test_without_a_certificate_a_signature_is_needed(
    secure: tuple[PayseraSimulator, str], folder: Path
) -> None:
    _, url = secure

    answer = requests.get(
        f"{url}/rest/v1/user/221", verify=str(folder / "authority.pem"), timeout=5
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
