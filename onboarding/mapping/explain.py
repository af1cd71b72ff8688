"""`explain`: how one field is written to a provider, in words from the declaration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from inspect import get_annotations

from attrs import frozen

from onboarding.mapping.conditions import ALWAYS, Condition
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.policy import Disallowed
from onboarding.mapping.rows import EVERY, WRITES, On, Row, about_of
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User

__all__ = ["Explanation", "explain", "explanation"]


@frozen(kw_only=True)
class Explanation:
    """How one field of the core goes to one wire class, in words. Shows no value."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    wire_class: str
    """The wire class. Example: `NaturalUser`."""
    core_path: str
    """The core path of the field. Example: `identity.birthdate`."""
    wire_path: str = ""
    """The provider's path, empty if it has none. Example: `Birthday`."""
    form: str = ""
    """How the provider spells the value. Example: `Unix time of midnight UTC`."""
    limits: tuple[str, ...] = ()
    """The limits of the value. Example: `("at most 100 characters",)`."""
    required: str = ""
    """When it is required, empty for never. Example: `category is OWNER`."""
    uncertain: str = ""
    """Why the documents leave open whether it is required. Example: `two pages disagree`."""
    uncertain_when: str = ""
    """When they leave it open, empty for always. Example: `category is PAYER`."""
    refused: tuple[str, ...] = ()
    """What is refused. Example: `("never PLATFORM",)`."""
    hidden: str = ""
    """When an answer does not show it, empty for never. Example: `category is PAYER`."""
    scope: tuple[str, ...] = ()
    """The permissions that show or write it. Example: `("email",)`."""
    written_on: tuple[str, ...] = ()
    """The operations that can write it. Example: `("create", "update")`."""
    shown: bool = True
    """Whether an answer can show it. Example: `True`."""
    default: str = ""
    """The value that is sent if none is given, empty for none. Example: `False`."""
    along: str = ""
    """When it is sent although it did not change. Example: `sent with every update`."""
    on_change: tuple[str, ...] = ()
    """What a change causes. Example: `("an OWNER must enrol",)`."""
    loss: Loss | None = None
    """Why a registration does not carry it, None if it does."""
    inexact: LossKind | None = None
    """How a carried value can differ from the one given, None if it cannot.

    Example: `coarsened`.
    """
    since: date | None = None
    """The first day on which the provider takes it. Example: `2026-01-01`."""
    until: date | None = None
    """The last day on which the provider takes it. Example: `2025-12-15`."""
    source: str = ""
    """The document. Example: `docs: api-reference/users/natural-user-object-sca`."""


def explain(path: str, plan: Plan) -> Iterator[Explanation]:
    """Explains the field at a core path, or each field below it for an object.

    Yields nothing for a path that neither the core nor the wire class has. The empty path stands
    for all fields; of a class that is only read, for those that it reads.
    """
    written = plan.leaves() if plan.writable(EVERY) else ()
    for core in dict.fromkeys((*written, *plan.by_core)):
        if not path or core == path or core.startswith((f"{path}.", f"{path}[")):
            yield explanation(core, plan)


def explanation(core: str, plan: Plan) -> Explanation:
    """Explains how one field is written to a wire class."""
    mapped = plan.by_core.get(core)
    by = plan.implied().get(core)
    written = bool(plan.writable(EVERY))
    loss = plan.loss_of(core, On.CREATE) if by is None and written else None
    if mapped is None or mapped.row.codec is None:
        same = plan.by_core[by].wire if by is not None else ""
        form = f"derived from {by}" if by is not None else ""
        if plan.about.is_elsewhere(core):
            form = "sent by another request of the call"
        return Explanation(
            provider=plan.provider,
            wire_class=plan.cls.__name__,
            core_path=core,
            wire_path=same,
            form=form,
            loss=loss,
            source=_source(plan.cls, ""),
        )
    row, codec = mapped.row, mapped.row.codec
    return Explanation(
        provider=plan.provider,
        wire_class=plan.cls.__name__,
        core_path=core,
        wire_path=", ".join(mapped.wires),
        form=_form(mapped, codec.name),
        limits=tuple(_limits(row)),
        required=_required(mapped),
        uncertain=row.uncertain,
        uncertain_when=_unless_always(mapped.uncertain_when),
        refused=tuple(_bar(bar) for bar in mapped.disallowed),
        hidden=mapped.hidden_when.words if mapped.hidden_when is not None else "",
        scope=tuple(mapped.scope.split()),
        written_on=tuple(
            name.removesuffix("_user")
            for on, name in WRITES.items()
            if on & mapped.on and (plan.root is User or on is On.CREATE)
        ),
        shown=mapped.shown,
        default=repr(row.default) if row.default is not None else "",
        along=_along(mapped),
        on_change=tuple(
            cost.told(document.purpose for document in cost.documents) for cost in mapped.effects
        ),
        loss=loss if loss is not None and loss.kind is not LossKind.WRITE_ONLY else None,
        inexact=None if codec.exact_write or not written else codec.blur,
        since=row.since or plan.about.since,
        until=row.until or plan.about.until,
        source=mapped.source if row.source or mapped.parents else _source(plan.cls, row.wire),
    )


def _form(mapped: MappedField, name: str) -> str:
    """Returns the form of a value in words, with the core paths that share its wire key."""
    others = [core for core in mapped.cores if core != mapped.core]
    return f"{name}, together with {' and '.join(others)}" if others else name


def _unless_always(condition: Condition) -> str:
    return "" if condition == ALWAYS else condition.words


def _source(cls: type, field: str) -> str:
    """Returns the document of the class that declares a field, else that of the base class.

    A subclass cites only the document of the fields that it adds.
    """
    wires = [base for base in cls.__mro__ if "__wire__" in vars(base)]
    own = (base for base in wires if field in get_annotations(base))
    return about_of(next(own, wires[-1])).source


def _required(mapped: MappedField) -> str:
    """Returns when a field is required, in words. Inside an object: once the object is given."""
    if mapped.required_when is None or not mapped.row.required_on & mapped.on:
        return ""
    place, wanted = "", ""
    for row, around in zip(mapped.parents, mapped.around, strict=True):
        place = f"{place}.{row.core}".strip(".")
        if row.core and around != ALWAYS:
            wanted = f"if {place} is given" + (f" or {around.words}" if around else "")
    return wanted if wanted and mapped.required_when == ALWAYS else mapped.required_when.words


def _limits(row: Row) -> Iterator[str]:
    if row.max is not None:
        least = f"{row.min} to" if row.min else "at most"
        yield f"{least} {row.max} characters"
    if row.pattern is not None:
        yield row.pattern.words
    if row.since is not None:
        yield f"since {row.since}"
    if row.until is not None:
        yield f"until {row.until}"


def _bar(bar: Disallowed) -> str:
    if not bar.listed:
        return bar.words
    values = ", ".join(map(str, bar.listed))
    never = f"{'never' if bar.certain else 'not always'} {values}"
    return never if bar.when.groups == ALWAYS.groups else f"{never} if {bar.when.words}"


def _along(mapped: MappedField) -> str:
    if mapped.row.always_send:
        return "sent with every update"
    return "its object is sent whole" if mapped.whole else ""
