"""The audit trail: each step with the user, in paths and codes, without values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from attrs import frozen
from sqlalchemy import insert, select

from onboarding.directory.people import Users
from onboarding.directory.tables import audit
from onboarding.directory.values import AuditEntry
from onboarding.errors import InvalidInput, Problem

__all__ = ["Audit"]

_CODE = re.compile(r"[A-Za-z0-9_.:/-]{0,100}", re.ASCII).fullmatch
_PATH = re.compile(r"[A-Za-z0-9_.\[\]*-]{1,200}", re.ASCII).fullmatch


@frozen(kw_only=True, repr=False, eq=False)
class Audit(Users):
    """Steps on the audit trail."""

    def note(
        self,
        own_id: str,
        action: str,
        *,
        gateway: str = "",
        code: str = "",
        paths: Iterable[str] = (),
    ) -> None:
        """Adds an entry. Raises `InvalidInput` for a code or a path that could be a value."""
        named, codes = tuple(paths), {"action": action, "code": code}
        wrong = [
            Problem(name, "shape", "expected a code") for name in codes if not _CODE(codes[name])
        ]
        wrong += [
            Problem(f"paths.{index}", "shape", "expected a core path")
            for index, path in enumerate(named)
            if not _PATH(path)
        ]
        if wrong:
            raise InvalidInput(wrong)
        self.execute(
            insert(audit).values(
                subject=own_id,
                erased=False,
                at=self.now,
                action=action,
                gateway=gateway,
                code=code,
                paths=json.dumps(named),
            )
        )

    def history(self, own_id: str, *, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Returns the entries about a user, the newest first."""
        found = select(audit).where(audit.c.subject == own_id)
        return tuple(
            AuditEntry(
                at=row.at,
                action=row.action,
                gateway=row.gateway,
                code=row.code,
                paths=tuple(json.loads(row.paths)),
            )
            for row in self.execute(found.order_by(audit.c.number.desc()).limit(limit))
        )
