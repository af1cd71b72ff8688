"""The owners of a declaration: which person each one is, and what is still to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve
from onboarding import InvalidInput, Loss, LossKind, OwnerDeclaration, Person, PersonRole, Problem
from onboarding.spi import DeclaredOwner, as_list, as_object, digest, trust

from onboarding_mangopay.content import comparable, same_content
from onboarding_mangopay.wire.owners import REPRESENTED, owner_wire

__all__ = [
    "active_rows",
    "content_of",
    "core_path_of",
    "found_for",
    "losses_of",
    "missing_from",
    "owned",
    "owners_among",
    "place_of",
    "same_owner",
    "with_ref",
    "with_refs",
]

_NOBODY = Person(ref="nobody", roles=(PersonRole.BENEFICIAL_OWNER,))


def losses_of(losses: Iterable[Loss], owner: Person) -> Iterator[Loss]:
    """Yields losses with the path of the person; what the user object carries is none here."""
    for loss in losses:
        path = f"people[{owner.ref}].{loss.core_path}"
        if PersonRole.REPRESENTATIVE in owner.roles and loss.core_path in REPRESENTED:
            reason = "the user has it, as a representative"
            yield evolve(loss, core_path=path, kind=LossKind.NOT_APPLICABLE, reason=reason)
        else:
            yield evolve(loss, core_path=path)


def owners_among(people: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(one for one in people if PersonRole.BENEFICIAL_OWNER in one.roles)


def owned(
    people: tuple[Person, ...], bodies: Iterable[dict[str, Any]]
) -> list[tuple[Person, dict[str, Any]]]:
    """Returns the owners with their bodies."""
    return list(zip(owners_among(people), bodies, strict=True))


def with_ref(found: DeclaredOwner, ref: str, losses: tuple[Loss, ...] = ()) -> DeclaredOwner:
    """Returns a declared owner under the caller's ref."""
    prefix = f"people[{found.owner.ref}]."
    own = (
        evolve(loss, core_path=f"people[{ref}].{loss.core_path.removeprefix(prefix)}")
        for loss in found.losses
    )
    owner = trust(Person, {**vars(found.owner), "ref": ref})
    return evolve(found, owner=owner, losses=(*losses, *own))


def with_refs(
    declaration: OwnerDeclaration,
    people: tuple[Person, ...],
    bodies: Iterable[dict[str, Any]],
    losses: tuple[Loss, ...],
) -> OwnerDeclaration:
    """Returns a declaration with the refs of the people whose content its owners have."""
    pending = owned(people, bodies)
    owners: list[DeclaredOwner] = []
    for one, row in zip(declaration.owners, rows_in(declaration), strict=True):
        match = next((pair for pair in pending if one.active and same_owner(pair[1], row)), None)
        if match is not None:
            pending.remove(match)
            one = with_ref(one, match[0].ref)
        owners.append(one)
    return evolve(declaration, owners=tuple(owners), losses=losses)


def found_for(
    person: Person, body: Mapping[str, Any], left: list[DeclaredOwner]
) -> DeclaredOwner | None:
    """Returns the declared owner that a person is, and removes it from those left."""
    tests: tuple[Callable[[DeclaredOwner], bool], ...] = (
        lambda one: one.owner.ref == person.ref,
        lambda one: one.id == person.ref,
        lambda one: same_owner(body, owner_wire().to_wire(one.owner)[0]),
    )
    found = next((one for test in tests for one in left if test(one)), None)
    if found is not None:
        left.remove(found)
    return found


def content_of(people: tuple[Person, ...]) -> str:
    return digest(owners_among(people))


def rows_in(declaration: OwnerDeclaration) -> list[dict[str, Any]]:
    return [as_object(row) for row in as_list(declaration.raw.get("Ubos"))]


def active_rows(declaration: OwnerDeclaration) -> list[dict[str, Any]]:
    """Returns the active owners of a declaration, as MangoPay's objects."""
    return [row for row in rows_in(declaration) if row.get("IsActive") is not False]


def missing_from(
    bodies: Sequence[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]
) -> list[int] | None:
    """Returns the indices of owners not yet declared; None if another owner is declared."""
    missing = list(range(len(bodies)))
    for row in rows:
        match = next((index for index in missing if same_owner(bodies[index], row)), None)
        if match is None:
            return None
        missing.remove(match)
    return missing


def same_owner(body: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    return same_content(body, shown, comparable(owner_wire(), _NOBODY))


def core_path_of(ref: str) -> Callable[[str], str | None]:
    """Returns a function from an owner's wire path to its core path below the person's."""

    def core_path(wire_path: str) -> str | None:
        found = owner_wire().core_path(wire_path)
        return f"people[{ref}].{found}" if found and ref else found

    return core_path


def place_of(declaration: OwnerDeclaration) -> tuple[str, ...]:
    if declaration.user_id is None:
        text = "the declaration has no user"
        raise InvalidInput([Problem("user_id", "missing", text)])
    return ("users", declaration.user_id, "kyc", "ubodeclarations", declaration.id)
