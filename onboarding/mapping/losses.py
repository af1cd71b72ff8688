"""Compiles the report of the fields that an operation does not support; losses of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from onboarding.mapping.paths import EMPTY, dotted, leaves, lookup, model_below
from onboarding.mapping.plan import EXTRAS, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.source import Source
from onboarding.model.answers import Loss, LossKind
from onboarding.model.documents import Document
from onboarding.model.user import User
from onboarding.values.base import checks_of

__all__ = [
    "DOCUMENTS",
    "document_losses",
    "document_paths",
    "emit_losses",
    "lost_of_document",
]


def emit_losses(text: Source, plan: Plan, on: On, nodes: Mapping[str, str]) -> None:
    """Emits the tests that find the losses of the value `u`; `nodes` are its objects by path."""
    _lose_below(text, plan.root, "", "u", 1, dict(plan.lost_leaves(on)), nodes)
    for core, by in plan.implied().items():
        reason = f"{plan.provider} derives it from {by}"
        loss = Loss(core_path=core, kind=LossKind.DROPPED, reason=reason)
        (around, _, name), (other, _, like) = core.rpartition("."), by.rpartition(".")
        place, theirs = nodes[around], nodes[other]
        same = f"{theirs}.{like}" if not other else f"({theirs} and {theirs}.{like})"
        guard = f"{place} is not None and " if around else ""
        text.add(1, f"if {guard}{place}.{name} != {same}: lost.append({text.name(loss, 'L')})")
    if plan.root is not User:
        return
    mine = {core.split(".", 2)[2] for core in plan.writable(on) if core.startswith(EXTRAS)}
    known = text.name(frozenset(mine), "known")
    text.names["lose_extras"] = _lose_extras
    text.add(1, f"if u.extras: lose_extras(u.extras, {plan.provider!r}, {known}, lost)")


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

_PAGES = "pages."


def lost_of_document(core: object, reason: str, kind: LossKind = LossKind.DROPPED) -> Loss:
    """Declares that a field of documents (`core(Document).number`) is not supported.

    For a field of each page, `core` is a text: `pages.filename`.
    """
    return Loss(core_path=DOCUMENTS + dotted(core), kind=kind, reason=reason)


def document_losses(document: Document, declared: Iterable[Loss]) -> tuple[Loss, ...]:
    """Returns the declared losses of the fields that a document gives; for pages, one for each."""
    found: list[Loss] = []
    for loss in declared:
        path = loss.core_path.removeprefix(DOCUMENTS)
        if not path.startswith(_PAGES):
            found += [loss] if lookup(document, path) not in EMPTY else []
            continue
        name = path.removeprefix(_PAGES)
        found += [
            evolve(loss, core_path=f"{DOCUMENTS}{_PAGES}{number}.{name}")
            for number, page in enumerate(document.pages)
            if lookup(page, name) not in EMPTY
        ]
    return tuple(found)


def document_paths() -> frozenset[str]:
    """Returns the paths of the fields of a document, as `accept_loss` names them."""
    return frozenset(DOCUMENTS + path for path in leaves(Document))
