"""Each no that MangoPay documents becomes a typed error, which speaks in core paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Absence,
    ActionRequired,
    Company,
    Conflict,
    Forbidden,
    Identity,
    NextAction,
    NextActionKind,
    NotFound,
    PartialFailure,
    ProviderError,
    RateLimited,
    Rejected,
    Secret,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.spi import Flow, Response

from onboarding_mangopay import Api, MangoPay

from .people import paper

Json = dict[str, Any]

SCA = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
LEGACY = MangoPay(client_id="acme", api_key=Secret("key"), api=Api.LEGACY, name="fr")
NATURAL = User(identity=Identity(given_name="Alex"), category=UserCategory.PAYER)
LEGAL = User(company=Company(legal_name="Acme"), category=UserCategory.PAYER)
RECORD = UserRecord(provider="mangopay", gateway="fr", id="user_m_1", user=NATURAL)
ACTION = NextAction(
    kind=NextActionKind.REDIRECT, provider="mangopay", gateway="fr", user_id="user_m_1"
)

PARAMS = (
    "One or several required parameters are missing or incorrect. "
    "An incorrect resource ID also raises this kind of error."
)
NO_COUNTRY = "The requested value is not an ISO 3166-1 alpha-2 code which is expected."
EMAIL_REGEX = (
    "The field Email must match the regular expression "
    "'([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    "@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'."
)


def create(user: User = NATURAL, adapter: MangoPay = SCA) -> Flow[Any]:
    return adapter.create_user(user)


def update() -> Flow[Any]:
    return SCA.update_user(RECORD, NATURAL.replace(tag="New tag"))


@frozen
class Sample:
    """One answer, and what must become of it."""

    name: str
    status: int
    body: Json | bytes
    kind: type[ProviderError]
    code: str
    paths: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    request_id: str | None = None
    flow: Callable[[], Flow[Any]] = create
    headers: dict[str, str] = field(factory=dict)


def param_error(errors: Json, id: str = "864a164a-cbb9-4e9d-b140-2b83c720e729") -> Json:
    return {
        "Message": PARAMS,
        "Type": "param_error",
        "Id": id,
        "Date": 1690291065.0,
        "errors": errors,
    }


def plain(type: str, message: str, id: str = "51876239-4814-422e-8f4b-6986520414bb") -> Json:
    return {"Message": message, "Type": type, "Id": id, "Date": 1750420020, "errors": None}


SAMPLES = (
    # docs: api-reference/users/create-natural-user and update-natural-user, word for word
    Sample(
        "fraud policy",
        400,
        plain(
            "fraud_policy",
            "The data you provided does not comply with our anti-fraud policy",
            "51876239-4814-422e-8f4b-6986520414bb#1750420019",
        ),
        Rejected,
        "fraud_policy",
        request_id="51876239-4814-422e-8f4b-6986520414bb#1750420019",
    ),
    Sample(
        "invalid e-mail",
        400,
        param_error({"Email": EMAIL_REGEX}),
        Rejected,
        "param_error",
        ("email",),
        ("shape",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "restricted country",
        400,
        param_error(
            {"CountryOfResidence": "The CountryOfResidence used is blocked"},
            "31746ec8-51e6-4cd3-bf35-339b6646f3f4#1750669238",
        ),
        Rejected,
        "param_error",
        ("identity.country_of_residence",),
        ("blocked_country",),
        "31746ec8-51e6-4cd3-bf35-339b6646f3f4#1750669238",
    ),
    Sample(
        "terms not accepted",
        403,
        plain(
            "user_hasnt_accepted_terms_and_conditions",
            "User must accept the terms and conditions before account creation or modification.",
            "dbbc752b-6f9f-4248-a4bb-04ee0ba7b4b7",
        ),
        Rejected,
        "user_hasnt_accepted_terms_and_conditions",
        ("terms.accepted",),
        request_id="dbbc752b-6f9f-4248-a4bb-04ee0ba7b4b7",
    ),
    Sample(
        "an OWNER stays one",
        400,
        param_error(
            {"UserCategory": "A User OWNER can't be modified to a user PAYER"},
            "2633f582-b269-499f-bef0-8ae378b3be35",
        ),
        Rejected,
        "param_error",
        ("category",),
        ("conflict",),
        "2633f582-b269-499f-bef0-8ae378b3be35",
        update,
    ),
    Sample(
        "terms revoked",
        400,
        plain(
            "invalid_action",
            "The user cannot revoke the terms and conditions acceptance",
            "f3126c80-1e1f-4f89-a031-237bf997759f",
        ),
        Rejected,
        "invalid_action",
        ("terms.accepted",),
        request_id="f3126c80-1e1f-4f89-a031-237bf997759f",
        flow=update,
    ),
    # the fact sheet, 1.8: types and texts
    Sample(
        "missing field",
        400,
        param_error({"FirstName": "The FirstName field is required."}),
        Rejected,
        "param_error",
        ("identity.given_name",),
        ("missing",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "representative without e-mail",
        400,
        param_error({"LegalRepresentative.Email": "'Email' must not be empty."}),
        Rejected,
        "param_error",
        ("people[representative].email",),
        ("missing",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: create(LEGAL),
    ),
    Sample(
        "flat representative",
        400,
        param_error({"LegalRepresentativeLastName": "The field is required."}),
        Rejected,
        "param_error",
        ("people[representative].identity.family_name",),
        ("missing",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: create(LEGAL, LEGACY),
    ),
    Sample(
        "blocked headquarters",
        400,
        param_error(
            {"HeadquartersAddress.Country": "The HeadquartersAddress.Country used is blocked"}
        ),
        Rejected,
        "param_error",
        ("company.headquarters.country",),
        ("blocked_country",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: create(LEGAL),
    ),
    Sample(
        "country code",
        400,
        param_error({"Nationality": NO_COUNTRY}),
        Rejected,
        "param_error",
        ("identity.nationality",),
        ("shape",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "wrong JSON type",
        400,
        param_error(
            {"Address": "Error reading string. Unexpected token: StartObject. Path 'Address'"}
        ),
        Rejected,
        "param_error",
        ("address",),
        ("type",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "bare region",
        400,
        param_error({"Region": "The Region is a required field for this Country"}),
        Rejected,
        "param_error",
        ("address.region",),
        ("missing",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "a field nobody knows",
        400,
        param_error({"Zodiac": "The data you sent, Alex Smith, is wrong."}),
        Rejected,
        "param_error",
        ("",),
        ("refused",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
    ),
    Sample(
        "already an OWNER",
        400,
        plain("not_allowed_for_user_category_owner", "Not allowed"),
        Conflict,
        "not_allowed_for_user_category_owner",
        ("category",),
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=lambda: SCA.categorise_user(RECORD, NATURAL),
    ),
    Sample(
        "a PAYER does not enrol",
        400,
        plain("not_allowed_for_user_category_payer", "Not allowed"),
        Conflict,
        "not_allowed_for_user_category_payer",
        ("category",),
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=lambda: SCA.renew(ACTION),
    ),
    Sample(
        "pending user action",
        400,
        plain(
            "not_allowed_for_pending_user_action_status",
            "This endpoint is not allowed for User with your current status",
        ),
        Conflict,
        "not_allowed_for_pending_user_action_status",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=update,
    ),
    Sample(
        "no proxy",
        403,
        plain("sca_proxy_missing", "No proxy"),
        Rejected,
        "sca_proxy_missing",
        ("extras.mangopay.sca_context",),
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=update,
    ),
    Sample(
        "closed",
        400,
        plain("user_closed", "User closed: No action can be performed"),
        Conflict,
        "user_closed",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=update,
    ),
    Sample(
        "money left",
        400,
        plain(
            "user_closure_not_possible",
            "The user cannot be closed as one or several wallets are not empty",
        ),
        Conflict,
        "user_closure_not_possible",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=lambda: SCA.close_user(RECORD),
    ),
    Sample(
        "closed twice",
        400,
        plain("user_closure_failed", "An error occurred while closing the user"),
        Conflict,
        "user_closure_failed",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
        flow=lambda: SCA.close_user(RECORD),
    ),
    Sample(
        "unknown id",
        404,
        {
            **plain("ressource_not_found", "The ressource does not exist"),
            "errors": {
                "RessourceNotFound": "Cannot found the ressource User with the id=47401997 "
            },
        },
        NotFound,
        "ressource_not_found",
        (),
        (),
        "51876239-4814-422e-8f4b-6986520414bb",
        lambda: SCA.fetch_user("47401997"),
    ),
    # the fact sheet, section 11: recorded 2017-2020
    Sample(
        "unknown bank account",
        400,
        param_error({"BankAccountId": "The ressource does not exist"}),
        NotFound,
        "param_error",
        ("",),
        ("unknown",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: SCA.fetch_bank_account("47401997", "1"),
    ),
    # docs: create-idv-session
    Sample(
        "unknown user of a verification",
        400,
        param_error({"UserId": "UserId is not valid"}),
        NotFound,
        "param_error",
        ("",),
        ("unknown",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: SCA.verify_identity("47401997", "https://shop.example"),
    ),
    # docs: create-recipient
    Sample(
        "unknown user of a recipient",
        400,
        {
            "Id": "r-1",
            "Message": PARAMS,
            "Type": "param_error",
            "Date": 1,
            "Errors": {"UserId": "USER_NOT_FOUND"},
        },
        NotFound,
        "param_error",
        ("",),
        ("unknown",),
        "r-1",
        lambda: SCA.list_recipients("47401997"),
    ),
    Sample(
        "an id that the body lacks",
        400,
        param_error({"AuthorId": "The AuthorId field is required."}),
        Rejected,
        "param_error",
        ("",),
        ("missing",),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: SCA.raw("POST", "wallets", body={}),
    ),
    Sample(
        "an unknown id beside a bad field",
        400,
        param_error({"AuthorId": "The value is wrong", "Currency": "The value is wrong"}),
        Rejected,
        "param_error",
        ("", ""),
        ("unknown", "refused"),
        "864a164a-cbb9-4e9d-b140-2b83c720e729",
        lambda: SCA.raw("POST", "wallets", body={}),
    ),
    Sample(
        "forbidden",
        403,
        plain("forbidden_ressource", "This endpoint is not available for your account"),
        Forbidden,
        "forbidden_ressource",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
    ),
    Sample(
        "spent key",
        409,
        plain(
            "idempotent_creation_conflict",
            "A resource has already been created with this Idempotency Key",
        ),
        Conflict,
        "idempotent_creation_conflict",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
    ),
    Sample(
        "too many",
        429,
        plain("rate_limit", "Rate limit exceeded. Please contact support for more assistance"),
        RateLimited,
        "rate_limit",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
    ),
    Sample(
        "wrong credentials",
        401,
        {
            "Message": "The authorization credentials are not valid",
            "Type": "invalid_credentials",
            "Date": 1690291065,
        },
        Unauthorized,
        "invalid_credentials",
        flow=SCA.login,
    ),
    Sample(
        "locked out",
        400,
        {"error": "unauthorized_client", "error_description": "Too many tokens for acme"},
        Unauthorized,
        "unauthorized_client",
        flow=SCA.login,
    ),
    Sample(
        "empty body",
        400,
        plain("empty_body", "the body cannot be empty"),
        Rejected,
        "empty_body",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
    ),
    # other shapes that a client must survive
    Sample(
        "another service",
        400,
        {
            "Id": "r-1",
            "Message": "Invalid",
            "Type": "param_error",
            "Date": 1,
            "Errors": {"Email": "REQUIRED"},
        },
        Rejected,
        "param_error",
        ("email",),
        ("missing",),
        "r-1",
    ),
    Sample(
        "problem+json",
        403,
        {
            "type": "https://tools.ietf.org/html/rfc7231#section-6.5.3",
            "title": "Feature of Alex Smith not available",
            "status": 403,
            "traceId": "00-abc-01",
        },
        Forbidden,
        "http_403",
        request_id="00-abc-01",
    ),
    Sample(
        "authentication is due",
        401,
        b"",
        ActionRequired,
        "pending_user_action",
        headers={
            "WWW-Authenticate": "PendingUserAction RedirectUrl=https://sca.example/?token=secret"
        },
    ),
    Sample("blocked address", 403, b"<html>Alex Smith</html>", Forbidden, "http_403"),
    Sample(
        "no route",
        404,
        {"Message": "No HTTP resource was found for Alex Smith"},
        NotFound,
        "http_404",
    ),
    Sample("wrong method", 405, {"Message": "The method is not supported"}, Rejected, "http_405"),
    Sample("media type", 415, b"", Rejected, "http_415"),
    Sample("too large", 413, b"", Rejected, "http_413"),
    Sample(
        "bad gateway",
        502,
        b"<html><body>Bad Gateway: Alex Smith</body></html>",
        Unavailable,
        "http_502",
    ),
    Sample("a list", 500, b'["Alex Smith"]', Unavailable, "http_500"),
    Sample(
        "errors as a list",
        400,
        {**plain("other", "Invalid State"), "errors": []},
        Rejected,
        "other",
        request_id="51876239-4814-422e-8f4b-6986520414bb",
    ),
)


def provoke(sample: Sample) -> ProviderError:
    raw = sample.body if isinstance(sample.body, bytes) else json.dumps(sample.body).encode()
    flow = sample.flow()
    next(flow)
    with pytest.raises(ProviderError) as raised:
        flow.send(Response(status=sample.status, headers=sample.headers, body=raw))
    return raised.value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_documented_no_is_a_typed_error_by_core_path(sample: Sample) -> None:
    error = provoke(sample)

    assert type(error) is sample.kind
    assert (error.status, error.code) == (sample.status, sample.code)
    assert tuple(problem.path for problem in error.problems) == sample.paths
    if sample.codes:
        assert tuple(problem.code for problem in error.problems) == sample.codes
    assert error.request_id == sample.request_id
    assert error.retry_safe is (sample.status < 500)
    assert error.raw == sample.body


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_text_of_mangopay_is_in_the_text_of_an_error(sample: Sample) -> None:
    error = provoke(sample)

    shown = f"{error} {error!r} {error.details!r}"
    texts = [PARAMS, "Alex", "Smith", "token=secret"]
    if isinstance(sample.body, dict):
        texts += [
            str(sample.body.get("Message", PARAMS)),
            str(sample.body.get("error_description", PARAMS)),
        ]
        named = sample.body.get("errors") or sample.body.get("Errors") or {}
        texts += [text for text in dict(named).values() if len(text) > 12]
    assert not [text for text in texts if text in shown]


# docs: guides/sca/wallets; both spellings of the parameter are printed
@pytest.mark.parametrize(
    "challenge",
    [
        "PendingUserAction RedirectUrl=https://sca.example/?token=secret",
        "PendingUserAction redirectUrl=https://sca.example/?token=secret",
        'pendinguseraction RedirectUrl="https://sca.example/?token=secret"',
    ],
)
def test_a_demand_for_authentication_carries_the_link_that_the_user_must_follow(
    challenge: str,
) -> None:
    flow = SCA.sca_status("user_m_1")
    next(flow)

    with pytest.raises(ActionRequired) as raised:
        flow.send(Response(status=401, headers={"WWW-Authenticate": challenge}))

    action = raised.value.next_action
    assert action is not None
    assert (action.provider, action.gateway, action.user_id) == ("mangopay", "fr", "user_m_1")
    assert action.link("https://shop.example").startswith("https://sca.example/?token=secret&")
    assert action.expires_at is not None
    assert "secret" not in f"{raised.value} {raised.value!r} {raised.value.details!r}"


def test_a_demand_without_a_link_is_told_without_an_action() -> None:
    flow = SCA.fetch_user("user_m_1")
    next(flow)

    with pytest.raises(ActionRequired) as raised:
        flow.send(Response(status=401, headers={"WWW-Authenticate": "PendingUserAction"}))

    assert raised.value.next_action is None


@pytest.mark.parametrize(
    ("status", "body", "code", "paths"),
    [
        (413, b"", "http_413", ["pages.0"]),
        (415, b"<html>", "http_415", ["pages.0"]),
        (
            400,
            json.dumps(param_error({"File": "The file is too small to be readable"})).encode(),
            "param_error",
            ["pages.0"],
        ),
        (
            400,
            json.dumps(plain("max_page_number", "Too many")).encode(),
            "max_page_number",
            ["pages"],
        ),
    ],
)
def test_a_no_to_a_page_is_about_that_page(
    status: int, body: bytes, code: str, paths: list[str]
) -> None:
    flow = SCA.submit_document("user_m_1", paper())
    next(flow)
    flow.send(Response(status=200, body=b'{"Id": "kyc_1", "Status": "CREATED"}'))

    with pytest.raises(PartialFailure) as raised:
        flow.send(Response(status=status, body=body))

    refusal = raised.value.__cause__
    assert isinstance(refusal, Rejected)
    assert refusal.code == code
    assert [problem.path for problem in refusal.problems] == paths


def test_a_document_that_turns_out_to_be_empty_is_a_no_to_its_pages() -> None:
    flow = SCA.submit_document("user_m_1", paper())
    next(flow)
    flow.send(Response(status=200, body=b'{"Id": "kyc_1", "Status": "CREATED"}'))
    flow.send(Response(status=204))
    text = "You can not request validation for a document which has no pages"
    body = json.dumps(plain("cant_validate_empty_document", text)).encode()

    with pytest.raises(PartialFailure) as raised:
        flow.send(Response(status=400, body=body))

    refusal = raised.value.__cause__
    assert isinstance(refusal, Rejected)
    assert [(one.path, one.code) for one in refusal.problems] == [
        ("pages", "cant_validate_empty_document")
    ]
    assert "add a page" in str(refusal)


def test_a_retry_after_is_kept_in_seconds() -> None:
    sample = Sample("", 429, plain("rate_limit", ""), RateLimited, "", headers={"Retry-After": "7"})

    error = provoke(sample)

    assert isinstance(error, RateLimited)
    assert error.retry_after == 7.0


@given(
    st.integers(400, 599), st.binary(max_size=60) | st.from_regex(rb'\{"[A-Za-z]+": ?[\[{"0-9].*')
)
def test_whatever_the_body_a_no_is_an_error_of_ours(status: int, body: bytes) -> None:
    flow = create()
    next(flow)

    with pytest.raises(ProviderError):
        flow.send(Response(status=status, body=body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda more: (
        st.lists(more, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Type", "errors", "Errors", "Id", "error", "Email"]), more
        )
    ),
    max_leaves=8,
)


@given(st.integers(400, 599), JSON)
def test_whatever_the_json_a_no_is_an_error_of_ours(status: int, body: Any) -> None:
    flow = create()
    next(flow)

    with pytest.raises(ProviderError):
        flow.send(Response(status=status, body=json.dumps(body).encode()))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"Alex"', b"<html>", b"\xff"])
def test_a_yes_in_no_documented_shape_is_an_unexpected_response(body: bytes) -> None:
    flow = create()
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=body))


def test_a_field_of_a_wrong_type_is_unreadable_by_its_paths() -> None:
    flow = create()
    next(flow)
    shown = {"Id": "1", "FirstName": 7, "LastName": "Smith", "Address": "Alex street"}

    with pytest.raises(StopIteration) as ended:
        flow.send(Response(status=200, body=json.dumps(shown).encode()))

    record = ended.value.value
    assert record.absent["identity.given_name"] is Absence.UNREADABLE
    assert record.absent["address.line1"] is Absence.UNREADABLE
    assert record.unmapped == {"FirstName": 7, "Address": "Alex street"}
    assert record.user.identity.family_name == "Smith"


NO_LIVES: list[object] = [None, True, "1200", 1.5, -1, []]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": 7, "expires_in": 1},
        {"access_token": "", "expires_in": 1},
        {"access_token": "x"},
        *({"access_token": "x", "expires_in": life} for life in NO_LIVES),
    ],
)
def test_a_login_without_a_token_is_an_unexpected_response(answer: Json) -> None:
    flow = SCA.login()
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=json.dumps(answer).encode()))


@pytest.mark.parametrize(
    ("life", "used"), [(0, 0), (1200, 1200), (10**15, 86_400), (10**400, 86_400)]
)
def test_a_token_is_used_for_a_day_at_most_whatever_a_login_says(life: int, used: int) -> None:
    flow = SCA.login()
    next(flow)
    body = f'{{"access_token": "x", "expires_in": {life}}}'
    response = Response(status=200, body=body.encode())

    with pytest.raises(StopIteration) as done:
        flow.send(response)

    token = done.value.value
    assert (token.expires_at - response.received_at).total_seconds() == used
