"""The Paysera simulator leads identification requests to their end as the documents say."""

from __future__ import annotations

from typing import Any

import pytest

from .api import EMAIL_ONLY, NOW, REGISTRATION, Api

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and so on \x00\xff"
as_jpeg = {"Content-Type": "image/jpeg"}
# The fields of the guide; the person is the one of the registration example.
GUIDE = {
    "type": "passport",
    "personal_number": "31001010000",
    "first_name": "John",
    "last_name": "Smith",
    "date_of_birth": "1910-01-01",
    "country": "LT",
}


def a_request(api: Api, user_id: int) -> int:
    number: int = api.send("POST", f"/user/{user_id}/identification-request").json["id"]
    return number


def add_document(api: Api, request: int, body: Any = GUIDE, *, images: int = 1) -> int:
    answer = api.send("POST", f"/identification-request/{request}/identity-document", body)
    assert answer.status == 200, answer.text
    number: int = answer.json["id"]
    for order in range(images):
        put = f"/identity-document/{number}/image/{order}"
        assert api.send("PUT", put, JPEG, headers=as_jpeg).status == 204
    return number


def add_face(api: Api, request: int) -> None:
    path = f"/identification-request/{request}/face-photo/image/0"
    assert api.send("PUT", path, JPEG, headers=as_jpeg).status == 204


def submitted(api: Api, user_id: int, body: Any = GUIDE, *, face: bool = False) -> int:
    request = a_request(api, user_id)
    add_document(api, request, body)
    if face:
        add_face(api, request)
    assert api.send("PUT", f"/identification-request/{request}/submit").status == 200
    return request


def seen(api: Api, request: int) -> Any:
    return api.send("GET", f"/identification-request/{request}").json


def level(api: Api, user_id: int) -> Any:
    return api.send("GET", f"/user/{user_id}").json["identification_level"]


@pytest.mark.parametrize("body", [None, {}, []])
def test_a_request_is_created_as_documented(api: Api, body: Any) -> None:
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("POST", f"/user/{user_id}/identification-request", body)

    assert (answer.status, answer.json) == (
        200,
        {
            "id": 1,
            "user_id": user_id,
            "created": NOW,
            "status": "waiting",
            "relation_status": "related",
            "provider": "wallet_user",
        },
    )


def test_a_token_creates_a_request_for_its_own_user_only(api: Api) -> None:
    token = api.sim.issue_token(api.register())
    other = api.register(EMAIL_ONLY)

    own = api.send("POST", "/user/me/identification-request", {}, token=token)
    others = api.send("POST", f"/user/{other}/identification-request", {}, token=token)

    assert own.json["user_id"] == 221
    assert others.error == (403, "forbidden")


def test_a_request_by_phone_needs_no_user(api: Api) -> None:
    answer = api.send("POST", "/identification-request", {"phone": "37060000000"})

    assert answer.json["phone"] == "37060000000"
    assert answer.json["relation_status"] == "unrelated"
    assert "user_id" not in answer.json


def test_a_request_by_a_confirmed_phone_is_its_users(api: Api) -> None:
    user_id = api.register()
    unconfirmed = api.send("POST", "/identification-request", {"phone": "37066612345"})
    api.confirm(user_id, "phone")

    answer = api.send("POST", "/identification-request", {"phone": "37066612345"})

    assert "user_id" not in unconfirmed.json
    assert (answer.json["user_id"], answer.json["locale"]) == (user_id, "lt")


@pytest.mark.parametrize("body", [{}, {"phone": "+37060000000"}])
def test_a_request_by_a_faulty_phone_is_refused(api: Api, body: Any) -> None:
    answer = api.send("POST", "/identification-request", body)

    assert answer.error == (400, "invalid_parameters")


@pytest.mark.parametrize(
    ("body", "country"),
    [(GUIDE, "LT"), ({"type": "identity_card", "country_of_issue": "LT"}, "LT")],
)
def test_a_document_is_shown_under_the_names_of_the_guide_and_of_the_sdks(
    api: Api, body: Any, country: str
) -> None:
    request = a_request(api, api.register())

    answer = api.send("POST", f"/identification-request/{request}/identity-document", body)

    assert answer.json["identification_request_id"] == request
    assert answer.json["country"] == answer.json["country_of_issue"] == country
    assert body.items() <= answer.json.items()


@pytest.mark.parametrize(
    "kind", ["identity_card", "passport", "residence_permit", "driver_license"]
)
def test_the_second_vocabulary_of_documents_is_taken(api: Api, kind: str) -> None:
    request = a_request(api, api.register())

    number = add_document(api, request, {"type": kind})

    assert seen(api, request)["identity_documents"][0]["id"] == number
    assert seen(api, request)["identity_documents"][0]["type"] == kind


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"type"}),
        ({"type": "card"}, {"type"}),
        ({"type": "driver_licence"}, {"type"}),
        (GUIDE | {"country": "Lithuania"}, {"country"}),
        (GUIDE | {"date_of_birth": "1910-1-1"}, {"date_of_birth"}),
        (GUIDE | {"personal_number": 31001010000}, {"personal_number"}),
    ],
)
def test_a_faulty_document_is_refused(api: Api, body: Any, fields: set[str]) -> None:
    request = a_request(api, api.register())

    answer = api.send("POST", f"/identification-request/{request}/identity-document", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == fields


def test_images_are_in_their_order_and_their_links_lead_to_them(api: Api) -> None:
    request = a_request(api, api.register())
    number = add_document(api, request, images=0)
    for order in (1, 0, 1):
        body = JPEG + str(order).encode()
        api.send("PUT", f"/identity-document/{number}/image/{order}", body, headers=as_jpeg)

    (document,) = seen(api, request)["identity_documents"]

    assert [image["order"] for image in document["images"]] == [0, 1]
    for image in document["images"]:
        path = image["link"].removeprefix(api.base_url)
        shown = api.send("GET", f"/{path}")
        assert shown.content == JPEG + str(image["order"]).encode()
        assert shown.headers["content-type"] == "image/jpeg"


def test_a_face_photo_is_linked(api: Api) -> None:
    request = a_request(api, api.register())

    add_face(api, request)

    (photo,) = seen(api, request)["face_photos"]
    shown = api.send("GET", f"/{photo['link'].removeprefix(api.base_url)}")
    assert (photo["order"], shown.content) == (0, JPEG)


def test_an_image_that_is_not_there_is_not_found(api: Api) -> None:
    request = a_request(api, api.register())

    answer = api.send("GET", f"/identification-request/{request}/face-photo/image/0")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (JPEG, "application/pdf", (406, "not_acceptable")),
        (b"", "image/jpeg", (400, "invalid_parameters")),
    ],
)
def test_a_faulty_image_is_refused(
    api: Api, body: bytes, content_type: str, error: tuple[int, str]
) -> None:
    request = a_request(api, api.register())
    number = add_document(api, request, images=0)
    headers = {"Content-Type": content_type}

    answer = api.send("PUT", f"/identity-document/{number}/image/0", body, headers=headers)

    assert answer.error == error


def test_a_liveness_check_is_answered_as_the_swift_sdk_reads_it(api: Api) -> None:
    request = a_request(api, api.register())

    answer = api.send("POST", f"/identification-request/{request}/face-photo", {})

    assert set(answer.json) == {
        "id",
        "identification_request_id",
        "liveliness_score",
        "identomat_session_id",
    }
    assert answer.json["identification_request_id"] == request


def test_an_additional_document_takes_files(api: Api) -> None:
    request = a_request(api, api.register())
    body = {"type": "proof_of_address", "country_of_issue": "LT"}

    added = api.send("POST", f"/identification-request/{request}/additional-document", body)
    path = f"/additional-document/{added.json['id']}/file"
    file = api.send("POST", path, b"%PDF", headers={"Content-Type": "application/pdf"})

    assert added.json["identification_request_id"] == request
    assert (file.status, file.content) == (204, b"")
    assert seen(api, request)["additional_document"]["files"][0]["mime_type"] == "application/pdf"
    assert "identity_documents" not in seen(api, request)


def test_an_identity_document_takes_no_files_and_an_additional_one_no_images(api: Api) -> None:
    request = a_request(api, api.register())
    identity = add_document(api, request, images=0)
    path = f"/identification-request/{request}/additional-document"
    additional = api.send("POST", path, {"type": "other"}).json["id"]

    answers = [
        api.send("POST", f"/additional-document/{identity}/file", b"x"),
        api.send("PUT", f"/identity-document/{additional}/image/0", JPEG, headers=as_jpeg),
    ]

    assert [answer.error for answer in answers] == [(404, "not_found")] * 2


def test_a_request_goes_through_the_documented_statuses(api: Api) -> None:
    user_id = api.register()
    request = a_request(api, user_id)
    add_document(api, request)
    statuses = [seen(api, request)["status"]]

    answer = api.send("PUT", f"/identification-request/{request}/submit")
    statuses.append(answer.json["status"])
    api.sim.begin_review(request)
    statuses.append(seen(api, request)["status"])
    api.sim.accept_request(request)
    statuses.append(seen(api, request)["status"])

    assert statuses == ["waiting", "processing", "pending", "reviewed"]


@pytest.mark.parametrize("images", [0, None])
def test_a_request_without_an_image_of_a_document_cannot_be_submitted(
    api: Api, images: int | None
) -> None:
    request = a_request(api, api.register())
    if images is not None:
        add_document(api, request, images=images)

    answer = api.send("PUT", f"/identification-request/{request}/submit")

    assert answer.error == (409, "invalid_state")
    assert seen(api, request)["status"] == "waiting"


def test_a_submitted_request_takes_no_more(api: Api) -> None:
    request = submitted(api, api.register())
    base = f"/identification-request/{request}"

    answers = [
        api.send("PUT", f"{base}/submit"),
        api.send("POST", f"{base}/identity-document", GUIDE),
        api.send("POST", f"{base}/additional-document", {"type": "other"}),
        api.send("POST", f"{base}/face-photo"),
        api.send("PUT", f"{base}/face-photo/image/0", JPEG, headers=as_jpeg),
        api.send("PUT", "/identity-document/1/image/1", JPEG, headers=as_jpeg),
    ]

    assert [answer.error for answer in answers] == [(409, "invalid_state")] * 6


def test_another_request_may_be_submitted_while_one_is_in_progress(api: Api) -> None:
    user_id = api.register()

    requests = [submitted(api, user_id) for _ in range(2)]

    assert [seen(api, request)["status"] for request in requests] == ["processing"] * 2


@pytest.mark.parametrize(
    ("kind", "face", "earned"),
    [
        ("driver_license", True, "basic_identified"),
        ("passport", False, "identified"),
        ("identity_card", False, "identified"),
        ("residence_permit", False, "identified"),
        ("passport", True, "fully_identified"),
    ],
)
def test_an_accepted_request_raises_the_level(api: Api, kind: str, face: bool, earned: str) -> None:
    user_id = api.register()
    request = submitted(api, user_id, GUIDE | {"type": kind}, face=face)
    before = level(api, user_id)

    api.sim.accept_request(request)

    assert (before, level(api, user_id)) == ("unidentified", earned)
    (document,) = seen(api, request)["identity_documents"]
    assert (document["review_status"], document["reviewed_at"]) == ("valid", NOW)


def test_a_liveness_check_counts_as_a_photo_of_the_face(api: Api) -> None:
    user_id = api.register()
    request = a_request(api, user_id)
    add_document(api, request)
    api.send("POST", f"/identification-request/{request}/face-photo", {})
    api.send("PUT", f"/identification-request/{request}/submit")

    api.sim.accept_request(request)

    assert level(api, user_id) == "fully_identified"


def test_reviewed_does_not_say_accepted(api: Api) -> None:
    user_id = api.register()
    request = submitted(api, user_id)

    api.sim.refuse_request(request, "The photo is blurred.")

    after = seen(api, request)
    assert (after["status"], after["comment"]) == ("reviewed", "The photo is blurred.")
    assert after["identity_documents"][0]["review_status"] == "denied"
    assert level(api, user_id) == "unidentified"


def test_a_reviewed_request_is_not_reviewed_again(api: Api) -> None:
    request = submitted(api, api.register())
    api.sim.refuse_request(request, "no")

    with pytest.raises(LookupError):
        api.sim.accept_request(request)


def test_a_request_of_nobody_raises_nobodys_level(api: Api) -> None:
    user_id = api.register()
    request = api.send("POST", "/identification-request", {"phone": "37060000000"}).json["id"]
    add_document(api, request)
    api.send("PUT", f"/identification-request/{request}/submit")

    api.sim.accept_request(request)

    assert level(api, user_id) == "unidentified"


def test_a_token_sees_nothing_of_another_users_request(api: Api) -> None:
    request = submitted(api, api.register())
    token = api.sim.issue_token(api.register(EMAIL_ONLY))

    answers = [
        api.send("POST", "/identification-request", {"phone": "37066612345"}, token=token),
        api.send("GET", f"/identification-request/{request}", token=token),
        api.send("GET", "/identity-document/1/image/0", token=token),
        api.send("GET", "/user/221/identification-requests", token=token),
    ]

    assert [answer.error for answer in answers] == [(403, "forbidden")] * 4


# Lists, a page at a time.


def listed(api: Api, query: str = "") -> tuple[list[int], Any]:
    answer = api.send("GET", f"/user/221/identification-requests{query}")
    assert answer.status == 200, answer.text
    rows = answer.json["identification_requests"]
    return [row["id"] for row in rows], answer.json["_metadata"]


@pytest.mark.parametrize(
    ("query", "ids", "has_next", "has_previous"),
    [
        ("", [1, 2, 3, 4, 5], False, False),
        ("?limit=2", [1, 2], True, False),
        ("?limit=2&offset=2", [3, 4], True, True),
        ("?limit=2&offset=4", [5], False, True),
        ("?limit=2&after=2", [3, 4], True, True),
        ("?limit=2&before=4", [2, 3], True, True),
        ("?limit=2&before=2", [1], True, False),
        ("?order_by=created&order_direction=DESC&limit=2", [5, 4], True, False),
        ("?statuses[]=processing", [2], False, False),
        ("?statuses%5B%5D=processing&statuses[]=waiting&limit=3", [1, 2, 3], True, False),
        ("?statuses[]=reviewed", [], False, False),
    ],
)
def test_requests_are_listed_a_page_at_a_time(
    api: Api, query: str, ids: list[int], has_next: bool, has_previous: bool
) -> None:
    user_id = api.register()
    for number in range(5):
        (submitted if number == 1 else a_request)(api, user_id)

    found, metadata = listed(api, query)

    assert found == ids
    assert (metadata["has_next"], metadata["has_previous"]) == (has_next, has_previous)


def test_the_metadata_of_a_page_is_that_of_the_framework(api: Api) -> None:
    user_id = api.register(REGISTRATION)
    for _ in range(3):
        a_request(api, user_id)

    _, by_offset = listed(api, "?limit=2&offset=1")
    _, by_cursor = listed(api, "?limit=2&after=1")

    assert by_offset == {
        "total": 3,
        "limit": 2,
        "offset": 1,
        "has_next": False,
        "has_previous": True,
        "cursors": {"after": "3", "before": "2"},
    }
    assert "offset" not in by_cursor


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("?limit=201", "invalid_parameters"),
        ("?limit=many", "invalid_parameters"),
        ("?offset=-1", "invalid_parameters"),
        ("?offset=1&after=1", "invalid_parameters"),
        ("?order_by=shoe_size", "invalid_parameters"),
        ("?order_direction=sideways", "invalid_parameters"),
        ("?statuses[]=finished", "invalid_parameters"),
        ("?after=99", "invalid_cursor"),
    ],
)
def test_a_faulty_page_is_refused(api: Api, query: str, error: str) -> None:
    api.register()

    answer = api.send("GET", f"/user/221/identification-requests{query}")

    assert answer.error == (400, error)
