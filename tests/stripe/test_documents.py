"""Documents at Stripe: uploaded to a second host, attached, judged; broken off and completed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    Gateway,
    IdempotencyConflict,
    InvalidInput,
    LossKind,
    NotFound,
    Outcome,
    OutcomeUnknown,
    Partial,
    PartialFailure,
    RefusalReason,
    Rejected,
    Unsupported,
    UserRecord,
)
from onboarding.spi import Request, Response
from onboarding.testing import PaperGateway
from onboarding.testing.paper import paper
from tests.simulators.stripe.stage import PNG, Stage
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import ADA, JENNY, MOREAU

from onboarding_stripe import Stripe

FRONT = DocumentPage(content=PNG, media_type="image/png", filename="front.png")
BACK = DocumentPage(content=b"\xff\xd8\xff\xe0" + b"\1" * 60)
PAPER = DocumentPage(content=b"%PDF-1.7\n" + b"\2" * 60)
PASSPORT = Document(purpose=DocumentPurpose.IDENTITY, pages=(FRONT, BACK))
BILL = Document(purpose=DocumentPurpose.ADDRESS, pages=(PAPER,))
EXTRACT = Document(purpose=DocumentPurpose.REGISTRATION, pages=(PAPER,))


@pytest.fixture
def jenny(gateway: Gateway[Stripe]) -> UserRecord:
    return gateway.create_user(JENNY)


@pytest.fixture
def moreau(gateway: Gateway[Stripe]) -> UserRecord:
    return gateway.create_user(MOREAU)


def place_of(record: DocumentRecord) -> str:
    return str(record.provider_fields["place"])


def test_the_official_client_reads_what_was_uploaded_and_attached(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    record = gateway.submit_document(jenny.id, PASSPORT)

    shown = stage.v1.accounts.retrieve(jenny.id).individual.verification.document
    assert (shown.front, shown.back) == (
        record.provider_fields["front"],
        record.provider_fields["back"],
    )
    files = [stage.v1.files.retrieve(id) for id in (shown.front, shown.back)]
    assert [(one.type, one.size, one.filename, one.purpose) for one in files] == [
        ("png", len(PNG), "front.png", "identity_document"),
        ("jpg", 64, "page-2.jpeg", "identity_document"),
    ]
    assert record.id == shown.front
    assert (record.status, record.user_id) == (DocumentStatus.IN_REVIEW, jenny.id)
    assert record.purpose is DocumentPurpose.IDENTITY
    assert DocumentRecord.from_json(record.to_json()) == record


def test_a_document_of_the_official_client_is_read(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    upload = io.BytesIO(PNG)
    upload.name = "passport.png"
    file = stage.v1.files.create({"purpose": "identity_document", "file": upload})
    alone = gateway.fetch_document(file.id, user_id=jenny.id)
    attached = {"verification": {"document": {"front": file.id}}}
    stage.v1.accounts.update(jenny.id, {"individual": attached})

    (listed,) = gateway.documents(jenny.id)
    fetched = gateway.fetch_document(file.id, user_id=jenny.id)

    assert (alone.id, alone.status, alone.purpose) == (file.id, None, None)
    assert (listed.id, listed.status, listed.purpose) == (
        file.id,
        DocumentStatus.IN_REVIEW,
        DocumentPurpose.IDENTITY,
    )
    assert fetched.created_at is not None
    assert fetched == evolve(
        listed, created_at=fetched.created_at, retrieved_at=fetched.retrieved_at
    )
    assert gateway.fetch_document(file.id).status is None


def test_a_document_is_accepted_or_refused_with_a_reason(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    first = gateway.submit_document(jenny.id, PASSPORT)
    person = jenny.references["individual.id"]
    stage.sim.end_check(person, "document", "verification_document_expired")
    refused = gateway.fetch_document(first.id, user_id=jenny.id)

    second = gateway.submit_document(jenny.id, evolve(PASSPORT, pages=(BACK,)))
    waiting = gateway.fetch_document(second.id, user_id=jenny.id)
    stage.sim.end_check(person, "document")
    accepted = gateway.fetch_document(second.id, user_id=jenny.id)

    assert refused.status is DocumentStatus.REFUSED
    assert refused.refusal is not None
    assert (refused.refusal.reason, refused.refusal.provider_code) == (
        RefusalReason.EXPIRED,
        "document_expired",
    )
    assert refused.refusal.text
    assert refused.refusal.text not in repr(refused)
    assert (second.status, waiting.status) == (DocumentStatus.IN_REVIEW,) * 2
    assert (accepted.status, accepted.refusal) == (DocumentStatus.ACCEPTED, None)


def test_documents_of_a_company_and_its_people_go_where_they_belong(
    stage: Stage, gateway: Gateway[Stripe], moreau: UserRecord
) -> None:
    ada = moreau.references["people[ada]"]

    made = {
        one.purpose: gateway.submit_document(moreau.id, one)
        for one in (
            EXTRACT,
            evolve(PASSPORT, person="ada"),
            evolve(BILL, person="ada"),
        )
    }

    account = stage.v1.accounts.retrieve(moreau.id)
    person = stage.v1.accounts.persons.retrieve(moreau.id, ada)
    assert account.company.verification.document.front == made[DocumentPurpose.REGISTRATION].id
    assert person.verification.document.front == made[DocumentPurpose.IDENTITY].id
    assert person.verification.additional_document.front == made[DocumentPurpose.ADDRESS].id
    purposes = {one.id: one.purpose for one in stage.v1.files.list().data}
    assert purposes[account.company.verification.document.front] == "additional_verification"
    assert purposes[person.verification.additional_document.front] == "identity_document"
    assert {place_of(one) for one in gateway.documents(moreau.id)} == {
        "company.verification.document",
        f"{ada}.verification.document",
        f"{ada}.verification.additional_document",
    }
    assert {(one.id, one.purpose) for one in gateway.documents(moreau.id)} == {
        (one.id, purpose) for purpose, one in made.items()
    }


@pytest.mark.parametrize(
    ("purpose", "place"),
    [
        (DocumentPurpose.ADDRESS, "documents.proof_of_address"),
        (DocumentPurpose.ARTICLES, "documents.company_memorandum_of_association"),
        (DocumentPurpose.SHAREHOLDERS, "documents.proof_of_ultimate_beneficial_ownership"),
    ],
)
def test_other_documents_of_a_company_may_have_many_files(
    stage: Stage,
    gateway: Gateway[Stripe],
    moreau: UserRecord,
    purpose: DocumentPurpose,
    place: str,
) -> None:
    record = gateway.submit_document(moreau.id, Document(purpose=purpose, pages=(PAPER,) * 3))

    given = stage.sim.tables.get("accounts", moreau.id)
    assert given is not None
    files = given["given"]["documents"][place.partition(".")[2]]["files"]
    assert files[0] == record.id
    assert len(files) == 3
    assert {one.purpose for one in stage.v1.files.list().data} == {"account_requirement"}
    assert (place_of(record), record.purpose) == (place, purpose)
    assert record.status is DocumentStatus.IN_REVIEW


def test_a_document_goes_where_it_is_due(
    stage: Stage, gateway: Gateway[Stripe], moreau: UserRecord
) -> None:
    usual = gateway.submit_document(moreau.id, EXTRACT)
    stage.sim.demand(moreau.id, "documents.proof_of_registration.files", days=9)

    asked = gateway.submit_document(moreau.id, EXTRACT)

    assert place_of(usual) == "company.verification.document"
    assert place_of(asked) == "documents.proof_of_registration"
    due = stage.v1.accounts.retrieve(moreau.id).requirements.currently_due
    assert "documents.proof_of_registration.files" not in due


NOBODY: dict[str, tuple[Document, type[Exception], str]] = {
    "identity of a company": (PASSPORT, Unsupported, "documents.purpose"),
    "articles of a person": (
        Document(purpose=DocumentPurpose.ARTICLES, pages=(PAPER,), person="ada"),
        Unsupported,
        "documents.purpose",
    ),
    "an unknown person": (evolve(PASSPORT, person="eve"), InvalidInput, "documents.person"),
    "three sides": (evolve(EXTRACT, pages=(PAPER,) * 3), InvalidInput, "pages"),
}


@pytest.mark.parametrize("name", NOBODY)
def test_what_has_no_place_is_refused_before_an_upload(
    stage: Stage, gateway: Gateway[Stripe], moreau: UserRecord, name: str
) -> None:
    document, error, path = NOBODY[name]

    with pytest.raises(error) as refused:
        gateway.submit_document(moreau.id, document)

    assert [problem.path for problem in refused.value.problems] == [path]  # type: ignore[attr-defined]
    assert stage.v1.files.list().data == []


BAD: dict[str, tuple[Document, str, str]] = {
    "no page": (evolve(PASSPORT, pages=()), "pages", "missing"),
    "a text": (evolve(PASSPORT, pages=(DocumentPage(content=b"hello"),)), "pages.0", "shape"),
    "another type": (
        evolve(PASSPORT, pages=(FRONT, DocumentPage(content=PNG, media_type="image/jpeg"))),
        "pages.1.media_type",
        "conflict",
    ),
    "11 MB": (
        evolve(PASSPORT, pages=(DocumentPage(content=PNG + bytes(11 << 20)),)),
        "pages.0",
        "too_large",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_pages_that_stripe_would_refuse_are_not_sent(name: str) -> None:
    document, path, code = BAD[name]

    with pytest.raises(InvalidInput) as refused:
        next(adapter_at("http://127.0.0.1:1").submit_document("acct_1", document))

    assert [(one.path, one.code) for one in refused.value.problems] == [(path, code)]


def test_what_stripe_does_not_take_is_refused_or_reported(
    gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    said = evolve(
        PASSPORT,
        kind=DocumentKind.PASSPORT,
        title="Passport",
        number="AB1234567",
        issued_on=date(2020, 1, 15),
        country="LT",
    )
    dropped = {f"documents.{name}" for name in ("title", "number", "issued_on", "country")}

    with pytest.raises(Unsupported) as refused:
        gateway.submit_document(jenny.id, said)
    lenient = gateway.view(evolve(gateway.adapter, accept_loss=("documents",)))
    record = lenient.submit_document(jenny.id, said)

    assert {*refused.value.paths} == dropped
    assert {loss.core_path: loss.kind for loss in record.losses} == {
        **dict.fromkeys(dropped, LossKind.DROPPED),
        "documents.kind": LossKind.NOT_APPLICABLE,
    }


def test_a_key_submits_a_document_once(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    submit = gateway.submit_document
    first = submit(jenny.id, PASSPORT, idempotency_key="passport of Jenny")

    again = submit(jenny.id, PASSPORT, idempotency_key="passport of Jenny")

    assert again.id == first.id
    assert len(stage.v1.files.list().data) == 2
    other = evolve(PASSPORT, pages=(FRONT, FRONT))
    with pytest.raises(IdempotencyConflict):
        submit(jenny.id, other, idempotency_key="passport of Jenny")


# -- breaking off and going on


class Cut:
    """A gateway to a simulator whose answers are lost, or refused, from one upload on."""

    def __init__(self, stage: Stage, lose: Callable[[int, Request], Response | None]) -> None:
        self.answer = paper(stage.sim)
        self.lose, self.writes = lose, 0
        self.gateway = PaperGateway(adapter_at("http://127.0.0.1"), self._answered)

    def _answered(self, request: Request) -> Response:
        if not request.changes_nothing:
            self.writes += 1
            if (found := self.lose(self.writes, request)) is not None:
                return found
        return self.answer(request)


@pytest.mark.parametrize("key", [None, "passport"])
@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_submission_that_breaks_off_is_completed(
    stage: Stage,
    gateway: Gateway[Stripe],
    jenny: UserRecord,
    *,
    broken: int,
    carried_out: bool,
    key: Any,
) -> None:
    def lose(write: int, request: Request) -> Response | None:
        if write == broken:
            if carried_out:
                whole(request)
            raise OutcomeUnknown("the answer is lost")
        return None

    whole = paper(stage.sim)
    cut = Cut(stage, lose)
    flow = cut.gateway.adapter.submit_document(jenny.id, PASSPORT, idempotency_key=key)

    if broken == 1:
        with pytest.raises(OutcomeUnknown):
            cut.gateway.run(flow)
        return
    with pytest.raises(PartialFailure) as failed:
        cut.gateway.run(flow)
    partial = Partial.from_json(failed.value.partial.to_json())
    record = gateway.resume(partial, PASSPORT)

    shown = stage.v1.accounts.retrieve(jenny.id).individual.verification.document
    assert (record.id, shown.front) == (partial.id, partial.id)
    assert shown.back == record.provider_fields["back"]
    assert failed.value.outcome is Outcome.UNKNOWN
    assert failed.value.__cause__ is not None
    sizes = [one.size for one in stage.v1.files.list().data]
    lost = 1 if carried_out and broken == 2 and key is None else 0
    assert sorted(sizes) == sorted([len(PNG), 64, *[64] * lost])
    assert b"PNG" not in partial.to_json().encode()


def test_other_content_does_not_complete_a_submission(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    partial = broken_off(stage, jenny)

    for other in (
        evolve(PASSPORT, pages=(FRONT, FRONT)),
        evolve(PASSPORT, purpose=DocumentPurpose.ADDRESS),
    ):
        with pytest.raises(IdempotencyConflict):
            gateway.resume(partial, other)
    with pytest.raises(InvalidInput, match="gateway"):
        gateway.resume(evolve(partial, gateway="eu"), PASSPORT)
    with pytest.raises(InvalidInput):
        gateway.resume(partial, JENNY)


def broken_off(stage: Stage, jenny: UserRecord) -> Partial:
    """A submission whose second page did not arrive."""

    def lose(write: int, request: Request) -> Response | None:
        if write == 2:
            raise OutcomeUnknown("the answer is lost")
        return None

    cut = Cut(stage, lose)
    with pytest.raises(PartialFailure) as failed:
        cut.gateway.run(cut.gateway.adapter.submit_document(jenny.id, PASSPORT))
    return failed.value.partial


def test_a_page_that_is_refused_is_replaced(
    stage: Stage, gateway: Gateway[Stripe], jenny: UserRecord
) -> None:
    def lose(write: int, request: Request) -> Response | None:
        body = b'{"error": {"type": "invalid_request_error", "param": "file"}}'
        return Response(status=400, body=body) if write == 2 else None

    cut = Cut(stage, lose)
    with pytest.raises(PartialFailure) as failed:
        cut.gateway.run(cut.gateway.adapter.submit_document(jenny.id, PASSPORT))

    cause = failed.value.__cause__
    assert isinstance(cause, Rejected)
    assert [problem.path for problem in cause.problems] == ["pages.1"]
    mended = evolve(PASSPORT, pages=(FRONT, PAPER))
    record = gateway.resume(failed.value.partial, mended)
    assert stage.v1.files.retrieve(record.provider_fields["back"]).type == "pdf"


def test_an_attachment_that_is_refused_names_the_page(stage: Stage, jenny: UserRecord) -> None:
    def lose(write: int, request: Request) -> Response | None:
        if write < 3:
            return None
        wrong = request.body.replace(b"%5Bback%5D", b"[back]").partition(b"[back]=")[0]
        return stage_answer(evolve(request, body=wrong + b"[back]=file_none"))

    stage_answer = paper(stage.sim)
    cut = Cut(stage, lose)

    with pytest.raises(PartialFailure) as failed:
        cut.gateway.run(cut.gateway.adapter.submit_document(jenny.id, PASSPORT))

    cause = failed.value.__cause__
    assert isinstance(cause, NotFound | Rejected)
    assert [problem.path for problem in cause.problems] == ["pages.1"]


@given(st.lists(st.sampled_from([FRONT, BACK, PAPER]), min_size=1, max_size=2))
def test_uploads_go_to_the_host_of_files_and_no_page_is_anywhere_else(
    pages: list[DocumentPage],
) -> None:
    adapter = adapter_at("http://127.0.0.1:1", files_url="http://127.0.0.1:2")
    sent: list[Request] = []

    def answer(request: Request) -> Response:
        sent.append(request)
        return Response(status=200, body=b'{"id": "file_1", "business_type": "individual"}')

    PaperGateway(adapter, answer).run(
        adapter.submit_document("acct_1", evolve(PASSPORT, pages=tuple(pages)))
    )

    assert [one.url for one in sent] == [
        "http://127.0.0.1:1/v1/accounts/acct_1",
        *["http://127.0.0.1:2/v1/files"] * len(pages),
        "http://127.0.0.1:1/v1/accounts/acct_1",
    ]
    for request, page in zip(sent[1:-1], pages, strict=True):
        assert page.content in request.body
        assert repr(page.content[:8]) not in repr(request)


def test_persons_that_only_the_user_may_see_are_not_an_error(
    stage: Stage, gateway: Gateway[Stripe], moreau: UserRecord
) -> None:
    row = stage.sim.tables.get("accounts", moreau.id)
    assert row is not None
    row["controller"]["requirement_collection"] = "stripe"
    stage.sim.tables.save("accounts", moreau.id, {**row, "linked": True})

    assert list(gateway.documents(moreau.id)) == []
    with pytest.raises(InvalidInput, match="no such person"):
        gateway.submit_document(moreau.id, evolve(PASSPORT, person=ADA.ref))


def test_documents_are_listed_for_one_user(gateway: Gateway[Stripe]) -> None:
    with pytest.raises(Unsupported):
        list(gateway.documents())
    with pytest.raises(InvalidInput, match="page"):
        gateway.run(gateway.adapter.list_documents("acct_1", "2"))
