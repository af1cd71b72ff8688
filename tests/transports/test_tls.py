"""Whether a request left decides what is known of it; both drivers trust the same authorities."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import certifi
import pytest
from onboarding import Connection, Outcome, OutcomeUnknown, TransportError
from onboarding.transports import connection
from tests.transports.conftest import Certificates
from tests.transports.wire import DRIVERS, DROP, answer, call, paysera, results, served

WRITE = "no answer came from {} to POST (call): {}"


@contextmanager
def accepting(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """A port where each connection is handled by `talk`, then closed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    talk(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def old_tls(certificates: Certificates) -> ssl.SSLContext:
    context = certificates.server()
    context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    return context


@DRIVERS
@pytest.mark.filterwarnings("ignore:ssl.OP_NO_:DeprecationWarning")
def test_a_server_with_old_tls_is_sent_nothing(driver: Any, certificates: Certificates) -> None:
    with served(context=old_tls(certificates)) as wire:
        settings: dict[str, Any] = {"ca_bundle": certificates.file("authority.pem")}

        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), **settings)

    assert type(found) is TransportError
    assert found.outcome is Outcome.NOT_DONE
    assert str(found) == WRITE.format(wire.place, "TLS: the handshake failed")
    assert wire.requests == []


@DRIVERS
@pytest.mark.parametrize(
    "talk",
    [
        lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        lambda connection: connection.recv(65_536),
        lambda connection: None,
    ],
    ids=["answers in plain HTTP", "closes after the greeting", "closes at once"],
)
def test_a_handshake_that_does_not_end_leaves_a_write_surely_not_carried_out(
    talk: Callable[[socket.socket], object], driver: Any
) -> None:
    with accepting(talk) as place:
        url = f"https://{place}"

        (found,) = results(driver, paysera(url), call("POST", url))

    assert type(found) is TransportError
    assert found.outcome is Outcome.NOT_DONE
    assert str(found) == WRITE.format(place, "TLS: the handshake failed")


@DRIVERS
def test_a_handshake_that_takes_too_long_leaves_a_write_surely_not_carried_out(
    driver: Any,
) -> None:
    with accepting(lambda _: time.sleep(1)) as place:
        url = f"https://{place}"

        (found,) = results(driver, paysera(url), call("POST", url), connect_timeout=0.2)

    assert type(found) is TransportError
    assert str(found) == WRITE.format(place, "timed out before the request was sent")


@DRIVERS
@pytest.mark.parametrize(
    ("shown", "trusted"),
    [("server", "stranger"), ("stranger", "authority"), ("client", "authority")],
    ids=["of an unknown authority", "self-signed", "of another host"],
)
def test_a_server_whose_certificate_is_not_trusted_is_sent_nothing(
    shown: str, trusted: str, driver: Any, certificates: Certificates
) -> None:
    with served(context=certificates.server(shown)) as wire:
        settings: dict[str, Any] = {"ca_bundle": certificates.file(f"{trusted}.pem")}

        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), **settings)

    assert type(found) is TransportError
    assert found.outcome is Outcome.NOT_DONE
    assert (found.transient, found.unreachable) == (False, True)
    assert str(found) == WRITE.format(wire.place, "TLS: the certificate is not trusted")
    assert wire.requests == []


@DRIVERS
def test_a_write_that_left_inside_tls_may_have_been_carried_out(
    driver: Any, certificates: Certificates
) -> None:
    with served(DROP, certificates.server()) as wire:
        settings: dict[str, Any] = {"ca_bundle": certificates.file("authority.pem")}

        (found,) = results(driver, paysera(wire.url), call("POST", wire.url), **settings)

    assert type(found) is OutcomeUnknown
    assert found.outcome is Outcome.UNKNOWN
    assert len(wire.requests) == 1


@DRIVERS
def test_a_tls_connection_that_the_server_closed_while_it_was_idle_is_not_used(
    driver: Any, certificates: Certificates
) -> None:
    with served(answer("200 OK", "X-Hang-Up: 1"), certificates.server()) as wire:

        def closed() -> None:
            assert wire.closed.wait(5)
            wire.closed.clear()
            time.sleep(0.01)  # for the end of the connection to come over loopback

        settings: dict[str, Any] = {
            "ca_bundle": certificates.file("authority.pem"),
            "between": closed,
        }

        found = results(driver, paysera(wire.url), *[call("POST", wire.url)] * 3, **settings)

    assert [getattr(response, "status", response) for response in found] == [200] * 3
    assert len(wire.requests) == 3


# -- whom a connection trusts


@DRIVERS
@pytest.mark.parametrize("trust_env", [False, True])
def test_the_environment_adds_no_authority_and_notes_no_keys(
    trust_env: bool,
    driver: Any,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, certificates.file("authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(certificates.folder))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with served(context=certificates.server()) as wire:
        adapter, request = paysera(wire.url), call("POST", wire.url)

        (untrusted,) = results(driver, adapter, request, trust_env=trust_env)
        (trusted,) = results(driver, adapter, request, ca_bundle=certificates.file("authority.pem"))

    assert str(untrusted) == WRITE.format(wire.place, "TLS: the certificate is not trusted")
    assert trusted.status == 200
    assert list(tmp_path.iterdir()) == []


def serials(context: ssl.SSLContext) -> set[Any]:
    return {certificate["serialNumber"] for certificate in context.get_ca_certs()}


def test_the_authorities_of_certifi_are_trusted_where_no_others_are_named() -> None:
    bundled = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bundled.load_verify_locations(certifi.where())

    context = connection.tls_of(Connection())()

    assert serials(context) == serials(bundled)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
