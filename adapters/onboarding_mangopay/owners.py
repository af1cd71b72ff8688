"""Declarations of a company's beneficial owners: opened, filled, submitted, read.

docs: api-reference/ubo-declarations
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, cast

from attrs import evolve, field, frozen
from onboarding import (
    BeneficialOwner,
    Company,
    Flow,
    InvalidInput,
    Loss,
    Paged,
    Problem,
    Response,
    UnexpectedResponse,
)
from onboarding.http import as_object, json_body
from onboarding.mapping.translation import Translation, translation

from onboarding_mangopay.keys import Keys
from onboarding_mangopay.records import PROVIDER, moment
from onboarding_mangopay.wire.owners import MangoOwner, as_owner, as_user

__all__ = ["DeclaredOwner", "OwnerDeclaration", "Owners"]

MOST_OWNERS = 15  # docs: create-ubo
_PATH = "company.beneficial_owners"


@frozen(kw_only=True)
class DeclaredOwner:
    """One owner in a declaration. An inactive one stays as it is.

    `losses` are what `update_owner` left out.
    """

    id: str
    owner: BeneficialOwner = field(repr=False)
    active: bool = True
    losses: tuple[Loss, ...] = ()


@frozen(kw_only=True)
class OwnerDeclaration:
    """A declaration of owners as MangoPay has it on file.

    `status` and `reason` are MangoPay's own words: `CREATED`, `VALIDATION_ASKED`, `VALIDATED`,
    `REFUSED`, `INCOMPLETE`, which can be edited and submitted again; `message` is its text.
    `losses` are what `declare_owners` left out, by path: `company.beneficial_owners.0.…`.
    """

    id: str
    user_id: str | None = None
    status: str = ""
    reason: str | None = None
    message: str | None = field(default=None, repr=False)
    owners: tuple[DeclaredOwner, ...] = field(default=(), repr=False)
    created_at: datetime | None = None
    processed_at: datetime | None = None
    seen_at: datetime | None = None
    losses: tuple[Loss, ...] = ()
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)

    @property
    def editable(self) -> bool:
        """Whether owners may be added or changed, and the declaration be submitted."""
        return self.status in ("CREATED", "INCOMPLETE")


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
        bodies, losses = self._bodies(company)
        place = ("users", user_id, "kyc", "ubodeclarations")
        request = self.request("POST", "declare_owners", *place)
        response, again = yield from self.once(request, key, lambda: self._open(place))
        declaration = _declaration(self.answer(response), response)
        if again:
            declaration = yield from self.fetch_declaration(declaration.id)
            if declaration.status != "CREATED":
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
        body, losses = self._body(owner, f"{_PATH}.")
        path = (*_place(declaration), "ubos", owner_id)
        response = yield self.request("PUT", "update_owner", *path, body=body)
        return evolve(_owner(self.answer(response, _inside(""))), losses=losses)

    def submit_declaration(
        self, declaration: OwnerDeclaration, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Asks MangoPay to look at a declaration (docs: submit-ubo-declaration)."""
        if user_id is not None:
            declaration = evolve(declaration, user_id=user_id)
        body = {"Status": "VALIDATION_ASKED"}
        path = _place(declaration)
        response = yield self.request("PUT", "submit_declaration", *path, body=body)
        return _declaration(self.answer(response), response)

    def fetch_declaration(self, declaration_id: str) -> Flow[OwnerDeclaration]:
        """docs: view-ubo-declaration."""
        path = ("kyc", "ubodeclarations", declaration_id)
        response = yield self.request("GET", "fetch_declaration", *path)
        return _declaration(self.answer(response), response)

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        """docs: list-ubo-declarations; oldest first."""
        path = ("users", user_id, "kyc", "ubodeclarations")
        response = yield self.page("list_declarations", *path, page=page)
        return self.paged(response, page, lambda row: _declaration(row, response))

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
        body, losses = _wire().to_wire(as_user(owner))
        return body, self.refuse(evolve(x, core_path=prefix + x.core_path) for x in losses)


def _wire() -> Translation:
    return translation(MangoOwner, PROVIDER)


def _inside(prefix: str) -> Callable[[str], str | None]:
    """Finds the core path of a field of an owner, below the path of the owner."""

    def core_path(wire_path: str) -> str | None:
        found = _wire().core_path(wire_path)
        return f"{prefix}.{found}" if found and prefix else found

    return core_path


def _place(declaration: OwnerDeclaration) -> tuple[str, ...]:
    if declaration.user_id is None:
        text = "the declaration does not say whose it is"
        raise InvalidInput([Problem("user_id", "missing", text)])
    return ("users", declaration.user_id, "kyc", "ubodeclarations", declaration.id)


def _declaration(payload: Mapping[str, Any], response: Response) -> OwnerDeclaration:
    id, found = payload.get("Id"), payload.get("Ubos")
    if not isinstance(id, str | int):
        problem = Problem("", "missing", "the answer has no id", "Id")
        raise UnexpectedResponse([problem], status=response.status, raw=response.body)
    user_id, reason, message = (payload.get(name) for name in ("UserId", "Reason", "Message"))
    owners = cast("list[object]", found) if isinstance(found, list) else []
    return OwnerDeclaration(
        id=str(id),
        user_id=None if user_id is None else str(user_id),
        status=str(payload.get("Status") or ""),
        reason=None if reason is None else str(reason),
        message=None if message is None else str(message),
        owners=tuple(_owner(as_object(owner)) for owner in owners),
        created_at=moment(payload.get("CreationDate")),
        processed_at=moment(payload.get("ProcessedDate")),
        seen_at=response.received_at,
        raw=payload,
    )


def _owner(payload: Mapping[str, Any]) -> DeclaredOwner:
    user, _ = _wire().from_wire(payload)
    return DeclaredOwner(
        id=str(payload.get("Id") or ""),
        owner=as_owner(user),
        active=payload.get("IsActive") is not False,
    )
