"""Declarations of a company's beneficial owners: opened, filled, submitted, read.

docs: api-reference/ubo-declarations
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    BeneficialOwner,
    Company,
    DeclaredOwner,
    DocumentStatus,
    Flow,
    InvalidInput,
    Loss,
    OwnerDeclaration,
    Paged,
    Problem,
    Response,
)
from onboarding.http import json_body

from onboarding_mangopay.keys import Keys
from onboarding_mangopay.wire.owners import as_user, declared_owner, owner_declaration, owner_wire

__all__ = ["Owners"]

MOST_OWNERS = 15  # docs: create-ubo
_PATH = "company.beneficial_owners"


@frozen(kw_only=True)
class Owners(Keys):
    """The operations on declarations of owners: for a BUSINESS or a PARTNERSHIP."""

    def declare_owners(
        self, user_id: str, company: Company, *, key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Declares all owners of a company and submits them.

        docs: create-ubo-declaration, create-ubo, submit-ubo-declaration. With the same `key`,
        for 24 hours, one that was cut off goes on, with no owner twice.

        Raises `InvalidInput` for none or more than 15, `Unsupported` for what MangoPay has no
        place for; nothing is sent then.
        """
        if not isinstance(company, Company):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Company")])
        bodies, losses = self._bodies(company)
        place = ("users", user_id, "kyc", "ubodeclarations")
        request = self.request("POST", "declare_owners", *place)
        response, again = yield from self.once(request, key, lambda: self._open(place))
        declaration = owner_declaration(self, self.answer(response), response)
        if again:
            declaration = yield from self.fetch_declaration(declaration.id)
            if declaration.standing is not DocumentStatus.CREATED:
                return evolve(declaration, losses=losses)
        for number, body in enumerate(bodies):
            path = (*place, declaration.id, "ubos")
            request = self.request("POST", "declare_owners", *path, body=body)
            own = None if key is None else f"{key}/owner/{number}"
            look = partial(self._written, declaration.id, number)
            response, _ = yield from self.once(request, own, look)
            self.answer(response, _inside(f"{_PATH}.{number}"))
        submitted = yield from self.submit_declaration(declaration, user_id=user_id)
        return evolve(submitted, losses=losses)

    def update_owner(
        self, declaration: OwnerDeclaration, owner_id: str, owner: BeneficialOwner
    ) -> Flow[DeclaredOwner]:
        """Writes an owner anew, all of it, while the declaration is editable (docs: update-ubo)."""
        self.own(declaration, OwnerDeclaration)
        body, losses = self._body(owner, f"{_PATH}.")
        path = (*_place(declaration), "ubos", owner_id)
        response = yield self.request("PUT", "update_owner", *path, body=body)
        return evolve(declared_owner(self.answer(response, _inside(""))), losses=losses)

    def submit_declaration(
        self, declaration: OwnerDeclaration, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Asks MangoPay to look at a declaration (docs: submit-ubo-declaration)."""
        self.own(declaration, OwnerDeclaration)
        if user_id is not None:
            declaration = evolve(declaration, user_id=user_id)
        body = {"Status": "VALIDATION_ASKED"}
        path = _place(declaration)
        response = yield self.request("PUT", "submit_declaration", *path, body=body)
        return owner_declaration(self, self.answer(response), response)

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """docs: view-ubo-declaration. The id is enough."""
        path = ("kyc", "ubodeclarations", declaration_id)
        response = yield self.request("GET", "fetch_declaration", *path)
        return owner_declaration(self, self.answer(response), response)

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        """docs: list-ubo-declarations; oldest first."""
        path = ("users", user_id, "kyc", "ubodeclarations")
        response = yield self.page("list_declarations", *path, page=page)
        return self.paged(response, page, lambda row: owner_declaration(self, row, response))

    def _open(self, place: tuple[str, ...]) -> Flow[Response | None]:
        """The declaration that waits for its owners, of which a user has one at most."""
        response = yield self.page("declare_owners", *place, page=None)
        rows = self.paged(response, None, lambda row: row).items
        found = next((row for row in rows if row.get("Status") == "CREATED"), None)
        return None if found is None else Response(status=200, body=json_body(found))

    def _written(self, declaration_id: str, number: int) -> Flow[Response | None]:
        """An answer like that to an owner who was added, if there are more than `number`."""
        declaration = yield from self.fetch_declaration(declaration_id)
        there = len(declaration.owners) > number
        return Response(status=200, body=b"{}") if there else None

    def _bodies(self, company: Company) -> tuple[list[dict[str, Any]], tuple[Loss, ...]]:
        owners = company.beneficial_owners
        if not owners:
            raise InvalidInput([Problem(_PATH, "missing", "there is none to declare")])
        if len(owners) > MOST_OWNERS:
            text = f"a declaration has {MOST_OWNERS} owners at most"
            raise InvalidInput([Problem(_PATH, "too_many", text)])
        written = [self._body(owner, f"{_PATH}.{n}.") for n, owner in enumerate(owners)]
        return [body for body, _ in written], tuple(loss for _, lost in written for loss in lost)

    def _body(self, owner: BeneficialOwner, prefix: str) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        body, losses = owner_wire().to_wire(as_user(owner))
        return body, self.refuse(evolve(x, core_path=prefix + x.core_path) for x in losses)


def _inside(prefix: str) -> Callable[[str], str | None]:
    """Finds the core path of a field of an owner, below the path of the owner."""

    def core_path(wire_path: str) -> str | None:
        found = owner_wire().core_path(wire_path)
        return f"{prefix}.{found}" if found and prefix else found

    return core_path


def _place(declaration: OwnerDeclaration) -> tuple[str, ...]:
    if declaration.user_id is None:
        text = "the declaration does not say whose it is"
        raise InvalidInput([Problem("user_id", "missing", text)])
    return ("users", declaration.user_id, "kyc", "ubodeclarations", declaration.id)
