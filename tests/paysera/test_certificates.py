"""A TLS client certificate speaks for the client, and nothing is signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Connection,
    Gateway,
    Gateways,
    InvalidInput,
    Secret,
    User,
    UserRecord,
)
from onboarding.spi import Proof, Request
from tests.tls import behind_tls, certify, needs_openssl

from onboarding_paysera import Paysera
from onboarding_simulators.paysera import PayseraSimulator

PROOF = Proof(now=datetime(2026, 1, 2, tzinfo=UTC), nonce="nonce")
CERTIFIED = Paysera(
    client_id="acme", client_certificate=True, project_id="42", location_id="7", name="lt"
)
ASKED = Request(method="GET", url="https://wallet.paysera.com/rest/v1/user/221")
JANE = User(email="jane@example.com")


@frozen
class Secure:
    """A simulator behind TLS, and the folder of the certificates."""

    simulator: PayseraSimulator
    url: str
    folder: Path

    def connection(self, *, certified: bool = True) -> Connection:
        authority = str(self.folder / "authority.pem")
        if not certified:
            return Connection(ca_bundle=authority)
        return Connection(
            ca_bundle=authority,
            certificate=str(self.folder / "client.pem"),
            private_key=str(self.folder / "client.key"),
        )


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """Behind TLS that asks for a certificate of this authority and needs none."""
    folder = certify(tmp_path_factory.mktemp("certificates"))
    simulator = PayseraSimulator(client_id="acme", mac_key="key-of-acme")
    with behind_tls(simulator, folder, demands=False) as url:
        yield Secure(simulator, url, folder)


@needs_openssl
def test_a_certificate_speaks_for_the_client_and_names_its_project(secure: Secure) -> None:
    adapter = evolve(CERTIFIED, base_url=secure.url)
    with Gateway(adapter, connection=secure.connection()) as gateway:
        made = gateway.create_user(JANE)
        found = gateway.fetch_user(made.id)

    assert found.id == made.id
    chosen = (("project_id", "42"), ("location_id", "7"))
    assert [entry.parameters for entry in secure.simulator.log[-2:]] == [chosen, chosen]


@needs_openssl
def test_an_event_loop_shows_the_certificate_as_well(secure: Secure) -> None:
    import asyncio

    adapter = evolve(CERTIFIED, base_url=secure.url)

    async def life() -> UserRecord:
        async with AsyncGateway(adapter, connection=secure.connection()) as gateway:
            return await gateway.create_user(User(email="john@example.com"))

    assert asyncio.run(life()).provider == "paysera"


@needs_openssl
@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
def test_without_its_certificate_no_gateway_is_made(kind: type[Any], secure: Secure) -> None:
    adapter = evolve(CERTIFIED, base_url=secure.url)
    before = len(secure.simulator.log)

    with pytest.raises(ConfigurationError) as caught:
        kind(adapter, connection=secure.connection(certified=False))

    assert caught.value.paths == ("connection.certificate",)
    assert len(secure.simulator.log) == before


@needs_openssl
def test_a_users_token_signs_beside_a_certificate(secure: Secure) -> None:
    adapter = evolve(CERTIFIED, base_url=secure.url)
    with Gateway(adapter, connection=secure.connection()) as gateway:
        made = gateway.create_user(User(email="jim@example.com"))
        token = secure.simulator.issue_token(int(made.id))

        view = gateway.view(adapter.as_user(token.access_token, token.mac_key))

        assert view.fetch_user("me").id == made.id


def test_a_certificate_leaves_the_signature_out_and_sends_its_parameters_as_headers() -> None:
    signed = CERTIFIED.sign(ASKED, PROOF)

    # the official PHP client, Auth/ClientCertificate
    assert signed.headers == {"Wallet-Api-Project-Id": "42", "Wallet-Api-Location-Id": "7"}


def test_a_certificate_without_a_project_sends_no_header() -> None:
    adapter = evolve(CERTIFIED, project_id=None, location_id=None)

    assert adapter.sign(ASKED, PROOF).headers == {}


def test_a_token_is_used_with_a_signature_always() -> None:
    signed = CERTIFIED.as_user("SlAV32hkKG", "user-key").sign(ASKED, PROOF)

    assert signed.headers["Authorization"].startswith('MAC id="SlAV32hkKG"')
    assert "project_id=42&location_id=7" in signed.headers["Authorization"]


def test_a_certificate_takes_precedence_over_the_clients_key() -> None:
    signed = evolve(CERTIFIED, mac_key=Secret("key")).sign(ASKED, PROOF)

    assert "Authorization" not in signed.headers


@pytest.mark.parametrize(
    "settings",
    [{}, {"access_token": Secret("token"), "client_certificate": True}],
    ids=["client", "token"],
)
def test_without_a_certificate_a_key_is_needed(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Paysera(client_id="acme", **settings)

    assert [(one.path, one.code) for one in caught.value.problems] == [("mac_key", "missing")]


def test_a_configuration_without_key_and_certificate_is_refused_by_path() -> None:
    config = {"gateways": {"lt": {"provider": "paysera", "client_id": "acme"}}}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(config)

    assert caught.value.paths == ("gateways.lt.mac_key",)


@pytest.mark.parametrize(
    ("table", "paths"),
    [
        ({}, {"client_id", "mac_key"}),
        ({"mac_key": "env:NOWHERE"}, {"client_id", "mac_key"}),
        ({"client_certificate": "perhaps"}, {"client_id", "client_certificate", "mac_key"}),
        ({"client_certificate": True}, {"client_id", "connection.certificate"}),
    ],
)
def test_a_missing_key_is_told_once_beside_every_other_mistake(
    table: dict[str, Any], paths: set[str]
) -> None:
    config = {"gateways": {"lt": {"provider": "paysera", **table}}}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(config, env={})

    assert sorted(caught.value.paths) == sorted(f"gateways.lt.{path}" for path in paths)


@needs_openssl
def test_a_configuration_with_a_certificate_takes_no_key(secure: Secure) -> None:
    certificate = str(secure.folder / "client.pem")
    files = {"certificate": certificate, "private_key": str(secure.folder / "client.key")}
    table = {
        "provider": "paysera",
        "client_id": "acme",
        "client_certificate": True,
        "connection": files,
    }

    with Gateways.from_config({"gateways": {"lt": table}}) as gateways:
        adapter = gateways["lt"].adapter

    assert isinstance(adapter, Paysera)
    assert adapter.mac_key is None
