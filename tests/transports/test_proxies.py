"""What a proxy says is not taken for the provider's word, and no login leaves it."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from attrs import define, field
from onboarding import Outcome, OutcomeUnknown, TransportError
from tests.transports.conftest import Certificates
from tests.transports.wire import (
    DRIVERS,
    DROP,
    HANG_UP,
    OK,
    answer,
    call,
    paysera,
    requests_of,
    results,
    served,
    without_dns,
)

LOGIN = "user:p%40ss%20Xq7"
BASIC = b"basic " + base64.b64encode(b"user:p@ss Xq7").lower()
HOSTS = pytest.mark.parametrize(
    ("url", "place"),
    [("http://api.invalid", "api.invalid:80"), ("https://api.invalid", "api.invalid:443")],
    ids=["forwarded", "tunnelled"],
)


@define(eq=False)
class Tunnel:
    """A proxy that takes CONNECT; `asked` are the heads that it was sent."""

    context: ssl.SSLContext | None
    asked: list[bytes] = field(factory=list[bytes])
    listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = next(requests_of(connection))
            self.asked.append(head)
            host, _, port = head.split()[1].decode().rpartition(":")
            with connection, socket.create_connection((host, int(port))) as there:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pass_on, args=(there, connection), daemon=True)
                back.start()
                pass_on(connection, there)
                back.join()


def pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65_536):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)


@contextmanager
def tunnel(context: ssl.SSLContext | None = None) -> Iterator[tuple[Tunnel, str]]:
    proxy = Tunnel(context)
    threading.Thread(target=proxy.accept, daemon=True).start()
    place = f"127.0.0.1:{proxy.listener.getsockname()[1]}"
    try:
        yield proxy, f"{'https' if context else 'http'}://{LOGIN}@{place}"
    finally:
        with suppress(OSError):
            proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()


@DRIVERS
@HOSTS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_proxy_that_wants_other_credentials_is_named_and_nothing_was_carried_out(
    method: str, url: str, place: str, driver: Any
) -> None:
    with served(answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic")) as proxy:
        settings = f"http://{LOGIN}@{proxy.place}"

        (found,) = results(driver, paysera(url), call(method, f"{url}/Xq7"), proxy=settings)

    assert type(found) is TransportError
    assert found.outcome is Outcome.NOT_DONE
    assert str(found) == (
        f"no answer came from {place} to {method} (call): "
        f"the proxy {proxy.place} answered 407 and did not forward the request"
    )
    (asked,) = proxy.requests
    assert b"proxy-authorization: " + BASIC in asked.lower()


@DRIVERS
@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_opens_no_tunnel_is_named(status: int, driver: Any) -> None:
    with served(answer(f"{status} Xq7")) as proxy:
        url = "https://api.invalid"

        (found,) = results(driver, paysera(url), call("POST", url), proxy=f"http://{proxy.place}")

    assert type(found) is TransportError
    assert str(found).endswith(
        f"the proxy {proxy.place} answered {status} and did not forward the request"
    )
    assert found.transient is (status >= 500)


@DRIVERS
def test_a_407_that_no_proxy_gave_is_the_providers_answer(driver: Any) -> None:
    with served(answer("407 X")) as wire:
        (found,) = results(driver, paysera(wire.url), call("POST", wire.url))

    assert found.status == 407


@DRIVERS
@HOSTS
def test_a_proxy_that_is_not_there_is_named(url: str, place: str, driver: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"

    (found,) = results(driver, paysera(url), call("POST", url), proxy=f"http://{LOGIN}@{proxy}")

    assert type(found) is TransportError
    assert str(found) == (
        f"no answer came from {place} through the proxy {proxy} to POST (call): "
        "the proxy refused the connection"
    )


@DRIVERS
@HOSTS
def test_a_proxy_whose_name_is_not_found_is_told_from_the_provider(
    url: str, place: str, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_dns(monkeypatch)

    (found,) = results(
        driver, paysera(url), call("POST", url), proxy=f"http://{LOGIN}@gate.invalid"
    )

    assert type(found) is TransportError
    assert str(found) == (
        f"no answer came from {place} through the proxy gate.invalid:80 to POST (call): "
        "DNS: the host name of the proxy was not found"
    )


@DRIVERS
@HOSTS
def test_a_proxy_that_takes_no_connection_in_time_is_named(
    url: str, place: str, driver: Any, full: str
) -> None:
    (found,) = results(
        driver, paysera(url), call("POST", url), proxy=f"http://{full}", connect_timeout=0.1
    )

    assert type(found) is TransportError
    assert str(found) == (
        f"no answer came from {place} through the proxy {full} to POST (call): "
        "timed out before the request was sent"
    )


@DRIVERS
def test_a_proxy_that_talks_no_http_is_told_as_that(driver: Any) -> None:
    url = "https://api.invalid"
    with served(HANG_UP + b" Xq7\r\n\r\n") as proxy:
        (found,) = results(driver, paysera(url), call("POST", url), proxy=f"http://{proxy.place}")

    assert type(found) is TransportError
    assert "(call): malformed HTTP" in str(found)
    assert "Xq7" not in str(found)


@DRIVERS
def test_a_proxy_that_closes_before_there_is_a_tunnel_passed_nothing_on(driver: Any) -> None:
    url = "https://api.invalid"
    with served(DROP) as proxy:
        (found,) = results(driver, paysera(url), call("POST", url), proxy=f"http://{proxy.place}")

    assert type(found) is TransportError
    assert str(found).endswith("(call): connection closed before the request was sent")


@DRIVERS
def test_a_write_that_a_proxy_was_given_to_forward_may_have_been_carried_out(driver: Any) -> None:
    url = "http://api.invalid"
    with served(DROP) as proxy:
        (found,) = results(driver, paysera(url), call("POST", url), proxy=f"http://{proxy.place}")

    assert type(found) is OutcomeUnknown


@DRIVERS
@pytest.mark.parametrize("secure", [False, True], ids=["http proxy", "https proxy"])
def test_a_request_goes_through_a_tunnel_and_the_login_of_the_proxy_does_not(
    secure: bool, driver: Any, certificates: Certificates
) -> None:
    with (
        served(context=certificates.server()) as wire,
        tunnel(certificates.server() if secure else None) as (proxy, url),
    ):
        authority = certificates.file("authority.pem")

        found = results(
            driver,
            paysera(wire.url),
            *[call("POST", f"{wire.url}/a", b"{}")] * 2,
            ca_bundle=authority,
            proxy=url,
        )

    assert [getattr(response, "status", response) for response in found] == [200, 200]
    assert len(wire.requests) == 2
    assert len(proxy.asked) == 1
    assert b"proxy-authorization: " + BASIC in proxy.asked[0].lower()
    assert b"proxy" not in b"".join(wire.requests).lower()


@DRIVERS
def test_a_proxy_behind_tls_forwards_a_request_in_the_clear(
    driver: Any, certificates: Certificates
) -> None:
    url = "http://api.invalid"
    with served(OK, certificates.server()) as proxy:
        authority = certificates.file("authority.pem")

        (found,) = results(
            driver, paysera(url), call("POST", f"{url}/a"), ca_bundle=authority, proxy=proxy.url
        )

    assert found.status == 200
    assert proxy.requests[0].startswith(b"POST http://api.invalid/a HTTP/1.1\r\n")


@DRIVERS
def test_a_write_that_left_through_a_tunnel_may_have_been_carried_out(
    driver: Any, certificates: Certificates
) -> None:
    with served(DROP, certificates.server()) as wire, tunnel() as (_, url):
        authority = certificates.file("authority.pem")

        (found,) = results(
            driver, paysera(wire.url), call("POST", wire.url), ca_bundle=authority, proxy=url
        )

    assert type(found) is OutcomeUnknown
    assert "Xq7" not in str(found)


@DRIVERS
def test_a_tunnel_to_a_server_that_is_not_trusted_carries_no_request(
    driver: Any, certificates: Certificates
) -> None:
    with served(OK, certificates.server("stranger")) as wire, tunnel() as (_, url):
        authority = certificates.file("authority.pem")

        (found,) = results(
            driver, paysera(wire.url), call("POST", wire.url), ca_bundle=authority, proxy=url
        )

    assert type(found) is TransportError
    assert str(found).endswith("(call): TLS: the certificate is not trusted")


@DRIVERS
@pytest.mark.parametrize(
    ("variables", "used"),
    [
        ({"http_proxy": "http://{}"}, True),
        ({"http_proxy": "{}"}, True),
        ({"http_proxy": "HTTP://{}"}, True),
        ({"all_proxy": "http://{}"}, True),
        ({"https_proxy": "http://{}"}, False),
        ({"http_proxy": "http://{}", "no_proxy": "other.invalid,.invalid"}, False),
        ({"http_proxy": "http://{}", "no_proxy": "other.invalid"}, True),
    ],
)
@pytest.mark.parametrize("trust_env", [True, False])
def test_the_environment_names_a_proxy_where_it_is_trusted(
    trust_env: bool,
    variables: dict[str, str],
    used: bool,
    driver: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    without_dns(monkeypatch)
    with served() as proxy:
        for name, value in variables.items():
            monkeypatch.setenv(name, value.format(proxy.place))
        url = "http://api.invalid"

        (found,) = results(driver, paysera(url), call("POST", url), trust_env=trust_env)

    assert len(proxy.requests) == (used and trust_env)
    assert isinstance(found, TransportError) is not (used and trust_env)
