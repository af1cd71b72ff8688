"""The Paysera simulator takes a TLS client certificate instead of a signature."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from onboarding_paysera.simulator import LoggedRequest, PayseraSimulator

from .simulator_api import a_simulator

openssl = shutil.which("openssl")
pytestmark = pytest.mark.skipif(openssl is None, reason="certificates are made by openssl")


def run(folder: Path, command: str) -> None:
    assert openssl is not None
    subprocess.run([openssl, *command.split()], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and what it signed: `server` for 127.0.0.1, and `client`."""
    folder = tmp_path_factory.mktemp("certificates")
    new = "req -newkey rsa:2048 -nodes -days 2"
    signs = "-addext keyUsage=critical,keyCertSign,cRLSign"  # which Python 3.13 insists on
    run(folder, f"{new} -x509 {signs} -keyout authority.key -out authority.pem -subj /CN=authority")
    for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "")):
        run(folder, f"{new} -keyout {name}.key -out {name}.csr -subj /CN={name}")
        (folder / "extensions").write_text(f"authorityKeyIdentifier=keyid\n{extension}", "ascii")
        run(
            folder,
            f"x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial"
            f" -days 2 -extfile extensions -out {name}.pem",
        )
    return folder


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[tuple[PayseraSimulator, str]]:
    """A simulator behind TLS that asks for a certificate of this authority and needs none."""
    simulator = a_simulator()
    server = Server(("127.0.0.1", 0), simulator, numthreads=2)
    adapter = BuiltinSSLAdapter(str(folder / "server.pem"), str(folder / "server.key"))
    adapter.context.load_verify_locations(str(folder / "authority.pem"))
    adapter.context.verify_mode = ssl.CERT_OPTIONAL
    server.ssl_adapter = adapter
    server.expiration_interval = 0.05
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield simulator, f"https://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join(timeout=10)


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
