"""How a registration with one provider supports a field of the user."""

from __future__ import annotations

from enum import StrEnum

from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.model.answers import LossKind

__all__ = ["Support", "support_of"]


class Support(StrEnum):
    """What happens to a field that a registration gives."""

    SUPPORTED = "supported"
    COARSENED = "coarsened"
    WRITE_ONLY = "write-only"
    DERIVED = "derived"
    READ_ONLY = "read-only"
    NOT_APPLICABLE = "not applicable"
    NOT_SUPPORTED = "not supported"


def support_of(core: str, plan: Plan) -> Support:
    """Returns how the wire class of a plan supports the field at a core path.

    `DERIVED`: the provider takes it from another field (`plan.implied()`). `COARSENED`: it receives
    less than was given. `READ_ONLY`: it returns the field, but no registration sets it.
    """
    if core in plan.implied():
        return Support.DERIVED
    loss = plan.loss_of(core, On.CREATE)
    mapped = plan.by_core.get(core)
    if loss is not None and loss.kind is LossKind.NOT_APPLICABLE:
        return Support.NOT_APPLICABLE
    if loss is not None or mapped is None:
        return Support.NOT_SUPPORTED if mapped is None else Support.READ_ONLY
    codec = mapped.row.codec
    if codec is not None and not codec.exact_write and codec.blur is LossKind.COARSENED:
        return Support.COARSENED
    return Support.SUPPORTED if mapped.shown else Support.WRITE_ONLY
