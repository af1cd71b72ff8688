"""The Paysera simulator shows and finds wallets as the documents say."""

from __future__ import annotations

from typing import Any

import pytest

from .api import EMAIL_ONLY, REGISTRATION, Api, the_documented_user

# Digests given with the official PHP client's rule.
HASHES = {
    "a@example.com": "11a586cd1f7d573b856f94a619ae806a9a63f0a4",
    "37012345678": "28ccda4aee42a7badf5d06245ff498a02d013f48",
}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [14471, 14473]),
        ("?inactive_included=0", [14471, 14473]),
        ("?inactive_included=1", [14471, 14472, 14473]),
        ("?inactive_included=true", [14471, 14472, 14473]),
    ],
)
def test_inactive_wallets_are_listed_if_asked_for(api: Api, query: str, ids: list[int]) -> None:
    user_id = api.register()
    api.sim.add_wallet(user_id, "inactive")
    api.sim.add_wallet(user_id)

    answer = api.send("GET", f"/user/{user_id}/wallets{query}")

    assert [wallet["id"] for wallet in answer.json] == ids


def test_a_wallet_is_the_same_by_its_id_and_in_its_users_list(api: Api) -> None:
    user_id = api.register()

    alone = api.send("GET", "/wallet/14471")

    assert [alone.json] == api.send("GET", f"/user/{user_id}/wallets").json


def test_an_unknown_wallet_is_not_found(api: Api) -> None:
    answer = api.send("GET", "/wallet/14471")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "email=something%40example.com",
        "phone=37066612345",
        "account_number=EVP0010001000101",
        "person_code[lt]=31001230000",
        "person_code%5BLT%5D=31001230000",
        "company_code[lt]=300060819",
        "card[vilniecio]=123",
        "user_id=221",
    ],
)
def test_a_wallet_is_found_by_one_criterion(api: Api, query: str) -> None:
    body = {"email": "x@example.com", "card": {"issuer": "vilniecio", "number": "123"}}
    if "card" in query:
        wanted = api.register(body)
    else:
        wanted = the_documented_user(api)
        api.sim.set_company(wanted, "lt", "300060819")

    answer = api.send("GET", f"/wallet?{query}")

    assert (answer.status, answer.json["owner"]) == (200, wanted)


@pytest.mark.parametrize(
    "query",
    [
        "email=nobody%40example.com",
        "account_number=EVP0010001000102",
        "account_number=nonsense",
        "barcode=1",
        "licence_plate=ABC123",
        "user_id=999",
        "user_id=me",
        "card[a]=1",
    ],
)
def test_a_wallet_of_nobody_is_not_found(api: Api, query: str) -> None:
    api.register()

    answer = api.send("GET", f"/wallet?{query}")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "shoe_size=43",
        "email=a%40b.lt&phone=370",
        "person_code=31001230000",
        "email[lt]=a%40b.lt",
        "[lt]=1",
    ],
)
def test_a_search_without_exactly_one_good_criterion_is_refused(api: Api, query: str) -> None:
    answer = api.send("GET", f"/wallet?{query}")

    assert answer.error == (400, "invalid_parameters")


def test_a_search_by_person_code_needs_its_permission(api: Api) -> None:
    api.register()
    api.sim.permissions = api.sim.permissions - {"search_by_person_code"}

    answer = api.send("GET", "/wallet?person_code[lt]=31001010000")

    assert answer.error == (403, "forbidden")


def test_many_contacts_are_found_at_once_and_the_map_is_keyed_by_what_was_asked(api: Api) -> None:
    people: list[dict[str, Any]] = [
        EMAIL_ONLY | {"email": "a@example.com"},
        EMAIL_ONLY | {"email": "b@example.com", "phone": "37012345678"},
    ]
    for body in people:
        user_id = api.register(body)
        for channel in {"email", "phone"} & set(body):
            api.confirm(user_id, channel)
    digests = f"email_hash={HASHES['a@example.com']}&phone_hash={HASHES['37012345678']}"

    plain = api.send("GET", "/wallets?email=a%40example.com,c%40example.com&phone=37012345678")
    hashed = api.send("GET", f"/wallets?{digests}")

    assert {key: wallet["owner"] for key, wallet in plain.json.items()} == {
        "a@example.com": 221,
        "37012345678": 222,
    }
    assert {key: wallet["owner"] for key, wallet in hashed.json.items()} == {
        HASHES["a@example.com"]: 221,
        HASHES["37012345678"]: 222,
    }


def test_no_contact_found_is_an_empty_php_array(api: Api) -> None:
    api.register(REGISTRATION)

    answer = api.send("GET", "/wallets?email=email%40example.com")  # not confirmed

    assert (answer.status, answer.json) == (200, [])
