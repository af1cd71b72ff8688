"""What an adapter has of each concept of the core: by its declarations, and by what scenarios did.

A text of the result is never empty: `none` for a concept that the provider does not have, or that
no scenario met.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, fields

from onboarding.adapter import Adapter
from onboarding.banking import BankAccount
from onboarding.errors import InvalidInput, InvalidSignature
from onboarding.mapping.people import PEOPLE
from onboarding.mapping.rows import On
from onboarding.model.link import Link
from onboarding.model.people import PersonRole
from onboarding.model.record import UserRecord
from onboarding.model.requirements import RequirementOrigin
from onboarding.testing.runner import Runner
from onboarding.testing.subject import others_of, wires_of

__all__ = ["NONE", "concepts"]

NONE = "none"
"""The text of a concept that a provider does not have."""


def concepts(runner: Runner) -> dict[str, str]:
    """Returns what an adapter has of each concept, in words."""
    found: dict[str, str] = {}
    for name, told in _CONCEPTS.items():
        found[name] = ", ".join(dict.fromkeys(told(runner))) or NONE
    return found


def _records(runner: Runner) -> Iterator[UserRecord]:
    for world in runner.played:
        for one in world.played:
            if isinstance(one.result, UserRecord):
                yield one.result


def _adapters(runner: Runner) -> tuple[Adapter, ...]:
    return tuple(runner.subject.variants.values())


def _code(names: Iterable[str]) -> Iterator[str]:
    return (f"`{name}`" for name in dict.fromkeys(names))


# -- users


def _people(runner: Runner) -> Iterator[str]:
    """Yields how people are written: with the user, by requests or operations of their own."""
    for adapter in _adapters(runner):
        for wire in wires_of(adapter):
            roles = [role for role in PersonRole if f"{PEOPLE}[{role}]" in wire.plan.slots.paths]
            yield from (f"{role} with the user" for role in roles)
            if wire.plan.about.is_elsewhere(PEOPLE):
                yield "everyone by requests of their own"
        if adapter.supports("declare_owners"):
            yield "owners by `declare_owners`"


def _references(runner: Runner) -> Iterator[str]:
    """Yields the names of ids beside that of the user, without their keys and numbers."""
    names = (name for record in _records(runner) for name in record.references)
    return _code(re.sub(r"\[.*\]|\.[0-9]+$", "", name) for name in names)


def _own_id(runner: Runner) -> Iterator[str]:
    wires = [wire for adapter in _adapters(runner) for wire in wires_of(adapter)]
    rows = (wire.plan.by_core.get("reference") for wire in wires)
    return _code(row.wire for row in rows if row is not None)


def _absence(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        for wire in wires_of(adapter):
            loss = wire.plan.loss_of("declared_absent", On.CREATE)
            yield "written" if loss is None else str(loss.kind).replace("_", " ")


def _capabilities(runner: Runner) -> Iterator[str]:
    every = (one for record in _records(runner) for one in record.capabilities)
    return _code(str(one.name or one.provider_name) for one in every)


def _levels(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        yield from _code(row.provider_level for row in adapter.policy.rows)


def _requirements(runner: Runner) -> Iterator[str]:
    if any(adapter.targets for adapter in _adapters(runner)):
        yield "documented rules"
    asked = (one for record in _records(runner) for one in record.requirements)
    if any(one.origin is RequirementOrigin.PROVIDER for one in asked):
        yield "what the provider asks of a record"


# -- beside users


def _documents(runner: Runner) -> Iterator[str]:
    for _, one in runner.calls_of("submit_document"):
        pages = len(one.arguments[1].pages)
        yield f"{len(one.writes)} requests for {pages} page{'s' if pages != 1 else ''}"


def _bank_accounts(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        roots = (wire.plan.root for wire in others_of(adapter) if wire.plan.writable(On.CREATE))
        yield from _code(root.__name__ for root in roots if issubclass(root, BankAccount))


def _links(runner: Runner) -> Iterator[str]:
    for _, one in runner.calls_of("create_link"):
        link: Link = one.result
        yield "opens once" if link.single_use else "opens again"
        yield "expires" if link.expires_at is not None else "no stated end"


def _notifications(runner: Runner) -> Iterator[str]:
    """Yields whether a changed notification is refused, and whether its object is read."""
    for world, one in runner.calls_of("read_notification"):
        (given,) = one.arguments
        spoilt = evolve(given, body=given.body + b" ", query=(*given.query, ("x", "1")))
        try:
            world.perform("read_notification", spoilt)
        except InvalidSignature:
            yield "signed"
        except InvalidInput:
            pass
        if one.sent:
            yield "the object is read again"


# -- calls


def _bodies(runner: Runner) -> Iterator[str]:
    sent = (one for world in runner.played for one in world.gateway.sent if one.body)
    kinds = (one.headers.get("Content-Type", "").partition(";")[0] for one in sent)
    return _code(kind for kind in kinds if kind)


def _settings(runner: Runner) -> Iterator[str]:
    """Yields the names of the settings that are an address or a secret."""
    for adapter in _adapters(runner):
        settings = [one for one in fields(type(adapter)) if one.init]
        for kind in ("Url", "Secret"):
            yield from _code(one.name for one in settings if kind in str(one.type))


def _partial(runner: Runner) -> Iterator[str]:
    return _code(one.arguments[0].operation for _, one in runner.calls_of("resume"))


def _keys(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        if adapter.key_lifetime is not None:
            yield f"kept for {adapter.key_lifetime.total_seconds() / 3600:g} hours"


def _reconciling(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        yield from (f"by {way.means}" for way in adapter.lookups_of("create_user"))


def _quotas(runner: Runner) -> Iterator[str]:
    for adapter in _adapters(runner):
        for quota in adapter.own_quotas:
            what = "failures" if quota.failures else "calls"
            yield f"{quota.calls} {what} in {quota.seconds:g} s"


_CONCEPTS: dict[str, Callable[[Runner], Iterator[str]]] = {
    "People": _people,
    "References": _references,
    "Own id": _own_id,
    "Declared absence": _absence,
    "Capabilities": _capabilities,
    "Levels": _levels,
    "Requirements": _requirements,
    "Documents": _documents,
    "Bank accounts": _bank_accounts,
    "Links": _links,
    "Notifications": _notifications,
    "Bodies": _bodies,
    "Hosts and keys": _settings,
    "Resumed calls": _partial,
    "Idempotency keys": _keys,
    "Reconciling": _reconciling,
    "Quotas": _quotas,
}
