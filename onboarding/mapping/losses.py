"""Compiles the report of the fields that an operation does not support; losses of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from onboarding.mapping.paths import EMPTY, leaves, lookup, model_below
from onboarding.mapping.people import PEOPLE, is_of_people, person_leaves
from onboarding.mapping.plan import EXTRAS, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.source import Source
from onboarding.model.answers import Loss, LossKind
from onboarding.model.documents import Document
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.values.base import checks_of, named_in

__all__ = [
    "DOCUMENTS",
    "document_paths",
    "emit_losses",
    "filename_losses",
]


def emit_losses(text: Source, plan: Plan, on: On, nodes: Mapping[str, str]) -> None:
    """Emits the tests that find the losses of the value `u`; `nodes` are its objects by path."""
    lost = {core: loss for core, loss in plan.lost_leaves(on) if not _is_about_people(plan, core)}
    _lose_below(text, plan.root, "", "u", 1, lost, nodes)
    for core, by in plan.implied().items():
        reason = f"{plan.provider} derives it from {by}"
        loss = Loss(core_path=core, kind=LossKind.DROPPED, reason=reason)
        (around, _, name), (other, _, like) = core.rpartition("."), by.rpartition(".")
        place, theirs = nodes[around], nodes[other]
        same = f"{theirs}.{like}" if not other else f"({theirs} and {theirs}.{like})"
        guard = f"{place} is not None and " if around else ""
        text.add(1, f"if {guard}{place}.{name} != {same}:")
        if core in plan.about.filled:
            added = Loss(core_path=core, kind=LossKind.DEFAULTED, reason=reason)
            text.add(2, f"lost.append({text.name(added, 'L')} if {place}.{name} is None else")
            text.add(2, f"    {text.name(loss, 'L')})")
        else:
            text.add(2, f"lost.append({text.name(loss, 'L')})")
        if plan.write_only_beside(core) is not None:
            unseen = Loss(core_path=core, kind=LossKind.WRITE_ONLY, reason="never returned")
            test = f"elif {guard}{place}.{name} is not None"
            text.add(1, f"{test}: lost.append({text.name(unseen, 'L')})")
    if plan.root is not User:
        return
    mine = {core.split(".", 2)[2] for core in plan.writable(on) if core.startswith(EXTRAS)}
    known = text.name(frozenset(mine), "known")
    text.names["lose_extras"] = _lose_extras
    text.add(1, f"if u.extras: lose_extras(u.extras, {plan.provider!r}, {known}, lost)")
    if not plan.about.is_elsewhere(PEOPLE):
        text.add(1, f"if u.people: {text.name(_People(plan, on), 'lose_people')}(u.people, lost)")


def _is_about_people(plan: Plan, core: str) -> bool:
    return plan.root is User and (core == PEOPLE or is_of_people(core))


@frozen
class _People:
    """Finds the losses of people: roles that the provider does not take, fields of those it does.

    A person in no mapped role is one loss. A person in a mapped role is none, apart from fields
    that the role does not carry and from other roles: these are for another call if the class
    declares so of one of the roles.
    """

    plan: Plan
    on: On

    def __call__(self, people: tuple[Person, ...], lost: list[Loss]) -> None:
        taken = {key: named_in(people, key) for key in self.plan.slots.keys}
        for person in people:
            mine = [key for key, one in taken.items() if one is person]
            others = [self._of_role(role) for role in person.roles if role not in mine]
            path = f"{PEOPLE}[{mine[0] if mine else person.ref}]"
            if others:  # a loss that is refused says more than one that is not
                worst = next((one for one in others if one.kind is LossKind.DROPPED), others[0])
                lost.append(evolve(worst, core_path=f"{path}.roles" if mine else path))
            for leaf in self._left(person, mine):
                lost.append(self._of_field(f"{path}.{leaf}", others))

    def _of_role(self, role: str) -> Loss:
        slot = f"{PEOPLE}[{role}]"
        if slot in self.plan.slots.paths:
            reason = f"{self.plan.provider} takes one person as {role}"
            return Loss(core_path=slot, kind=LossKind.DROPPED, reason=reason)
        found = self.plan.loss_of(slot, self.on)
        assert found is not None
        if found.kind is LossKind.DROPPED:
            return evolve(found, reason=f"{self.plan.provider} does not support a {role}")
        return found

    def _left(self, person: Person, mine: list[str]) -> Iterator[str]:
        """Yields the given fields of a person that none of its mapped roles carries."""
        able = self.plan.writable(self.on)
        for leaf in person_leaves() if mine else ():
            carried = any(f"{PEOPLE}[{key}].{leaf}" in able for key in mine)
            if not carried and lookup(person, leaf) not in EMPTY:
                yield leaf
        for owner, given in person.extras.items() if mine else ():
            yield from (f"{EXTRAS}{owner}.{name}" for name in given)

    def _of_field(self, path: str, others: list[Loss]) -> Loss:
        name = path.partition(".")[2]
        if name.startswith(EXTRAS) and name.split(".")[1] != self.plan.provider:
            reason = f"only for {name.split('.')[1]}"
            return Loss(core_path=path, kind=LossKind.NOT_APPLICABLE, reason=reason)
        own = self.plan.loss_of(name, self.on) if name == "documents" else None
        found = own or self.plan.loss_of(path, self.on)
        assert found is not None
        elsewhere = [one for one in others if one.kind is LossKind.NOT_APPLICABLE]
        if elsewhere and not found.wire_path:
            return evolve(elsewhere[0], core_path=path)
        return evolve(found, core_path=path)


def _lose_below(
    text: Source,
    cls: type,
    path: str,
    node: str,
    depth: int,
    lost: Mapping[str, Loss],
    nodes: Mapping[str, str],
) -> None:
    """Emits the tests below one object: an object that is not given costs one test."""
    for name, below in model_below(cls).items():
        core = path + name
        if core in lost:
            given = "" if checks_of(cls)[name].many else " is not None"
            loss = text.name(lost[core], "L")
            text.add(depth, f"if {node}.{name}{given}: lost.append({loss})")
        elif below is not object and any(key.startswith(f"{core}.") for key in lost):
            inner = nodes.get(core) or text.fresh("n")
            if core not in nodes:
                text.add(depth, f"{inner} = {node}.{name}")
            text.add(depth, f"if {inner} is not None:")
            _lose_below(text, below, f"{core}.", inner, depth + 1, lost, nodes)


def _lose_extras(
    extras: Mapping[str, Mapping[str, Any]], provider: str, known: frozenset[str], lost: list[Loss]
) -> None:
    for owner, given in extras.items():
        for name in given:
            path = f"{EXTRAS}{owner}.{name}"
            if owner != provider:
                kind, reason = LossKind.NOT_APPLICABLE, f"only for {owner}"
            elif name not in known:
                kind, reason = LossKind.DROPPED, "this call does not support it"
            else:
                continue
            lost.append(Loss(core_path=path, kind=kind, reason=reason))


DOCUMENTS = "documents."
"""The prefix of the path of a document's field: `documents.number`."""


def filename_losses(document: Document, reason: str) -> tuple[Loss, ...]:
    """Returns a loss for the file name of each page of a document, for the reason given.

    It has no meaning at the provider, so it is reported and not refused.
    """
    kind = LossKind.NOT_APPLICABLE
    return tuple(
        Loss(core_path=f"{DOCUMENTS}pages.{number}.filename", kind=kind, reason=reason)
        for number, page in enumerate(document.pages)
        if page.filename is not None
    )


def document_paths() -> frozenset[str]:
    """Returns the paths of the fields of a document, as `accept_loss` names them."""
    return frozenset(DOCUMENTS + path for path in leaves(Document))
