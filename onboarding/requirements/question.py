"""One question of a questionnaire: a field or a document to ask a user for."""

from __future__ import annotations

from attrs import field, frozen

from onboarding.mapping.conditions import Condition
from onboarding.mapping.plan import MappedField
from onboarding.model.documents import DocumentPurpose

__all__ = ["Question"]


@frozen(kw_only=True)
class Question:
    """One thing to ask for: a field by its core path, or a document by its purpose.

    - `targets`: the targets that want it; `sources`: the documents that say so;
    - `when`: asked only where this holds of the answers; None for always;
    - `same_as`: the core path of a field that a provider takes for the same: another answer than
      that one is refused; empty for none;
    - `data`: what the providers' rows say of it, limits among them.
    """

    path: str = ""
    purpose: DocumentPurpose | None = None
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    when: Condition | None = None
    same_as: str = ""
    data: tuple[MappedField, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The core path, or `documents.` and what the document is to prove."""
        return self.path or f"documents.{self.purpose}"
