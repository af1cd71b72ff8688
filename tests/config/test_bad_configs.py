"""Malformed configurations: every mistake in one error, by path, with no secret shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import keyring
import pytest
from attrs import frozen
from keyring.backend import KeyringBackend
from onboarding import (
    ConfigurationError,
    Connection,
    Gateways,
    InvalidInput,
    Secret,
    UnknownGateway,
)
from onboarding.errors import UnknownProvider
from onboarding.model.shapes import Text
from onboarding.registry import Registry
from onboarding.spi import Adapter

from onboarding_mangopay import MangoPay

LITERAL = "Xq7LiteralSecret"

Expected = dict[str, str]


class World(Protocol):
    @property
    def logs(self) -> list[Any]: ...
    @property
    def env(self) -> dict[str, str]: ...
    def config(self) -> dict[str, Any]: ...


@frozen
class Case:
    """A malformed configuration, the code of each problem by its path, and hints it must give."""

    name: str
    config: Any
    expected: Expected
    hints: tuple[str, ...] = ()


def fr(**fields: Any) -> dict[str, Any]:
    """A configuration with one MangoPay gateway, changed in these fields."""
    good = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY"}
    return {"gateways": {"fr": {**good, **fields}}}


def lt(**fields: Any) -> dict[str, Any]:
    good = {"provider": "paysera", "client_id": "acme", "mac_key": "env:KEY"}
    return {"gateways": {"lt": {**good, **fields}}}


ENV = {"KEY": LITERAL, "EMPTY": ""}

MALFORMED = (
    Case("nothing at all", {}, {"gateways": "missing"}),
    Case("a list in place of tables", [fr()], {"": "type"}),
    Case("no gateway", {"gateways": {}}, {"gateways": "missing"}),
    Case("gateways as a list", {"gateways": [fr()]}, {"gateways": "type"}),
    Case("a gateway as a text", {"gateways": {"fr": LITERAL}}, {"gateways.fr": "type"}),
    Case(
        "a misspelt key at the top",
        {**fr(), "defualt": "fr", "gateway": {}},
        {"defualt": "unknown", "gateway": "unknown"},
        ("did you mean default?", "did you mean gateways?"),
    ),
    Case(
        "a default that names no gateway",
        {**fr(), "default": "fra"},
        {"default": "unknown"},
        ("did you mean fr?",),
    ),
    Case("a default that is a list", {**fr(), "default": ["fr"]}, {"default": "type"}),
    Case(
        "no provider",
        {"gateways": {"fr": {"client_id": "acme"}}},
        {"gateways.fr.provider": "missing"},
    ),
    Case(
        "a misspelt provider key",
        {"gateways": {"fr": {"provder": "mangopay"}}},
        {"gateways.fr.provider": "missing", "gateways.fr.provder": "unknown"},
        ("did you mean provider?",),
    ),
    Case(
        "a provider that is a number",
        {"gateways": {"fr": {"provider": 7}}},
        {"gateways.fr.provider": "type"},
    ),
    Case(
        "a misspelt provider",
        fr(provider="mangopai"),
        {"gateways.fr.provider": "unknown"},
        ("did you mean mangopay?",),
    ),
    Case(
        "a provider that nobody installed, and what is wrong beside it",
        fr(provider="acme-pay", connection={"timeout": 0}, accept_loss=["adress.city"]),
        {
            "gateways.fr.provider": "unknown",
            "gateways.fr.connection.timeout": "shape",
            "gateways.fr.accept_loss.0": "unknown",
        },
        ("did you mean address.city?",),
    ),
    Case(
        "settings that are missing",
        {"gateways": {"fr": {"provider": "mangopay"}, "lt": {"provider": "paysera"}}},
        {
            "gateways.fr.client_id": "missing",
            "gateways.fr.api_key": "missing",
            "gateways.lt.client_id": "missing",
            "gateways.lt.mac_key": "missing",
        },
    ),
    Case(
        "a misspelt setting",
        fr(clientid="acme", api_kee=LITERAL),
        {"gateways.fr.clientid": "unknown", "gateways.fr.api_kee": "unknown"},
        ("did you mean client_id?", "did you mean api_key?"),
    ),
    Case(
        "a misspelt table of a gateway",
        fr(conection={"timeout": 3}, level={"LIGHT": {}}),
        {"gateways.fr.conection": "unknown", "gateways.fr.level": "unknown"},
        ("did you mean connection?", "did you mean levels?"),
    ),
    Case(
        "a setting of another provider",
        fr(mac_key="env:KEY"),
        {"gateways.fr.mac_key": "unknown"},
    ),
    Case(
        "settings of wrong types",
        fr(client_id=7, mtls="yes", base_url=["http://127.0.0.1"], environment=1),
        {
            "gateways.fr.client_id": "type",
            "gateways.fr.mtls": "type",
            "gateways.fr.base_url": "type",
            "gateways.fr.environment": "choice",
        },
        ("sandbox, production",),
    ),
    Case(
        "addresses that are none",
        {
            "gateways": {
                "fr": {**fr()["gateways"]["fr"], "base_url": f"user:{LITERAL}@host"},
                "lt": {**lt()["gateways"]["lt"], "base_url": ""},
                "lv": {**lt()["gateways"]["lt"], "base_url": f"https://user:{LITERAL}@host/"},
                "ee": {**lt()["gateways"]["lt"], "base_url": "https://host/?key=1"},
            }
        },
        {f"gateways.{name}.base_url": "shape" for name in ("fr", "lt", "lv", "ee")},
    ),
    Case(
        "addresses with a port or a letter that no address has",
        {
            "gateways": {
                "fr": {**fr()["gateways"]["fr"], "base_url": "http://host:99999"},
                "lt": {**lt()["gateways"]["lt"], "base_url": "http://h\u00e4"},
            }
        },
        {f"gateways.{name}.base_url": "shape" for name in ("fr", "lt")},
    ),
    Case(
        "gateways and levels whose names are no texts",
        {"gateways": {7: {}, "fr": {**fr()["gateways"]["fr"], "levels": {7: {}, "X": {}}}}},
        {
            "gateways.7": "type",
            "gateways.fr.levels.7": "unknown",
            "gateways.fr.levels.X": "unknown",
            "gateways.fr.levels": "type",
        },
    ),
    Case(
        "files of TLS that are not there, or hold something else",
        fr(connection={"ca_bundle": "/no/such/file", "certificate": __file__}),
        {
            "gateways.fr.connection.ca_bundle": "missing",
            "gateways.fr.connection.certificate": "shape",
        },
    ),
    Case(
        "a name of the client that no header can hold",
        fr(connection={"user_agent": "a\r\nb"}),
        {"gateways.fr.connection.user_agent": "shape"},
    ),
    Case(
        "an environment that does not exist",
        fr(environment="sandbocks"),
        {"gateways.fr.environment": "choice"},
        ("sandbox, production",),
    ),
    Case(
        "a secret in clear",
        fr(api_key=LITERAL),
        {"gateways.fr.api_key": "literal_secret"},
        ("env:, file:, keyring:",),
    ),
    Case(
        "a secret behind an unknown scheme",
        fr(api_key=f"vault:{LITERAL}"),
        {"gateways.fr.api_key": "literal_secret"},
    ),
    Case("a secret that is a number", fr(api_key=1234567), {"gateways.fr.api_key": "type"}),
    Case(
        "a secret that the environment lacks",
        fr(api_key="env:MANGOPAY_API_KEY"),
        {"gateways.fr.api_key": "missing"},
        ("MANGOPAY_API_KEY",),
    ),
    Case("a secret that is empty", fr(api_key="env:EMPTY"), {"gateways.fr.api_key": "missing"}),
    Case(
        "a secret in a file that is not there",
        lt(mac_key="file:nowhere/paysera"),
        {"gateways.lt.mac_key": "missing"},
        ("nowhere/paysera",),
    ),
    Case(
        "a secret in a file whose name no system takes",
        lt(mac_key="file:a\0b"),
        {"gateways.lt.mac_key": "shape"},
    ),
    Case(
        "the gateway's name as a setting",
        fr(name="fr"),
        {"gateways.fr.name": "unknown"},
    ),
    Case(
        "losses accepted in no list",
        fr(accept_loss="address.*"),
        {"gateways.fr.accept_loss": "type"},
    ),
    Case(
        "losses accepted by paths that no user has",
        fr(accept_loss=["identity.birthdate", "identity.birthday", "addres.*", 3, "*", "extras.x"]),
        {
            "gateways.fr.accept_loss.1": "unknown",
            "gateways.fr.accept_loss.2": "unknown",
            "gateways.fr.accept_loss.3": "type",
        },
        ("did you mean identity.birthdate?",),
    ),
    Case(
        "losses accepted of documents by paths that no document has",
        fr(accept_loss=["documents.number", "documents.*", "documents", "documents.nubmer"]),
        {"gateways.fr.accept_loss.3": "unknown"},
        ("did you mean documents.number?",),
    ),
    Case(
        "levels that are no table",
        fr(levels=["REGULAR"]),
        {"gateways.fr.levels": "type"},
    ),
    Case(
        "levels that the provider does not have",
        fr(levels={"REGULER": {"kyc": "REGULAR"}, "LIGHT": "LIGHT"}),
        {"gateways.fr.levels.REGULER": "unknown", "gateways.fr.levels.LIGHT": "type"},
        ("did you mean REGULAR?",),
    ),
    Case(
        "levels in words that the core does not have",
        fr(levels={"REGULAR": {"kyc": "FULL", "identification": 3, "kcy": "LIGHT"}}),
        {
            "gateways.fr.levels.REGULAR.kyc": "choice",
            "gateways.fr.levels.REGULAR.identification": "choice",
            "gateways.fr.levels.REGULAR.kcy": "unknown",
        },
        ("LIGHT, REGULAR", "did you mean kyc?"),
    ),
    Case(
        "levels of a law in words that are not the law's",
        fr(levels={"REGULAR": {"eidas": "SUBSTANTIAL", "nist": 2, "eidass": "low"}}),
        {
            "gateways.fr.levels.REGULAR.eidas": "choice",
            "gateways.fr.levels.REGULAR.nist": "choice",
            "gateways.fr.levels.REGULAR.eidass": "unknown",
        },
        ("low, substantial, high", "ial1, ial2, ial3", "did you mean eidas?"),
    ),
    Case(
        "a level of a law that a stronger word does not have",
        fr(levels={"LIGHT": {"eidas": "low"}}),
        {"gateways.fr.levels": "shape"},
    ),
    Case(
        "levels that fall",
        fr(levels={"LIGHT": {"identification": "fully_identified"}}),
        {"gateways.fr.levels": "shape"},
    ),
    Case(
        "times that are none",
        fr(connection={"timeout": -1, "connect_timeout": "5", "pool": 2.5}),
        {
            "gateways.fr.connection.timeout": "shape",
            "gateways.fr.connection.connect_timeout": "type",
            "gateways.fr.connection.pool": "type",
        },
    ),
    Case(
        "numbers outside their limits",
        fr(connection={"timeout": 0, "connect_timeout": -987654, "pool": 0}),
        {
            "gateways.fr.connection.timeout": "shape",
            "gateways.fr.connection.connect_timeout": "shape",
            "gateways.fr.connection.pool": "shape",
        },
    ),
    Case(
        "a time that never ends",
        fr(connection={"timeout": float("inf"), "connect_timeout": float("nan")}),
        {
            "gateways.fr.connection.timeout": "type",
            "gateways.fr.connection.connect_timeout": "type",
        },
    ),
    Case(
        "settings of the gateway inside its connection",
        fr(connection={"provider": "mangopay", "tiemout": 3, "levels": {}}),
        {
            "gateways.fr.connection.provider": "unknown",
            "gateways.fr.connection.tiemout": "unknown",
            "gateways.fr.connection.levels": "unknown",
        },
        ("did you mean timeout?",),
    ),
    Case(
        "a connection that is a text",
        fr(connection=LITERAL),
        {"gateways.fr.connection": "type"},
    ),
    Case(
        "mistakes in every table at once",
        {
            "default": "de",
            "colour": "blue",
            "gateways": {
                "fr": {**fr()["gateways"]["fr"], "api_key": LITERAL, "accept_loss": ["dob"]},
                "lt": {**lt()["gateways"]["lt"], "scopes": "email", "sends_address": 1},
                "pl": {"provider": "przelewy"},
                "es": LITERAL,
            },
        },
        {
            "default": "unknown",
            "colour": "unknown",
            "gateways.fr.api_key": "literal_secret",
            "gateways.fr.accept_loss.0": "unknown",
            "gateways.lt.scopes": "type",
            "gateways.lt.sends_address": "type",
            "gateways.pl.provider": "unknown",
            "gateways.es": "type",
        },
    ),
)


def listed(error: ConfigurationError) -> list[tuple[str, str]]:
    return sorted((problem.path, problem.code) for problem in error.problems)


def test_there_are_at_least_twenty_five_malformed_configurations() -> None:
    assert len(MALFORMED) >= 25
    assert len({case.name for case in MALFORMED}) == len(MALFORMED)


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_a_malformed_configuration_is_one_error_with_every_mistake_and_nothing_is_sent(
    case: Case, world: World, told: Callable[[BaseException], str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(case.config, env=ENV)

    assert listed(caught.value) == sorted(case.expected.items())
    for hint in case.hints:
        assert hint in str(caught.value)
    assert LITERAL not in told(caught.value)
    assert "987654" not in told(caught.value)
    assert world.logs == []


def test_the_same_configurations_without_the_mistake_are_taken() -> None:
    gateways = Gateways.from_config({**fr(), "default": "fr"}, env=ENV)

    assert list(gateways) == ["fr"]
    assert gateways.default.name == "fr"


# -- from a file


TOML: tuple[tuple[str, str, Expected, tuple[str, ...]], ...] = (
    ("a file that is empty", "", {"gateways": "missing"}, ()),
    (
        "a misspelt key and a secret in clear",
        f'[gateways.fr]\nprovider = "mangopay"\nclient_ib = "a"\napi_key = "{LITERAL}"\n',
        {
            "gateways.fr.client_ib": "unknown",
            "gateways.fr.client_id": "missing",
            "gateways.fr.api_key": "literal_secret",
        },
        ("did you mean client_id?",),
    ),
    (
        "a table in place of a secret",
        '[gateways.fr]\nprovider = "mangopay"\nclient_id = "a"\n[gateways.fr.api_key]\nenv = "A"\n',
        {"gateways.fr.api_key": "type"},
        (),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected", "hints"), [case[1:] for case in TOML], ids=[case[0] for case in TOML]
)
def test_a_malformed_file_is_one_error_with_every_mistake(
    text: str,
    expected: Expected,
    hints: tuple[str, ...],
    tmp_path: Path,
    told: Callable[[BaseException], str],
) -> None:
    file = tmp_path / "onboarding.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_file(file, env=ENV)

    assert listed(caught.value) == sorted(expected.items())
    for hint in hints:
        assert hint in str(caught.value)
    assert LITERAL not in told(caught.value)


def test_a_file_with_a_byte_order_mark_is_read_like_one_without(tmp_path: Path) -> None:
    file = tmp_path / "onboarding.toml"
    file.write_text(
        '[gateways.fr]\nprovider = "mangopay"\nclient_id = "a"\napi_key = "env:KEY"\n', "utf-8-sig"
    )

    gateways = Gateways.from_file(file, env=ENV)

    assert list(gateways) == ["fr"]


def test_a_secret_file_is_found_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{LITERAL}\n", "utf-8")
    file = tmp_path / "onboarding.toml"
    file.write_text(
        '[gateways.fr]\nprovider = "mangopay"\nclient_id = "a"\napi_key = "file:key"\n', "utf-8"
    )

    adapter: Any = Gateways.from_file(file)["fr"].adapter

    assert adapter.api_key == Secret(LITERAL)


# -- from the environment


VARIABLES: tuple[tuple[str, Mapping[str, str], Expected, tuple[str, ...]], ...] = (
    ("no variable", {}, {"gateways": "missing"}, ()),
    (
        "a provider and a value that is none",
        {
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENT_ID": "acme",
            "ONBOARDING__FR__API_KEY": LITERAL,
            "ONBOARDING__FR__MTLS": "maybe",
            "ONBOARDING__FR__CONNECTION__TIMEOUT": "soon",
            "ONBOARDING__FR__CONNECTION__POOL": "-1",
        },
        {
            "gateways.fr.mtls": "type",
            "gateways.fr.connection.timeout": "type",
            "gateways.fr.connection.pool": "shape",
        },
        (),
    ),
    (
        "a setting that is misspelt",
        {
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENTID": "acme",
            "ONBOARDING__FR__API_KEY": LITERAL,
        },
        {"gateways.fr.clientid": "unknown", "gateways.fr.client_id": "missing"},
        ("did you mean client_id?",),
    ),
    (
        "a gateway that is a value",
        {"ONBOARDING__FR": LITERAL},
        {"gateways.fr": "type"},
        (),
    ),
    (
        "a name that is both a value and a table",
        {"ONBOARDING__FR": LITERAL, "ONBOARDING__FR__PROVIDER": "mangopay"},
        {
            "gateways.fr": "conflict",
            "gateways.fr.client_id": "missing",
            "gateways.fr.api_key": "missing",
        },
        ("gateways.fr: is both a value and a table",),
    ),
    (
        "a key that is given in upper and in lower case",
        {
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENT_ID": "acme",
            "ONBOARDING__fr__client_id": "acme",
            "ONBOARDING__FR__API_KEY": LITERAL,
        },
        {"gateways.fr.client_id": "conflict"},
        ("is given twice",),
    ),
    (
        "a table that is also a value",
        {
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENT_ID": "acme",
            "ONBOARDING__FR__API_KEY": LITERAL,
            "ONBOARDING__FR": LITERAL,
        },
        {"gateways.fr": "conflict"},
        (),
    ),
    (
        "losses accepted by a path that no user has",
        {
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENT_ID": "acme",
            "ONBOARDING__FR__API_KEY": LITERAL,
            "ONBOARDING__FR__ACCEPT_LOSS": '["address.*", "adress.city"]',
        },
        {"gateways.fr.accept_loss.1": "unknown"},
        ("did you mean address.city?",),
    ),
    (
        "a default that names no gateway",
        {
            "ONBOARDING_DEFAULT": "lt",
            "ONBOARDING__FR__PROVIDER": "mangopay",
            "ONBOARDING__FR__CLIENT_ID": "acme",
            "ONBOARDING__FR__API_KEY": "file:/nowhere/at/all",
        },
        {"default": "unknown", "gateways.fr.api_key": "missing"},
        (),
    ),
)


@pytest.mark.parametrize(
    ("env", "expected", "hints"), [c[1:] for c in VARIABLES], ids=[c[0] for c in VARIABLES]
)
def test_a_malformed_environment_is_one_error_with_every_mistake(
    env: Mapping[str, str],
    expected: Expected,
    hints: tuple[str, ...],
    told: Callable[[BaseException], str],
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_env(env)

    assert listed(caught.value) == sorted(expected.items())
    for hint in hints:
        assert hint in str(caught.value)
    assert LITERAL not in told(caught.value)


def test_the_environment_alone_can_configure_a_gateway() -> None:
    env = {
        "ONBOARDING_DEFAULT": "fr",
        "ONBOARDING__FR__PROVIDER": "mangopay",
        "ONBOARDING__FR__CLIENT_ID": "007",
        "ONBOARDING__FR__API_KEY": LITERAL,
        "ONBOARDING__FR__API": "legacy",
        "ONBOARDING__FR__DEBUG": "true",
        "ONBOARDING__FR__ENVIRONMENT": "production",
        "ONBOARDING__FR__ACCEPT_LOSS": '["identity.birthdate", "address.*"]',
        "ONBOARDING__FR__CONNECTION__TIMEOUT": "3",
        "ONBOARDING__FR__LEVELS__REGULAR__IDENTIFICATION": "identified",
        "ONBOARDING__FR__LEVELS__REGULAR__EIDAS": "low",
    }

    gateway = Gateways.from_env(env).default

    adapter: Any = gateway.adapter
    assert adapter.client_id == "007"
    assert adapter.api_key == Secret(LITERAL)
    assert adapter.api == "legacy"
    assert gateway.debug is True
    assert adapter.environment == "production"
    assert adapter.accept_loss == ("identity.birthdate", "address.*")
    assert adapter.levels.rows[1].identification.value == "identified"
    assert adapter.levels.rows[1].eidas.value == "low"
    assert gateway.connection.timeout == 3.0


@frozen(kw_only=True)
class Numbered(Adapter):
    """An adapter with a text that may be left away, and looks like a number."""

    provider = "numbered"

    account: Text | None = None
    limits: tuple[str, ...] | None = None


def test_a_text_of_the_environment_that_looks_like_a_number_stays_a_text() -> None:
    registry = Registry(entry_points=[])
    registry.register(Numbered)
    env = {
        "ONBOARDING__A__PROVIDER": "numbered",
        "ONBOARDING__A__ACCOUNT": "12345",
        "ONBOARDING__A__LIMITS": '["1"]',
    }

    gateways = Gateways.from_env(env, registry=registry)

    adapter: Any = gateways["a"].adapter
    assert adapter.account == "12345"
    assert adapter.limits == ("1",)


# -- from a keyring


class Ring(KeyringBackend):
    """A keyring that holds one secret, or is locked."""

    priority = 1
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise RuntimeError(f"locked: {LITERAL}")
        return LITERAL if (service, username) == ("acme", "mangopay") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    backend = Ring()  # type: ignore[no-untyped-call]  # keyring's base leaves it untyped
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    return backend


def test_a_secret_comes_out_of_the_keyring(ring: Ring) -> None:
    gateways = Gateways.from_config(fr(api_key="keyring:acme/mangopay"))

    adapter: Any = gateways["fr"].adapter
    assert adapter.api_key == Secret(LITERAL)


@pytest.mark.parametrize("locked", [True, False])
def test_a_secret_that_the_keyring_does_not_give_is_a_mistake_by_path(
    locked: bool, ring: Ring, told: Callable[[BaseException], str]
) -> None:
    ring.locked = locked

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(fr(api_key="keyring:acme/another"))

    assert listed(caught.value) == [("gateways.fr.api_key", "missing")]
    assert LITERAL not in told(caught.value)
    assert not isinstance(caught.value.__context__, RuntimeError)


# -- in code


def test_a_secret_given_in_code_is_taken_as_it_is() -> None:
    gateways = Gateways.from_config(fr(api_key=Secret(LITERAL)), env={})

    adapter: Any = gateways["fr"].adapter
    assert adapter.api_key.reveal() == LITERAL


def test_an_adapter_takes_no_bare_text_for_a_secret(told: Callable[[BaseException], str]) -> None:
    text: Any = LITERAL

    with pytest.raises(InvalidInput) as caught:
        MangoPay(client_id="acme", api_key=text)

    assert caught.value.paths == ("api_key",)
    assert LITERAL not in told(caught.value)


def test_an_adapter_takes_no_bare_text_for_paths_of_losses() -> None:
    text: Any = "*"

    with pytest.raises(InvalidInput) as caught:
        MangoPay(client_id="acme", api_key=Secret("k"), accept_loss=text)

    assert caught.value.paths == ("accept_loss",)


def test_a_connection_does_not_show_its_proxy() -> None:
    assert LITERAL not in repr(Connection(proxy=f"http://u:{LITERAL}@proxy"))


@pytest.mark.parametrize("secret", ["", None, 7])
def test_a_secret_is_never_empty(secret: Any) -> None:
    with pytest.raises(TypeError):
        Secret(secret)


@pytest.mark.parametrize(
    "field",
    ["timeout", "connect_timeout", "pool", "max_response_bytes", "max_header_bytes", "max_depth"],
)
def test_a_connection_takes_no_limit_below_one(field: str) -> None:
    values: dict[str, Any] = {field: 0}

    with pytest.raises(ValueError, match=field):
        Connection(**values)


def test_a_gateway_that_is_not_configured_is_named_with_the_nearest_one() -> None:
    gateways = Gateways.from_config(fr(), env=ENV)

    with pytest.raises(UnknownGateway, match="did you mean fr"):
        gateways["frr"]
    with pytest.raises(UnknownGateway, match="did you mean fr"):
        gateways.aio["frr"]
    with pytest.raises(UnknownGateway, match="did you mean fr"):
        gateways.typed("frr", MangoPay)


@pytest.mark.parametrize("name", ["x", "", None, 7])
def test_an_unknown_gateway_is_a_key_error_that_names_the_configured_ones(name: Any) -> None:
    gateways = Gateways.from_config(fr(), env=ENV)

    with pytest.raises(KeyError) as caught:
        gateways[name]

    assert isinstance(caught.value, ConfigurationError)
    assert str(caught.value) == (
        "no such gateway is configured (1 problem)\n"
        f"  {name if name != '' else '(whole)'}: no such gateway; configured: fr [unknown]"
    )


@pytest.mark.parametrize("aio", [False, True])
def test_gateways_are_a_collection_of_their_names(aio: bool) -> None:
    gateways = Gateways.from_config({"gateways": {**fr()["gateways"], **lt()["gateways"]}}, env=ENV)
    asked: Any = gateways.aio if aio else gateways

    found = [*asked]

    assert found == ["fr", "lt"]
    assert len(asked) == 2
    assert "fr" in asked
    assert "xx" not in asked
    assert [asked[name].name for name in found] == found


def test_gateways_have_no_get_that_could_answer_none() -> None:
    gateways: Any = Gateways.from_config(fr(), env=ENV)

    with pytest.raises(AttributeError, match=r'use gateways\["name"\] or gateways.default'):
        gateways.get("fr")
    with pytest.raises(AttributeError, match=r"no attribute gett$"):
        gateways.gett("fr")


def test_without_a_default_several_gateways_must_be_named() -> None:
    gateways = Gateways.from_config({"gateways": {**fr()["gateways"], **lt()["gateways"]}}, env=ENV)

    with pytest.raises(ConfigurationError) as caught:
        _ = gateways.default
    with pytest.raises(ConfigurationError, match="name one of fr, lt"):
        _ = gateways.aio.default

    assert listed(caught.value) == [("default", "missing")]


@frozen(kw_only=True)
class Picky(Adapter):
    """An adapter whose settings have validators of their own."""

    provider = "picky"

    region: str = ""

    def __attrs_post_init__(self) -> None:
        if self.region not in ("north", "south"):
            raise ValueError(f"no region {self.region}")


def test_what_an_adapter_refuses_by_itself_is_told_without_its_value(
    told: Callable[[BaseException], str],
) -> None:
    registry = Registry(entry_points=[])
    registry.register(Picky)
    config = {"gateways": {"p": {"provider": "picky", "region": LITERAL}}}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config(config, registry=registry)

    assert listed(caught.value) == [("gateways.p", "shape")]
    assert LITERAL not in told(caught.value)


def test_an_unknown_provider_is_an_error_of_its_own_kind() -> None:
    with pytest.raises(UnknownProvider):
        Registry(entry_points=[]).find("mangopay")
