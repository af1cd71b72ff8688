"""A document is handed in once, whatever stops the call: `PartialFailure`, then `resume`."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from onboarding import (
    AsyncGateway,
    Company,
    DocumentPage,
    DocumentRecord,
    DocumentStatus,
    Gateway,
    IdempotencyConflict,
    InvalidInput,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    Partial,
    PartialFailure,
    User,
)
from onboarding.spi import Request
from onboarding.testing import PaperGateway, paper
from onboarding.testing.paper import Answer
from tests.simulators.paysera.api import CLIENT_ID, EMAIL_ONLY, MAC_KEY, Api, a_simulator

from onboarding_paysera import Environment, Paysera
from onboarding_simulators.paysera import PayseraSimulator

from .every_flow import FLOWS, PAPER, PASSPORT, SCAN, THERE, recorded, replayed
from .faults import FAULTS, Fault, Faulty

UPLOAD, DESCRIBE = "upload_document", "describe_document"


@pytest.fixture
def sim() -> PayseraSimulator:
    """A simulator with the user 221."""
    simulator = a_simulator()
    user = User(email="user@example.com")
    PaperGateway(PAPER, paper(simulator), clock=lambda: THERE).run(PAPER.create_user(user))
    return simulator


def at(answer: Answer) -> PaperGateway[Paysera]:
    return PaperGateway(PAPER, answer, clock=lambda: THERE)


def failure(sim: PayseraSimulator, operation: str, fault: Fault) -> OnboardingError:
    """What `submit_document` raises if one of its requests meets a fault."""
    with pytest.raises(OnboardingError) as raised:
        at(Faulty(paper(sim), operation, fault)).run(PAPER.submit_document("221", PASSPORT))
    return raised.value


def partial_of(sim: PayseraSimulator, fault: str = "drop_after") -> Partial:
    error = failure(sim, DESCRIBE, FAULTS[fault])
    assert isinstance(error, PartialFailure)
    return error.partial


def facts(sim: PayseraSimulator) -> list[tuple[str | None, ...]]:
    """What the simulator knows of each document that it has."""
    found = sim.documents_of(221)
    return [(kept.title, kept.extension, kept.type, kept.number, kept.date) for kept in found]


# docs: user-resource, Provide Document Metadata
DESCRIBED = ("Passport scan", "pdf", "passport", "AB1234567", "2020-01-15")


def test_every_flow_of_several_writes_is_one_that_can_be_resumed() -> None:
    several = {
        name for name in FLOWS if sum(not request.changes_nothing for request in sent_by(name)) > 1
    }

    assert several == {"submit_document"}


def sent_by(name: str) -> list[Request]:
    ready, answers = recorded(name)
    gateway = replayed(answers)
    gateway.run(ready())
    return gateway.sent


# -- the upload


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_upload_that_failed_is_reported_and_never_sent_twice(
    sim: PayseraSimulator, fault: Fault
) -> None:
    faulty = Faulty(paper(sim), UPLOAD, fault)
    gateway = at(faulty)

    with pytest.raises(OnboardingError) as raised:
        gateway.run(PAPER.submit_document("221", PASSPORT))

    assert not isinstance(raised.value, PartialFailure)
    assert raised.value.outcome is fault.outcome
    assert raised.value.retry_safe is (fault.outcome is Outcome.NOT_DONE)
    assert [request.operation for request in gateway.sent] == [UPLOAD]
    assert len(facts(sim)) == (1 if fault.carried_out else 0)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if fault.outcome is Outcome.NOT_DONE], ids=repr
)
def test_an_upload_that_is_safe_to_retry_leaves_one_document(
    sim: PayseraSimulator, fault: Fault
) -> None:
    error = failure(sim, UPLOAD, fault)

    at(paper(sim)).run(PAPER.submit_document("221", PASSPORT))

    assert error.retry_safe
    assert facts(sim) == [DESCRIBED]


# -- the description


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_description_that_failed_is_resumed_from_the_stored_form_and_nothing_is_there_twice(
    sim: PayseraSimulator, fault: Fault
) -> None:
    error = failure(sim, DESCRIBE, fault)
    assert isinstance(error, PartialFailure)
    stored = error.partial.to_json()

    resumed = at(paper(sim))
    record = resumed.run(PAPER.resume(Partial.from_json(stored), PASSPORT))

    assert error.outcome is fault.outcome
    assert not error.retry_safe  # the call would upload another file
    assert [request.operation for request in resumed.sent] == [DESCRIBE]
    assert (record.id, record.user_id, record.status) == ("1", "221", DocumentStatus.IN_REVIEW)
    assert facts(sim) == [DESCRIBED]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_resumption_that_failed_can_be_resumed(sim: PayseraSimulator, fault: Fault) -> None:
    partial = partial_of(sim, "drop_before")

    with pytest.raises(PartialFailure) as raised:
        at(Faulty(paper(sim), DESCRIBE, fault)).run(PAPER.resume(partial, PASSPORT))
    at(paper(sim)).run(PAPER.resume(raised.value.partial, PASSPORT))

    rejected = fault.name == "400"  # then the description may be corrected
    assert raised.value.partial == (evolve(partial, digest="") if rejected else partial)
    assert raised.value.outcome is fault.outcome
    assert facts(sim) == [DESCRIBED]


def test_resuming_what_was_finished_changes_nothing(sim: PayseraSimulator) -> None:
    partial = partial_of(sim, "drop_after")

    for _ in range(3):
        at(paper(sim)).run(PAPER.resume(partial, PASSPORT))

    assert facts(sim) == [DESCRIBED]


def test_a_partial_says_what_is_there_and_holds_nothing_of_the_document(
    sim: PayseraSimulator,
) -> None:
    flow = PAPER.submit_document("221", PASSPORT, idempotency_key="order-1")
    with pytest.raises(PartialFailure) as raised:
        at(Faulty(paper(sim), DESCRIBE, FAULTS["429"])).run(flow)
    error, partial = raised.value, raised.value.partial

    again: PartialFailure = pickle.loads(pickle.dumps(error))

    assert (partial.operation, partial.user_id, partial.id) == ("submit_document", "221", "1")
    assert (partial.provider, partial.gateway) == ("paysera", "lt")
    assert (partial.environment, partial.idempotency_key) == ("production", "order-1")
    assert again.partial == partial
    for text in (partial.to_json(), str(error), repr(error), str(pickle.dumps(error))):
        assert not any(word in text for word in ("AB1234567", "Passport scan", "PDF-1", MAC_KEY))


# -- what is refused


OTHER_FILE = (SCAN.replace(content=b"%PDF-1.7 another"),)


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("drop_before", {"pages": OTHER_FILE}),
        ("drop_after", {"number": "AB7654321"}),
        ("403", {"title": "Another scan"}),
        ("400", {"pages": OTHER_FILE}),  # what was uploaded stays what it is
    ],
)
def test_other_content_is_a_conflict_with_the_id_of_the_document(
    sim: PayseraSimulator, fault: str, change: dict[str, Any]
) -> None:
    partial, gateway = partial_of(sim, fault), at(paper(sim))
    other = PASSPORT.replace(**change)

    with pytest.raises(IdempotencyConflict) as raised:
        gateway.run(PAPER.resume(partial, other))

    assert (raised.value.operation, raised.value.id) == ("submit_document", "1")
    assert raised.value.outcome is Outcome.NOT_DONE
    assert gateway.sent == []


def test_a_description_that_paysera_refused_can_be_corrected(sim: PayseraSimulator) -> None:
    partial = partial_of(sim, "400")

    at(paper(sim)).run(PAPER.resume(partial, PASSPORT.replace(number="AB7654321")))

    assert [kept.number for kept in sim.documents_of(221)] == ["AB7654321"]


@pytest.mark.parametrize(
    "other",
    [
        evolve(PAPER, name="lv"),
        evolve(PAPER, environment=Environment.SANDBOX),
    ],
    ids=["gateway", "environment"],
)
def test_another_gateways_partial_is_refused(sim: PayseraSimulator, other: Paysera) -> None:
    with pytest.raises(InvalidInput):
        next(other.resume(partial_of(sim), PASSPORT))


@pytest.mark.parametrize(
    "change", [{"provider": "mangopay"}, {"operation": "declare_owners"}, {"id": None}, {"id": ""}]
)
def test_a_partial_of_another_kind_is_refused(
    sim: PayseraSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.resume(evolve(partial_of(sim), **change), PASSPORT))


@pytest.mark.parametrize("given", [Company(), None, SCAN, PASSPORT.pages])
def test_a_resumption_takes_a_document(sim: PayseraSimulator, given: Any) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.resume(partial_of(sim), given))


RECORD = DocumentRecord(provider="paysera", gateway="lt", id="1")


@pytest.mark.parametrize("given", [None, {}, "1", RECORD])
def test_only_what_this_gateway_returned_is_resumed(given: Any) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.resume(given, PASSPORT))


# -- before the upload


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"title": None}, ("title",)),
        ({"kind": None}, ("kind",)),
        ({"number": None}, ("number",)),
        ({"issued_on": None}, ("issued_on",)),
        ({"pages": (DocumentPage(content=b"?"),)}, ("pages.0.filename",)),
        ({"pages": (DocumentPage(content=b"", media_type="image/png"),)}, ("pages.0.content",)),
        (
            {"title": None, "kind": None, "number": None, "issued_on": None},
            ("title", "kind", "number", "issued_on"),
        ),
    ],
)
def test_a_document_that_could_not_be_described_is_refused_before_the_upload(
    change: dict[str, Any], paths: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as raised:
        next(PAPER.submit_document("221", PASSPORT.replace(**change)))

    assert raised.value.paths == paths
    assert {problem.code for problem in raised.value.problems} == {"missing"}


@pytest.mark.parametrize(
    ("page", "extension"),
    [
        (DocumentPage(content=b"?", filename="Passport.PDF"), "pdf"),
        (DocumentPage(content=b"?", filename="a.b/passport.tiff"), "tiff"),
        (DocumentPage(content=b"?", media_type="image/jpeg", filename="passport"), "jpg"),
        (DocumentPage(content=b"?", media_type="image/jpeg", filename="passport. x"), "jpg"),
        (DocumentPage(content=b"%PDF-1.4"), "pdf"),
        (DocumentPage(content=b"\xff\xd8\xff\xe0", filename="scan"), "jpg"),
        (DocumentPage(content=b"\x89PNG\r\n\x1a\n"), "png"),
        (DocumentPage(content=b"GIF89a", media_type="application/octet-stream"), "gif"),
    ],
)
def test_the_extension_is_that_of_the_name_else_of_the_type_else_of_the_bytes(
    page: DocumentPage, extension: str
) -> None:
    flow = PAPER.describe_document("1", PASSPORT.replace(pages=(page,)))

    assert json.loads(next(flow).body)["extension"] == extension


KEYS = ["", " ", "\t\n", "\ud800", 7, b"key", ["key"], True]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_an_idempotency_key_that_is_no_text_is_refused_though_paysera_takes_none(key: Any) -> None:
    user = User(email="user@example.com")

    for flow in (
        PAPER.create_user(user, idempotency_key=key),
        PAPER.submit_document("221", PASSPORT, idempotency_key=key),
    ):
        with pytest.raises(InvalidInput):
            next(flow)


# -- by sockets, in both drivers, in another process


def submitted(adapter: Paysera) -> None:
    with Gateway(adapter, clock=lambda: THERE) as gateway:
        gateway.submit_document("221", PASSPORT)


def submitted_async(adapter: Paysera) -> None:
    async def submit() -> None:
        async with AsyncGateway(adapter, clock=lambda: THERE) as gateway:
            await gateway.submit_document("221", PASSPORT)

    asyncio.run(submit())


ELSEWHERE = """
import sys
from datetime import UTC, date, datetime
from onboarding import Document, DocumentKind, DocumentPage, DocumentPurpose
from onboarding import Gateway, Partial, Secret
from onboarding_paysera import Paysera

stored, base_url, client_id, mac_key, now = sys.argv[1:]
document = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(
        DocumentPage(
            content=bytes.fromhex("255044462d312e372000ff"),
            media_type="application/pdf",
        ),
    ),
    title="Passport scan",
    number="AB1234567",
    issued_on=date(2020, 1, 15),
)
adapter = Paysera(name="lt", client_id=client_id, mac_key=Secret(mac_key), base_url=base_url)
with Gateway(adapter, clock=lambda: datetime.fromtimestamp(int(now), UTC)) as gateway:
    print(gateway.resume(Partial.from_json(stored), document).id)
"""


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncated", "bad_gateway"])
@pytest.mark.parametrize("submit", [submitted, submitted_async])
def test_a_connection_that_broke_at_the_description_leaves_one_document(
    api: Api, submit: Callable[[Paysera], None], kind: str
) -> None:
    api.register(EMAIL_ONLY)
    adapter = evolve(PAPER, base_url=api.base_url)
    api.sim.misbehave(kind=kind, route="PUT */metadata")

    with pytest.raises(PartialFailure) as raised:
        submit(adapter)
    api.sim.behave()
    with Gateway(adapter, clock=lambda: THERE) as gateway:
        gateway.resume(raised.value.partial, PASSPORT)

    assert raised.value.outcome is Outcome.UNKNOWN
    assert facts(api.sim) == [DESCRIBED]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("submit", [submitted, submitted_async])
def test_a_connection_that_broke_at_the_upload_is_an_unknown_outcome(
    api: Api, submit: Callable[[Paysera], None], kind: str
) -> None:
    api.register(EMAIL_ONLY)
    api.sim.misbehave(kind=kind, route="POST */document")

    with pytest.raises(OutcomeUnknown):
        submit(evolve(PAPER, base_url=api.base_url))

    assert len(facts(api.sim)) == (1 if kind == "drop_after" else 0)


def test_another_process_resumes_from_the_stored_form(api: Api) -> None:
    api.register(EMAIL_ONLY)
    adapter = evolve(PAPER, base_url=api.base_url)
    api.sim.misbehave(kind="drop_before", route="PUT */metadata", times=1)
    with pytest.raises(PartialFailure) as raised:
        submitted(adapter)

    given = [raised.value.partial.to_json(), api.base_url, CLIENT_ID, MAC_KEY]
    now = str(int(THERE.timestamp()))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *given, now],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("1\n", "")
    assert facts(api.sim) == [DESCRIBED]
