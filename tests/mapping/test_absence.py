"""The compiled reasons why fields are empty equal their definition, field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Absence, User
from onboarding.mapping import Translation, translation
from onboarding.mapping.paths import EMPTY, lookup, wire_value
from onboarding.mapping.plan import MappedField

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_stripe import Stripe

WIRES = [translation(wire, a.provider) for a in (MangoPay, Paysera, Stripe) for wire in a.wires]
SCOPES = st.none() | st.sets(st.sampled_from(("email", "phone", "address", "identity")))
ODD = st.sampled_from(
    (None, "", 5, "x", False, True, "PAYER", "OWNER", 0, [], {}, {"City": None}, ["x"])
)


def defined(
    mapped: MappedField,
    user: User,
    payload: Mapping[str, Any],
    unmapped: Mapping[str, Any],
    scopes: Collection[str] | None,
) -> Absence:
    """The definition of the reason, which `Translation.absent` compiles."""
    if any(unmapped.get(path) not in (None, "") for path in (mapped.wire, *mapped.objects)):
        return Absence.UNREADABLE
    parent, _, name = mapped.wire.rpartition(".")
    around = wire_value(payload, parent) if parent else payload
    name = mapped.row.provided or name
    there = isinstance(around, Mapping) and name in around
    provided = mapped.row.provided and isinstance(around, Mapping) and around.get(name) is False
    if not mapped.shown and not provided:
        return Absence.NULL_BY_RULE
    if mapped.hidden_when is not None and mapped.hidden_when.holds(user):
        return Absence.NULL_BY_RULE
    if scopes is not None and mapped.scope and not set(mapped.scope.split()) & set(scopes):
        return Absence.HIDDEN
    return Absence.NOT_GIVEN if there else Absence.NOT_RETURNED


@st.composite
def payloads(draw: st.DrawFn, wire: Translation) -> dict[str, Any]:
    """Objects with some of the keys of a wire class, at every level, with odd values."""
    payload: dict[str, Any] = {}
    for mapped in draw(st.lists(st.sampled_from(wire.plan.fields), max_size=12)):
        place = payload
        for path in mapped.objects:
            inner = place.setdefault(path.rpartition(".")[2], {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[mapped.row.provided or mapped.wire.rpartition(".")[2]] = draw(ODD)
    for row in wire.plan.rows:
        if row.inside is not None and draw(st.integers(0, 3)) == 0:
            payload[row.wire] = draw(ODD)
    return payload


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.plan.cls.__name__)
@given(data=st.data())
def test_each_reason_is_the_defined_one(wire: Translation, data: st.DataObject) -> None:
    payload, scopes = data.draw(payloads(wire)), data.draw(SCOPES)
    user, unmapped = wire.from_wire(payload)

    absent = wire.absent(user, payload, unmapped=unmapped, scopes=scopes)

    expected = {
        mapped.core: defined(mapped, user, payload, unmapped, scopes)
        for mapped in wire.plan.fields
        if lookup(user, mapped.core) in EMPTY
    }
    for core in wire.plan.implied():  # derived into an object that is never returned
        beside = wire.plan.write_only_beside(core)
        if beside is not None and beside.core in expected:
            expected[core] = expected[beside.core]
    assert absent == expected
