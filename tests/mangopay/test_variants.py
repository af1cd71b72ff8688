"""Answers of MangoPay that no outside client confirmed are read in each of their likely forms."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from onboarding import Forbidden, NotFound, Outcome, ProviderError, RefusalReason, Secret
from onboarding.spi import Response
from tests.variants import Shape, cases, page_shows, said, tried

from onboarding_mangopay import Api, MangoPay

from .people import OWNER, paper

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
LEGACY = MangoPay(client_id="acme", api_key=Secret("key"), api=Api.LEGACY, name="fr")
LOGIN = said({"access_token": "t", "token_type": "bearer", "expires_in": 1199})
HTML = b"<html><body>no</body></html>"
AT = datetime(2023, 7, 25, 14, 51, 5, tzinfo=UTC)
LINK = "https://sca.sandbox.mangopay.com/?token=abc"
DOCUMENT = {"Id": "kyc_1", "Type": "IDENTITY_PROOF", "Status": "CREATED"}
USER = {"Id": "user_m_1", "PersonType": "NATURAL", "FirstName": "Alex", "PendingUserAction": None}
HOOK: dict[str, Any] = {"Id": "1", "EventType": "A", "Url": "u", "Status": "ENABLED"}
REPRESENTATIVE = {"LegalRepresentativeFirstName": "Alex", "LegalRepresentativeLastName": "Smith"}


def no(status: int, type: str | None, **errors: str) -> Response:
    body: dict[str, Any] = {"Message": "No", "Type": type, "Id": "1", "Date": 1}
    return said({**body, "errors": errors or None}, status)


def untyped(status: int) -> Response:
    return said({"Message": "No"}, status)


def user(**more: object) -> Response:
    return said({**USER, **more})


def document(**more: object) -> Response:
    return said({**DOCUMENT, **more})


def refused(**more: object) -> Response:
    return document(Status="REFUSED", RefusedReasonType="TRIGGER_PEPS", **more)


def kind_and_outcome(found: Any) -> object:
    assert isinstance(found, ProviderError)
    return type(found), found.outcome


def fetched(found: Callable[[Any], object], **more: Any) -> dict[str, Any]:
    return {"flow": lambda: PAPER.fetch_user("user_m_1"), "found": found, **more}


SHAPES = (
    Shape(
        name="a time, such as `CreationDate`",
        read="Unix seconds",
        flow=lambda: PAPER.fetch_document("kyc_1"),
        found=lambda record: record.created_at,
        expected=AT,
        variants={
            "`1690296665`": document(CreationDate=1690296665),
            "`1690296665.0`": document(CreationDate=1690296665.0),
        },
    ),
    Shape(
        name="`Birthday`",
        read="the day in UTC",
        **fetched(lambda record: record.user.identity.birthdate),
        expected=date(1990, 8, 31),
        variants={
            "midnight": user(Birthday=652060800),
            "another time of that day": user(Birthday=652117514),
            "`652060800.0`": user(Birthday=652060800.0),
        },
    ),
    Shape(
        name="an address that is not set",
        read="no address",
        **fetched(lambda record: record.user.address),
        expected=None,
        variants={
            "six nulls": user(Address=dict.fromkeys(("AddressLine1", "City", "Country"))),
            "null": user(Address=None),
            "no key": user(),
        },
    ),
    Shape(
        name="`UserCategory` of an old user",
        read="no category",
        **fetched(lambda record: record.user.category),
        expected=None,
        variants={
            "null": user(UserCategory=None),
            "`UNKNOWN`": user(UserCategory="UNKNOWN"),
            "no key": user(),
        },
    ),
    Shape(
        name="a company, read at the legacy endpoints",
        read="the names of the representative",
        flow=lambda: LEGACY.fetch_user("user_m_1"),
        found=lambda record: record.user.people[0].identity.given_name,
        expected="Alex",
        variants={
            "flat fields": said({"Id": "1", "PersonType": "LEGAL", **REPRESENTATIVE}),
            "flat fields and `PendingUserAction`": said(
                {"Id": "1", "PersonType": "LEGAL", "PendingUserAction": None, **REPRESENTATIVE}
            ),
            "`LegalRepresentative`": said(
                {"Id": "1", "PersonType": "LEGAL", "LegalRepresentative": {"FirstName": "Alex"}}
            ),
        },
    ),
    Shape(
        name="an unknown id",
        read="`NotFound`",
        **fetched(kind_and_outcome),
        expected=(NotFound, Outcome.NOT_DONE),
        variants={
            "404 `ressource_not_found`": no(404, "ressource_not_found"),
            "404 `resource_not_found`": no(404, "resource_not_found"),
            "404 without a type": untyped(404),
            "404 of another form": said(HTML, 404),
            "400 `ressource_not_found`": no(400, "ressource_not_found"),
            "400 `param_error` at an id": no(400, "param_error", UserId="is not valid"),
        },
    ),
    Shape(
        name="a missing scope of the key, an address that is not on the list",
        read="`Forbidden`",
        **fetched(kind_and_outcome),
        expected=(Forbidden, Outcome.NOT_DONE),
        variants={
            "403 `forbidden_ressource`": no(403, "forbidden_ressource"),
            "403 of another type": no(403, "ip_not_allowed"),
            "403 without a type": untyped(403),
            "403 without a body": said(None, 403),
            "403 with HTML": said(HTML, 403),
        },
    ),
    Shape(
        name="an expired token",
        read="one more login, then the same call again",
        **fetched(lambda record: record.id),
        expected="user_m_1",
        variants={
            "401 `invalid_credentials`": [no(401, "invalid_credentials"), user()],
            "401 of another type": [no(401, "invalid_token"), user()],
            "401 without a body": [said(None, 401), user()],
            "401 with HTML": [said(HTML, 401), user()],
            "401 with `WWW-Authenticate: Bearer`": [
                said(None, 401, WWW_Authenticate='Bearer error="invalid_token"'),
                user(),
            ],
        },
    ),
    Shape(
        name="a demand for SCA (401)",
        read="`ActionRequired` with the link",
        flow=lambda: PAPER.list_wallets("user_m_1"),
        found=lambda error: error.next_action.url,
        expected=LINK,
        variants={
            f"`{name}`": said(None, 401, WWW_Authenticate=name.replace("…", LINK))
            for name in (
                "PendingUserAction RedirectUrl=…",
                "PendingUserAction redirectUrl=…",
                'PendingUserAction RedirectUrl="…"',
                "pendinguseraction RedirectUrl = …",
                "Bearer, PendingUserAction RedirectUrl=…",
            )
        },
    ),
    Shape(
        name="the answer kept under an idempotency key",
        read="its status and its time",
        flow=lambda: PAPER.first_answer("order-7"),
        found=lambda first: (first.status, first.answered_at),
        expected=(200, AT),
        variants={
            "both as texts": said(
                {"StatusCode": "200", "Date": "Tue, 25 Jul 2023 14:51:05 GMT", "Resource": {}}
            ),
            "numbers": said({"StatusCode": 200, "Date": 1690296665, "Resource": {}}),
        },
    ),
    Shape(
        name="an idempotency key that was not used",
        read="`NotFound`",
        flow=lambda: PAPER.first_answer("order-7"),
        found=kind_and_outcome,
        expected=(NotFound, Outcome.NOT_DONE),
        variants={
            "400 `correlationid_not_found`": no(400, "correlationid_not_found"),
            "404 `correlationid_not_found`": no(404, "correlationid_not_found"),
            "404 `ressource_not_found`": no(404, "ressource_not_found"),
        },
    ),
    Shape(
        name="a write at the legacy endpoints after their end",
        read="an error whose outcome is `not_done`",
        flow=lambda: LEGACY.create_user(OWNER),
        found=lambda error: isinstance(error, ProviderError) and error.outcome,
        expected=Outcome.NOT_DONE,
        variants={
            "400 `invalid_action`": no(400, "invalid_action"),
            "403 `forbidden_ressource`": no(403, "forbidden_ressource"),
            "404 without a type": untyped(404),
            "405 without a type": untyped(405),
            "410 with HTML": said(HTML, 410),
        },
    ),
    Shape(
        name="`sca-status`",
        read="whether the user is enrolled, and the consents as MangoPay's words",
        flow=lambda: PAPER.sca_status("user_m_1"),
        found=lambda status: (status.enrolled, status.consents),
        expected=(True, {"Transfer": "ACTIVE"}),
        variants={
            "`true`": said({"IsEnrolled": True, "ConsentScope": {"Transfer": "ACTIVE"}}),
            "`1`": said({"IsEnrolled": 1, "ConsentScope": {"Transfer": "ACTIVE"}}),
        },
    ),
    Shape(
        name="`sca-status` of a user who never enrolled",
        read="not enrolled",
        flow=lambda: PAPER.sca_status("user_m_1"),
        found=lambda status: status.enrolled,
        expected=False,
        variants={
            "404": [no(404, "ressource_not_found"), user()],
            "400 `param_error` at the id": [no(400, "param_error", UserId="no"), user()],
            "`false`": said({"IsEnrolled": False, "ConsentScope": None}),
            "no key": said({"UserStatus": "ACTIVE"}),
        },
    ),
    Shape(
        name="a refused document",
        read="why, with MangoPay's own word",
        flow=lambda: PAPER.fetch_document("kyc_1"),
        found=lambda record: (record.refusal.reason, record.refusal.provider_code),
        expected=(RefusalReason.OTHER, "TRIGGER_PEPS"),
        variants={
            "no `Flags`": refused(),
            "null `Flags`": refused(Flags=None),
            "an empty list": refused(Flags=[]),
        },
    ),
    Shape(
        name="the answer to a page of a document",
        read="a success",
        flow=lambda: PAPER.submit_document("user_m_1", paper()),
        found=lambda record: record.id,
        expected="kyc_1",
        variants={
            words: [document(), page, document(Status="VALIDATION_ASKED")]
            for words, page in {
                "204": said(None, 204),
                "200 without a body": said(None, 200),
                "201 with an object": said({}, 201),
            }.items()
        },
    ),
    Shape(
        name="a document without pages, when it is submitted",
        read="an error at `pages`",
        flow=lambda: PAPER.submit_document("user_m_1", paper()),
        found=lambda error: [one.path for one in error.__cause__.problems],
        expected=["pages"],
        variants={
            "400 `cant_validate_empty_document`": [
                document(),
                said(None, 204),
                no(400, "cant_validate_empty_document"),
            ],
        },
    ),
    Shape(
        name="the blocks of a user",
        read="nothing is blocked",
        flow=lambda: PAPER.regulatory("user_m_1"),
        found=lambda block: (block.inflows_blocked, block.outflows_blocked, block.action_code),
        expected=(False, False, ""),
        variants={
            "`false` twice": said(
                {"ActionCode": "", "ScopeBlocked": {"Inflows": False, "Outflows": False}}
            ),
            "nulls": said({"ActionCode": None, "ScopeBlocked": None, "KycInformation": None}),
            "no keys": said({}),
        },
    ),
    Shape(
        name="e-money",
        read="one sum",
        flow=lambda: PAPER.emoney("user_m_1"),
        found=lambda sums: sums.credited.amount,
        expected=100,
        variants={
            "an object": said({"CreditedEMoney": {"Amount": 100, "Currency": "EUR"}}),
            "a list of one": said([{"CreditedEMoney": {"Amount": 100, "Currency": "EUR"}}]),
        },
    ),
    Shape(
        name="a hook",
        read="a hook that is valid",
        flow=lambda: PAPER.fetch_hook("hook_m_1"),
        found=lambda hook: (hook.valid, hook.enabled),
        expected=(True, True),
        variants={
            words: said({**HOOK, "Validity": validity})
            for words, validity in {
                "`VALID`": "VALID",
                "`UNKNOWN`": "UNKNOWN",
                "null": None,
            }.items()
        },
    ),
    Shape(
        name="a field error",
        read="an error at its core path",
        flow=lambda: PAPER.create_user(OWNER),
        found=lambda error: [one.path for one in error.problems],
        expected=["email"],
        variants={
            "`errors`": no(400, "param_error", Email="wrong"),
            "`Errors`": said({"Type": "param_error", "Errors": {"Email": "INVALID_FORMAT"}}, 400),
            "a list of texts": said({"Type": "param_error", "errors": {"Email": ["wrong"]}}, 400),
        },
    ),
    Shape(
        name="a list without its headers",
        read="one page",
        flow=lambda: PAPER.list_users(),
        found=lambda page: (len(page.items), page.next),
        expected=(1, None),
        variants={
            "both headers": said([USER], X_Number_Of_Pages="1", X_Number_Of_Items="1"),
            "no header": said([USER]),
        },
    ),
    Shape(
        name="a rate header",
        read="four windows",
        **fetched(lambda record: [limit.left for limit in record.rate_limits]),
        expected=[1, 2, 3, 4],
        variants={
            words: said(
                USER,
                X_RateLimit=between.join("0000"),
                X_RateLimit_Remaining=between.join("1234"),
                X_RateLimit_Reset=between.join(["1690296665"] * 4),
            )
            for words, between in {"four lines": ", ", "a list": ","}.items()
        },
    ),
)
CASES = cases(SHAPES)


@pytest.mark.parametrize("case", CASES)
def test_each_likely_form_of_an_answer_is_read_alike(case: str) -> None:
    shape, answers = CASES[case]

    assert tried(PAPER, shape, answers, LOGIN) == shape.expected


def test_the_page_shows_every_shape_that_no_outside_client_confirmed() -> None:
    update = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"

    shown, fresh = page_shows("mangopay", SHAPES, update=update)

    assert shown == fresh
