"""A document is handed in whole and once, whatever happens between its two halves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define
from onboarding import (
    DocumentKind,
    DocumentRecord,
    DocumentStatus,
    Forbidden,
    Gateway,
    HalfDone,
    LossKind,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    Refusal,
    RefusalReason,
    Response,
    Secret,
    TransportError,
)
from onboarding.simulation import serve

from onboarding_paysera import IdentityPaper, Paysera

from .simulator_api import CLIENT_ID, EMAIL_ONLY, MAC_KEY, NOW, Api
from .test_flows import PASSPORT, SCAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

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


@define
class Proxy:
    """What stands before Paysera: it answers the first description of a file in its own way."""

    app: Any
    status: str
    body: bytes
    after: bool  # whether Paysera hears of the request
    left: int = 1

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not self.left or not environ["PATH_INFO"].endswith("/metadata"):
            answer: Iterable[bytes] = self.app(environ, start)
            return answer
        self.left -= 1
        if self.after:
            b"".join(self.app(environ, lambda *_: None))
        start(self.status, [("Content-Type", "text/html"), ("Content-Length", str(len(self.body)))])
        return [self.body]


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out"])
@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        ("502 Bad Gateway", b"<html>", ProviderError),
        ("429 Too Many Requests", b'{"error":"rate_limit_exceeded"}', RateLimited),
        ("400 Bad Request", b'{"error":"invalid_parameters"}', ProviderError),
    ],
    ids=["a proxy", "a limit", "a no"],
)
def test_a_document_that_broke_off_midway_goes_on_and_there_is_one(
    api: Api, status: str, body: bytes, cause: type[Exception], after: bool
) -> None:
    api.register(EMAIL_ONLY)
    proxy = Proxy(api.sim, status, body, after)
    with serve(proxy) as base_url, gateway(Api(base_url, api.sim)) as at:
        with pytest.raises(HalfDone) as broken:
            at.submit_document("221", PASSPORT)
        half = broken.value
        record = at.run(half.rest())
    (kept,) = api.sim.documents_of(221)

    assert (half.begun.id, half.begun.status) == ("1", DocumentStatus.CREATED)
    assert isinstance(half.__cause__, cause)
    assert not half.retry_safe  # whatever its cause says: the call would begin another
    assert "AB1234567" not in f"{half} {half!r}"
    assert (record.id, record.user_id, record.status) == ("1", "221", DocumentStatus.IN_REVIEW)
    assert (kept.type, kept.number) == ("passport", "AB1234567")


@pytest.mark.parametrize("error", [TransportError("gone"), OutcomeUnknown("gone")], ids=repr)
def test_a_connection_that_broke_between_the_halves_leaves_something_to_go_on_from(
    error: TransportError,
) -> None:
    flow = Paysera(client_id="a", mac_key=Secret("b")).submit_document("221", PASSPORT)
    next(flow)
    flow.send(Response(status=200, body=b'{"id": 7}'))

    with pytest.raises(HalfDone) as broken:
        flow.throw(error)
    again = next(broken.value.rest())

    assert broken.value.begun.id == "7"
    assert again.url.endswith("/rest/v1/user/document/7/metadata")


def test_what_was_begun_is_stored_and_taken_up_in_another_process(
    api: Api, at: Gateway[Paysera]
) -> None:
    uploaded = at.run(at.adapter.upload_document("221", SCAN))

    begun = DocumentRecord.from_json(uploaded.to_json())
    record = at.run(at.adapter.describe_document(begun.id, PASSPORT, user_id=begun.user_id))

    assert (uploaded.status, record.status) == (DocumentStatus.CREATED, DocumentStatus.IN_REVIEW)
    assert [kept.type for kept in api.sim.documents_of(221)] == ["passport"]


def test_an_upload_that_was_refused_began_nothing(start: Start) -> None:
    api = start(permissions={"register_user"})
    api.register(EMAIL_ONLY)
    with gateway(api) as at, pytest.raises(Forbidden):
        at.submit_document("221", PASSPORT)

    assert api.sim.documents_of(221) == []


def test_what_a_document_says_and_paysera_does_not_take_is_on_its_record(api: Api) -> None:
    api.register(EMAIL_ONLY)
    named = PASSPORT.but(country="LT", pages=(SCAN.but(filename="Passport.PDF"),))
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
            Refusal(reason=RefusalReason.OTHER, native="denied", text="blurred"),
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
