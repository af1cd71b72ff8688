"""The state of a user at a provider as last retrieved, without personal values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from onboarding.directory.due import DueItem, DueKind
from onboarding.levels import EidasLevel, IdentificationLevel, KYCLevel, NistIal
from onboarding.model.action import NextAction, NextActionKind
from onboarding.model.capabilities import Capability
from onboarding.model.documents import (
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    Refusal,
)
from onboarding.model.record import Absence, UserRecord, UserStatus
from onboarding.model.requirements import Actor, Requirement, RequirementStatus
from onboarding.model.stored import Stored
from onboarding.values.base import Model

__all__ = ["Change", "DocumentState", "RecordState"]

_OPEN = (RequirementStatus.MISSING, RequirementStatus.UPCOMING)


@frozen(kw_only=True, slots=False, repr=False)
class DocumentState(Model):
    """The state of one document of a user."""

    id: str
    """The document's id at the provider. Example: `kyc_01`."""
    purpose: DocumentPurpose | None = None
    """What it is to prove. Example: `proof_of_identity`."""
    status: DocumentStatus | None = None
    """Its state; None for a word that the core does not have. Example: `in_review`."""
    refusal: Refusal | None = None
    """Why it was refused, in codes; None if it was not."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    expires_at: datetime | None = None
    """When it expires, in UTC; None if that is not known. Example: `2027-03-01T00:00:00Z`."""


@frozen(kw_only=True, slots=False, repr=False)
class RecordState(Stored, form="record_state/1"):
    """What a record says of a user, without the user: levels, capabilities, what is to be done.

    Contacts, links, the provider's texts and its further fields are left out.
    """

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    own_id: str
    """The platform's own id of the user. Example: `user-42`."""
    id: str
    """The user's id at the provider. Example: `user_m_01`."""
    references: Mapping[str, str] = field(factory=dict[str, str])
    """Further ids that belong to the user, by the provider's names."""
    retrieved_at: datetime
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    created_at: datetime | None = None
    """When the provider created the user, in UTC. Example: `2026-10-01T08:29:58Z`."""
    status: UserStatus | None = None
    """Whether the user can be worked with; None if the provider does not say. Example: `active`."""
    kyc_level: KYCLevel | None = None
    """The KYC level. Example: `LIGHT`."""
    identification_level: IdentificationLevel | None = None
    """The level of identification. Example: `identified`."""
    eidas_level: EidasLevel | None = None
    """The level of assurance. Example: `substantial`."""
    nist_ial: NistIal | None = None
    """The level of identity assurance. Example: `ial2`."""
    provider_levels: Mapping[str, str] = field(factory=dict[str, str])
    """The provider's own levels, by its names. Example: `{"KYCLevel": "LIGHT"}`."""
    capabilities: tuple[Capability, ...] = ()
    """What the user may do, and what stops it."""
    requirements: tuple[Requirement, ...] = ()
    """What the provider asks for, without its texts about a refusal."""
    next_actions: tuple[NextAction, ...] = ()
    """What the user or the platform must do, without contacts and links."""
    confirmed: Mapping[str, bool] = field(factory=dict[str, bool])
    """Whether each contact is confirmed, if that is known. Example: `{"email": true}`."""
    absent: Mapping[str, Absence] = field(factory=dict[str, Absence])
    """Why a field of the user is empty, by core path. Example: `{"email": "hidden"}`."""
    documents: tuple[DocumentState, ...] = ()
    """The documents that were saved, by their ids."""

    @classmethod
    def of(
        cls, own_id: str, record: UserRecord, now: datetime, earlier: RecordState | None = None
    ) -> RecordState:
        """Returns the state of a record; `now` is the time of a record that has none.

        The documents are those of the earlier state.
        """
        return cls(
            provider=record.provider,
            gateway=record.gateway,
            environment=record.environment,
            own_id=own_id,
            id=record.id,
            references=record.references,
            retrieved_at=record.retrieved_at or now,
            created_at=record.created_at,
            status=record.status,
            kyc_level=record.kyc_level,
            identification_level=record.identification_level,
            eidas_level=record.eidas_level,
            nist_ial=record.nist_ial,
            provider_levels=record.provider_levels,
            capabilities=record.capabilities,
            requirements=tuple(map(_without_text, record.requirements)),
            next_actions=tuple(map(_without_contact, record.next_actions)),
            confirmed=record.confirmed,
            absent=record.absent,
            documents=earlier.documents if earlier is not None else (),
        )

    def with_document(self, document: DocumentRecord, expires_at: datetime | None) -> RecordState:
        """Returns the state with one document more, or with a newer state of it."""
        known = next((one for one in self.documents if one.id == document.id), None)
        fresh = DocumentState(
            id=document.id,
            purpose=document.purpose,
            status=document.status,
            refusal=_in_codes(document.refusal),
            retrieved_at=document.retrieved_at,
            expires_at=expires_at or (known.expires_at if known is not None else None),
        )
        others = tuple(one for one in self.documents if one.id != document.id)
        return evolve(self, documents=(*others, fresh))

    @property
    def due_at(self) -> datetime | None:
        """When the first thing is due: a requirement, an action, a document that expires.

        What the user or the platform must do without a deadline is due since it was retrieved.
        None if nothing is due.
        """
        return min((item.deadline or self.retrieved_at for item in self._due()), default=None)

    def due(self, before: datetime) -> tuple[DueItem, ...]:
        """Returns what is due before a time, the earliest first."""
        found = ((item.deadline or self.retrieved_at, item) for item in self._due())
        ordered = sorted(found, key=lambda pair: (pair[0], pair[1].about))
        return tuple(item for at, item in ordered if at <= before)

    def _due(self) -> Iterable[DueItem]:
        if self.status is UserStatus.CLOSED:
            return
        for one in self.requirements:
            acts = one.status is RequirementStatus.MISSING and set(one.actors) != {Actor.PROVIDER}
            if one.status in _OPEN and (acts or one.deadline is not None):
                yield _item(DueKind.REQUIREMENT, one.name, one.deadline, *one.actors)
        for action in self.next_actions:
            printed = action.kind is NextActionKind.PRINT_RECEIPT
            about = f"{action.kind} {action.concerns}".strip()
            actor = Actor.PLATFORM if printed else Actor.USER
            yield _item(DueKind.ACTION, about, action.expires_at, actor)
        for name, at in ((x.name or x.provider_name, x.deadline) for x in self.capabilities):
            if at is not None:
                yield _item(DueKind.CAPABILITY, str(name), at)
        for document in self.documents:
            if document.expires_at is not None:
                yield _item(DueKind.DOCUMENT, document.id, document.expires_at, Actor.PLATFORM)

    def __repr__(self) -> str:
        levels = ("status", "kyc_level", "identification_level", "eidas_level", "nist_ial")
        return self._shown(*levels)


@frozen(kw_only=True)
class Change:
    """What the directory had of a user at a gateway, and what it has now."""

    before: RecordState | None
    """The state before, None if there was none."""
    after: RecordState
    """The state now. It is `before` if the record was retrieved earlier than that."""


def _item(kind: DueKind, about: str, deadline: datetime | None, *actors: Actor) -> DueItem:
    return DueItem(kind=kind, about=about, deadline=deadline, actors=actors)


def _in_codes(refusal: Refusal | None) -> Refusal | None:
    return None if refusal is None else evolve(refusal, text=None)


def _without_text(one: Requirement) -> Requirement:
    return evolve(one, refusal=_in_codes(one.refusal)) if one.refusal is not None else one


def _without_contact(action: NextAction) -> NextAction:
    return evolve(action, value=None, url=None)
