"""How far each user of a migration between providers has come."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Row, select, update

from onboarding.directory.records import Records
from onboarding.directory.tables import moves
from onboarding.directory.values import Move, MoveState

__all__ = ["Moves"]

_DONE = (MoveState.MOVED, MoveState.RETIRED)


@frozen(kw_only=True, repr=False, eq=False)
class Moves(Records):
    """Steps on the moves of a plan."""

    def note_move(
        self,
        plan: str,
        own_id: str,
        state: MoveState,
        *,
        gateway: str = "",
        reasons: Iterable[str] = (),
    ) -> Move:
        """Stores how far the move of a user has come, and returns what is stored.

        It is noted in the audit trail. A user who has moved stays so: only `RETIRED` follows.
        `reasons` are codes. Raises `UnknownUser` for a user who was not added or was erased.
        """
        self.lock(own_id)
        before = self.execute(
            select(moves).where(moves.c.plan == plan, moves.c.own_id == own_id)
        ).first()
        if before is not None and before.state in _DONE and state is not MoveState.RETIRED:
            return _move(before)
        codes = tuple(reasons)
        values = {"state": state, "reasons": json.dumps(codes), "at": self.now}
        if not self.insert_new(moves, plan=plan, own_id=own_id, **values):
            mine = (moves.c.plan == plan) & (moves.c.own_id == own_id)
            self.execute(update(moves).where(mine).values(**values))
        self.note(own_id, "move", gateway=gateway, code=":".join((state, *codes[:1])))
        return Move(own_id=own_id, state=state, reasons=codes, at=self.now)

    def moves(self, plan: str) -> Mapping[str, Move]:
        """Returns the moves of a plan by own id, without users whose move has not started."""
        found = self.execute(select(moves).where(moves.c.plan == plan))
        return {row.own_id: _move(row) for row in found}

    def leave(self, own_id: str, gateway: str) -> int:
        """Removes the ids and the record of a user at a gateway. Returns how many ids there were.

        Raises `UnknownUser` for a user who was not added or was erased.
        """
        self.lock(own_id)
        self._drop(own_id, gateway)
        return self.unlink(own_id, gateway)


def _move(row: Row[Any]) -> Move:
    return Move(
        own_id=row.own_id,
        state=MoveState(row.state),
        reasons=tuple(json.loads(row.reasons)),
        at=row.at,
    )
