"""What a provider has no place for in a document: said once, then found in each document."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from onboarding.mapping.paths import EMPTY, dotted, leaves, lookup
from onboarding.model.documents import Document
from onboarding.model.loss import Loss, LossKind

__all__ = ["DOCUMENTS", "document_losses", "document_paths", "lost_of_document"]

DOCUMENTS = "documents."
"""What the path of a field of a document begins with: `documents.number`."""

_PAGES = "pages."


def lost_of_document(core: object, reason: str, kind: LossKind = LossKind.DROPPED) -> Loss:
    """Declares that a field (`core(Document).number`) is lost wherever a document gives it.

    Of a field of each page, the path is a text: `pages.filename`.
    """
    return Loss(core_path=DOCUMENTS + dotted(core), kind=kind, reason=reason)


def document_losses(document: Document, declared: Iterable[Loss]) -> tuple[Loss, ...]:
    """Those of the declared losses whose field a document gives; of pages, one for each."""
    found: list[Loss] = []
    for loss in declared:
        path = loss.core_path.removeprefix(DOCUMENTS)
        if not path.startswith(_PAGES):
            found += [loss] if lookup(document, path) not in EMPTY else []
            continue
        name = path.removeprefix(_PAGES)
        found += [
            evolve(loss, core_path=f"{DOCUMENTS}{_PAGES}{number}.{name}")
            for number, page in enumerate(document.pages)
            if lookup(page, name) not in EMPTY
        ]
    return tuple(found)


def document_paths() -> frozenset[str]:
    """The paths by which `accept_loss` can speak of the data of a document."""
    return frozenset(DOCUMENTS + path for path in leaves(Document))
