"""What the tests of the transports share: certificates, and a server that shows one."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from attrs import frozen
from tests.tls import OPENSSL, certify


@frozen
class Certificates:
    """Files of an authority and of what it signed, by name."""

    folder: Path

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def server(self, name: str = "server") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file(f"{name}.pem"), self.file(f"{name}.key"))
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if OPENSSL is None:
        pytest.skip("certificates are made by openssl")
    return Certificates(certify(tmp_path_factory.mktemp("certificates")))
