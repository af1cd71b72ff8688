"""The simulator's reads and lists, and what is left of a closed user."""

from __future__ import annotations

import pytest
from tests.mangopay.stage import (
    CATEGORISE,
    LEGAL,
    LEGAL_OWNER,
    NATURAL,
    OLD_LEGAL,
    OLD_NATURAL,
    OWNER,
    OWNER_SHOWN,
    PAYER,
    SCA_KEYS,
    SCA_OWNER,
    TERMS,
    Json,
    Stage,
    refusal,
)

# --- reads, lists, closing -------------------------------------------------------------------


def test_the_legacy_view_has_no_pending_action(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    for path in ("users", OLD_NATURAL):
        shown = stage.seen(user["Id"], path)
        assert list(shown) == list(OWNER_SHOWN)
        assert shown["UserStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("sca/users", "User"),
        ("users", "User"),
        (NATURAL, "UserNatural"),
        (OLD_NATURAL, "UserNatural"),
        (LEGAL, "UserLegal"),
        (OLD_LEGAL, "UserLegal"),
    ],
)
def test_an_unknown_user_is_spelled_as_oddly_as_by_mangopay(
    stage: Stage, path: str, kind: str
) -> None:
    answer = stage.call("GET", f"{path}/nobody")

    body = answer.json()
    assert answer.status_code == 404
    assert list(body) == ["Message", "Type", "Id", "Date", "errors"]
    assert body["Type"] == "ressource_not_found"
    assert body["Message"] == "The ressource does not exist"
    text = f"Cannot found the ressource {kind} with the id=nobody "
    assert body["errors"] == {"RessourceNotFound": text}


def test_a_legal_user_is_no_natural_one(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_OWNER)

    for method in ("GET", "PUT"):
        assert stage.call(method, f"{NATURAL}/{user['Id']}", TERMS).status_code == 404
    assert stage.call("DELETE", f"{OLD_NATURAL}/{user['Id']}").status_code == 404


def test_ids_are_case_sensitive_where_paths_are_not(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)
    base = f"{stage.base_url}/V2.01//ACME/Sca/USERS//Natural/"

    assert stage.http.get(f"{base}{user['Id']}/", timeout=5).status_code == 200
    assert stage.http.get(f"{base}{user['Id'].lower()}", timeout=5).status_code == 404


def test_an_unknown_path_is_answered_with_a_message_only(stage: Stage) -> None:
    answer = stage.call("GET", "nowhere")

    assert answer.status_code == 404
    assert list(answer.json()) == ["Message"]


def test_a_wrong_method_is_answered_with_a_message_only(stage: Stage) -> None:
    answer = stage.call("DELETE", "users")

    assert answer.status_code == 405
    text = "The requested resource does not support http method 'DELETE'."
    assert answer.json() == {"Message": text}


def test_the_list_is_paged(stage: Stage) -> None:
    ids = [stage.made(NATURAL, PAYER | {"Tag": str(number)})["Id"] for number in range(5)]

    answer = stage.call("GET", "users?Page=2&Per_Page=2&Sort=CreationDate%3AASC&user_id=x")

    assert [row["Id"] for row in answer.json()] == ids[2:4]
    assert list(answer.json()[0]) == SCA_KEYS.split()[-10:]
    assert answer.headers["x-number-of-pages"] == "3"
    assert answer.headers["x-number-of-items"] == "5"
    url = f"{stage.base_url}/v2.01/acme/users"
    assert answer.headers["link"] == ", ".join(
        f'<{url}?page={page}&per_page=2>; rel="{rel}"'
        for rel, page in (("first", 1), ("prev", 1), ("next", 3), ("last", 3))
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=CreationDate:DESC&per_page=1", [4]),
        ("page=0&per_page=3", [0, 1, 2]),
        ("page=9", []),
        ("per_page=1000", [0, 1, 2, 3, 4]),
        ("page=x&per_page=", [0, 1, 2, 3, 4]),
    ],
)
def test_the_list_tolerates_odd_queries(stage: Stage, query: str, expected: list[int]) -> None:
    ids = [stage.made(NATURAL, PAYER)["Id"] for _ in range(5)]

    rows = stage.call("GET", f"users?{query}").json()

    assert [ids.index(row["Id"]) for row in rows] == expected


@pytest.mark.parametrize(
    ("path", "old", "body"),
    [(NATURAL, OLD_NATURAL, OWNER), (LEGAL, OLD_LEGAL, LEGAL_OWNER)],
    ids=["natural", "legal"],
)
def test_a_closed_user_is_only_read(stage: Stage, path: str, old: str, body: Json) -> None:
    user = stage.made(path, body)

    closed = stage.call("DELETE", f"{old}/{user['Id']}")

    assert (closed.status_code, closed.content) == (204, b"")
    assert stage.seen(user["Id"])["UserStatus"] == "CLOSED"
    assert stage.seen(user["Id"], "users")["UserStatus"] == "CLOSED"
    gone = (400, "user_closed", "User closed: No action can be performed")
    assert refusal(stage.call("PUT", f"{path}/{user['Id']}", TERMS)) == gone
    assert refusal(stage.call("PUT", f"{path}/{user['Id']}/category", CATEGORISE)) == gone
    assert refusal(stage.call("POST", f"sca/users/{user['Id']}/enrollment")) == gone
    again = stage.call("DELETE", f"{old}/{user['Id']}")
    text = "An error occurred while closing the user"
    assert refusal(again) == (400, "user_closure_failed", text)


def test_legacy_writes_can_be_switched_off(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, OWNER)
    stage.sim.legacy = False

    assert refusal(stage.call("POST", OLD_NATURAL, OWNER))[:2] == (403, "forbidden_ressource")
    assert stage.call("PUT", f"{OLD_NATURAL}/{user['Id']}", TERMS).status_code == 403
    assert stage.seen(user["Id"], OLD_NATURAL)["Id"] == user["Id"]
