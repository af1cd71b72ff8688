"""The losses for the parts of a provider's object that did not become part of the core value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from onboarding.mapping.paths import lookup
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User
from onboarding.values.base import Model, trust

__all__ = ["coarsened", "read_with_losses"]

M = TypeVar("M", bound=Model)


def read_with_losses(
    wire: Translation[M], payload: Mapping[str, Any]
) -> tuple[M, tuple[Loss, ...]]:
    """Returns the core value in a provider's object, and the losses for everything else in it.

    `wire` is the translation of the object.
    Raises `UnexpectedResponse` if `payload` is not an object.
    """
    model, unmapped = wire.from_wire(payload)
    return model, (*_unread(wire, model, unmapped), *_own(wire, payload))


def coarsened(
    wire: Translation[M], model: M, unmapped: Mapping[str, Any], *, prefix: str = ""
) -> tuple[Loss, ...]:
    """Returns the losses for fields of a record whose value was read inexactly.

    `wire` is the translation that read `model` and `unmapped`.
    `prefix` is put before each core path.
    """
    found: list[Loss] = []
    for path in unmapped:
        mapped = wire.plan.by_wire.get(path)
        reason = mapped.row.codec.coarse if mapped is not None and mapped.row.codec else ""
        if mapped is None or not reason:
            continue
        facts = {"kind": LossKind.COARSENED, "reason": reason, "wire_path": path}
        for core in mapped.cores:
            if lookup(model, core) is not None:
                found.append(trust(Loss, {"core_path": prefix + core, **facts}))
    return tuple(found)


def _unread(wire: Translation[M], model: M, unmapped: Mapping[str, Any]) -> Iterator[Loss]:
    for path in unmapped:
        mapped = wire.plan.by_wire.get(path)
        codec = mapped.row.codec if mapped is not None else None
        cores: tuple[str, ...]
        if path in wire.plan.objects:
            cores, reason = (wire.plan.objects[path],), "is not an object"
        elif mapped is None or codec is None:
            cores, reason = ("",), "the core has no field for it"
        elif mapped.is_empty(model):
            cores, reason = mapped.cores, f"is not {codec.name}"
        else:
            cores, reason = mapped.cores, codec.coarse or f"read as {codec.name}"
        read = mapped is not None and not mapped.is_empty(model)
        kind = LossKind.COARSENED if read else LossKind.DROPPED
        for core in cores:
            yield Loss(core_path=core, kind=kind, reason=reason, wire_path=path)


def _own(wire: Translation[M], payload: Mapping[str, Any]) -> Iterator[Loss]:
    root = wire.plan.root
    whose = "user" if root is User else root.__name__
    reason = f"a field of {wire.plan.provider}'s record, not of the {whose}"
    for name in wire.provider_fields(payload):
        yield Loss(core_path="", kind=LossKind.NOT_APPLICABLE, reason=reason, wire_path=name)
