"""`gateway.check()` finds what would make calls fail, at simulators over sockets."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from onboarding import AsyncGateway, Connection, Gateway, InvalidInput, Secret, Unauthorized
from onboarding.checks import Check, Checked, CheckStatus
from onboarding.checks.probe import Probe
from onboarding.policies import GuardPolicy
from onboarding.spi import Adapter, Response
from onboarding.transports.reach import certificate_expiry
from tests.core.test_drivers import BOTH, mangopay, paysera, provider, result_of
from tests.tls import NEW, OPENSSL, behind_tls, certify, needs_openssl
from tests.world import World

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_simulators.paysera import PayseraSimulator

OK, WARNING, FAILED, UNKNOWN = CheckStatus


def statuses(checked: Checked) -> dict[str, str]:
    return {check.name: str(check.status) for check in checked.checks}


GOOD = {
    "environment": "ok",
    "reachable": "ok",
    "tls": "ok",
    "key": "ok",
    "api_version": "ok",
    "clock": "ok",
    "quota": "ok",
}


def checked(kind: Any, adapter: Adapter, **settings: Any) -> Checked:
    found = result_of(kind(adapter, **settings), "check")
    assert isinstance(found, Checked)
    return found


@BOTH
@pytest.mark.parametrize(("name", "quota"), [("fr", "ok"), ("lt", "unknown")])
def test_a_gateway_that_works_passes_every_check(
    kind: Any, name: str, quota: str, world: World
) -> None:
    found = checked(kind, world.gateways[name].adapter)

    assert found.ok
    assert statuses(found) == {**GOOD, "quota": quota}
    assert found["tls"].message == "not used: loopback"
    assert (found.gateway, found.provider) == (name, world.gateways[name].provider)


@pytest.mark.parametrize("name", ["fr", "lt"])
def test_a_check_only_reads(name: str, world: World) -> None:
    result_of(Gateway(world.gateways[name].adapter), "check")

    sent = [(one.method, one.path) for one in world.logs]
    writes = [(method, path) for method, path in sent if method != "GET"]
    assert 2 <= len(sent) <= 3
    assert all(path.endswith("/oauth/token") for _, path in writes)


@BOTH
@pytest.mark.parametrize(("name", "setting"), [("fr", "api_key"), ("lt", "mac_key")])
def test_a_wrong_key_fails_and_is_not_shown(
    kind: Any, name: str, setting: str, world: World
) -> None:
    wrong: Any = {setting: Secret("a-key-that-is-wrong")}
    adapter = attrs.evolve(world.gateways[name].adapter, **wrong)

    found = checked(kind, adapter)

    assert not found.ok
    assert found["key"].status is FAILED
    assert "refused: 401" in found["key"].message
    assert found["reachable"].status is found["clock"].status is OK
    assert "a-key-that" not in repr(found)


def test_a_key_that_was_changed_fails_although_a_token_is_still_good(world: World) -> None:
    simulator = world.mangopay
    with Gateway(world.gateways["fr"].adapter) as gateway:
        list(gateway.users())
        assert gateway.check().ok
        simulator.api_key = "another"  # at the provider

        found = gateway.check()

        list(gateway.users())  # the token is not lost
    assert found["key"].status is FAILED


@BOTH
@pytest.mark.parametrize("name", ["fr", "lt"])
@pytest.mark.parametrize("ahead", [timedelta(minutes=4), timedelta(minutes=-4)])
def test_a_wrong_clock_is_a_warning_with_its_seconds(
    kind: Any, name: str, ahead: timedelta, world: World
) -> None:
    found = checked(kind, world.gateways[name].adapter, clock=lambda: datetime.now(UTC) + ahead)

    clock = found["clock"]
    assert clock.status is WARNING
    assert clock.facts["seconds_ahead"] == pytest.approx(ahead.total_seconds(), abs=3)
    assert ("ahead of" in clock.message) == (ahead > timedelta(0))


@BOTH
@pytest.mark.parametrize("make", [mangopay, paysera])
def test_a_dead_host_is_not_reachable_and_the_rest_is_unknown(kind: Any, make: Any) -> None:
    found = checked(kind, make("http://127.0.0.1:9"))

    assert found["reachable"].status is FAILED
    assert found["reachable"].message == "127.0.0.1:9: connection refused"
    rest = {name for name, status in statuses(found).items() if status == "unknown"}
    assert rest == {"tls", "key", "api_version", "clock", "quota"}


@BOTH
def test_a_web_site_in_place_of_the_api_fails_the_version(kind: Any) -> None:
    with provider(lambda *_: (200, b"<html>")) as (url, _):
        found = checked(kind, paysera(url))

    assert found["reachable"].status is OK
    assert found["api_version"].status is FAILED


@BOTH
def test_a_provider_that_is_down_leaves_the_key_unknown(kind: Any) -> None:
    with provider(lambda *_: (503, b"{}")) as (url, _):
        found = checked(kind, paysera(url))

    assert found["reachable"].status is OK
    assert found["key"].status is UNKNOWN
    assert found["key"].message == "the provider answered 503 http_503"


def test_a_key_without_the_permission_is_accepted() -> None:
    def answer(_: str, path: str) -> tuple[int, bytes]:
        if path.endswith("/oauth/token"):
            return 200, b'{"access_token": "token", "expires_in": 3600}'
        return 403, b""

    with provider(answer) as (url, _):
        found = checked(Gateway, mangopay(url))

    assert found.ok
    assert "may not read" in found["key"].message


@pytest.mark.parametrize(("left", "status"), [("2000", OK), ("200", WARNING), ("0", WARNING)])
def test_few_calls_left_are_a_warning(left: str, status: CheckStatus) -> None:
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    headers = {
        "X-RateLimit": str(2300 - int(left)),
        "X-RateLimit-Remaining": left,
        "X-RateLimit-Reset": str(int(now.timestamp()) + 60),
    }
    answer = Response(status=200, headers=headers, received_at=now)
    probe = Probe(mangopay("http://127.0.0.1:9"), Connection(), lambda: now, None)
    probe.answered(answer)

    quota = probe.checked()["quota"]

    assert quota.status is status
    assert quota.message == f"{left} of 2300 calls left in 900 seconds"
    assert quota.facts["resets_at"] == now + timedelta(seconds=60)


# -- the environment


@pytest.mark.parametrize(
    ("environment", "base_url", "status"),
    [
        ("sandbox", None, OK),
        ("production", None, OK),
        ("sandbox", "https://api.sandbox.mangopay.com", OK),
        ("sandbox", "https://api.mangopay.com", FAILED),
        ("production", "https://api.sandbox.mangopay.com", FAILED),
        ("production", "https://proxy.invalid", WARNING),
        ("sandbox", "http://127.0.0.1:9", OK),
    ],
)
def test_the_host_must_be_that_of_the_environment(
    environment: str, base_url: str | None, status: CheckStatus
) -> None:
    adapter = MangoPay(
        client_id="acme",
        api_key=Secret("key"),
        environment=type(mangopay("http://127.0.0.1:9").environment)(environment),
        base_url=base_url,
    )

    assert environment_of(adapter).status is status


def environment_of(adapter: Adapter) -> Check:
    probe = Probe(adapter, Connection(), lambda: datetime.now(UTC), None)
    return probe.checked()["environment"]


@attrs.frozen(kw_only=True)
class Plain(Adapter):
    """An adapter that declares nothing for checks."""

    provider = "plain"


@BOTH
def test_an_adapter_that_declares_nothing_is_unknown_and_fails_nothing(kind: Any) -> None:
    found = checked(kind, Plain(name="p"))

    assert found.ok
    assert set(statuses(found).values()) == {"unknown"}


# -- TLS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if OPENSSL is None:
        pytest.skip("certificates are made by openssl")
    return certify(tmp_path_factory.mktemp("certificates"))


@contextmanager
def secure(folder: Path, *, demands: bool = False) -> Iterator[str]:
    simulator = PayseraSimulator(client_id="acme", mac_key="key")
    with behind_tls(simulator, folder, demands=demands) as url:
        yield url


def trusting(folder: Path, **more: Any) -> Connection:
    return Connection(ca_bundle=str(folder / "authority.pem"), **more)


def at(url: str, **settings: Any) -> Paysera:
    given: dict[str, Any] = {"mac_key": Secret("key"), **settings}
    return Paysera(name="lt", client_id="acme", base_url=url, **given)


@BOTH
@needs_openssl
def test_tls_has_its_version_and_the_days_that_are_left(kind: Any, folder: Path) -> None:
    with secure(folder) as url:
        found = checked(kind, at(url), connection=trusting(folder))

    assert found.ok
    tls = found["tls"]
    assert tls.status is WARNING  # made for two days
    assert tls.facts["version"] == "TLSv1.3"
    assert tls.facts["days_left"] == 1
    assert tls.facts["expires_at"] == certificate_expiry(str(folder / "server.pem"))
    assert "in 1 day" in tls.message


@BOTH
@needs_openssl
def test_a_certificate_of_an_unknown_authority_fails_tls_and_sends_nothing(
    kind: Any, folder: Path
) -> None:
    simulator = PayseraSimulator(client_id="acme", mac_key="key")
    with behind_tls(simulator, folder, demands=False) as url:
        found = checked(kind, at(url))

    assert found["reachable"].status is OK
    assert found["tls"].status is FAILED
    assert "not trusted" in found["tls"].message
    assert found["key"].status is UNKNOWN
    assert list(simulator.log) == []


@BOTH
@needs_openssl
def test_an_expired_certificate_is_named_as_such(kind: Any, folder: Path, tmp_path: Path) -> None:
    for name in ("authority.pem", "server.key"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "extensions").write_text("subjectAltName=IP:127.0.0.1", "ascii")
    sign = (
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial"
        f" -days 0 -extfile {tmp_path}/extensions -out {tmp_path}/server.pem"
    )
    subprocess.run([str(OPENSSL), *sign.split()], cwd=folder, check=True, capture_output=True)
    time.sleep(1.1)  # it was valid for its first second

    with secure(tmp_path) as url:
        found = checked(kind, at(url), connection=trusting(tmp_path))

    assert found["tls"].status is FAILED
    assert "certificate has expired" in found["tls"].message


@BOTH
@needs_openssl
def test_the_expiry_of_the_own_certificate_is_checked(kind: Any, folder: Path) -> None:
    files = {
        "certificate": str(folder / "client.pem"),
        "private_key": str(folder / "client.key"),
    }
    with secure(folder, demands=True) as url:
        adapter = at(url, mac_key=None, client_certificate=True)
        found = checked(kind, adapter, connection=trusting(folder, **files))

    assert found["certificate"].facts["days_left"] == 1
    assert found["key"].status is OK


@needs_openssl
@pytest.mark.parametrize("days", [1, 300, 9_000, 20_000])
def test_the_expiry_in_a_file_is_that_which_openssl_tells(tmp_path: Path, days: int) -> None:
    made = NEW.replace("-days 2", f"-days {days}")
    for line in (f"{made} -x509 -keyout k -out c.pem -subj /CN=x",):
        subprocess.run([str(OPENSSL), *line.split()], cwd=tmp_path, check=True, capture_output=True)
    told = subprocess.run(
        [str(OPENSSL), "x509", "-in", "c.pem", "-noout", "-enddate"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    found = certificate_expiry(str(tmp_path / "c.pem"))

    assert told.strip() == f"notAfter={found:%b} {found.day:2} {found:%H:%M:%S %Y GMT}"


@pytest.mark.parametrize(
    "text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"]
)
def test_a_file_without_a_certificate_is_an_error(tmp_path: Path, text: str) -> None:
    place = tmp_path / "c.pem"
    place.write_text(text, "ascii")

    with pytest.raises(ValueError, match="certificate"):
        certificate_expiry(str(place))


@BOTH
def test_files_that_are_gone_fail_tls_by_their_setting(kind: Any, tmp_path: Path) -> None:
    with provider(lambda *_: (200, b"{}")) as (url, _):
        missing = Connection(ca_bundle=str(tmp_path / "nothing.pem"))
        found = checked(kind, at(url.replace("http:", "https:")), connection=missing)

    assert found["tls"].status is FAILED
    assert "connection.ca_bundle" in found["tls"].message
    assert found["key"].status is UNKNOWN


@BOTH
def test_a_key_that_no_header_can_hold_fails(kind: Any, world: World) -> None:
    changes: dict[str, Any] = {"access_token": Secret("token\nwith a line")}
    found = checked(kind, attrs.evolve(world.gateways["lt"].adapter, **changes))

    assert found["key"].status is FAILED
    assert "header" in found["key"].message


@BOTH
def test_a_deadline_that_is_no_number_is_an_error_and_not_a_finding(
    kind: Any, world: World
) -> None:
    with pytest.raises(InvalidInput):
        result_of(kind(world.gateways["lt"].adapter), "check", deadline=float("nan"))


@BOTH
def test_a_check_is_sent_while_the_guard_lets_calls_fail(kind: Any, world: World) -> None:
    wrong: Any = {"mac_key": Secret("wrong")}
    gateway = Gateway(
        attrs.evolve(world.gateways["lt"].adapter, **wrong), guard=GuardPolicy(failures=1)
    )
    with gateway, pytest.raises(Unauthorized):
        gateway.fetch_user("8")
    gateway.adapter = world.gateways["lt"].adapter  # without `adopt`, the guard stays open

    assert result_of(gateway, "check").ok


@BOTH
def test_a_check_is_one_call_in_the_log(
    kind: Any, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "onboarding"):
        checked(kind, world.gateways["fr"].adapter)

    (line,) = [one for one in caplog.records if one.name == "onboarding"]
    assert line.operation == "probe"  # type: ignore[attr-defined]


def test_both_kinds_check_alike(world: World) -> None:
    adapter = world.gateways["lt"].adapter

    assert statuses(checked(Gateway, adapter)) == statuses(checked(AsyncGateway, adapter))
