"""What Paysera's reviewers made of a document, in the core's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding import DocumentStatus, Refusal, RefusalReason

from onboarding_paysera.values import shown_text

__all__ = ["REVIEWS", "refusal_of", "status_of"]

# the official Java client, events `review_status_valid`, `review_status_denied`
REVIEWS = {"valid": DocumentStatus.ACCEPTED, "denied": DocumentStatus.REFUSED}


def status_of(shown: Mapping[str, Any], otherwise: DocumentStatus) -> DocumentStatus | None:
    """Where a document stands: `otherwise` before a review, None for a word that is new."""
    word = shown.get("review_status")
    return otherwise if word is None else REVIEWS.get(shown_text(word) or "")


def refusal_of(shown: Mapping[str, Any]) -> Refusal | None:
    """Why a document was refused, if it was; Paysera says it in a comment alone."""
    if status_of(shown, DocumentStatus.CREATED) is not DocumentStatus.REFUSED:
        return None
    return Refusal(
        reason=RefusalReason.OTHER,
        provider_code=str(shown["review_status"]),
        text=shown_text(shown.get("comment")),
    )
