"""Documents handed in by one call, resumed, decided on, read: over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256

import pytest
import requests
from attrs import evolve, fields_dict
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    AsyncGateway,
    Conflict,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    Gateway,
    InvalidInput,
    KYCLevel,
    LossKind,
    NotFound,
    Outcome,
    OutcomeUnknown,
    PartialFailure,
    RefusalReason,
    Rejected,
    Secret,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.spi import Response

from onboarding_mangopay import MangoPay
from onboarding_mangopay.keys import Keyed
from onboarding_mangopay.wire.documents import PURPOSES, REASONS, STATUSES
from onboarding_simulators.mangopay.review import REASONS as DOCUMENTED
from onboarding_simulators.mangopay.state import StoredResponse

from .people import COMPANY, OWNER, PAYER, PDF, PNG, paper
from .stage import Stage

PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
JPEG = b"\xff\xd8\xff" + bytes(33 * 1024)


def sized(count: int) -> bytes:
    """A page of that many bytes. 7 MiB are the most whose base64 is below 10 MB, the documented
    limit of a request."""
    return PDF + bytes(count - len(PDF))


def kyc_calls(stage: Stage) -> list[tuple[str, str, int]]:
    """Gives each call on documents: its method, the end of its path, its status."""
    return [
        (entry.method, entry.path.rpartition("/")[2], entry.status)
        for entry in stage.sim.log
        if "kyc" in entry.path
    ]


def test_one_call_creates_fills_and_submits_a_document(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)

    record = fr.submit_document(user.id, paper(DocumentPurpose.IDENTITY, PNG, PDF, JPEG))

    assert (record.user_id, record.purpose) == (user.id, DocumentPurpose.IDENTITY)
    assert record.status is DocumentStatus.IN_REVIEW
    assert [call[0] for call in kyc_calls(stage)] == ["POST", "POST", "POST", "POST", "PUT"]
    assert fr.fetch_document(record.id).status is DocumentStatus.IN_REVIEW


def test_an_accepted_document_makes_a_natural_owner_regular(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    record = fr.submit_document(user.id, paper())

    stage.sim.accept_document(record.id)

    assert fr.fetch_document(record.id).status is DocumentStatus.ACCEPTED
    assert fr.fetch_user(user.id).kyc_level is KYCLevel.REGULAR


def test_a_refused_document_says_why_in_the_words_of_both(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    record = fr.submit_document(user.id, paper())

    stage.sim.refuse_document(record.id, "DOCUMENT_UNREADABLE", "Alex, it is blurred", ["009004"])

    found = fr.fetch_document(record.id)
    assert found.status is DocumentStatus.REFUSED
    assert found.refusal is not None
    assert found.refusal.reason is RefusalReason.UNREADABLE
    assert (found.refusal.provider_code, found.refusal.flags) == (
        "DOCUMENT_UNREADABLE",
        ("009004",),
    )
    assert found.refusal.text == "Alex, it is blurred"
    assert "Alex" not in f"{found!r} {found.refusal!r}"


def test_a_reason_that_nobody_knows_is_kept_by_its_own_word(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    record = fr.submit_document(user.id, paper())

    stage.sim.refuse_document(record.id, "TRIGGER_SANACTION_LISTS")

    refusal = fr.fetch_document(record.id).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.provider_code) == (
        RefusalReason.OTHER,
        "TRIGGER_SANACTION_LISTS",
    )


def test_the_title_is_the_tag_by_which_the_sandbox_decides(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)
    document = Document(
        purpose=DocumentPurpose.IDENTITY, pages=(DocumentPage(content=PNG),), title="refuse_expired"
    )

    record = fr.submit_document(user.id, document)

    refusal = fr.fetch_document(record.id).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.EXPIRED


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (Document(purpose=DocumentPurpose.IDENTITY), "pages", "missing"),
        (paper(DocumentPurpose.IDENTITY, *[PNG] * 6), "pages", "too_many"),
        (paper(DocumentPurpose.IDENTITY, PNG, b"GIF89a" + bytes(40_000)), "pages.1", "shape"),
        (paper(DocumentPurpose.IDENTITY, PNG[: 32 * 1024 - 1]), "pages.0", "too_small"),
        (paper(DocumentPurpose.ADDRESS, PNG[:1023]), "pages.0", "too_small"),
        (paper(DocumentPurpose.IDENTITY, sized(7 * 1024 * 1024 + 1)), "pages.0", "too_large"),
        (
            Document(
                purpose=DocumentPurpose.IDENTITY,
                pages=(DocumentPage(content=PNG, media_type="application/pdf"),),
            ),
            "pages.0.media_type",
            "conflict",
        ),
    ],
)
def test_pages_that_mangopay_would_refuse_are_refused_by_path_before_sending(
    document: Document, path: str, code: str
) -> None:
    flow = PAPER.submit_document("user_m_1", document)

    with pytest.raises(InvalidInput) as raised:
        next(flow)

    assert [(problem.path, problem.code) for problem in raised.value.problems] == [(path, code)]


@pytest.mark.parametrize(
    ("purpose", "content"),
    [
        (DocumentPurpose.IDENTITY, PNG[: 32 * 1024]),
        (DocumentPurpose.ADDRESS, PDF[:1024]),
        (DocumentPurpose.ADDRESS, sized(7 * 1024 * 1024)),
    ],
)
def test_a_page_at_the_limit_is_sent_and_taken(
    fr: Gateway[MangoPay], purpose: DocumentPurpose, content: bytes
) -> None:
    user = fr.create_user(OWNER)

    record = fr.submit_document(user.id, paper(purpose, content))

    assert record.status is DocumentStatus.IN_REVIEW


SAID = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(
        DocumentPage(content=PDF),
        DocumentPage(content=PNG, media_type="image/png", filename="back.png"),
    ),
    title="Passport",
    number="AB1234567",
    issued_on=date(2020, 1, 15),
    person="ada",
    country="LT",
)
UNSUPPORTED = (
    "documents.person",
    "documents.number",
    "documents.issued_on",
    "documents.country",
)


def test_an_unsupported_field_of_a_document_is_refused_by_path_before_sending() -> None:
    flow = PAPER.submit_document("user_m_1", SAID)

    with pytest.raises(Unsupported) as raised:
        next(flow)

    assert raised.value.paths == UNSUPPORTED
    assert "AB1234567" not in str(raised.value)


def test_a_title_that_is_too_long_for_the_tag_is_a_loss_of_the_title() -> None:
    long = Document(
        purpose=DocumentPurpose.IDENTITY, pages=(DocumentPage(content=PNG),), title="x" * 256
    )

    with pytest.raises(Unsupported) as raised:
        next(PAPER.submit_document("user_m_1", long))

    assert [(x.path, x.wire_path) for x in raised.value.problems] == [("documents.title", "Tag")]


@pytest.mark.parametrize("path", UNSUPPORTED)
def test_each_unsupported_field_is_refused_unless_its_own_path_is_accepted(path: str) -> None:
    others = tuple(other for other in UNSUPPORTED if other != path)

    with pytest.raises(Unsupported) as raised:
        next(evolve(PAPER, accept_loss=others).submit_document("user_m_1", SAID))

    assert raised.value.paths == (path,)


@pytest.mark.parametrize("accepted", [UNSUPPORTED, ("documents",), ("documents.*",), ("*",)])
def test_what_a_document_may_lose_is_left_out_and_reported_with_the_result(
    fr: Gateway[MangoPay], accepted: tuple[str, ...]
) -> None:
    user = fr.create_user(OWNER)
    lenient = fr.view(evolve(fr.adapter, accept_loss=accepted))

    record = lenient.submit_document(user.id, SAID, idempotency_key="passport")
    again = lenient.submit_document(user.id, SAID, idempotency_key="passport")

    assert {loss.core_path: loss.kind for loss in record.losses} == {
        **dict.fromkeys(UNSUPPORTED, LossKind.DROPPED),
        "documents.kind": LossKind.NOT_APPLICABLE,
        "documents.pages.1.filename": LossKind.NOT_APPLICABLE,
    }
    assert again.losses == record.losses
    assert DocumentRecord.from_json(record.to_json()) == record


def test_no_datum_of_a_document_is_lost_in_silence(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    lenient = fr.view(evolve(fr.adapter, accept_loss=("documents",)))
    fields = {field for field in fields_dict(Document) if field != "pages"}
    sent = {"purpose", "title"}  # both are in what is read back

    record = lenient.submit_document(user.id, SAID)

    lost = {loss.core_path.removeprefix("documents.") for loss in record.losses}
    assert fields - sent <= lost
    assert (record.purpose, record.provider_fields["Tag"]) == (SAID.purpose, SAID.title)


def test_only_an_owner_hands_in_documents(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(PAYER)

    with pytest.raises(Conflict) as raised:
        fr.submit_document(user.id, paper())

    assert [problem.path for problem in raised.value.problems] == ["category"]
    assert list(fr.documents(user.id)) == []


def test_a_kind_of_document_that_a_user_cannot_send_is_a_no_about_its_purpose(
    fr: Gateway[MangoPay],
) -> None:
    user = fr.create_user(OWNER)

    with pytest.raises(Rejected) as raised:
        fr.submit_document(user.id, paper(DocumentPurpose.ARTICLES))

    assert [(problem.path, problem.code) for problem in raised.value.problems] == [
        ("purpose", "choice")
    ]


@pytest.mark.parametrize("key", ["passport-1", None])
def test_an_upload_whose_page_was_refused_names_its_path_and_is_resumed(
    fr: Gateway[MangoPay], stage: Stage, key: str | None
) -> None:
    user = fr.create_user(OWNER)
    stage.sim.misbehave(kind="error", status=400, route="*pages*", times=1)

    with pytest.raises(PartialFailure) as refused:
        fr.submit_document(user.id, paper(DocumentPurpose.IDENTITY, PNG), idempotency_key=key)
    cause = refused.value.__cause__
    record = fr.resume(refused.value.partial, paper(DocumentPurpose.IDENTITY, PDF))

    assert isinstance(cause, Rejected)
    assert [problem.path for problem in cause.problems] == ["pages.0"]
    assert [found.id for found in fr.documents(user.id)] == [record.id]
    assert record.status is DocumentStatus.IN_REVIEW


def test_an_upload_is_resumed_in_an_event_loop(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    document = paper(DocumentPurpose.IDENTITY, PNG, PDF)
    stage.sim.misbehave(kind="drop_after", route="*pages*", times=1)

    async def handed_in() -> DocumentRecord:
        async with AsyncGateway(fr.adapter) as gateway:
            with pytest.raises(PartialFailure) as broken:
                await gateway.submit_document(user.id, document)
            assert broken.value.outcome is Outcome.UNKNOWN
            return await gateway.resume(broken.value.partial, document)

    record = asyncio.run(handed_in())

    assert [found.id for found in fr.documents(user.id)] == [record.id]
    assert len(fr.run(fr.adapter.consult_document(record.id))) == 2


def burn(stage: Stage, adapter: MangoPay, keyed: Keyed, attempt: int = 0) -> None:
    """Spends a key with an answer of a server that failed (docs: overview/idempotency)."""
    stage.sim.store.save_response(
        adapter.idempotency_key(keyed, attempt),
        StoredResponse(
            made=stage.clock(), status=500, content_type="application/json", url="", body="{}"
        ),
    )


# Integrators met sporadic 500s at the upload of pages: the key is spent then, whatever was done.
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize("failures", [1, 2])
def test_a_page_at_which_mangopay_failed_is_added_once_when_it_is_not_there(
    fr: Gateway[MangoPay], stage: Stage, kind: str, page: int, failures: int
) -> None:
    user = fr.create_user(OWNER)
    contents = (PNG, PDF)
    document = paper(DocumentPurpose.IDENTITY, *contents)
    stage.sim.misbehave(kind="slow", route="*kyc*", times=page + 1, seconds=0)  # goes well
    stage.sim.misbehave(kind=kind, route="*kyc*", times=1)
    with pytest.raises(PartialFailure) as broken:
        fr.submit_document(user.id, document, idempotency_key="passport-1")
    subject = (str(broken.value.partial.id), str(page), sha256(contents[page]).hexdigest())
    for attempt in range(failures):
        burn(stage, fr.adapter, Keyed("submit_document.page", subject, "passport-1"), attempt)

    record = fr.submit_document(user.id, document, idempotency_key="passport-1")

    assert [found.id for found in fr.documents(user.id)] == [record.id]
    shown = [
        requests.get(link.url, timeout=5).content
        for link in fr.run(fr.adapter.consult_document(record.id))
    ]
    assert (record.status, shown) == (DocumentStatus.IN_REVIEW, list(contents))


def test_a_document_at_whose_creation_mangopay_failed_is_created_when_none_is_open(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    burn(stage, fr.adapter, Keyed("submit_document", (user.id,), "passport-1"))

    record = fr.submit_document(user.id, paper(), idempotency_key="passport-1")
    again = fr.submit_document(user.id, paper(), idempotency_key="passport-1")

    assert [found.id for found in fr.documents(user.id)] == [record.id] == [again.id]


def test_an_open_document_is_never_taken_for_one_whose_creation_failed(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    stage.made(f"users/{user.id}/kyc/documents", {"Type": "IDENTITY_PROOF"})
    burn(stage, fr.adapter, Keyed("submit_document", (user.id,), "passport-1"))

    with pytest.raises(OutcomeUnknown, match="open document of this type"):
        fr.submit_document(user.id, paper(), idempotency_key="passport-1")

    assert len(list(fr.documents(user.id))) == 1


def test_a_document_that_was_handed_in_comes_back_as_it_is_now(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    first = fr.submit_document(user.id, paper(), idempotency_key="passport-1")
    stage.sim.accept_document(first.id)

    again = fr.submit_document(user.id, paper(), idempotency_key="passport-1")

    assert (again.id, again.status) == (first.id, DocumentStatus.ACCEPTED)


def test_a_page_that_mangopay_refused_is_replaced_within_the_same_document(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    stage.sim.misbehave(kind="rate_limit", route="*pages", times=1)
    with pytest.raises(PartialFailure):
        fr.submit_document(user.id, paper(), idempotency_key="passport-1")

    record = fr.submit_document(
        user.id, paper(DocumentPurpose.IDENTITY, PDF), idempotency_key="passport-1"
    )

    assert len(list(fr.documents(user.id))) == 1
    assert len(fr.run(fr.adapter.consult_document(record.id))) == 1


def test_two_pages_that_look_alike_are_two_pages(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)

    record = fr.submit_document(
        user.id, paper(DocumentPurpose.IDENTITY, PNG, PNG), idempotency_key="p"
    )

    assert len(fr.run(fr.adapter.consult_document(record.id))) == 2


def test_documents_are_listed_of_a_user_and_of_all(fr: Gateway[MangoPay]) -> None:
    alex, acme = fr.create_user(OWNER), fr.create_user(COMPANY)
    one = fr.submit_document(alex.id, paper())
    other = fr.submit_document(acme.id, paper(DocumentPurpose.REGISTRATION))

    of_alex, of_all = list(fr.documents(alex.id)), list(fr.documents())

    assert [record.id for record in of_alex] == [one.id]
    assert [(record.id, record.user_id) for record in of_all] == [
        (one.id, alex.id),
        (other.id, acme.id),
    ]


def test_the_pages_of_a_document_are_shown_by_links_that_are_in_no_repr(
    fr: Gateway[MangoPay],
) -> None:
    user = fr.create_user(OWNER)
    record = fr.submit_document(user.id, paper(DocumentPurpose.IDENTITY, PDF))

    (link,) = fr.run(fr.adapter.consult_document(record.id))

    assert requests.get(link.url, timeout=5).content == PDF
    assert link.expires_at is not None
    assert link.url not in repr(link)


def test_an_unknown_document_is_not_found(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(NotFound):
        fr.fetch_document("kyc_none")


def test_a_record_of_a_document_survives_its_json(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.refuse_document(
        fr.submit_document(user.id, paper()).id, "DOCUMENT_INCOMPLETE", None, ["009018"]
    )
    (record,) = fr.documents(user.id)

    assert DocumentRecord.from_json(record.to_json()) == record


def test_every_documented_word_has_a_meaning_in_the_core() -> None:
    assert set(PURPOSES) == set(DocumentPurpose)
    assert set(STATUSES) == set(DocumentStatus)
    assert set(REASONS) >= set(DOCUMENTED)
    assert set(REASONS.values()) == set(RefusalReason)


# docs: view-kyc-document, the response example
def test_the_documents_own_example_is_read_whole() -> None:
    sample = (
        b'{"Type": "IDENTITY_PROOF", "UserId": "user_m_01HQK25M6KVHKDV0S36JY9NRKR",'
        b' "Flags": [], "Id": "kyc_01HR34D8JJ9B1V7EV5RCSTQQHX", "Tag": "Created using Mangopay",'
        b' "CreationDate": 1709562078, "ProcessedDate": null, "Status": "CREATED",'
        b' "RefusedReasonType": null, "RefusedReasonMessage": null}'
    )

    record = read(sample)

    assert record.id == "kyc_01HR34D8JJ9B1V7EV5RCSTQQHX"
    assert record.user_id == "user_m_01HQK25M6KVHKDV0S36JY9NRKR"
    assert (record.purpose, record.status) == (DocumentPurpose.IDENTITY, DocumentStatus.CREATED)
    assert record.created_at is not None
    assert (int(record.created_at.timestamp()), record.processed_at) == (1709562078, None)
    assert (record.refusal, record.provider_fields["Tag"]) == (None, "Created using Mangopay")


# documents of 2018 have no flags, and ids of digits
def test_an_old_document_without_flags_is_read() -> None:
    record = read(b'{"Id": 51876239, "UserId": "47402034", "Status": "REFUSED", "Type": "OLD"}')

    assert (record.id, record.purpose, record.provider_fields["Type"]) == ("51876239", None, "OLD")
    assert record.refusal is not None
    assert record.refusal.reason is RefusalReason.OTHER


@pytest.mark.parametrize("body", [b"{}", b'{"Id": null}', b"[]", b"<html>"])
def test_a_document_without_an_id_is_an_unexpected_response(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        read(body)


JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers())


@given(
    st.dictionaries(
        st.sampled_from(
            ["Type", "Status", "Flags", "CreationDate", "RefusedReasonType", "UserId", "Tag"]
        ),
        JUNK,
    )
)
def test_whatever_a_document_says_of_itself_it_is_read(said: dict[str, object]) -> None:
    flow = PAPER.fetch_document("kyc_1")
    next(flow)

    record = answered(lambda: flow.send(_json({"Id": "kyc_1", **said})))

    assert record.id == "kyc_1"


def read(body: bytes) -> DocumentRecord:
    flow = PAPER.fetch_document("kyc_1")
    next(flow)
    return answered(lambda: flow.send(Response(status=200, body=body)))


def answered(send: Callable[[], object]) -> DocumentRecord:
    with pytest.raises(StopIteration) as done:
        send()
    record = done.value.value
    assert isinstance(record, DocumentRecord)
    return record


def _json(data: object) -> Response:
    return Response(status=200, body=json.dumps(data).encode())
