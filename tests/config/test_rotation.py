"""API keys that change at the provider are read again, without a restart and without a failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field, frozen
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Gateway,
    Gateways,
    Identity,
    InvalidInput,
    Secret,
    Unauthorized,
    User,
    UserCategory,
)
from onboarding.config.references import References, SecretSettings
from onboarding.registry import Registry
from onboarding.spi import Adapter
from tests.world import World

from onboarding_stripe import Stripe

OLD = {"fr": "key-of-mangopay", "lt": "key-of-paysera"}
NEW = "a-new-key-that-nobody-may-see"
EACH = pytest.mark.parametrize("name", ["fr", "lt"])
BOTH = pytest.mark.parametrize("aio", [False, True], ids=["threads", "tasks"])


@define
class Rotating:
    """Gateways whose keys are in files, and the simulators that check them."""

    world: World
    folder: Path
    gateways: Gateways
    count: Iterator[int] = field(factory=count)

    def at_provider(self, name: str, key: str) -> None:
        if name == "fr":
            self.world.mangopay.api_key = key
        else:
            self.world.paysera.mac_key = key

    def in_file(self, name: str, key: str) -> None:
        (self.folder / name).write_text(key, "utf-8")

    def call(self, name: str, *, aio: bool) -> Any:
        """Creates a user, in threads or tasks."""
        named = Identity(given_name="Ona", family_name="Šimkutė") if name == "fr" else None
        category = UserCategory.PAYER if name == "fr" else None
        user = User(identity=named, email=f"ona{next(self.count)}@example.com", category=category)
        if not aio:
            return self.gateways[name].create_user(user)

        async def called() -> Any:
            gateway = self.gateways.aio[name]
            try:
                return await gateway.create_user(user)
            finally:
                await gateway.close()

        return asyncio.run(called())

    def users(self, name: str) -> int:
        """How many users were created at the provider."""
        sent = self.world.mangopay.log if name == "fr" else self.world.paysera.log
        made = ("/users/natural", "/rest/v1/user")
        return len(
            [x for x in sent if x.method == "POST" and x.path.endswith(made) and x.status == 200]
        )


@pytest.fixture
def at(world: World, tmp_path: Path) -> Iterator[Rotating]:
    config = world.config()
    for name, setting in (("fr", "api_key"), ("lt", "mac_key")):
        config["gateways"][name][setting] = f"file:{tmp_path / name}"
        (tmp_path / name).write_text(OLD[name], "utf-8")
    with Gateways.from_config(config) as gateways:
        yield Rotating(world, tmp_path, gateways)


@EACH
@BOTH
def test_a_refused_key_is_read_again_and_the_call_succeeds_once(
    at: Rotating, name: str, aio: bool
) -> None:
    at.at_provider(name, NEW)
    at.in_file(name, NEW)

    record = at.call(name, aio=aio)

    assert record.id
    assert at.users(name) == 1


@EACH
@BOTH
def test_a_key_that_did_not_change_is_refused_as_before(at: Rotating, name: str, aio: bool) -> None:
    at.at_provider(name, NEW)

    with pytest.raises(Unauthorized):
        at.call(name, aio=aio)

    assert len(at.world.logs) == 1  # nothing was sent a second time
    assert at.users(name) == 0


@EACH
def test_the_new_key_is_used_from_then_on(at: Rotating, name: str) -> None:
    before = at.gateways[name].adapter
    at.at_provider(name, NEW)
    at.in_file(name, NEW)
    at.call(name, aio=False)
    earlier = len(at.world.logs)

    at.call(name, aio=False)

    assert at.gateways[name].adapter != before
    assert [x.status for x in at.world.logs][earlier:] == [200]


@EACH
def test_a_file_that_cannot_be_read_leaves_the_refusal(
    at: Rotating, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    at.at_provider(name, NEW)
    (at.folder / name).unlink()

    with pytest.raises(Unauthorized):
        at.call(name, aio=False)

    assert "cannot be read again" in caplog.text
    assert OLD[name] not in caplog.text


@EACH
@BOTH
def test_reloading_names_the_gateways_that_changed(at: Rotating, name: str, aio: bool) -> None:
    if aio:
        at.call(name, aio=True)  # the gateway for tasks is made
    at.in_file(name, NEW)

    changed = at.gateways.reload_secrets()

    assert changed == (name,)
    assert at.gateways.reload_secrets() == ()
    at.at_provider(name, NEW)
    at.call(name, aio=aio)
    assert 401 not in [x.status for x in at.world.logs]


def test_reloading_changes_all_or_nothing(at: Rotating) -> None:
    before = [at.gateways[name].adapter for name in at.gateways]
    at.in_file("fr", NEW)
    at.in_file("lt", " ")

    with pytest.raises(ConfigurationError) as caught:
        at.gateways.reload_secrets()

    assert caught.value.paths == ("gateways.lt.mac_key",)
    assert [at.gateways[name].adapter for name in at.gateways] == before
    assert NEW not in str(caught.value)


def test_the_environment_is_read_as_it_is_now(world: World) -> None:
    env = world.env
    with Gateways.from_config(world.config(), env=env) as gateways:
        env["PAYSERA_KEY"] = NEW
        world.paysera.mac_key = NEW

        gateways["lt"].create_user(User(email="ona@example.com"))

        assert gateways.reload_secrets() == ()


def test_a_secret_in_code_is_not_read_again(world: World) -> None:
    config = world.config()
    config["gateways"]["lt"]["mac_key"] = Secret(OLD["lt"])
    with Gateways.from_config(config, env=world.env) as gateways:
        assert gateways["lt"].reread is None
        assert gateways.reload_secrets() == ()


@frozen(kw_only=True)
class Notified(Adapter):
    """An adapter whose webhook secrets are rotated: it has one, or two for a while."""

    provider = "notified"
    api_key: Secret
    webhook_secrets: tuple[Secret, ...] = ()


def notified(secrets: list[str], **env: str) -> Gateways:
    registry = Registry(entry_points=[])
    registry.register(Notified)
    table = {"provider": "notified", "api_key": "env:KEY", "webhook_secrets": secrets}
    env = {"KEY": "key-of-notified", **env}
    return Gateways.from_config({"gateways": {"n": table}}, registry=registry, env=env)


def test_each_of_several_secrets_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "next").write_text("whsec_1", "utf-8")
    with notified(["env:FIRST", f"file:{tmp_path / 'next'}"], FIRST="whsec_0") as gateways:
        (tmp_path / "next").write_text("whsec_2", "utf-8")

        assert gateways.reload_secrets() == ("n",)

        adapter = gateways.typed("n", Notified).adapter
        assert adapter.webhook_secrets == (Secret("whsec_0"), Secret("whsec_2"))
        assert adapter.api_key == Secret("key-of-notified")
        assert gateways.reload_secrets() == ()
        (tmp_path / "next").unlink()
        with pytest.raises(ConfigurationError) as caught:
            gateways.reload_secrets()
        assert caught.value.paths == ("gateways.n.webhook_secrets.1",)


def test_each_of_several_secrets_is_a_reference() -> None:
    with pytest.raises(ConfigurationError) as caught:
        notified(["env:FIRST", "whsec_literal", "env:NONE"], FIRST="whsec_0")

    assert caught.value.paths == (
        "gateways.n.webhook_secrets.1",
        "gateways.n.webhook_secrets.2",
    )
    assert "whsec" not in str(caught.value)


def test_many_threads_change_to_the_new_key_together(at: Rotating) -> None:
    at.at_provider("lt", NEW)
    at.in_file("lt", NEW)
    failures: list[Exception] = []
    together = threading.Barrier(8)

    def caller(number: int) -> None:
        together.wait(10)
        try:
            at.gateways["lt"].create_user(User(email=f"ona{number}@example.com"))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert at.users("lt") == 8


def test_a_view_keeps_its_own_secrets(at: Rotating) -> None:
    gateway: Gateway[Any] = at.gateways["lt"]
    seen = gateway.view(gateway.adapter)
    at.at_provider("lt", NEW)
    at.in_file("lt", NEW)

    with pytest.raises(Unauthorized):
        seen.fetch_user("8")

    assert gateway.view(gateway.adapter).adapter == gateway.adapter


def test_a_gateway_may_read_its_secrets_from_anywhere(world: World) -> None:
    adapter = world.gateways["lt"].adapter
    fresh: Any = {"mac_key": Secret(NEW)}
    world.paysera.mac_key = NEW
    with Gateway(adapter, reread=lambda old: evolve(old, **fresh)) as gateway:
        record = gateway.create_user(User(email="ona@example.com"))

    assert record.id


@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
def test_another_adapter_is_not_adopted(world: World, kind: Any) -> None:
    gateway = kind(world.gateways["lt"].adapter)

    with pytest.raises(InvalidInput):
        gateway.adopt(world.gateways["fr"].adapter)
    with pytest.raises(InvalidInput):
        gateway.adopt(evolve(world.gateways["lt"].adapter, name="other"))


def test_a_list_of_secrets_is_read_again() -> None:
    table = {"provider": "stripe", "api_key": "env:KEY", "webhook_secrets": ["env:OLD", "env:NEW"]}
    env = {"KEY": "sk_test_a", "OLD": "whsec_old", "NEW": "whsec_new"}
    reread = SecretSettings.of(Stripe, table, References(env))
    assert reread is not None

    fresh = reread(Stripe(api_key=Secret("sk_test_before")))

    assert isinstance(fresh, Stripe)
    assert [one.reveal() for one in fresh.webhook_secrets] == ["whsec_old", "whsec_new"]
