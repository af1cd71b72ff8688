"""Answers of Paysera that no outside client confirmed are read in each of their likely forms."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from onboarding import (
    Conflict,
    DocumentStatus,
    NotFound,
    Password,
    ProviderError,
    RateLimited,
    Secret,
    Unauthorized,
    User,
)
from onboarding.spi import Response
from tests.variants import Answers, Shape, cases, page_shows, said, tried

from onboarding_paysera import ContactList, ServiceName

from .every_flow import BACK, PAPER, PASSPORT, SCAN

HTML = b"<html><body>no</body></html>"
USER = {"id": 221, "email": "ona@example.com"}
WALLET = {"id": 7, "owner": 221, "account": {"number": "EVP1"}}
PLACE = {"user_id": 221, "lat": 54.5, "lng": 25.5}
TOKEN = {"access_token": "a", "mac_key": "k", "token_type": "mac", "mac_algorithm": "hmac-sha-256"}
AT = datetime(2020, 4, 20, 11, 17, 53, tzinfo=UTC)
VOID: dict[str, Answers] = {
    "204": said(None, 204),
    "200 without a body": said(),
    "`{}`": said({}),
    "`[]`": said([]),
    "`null`": said(b"null"),
}


def no(code: str, status: int = 400, **more: object) -> Response:
    return said({"error": code, **more}, status)


def user(**more: object) -> Response:
    return said({**USER, **more})


def requested(id: object, user_id: object, relation: str) -> Response:
    body = {"id": id, "user_id": user_id, relation: "related"}
    return said({**body, "created": 1587381473, "status": "waiting"})


def fetched(found: Callable[[Any], object], **more: Any) -> dict[str, Any]:
    return {"flow": lambda: PAPER.fetch_user("221"), "found": found, **more}


def kind(found: Any) -> object:
    assert isinstance(found, ProviderError)
    return type(found)


def created() -> Any:
    return PAPER.create_user(User(email="ona@example.com", credentials=PASSWORD))


PASSWORD = Password(password=Secret("correct horse"))

SHAPES = (
    Shape(
        name="a write that answers nothing, such as the deletion of a position",
        read="a success",
        flow=lambda: PAPER.delete_position("221"),
        found=lambda found: found,
        expected=None,
        variants=VOID,
    ),
    Shape(
        name="contacts appended to a contact book",
        read="a success",
        flow=lambda: PAPER.append_contacts("7", ContactList(emails=("ona@example.com",))),
        found=lambda found: found,
        expected=None,
        variants={**VOID, "the id": said({"id": 7})},
    ),
    Shape(
        name="a service that was enabled",
        read="the service, enabled",
        flow=lambda: PAPER.enable_service("221", ServiceName.MICRO),
        found=lambda service: (service.name, service.enabled),
        expected=("micro", True),
        variants={**VOID, "the service": said({"service": "micro", "status": "enabled"})},
    ),
    Shape(
        name="the services of a user",
        read="each service",
        flow=lambda: PAPER.list_services("221"),
        found=lambda services: [service.name for service in services],
        expected=["micro"],
        variants={
            "`services`": said({"user_id": 221, "services": [{"service": "micro"}]}),
            "a list": said([{"service": "micro"}]),
        },
    ),
    Shape(
        name="the wallets of a user",
        read="each wallet",
        flow=lambda: PAPER.list_wallets("221"),
        found=lambda page: [wallet.id for wallet in page.items],
        expected=["7"],
        variants={
            "a list": said([WALLET]),
            "one object": said(WALLET),
            "`wallets`": said({"wallets": [WALLET]}),
        },
    ),
    Shape(
        name="a user without wallets",
        read="no wallet",
        flow=lambda: PAPER.list_wallets("221"),
        found=lambda page: page.items,
        expected=(),
        variants={
            "an empty list": said([]),
            "an empty `wallets`": said({"wallets": []}),
            "404, where the user is there": [no("not_found", 404), user()],
        },
    ),
    Shape(
        name="the positions around a point",
        read="each position",
        flow=lambda: PAPER.find_positions(54.5, 25.5, 1),
        found=lambda found: [(one.latitude, one.longitude, one.user_id) for one in found],
        expected=[(54.5, 25.5, "221")],
        variants={
            "a list": said([PLACE]),
            "`positions`": said({"positions": [PLACE]}),
            "`items`": said({"items": [PLACE]}),
            "numbers as texts": said([{"user_id": "221", "lat": "54.5", "lng": "25.5"}]),
        },
    ),
    Shape(
        name="an uploaded document",
        read="its id",
        flow=lambda: PAPER.upload_document("221", SCAN),
        found=lambda record: (record.id, record.status),
        expected=("7", DocumentStatus.CREATED),
        variants={
            "`id`": said({"id": 7}),
            "`id` as a text": said({"id": "7"}),
            "`document_id`": said({"document_id": 7}),
            "an object below `document`": said({"document": {"id": 7}}),
        },
    ),
    Shape(
        name="a described document",
        read="a document in review",
        flow=lambda: PAPER.describe_document("7", PASSPORT),
        found=lambda record: (record.id, record.status),
        expected=("7", DocumentStatus.IN_REVIEW),
        variants={**VOID, "an object": said({"id": 7, "type": "passport"})},
    ),
    Shape(
        name="a receipt",
        read="its text",
        flow=lambda: PAPER.registration_receipt("221"),
        found=lambda receipt: receipt.text,
        expected="Receipt 7",
        variants={
            "text": said(b"Receipt 7", Content_Type="text/plain; charset=utf-8"),
            "a JSON text": said("Receipt 7", Content_Type="application/json"),
            "bytes without a type": said(b"Receipt 7"),
        },
    ),
    Shape(
        name="a new contact book",
        read="its id",
        flow=lambda: PAPER.create_contact_book("221"),
        found=lambda found: found,
        expected="7",
        variants={"a number": said({"id": 7}), "a text": said({"id": "7"})},
    ),
    Shape(
        name="an identity, an address or options without a value",
        read="no value, and nothing unreadable",
        **fetched(lambda record: (record.user.identity, record.user.address, record.unmapped)),
        expected=(None, None, {}),
        variants={
            "no key": user(),
            "`[]`": user(identity=[], address=[], options=[]),
            "`{}`": user(identity={}, address={}, options={}),
            "null": user(identity=None, address=None, options=None),
        },
    ),
    Shape(
        name="the person code and the nationality of a user",
        read="a text, and the country in upper case",
        **fetched(
            lambda record: (
                record.user.identity.national_id.code,
                record.user.identity.nationality,
            )
        ),
        expected=("31001230000", "LT"),
        variants={
            "a text": user(identity={"code": "31001230000", "nationality": "lt"}),
            "a number": user(identity={"code": 31001230000, "nationality": "lt"}),
            "upper case": user(identity={"code": "31001230000", "nationality": "LT"}),
        },
    ),
    Shape(
        name="the phone number of a user",
        read="E.164",
        **fetched(lambda record: record.user.phone),
        expected="+37066612345",
        variants={
            "digits": user(phone="37066612345"),
            "with `+`": user(phone="+37066612345"),
        },
    ),
    Shape(
        name="a user or a part that is not there",
        read="`NotFound`",
        **fetched(kind),
        expected=NotFound,
        variants={
            "404 `not_found`": no("not_found", 404),
            "400 `not_found`": no("not_found"),
            "404 without a code": said(None, 404),
            "404 with HTML": said(HTML, 404),
        },
    ),
    Shape(
        name="an e-mail address that is taken",
        read="`Conflict` at `email`",
        flow=created,
        found=lambda error: (type(error), [one.path for one in error.problems]),
        expected=(Conflict, ["email"]),
        variants={
            f"{status} `email_already_assigned`": no("email_already_assigned", status)
            for status in (400, 409, 422)
        },
    ),
    Shape(
        name="a field error",
        read="an error at its core path",
        flow=created,
        found=lambda error: [one.path for one in error.problems],
        expected=["email"],
        variants={
            "`errors`": no("invalid_parameters", errors=[{"field": "email", "code": "is_blank"}]),
            "`error_properties` of lists": no(
                "invalid_parameters", error_properties={"email": ["wrong"]}
            ),
            "`error_properties` of texts": no(
                "invalid_parameters", error_properties={"email": "wrong"}
            ),
            "`error_properties_codes`": no(
                "invalid_parameters", error_properties_codes={"email": ["is_blank"]}
            ),
        },
    ),
    Shape(
        name="too many calls",
        read="`RateLimited`",
        **fetched(kind),
        expected=RateLimited,
        variants={
            "429 `rate_limit_exceeded`": no("rate_limit_exceeded", 429),
            "400 `rate_limit_exceeded`": no("rate_limit_exceeded"),
            "400 `rate_limit_exceeded_ge`": no("rate_limit_exceeded_ge"),
            "429 without a body": said(None, 429),
        },
    ),
    Shape(
        name="a token that ended",
        read="`Unauthorized`",
        **fetched(kind),
        expected=Unauthorized,
        variants={
            "400 `invalid_grant`": no("invalid_grant"),
            "401 `invalid_grant`": no("invalid_grant", 401),
            "401 without a body": said(None, 401),
        },
    ),
    Shape(
        name="a clock that is off",
        read="the server's time, then the same call again",
        **fetched(lambda record: record.id),
        expected="221",
        variants={
            words: [refusal, said({"time": 1587381473}), user()]
            for words, refusal in {
                "401 `invalid_timestamp`": no("invalid_timestamp", 401),
                "400 `invalid_timestamp`": no("invalid_timestamp"),
                "a text alone": no("unauthorized", 401, error_description="Timestamp is in future"),
            }.items()
        },
    ),
    Shape(
        name="how long a token lives",
        read="when it ends",
        flow=lambda: PAPER.exchange_code("code", redirect_uri=BACK),
        found=lambda token: token.expires_at is not None,
        expected=True,
        variants={
            "a number": said({**TOKEN, "expires_in": 3600}),
            "a text": said({**TOKEN, "expires_in": "3600"}),
            "another case of `token_type`": said(
                {**TOKEN, "token_type": "MAC", "expires_in": 3600}
            ),
        },
    ),
    Shape(
        name="an identification request",
        read="its ids, its time and its status",
        flow=lambda: PAPER.fetch_identification("1"),
        found=lambda one: (one.id, one.user_id, one.created_at, one.provider_status, one.relation),
        expected=("1", "221", AT, "waiting", "related"),
        variants={
            "numbers": requested(1, 221, "relation_status"),
            "texts": requested("1", "221", "relation_status"),
            "`realation_status`": requested(1, 221, "realation_status"),
        },
    ),
    Shape(
        name="a submitted identification request",
        read="its id",
        flow=lambda: PAPER.submit_identification("1"),
        found=lambda one: one.id,
        expected="1",
        variants={**VOID, "the request": said({"id": 1, "status": "processing"})},
    ),
    Shape(
        name="the list of identification requests",
        read="its entries, and whether more follow",
        flow=lambda: PAPER.list_identifications("221"),
        found=lambda page: (len(page.items), page.next),
        expected=(1, "1"),
        variants={
            words: said({"identification_requests": [{"id": 1}], "_metadata": metadata})
            for words, metadata in {
                "`has_next`": {"has_next": True, "total": 2},
                "`total` alone": {"total": 2},
            }.items()
        },
    ),
)
CASES = cases(SHAPES)


@pytest.mark.parametrize("case", CASES)
def test_each_likely_form_of_an_answer_is_read_alike(case: str) -> None:
    shape, answers = CASES[case]

    assert tried(PAPER, shape, answers, None) == shape.expected


def test_the_page_shows_every_shape_that_no_outside_client_confirmed() -> None:
    update = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"

    shown, fresh = page_shows("paysera", SHAPES, update=update)

    assert shown == fresh
