"""An application behind TLS, and an authority that signs certificates for both ends."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["behind_tls", "certify", "needs_openssl"]

OPENSSL = shutil.which("openssl")
NEW = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"  # made at once
SIGNS = "-addext keyUsage=critical,keyCertSign,cRLSign"  # which Python 3.13 insists on
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="certificates are made by openssl")


def certify(folder: Path) -> Path:
    """Makes an `authority`, and what it signed: `server` for 127.0.0.1, `client`; a `stranger`."""
    for name in ("authority", "stranger"):
        _run(folder, f"{NEW} -x509 {SIGNS} -keyout {name}.key -out {name}.pem -subj /CN={name}")
    for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "")):
        _run(folder, f"{NEW} -keyout {name}.key -out {name}.csr -subj /CN={name}")
        (folder / "extensions").write_text(f"authorityKeyIdentifier=keyid\n{extension}", "ascii")
        _run(
            folder,
            f"x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial"
            f" -days 2 -extfile extensions -out {name}.pem",
        )
    return folder


@contextmanager
def behind_tls(app: WSGIApplication, folder: Path, *, demands: bool) -> Iterator[str]:
    """Serves an application; gives its URL. It asks for a client certificate, or demands one."""
    server = _Quiet(("127.0.0.1", 0), app, numthreads=4)
    adapter = BuiltinSSLAdapter(str(folder / "server.pem"), str(folder / "server.key"))
    adapter.context.load_verify_locations(str(folder / "authority.pem"))
    adapter.context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_OPTIONAL
    server.ssl_adapter = adapter
    server.expiration_interval = 0.05  # how soon it sees that it is to stop
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join(timeout=10)


class _Quiet(Server):
    """It would write down each handshake that fails."""

    def error_log(self, *_: object, **__: object) -> None:
        pass


def _run(folder: Path, command: str) -> None:
    assert OPENSSL is not None
    subprocess.run([OPENSSL, *command.split()], cwd=folder, check=True, capture_output=True)
