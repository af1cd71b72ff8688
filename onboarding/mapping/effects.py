"""`effects`: the consequences of a change of a user at a provider, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from onboarding.mapping.paths import EMPTY, lookup, wire_value
from onboarding.mapping.people import named
from onboarding.mapping.plan import MappedField
from onboarding.mapping.policy import Consequence, EffectKind
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.documents import DocumentPurpose
from onboarding.model.record import UserRecord
from onboarding.model.user import User

__all__ = ["Effect", "effects"]


@frozen(kw_only=True)
class Effect:
    """One consequence of a change. Shows no value."""

    kind: EffectKind
    """What follows. Example: `lowers_level`."""
    words: str
    """The consequence, in words. Example: `REGULAR falls to LIGHT`."""
    core_paths: tuple[str, ...]
    """The changed fields that cause it. Example: `("identity.family_name",)`."""
    certain: bool = True
    """Whether it always follows. Example: `True`."""
    documents: tuple[DocumentPurpose, ...] = ()
    """The documents that go out of date. Example: `(DocumentPurpose.IDENTITY,)`."""
    source: str = ""
    """The document that says so. Example: `docs: guides/users/verification`."""


def effects(
    wire: Translation, record: UserRecord, user: User, on: On = On.UPDATE
) -> tuple[Effect, ...]:
    """Returns the effects of updating a record to `user`, as the mapping declares them.

    An effect that depends on a level is not certain if the record's level is unknown. A document
    becomes outdated if the record shows it as accepted. That is not certain for a document whose
    state the record cannot show, and for one among the user's documents, which may be submitted.
    """
    found: dict[Consequence, list[str]] = {}
    for path in sorted(wire.changed(record.user, user)):
        mapped = wire.plan.by_core.get(path)
        if mapped is None or not mapped.on & on:
            continue
        for cost in mapped.effects:
            if _follows(cost, mapped, record, user):
                found.setdefault(cost, []).append(named(path, user))
    return tuple(
        effect
        for cost, paths in found.items()
        for effect in (
            _outdated(cost, paths, record, user) if cost.documents else _one(cost, paths, record)
        )
    )


def _one(cost: Consequence, paths: list[str], record: UserRecord) -> Iterator[Effect]:
    yield Effect(
        kind=cost.kind,
        words=cost.words,
        core_paths=tuple(paths),
        certain=cost.certain and (cost.at_level is None or record.kyc_level is not None),
        source=cost.source,
    )


def _outdated(
    cost: Consequence, paths: list[str], record: UserRecord, user: User
) -> Iterator[Effect]:
    given = {document.purpose for one in (record.user, user) for document in one.documents}
    there: list[DocumentPurpose] = []
    perhaps: list[DocumentPurpose] = []
    for document in cost.documents:
        if any(lookup(record.provider_fields, path) not in EMPTY for path in document.shown):
            there.append(document.purpose)
        elif document.purpose in given or not any(_has(record.raw, p) for p in document.shown):
            perhaps.append(document.purpose)
    for certain, purposes in ((True, there), (False, perhaps)):
        if purposes:
            yield Effect(
                kind=cost.kind,
                words=cost.told(purposes, certain=certain),
                core_paths=tuple(paths),
                certain=certain and cost.certain,
                documents=tuple(purposes),
                source=cost.source,
            )


def _has(payload: Mapping[str, Any], path: str) -> bool:
    """Whether a payload has the key at a wire path, even with null."""
    around, _, name = path.rpartition(".")
    place: object = wire_value(payload, around) if around else payload
    return isinstance(place, Mapping) and name in place


def _follows(cost: Consequence, mapped: MappedField, record: UserRecord, user: User) -> bool:
    level = record.kyc_level  # None may be any level
    if cost.at_level is not None and level is not None and level < cost.at_level:
        return False
    if cost.to and lookup(user, mapped.core) not in cost.to:
        return False
    return cost.when.holds(record.user)
