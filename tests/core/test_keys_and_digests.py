"""Idempotency keys, digests of content and partial results, as every adapter shares them."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar
from unicodedata import normalize

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Document,
    DocumentPage,
    DocumentPurpose,
    IdempotencyConflict,
    InvalidInput,
    PartialFailure,
    Rejected,
    Secret,
    Unavailable,
)
from onboarding.model.answers import Partial
from onboarding.model.stored import digest
from onboarding.provider_errors import ErrorDetails, part_way
from onboarding.spi import Adapter

WRONG_KEYS = ["", " ", "\t\n", "\u2003", "order-\ud800", 7, True, b"order-7", ["order-7"]]


@frozen(kw_only=True)
class Plain(Adapter):
    provider: ClassVar[str] = "plain"
    environment: str = "sandbox"


@pytest.mark.parametrize("key", WRONG_KEYS, ids=repr)
def test_a_key_that_is_blank_or_no_text_is_refused(key: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        Plain.validated_key(key)

    assert raised.value.paths == ("idempotency_key",)


@pytest.mark.parametrize("key", [None, "7", " order 7 ", "é", "x" * 10_000])
def test_any_other_key_is_taken_as_it_is(key: str | None) -> None:
    assert Plain.validated_key(key) == key


def paper(title: str | None = None, *pages: bytes) -> Document:
    found = tuple(DocumentPage(content=content) for content in pages or (b"one",))
    return Document(purpose=DocumentPurpose.IDENTITY, pages=found, title=title)


def test_a_digest_stays_the_same_in_every_version() -> None:
    assert digest(paper("passport", b"one", b"two")) == (
        "8a03e2d92a3dd0d1fb2d711e43b787a768428dd39674d95c85934b7185f5ffef"
    )


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and not text.isspace()))
def test_a_digest_does_not_depend_on_the_normal_form_of_a_text(title: str) -> None:
    spellings = {digest([normalize(form, title)]) for form in ("NFC", "NFD")}

    assert len(spellings) == 1


@pytest.mark.parametrize(
    "other",
    [
        paper("other"),
        paper(None, b"two"),
        paper(None, b"one", b"one"),
        Document(purpose=DocumentPurpose.ADDRESS, pages=paper().pages),
    ],
)
def test_other_content_has_another_digest(other: Document) -> None:
    assert digest(other) != digest(paper())


def test_the_same_moment_in_another_zone_has_the_same_digest() -> None:
    here = datetime(2026, 1, 2, 3, tzinfo=UTC)

    assert digest(here) == digest(here.astimezone(timezone(timedelta(hours=5))))
    assert digest(date(2026, 1, 2)) != digest(here)


@pytest.mark.parametrize(
    "value",
    [Secret("key"), [Secret("key")], object(), {1, 2}],
    ids=["secret", "secrets", "object", "set"],
)
def test_what_has_no_canonical_form_has_no_digest(value: object) -> None:
    with pytest.raises(TypeError) as raised:
        digest(value)

    assert "key" not in str(raised.value)


PARTIAL = Partial(
    provider="plain", gateway="", environment="sandbox", operation="submit_document", id="1",
    digest=digest(paper()),
)  # fmt: skip


def failing(error: Exception) -> Generator[None, None, None]:
    with part_way(PARTIAL):
        yield
        raise error


@pytest.mark.parametrize(
    ("kind", "status", "kept"), [(Unavailable, 503, PARTIAL.digest), (Rejected, 400, "")]
)
def test_only_content_that_the_provider_rejected_may_be_corrected(
    kind: type[Unavailable], status: int, kept: str
) -> None:
    flow = failing(kind(ErrorDetails(status=status, code="no")))
    next(flow)

    with pytest.raises(PartialFailure) as raised:
        next(flow)

    assert raised.value.partial.digest == kept
    assert isinstance(raised.value.__cause__, kind)


def test_a_conflict_of_content_is_not_a_partial_failure() -> None:
    flow = failing(IdempotencyConflict("submit_document", "1"))
    next(flow)

    with pytest.raises(IdempotencyConflict):
        next(flow)


def test_a_call_is_resumed_with_its_own_content_only() -> None:
    adapter = Plain()

    adapter.resumable(PARTIAL, digest(paper()))
    with pytest.raises(IdempotencyConflict) as raised:
        adapter.resumable(PARTIAL, digest(paper("other")))

    assert raised.value.id == "1"


@pytest.mark.parametrize(
    ("field", "value"), [("gateway", "de"), ("provider", "other"), ("environment", "production")]
)
def test_a_partial_of_another_gateway_or_environment_is_refused(field: str, value: str) -> None:
    elsewhere = PARTIAL.replace({field: value})

    with pytest.raises(InvalidInput) as raised:
        Plain().resumable(elsewhere, PARTIAL.digest)

    assert raised.value.paths[0] in (field, "gateway")
