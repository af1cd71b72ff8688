"""A connection to look at is made as a gateway makes one, and sends no request."""

from __future__ import annotations

from typing import Any

import pytest
from onboarding import Connection
from onboarding.transports.reach import Reached, reach
from tests.transports.conftest import Certificates
from tests.transports.test_proxies import BASIC, tunnel
from tests.transports.wire import served


def wanted(certificates: Certificates, **more: Any) -> Connection:
    return Connection(ca_bundle=certificates.file("authority.pem"), connect_timeout=2, **more)


def test_a_server_is_sent_no_request(certificates: Certificates) -> None:
    with served(context=certificates.server()) as wire:
        found = reach(wanted(certificates), wire.url)

    assert found.tls_version == "TLSv1.3"
    assert found.expires_at is not None
    assert wire.requests == []


def test_tls_is_seen_through_a_tunnel_and_the_login_stays_at_the_proxy(
    certificates: Certificates,
) -> None:
    with served(context=certificates.server()) as wire, tunnel() as (proxy, place):
        found = reach(wanted(certificates, proxy=place), wire.url)

    assert found.tls_version == "TLSv1.3"
    assert len(proxy.asked) == 1
    assert BASIC in proxy.asked[0].lower()


def test_a_proxy_that_is_not_there_is_named(certificates: Certificates) -> None:
    with served(context=certificates.server()) as wire:
        found = reach(wanted(certificates, proxy="http://127.0.0.1:9"), wire.url)

    assert "proxy" in found.refused
    assert found.tls_version is None


def test_a_server_that_talks_no_tls_fails_the_handshake() -> None:
    with served() as wire:
        found = reach(Connection(connect_timeout=2), wire.url.replace("http:", "https:"))

    assert found == Reached(tls_refused="the handshake failed")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://[::1]:9"])
def test_a_closed_port_is_refused(url: str) -> None:
    found = reach(Connection(connect_timeout=2), url)

    assert found.refused


def test_a_full_queue_times_out(full: str) -> None:
    found = reach(Connection(connect_timeout=0.2), f"http://{full}")

    assert "timed out" in found.refused
