"""Declarations of a company's beneficial owners: declare, edit, submit, resume, fetch.

docs: api-reference/ubo-declarations
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial as with_arguments
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    Loss,
    OnboardingError,
    OwnerDeclaration,
    Partial,
    PartialFailure,
    Person,
    Problem,
    Rejected,
)
from onboarding.spi import (
    DeclaredOwner,
    Flow,
    Paged,
    Request,
    Response,
    json_body,
    part_way,
)

from onboarding_mangopay.declared import (
    active_rows,
    content_of,
    core_path_of,
    found_for,
    losses_of,
    missing_from,
    owned,
    owners_among,
    place_of,
    same_owner,
    with_ref,
    with_refs,
)
from onboarding_mangopay.keys import Keyed, Keys
from onboarding_mangopay.wire.owners import (
    declared_owner,
    owner_declaration,
    owner_wire,
)

__all__ = ["Owners"]

MOST_OWNERS = 15  # docs: create-ubo
_CALL = "declare_owners"


@frozen(kw_only=True)
class Owners(Keys):
    """The operations on declarations of owners, for a BUSINESS or a PARTNERSHIP."""

    def declare_owners(
        self, user_id: str, people: tuple[Person, ...], *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Declares all beneficial owners among a company's people and submits the declaration.

        For 24 hours, a call with the same `idempotency_key` and owners resumes an earlier one that
        failed; a submitted declaration is returned unchanged.

        Raises `InvalidInput` for no owner or more than 15, and `Unsupported` for values that
        MangoPay does not support, before anything is sent; `PartialFailure` after the declaration
        was created, also by another call; `IdempotencyConflict` if the key was used for other
        owners.

        docs: create-ubo-declaration, create-ubo, submit-ubo-declaration
        """
        bodies, losses = self._bodies(people)
        keyed = self.keyed(_CALL, user_id, idempotency_key=idempotency_key)
        place = ("users", user_id, "kyc", "ubodeclarations")
        request = self.request("POST", _CALL, *place)
        response, again = yield from self.once(request, keyed, look=lambda: self._open(place))
        try:
            declaration = owner_declaration(self, self.answer(response), response)
        except Rejected as error:
            # A user has at most one open declaration, which can be resumed.
            shown = yield from self._in_the_way(error, place)
            if shown is None:
                raise
            declaration = owner_declaration(self, shown.json_object(), shown)
            opened = self.partial_of(_CALL, user_id, declaration.id, idempotency_key)
            raise PartialFailure(opened) from error
        partial = self.partial_of(
            _CALL, user_id, declaration.id, idempotency_key, content_of(people)
        )
        if again:  # its owners are not compared yet
            return (yield from self._resume_declaration(evolve(partial, digest=""), people))
        filled = yield from self._fill(partial, people, range(len(bodies)), 0)
        return with_refs(filled, people, bodies, losses)

    def _resume_declaration(
        self, partial: Partial, people: tuple[Person, ...]
    ) -> Flow[OwnerDeclaration]:
        """Completes a `declare_owners` that failed part-way; see `resume`."""
        bodies, losses = self._bodies(people)
        user_id = self._resumed_user(partial, content_of(people))
        if partial.id is None:
            key = partial.idempotency_key
            return (yield from self.declare_owners(user_id, people, idempotency_key=key))
        with part_way(partial):
            declaration = yield from self.fetch_declaration(partial.id)
        submitted = declaration.status is not DocumentStatus.CREATED
        if submitted and partial.digest:
            return with_refs(declaration, people, bodies, losses)
        rows = active_rows(declaration)
        missing = missing_from(bodies, rows)
        if missing is None or (submitted and missing):
            raise IdempotencyConflict(_CALL, partial.id)
        if not submitted:
            known = evolve(partial, digest=content_of(people))
            declaration = yield from self._fill(known, people, missing, len(rows))
        return with_refs(declaration, people, bodies, losses)

    def update_declaration(
        self, declaration: OwnerDeclaration, people: tuple[Person, ...]
    ) -> Flow[OwnerDeclaration]:
        """Sends what differs from a declaration while it is editable, without submitting it.

        An owner is the declared one with the same `ref`, or the one with this id at MangoPay, or
        one with the same content. A declared owner that is not among the people becomes inactive.

        docs: create-ubo, update-ubo
        """
        self.require_own(declaration, OwnerDeclaration)
        bodies, losses = self._bodies(people)
        left = [one for one in declaration.owners if one.active]
        found = [one for one in declaration.owners if not one.active]
        pairs = [(one, found_for(one, body, left)) for one, body in owned(people, bodies)]
        for person, there in pairs:  # everything is checked before anything is sent
            if there is not None:
                losses += self._refused(owner_wire().update(there.owner, person)[1], person)
        for gone in left:
            response = yield self._put(declaration, gone.id, {"isActive": False})
            found.append(with_ref(declared_owner(self.answer(response)), gone.owner.ref))
        for person, there in pairs:
            call = self._add_owner(declaration, person)
            if there is not None:
                call = self._change(declaration, there, person)
            found.append((yield from call))
        return evolve(declaration, owners=tuple(found), losses=tuple(dict.fromkeys(losses)))

    def add_owner(self, declaration: OwnerDeclaration, owner: Person) -> Flow[DeclaredOwner]:
        """Adds an owner to a declaration while it is editable (docs: create-ubo)."""
        self.require_own(declaration, OwnerDeclaration)
        return (yield from self._add_owner(declaration, owner))

    def _add_owner(self, declaration: OwnerDeclaration, owner: Person) -> Flow[DeclaredOwner]:
        body, losses = self._body(owner)
        request = self.request("POST", "add_owner", *place_of(declaration), "ubos", body=body)
        response = yield request
        return with_ref(
            declared_owner(self.answer(response, core_path_of(owner.ref))), owner.ref, losses
        )

    def update_owner(
        self, declaration: OwnerDeclaration, owner_id: str, owner: Person
    ) -> Flow[DeclaredOwner]:
        """Sends what differs from an owner of a declaration while it is editable.

        An owner that the declaration does not have is replaced (docs: update-ubo).
        """
        self.require_own(declaration, OwnerDeclaration)
        there = next((one for one in declaration.owners if one.id == owner_id), None)
        if there is not None:
            return (yield from self._change(declaration, there, owner))
        body, losses = self._body(owner)
        response = yield self._put(declaration, owner_id, body)
        return with_ref(
            declared_owner(self.answer(response, core_path_of(owner.ref))), owner.ref, losses
        )

    def _change(
        self, declaration: OwnerDeclaration, there: DeclaredOwner, owner: Person
    ) -> Flow[DeclaredOwner]:
        """Sends what differs from a declared owner; nothing if nothing does."""
        body, lost = owner_wire().update(there.owner, owner)
        losses = self._refused(lost, owner)
        if not body:
            return with_ref(there, owner.ref, losses)
        response = yield self._put(declaration, there.id, body)
        return with_ref(
            declared_owner(self.answer(response, core_path_of(owner.ref))), owner.ref, losses
        )

    def _put(self, declaration: OwnerDeclaration, owner_id: str, body: dict[str, Any]) -> Request:
        path = (*place_of(declaration), "ubos", owner_id)
        return self.request("PUT", "update_owner", *path, body=body)

    def submit_declaration(
        self, declaration: OwnerDeclaration, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Submits a declaration for review; its owners keep their refs.

        docs: submit-ubo-declaration
        """
        self.require_own(declaration, OwnerDeclaration)
        if user_id is not None:
            declaration = evolve(declaration, user_id=user_id)
        submitted = yield from self._submit(place_of(declaration))
        refs = {one.id: one.owner.ref for one in declaration.owners}
        owners = (with_ref(one, refs.get(one.id, one.owner.ref)) for one in submitted.owners)
        return evolve(submitted, owners=tuple(owners))

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Reads a declaration by its id alone (docs: view-ubo-declaration)."""
        path = ("kyc", "ubodeclarations", declaration_id)
        response = yield self.request("GET", "fetch_declaration", *path)
        return owner_declaration(self, self.answer(response), response)

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        """Lists one page of a user's declarations, oldest first (docs: list-ubo-declarations)."""
        path = ("users", user_id, "kyc", "ubodeclarations")
        read = with_arguments(owner_declaration, self)
        return (yield from self._listed(read, "list_declarations", *path, page=page))

    def _open(self, place: tuple[str, ...]) -> Flow[Response | None]:
        """Returns the open declaration of a user, who has at most one."""
        response = yield self.page("declare_owners", *place, page=None)
        rows = self.paged(response, None, lambda row: row).items
        found = next((row for row in rows if row.get("Status") == "CREATED"), None)
        return None if found is None else Response(status=200, body=json_body(found))

    def _in_the_way(self, error: Rejected, place: tuple[str, ...]) -> Flow[Response | None]:
        """Returns the open declaration if it is the reason of a refusal."""
        if error.code == "invalid_action":
            with suppress(OnboardingError):
                return (yield from self._open(place))
        return None

    def _fill(
        self,
        partial: Partial,
        people: tuple[Person, ...],
        missing: Iterable[int],
        there: int,
    ) -> Flow[OwnerDeclaration]:
        """Adds the missing owners after the `there` existing ones, and submits the declaration."""
        assert partial.user_id is not None
        assert partial.id is not None
        place = ("users", partial.user_id, "kyc", "ubodeclarations", partial.id)
        owners = owned(people, self._bodies(people)[0])
        with part_way(partial):
            for position, index in enumerate(missing, there):
                person, body = owners[index]
                request = self.request("POST", _CALL, *place, "ubos", body=body)
                subject = (partial.id, str(position))
                keyed = Keyed(f"{_CALL}.owner", subject, partial.idempotency_key)
                look = with_arguments(self._written, partial.id, position)
                same = with_arguments(same_owner, body)
                response, _ = yield from self.once(request, keyed, same, look)
                self.answer(response, core_path_of(person.ref))
            return (yield from self._submit(place))

    def _submit(self, place: tuple[str, ...]) -> Flow[OwnerDeclaration]:
        body = {"Status": "VALIDATION_ASKED"}
        response = yield self.request("PUT", "submit_declaration", *place, body=body)
        return owner_declaration(self, self.answer(response), response)

    def _written(self, declaration_id: str, position: int) -> Flow[Response | None]:
        """Returns an empty response if the declaration has an owner at this position."""
        declaration = yield from self.fetch_declaration(declaration_id)
        there = len(active_rows(declaration)) > position
        return Response(status=200, body=b"{}") if there else None

    def _bodies(self, people: tuple[Person, ...]) -> tuple[list[dict[str, Any]], tuple[Loss, ...]]:
        """Returns the bodies of the owners, and the losses; raises if one cannot be sent."""
        if not isinstance(people, tuple) or any(not isinstance(one, Person) for one in people):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("people", "type", "expected the people of a user")])
        owners = owners_among(people)
        if not owners:
            text = "a declaration has at least one owner"
            raise InvalidInput([Problem("people", "missing", text)])
        if len(owners) > MOST_OWNERS:
            text = f"a declaration has at most {MOST_OWNERS} owners"
            raise InvalidInput(
                Problem(f"people[{one.ref}]", "too_many", text) for one in owners[MOST_OWNERS:]
            )
        written = [owner_wire().to_wire(owner) for owner in owners]
        losses = self.refuse(
            loss
            for owner, (_, lost) in zip(owners, written, strict=True)
            for loss in losses_of(lost, owner)
        )
        return [body for body, _ in written], losses

    def _body(self, owner: Person) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        body, losses = owner_wire().to_wire(owner)
        return body, self._refused(losses, owner)

    def _refused(self, losses: Iterable[Loss], owner: Person) -> tuple[Loss, ...]:
        return self.refuse(losses_of(losses, owner))
