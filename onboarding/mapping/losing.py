"""Compiles the report of what an operation has no place for: the tests, object by object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding.mapping.paths import model_below
from onboarding.mapping.plan import EXTRAS, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.source import Source
from onboarding.model.base import checks_of
from onboarding.model.loss import Loss, LossKind
from onboarding.model.user import User

__all__ = ["emit_losses"]


def emit_losses(text: Source, plan: Plan, on: On, nodes: Mapping[str, str]) -> None:
    """Emits the tests that find what is lost of the user `u`; `nodes` are its objects by path."""
    _lose_below(text, User, "", "u", 1, dict(plan.lost_leaves(on)), nodes)
    for core, by in plan.implied().items():
        reason = f"{plan.provider} takes it for the same as {by}"
        loss = Loss(core_path=core, kind=LossKind.DROPPED, reason=reason)
        (around, _, name), (other, _, like) = core.rpartition("."), by.rpartition(".")
        place, theirs = nodes[around], nodes[other]
        same = f"{theirs}.{like}" if not other else f"({theirs} and {theirs}.{like})"
        guard = f"{place} is not None and " if around else ""
        text.add(1, f"if {guard}{place}.{name} != {same}: lost.append({text.name(loss, 'L')})")
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
    """Emits the tests below one object: an object that is not there costs one test."""
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
                kind, reason = LossKind.NOT_APPLICABLE, f"meant for {owner}"
            elif name not in known:
                kind, reason = LossKind.DROPPED, "this call has no place for it"
            else:
                continue
            lost.append(Loss(core_path=path, kind=kind, reason=reason))
