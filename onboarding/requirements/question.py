"""One question of a questionnaire: a field or a document to ask a user for."""

from __future__ import annotations

from attrs import field, frozen

from onboarding.mapping.conditions import Condition
from onboarding.mapping.plan import MappedField
from onboarding.model.documents import DocumentPurpose

__all__ = ["Question"]


@frozen(kw_only=True)
class Question:
    """One thing to ask for: a field by its core path, or a document by its purpose."""

    path: str = ""
    """The core path, empty for a document. Example: `identity.birthdate`."""
    purpose: DocumentPurpose | None = None
    """What the document is to prove, None for a field. Example: `proof_of_identity`."""
    targets: tuple[str, ...]
    """The targets that need it. Example: `("mangopay/payouts",)`."""
    sources: tuple[str, ...]
    """The documents that say so.

    Example: `("docs: api-reference/users/natural-user-object-sca",)`.
    """
    when: Condition | None = None
    """The condition on the answers, None for always.

    Example: `when(U.category, UserCategory.OWNER)`.
    """
    same_as: str = ""
    """The core path of a field that must have the same answer, or empty.

    Example: `identity.nationality`.
    """
    data: tuple[MappedField, ...] = field(default=(), repr=False)
    """What the providers' wire classes declare of it, limits among them."""

    @property
    def name(self) -> str:
        """The core path, or `documents.` and what the document is to prove."""
        return self.path or f"documents.{self.purpose}"
