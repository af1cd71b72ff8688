"""Ids, path segments, methods and bodies of a wrong type never reach the wire, at any provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from onboarding import InvalidInput, Secret
from onboarding.bodies import json_body
from onboarding.spi import Adapter, Request
from onboarding.urls import url

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

ADAPTERS: dict[str, Any] = {
    "mangopay": MangoPay(client_id="acme", api_key=Secret("key")),
    "paysera": Paysera(client_id="acme", mac_key=Secret("key")),
}
BOTH = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)


def shown(value: object) -> str:
    """The repr without an address, so that two workers collect tests of the same names."""
    return repr(value).partition(" at 0x")[0]


NO_IDS = [None, True, 1.5, b"221", ["221"], {"id": "221"}, object(), "", ".", "..", "\ud800"]


@BOTH
@pytest.mark.parametrize("id", NO_IDS, ids=shown)
@pytest.mark.parametrize(
    "call",
    [
        lambda adapter, id: adapter.fetch_user(id),
        lambda adapter, id: adapter.list_wallets(id),
        lambda adapter, id: adapter.raw("GET", "user", id),
        lambda adapter, id: adapter.raw("GET", id, "user"),
    ],
    ids=["fetch_user", "list_wallets", "raw", "raw first"],
)
def test_an_id_of_a_wrong_type_is_refused_before_anything_is_sent(
    adapter: Adapter, call: Callable[[Any, Any], Any], id: Any
) -> None:
    with pytest.raises(InvalidInput):
        next(call(adapter, id))


@BOTH
@pytest.mark.parametrize("method", [None, 5, b"GET", "", "get", "GET /", "GET\r\nX: 1"], ids=repr)
def test_a_method_that_is_none_is_refused(adapter: Any, method: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(adapter.raw(method, "users"))

    assert raised.value.paths == ("method",)


NO_BODIES: list[Any] = [
    5, "text", b"bytes", True, {"a": object()}, {"a": b"x"}, {"a": float("nan")}, {"a": {1}},
    {(1, 2): 3},
]  # fmt: skip


@BOTH
@pytest.mark.parametrize("body", NO_BODIES, ids=shown)
def test_a_body_that_json_cannot_hold_is_refused_without_its_values(
    adapter: Any, body: Any
) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(adapter.raw("POST", "users", body=body))

    assert raised.value.paths == ("body",)


@BOTH
@pytest.mark.parametrize("query", [5, "ab", (("a", 1),), ((None, "a"),), (1, 2), (("a",),)])
def test_a_query_that_is_no_pairs_of_texts_is_refused(adapter: Any, query: Any) -> None:
    with pytest.raises(InvalidInput):
        next(adapter.raw("GET", "users", query=query))


def test_whole_numbers_and_texts_are_segments() -> None:
    assert url("https://a.example", "users", 7, "x/y") == "https://a.example/users/7/x%2Fy"


def test_a_body_may_hold_any_mapping() -> None:
    from types import MappingProxyType

    body = MappingProxyType({"a": MappingProxyType({"b": [1, "é"]})})

    assert json_body(body) == b'{"a":{"b":[1,"\\u00e9"]}}'


def test_a_body_that_nests_too_deep_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}

    with pytest.raises(InvalidInput):
        Request.json("POST", "https://a.example", deep, operation="raw")
