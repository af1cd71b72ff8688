"""The Paysera simulator keeps services, positions, pictures and exposure as the documents say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .api import EMAIL_ONLY, NOW, Api

SERVICES = [
    "affiliate",
    "macro",
    "micro",
    "offline",
    "payment_instruments",
    "paysera_app",
    "sms_bank",
]
PLACE = {"lat": 54.698686, "lng": 25.216615, "type": "merchant"}  # quoted from the documents
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and so on \x00\xff"
as_jpeg = {"Content-Type": "image/jpeg"}


# Services.


def test_the_seven_documented_services_are_listed_as_disabled(api: Api) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}/services")

    assert answer.json["user_id"] == user_id
    listed = {one["service"]: one["status"] for one in answer.json["services"]}
    assert listed == dict.fromkeys(SERVICES, "disabled")
    assert all(one["title"] and "added" not in one for one in answer.json["services"])


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("body", [None, {}, []])
def test_a_service_can_be_enabled(api: Api, service: str, body: Any) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/service/{service}", body)

    assert (answer.status, answer.json["service"]) == (200, service)
    listed = api.send("GET", f"/user/{user_id}/services").json["services"]
    assert [one for one in listed if one["status"] == "enabled"] == [answer.json]
    assert answer.json["added"] == NOW


def test_enabling_a_service_again_keeps_when_it_was_enabled(api: Api) -> None:
    user_id = api.register()
    api.send("PUT", f"/user/{user_id}/service/micro")

    api.sim.advance(60)
    again = api.send("PUT", f"/user/{user_id}/service/micro")

    assert again.json["added"] == NOW


def test_an_unknown_service_is_not_found(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/service/teleport")

    assert answer.error == (404, "not_found")


def test_a_service_beyond_the_documents_is_listed(api: Api) -> None:
    user_id = api.register()

    api.sim.enable_service(user_id, "teleport")

    listed = api.send("GET", f"/user/{user_id}/services").json["services"]
    assert [one["service"] for one in listed] == [*SERVICES, "teleport"]
    assert listed[-1]["status"] == "enabled"


# Positions.


def test_the_documented_position_is_kept_and_shown(api: Api) -> None:
    user_id = api.register()

    put = api.send("PUT", f"/user/{user_id}/position", PLACE)
    got = api.send("GET", f"/user/{user_id}/position")

    assert (put.status, put.json) == (200, PLACE)
    assert (got.status, got.json) == (200, PLACE)


def test_a_position_without_a_type_is_shown_without_one(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/position", {"lat": -90, "lng": 180})

    assert answer.json == {"lat": -90, "lng": 180}


def test_a_deleted_position_is_gone(api: Api) -> None:
    user_id = api.register()
    api.send("PUT", f"/user/{user_id}/position", PLACE)

    deleted = api.send("DELETE", f"/user/{user_id}/position")
    answers = [api.send(method, f"/user/{user_id}/position") for method in ("GET", "DELETE")]

    assert (deleted.status, deleted.content) == (204, b"")
    assert [answer.error for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"lng": 25.2}, "lat", "is_blank"),
        ({"lat": 54.7}, "lng", "is_blank"),
        ({"lat": "54.7", "lng": 25.2}, "lat", "invalid_type"),
        ({"lat": True, "lng": 25.2}, "lat", "invalid_type"),
        ({"lat": 90.1, "lng": 25.2}, "lat", "too_high"),
        ({"lat": -90.1, "lng": 25.2}, "lat", "too_low"),
        ({"lat": 54.7, "lng": 180.1}, "lng", "too_high"),
        ({"lat": 54.7, "lng": 25.2, "type": "public"}, "type", "no_such_choice"),
    ],
)
def test_a_faulty_position_is_refused(api: Api, body: Any, field: str, code: str) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/position", body)

    assert answer.error == (400, "invalid_parameters")
    assert [(fault["field"], fault["code"]) for fault in answer.json["errors"]] == [(field, code)]


def three_places(api: Api) -> None:
    """A merchant, somebody public a kilometre to the north, and somebody hidden."""
    for number, body in enumerate(
        (PLACE, {"lat": 54.707686, "lng": 25.216615}, PLACE | {"type": "hidden"})
    ):
        user_id = api.register({"phone": f"3706000000{number}"})
        assert api.send("PUT", f"/user/{user_id}/position", body).status == 200


def around(distance: Any, lat: Any = 54.698686, lng: Any = 25.216615) -> str:
    return f"/positions?lat={lat}&lng={lng}&distance={distance}"


@pytest.mark.parametrize(("distance", "found"), [(0, [221]), (990, [221]), (1010, [221, 222])])
def test_a_search_finds_who_is_near_and_never_who_is_hidden(
    api: Api, distance: int, found: list[int]
) -> None:
    three_places(api)

    answer = api.send("GET", around(distance))

    assert [one["user_id"] for one in answer.json["positions"]] == found
    assert answer.json["positions"][0] == {"user_id": 221} | PLACE


def test_the_unit_of_a_search_is_a_setting(start: Callable[..., Api]) -> None:
    api = start(metres_per_distance=1000)
    three_places(api)

    answer = api.send("GET", around(1.1))

    assert len(answer.json["positions"]) == 2


@pytest.mark.parametrize(("distance", "found"), [(55_000, 0), (56_000, 1)])
def test_a_degree_of_longitude_is_half_as_long_at_sixty_degrees(
    api: Api, distance: int, found: int
) -> None:
    user_id = api.register()
    api.send("PUT", f"/user/{user_id}/position", {"lat": 60, "lng": 25})

    answer = api.send("GET", around(distance, lat=60, lng=26))

    assert len(answer.json["positions"]) == found


def test_a_search_crosses_the_date_line(api: Api) -> None:
    user_id = api.register()
    api.send("PUT", f"/user/{user_id}/position", {"lat": 0, "lng": 179.9999})

    answer = api.send("GET", around(100, lat=0, lng=-179.9999))

    assert len(answer.json["positions"]) == 1


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("/positions", {"lat", "lng", "distance"}),
        (around("far"), {"distance"}),
        (around(-1), {"distance"}),
        (around(1, lat=91), {"lat"}),
        (around(1, lng="nan"), {"lng"}),
    ],
)
def test_a_faulty_search_is_refused(api: Api, query: str, fields: set[str]) -> None:
    answer = api.send("GET", query)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


# Avatars.


def test_an_avatar_is_shown_to_anyone_byte_for_byte(api: Api) -> None:
    user_id = api.register()

    put = api.send("PUT", f"/user/{user_id}/avatar", JPEG, headers=as_jpeg)
    shown = api.raw("GET", f"/avatar/{user_id}.jpg?size=120", b"", {})

    assert (put.status, put.content) == (204, b"")
    assert (shown.status, shown.content) == (200, JPEG)
    assert shown.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/gif", "Image/PNG"])
def test_the_three_formats_of_the_framework_are_taken(api: Api, content_type: str) -> None:
    user_id = api.register()

    answer = api.send(
        "PUT", f"/user/{user_id}/avatar", JPEG, headers={"Content-Type": content_type}
    )

    assert answer.status == 204


@pytest.mark.parametrize("content_type", ["application/json", "image/svg+xml", "text/plain", ""])
def test_an_avatar_of_another_type_is_not_acceptable(api: Api, content_type: str) -> None:
    user_id = api.register()

    answer = api.send(
        "PUT", f"/user/{user_id}/avatar", JPEG, headers={"Content-Type": content_type}
    )

    assert answer.error == (406, "not_acceptable")


def test_an_empty_avatar_is_refused(api: Api) -> None:
    user_id = api.register()

    answer = api.send("PUT", f"/user/{user_id}/avatar", b"", headers=as_jpeg)

    assert answer.error == (400, "invalid_parameters")


def test_an_avatar_whose_hash_is_wrong_is_unauthorized(api: Api) -> None:
    user_id = api.register()
    signed = api.sign("PUT", f"/rest/v1/user/{user_id}/avatar", JPEG)

    answer = api.send(
        "PUT", f"/user/{user_id}/avatar", JPEG + b"\x00", headers=as_jpeg, authorization=signed
    )

    assert answer.error == (401, "unauthorized")


def test_a_deleted_avatar_is_gone(api: Api) -> None:
    user_id = api.register()
    api.send("PUT", f"/user/{user_id}/avatar", JPEG, headers=as_jpeg)

    deleted = api.send("DELETE", f"/user/{user_id}/avatar")
    again = api.send("DELETE", f"/user/{user_id}/avatar")
    shown = api.raw("GET", f"/avatar/{user_id}.jpg", b"", {})

    assert (deleted.status, deleted.content) == (204, b"")
    assert again.error == (404, "not_found")
    assert shown.status == 404


# What all of them share.

OPERATIONS = [
    ("services", "GET", "/services", None),
    ("services", "PUT", "/service/micro", None),
    ("user_position", "PUT", "/position", PLACE),
    ("user_position", "GET", "/position", None),
    ("user_position", "DELETE", "/position", None),
    ("avatar", "PUT", "/avatar", JPEG),
    ("avatar", "DELETE", "/avatar", None),
]


@pytest.mark.parametrize(("scope", "method", "path", "body"), OPERATIONS)
def test_without_its_scope_an_operation_is_forbidden(
    api: Api, scope: str, method: str, path: str, body: Any
) -> None:
    token = api.sim.issue_token(api.register(), {"services", "user_position", "avatar"} - {scope})
    headers = as_jpeg if isinstance(body, bytes) else {}

    answer = api.send(method, f"/user/me{path}", body, headers=headers, token=token)

    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize(("scope", "method", "path", "body"), OPERATIONS)
def test_with_its_scope_a_token_may_do_it_to_its_own_user_only(
    api: Api, scope: str, method: str, path: str, body: Any
) -> None:
    token = api.sim.issue_token(api.register(), [scope])
    other = api.register(EMAIL_ONLY)
    headers = as_jpeg if isinstance(body, bytes) else {}
    signing: dict[str, Any] = {"headers": headers, "token": token}
    if path == "/position":
        api.send("PUT", "/user/me/position", PLACE, token=token)
    if path == "/avatar":
        api.send("PUT", "/user/me/avatar", JPEG, headers=as_jpeg, token=token)

    own = api.send(method, f"/user/me{path}", body, **signing)
    others = api.send(method, f"/user/{other}{path}", body, **signing)

    assert own.status in (200, 204)
    assert others.error == (403, "forbidden")


def test_a_search_with_a_token_needs_the_scope(api: Api) -> None:
    user_id = api.register()

    answers = [
        api.send("GET", around(1), token=api.sim.issue_token(user_id, scopes)).status
        for scopes in (["email"], ["user_position"])
    ]

    assert answers == [403, 200]


def test_a_search_by_the_client_needs_the_scope(api: Api) -> None:
    api.sim.scopes = api.sim.scopes - {"user_position"}

    answer = api.send("GET", around(1))

    assert answer.error == (403, "forbidden")


# Politically exposed persons, companies.


def test_exposure_is_shown_with_its_scope_and_at_its_own_address(api: Api) -> None:
    user_id = api.register()
    api.sim.set_pep(user_id, [("John Smith", "self", ["minister", "judge"])])
    entries = [{"name": "John Smith", "relation": "self", "positions": ["minister", "judge"]}]

    whole = api.send("GET", f"/user/{user_id}")
    alone = api.send("GET", f"/user/{user_id}/pes")

    assert whole.json["pep"] == entries
    assert alone.json == entries


def test_exposure_is_hidden_without_its_scope(api: Api) -> None:
    user_id = api.register()
    api.sim.set_pep(user_id, [("John Smith", "self", [])])
    api.sim.scopes = api.sim.scopes - {"pep"}

    whole = api.send("GET", f"/user/{user_id}")
    alone = api.send("GET", f"/user/{user_id}/pes")

    assert "pep" not in whole.json
    assert alone.error == (403, "forbidden")


def test_who_is_not_exposed_has_no_such_information(api: Api) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}/pes")

    assert answer.error == (404, "not_found")


def test_a_company_is_shown_with_its_type_and_code(start: Callable[..., Api]) -> None:
    api = start(show_type=True)
    user_id = api.register(EMAIL_ONLY)
    api.sim.set_company(user_id, "LT", "300060819")

    answer = api.send("GET", f"/user/{user_id}")

    assert (answer.json["type"], answer.json["company_code"]) == ("legal", "300060819")
