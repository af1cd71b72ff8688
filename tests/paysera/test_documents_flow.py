"""What is said of a document, and what its record says; see also `test_resume`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from onboarding import (
    DocumentKind,
    DocumentRecord,
    DocumentStatus,
    Forbidden,
    Gateway,
    LossKind,
    RefusalReason,
    Rejected,
    Secret,
)
from onboarding.spi import Refusal, Response
from tests.simulators.paysera.api import CLIENT_ID, EMAIL_ONLY, MAC_KEY, NOW, Api

from onboarding_paysera import IdentityPaper, Paysera

from .every_flow import PASSPORT, SCAN

Start = Callable[..., Api]


def gateway(api: Api, **settings: Any) -> Gateway[Paysera]:
    adapter = Paysera(
        name="lt", client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url=api.base_url, **settings
    )
    return Gateway(adapter, clock=lambda: datetime.fromtimestamp(NOW, UTC), observe=api.observe)


@pytest.fixture
def at(api: Api) -> Iterator[Gateway[Paysera]]:
    api.register(EMAIL_ONLY)
    with gateway(api) as made:
        yield made


def test_an_upload_that_was_refused_began_nothing(start: Start) -> None:
    api = start(permissions={"register_user"})
    api.register(EMAIL_ONLY)
    with gateway(api) as at, pytest.raises(Forbidden):
        at.submit_document("221", PASSPORT)

    assert api.sim.documents_of(221) == []


def test_what_a_document_says_and_paysera_does_not_take_is_on_its_record(api: Api) -> None:
    api.register(EMAIL_ONLY)
    named = PASSPORT.replace(country="LT", pages=(SCAN.replace(filename="Passport.PDF"),))
    with gateway(api, accept_loss=("documents.country",)) as at:
        record = at.submit_document("221", named)

    assert [(loss.core_path, loss.kind) for loss in record.losses] == [
        ("documents.country", LossKind.DROPPED),
        ("documents.pages.0.filename", LossKind.NOT_APPLICABLE),
    ]
    assert api.sim.documents_of(221)[0].extension == "pdf"


@pytest.mark.parametrize(
    ("answer", "status", "refusal"),
    [
        (b"", DocumentStatus.IN_REVIEW, None),
        (b"{}", DocumentStatus.IN_REVIEW, None),
        (b'{"review_status":"valid"}', DocumentStatus.ACCEPTED, None),
        (
            b'{"review_status":"denied","comment":"blurred"}',
            DocumentStatus.REFUSED,
            Refusal(reason=RefusalReason.OTHER, provider_code="denied", text="blurred"),
        ),
        (b'{"review_status":"sideways"}', None, None),
    ],
)
def test_whatever_a_description_is_answered_the_record_says_where_the_document_stands(
    answer: bytes, status: DocumentStatus | None, refusal: Refusal | None
) -> None:
    flow = Paysera(client_id="a", mac_key=Secret("b")).describe_document("7", PASSPORT)
    next(flow)

    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=answer))

    record: DocumentRecord = done.value.value
    assert (record.id, record.status, record.refusal) == ("7", status, refusal)
    assert record.kind is DocumentKind.PASSPORT


@pytest.mark.parametrize(
    "kind",
    [
        DocumentKind.IDENTITY_CARD,
        DocumentKind.PASSPORT,
        DocumentKind.RESIDENCE_PERMIT,
        DocumentKind.DRIVING_LICENCE,
    ],
)
def test_an_identification_request_takes_documents_by_words_of_its_own(
    at: Gateway[Paysera], kind: DocumentKind
) -> None:
    request = at.run(at.adapter.create_identification("221"))

    record = at.run(at.adapter.add_identity_document(request.id, IdentityPaper(kind=kind)))

    assert record.kind is kind


def refused(field: str) -> Response:
    """docs: basics, errors."""
    told = {"error": "invalid_parameters", "errors": [{"code": "is_blank", "field": field}]}
    return Response(status=400, body=json.dumps(told).encode())


@pytest.mark.parametrize(
    ("field", "path"),
    [("number", "number"), ("date", "issued_on"), ("type", "kind"), ("colour", "")],
)
def test_an_error_about_metadata_names_the_field_of_the_document(field: str, path: str) -> None:
    flow = Paysera(client_id="a", mac_key=Secret("b")).describe_document("7", PASSPORT)
    next(flow)

    with pytest.raises(Rejected) as raised:
        flow.send(refused(field))

    assert [problem.path for problem in raised.value.problems] == [path]


@pytest.mark.parametrize(
    ("field", "path"),
    [("country", "country"), ("date_of_birth", "birthdate"), ("first_name", "given_name")],
)
def test_an_error_about_a_paper_names_the_field_of_the_paper(field: str, path: str) -> None:
    paper = IdentityPaper(kind=DocumentKind.PASSPORT, country="LT", given_name="Ona")
    flow = Paysera(client_id="a", mac_key=Secret("b")).add_identity_document("7", paper)
    next(flow)

    with pytest.raises(Rejected) as raised:
        flow.send(refused(field))

    assert [problem.path for problem in raised.value.problems] == [path]
