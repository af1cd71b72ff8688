"""The users of a directory and their ids at the providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import bindparam, select, text, update
from sqlalchemy import delete as delete_from

from onboarding.directory.tables import operations, references, users
from onboarding.directory.values import DirectoryUser, OperationState, Reference
from onboarding.directory.work import Work, batched, checked
from onboarding.errors import ReferenceConflict, UnknownUser

__all__ = ["Users"]

_OF_USER = text("name = ''")  # a literal, so that the partial index serves the query

_BY_IDS = select(references.c.id, references.c.own_id).where(  # built once: it is on a hot path
    references.c.gateway == bindparam("gateway"),
    references.c.id.in_(bindparam("ids", expanding=True)),
    references.c.name == "",
)

_SUBMITTED = operations.c
_ID = select(references.c.id).where(
    references.c.own_id == _SUBMITTED.own_id,
    references.c.gateway == _SUBMITTED.gateway,
    references.c.name == "",
)
_NOT_NEEDED = (
    update(operations)
    .where(
        _SUBMITTED.own_id.in_(bindparam("own_ids", expanding=True)),
        _SUBMITTED.submitted_at.is_not(None),
        _SUBMITTED.state.in_(
            (OperationState.PLANNED, OperationState.UNKNOWN, OperationState.NOT_DONE)
        ),
        _ID.exists(),
    )
    .values(
        state=OperationState.DONE,
        id=_ID.scalar_subquery(),
        ended_at=bindparam("now"),
        error=None,
        unresolved=None,
        token=None,
        content=None,
    )
)


@frozen(kw_only=True, repr=False, eq=False)
class Users(Work):
    """Steps on users and references."""

    def add_user(self, own_id: str) -> bool:
        """Adds a user, unless the directory has it. Returns whether it was new."""
        checked(own_id=own_id)
        return self.insert_new(users, own_id=own_id, created_at=self.now)

    def user(self, own_id: str) -> DirectoryUser | None:
        """Returns a user, None if the directory does not have it or erases it."""
        row = self.execute(select(users).where(users.c.own_id == own_id)).first()
        if row is None or row.erased_at is not None:
            return None
        return DirectoryUser(own_id=row.own_id, gateway=row.gateway, created_at=row.created_at)

    def assign(self, own_id: str, gateway: str, *, move: bool = False) -> str:
        """Assigns a user to a gateway, and returns the gateway that it is assigned to.

        A user who is assigned stays where it is, unless `move` is true. The user is added if the
        directory does not have it.
        """
        checked(own_id=own_id, gateway=gateway)
        self.add_user(own_id)
        row = self.lock(own_id)
        if row.gateway is not None and not move:
            return str(row.gateway)
        self.execute(update(users).where(users.c.own_id == own_id).values(gateway=gateway))
        return gateway

    def link(self, own_id: str, gateway: str, id: str, name: str = "") -> bool:
        """Stores an id of a user at a gateway, and adds the user if need be.

        `name` is what the id is of, by the provider's name; empty for the user. Ids with a name can
        be several. A creation of the user that was submitted to workers ends: it is not needed.
        Returns whether the id is new. Raises `ReferenceConflict` if it is of another user, or if
        the user has another id at the gateway.
        """
        checked(own_id=own_id, gateway=gateway, id=id)
        self.add_user(own_id)
        self.lock(own_id)
        return self._link(own_id, gateway, id, name)

    def link_many(self, found: Iterable[Reference]) -> int:
        """Stores many ids at once, and adds their users. Returns how many are new.

        An id that is stored already is skipped. Raises `ReferenceConflict` if one is of another
        user, or is a second id of a user; then none is stored.
        """
        rows = [
            {"own_id": one.own_id, "gateway": one.gateway, "id": one.id, "name": one.name}
            for one in found
        ]
        for row in rows:
            checked(own_id=row["own_id"], gateway=row["gateway"], id=row["id"])
        if not rows:
            return 0
        added = [{"own_id": own, "created_at": self.now} for own in {r["own_id"]: 0 for r in rows}]
        self.execute(self.insertion(users), added)
        new = self.execute(self.insertion(references), rows).rowcount
        if new < len(rows):
            for row in rows:
                self._require_own(row["own_id"], row["gateway"], row["id"], row["name"])
        for part in batched(dict.fromkeys(row["own_id"] for row in rows if not row["name"])):
            self._end_submitted(part)
        return new

    def unlink(self, own_id: str, gateway: str) -> int:
        """Removes the ids of a user at a gateway. Returns how many there were."""
        of_user = (references.c.own_id == own_id) & (references.c.gateway == gateway)
        return self.execute(delete_from(references).where(of_user)).rowcount

    def references(self, own_id: str) -> tuple[Reference, ...]:
        """Returns the ids of a user, by gateway and name."""
        found = select(references).where(references.c.own_id == own_id)
        ordered = found.order_by(references.c.gateway, references.c.name, references.c.id)
        return tuple(
            Reference(own_id=row.own_id, gateway=row.gateway, id=row.id, name=row.name)
            for row in self.execute(ordered)
        )

    def own_id(self, gateway: str, id: str, name: str | None = None) -> str | None:
        """Returns the own id of the user who has an id at a gateway, None if that is nobody.

        Without a name, an id of a user comes before an id of anything else; None if an id without
        a name is of several users.
        """
        found = select(references.c.name, references.c.own_id).where(
            references.c.gateway == gateway, references.c.id == id
        )
        if name is not None:
            found = found.where(references.c.name == name)
        rows = self.execute(found).all()
        owners = {row.own_id for row in rows if not row.name} or {row.own_id for row in rows}
        return owners.pop() if len(owners) == 1 else None

    def own_ids(self, gateway: str, ids: Iterable[str]) -> Mapping[str, str]:
        """Returns the own ids of users by their ids at a gateway, without unknown ones."""
        found: dict[str, str] = {}
        for part in batched(ids):
            rows = self.execute(_BY_IDS, {"gateway": gateway, "ids": part})
            pairs: Any = rows.all()  # rows are pairs; to unpack them in C takes half the time
            found.update(pairs)
        return found

    def ids_of(self, own_ids: Iterable[str], gateway: str) -> Mapping[str, str]:
        """Returns the ids of users at a gateway by their own ids, without users who have none."""
        found: dict[str, str] = {}
        for part in batched(own_ids):
            rows = self.execute(
                select(references.c.own_id, references.c.id).where(
                    references.c.own_id.in_(part), references.c.gateway == gateway, _OF_USER
                )
            )
            found.update((row.own_id, row.id) for row in rows)
        return found

    def ids_at(self, gateway: str, *, after: str = "", limit: int = 500) -> tuple[Reference, ...]:
        """Returns users at a gateway in the order of their ids there; `after` is the last one."""
        found = (
            select(references)
            .where(references.c.gateway == gateway, references.c.id > after, _OF_USER)
            .order_by(references.c.id)
            .limit(limit)
        )
        return tuple(
            Reference(own_id=row.own_id, gateway=row.gateway, id=row.id)
            for row in self.execute(found)
        )

    def known(self, own_ids: Iterable[str]) -> frozenset[str]:
        """Returns those of the own ids whose users the directory has."""
        found: set[str] = set()
        for part in batched(own_ids):
            mine = users.c.own_id.in_(part) & users.c.erased_at.is_(None)
            found.update(self.execute(select(users.c.own_id).where(mine)).scalars())
        return frozenset(found)

    def _link(self, own_id: str, gateway: str, id: str, name: str) -> bool:
        new = self.insert_new(references, own_id=own_id, gateway=gateway, id=id, name=name)
        if not new:
            self._require_own(own_id, gateway, id, name)
        elif not name:
            self._end_submitted([own_id])
        return new

    def _end_submitted(self, own_ids: list[str]) -> None:
        """Ends submitted creations of users whom their gateways have: no worker is to send them."""
        self.execute(_NOT_NEEDED, {"own_ids": own_ids, "now": self.now})

    def _require_own(self, own_id: str, gateway: str, id: str, name: str) -> None:
        row = self.execute(
            select(references.c.id).where(
                references.c.gateway == gateway,
                references.c.id == id,
                references.c.name == name,
                references.c.own_id == own_id,
            )
        ).first()
        if row is None:
            told = f"another user has this id at {gateway}, or the user has another id there"
            raise ReferenceConflict(told)

    def _is_erased(self, own_id: str) -> bool:
        try:
            self.lock(own_id)
        except UnknownUser:
            return True
        return False
