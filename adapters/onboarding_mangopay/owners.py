"""Declarations of a company's beneficial owners: declare, edit, submit, resume, fetch.

docs: api-reference/ubo-declarations
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial as with_arguments
from typing import Any, cast

from attrs import evolve, frozen
from onboarding import (
    BeneficialOwner,
    Company,
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    Loss,
    OnboardingError,
    OwnerDeclaration,
    Partial,
    PartialFailure,
    Problem,
    Rejected,
)
from onboarding.spi import (
    DeclaredOwner,
    Flow,
    Paged,
    Response,
    as_object,
    digest,
    json_body,
    part_way,
)

from onboarding_mangopay.content import comparable, same_content
from onboarding_mangopay.keys import Keyed, Keys
from onboarding_mangopay.wire.owners import (
    OWNERS_PATH,
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
        self, user_id: str, company: Company, *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Declares all owners of a company and submits the declaration.

        For 24 hours, a call with the same `idempotency_key` and owners resumes an earlier one that
        failed; a submitted declaration is returned unchanged.

        Raises `InvalidInput` for no owner or more than 15, and `Unsupported` for values that
        MangoPay does not support, before anything is sent; `PartialFailure` after the declaration
        was created, also by another call; `IdempotencyConflict` if the key was used for other
        owners.

        docs: create-ubo-declaration, create-ubo, submit-ubo-declaration
        """
        bodies, losses = self._bodies(company)
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
            raise PartialFailure(
                self.partial_of(_CALL, user_id, declaration.id, idempotency_key, "")
            ) from error
        partial = self.partial_of(
            _CALL, user_id, declaration.id, idempotency_key, _content(company)
        )
        if again:  # its owners are not compared yet
            return (yield from self._resume_declaration(evolve(partial, digest=""), company))
        return (yield from self._fill(partial, bodies, range(len(bodies)), 0, losses))

    def _resume_declaration(self, partial: Partial, company: Company) -> Flow[OwnerDeclaration]:
        """Completes a `declare_owners` that failed part-way; see `resume`."""
        bodies, losses = self._bodies(company)
        user_id = self._resumed_user(partial, _content(company))
        if partial.id is None:
            key = partial.idempotency_key
            return (yield from self.declare_owners(user_id, company, idempotency_key=key))
        with part_way(partial):
            declaration = yield from self.fetch_declaration(partial.id)
        submitted = declaration.status is not DocumentStatus.CREATED
        if submitted and partial.digest:
            return evolve(declaration, losses=losses)
        rows = _active(declaration)
        missing = _missing(bodies, rows)
        if missing is None or (submitted and missing):
            raise IdempotencyConflict(_CALL, partial.id)
        if submitted:
            return evolve(declaration, losses=losses)
        known = evolve(partial, digest=_content(company))
        return (yield from self._fill(known, bodies, missing, len(rows), losses))

    def add_owner(
        self, declaration: OwnerDeclaration, owner: BeneficialOwner
    ) -> Flow[DeclaredOwner]:
        """Adds an owner to a declaration while it is editable (docs: create-ubo)."""
        self.require_own(declaration, OwnerDeclaration)
        body, losses = self._body(owner, f"{OWNERS_PATH}.")
        request = self.request("POST", "add_owner", *_place(declaration), "ubos", body=body)
        response = yield request
        return _with(losses, declared_owner(self.answer(response, _inside(""))))

    def update_owner(
        self, declaration: OwnerDeclaration, owner_id: str, owner: BeneficialOwner
    ) -> Flow[DeclaredOwner]:
        """Replaces an owner of a declaration while it is editable (docs: update-ubo)."""
        self.require_own(declaration, OwnerDeclaration)
        body, losses = self._body(owner, f"{OWNERS_PATH}.")
        path = (*_place(declaration), "ubos", owner_id)
        response = yield self.request("PUT", "update_owner", *path, body=body)
        return _with(losses, declared_owner(self.answer(response, _inside(""))))

    def submit_declaration(
        self, declaration: OwnerDeclaration, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Submits a declaration for review (docs: submit-ubo-declaration)."""
        self.require_own(declaration, OwnerDeclaration)
        if user_id is not None:
            declaration = evolve(declaration, user_id=user_id)
        return (yield from self._submit(_place(declaration)))

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
        response = yield self.page("list_declarations", *path, page=page)
        return self.paged(response, page, lambda row: owner_declaration(self, row, response))

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
        bodies: Sequence[dict[str, Any]],
        missing: Iterable[int],
        there: int,
        losses: tuple[Loss, ...],
    ) -> Flow[OwnerDeclaration]:
        """Adds the missing owners after the `there` existing ones, and submits the declaration."""
        assert partial.user_id is not None
        assert partial.id is not None
        place = ("users", partial.user_id, "kyc", "ubodeclarations", partial.id)
        with part_way(partial):
            for position, index in enumerate(missing, there):
                body = bodies[index]
                request = self.request("POST", _CALL, *place, "ubos", body=body)
                subject = (partial.id, str(position))
                keyed = Keyed(f"{_CALL}.owner", subject, partial.idempotency_key)
                look = with_arguments(self._written, partial.id, position)
                same = with_arguments(_same_owner, body)
                response, _ = yield from self.once(request, keyed, same, look)
                self.answer(response, _inside(f"{OWNERS_PATH}.{index}"))
            submitted = yield from self._submit(place)
        return evolve(submitted, losses=losses)

    def _submit(self, place: tuple[str, ...]) -> Flow[OwnerDeclaration]:
        body = {"Status": "VALIDATION_ASKED"}
        response = yield self.request("PUT", "submit_declaration", *place, body=body)
        return owner_declaration(self, self.answer(response), response)

    def _written(self, declaration_id: str, position: int) -> Flow[Response | None]:
        """Returns an empty response if the declaration has an owner at this position."""
        declaration = yield from self.fetch_declaration(declaration_id)
        there = len(_active(declaration)) > position
        return Response(status=200, body=b"{}") if there else None

    def _bodies(self, company: Company) -> tuple[list[dict[str, Any]], tuple[Loss, ...]]:
        """Returns the bodies of the owners, and the losses; raises if one cannot be sent."""
        if not isinstance(company, Company):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Company")])
        owners = company.beneficial_owners
        if not owners:
            raise InvalidInput(
                [Problem(OWNERS_PATH, "missing", "a declaration has at least one owner")]
            )
        if len(owners) > MOST_OWNERS:
            text = f"a declaration has at most {MOST_OWNERS} owners"
            raise InvalidInput([Problem(OWNERS_PATH, "too_many", text)])
        written = [self._body(owner, f"{OWNERS_PATH}.{n}.") for n, owner in enumerate(owners)]
        return [body for body, _ in written], tuple(loss for _, lost in written for loss in lost)

    def _body(self, owner: BeneficialOwner, prefix: str) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        body, losses = owner_wire().to_wire(owner)
        return body, self.refuse(evolve(x, core_path=prefix + x.core_path) for x in losses)


def _with(losses: tuple[Loss, ...], owner: DeclaredOwner) -> DeclaredOwner:
    return evolve(owner, losses=(*losses, *owner.losses))


def _content(company: Company) -> str:
    return digest(company.beneficial_owners)


def _active(declaration: OwnerDeclaration) -> list[dict[str, Any]]:
    """Returns the active owners of a declaration, as MangoPay's objects."""
    rows: object = declaration.raw.get("Ubos")
    found = cast("list[object]", rows) if isinstance(rows, list) else []
    return [row for row in map(as_object, found) if row.get("IsActive") is not False]


def _missing(
    bodies: Sequence[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]
) -> list[int] | None:
    """Returns the indices of owners not yet declared; None if another owner is declared."""
    missing = list(range(len(bodies)))
    for row in rows:
        match = next((index for index in missing if _same_owner(bodies[index], row)), None)
        if match is None:
            return None
        missing.remove(match)
    return missing


def _same_owner(body: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    return same_content(body, shown, comparable(owner_wire(), BeneficialOwner()))


def _inside(prefix: str) -> Callable[[str], str | None]:
    """Returns a function from an owner's wire path to its core path below `prefix`."""

    def core_path(wire_path: str) -> str | None:
        found = owner_wire().core_path(wire_path)
        return f"{prefix}.{found}" if found and prefix else found

    return core_path


def _place(declaration: OwnerDeclaration) -> tuple[str, ...]:
    if declaration.user_id is None:
        text = "the declaration has no user"
        raise InvalidInput([Problem("user_id", "missing", text)])
    return ("users", declaration.user_id, "kyc", "ubodeclarations", declaration.id)
