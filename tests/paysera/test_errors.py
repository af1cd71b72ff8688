"""Each no that Paysera documents becomes a typed error, which speaks in core paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Absence,
    Conflict,
    Forbidden,
    NextAction,
    NextActionKind,
    NotFound,
    Outcome,
    ProviderError,
    RateLimited,
    Rejected,
    Secret,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
    User,
)
from onboarding.spi import Flow, Response
from onboarding.testing import PaperGateway

from onboarding_paysera import Paysera
from onboarding_paysera.errors import CODES

Json = dict[str, Any]

ADAPTER = Paysera(client_id="client", mac_key=Secret("key"), name="lt")
ACTION = NextAction(
    kind=NextActionKind.CONFIRM_CODE,
    provider="paysera",
    gateway="lt",
    user_id="221",
    concerns="phone",
)
TEXT = "John Smith said so."


def create() -> Flow[Any]:
    return ADAPTER.create_user(User(email="a@b.lt"))


def confirm() -> Flow[Any]:
    return ADAPTER.confirm(ACTION, "ABCDEF")


@frozen
class Sample:
    """One answer, and what must become of it."""

    status: int
    body: Json | bytes
    kind: type[ProviderError]
    code: str
    paths: tuple[str, ...] = ()
    flow: Callable[[], Flow[Any]] = create

    @property
    def name(self) -> str:
        return f"{self.status} {self.code} {len(str(self.body))}"


def error(code: str, **more: Any) -> Json:
    return {"error": code, "error_description": TEXT, **more}


SAMPLES = (
    # docs: user-resource, the errors of each call
    Sample(
        400,
        error("card_already_assigned"),
        Conflict,
        "card_already_assigned",
        ("extras.paysera.card",),
    ),
    Sample(
        400,
        error("person_code_already_assigned"),
        Conflict,
        "person_code_already_assigned",
        ("identity.national_id.code",),
    ),
    Sample(400, error("email_already_assigned"), Conflict, "email_already_assigned", ("email",)),
    Sample(400, error("phone_already_assigned"), Conflict, "phone_already_assigned", ("phone",)),
    Sample(
        409,
        error("phone_already_assigned"),
        Conflict,
        "phone_already_assigned",
        ("phone",),
        confirm,
    ),
    Sample(400, error("invalid_code"), Rejected, "invalid_code", (), confirm),
    Sample(429, error("rate_limit_exceeded"), RateLimited, "rate_limit_exceeded", (), confirm),
    Sample(
        400,
        error("identity_required"),
        Rejected,
        "identity_required",
        ("identity.national_id.code",),
    ),
    Sample(
        400, error("invalid_identity"), Rejected, "invalid_identity", ("identity.national_id.code",)
    ),
    Sample(400, error("invalid_password"), Rejected, "invalid_password"),
    # the official Java client
    Sample(400, error("user_already_exists"), Conflict, "user_already_exists"),
    Sample(
        400, error("password_too_short"), Rejected, "password_too_short", ("credentials.password",)
    ),
    Sample(
        400, error("password_too_risky"), Rejected, "password_too_risky", ("credentials.password",)
    ),
    Sample(
        400,
        error("phone_from_prohibited_country"),
        Rejected,
        "phone_from_prohibited_country",
        ("phone",),
    ),
    # the same: too many checks of liveness, by whatever status
    Sample(
        400,
        error("rate_limit_exceeded_ge"),
        RateLimited,
        "rate_limit_exceeded_ge",
        (),
        lambda: ADAPTER.start_liveness_check("1"),
    ),
    # lib-api-bundle, of lists that are paged
    Sample(
        400,
        error("offset_too_large"),
        Rejected,
        "offset_too_large",
        (),
        lambda: ADAPTER.list_identifications("221", "1000"),
    ),
    Sample(
        400,
        error("invalid_cursor"),
        Rejected,
        "invalid_cursor",
        (),
        lambda: ADAPTER.list_identifications("221", "1000"),
    ),
    # docs: basics, the codes of every call
    Sample(400, error("invalid_request"), Rejected, "invalid_request"),
    Sample(409, error("invalid_state"), Conflict, "invalid_state", (), confirm),
    Sample(401, error("unauthorized"), Unauthorized, "unauthorized"),
    Sample(403, error("forbidden"), Forbidden, "forbidden", (), lambda: ADAPTER.fetch_user("221")),
    Sample(404, error("not_found"), NotFound, "not_found", (), lambda: ADAPTER.fetch_user("221")),
    Sample(405, error("not_found"), Rejected, "not_found"),
    Sample(406, error("not_acceptable"), Rejected, "not_acceptable"),
    Sample(500, error("internal_server_error"), Unavailable, "internal_server_error"),
    Sample(401, error("invalid_timestamp"), Unauthorized, "invalid_timestamp"),
    Sample(400, error("invalid_timestamp"), Unauthorized, "invalid_timestamp"),
    Sample(400, error("invalid_grant"), Unauthorized, "invalid_grant"),
    Sample(401, error("invalid_grant"), Unauthorized, "invalid_grant"),
    Sample(
        400,
        error("invalid_scope"),
        Rejected,
        "invalid_scope",
        (),
        lambda: ADAPTER.exchange_code("abc", redirect_uri="https://app.example/cb"),
    ),
    # fields: codes beside texts, texts alone, a scalar, an empty PHP array, any case
    Sample(
        400,
        error(
            "invalid_parameters",
            errors=[
                {"code": "is_blank", "message": TEXT, "field": "identity.name"},
                {"code": "regex_failed", "message": TEXT, "field": "phone"},
            ],
            error_properties={"identity.name": [TEXT], "identity.code": [TEXT]},
        ),
        Rejected,
        "invalid_parameters",
        ("identity.given_name", "phone", "identity.national_id.code"),
    ),
    Sample(
        400,
        error("invalid_parameters", error_properties={"email": TEXT}),
        Rejected,
        "invalid_parameters",
        ("email",),
    ),
    Sample(400, error("invalid_parameters", error_properties=[]), Rejected, "invalid_parameters"),
    Sample(
        400,
        error("invalid_parameters", error_properties={"SURNAME": [TEXT]}),
        Rejected,
        "invalid_parameters",
        ("identity.family_name",),
    ),
    Sample(
        400,
        error("invalid_parameters", error_properties={"parameters.phone_link": [TEXT]}),
        Rejected,
        "invalid_parameters",
        ("extras.paysera.phone_link",),
    ),
    Sample(
        400,
        error("invalid_parameters", error_properties={"zodiac": [TEXT]}),
        Rejected,
        "invalid_parameters",
        ("",),
    ),
    Sample(
        400,
        error("invalid_parameters", errors=[{"code": TEXT, "field": "email"}, 7]),
        Rejected,
        "invalid_parameters",
        ("email", ""),
    ),
    # no code, or none that is a word
    Sample(400, {"error": TEXT}, Rejected, "http_400"),
    Sample(400, {"error": {"code": TEXT}}, Rejected, "http_400"),
    Sample(502, b"<html>John Smith</html>", Unavailable, "http_502"),
    Sample(500, b"", Unavailable, "http_500"),
    Sample(403, b'["John Smith"]', Forbidden, "http_403"),
)


def provoke(sample: Sample) -> ProviderError:
    raw = sample.body if isinstance(sample.body, bytes) else json.dumps(sample.body).encode()
    headers = {"Paysera-Correlation-Id": "c0ffee"}
    answer = Response(status=sample.status, headers=headers, body=raw)
    with pytest.raises(ProviderError) as raised:
        PaperGateway(ADAPTER, lambda _: answer).run(sample.flow())
    return raised.value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_documented_no_is_a_typed_error_by_core_path(sample: Sample) -> None:
    found = provoke(sample)

    assert type(found) is sample.kind
    assert (found.status, found.code) == (sample.status, sample.code)
    assert tuple(problem.path for problem in found.problems) == sample.paths
    assert found.request_id == "c0ffee"
    assert found.outcome is (Outcome.UNKNOWN if sample.status >= 500 else Outcome.NOT_DONE)
    assert found.retry_safe is (sample.status < 500)
    assert found.raw == sample.body


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_text_of_paysera_is_in_the_text_of_an_error(sample: Sample) -> None:
    found = provoke(sample)

    assert "Smith" not in f"{found} {found!r} {found.details!r}"


def test_the_codes_that_are_known_are_the_codes_that_are_sampled() -> None:
    assert {sample.code for sample in SAMPLES if not sample.code.startswith("http_")} == set(CODES)


def test_a_limit_tells_of_its_captcha_and_of_no_other_header() -> None:
    flow = confirm()
    next(flow)
    headers = {
        "G-Recaptcha-Key": "6Lsite",
        "Recaptcha-Unlock-Url": "https://x/1",
        "Set-Cookie": "s",
    }

    with pytest.raises(RateLimited) as raised:
        flow.send(Response(status=429, headers=headers, body=b"<html>"))

    assert raised.value.provider_fields == {
        "g-recaptcha-key": "6Lsite",
        "recaptcha-unlock-url": "https://x/1",
    }


def test_the_words_for_a_field_are_ours() -> None:
    entries = [
        {"code": "is_blank", "message": TEXT, "field": "email"},
        {"code": "brand_new", "message": TEXT, "field": "phone"},
    ]

    found = provoke(Sample(400, error("invalid_parameters", errors=entries), Rejected, ""))

    assert [problem.code for problem in found.problems] == ["missing", "brand_new"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda more: (
        st.lists(more, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "error_properties", "field", "code", "email"]), more
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


@pytest.mark.parametrize("body", [b"[]", b"null", b'"a@b.lt"', b"<html>", b"\xff"])
def test_a_yes_in_no_documented_shape_is_an_unexpected_response(body: bytes) -> None:
    flow = create()
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=body))


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"id": 1, "email": 7}, "email"),
        ({"id": 1, "identity": {"name": ["John"]}}, "identity.given_name"),
        ({"id": 1, "pep": "John"}, "political_exposures"),
        ({"id": 1, "dob": 19100123}, "identity.birthdate"),
    ],
)
def test_a_field_of_a_wrong_type_is_unreadable_and_shown_by_no_repr(
    payload: Json, path: str
) -> None:
    flow = create()
    next(flow)

    with pytest.raises(StopIteration) as ended:
        flow.send(Response(status=200, body=json.dumps(payload).encode()))

    record = ended.value.value
    unreadable = [core for core, why in record.absent.items() if why is Absence.UNREADABLE]
    assert unreadable == [path]
    assert record.raw == payload
    assert "John" not in repr(record)
