"""`effects`: what a change of a user brings with it at a provider, told before it is sent."""

from __future__ import annotations

from attrs import frozen

from onboarding.mapping.changes import changes
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import Datum
from onboarding.mapping.policy import Consequence, EffectKind
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.documents import DocumentPurpose
from onboarding.model.record import UserRecord
from onboarding.model.user import User

__all__ = ["Effect", "effects"]


@frozen(kw_only=True)
class Effect:
    """One consequence of a change. Shows no value.

    `core_paths` are the changed data that bring it about; `certain` says whether it always
    follows; `documents` are the accepted documents that go out of date.
    """

    kind: EffectKind
    words: str
    core_paths: tuple[str, ...]
    certain: bool = True
    documents: tuple[DocumentPurpose, ...] = ()
    source: str = ""


def effects(
    wire: Translation, record: UserRecord, user: User, on: On = On.UPDATE
) -> tuple[Effect, ...]:
    """What an update of a record to `user` would bring with it, by the declared mapping.

    What follows at a level alone is not certain for a record whose level is unknown.
    """
    found: dict[Consequence, list[str]] = {}
    for path in sorted(changes(record.user, user)):
        datum = wire.plan.by_core.get(path)
        if datum is None or not datum.on & on:
            continue
        for cost in datum.changing:
            if _follows(cost, datum, record, user):
                found.setdefault(cost, []).append(path)
    return tuple(
        Effect(
            kind=cost.kind,
            words=cost.words,
            core_paths=tuple(paths),
            certain=cost.certain and (cost.at_level is None or record.kyc_level is not None),
            documents=cost.documents,
            source=cost.source,
        )
        for cost, paths in found.items()
    )


def _follows(cost: Consequence, datum: Datum, record: UserRecord, user: User) -> bool:
    level = record.kyc_level  # None may be any level: what follows at a level may follow
    if cost.at_level is not None and level is not None and level < cost.at_level:
        return False
    if cost.to and lookup(user, datum.core) not in cost.to:
        return False
    return cost.when.holds(record.user)
