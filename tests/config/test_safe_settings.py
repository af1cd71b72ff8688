"""Settings with which keys, or calls, would be unprotected: refused by both doors, by path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import frozen
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Connection,
    Gateway,
    Gateways,
    InvalidInput,
    Secret,
)
from onboarding.model.shapes import Url
from onboarding.registry import Registry
from onboarding.spi import Adapter
from onboarding.urls import is_loopback

from onboarding_mangopay import Environment, MangoPay
from onboarding_paysera import Environment as PayseraEnvironment
from onboarding_paysera import Paysera

MAKERS: dict[str, Callable[..., Adapter]] = {"mangopay": MangoPay, "paysera": Paysera}
KEYS = {"mangopay": "api_key", "paysera": "mac_key"}
SANDBOX = {"mangopay": Environment.SANDBOX, "paysera": PayseraEnvironment.SANDBOX}
PRODUCTION = {"mangopay": Environment.PRODUCTION, "paysera": PayseraEnvironment.PRODUCTION}
ADDRESSES = [("mangopay", "base_url"), ("paysera", "base_url"), ("paysera", "authorize_url")]
ELSEWHERE = ["http://api.example", "HTTP://192.168.1.7:8080/x", "http://[2001:db8::1]"]
HERE = ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:1", "http://localhost:80",
        "http://api.localhost/x"]  # fmt: skip
OUTSIDE = ["http://localhost.example", "http://127.0.0.1.example", "http://0.0.0.0", "http://127.1"]


def from_config(provider: str, **fields: Any) -> Gateway[Adapter]:
    key = {KEYS[provider]: Secret("key")}
    table = {"provider": provider, "client_id": "acme", **key, **fields}
    return Gateways.from_config({"gateways": {"x": table}}, env={}).default


def in_code(provider: str, **fields: Any) -> Adapter:
    return MAKERS[provider](**{"client_id": "acme", KEYS[provider]: Secret("key"), **fields})


def refused(provider: str, **fields: Any) -> list[tuple[str, str]]:
    """Path and code of each problem, which the configuration and the constructor share."""
    with pytest.raises(ConfigurationError) as configured:
        from_config(provider, **fields)
    with pytest.raises(InvalidInput) as built:
        in_code(provider, **fields)
    told = [(x.path, x.code, x.message) for x in built.value.problems]
    assert [(x.path, x.code, x.message) for x in configured.value.problems] == [
        (f"gateways.x.{path}", *more) for path, *more in told
    ]
    return [(path, code) for path, code, _ in told]


# -- http://


@pytest.mark.parametrize(("provider", "setting"), ADDRESSES)
@pytest.mark.parametrize("address", [*ELSEWHERE, *OUTSIDE])
def test_an_unencrypted_address_of_another_machine_is_refused(
    address: str, provider: str, setting: str
) -> None:
    assert refused(provider, **{setting: address}) == [(setting, "insecure")]


@pytest.mark.parametrize(("provider", "setting"), ADDRESSES)
@pytest.mark.parametrize("address", [*HERE, "https://api.example", "HTTPS://api.example"])
def test_an_address_of_this_machine_or_an_encrypted_one_is_taken(
    address: str, provider: str, setting: str
) -> None:
    with from_config(provider, environment="production", **{setting: address}) as gateway:
        configured = gateway.adapter

    built = in_code(provider, environment=PRODUCTION[provider], **{setting: address})

    assert getattr(configured, setting) == getattr(built, setting) == address


@pytest.mark.parametrize(("provider", "setting"), ADDRESSES)
@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_gateway_of_a_sandbox_may_allow_an_unencrypted_address(
    address: str, provider: str, setting: str
) -> None:
    fields = {setting: address, "allow_insecure_http": True}

    with from_config(provider, environment="sandbox", **fields) as gateway:
        assert getattr(gateway.adapter, setting) == address
    assert in_code(provider, environment=SANDBOX[provider], **fields)


@pytest.mark.parametrize(("provider", "setting"), ADDRESSES)
def test_production_refuses_to_allow_an_unencrypted_address(provider: str, setting: str) -> None:
    fields = {"environment": PRODUCTION[provider], "allow_insecure_http": True}

    assert refused(provider, **fields) == [("allow_insecure_http", "conflict")]
    assert refused(provider, **fields, **{setting: "http://api.example"}) == [
        ("allow_insecure_http", "conflict"),
        (setting, "insecure"),
    ]


def test_the_environment_variables_may_allow_it_too() -> None:
    env = {
        "ONBOARDING__X__PROVIDER": "mangopay",
        "ONBOARDING__X__CLIENT_ID": "acme",
        "ONBOARDING__X__API_KEY": "key",
        "ONBOARDING__X__BASE_URL": "http://simulator:8080",
        "ONBOARDING__X__ALLOW_INSECURE_HTTP": "true",
    }

    with Gateways.from_env(env) as gateways:
        assert gateways["x"].adapter.allow_insecure_http is True


@frozen(kw_only=True)
class Careless(Adapter):
    """An adapter whose class replaces what adapters check when they are built."""

    provider = "careless"

    home: Url = "https://careless.example"

    def __attrs_post_init__(self) -> None:
        pass


@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
def test_a_gateway_refuses_what_an_adapter_let_through(kind: type[Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(Careless(home="http://careless.example"))

    assert caught.value.paths == ("home",)


def test_the_configuration_refuses_what_an_adapter_let_through() -> None:
    registry = Registry(entry_points=[])
    registry.register(Careless)
    config = {"gateways": {"x": {"provider": "careless", "home": "http://careless.example"}}}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(config, registry=registry)

    assert caught.value.paths == ("gateways.x.home",)


@pytest.mark.parametrize("address", ["", "http://", "http://[::", "localhost"])
def test_what_is_no_address_is_not_on_this_machine(address: str) -> None:
    assert not is_loopback(address)


# -- who calls


@pytest.mark.parametrize(
    ("provider", "setting"), [("mangopay", "mtls"), ("paysera", "client_certificate")]
)
@pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
def test_a_setting_that_needs_a_certificate_is_refused_without_one(
    kind: type[Any], provider: str, setting: str
) -> None:
    with pytest.raises(ConfigurationError) as configured:
        from_config(provider, **{setting: True})
    with pytest.raises(ConfigurationError) as built:
        kind(in_code(provider, **{setting: True}))

    assert configured.value.paths == ("gateways.x.connection.certificate",)
    assert built.value.paths == ("connection.certificate",)
    assert f"beside {setting}" in str(configured.value)


def test_a_view_in_a_users_name_is_checked_as_well() -> None:
    with Gateway(in_code("mangopay")) as gateway, pytest.raises(ConfigurationError):
        gateway.view(in_code("mangopay", mtls=True))


def test_the_certificate_is_missed_in_the_environment_variables_too() -> None:
    env = {
        "ONBOARDING__X__PROVIDER": "mangopay",
        "ONBOARDING__X__CLIENT_ID": "acme",
        "ONBOARDING__X__API_KEY": "key",
        "ONBOARDING__X__MTLS": "true",
    }

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_env(env)

    assert caught.value.paths == ("gateways.x.connection.certificate",)


BLANK = ["", " ", "\t", " acme", "acme ", "acme\n", "ac\x00me", "\ud800"]


@pytest.mark.parametrize("value", BLANK)
@pytest.mark.parametrize(
    ("provider", "setting"),
    [
        ("mangopay", "client_id"),
        ("paysera", "client_id"),
        ("paysera", "project_id"),
        ("paysera", "location_id"),
    ],
)
def test_an_id_that_is_blank_or_has_blanks_around_it_is_refused(
    provider: str, setting: str, value: str
) -> None:
    assert refused(provider, **{setting: value}) == [(setting, "shape")]


@pytest.mark.parametrize("value", [" ", "\n"])
def test_a_secret_that_is_blank_is_missing(value: str) -> None:
    table = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY"}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config({"gateways": {"x": table}}, env={"KEY": value})

    assert [(x.path, x.code) for x in caught.value.problems] == [("gateways.x.api_key", "missing")]


def test_a_secret_that_is_not_utf_8_is_refused_and_not_shown() -> None:
    table = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY"}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config({"gateways": {"x": table}}, env={"KEY": "Xq7\udcff"})

    assert [(x.path, x.code) for x in caught.value.problems] == [("gateways.x.api_key", "shape")]
    assert "Xq7" not in str(caught.value)


# -- the connection

NAN, INF = float("nan"), float("inf")
BAD_CONNECTIONS: list[tuple[str, Any]] = [
    *(("timeout", x) for x in (0, -1, NAN, INF, -INF, 86_401, 10**400)),
    *(("connect_timeout", x) for x in (0, -0.5, NAN, INF)),
    *(("pool", x) for x in (0, -1, 10_001, 10**30)),
    *(
        ("proxy", x)
        for x in (
            "", "proxy", "proxy:3128", "ftp://proxy:21", "socks5://proxy:1080", "file:///etc",
            "http://", "http://:3128", "http://proxy:0", "http://proxy:65536", "http://proxy:x",
            "http://proxy:3128/path", "http://proxy?x=1", "http://pro xy", "http://[::1",
        )
    ),
    ("ca_bundle", ""), ("certificate", " "), ("private_key", ""),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "value"), BAD_CONNECTIONS, ids=lambda x: repr(x)[:30])
def test_a_connection_out_of_its_limits_is_refused_by_both_doors(setting: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as configured:
        from_config("mangopay", connection={setting: value})
    with pytest.raises(InvalidInput) as built:
        Connection(**{setting: value})

    assert configured.value.paths == (f"gateways.x.connection.{setting}",)
    assert built.value.paths == (setting,)


def test_the_password_of_a_bad_proxy_is_not_shown() -> None:
    proxy = "http://u:Xq7Password@proxy:99999"

    with pytest.raises(ConfigurationError) as configured:
        from_config("mangopay", connection={"proxy": proxy})
    with pytest.raises(InvalidInput) as built:
        Connection(proxy=proxy)

    assert "Xq7" not in f"{configured.value} {built.value} {built.value!r}"


@pytest.mark.parametrize(
    "proxy",
    ["http://proxy", "http://proxy:3128", "https://u:p@proxy:443/", "http://[::1]:1",
     "http://10.0.0.1:65535"],
)  # fmt: skip
def test_a_proxy_may_be_anywhere(proxy: str) -> None:
    with from_config("paysera", connection={"proxy": proxy}) as gateway:
        assert gateway.connection.proxy == proxy


def test_a_private_key_without_its_certificate_is_refused_by_both_doors(tmp_path: Path) -> None:
    key = tmp_path / "client.key"
    key.write_text("a key", "utf-8")

    with pytest.raises(ConfigurationError) as configured:
        from_config("mangopay", connection={"private_key": str(key)})
    with (
        Gateway(in_code("mangopay"), connection=Connection(private_key=str(key))) as gateway,
        pytest.raises(ConfigurationError) as used,
    ):
        gateway.fetch_user("1")

    assert configured.value.paths == ("gateways.x.connection.certificate",)
    assert used.value.paths == ("connection.certificate",)


def test_every_file_that_cannot_be_read_is_named_by_itself() -> None:
    files = {name: f"/no/such/{name}" for name in ("ca_bundle", "certificate", "private_key")}

    with pytest.raises(ConfigurationError) as caught:
        from_config("mangopay", connection=files)

    assert sorted(caught.value.paths) == [f"gateways.x.connection.{name}" for name in files]
    assert all(f"/no/such/{name}: no such file" in str(caught.value) for name in files)


def test_every_unsafe_setting_is_told_in_one_error() -> None:
    mangopay = {
        "provider": "mangopay",
        "client_id": " ",
        "api_key": "env:BLANK",
        "mtls": True,
        "base_url": "http://api.example",
        "debug": "yes",
        "connection": {
            "timeout": INF,
            "connect_timeout": NAN,
            "pool": 0,
            "proxy": "ftp://proxy",
            "private_key": "/no/such/key",
        },
    }
    paysera = {
        "provider": "paysera",
        "client_id": "",
        "client_certificate": True,
        "authorize_url": "http://consent.example",
        "allow_insecure_http": True,
        "connection": {"proxy": "http://proxy:65536"},
    }

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config({"gateways": {"fr": mangopay, "lt": paysera}}, env={"BLANK": " "})

    assert sorted(caught.value.paths) == [
        "gateways.fr.api_key",
        "gateways.fr.base_url",
        "gateways.fr.client_id",
        "gateways.fr.connection.certificate",
        "gateways.fr.connection.certificate",
        "gateways.fr.connection.connect_timeout",
        "gateways.fr.connection.pool",
        "gateways.fr.connection.private_key",
        "gateways.fr.connection.proxy",
        "gateways.fr.connection.timeout",
        "gateways.fr.debug",
        "gateways.lt.allow_insecure_http",
        "gateways.lt.authorize_url",
        "gateways.lt.client_id",
        "gateways.lt.connection.certificate",
        "gateways.lt.connection.proxy",
    ]


# -- debug


@pytest.mark.parametrize("wanted", [True, False])
def test_a_gateway_is_told_by_its_table_whether_to_keep_inner_frames(wanted: bool) -> None:
    table = {"provider": "mangopay", "client_id": "acme", "api_key": Secret("key")}

    with Gateways.from_config({"gateways": {"x": {**table, "debug": wanted}}}) as gateways:
        assert gateways.default.debug is gateways.aio.default.debug is wanted


def test_without_a_word_inner_frames_are_cut() -> None:
    with from_config("mangopay") as gateway:
        assert gateway.debug is False


def test_a_file_may_say_debug(tmp_path: Path) -> None:
    text = '[gateways.x]\nprovider = "mangopay"\nclient_id = "a"\napi_key = "env:K"\ndebug = true'
    place = tmp_path / "onboarding.toml"
    place.write_text(text, "utf-8")

    with Gateways.from_file(place, env={"K": "key"}) as gateways:
        assert gateways.default.debug is True


@pytest.mark.parametrize("value", ["true", 1, None, ["x"], {}])
def test_debug_is_true_or_false(value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_config("mangopay", debug=value)

    assert [(x.path, x.code) for x in caught.value.problems] == [("gateways.x.debug", "type")]


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("false", False)])
def test_an_environment_variable_may_say_debug(text: str, expected: bool) -> None:
    env = {
        "ONBOARDING__X__PROVIDER": "mangopay",
        "ONBOARDING__X__CLIENT_ID": "acme",
        "ONBOARDING__X__API_KEY": "key",
        "ONBOARDING__X__DEBUG": text,
    }

    with Gateways.from_env(env) as gateways:
        assert gateways.default.debug is expected
    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_env({**env, "ONBOARDING__X__DEBUG": "yes"})
    assert caught.value.paths == ("gateways.x.debug",)


def test_a_misspelt_debug_gets_a_hint() -> None:
    with pytest.raises(ConfigurationError, match="did you mean debug"):
        from_config("mangopay", debgu=True)


def test_the_name_and_levels_that_a_configuration_adds_keep_the_settings() -> None:
    with from_config("paysera", environment="sandbox", allow_insecure_http=True) as gateway:
        adapter = gateway.adapter

    assert adapter.allow_insecure_http
    assert attrs.evolve(adapter, name="y").allow_insecure_http
