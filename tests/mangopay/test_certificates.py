"""The hosts that ask for a TLS client certificate, and a server that lets nobody in without one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Connection,
    Gateway,
    Gateways,
    Secret,
    TransportError,
)
from tests.tls import behind_tls, certify, needs_openssl

from onboarding_mangopay import Environment, MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

from .people import PAYER


@frozen
class Guarded:
    """A simulator behind TLS that wants a certificate, and the folder of the certificates."""

    simulator: MangoPaySimulator
    url: str
    folder: Path

    def table(self, certificate: str | None = "client") -> dict[str, Any]:
        """A gateway's table, with a certificate of this name."""
        connection = {"ca_bundle": str(self.folder / "authority.pem")}
        if certificate is not None:
            connection["certificate"] = str(self.folder / f"{certificate}.pem")
            connection["private_key"] = str(self.folder / f"{certificate}.key")
        return {
            "provider": "mangopay",
            "client_id": "acme",
            "api_key": Secret("key"),
            "mtls": True,
            "base_url": self.url,
            "connection": connection,
        }


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = certify(tmp_path_factory.mktemp("certificates"))
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with behind_tls(simulator, folder, demands=True) as url:
        yield Guarded(simulator, url, folder)


# docs: overview/mtls: every call goes to these hosts, that for a token as well
@pytest.mark.parametrize(
    ("environment", "mtls", "host"),
    [
        (Environment.SANDBOX, False, "https://api.sandbox.mangopay.com"),
        (Environment.SANDBOX, True, "https://api-mtls.sandbox.mangopay.com"),
        (Environment.PRODUCTION, False, "https://api.mangopay.com"),
        (Environment.PRODUCTION, True, "https://api-mtls.mangopay.com"),
    ],
)
def test_each_environment_has_a_host_that_asks_for_certificates(
    environment: Environment, mtls: bool, host: str
) -> None:
    adapter = MangoPay(client_id="acme", api_key=Secret("k"), environment=environment, mtls=mtls)

    urls = [next(flow).url for flow in (adapter.login(), adapter.fetch_user("1"))]

    assert urls == [f"{host}/v2.01/oauth/token", f"{host}/v2.01/acme/sca/users/1"]


@needs_openssl
def test_a_configured_certificate_opens_every_call_that_for_a_token_as_well(
    guarded: Guarded,
) -> None:
    with Gateways.from_config({"gateways": {"fr": guarded.table()}}) as gateways:
        made = gateways["fr"].create_user(PAYER)
        found = gateways["fr"].fetch_user(made.id)

    assert found.id == made.id
    assert guarded.simulator.log[0].path == "/v2.01/oauth/token"


@needs_openssl
def test_an_event_loop_shows_the_certificate_as_well(guarded: Guarded) -> None:
    table = guarded.table()
    connection = Connection(**table["connection"])
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=guarded.url)

    async def life() -> str:
        async with AsyncGateway(adapter, connection=connection) as gateway:
            return (await gateway.create_user(PAYER)).provider

    assert asyncio.run(life()) == "mangopay"


@needs_openssl
@pytest.mark.parametrize("certificate", [None, "stranger"])
def test_without_a_certificate_that_the_server_trusts_nothing_is_sent(
    guarded: Guarded, certificate: str | None
) -> None:
    connection = Connection(**guarded.table(certificate)["connection"])
    adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=guarded.url, name="fr")
    before = len(guarded.simulator.log)

    with Gateway(adapter, connection=connection) as gateway, pytest.raises(TransportError):
        gateway.create_user(PAYER)

    assert len(guarded.simulator.log) == before


@needs_openssl
def test_a_certificate_that_cannot_be_read_is_a_mistake_of_the_configuration(
    guarded: Guarded,
) -> None:
    table = guarded.table("nobody")

    with pytest.raises(ConfigurationError) as raised:
        Gateways.from_config({"gateways": {"fr": table}})

    assert raised.value.paths == (
        "gateways.fr.connection.certificate",
        "gateways.fr.connection.private_key",
    )
