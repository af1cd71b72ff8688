"""What a provider asks for, by its documents or about one user: who acts, until when, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from onboarding.errors import Problem
from onboarding.model.documents import DocumentPurpose, Refusal
from onboarding.values.base import KEYS, Model

__all__ = [
    "BANK_ACCOUNT",
    "Actor",
    "Requirement",
    "RequirementKind",
    "RequirementOption",
    "RequirementOrigin",
    "RequirementStatus",
    "option_name",
    "subject_of",
]


class Actor(StrEnum):
    """Who meets a requirement."""

    PLATFORM = "platform"
    """The platform, with data of the user."""
    USER = "user"
    """The user, at the provider."""
    PROVIDER = "provider"
    """The provider."""


class RequirementStatus(StrEnum):
    """Whether a requirement is met, as far as is known."""

    MET = "met"
    """It is met."""
    UPCOMING = "upcoming"
    """It is not met, and not due yet: it stops nothing for now."""
    MISSING = "missing"
    """It is not met."""
    PROVIDER_DECIDES = "provider_decides"
    """The provider has yet to decide: no document says what it will answer, or it is checking."""


class RequirementOrigin(StrEnum):
    """Where a requirement comes from."""

    RULE = "rule"
    """A documented rule, evaluated by the library."""
    PROVIDER = "provider"
    """The provider, in its answer about this user."""


class RequirementKind(StrEnum):
    """What meets a requirement."""

    FIELD = "field"
    """A field of the core."""
    DOCUMENT = "document"
    """A document."""
    TERMS = "terms"
    """The acceptance of the provider's terms."""
    LINK = "link"
    """A page of the provider's, which the user opens."""
    OTHER = "other"
    """Another step."""


@frozen(kw_only=True, slots=False, repr=False)
class RequirementOption(Model):
    """One way to meet a requirement: a field, a document, or a step outside the user's data."""

    words: str
    """The option, in words. Example: `hand in: proof of identity`."""
    actor: Actor = Actor.PLATFORM
    """Who can act. Example: `user`."""
    path: str = ""
    """The core path of the field; for a document, of the person that it is about; else empty.

    Example: `identity.birthdate`.
    """
    purpose: DocumentPurpose | None = None
    """What the document is to prove, None for a field or a step. Example: `proof_of_identity`."""
    link: bool = False
    """Whether it is a page of the provider's: `create_link` returns its address.

    Example: `true`.
    """

    @property
    def kind(self) -> RequirementKind:
        """What it is: a field, a document, the terms, a link, or another step."""
        if self.purpose is not None:
            return RequirementKind.DOCUMENT
        if self.link:
            return RequirementKind.LINK
        if not self.path:
            return RequirementKind.OTHER
        terms = self.path.partition(".")[0] == "terms"
        return RequirementKind.TERMS if terms else RequirementKind.FIELD

    @property
    def name(self) -> str:
        """The name of the question; empty for a step, about which no question is asked."""
        return option_name(self.path, self.purpose)

    def __repr__(self) -> str:
        return f"RequirementOption({self.kind}, {self.actor}: {self.name or self.words})"


def option_name(path: str, purpose: DocumentPurpose | None) -> str:
    """Returns the name of a field, or of a document: `people[ada].documents.proof_of_identity`."""
    return path if purpose is None else ".".join(filter(None, (path, "documents", purpose)))


BANK_ACCOUNT = "bank_account"
"""The subject of a requirement about the bank account of the user."""

_SUBJECT = re.compile(rf"|{BANK_ACCOUNT}|people\[{KEYS.pattern}\]").fullmatch
_NAME = re.compile(r"[\w.\[\]-]{1,200}( or [\w.\[\]-]{1,200})*", re.ASCII).fullmatch


def subject_of(path: str) -> str:
    """Returns the subject of a core path: `people[ada]`, or empty for the user."""
    head = path.partition(".")[0]
    return head if head.endswith("]") else ""


@frozen(kw_only=True, slots=False, repr=False)
class Requirement(Model):
    """One demand on a user, and whether it is met. Its repr shows no value."""

    name: str
    """The core path, the name of a step, or the provider's path.

    Example: `identity.birthdate`.
    """
    status: RequirementStatus
    """Whether it is met. Example: `missing`."""
    options: tuple[RequirementOption, ...] = ()
    """The ways to meet it; one is enough."""
    reason: str = ""
    """Why it has this status. Example: `is required`."""
    condition: str = ""
    """When it is asked, in words; empty for always. Example: `category is OWNER`."""
    source: str = ""
    """The document that asks. Example: `docs: api-reference/users/natural-user-object-sca`."""
    wire_path: str = ""
    """The provider's path, empty if it has none. Example: `Birthday`."""
    subject: str = ""
    """Whom it is about: empty for the user, `bank_account`, or a person. Example: `people[ada]`."""
    blocks: tuple[str, ...] = ()
    """The capabilities that it stops, or will stop, by their core names, else by the provider's;
    empty if that is not known.

    Example: `["pay_out"]`.
    """
    deadline: datetime | None = None
    """Until when it must be met, in UTC. Example: `2026-12-01T00:00:00Z`."""
    past_due: bool = False
    """Whether its deadline has passed. Example: `true`."""
    refusal: Refusal | None = None
    """Why the provider refused what was given, or asks at all; None if it does not say."""
    origin: RequirementOrigin = RequirementOrigin.RULE
    """Whether a documented rule or the provider asks. Example: `provider`."""

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        found: list[Problem] = []
        name, subject = values.get("name"), values.get("subject", "")
        if isinstance(name, str) and not _NAME(name):
            found.append(Problem("name", "shape", "expected a path, or a name without blanks"))
        if isinstance(subject, str) and not _SUBJECT(subject):
            text = f"expected nothing, {BANK_ACCOUNT} or a person by ref, as in people[ada]"
            found.append(Problem("subject", "shape", text))
        return found

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Who can meet it."""
        return tuple(dict.fromkeys(option.actor for option in self.options))

    @property
    def paths(self) -> tuple[str, ...]:
        """The core paths of the options."""
        return tuple(one.path for one in self.options if one.path and one.purpose is None)

    def __repr__(self) -> str:
        facts = [f"{self.name}: {self.status}", f"by {self.origin}"]
        if self.deadline is not None:
            facts.append(f"until {self.deadline.isoformat()}")
        return f"Requirement({', '.join(facts)})"
