"""One program, two providers: only the configuration differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Gateway,
    Gateways,
    NextActionKind,
    Unauthorized,
    User,
    UserRecord,
)
from onboarding.simulation import serve

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera

TOML = {
    "mangopay": """
        [gateways.main]
        provider = "mangopay"
        client_id = "acme"
        api_key = "file:secret"
        base_url = "{url}"
        accept_loss = ["identity.national_id.*"]
    """,
    "paysera": """
        [gateways.main]
        provider = "paysera"
        client_id = "acme"
        mac_key = "file:secret"
        base_url = "{url}"
        accept_loss = ["identity.birthdate", "identity.country_of_residence"]
    """,
}
FORM = {
    "identity": {
        "given_name": "Ona",
        "family_name": "Petraitė",
        "birthdate": "1987-07-14",
        "nationality": "LT",
        "country_of_residence": "LT",
        "national_id": {"code": "48707140000", "country": "LT"},
    },
    "email": "ona@example.com",
    "phone": "+370 666 12345",
    "category": "OWNER",
    "terms": {"accepted": True},
}


def onboard(config: Path) -> tuple[UserRecord, UserRecord]:
    """The ten lines of a backend, which name no provider."""
    user = User.parse(FORM)
    with Gateways.from_file(config) as gateways:
        gateway = gateways.default
        made = gateway.create_user(user, idempotency_key="signup-1")
        changed = made.user.replace({"identity.family_name": "Jonaitė"})
        gateway.update_user(made, changed)
        return made, gateway.fetch_user(made.id)


@pytest.fixture(params=["mangopay", "paysera"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path, Any]]:
    """One provider on loopback, and the file that names it."""
    provider = str(request.param)
    (tmp_path / "secret").write_text("key-of-acme\n", "utf-8")
    simulator: Any = (
        MangoPay.simulator()(client_id="acme", api_key="key-of-acme")
        if provider == "mangopay"
        else Paysera.simulator()(client_id="acme", mac_key="key-of-acme")
    )
    with serve(simulator) as url:
        file = tmp_path / "onboarding.toml"
        file.write_text(TOML[provider].format(url=url), "utf-8")
        yield provider, file, simulator


def test_the_same_lines_onboard_the_same_user_with_either_provider(
    config: tuple[str, Path, Any],
) -> None:
    provider, file, simulator = config

    made, seen = onboard(file)

    assert made.provider == seen.provider == provider
    assert made.gateway == seen.gateway == "main"
    assert made.id == seen.id
    assert made.next_actions
    assert {action.kind for action in made.next_actions} <= set(NextActionKind)
    assert seen.user.identity is not None
    assert seen.user.identity.given_name == "Ona"
    assert seen.user.identity.family_name == "Jonaitė"
    assert all(entry.status == 200 for entry in simulator.log)


def test_what_is_left_out_is_on_the_record_and_differs_by_provider(
    config: tuple[str, Path, Any],
) -> None:
    provider, file, _ = config

    made, _ = onboard(file)

    dropped = {loss.core_path for loss in made.losses if loss.kind == "dropped"}
    assert (
        dropped
        == {
            "mangopay": {"identity.national_id.code", "identity.national_id.country"},
            "paysera": {"identity.birthdate", "identity.country_of_residence"},
        }[provider]
    )


# -- several gateways side by side


@frozen(kw_only=True)
class Pair:
    """Two platforms at one provider, with credentials and servers of their own."""

    gateways: Gateways
    north: Any
    south: Any


@pytest.fixture
def pair() -> Iterator[Pair]:
    north = MangoPay.simulator()(client_id="north", api_key="key-north")
    south = MangoPay.simulator()(client_id="south", api_key="key-south")
    with ExitStack() as stack:
        urls = [stack.enter_context(serve(north)), stack.enter_context(serve(south))]
        config = {
            "default": "north",
            "gateways": {
                name: {
                    "provider": "mangopay",
                    "client_id": name,
                    "api_key": f"env:{name}",
                    "base_url": url,
                }
                for name, url in zip(("north", "south"), urls, strict=True)
            },
        }
        env = {"north": "key-north", "south": "key-south"}
        gateways = stack.enter_context(Gateways.from_config(config, env=env))
        yield Pair(gateways=gateways, north=north, south=south)


def test_two_gateways_of_one_provider_share_neither_tokens_nor_users(pair: Pair) -> None:
    north, south = pair.gateways["north"], pair.gateways["south"]
    user = User.parse(FORM).replace({"identity.national_id": None})

    mine = [north.create_user(user), north.create_user(user)]
    theirs = [south.create_user(user), south.create_user(user)]

    assert [record.gateway for record in (*mine, *theirs)] == ["north"] * 2 + ["south"] * 2
    for simulator, name in ((pair.north, "north"), (pair.south, "south")):
        assert [entry.path for entry in simulator.log] == [
            "/v2.01/oauth/token",
            f"/v2.01/{name}/sca/users/natural",
            f"/v2.01/{name}/sca/users/natural",
        ]
        assert {entry.status for entry in simulator.log} == {200}


def test_a_gateway_with_the_key_of_another_is_refused(pair: Pair) -> None:
    south: Any = pair.gateways["south"].adapter
    north: Any = pair.gateways["north"].adapter
    mixed = Gateway(
        MangoPay(client_id=north.client_id, api_key=south.api_key, base_url=north.base_url)
    )

    with mixed, pytest.raises(Unauthorized):
        mixed.fetch_user("1")


def test_closing_one_gateway_leaves_the_other_its_token(pair: Pair) -> None:
    user = User.parse(FORM).replace({"identity.national_id": None})
    for name in ("north", "south"):
        pair.gateways[name].create_user(user)

    pair.gateways["north"].close()
    for name in ("north", "south"):
        pair.gateways[name].create_user(user)

    logins = [
        sum(entry.path.endswith("/oauth/token") for entry in simulator.log)
        for simulator in (pair.north, pair.south)
    ]
    assert logins == [2, 1]


def test_a_closed_set_of_gateways_opens_again_when_it_is_called(pair: Pair) -> None:
    pair.gateways.close()
    pair.gateways.close()

    record = pair.gateways.default.create_user(
        User.parse(FORM).replace({"identity.national_id": None})
    )

    assert record.id


# -- typed


def test_a_gateway_can_be_asked_for_with_the_type_of_its_adapter(pair: Pair) -> None:
    gateway = pair.gateways.typed("north", MangoPay)

    api: Api = gateway.adapter.api  # a type checker knows the adapter's own fields

    assert api is Api.SCA
    assert gateway is pair.gateways["north"]


def test_a_gateway_of_another_provider_is_not_given_under_a_wrong_type(pair: Pair) -> None:
    with pytest.raises(ConfigurationError, match="is of mangopay, not a Paysera") as caught:
        pair.gateways.typed("north", Paysera)

    assert caught.value.paths == ("north",)


def test_the_same_gateways_serve_an_event_loop(pair: Pair) -> None:
    import asyncio

    user = User.parse(FORM).replace({"identity.national_id": None})

    async def call() -> tuple[AsyncGateway[MangoPay], UserRecord]:
        async with pair.gateways as gateways:
            gateway = gateways.aio.typed("south", MangoPay)
            return gateway, await gateway.create_user(user)

    gateway, record = asyncio.run(call())

    assert gateway.name == "south"
    assert record.gateway == "south"
    assert len(pair.south.log) == 2
    assert pair.north.log == []


@pytest.mark.parametrize("show", [repr, str])
def test_gateways_show_names_and_no_secret(show: Callable[[object], str], pair: Pair) -> None:
    gateway = pair.gateways["north"]

    shown = [show(pair.gateways), show(gateway), show(gateway.adapter), show(gateway.connection)]

    assert "north" in shown[0]
    assert not any("key-" in text for text in shown)
