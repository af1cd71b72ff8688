"""`onboarding webhooks` registers what is missing, and changes what is another's only if told."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from attrs import define
from click.testing import CliRunner, Result
from onboarding import Gateways
from onboarding.cli.app import app
from onboarding.simulation import serve

from onboarding_mangopay.wire.events import WATCHED
from onboarding_mangopay.wire.hooks import EVENT_TYPES
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.stripe import StripeSimulator

URL = "https://shop.example/hooks-canary"

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:KEY"
base_url = "{fr}"

[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "env:KEY"
base_url = "{lt}"

[gateways.us]
provider = "stripe"
api_key = "env:US_KEY"
base_url = "{us}"
"""

ENV = {"KEY": "key", "US_KEY": "sk_test_simulated", "COLUMNS": "200"}


@define
class Place:
    """A configuration of three gateways, and a folder for files."""

    config: str
    folder: Path
    simulator: StripeSimulator
    us: str

    def run(self, command: str, *options: str) -> Result:
        arguments = ["webhooks", command, self.config, "--url", URL, *options]
        return CliRunner().invoke(app, arguments, env=ENV)

    def told(self, command: str, *options: str) -> dict[str, dict[str, Any]]:
        found = json.loads(self.run(command, "--json", *options).stdout)["gateways"]
        return {gateway["name"]: gateway for gateway in found}

    @property
    def client(self) -> stripe.StripeClient:
        """Stripe's own client."""
        return stripe.StripeClient(ENV["US_KEY"], base_addresses={"api": self.us})

    def gateways(self) -> Gateways:
        return Gateways.from_file(self.config, env=ENV)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    simulator = StripeSimulator(api_key="sk_test_simulated")
    with (
        serve(MangoPaySimulator(client_id="acme", api_key="key")) as fr,
        serve(PayseraSimulator(client_id="acme", mac_key="key")) as lt,
        serve(simulator) as us,
    ):
        config = tmp_path / "onboarding.toml"
        config.write_text(CONFIG.format(fr=fr, lt=lt, us=us), "utf-8")
        yield Place(str(config), tmp_path, simulator, us)


def statuses(told: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["status"] for one in told["webhooks"]}


def test_what_is_missing_is_registered_and_then_nothing_is_to_do(place: Place) -> None:
    secret = place.folder / "stripe.secret"

    before = place.run("check")
    installed = place.told("install", "--secret-file", str(secret))
    after = place.run("check")

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert set(statuses(installed["fr"]).values()) == {"created"}
    assert statuses(installed["us"]) == {"endpoint": "created", "events": "ok", "API version": "ok"}
    assert "refresh_stale" in installed["lt"]["note"]
    assert secret.read_text("utf-8").startswith("whsec_")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "whsec_" not in after.output


def test_the_endpoint_of_each_gateway_is_below_the_address(place: Place) -> None:
    place.run("install", "--secret-file", str(place.folder / "secret"))

    with place.gateways() as gateways:
        fr: Any = gateways["fr"]
        hooks = list(fr.each(fr.adapter.list_hooks))

    assert {hook.event_type for hook in hooks} == set(WATCHED)
    assert {hook.url for hook in hooks} == {f"{URL}/fr"}
    assert [one.url for one in place.client.v1.webhook_endpoints.list()] == [f"{URL}/us"]


def test_a_hook_of_another_address_is_changed_only_if_told(place: Place) -> None:
    with place.gateways() as gateways:
        fr: Any = gateways["fr"]
        fr.run(fr.adapter.register_hook("KYC_FAILED", "https://other.example/canary"))

    left = place.run("install", "--gateway", "fr")
    changed = place.told("install", "--gateway", "fr", "--replace")

    assert left.exit_code == 1
    assert "has another address" in left.output
    assert "canary" not in left.output
    assert statuses(changed["fr"])["KYC_FAILED"] == "changed"
    assert place.run("check", "--gateway", "fr").exit_code == 0


def test_a_disabled_hook_is_enabled_again(place: Place) -> None:
    place.run("install", "--gateway", "fr")
    with place.gateways() as gateways:
        fr: Any = gateways["fr"]
        (hook,) = [x for x in fr.each(fr.adapter.list_hooks) if x.event_type == "KYC_FAILED"]
        fr.run(fr.adapter.update_hook(hook.id, enabled=False))

    seen = place.told("check", "--gateway", "fr")["fr"]
    done = place.told("install", "--gateway", "fr")["fr"]

    assert statuses(seen)["KYC_FAILED"] == "wrong"
    assert statuses(done)["KYC_FAILED"] == "changed"
    assert place.run("check", "--gateway", "fr").exit_code == 0


def test_an_endpoint_that_lacks_events_gets_them_and_keeps_its_own(place: Place) -> None:
    place.client.v1.webhook_endpoints.create(
        {
            "url": f"{URL}/us",
            "enabled_events": ["account.updated", "payout.paid"],
            "api_version": "2026-05-27.dahlia",
            "connect": True,
        }
    )

    seen = place.told("check", "--gateway", "us")["us"]
    options = ("--gateway", "us", "--secret-file", str(place.folder / "secret"))
    done = place.told("install", *options)["us"]

    assert statuses(seen) == {"endpoint": "ok", "events": "wrong", "API version": "ok"}
    assert statuses(done) == {"endpoint": "ok", "events": "changed", "API version": "ok"}
    (endpoint,) = place.client.v1.webhook_endpoints.list()
    assert {"payout.paid", "capability.updated"} <= {*endpoint.enabled_events}
    assert not (place.folder / "secret").exists()


def test_an_endpoint_of_another_version_is_replaced_only_if_told(place: Place) -> None:
    place.simulator.listen(f"{URL}/us")  # its version is that of the account
    options = ("--gateway", "us", "--secret-file", str(place.folder / "secret"))

    left = place.told("install", *options)["us"]
    done = place.told("install", *options, "--replace")["us"]

    assert statuses(left) == {"endpoint": "ok", "events": "ok", "API version": "wrong"}
    assert statuses(done) == {"endpoint": "created", "events": "ok", "API version": "ok"}
    assert place.run("check", "--gateway", "us").exit_code == 0
    by_status = {one.status: one.api_version for one in place.client.v1.webhook_endpoints.list()}
    assert by_status == {"enabled": "2026-05-27.dahlia", "disabled": None}


def test_no_endpoint_is_created_without_a_place_for_its_secret(place: Place) -> None:
    there = place.folder / "there"
    there.write_text("another secret", "utf-8")

    without = place.run("install", "--gateway", "us")
    over = place.run("install", "--gateway", "us", "--secret-file", str(there))

    assert (without.exit_code, over.exit_code) == (2, 2)
    assert there.read_text("utf-8") == "another secret"
    assert [*place.client.v1.webhook_endpoints.list()] == []


def test_every_hook_that_is_registered_is_documented() -> None:
    assert {*WATCHED} <= {*EVENT_TYPES}
