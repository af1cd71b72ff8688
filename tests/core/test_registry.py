"""Adapters are found by name, lazily, loudly; observers hear of exchanges, never of users."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Generator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

import pytest
from attrs import frozen
from onboarding import ConfigurationError, Gateways, InvalidInput, User, UserRecord
from onboarding.errors import AmbiguousProvider, UnknownProvider
from onboarding.registry import Registry
from onboarding.spi import Adapter, Exchange, Flow, Request, hookimpl


class World(Protocol):
    mangopay: Any

    @property
    def env(self) -> dict[str, str]: ...
    def config(self) -> dict[str, Any]: ...


@frozen(kw_only=True)
class Acme(Adapter):
    provider = "acme"


@frozen(kw_only=True)
class OtherAcme(Adapter):
    provider = "acme"


class Brings:
    """A plugin object that brings Acme."""

    @hookimpl
    def onboarding_adapters(self) -> list[type[Adapter]]:
        return [Acme]


brings = Brings()


class BringsNonsense:
    @hookimpl
    def onboarding_adapters(self) -> list[Any]:
        return [Acme, "not a class"]


nonsense = BringsNonsense()


class MisspellsAHook:
    @hookimpl
    def onboarding_adaptors(self) -> list[type[Adapter]]:
        return [Acme]


misspelt = MisspellsAHook()


class AsksForTooMuch:
    @hookimpl
    def onboarding_observe(self, exchange: Exchange, body: bytes) -> None:
        raise AssertionError


greedy = AsksForTooMuch()


class Distribution:
    """As much of an installed distribution as a report shows."""

    def __init__(self, name: str, version: str) -> None:
        self.name, self.version = name, version


def point(name: str, target: str, *, dist: str = "") -> EntryPoint:
    """An entry point of the group `onboarding`; `target` is in this module unless it is dotted."""
    value = target if ":" in target or "." in target else f"{__name__}:{target}"
    made = EntryPoint(name=name, value=value, group="onboarding")
    if dist:
        vars(made)["dist"] = Distribution(dist, "3.1")
    return made


# -- by name, lazily


@pytest.mark.parametrize(
    ("asked", "other"),
    [("mangopay", "onboarding_paysera"), ("paysera", "onboarding_mangopay")],
)
def test_asking_for_one_provider_does_not_import_the_other(asked: str, other: str) -> None:
    code = (
        "import json, sys\n"
        "from onboarding.registry import Registry\n"
        f"found = Registry().find({asked!r})\n"
        "print(json.dumps([found.provider, sorted(sys.modules)]))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    provider, modules = json.loads(done.stdout)
    assert provider == asked
    assert f"onboarding_{asked}" in modules
    assert other not in modules
    assert "requests" not in modules
    assert "aiohttp" not in modules


def test_naming_what_is_installed_loads_nothing() -> None:
    code = (
        "import sys\n"
        "from onboarding.registry import Registry\n"
        "loaded = [name for name in sys.modules if name.startswith('onboarding_')]\n"
        "print(*Registry().names(), *loaded)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert done.stdout.split() == ["mangopay", "paysera", "stripe"]


def test_a_plugin_is_found_by_its_entry_point() -> None:
    registry = Registry(entry_points=[point("acme", "brings")])

    found = registry.find("acme")

    assert found is Acme
    assert registry.find("acme") is found


def test_a_broken_stranger_is_not_touched_until_its_name_is_asked_for() -> None:
    registry = Registry(entry_points=[point("gone", "no.such.module"), point("acme", "brings")])

    found = registry.find("acme")

    assert found is Acme
    assert registry.names() == ("acme", "gone")


# -- loudly


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no.such.module", "ModuleNotFoundError"),
        ("nobody", "AttributeError"),
        ("nonsense", "must return subclasses of Adapter"),
        ("misspelt", "PluginValidationError"),
        ("greedy", "PluginValidationError"),
        ("this:s", "has no adapter instead"),
        ("brings", "has acme instead"),
    ],
)
def test_a_broken_plugin_is_explained_when_it_is_asked_for(target: str, reason: str) -> None:
    registry = Registry(entry_points=[point("broken", target)])

    with pytest.raises(UnknownProvider, match=reason) as caught:
        registry.find("broken")

    assert [(problem.path, problem.code) for problem in caught.value.problems] == [
        ("broken", "broken")
    ]


class NoTextError(BaseException):
    """An error that cannot even be told."""

    def __str__(self) -> str:
        raise SystemExit(4)


FAILURES = [
    "raise SystemExit(3)",
    "raise GeneratorExit",
    "raise BaseException('gone')",
    "import pytest; pytest.skip('not here', allow_module_level=True)",
    "import pytest; pytest.fail('no')",
    "import pytest; pytest.exit('enough')",
    "import asyncio; raise asyncio.CancelledError",
    f"from {__name__} import NoTextError; raise NoTextError",
    "def loop(): loop()\nloop()",
]


@pytest.mark.parametrize("code", FAILURES)
def test_a_plugin_that_raises_anything_while_it_is_imported_is_listed_and_harms_no_other(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fails_at_once.py").write_text(f"{code}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint(name="broken", value="fails_at_once", group="onboarding")
    registry = Registry(entry_points=[entry, point("acme", "brings")])

    reported = registry.report()

    found = {plugin.name: plugin.problem for plugin in reported}
    assert "its plugin cannot be loaded" in found["broken"]
    assert found["acme"] == ""
    with pytest.raises(UnknownProvider):
        registry.find("broken")


def test_a_key_press_while_a_plugin_is_imported_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes_long.py").write_text("raise KeyboardInterrupt\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint(name="slow", value="takes_long", group="onboarding")

    with pytest.raises(KeyboardInterrupt):
        Registry(entry_points=[entry]).find("slow")


@frozen(kw_only=True)
class Numbered(Adapter):
    provider = 5  # type: ignore[assignment]  # what this is a test of


class Failing:
    """A plugin object that fails in one way or another when it is asked."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    @hookimpl
    def onboarding_adapters(self) -> list[type[Adapter]]:
        return cast("list[type[Adapter]]", self._answer())


def leaves() -> NoReturn:
    raise SystemExit(3)


def cannot_be_told() -> NoReturn:
    raise NoTextError


leaver, mute, numbered = Failing(leaves), Failing(cannot_be_told), Failing(lambda: [Numbered])


@pytest.mark.parametrize("name", ["leaver", "mute", "numbered"])
def test_a_plugin_that_fails_when_it_is_asked_is_listed_and_harms_no_other(name: str) -> None:
    registry = Registry(entry_points=[point("broken", name), point("acme", "brings")])

    assert [bool(plugin.problem) for plugin in registry.report()] == [False, True]
    assert registry.find("acme") is Acme


@pytest.mark.parametrize("plugin", [leaver, mute, numbered])
def test_a_plugin_that_fails_when_it_is_asked_cannot_be_registered(plugin: object) -> None:
    registry = Registry(entry_points=[])

    with pytest.raises(InvalidInput):
        registry.register_plugin(plugin)

    assert registry.names() == ()


class Named(Brings):
    __name__ = "the_same"


def test_two_plugins_of_one_python_name_are_both_taken() -> None:
    registry = Registry(entry_points=[])
    plugins = [Named(), Named()]

    for plugin in plugins:
        registry.register_plugin(plugin)

    assert all(registry._manager.is_registered(plugin) for plugin in plugins)


def test_a_distribution_without_a_name_is_listed_too() -> None:
    class Nameless:
        @property
        def name(self) -> str:
            raise KeyError("Name")

    entry = point("zeta", "no.such.module")
    vars(entry)["dist"] = Nameless()

    [reported] = Registry(entry_points=[entry]).report()

    assert (reported.distribution, reported.version) == ("(unknown)", "")


def test_two_distributions_that_claim_one_name_are_both_named() -> None:
    registry = Registry(
        entry_points=[
            point("acme", "brings", dist="acme-pay"),
            point("acme", "brings", dist="acme-fork"),
            point("other", "brings"),
        ]
    )

    with pytest.raises(AmbiguousProvider, match=r"acme-fork 3\.1 and acme-pay 3\.1"):
        registry.find("acme")


def test_a_disputed_name_harms_no_other_name() -> None:
    disputed = [point("twice", "brings", dist="a"), point("twice", "brings", dist="b")]
    registry = Registry(entry_points=[*disputed, point("acme", "brings")])

    found = registry.find("acme")

    assert found is Acme


def test_the_report_lists_every_claim_with_what_is_wrong_with_it() -> None:
    registry = Registry(
        entry_points=[
            point("zeta", "no.such.module", dist="zeta-pay"),
            point("twice", "brings", dist="a"),
            point("twice", "brings", dist="b"),
        ]
    )
    registry.register(Acme)

    report = registry.report()

    assert [(plugin.name, plugin.distribution, bool(plugin.problem)) for plugin in report] == [
        ("acme", "(this process)", False),
        ("twice", "a", True),
        ("twice", "b", True),
        ("zeta", "zeta-pay", True),
    ]
    assert report[0].adapter is Acme
    assert "provided by a 3.1 and b 3.1" in report[1].problem
    assert "ModuleNotFoundError" in report[3].problem


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UnknownProvider, match="did you mean mangopay"):
        Registry().find("mangopey")


# -- in this process


def test_a_registered_class_is_found() -> None:
    registry = Registry(entry_points=[])

    decorated = registry.register(Acme)

    assert decorated is Acme
    assert registry.find("acme") is Acme
    assert registry.register(Acme) is Acme


def test_a_registered_class_comes_before_an_installed_one() -> None:
    registry = Registry(entry_points=[point("acme", "brings")])
    registry.register(OtherAcme)

    found = registry.find("acme")

    assert found is OtherAcme


def test_two_classes_of_this_process_cannot_share_a_name() -> None:
    registry = Registry(entry_points=[])
    registry.register(Acme)

    with pytest.raises(AmbiguousProvider, match="Acme and OtherAcme"):
        registry.register(OtherAcme)

    assert registry.find("acme") is Acme


def test_a_class_that_names_no_provider_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="has no provider name"):
        Registry(entry_points=[]).register(Adapter)


def test_registries_share_nothing() -> None:
    Registry(entry_points=[]).register(Acme)

    with pytest.raises(UnknownProvider):
        Registry(entry_points=[]).find("acme")


def test_a_plugin_object_brings_its_adapters() -> None:
    registry = Registry(entry_points=[])

    registry.register_plugin(Brings())

    assert registry.find("acme") is Acme


class BringsTwo:
    """A plugin object with an observer, and two adapters of which one may be claimed already."""

    @hookimpl
    def onboarding_adapters(self) -> list[type[Adapter]]:
        return [Fresh, OtherAcme]

    @hookimpl
    def onboarding_observe(self, exchange: Exchange) -> None:
        raise AssertionError


@frozen(kw_only=True)
class Fresh(Adapter):
    provider = "fresh"


def test_a_plugin_of_which_one_name_is_taken_brings_nothing_at_all() -> None:
    registry = Registry(entry_points=[])
    registry.register(Acme)
    plugin = BringsTwo()

    with pytest.raises(AmbiguousProvider, match="Acme and OtherAcme"):
        registry.register_plugin(plugin)

    assert registry.names() == ("acme",)
    assert not registry._manager.is_registered(plugin)


def test_a_plugin_may_be_registered_twice() -> None:
    registry = Registry(entry_points=[])
    plugin = Brings()
    registry.register_plugin(plugin)

    registry.register_plugin(plugin)

    assert registry.names() == ("acme",)


class Wraps:
    @hookimpl(wrapper=True)
    def onboarding_observe(self, exchange: Exchange) -> Generator[None, object, object]:
        return (yield)


@pytest.mark.parametrize("plugin", [nonsense, misspelt, greedy, Wraps()])
def test_a_plugin_that_keeps_no_contract_is_invalid_input_and_not_taken(plugin: object) -> None:
    registry = Registry(entry_points=[])

    with pytest.raises(InvalidInput):
        registry.register_plugin(plugin)

    assert registry.names() == ()
    assert not registry._manager.is_registered(plugin)


@pytest.mark.parametrize("thing", [Adapter, Brings, "acme", None])
def test_what_is_no_named_adapter_class_cannot_be_registered(thing: Any) -> None:
    with pytest.raises(InvalidInput):
        Registry(entry_points=[]).register(thing)


# -- observers


class Listener:
    """Keeps what it hears; fails afterwards if told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.heard: list[Exchange] = []
        self.failure = failure

    @hookimpl
    def onboarding_observe(self, exchange: Exchange) -> None:
        self.heard.append(exchange)
        if self.failure is not None:
            raise self.failure


class Deaf:
    """An observer that wants no argument."""

    def __init__(self) -> None:
        self.calls = 0

    @hookimpl
    def onboarding_observe(self) -> None:
        self.calls += 1


def listening(world: World, *plugins: object) -> Gateways:
    registry = Registry()
    for plugin in plugins:
        registry.register_plugin(plugin)
    return Gateways.from_config(world.config(), env=world.env, registry=registry)


USER = {
    "identity": {"given_name": "Xq7Given", "family_name": "Xq7Family"},
    "email": "xq7@example.com",
    "category": "PAYER",
    "terms": {"accepted": True},
}


def test_an_observer_hears_of_each_exchange_and_sees_no_user(world: World) -> None:
    listener = Listener()

    with listening(world, listener) as gateways:
        record = gateways["fr"].create_user(User.parse(USER))

    told = [
        (heard.provider, heard.gateway, heard.operation, heard.method, heard.status)
        for heard in listener.heard
    ]
    assert told == [
        ("mangopay", "fr", "login", "POST", 200),
        ("mangopay", "fr", "create_user", "POST", 200),
    ]
    assert all(heard.seconds > 0 for heard in listener.heard)
    seen = repr(listener.heard)
    assert not any(word in seen for word in ("Xq7", "xq7", "acme", record.id, "key-of"))


def test_an_observer_that_raises_harms_neither_the_call_nor_another_observer(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    before, failing, after = Listener(), Listener(ValueError("Xq7Secret")), Listener()
    deaf = Deaf()

    with (
        caplog.at_level(logging.DEBUG),
        listening(world, before, failing, after, deaf) as gateways,
    ):
        record = gateways["fr"].create_user(User.parse(USER))

    assert record.id
    assert len(before.heard) == len(failing.heard) == len(after.heard) == deaf.calls == 2
    assert "an observer failed: ValueError" in caplog.text
    assert "Xq7" not in caplog.text


def test_a_plugin_registered_later_observes_a_gateway_that_exists(world: World) -> None:
    registry, listener = Registry(), Listener()

    with Gateways.from_config(world.config(), env=world.env, registry=registry) as gateways:
        gateways["fr"].create_user(User.parse(USER))
        unheard = registry.tell.listening
        registry.register_plugin(listener)
        gateways["fr"].create_user(User.parse(USER))

    assert not unheard
    assert [heard.operation for heard in listener.heard] == ["create_user"]


def test_an_observer_hears_of_a_request_that_got_no_answer() -> None:
    listener = Listener()
    registry = Registry()
    registry.register_plugin(listener)
    config = {
        "gateways": {
            "lt": {
                "provider": "paysera",
                "client_id": "acme",
                "mac_key": "env:KEY",
                "base_url": "http://127.0.0.1:1",
            }
        }
    }

    with (
        Gateways.from_config(config, env={"KEY": "k"}, registry=registry) as gateways,
        pytest.raises(Exception, match="no answer"),
    ):
        gateways.default.fetch_user("221")

    assert [(heard.operation, heard.status) for heard in listener.heard] == [("fetch_user", None)]


# -- what an adapter does not have


def test_an_operation_that_an_adapter_lacks_is_refused_by_name() -> None:
    @frozen(kw_only=True)
    class Tiny(Adapter):
        provider = "tiny"

        def fetch_user(self, user_id: str) -> Flow[UserRecord]:
            yield Request(method="GET", url="http://127.0.0.1:1/")
            raise AssertionError

    registry = Registry(entry_points=[])
    registry.register(Tiny)
    gateway = Gateways.from_config(
        {"gateways": {"t": {"provider": "tiny"}}}, registry=registry
    ).default

    with pytest.raises(Exception, match="tiny has no create_user"):
        gateway.create_user(User())


def test_a_configuration_finds_no_adapter_that_its_registry_lacks(world: World) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(world.config(), env=world.env, registry=Registry(entry_points=[]))

    assert caught.value.paths == ("gateways.fr.provider", "gateways.lt.provider")
