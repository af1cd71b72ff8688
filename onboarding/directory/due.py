"""One thing that is due of a user: what, who acts, and until when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from onboarding.model.requirements import Actor

__all__ = ["DueItem", "DueKind"]


class DueKind(StrEnum):
    """What is due."""

    REQUIREMENT = "requirement"
    """A requirement of the provider, such as the renewal of an identification."""
    ACTION = "action"
    """A link to open, a code to type, a receipt to print."""
    CAPABILITY = "capability"
    """A capability that ends."""
    DOCUMENT = "document"
    """A document that expires."""


@frozen(kw_only=True)
class DueItem:
    """One thing that is due of a user. It has codes, paths and ids only."""

    kind: DueKind
    """What it is. Example: `requirement`."""
    about: str
    """Its name: a requirement, an action with its core path, a capability, a document's id.

    Example: `kyc_renewal`.
    """
    actors: tuple[Actor, ...] = ()
    """Who can act; empty if that is not known. Example: `["user"]`."""
    deadline: datetime | None = None
    """Until when, in UTC; None for what is due now. Example: `2026-12-01T00:00:00Z`."""
