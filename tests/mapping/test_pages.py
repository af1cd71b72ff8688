"""The limits of the pages of a document follow from the provider's declaration."""

from __future__ import annotations

import pytest
from onboarding import Document, DocumentPage, DocumentPurpose
from onboarding.spi import PageRules

PNG = b"\x89PNG\r\n\x1a\n" + bytes(92)
GIF = b"GIF89a" + bytes(94)
PDF = b"%PDF-1.7" + bytes(92)
LOCKED = b"%PDF-1.7\ntrailer\n<< /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF" + bytes(60)
RULES = PageRules(
    most=2,
    media_types=("application/pdf", "image/png"),
    most_bytes=200,
    least_bytes=50,
    least_of={DocumentPurpose.IDENTITY: 90},
)


def document(
    *pages: bytes, purpose: DocumentPurpose = DocumentPurpose.ADDRESS, **page: str
) -> Document:
    return Document(
        purpose=purpose, pages=tuple(DocumentPage(content=each, **page) for each in pages)
    )


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (document(), [("pages", "missing")]),
        (document(PNG, PNG, PNG), [("pages", "too_many")]),
        (document(PNG, PDF), []),
        (document(PNG, GIF), [("pages.1", "shape")]),
        (document(PNG, media_type="application/pdf"), [("pages.0.media_type", "conflict")]),
        (document(LOCKED), [("pages.0", "encrypted")]),
        (document(PNG[:49]), [("pages.0", "too_small")]),
        (document(PNG[:50]), []),
        (document(PNG[:89], purpose=DocumentPurpose.IDENTITY), [("pages.0", "too_small")]),
        (document(GIF + bytes(101)), [("pages.0", "shape"), ("pages.0", "too_large")]),
    ],
)
def test_each_limit_is_checked_by_path(given: Document, found: list[tuple[str, str]]) -> None:
    assert [(problem.path, problem.code) for problem in RULES.problems(given)] == found


def test_the_accepted_types_are_named() -> None:
    (problem,) = RULES.problems(document(GIF))

    assert problem.message == "is not a PDF or PNG"
