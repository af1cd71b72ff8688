"""The Paysera simulator takes documents, and levels rise by what is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from .api import LEVELS, REGISTRATION, Api

PDF = b"%PDF-1.7 \x00\xff and so on"
# Quoted from the documents.
METADATA = {
    "title": "Passport scan",
    "extension": "pdf",
    "type": "passport",
    "number": "AB1234567",
    "date": "2020-01-15",
}


def upload(api: Api, user_id: int, content_type: str = "application/pdf", **signing: Any) -> Any:
    headers = {"Content-Type": content_type}
    return api.send("POST", f"/user/{user_id}/document", PDF, headers=headers, **signing)


def a_document(api: Api, user_id: int, kind: str = "passport") -> int:
    number: int = upload(api, user_id).json["id"]
    body = METADATA | {"type": kind}
    assert api.send("PUT", f"/user/document/{number}/metadata", body).status == 200
    return number


def level(api: Api, user_id: int) -> Any:
    shown = api.send("GET", f"/user/{user_id}").json
    assert shown["identification_level"] == shown["calculated_level"]
    return shown["identification_level"]


def test_a_document_is_uploaded_then_described_as_documented(api: Api) -> None:
    user_id = api.register()

    uploaded = upload(api, user_id)
    described = api.send("PUT", f"/user/document/{uploaded.json['id']}/metadata", METADATA)

    assert (uploaded.status, uploaded.json) == (200, {"id": 1, "user_id": user_id})
    assert (described.status, described.json) == (200, uploaded.json | METADATA)
    (kept,) = api.sim.documents_of(user_id)
    assert (kept.file.content, kept.file.content_type) == (PDF, "application/pdf")


@pytest.mark.parametrize(
    "content_type", ["image/jpeg", "application/octet-stream", "", "application/json"]
)
def test_a_document_of_any_content_type_is_taken(api: Api, content_type: str) -> None:
    user_id = api.register()

    answer = upload(api, user_id, content_type)

    assert answer.status == 200
    assert api.sim.documents_of(user_id)[0].file.content == PDF


def test_an_empty_document_is_refused(api: Api) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/document", b"")

    assert answer.error == (400, "invalid_parameters")
    assert api.sim.documents_of(user_id) == []


@pytest.mark.parametrize("kind", ["card", "passport", "driver_licence"])
def test_the_three_documented_types_are_taken(api: Api, kind: str) -> None:
    number = a_document(api, api.register(), kind)

    assert api.sim.documents_of(221)[0].type == kind
    assert number == 1


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("type", "identity_card", "no_such_choice"),
        ("type", "driver_license", "no_such_choice"),
        ("type", None, "is_blank"),
        ("title", "", "is_blank"),
        ("extension", None, "is_blank"),
        ("number", 1234567, "invalid_type"),
        ("date", "15.01.2020", "regex_failed"),
        ("date", "2020-02-30", "regex_failed"),
        ("date", "20200115", "regex_failed"),
        ("date", None, "is_blank"),
    ],
)
def test_faulty_metadata_is_refused(api: Api, key: str, value: Any, code: str) -> None:
    number = upload(api, api.register()).json["id"]
    body = {k: v for k, v in (METADATA | {key: value}).items() if v is not None}

    answer = api.send("PUT", f"/user/document/{number}/metadata", body)

    assert answer.error == (400, "invalid_parameters")
    assert [(fault["field"], fault["code"]) for fault in answer.json["errors"]] == [(key, code)]


def test_an_unknown_document_is_not_found(api: Api) -> None:
    answer = api.send("PUT", "/user/document/1/metadata", METADATA)

    assert answer.error == (404, "not_found")


def test_a_document_of_an_unknown_user_is_not_found(api: Api) -> None:
    answer = upload(api, 999)

    assert answer.error == (404, "not_found")


def test_documents_need_a_permission_that_no_token_has(api: Api) -> None:
    user_id = api.register()
    token = api.sim.issue_token(user_id)

    answers = [upload(api, user_id, token=token)]
    api.sim.permissions = api.sim.permissions - {"upload_document"}
    answers.append(upload(api, user_id))
    answers.append(api.send("PUT", "/user/document/1/metadata", METADATA))

    assert [answer.error for answer in answers] == [(403, "forbidden")] * 3


def test_uploading_alone_raises_no_level(api: Api) -> None:
    user_id = api.register()

    a_document(api, user_id)

    assert level(api, user_id) == "unidentified"


@pytest.mark.parametrize(
    ("kind", "earned"),
    [("driver_licence", "basic_identified"), ("card", "identified"), ("passport", "identified")],
)
def test_an_accepted_document_raises_the_level(api: Api, kind: str, earned: str) -> None:
    user_id = api.register()
    number = a_document(api, user_id, kind)

    api.sim.accept_document(number)

    assert level(api, user_id) == earned
    assert api.sim.documents_of(user_id)[0].review_status == "valid"


def test_a_refused_document_raises_nothing_and_says_why(api: Api) -> None:
    user_id = api.register()
    number = a_document(api, user_id)

    api.sim.refuse_document(number, "blurred")

    assert level(api, user_id) == "unidentified"
    kept = api.sim.documents_of(user_id)[0]
    assert (kept.review_status, kept.comment) == ("denied", "blurred")


def test_weaker_evidence_lowers_no_level(api: Api) -> None:
    user_id = api.register()
    api.sim.accept_document(a_document(api, user_id, "passport"))

    api.sim.accept_document(a_document(api, user_id, "driver_licence"))

    assert level(api, user_id) == "identified"


def test_a_reviewer_may_name_the_level(api: Api) -> None:
    user_id = api.register()
    number = a_document(api, user_id)

    api.sim.accept_document(number, "fully_identified")

    assert level(api, user_id) == "fully_identified"


def test_a_level_beyond_the_documents_is_left_as_it_is(api: Api) -> None:
    user_id = api.register()
    api.sim.set_level(user_id, "platinum")

    api.sim.accept_document(a_document(api, user_id))

    assert level(api, user_id) == "platinum"


def test_the_levels_rise_one_by_one_as_evidence_is_accepted(api: Api) -> None:
    user_id = api.register({"email": "a@example.com"})
    seen = [level(api, user_id)]

    api.send("PUT", f"/user/{user_id}", {"identity": REGISTRATION["identity"]})
    api.sim.accept_identity(user_id)
    seen.append(level(api, user_id))
    for kind in ("driver_licence", "passport"):
        api.sim.accept_document(a_document(api, user_id, kind))
        seen.append(level(api, user_id))
    api.sim.set_level(user_id, "fully_identified")
    seen.append(level(api, user_id))

    assert seen == LEVELS


def test_a_reviewer_can_judge_only_what_is_there(api: Api) -> None:
    user_id = api.register({"email": "a@example.com"})
    bare = upload(api, user_id).json["id"]

    for control in (
        lambda: api.sim.accept_document(99),
        lambda: api.sim.refuse_document(99, "no"),
        lambda: api.sim.accept_document(bare),  # nobody said what it is
        lambda: api.sim.accept_identity(user_id),
        lambda: api.sim.accept_request(1),
        lambda: api.sim.refuse_request(1, "no"),
        lambda: api.sim.begin_review(1),
        lambda: api.sim.documents_of(999),
    ):
        with pytest.raises(LookupError):
            control()
