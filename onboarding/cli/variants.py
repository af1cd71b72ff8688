"""Explanations of a field by the wire classes of a provider, with equal ones joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.mapping.explain import Explanation
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import translation
from onboarding.model.user import PersonType

__all__ = ["Variant", "persons", "variants"]

_OWN = ("identity", "company")


@frozen(kw_only=True)
class Variant:
    """An explanation that some wire classes of a provider share."""

    classes: tuple[str, ...]
    sources: tuple[str, ...]
    explanation: Explanation

    def plain(self) -> dict[str, Any]:
        """Returns the explanation as plain data."""
        one = self.explanation
        return {
            "provider": one.provider,
            "wire_classes": list(self.classes),
            "core_path": one.core_path,
            "wire_path": one.wire_path,
            "form": one.form,
            "limits": list(one.limits),
            "required": one.required,
            "uncertain": one.uncertain,
            "uncertain_when": one.uncertain_when,
            "refused": list(one.refused),
            "written_on": list(one.written_on),
            "default": one.default,
            "along": one.along,
            "on_change": list(one.on_change),
            "shown": one.shown,
            "hidden": one.hidden,
            "scope": list(one.scope),
            "inexact": str(one.inexact) if one.inexact else None,
            "loss": {"kind": str(one.loss.kind), "reason": one.loss.reason} if one.loss else None,
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
            "sources": list(self.sources),
        }


def persons(plan: Plan) -> frozenset[PersonType]:
    """Returns the kinds of persons that a wire class registers, by its writable fields."""
    tops = {core.partition(".")[0] for core in plan.writable(On.CREATE)}
    kinds = {
        kind
        for top, kind in zip(_OWN, (PersonType.NATURAL, PersonType.LEGAL), strict=True)
        if top in tops
    }
    return frozenset(kinds or PersonType)


def variants(kind: type[Adapter], path: str) -> dict[str, list[Variant]]:
    """Returns the explanations of the field at a path, or of each field below it, by core path.

    A wire class of natural persons does not explain fields of a company, and vice versa, unless
    there is no other class. Raises `InvalidInput` for an unknown path.
    """
    found: dict[str, list[Explanation]] = {}
    for one in kind.explain(path):
        found.setdefault(one.core_path, []).append(one)
    kinds = {wire.__name__: persons(translation(wire, kind.provider).plan) for wire in kind.wires}
    return {core: list(_joined(_concerned(core, all_, kinds))) for core, all_ in found.items()}


def _concerned(
    core: str, found: list[Explanation], kinds: dict[str, frozenset[PersonType]]
) -> list[Explanation]:
    top = core.partition(".")[0]
    if top not in _OWN:
        return found
    wanted = PersonType.NATURAL if top == "identity" else PersonType.LEGAL
    return [one for one in found if wanted in kinds[one.wire_class]] or found


def _joined(found: Iterable[Explanation]) -> Iterator[Variant]:
    alike: dict[Explanation, list[Explanation]] = {}
    for one in found:
        alike.setdefault(attrs.evolve(one, wire_class="", source=""), []).append(one)
    for group in alike.values():
        yield Variant(
            classes=tuple(one.wire_class for one in group),
            sources=tuple(dict.fromkeys(one.source for one in group)),
            explanation=group[0],
        )
