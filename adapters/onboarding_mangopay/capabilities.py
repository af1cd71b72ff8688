"""The operation that reads what a user may do at MangoPay, and what MangoPay asks for."""

from __future__ import annotations

from attrs import frozen
from onboarding import UserRecord
from onboarding.spi import Flow, as_object, trust

from onboarding_mangopay.platform import Platform
from onboarding_mangopay.users import Users
from onboarding_mangopay.wire.capabilities import Blocks, capabilities
from onboarding_mangopay.wire.requirements import renewals, unblocking

__all__ = ["Capabilities"]


@frozen(kw_only=True)
class Capabilities(Users, Platform):
    """Reads the capabilities and the requirements of a user."""

    def fetch_capabilities(self, record: UserRecord) -> Flow[UserRecord]:
        """Fetches a user, its blocks and the deadline of its renewal, in two requests.

        docs: view-user-sca, view-user-block-status
        """
        self.require_own(record, UserRecord)
        fresh = yield from self.fetch_user(record.id)
        told = yield from self.regulatory(record.id)
        scope, code = as_object(told.raw.get("ScopeBlocked")), told.action_code
        inflows, outflows = _flag(scope.get("Inflows")), _flag(scope.get("Outflows"))
        asked = unblocking(fresh.raw, inflows=inflows, outflows=outflows, code=code)
        blocks = Blocks(inflows, outflows, code, tuple(one.name for one in asked))
        now = fresh.retrieved_at
        due = renewals(told.renewal_due, now) if now is not None else ()
        facts = {
            "capabilities": capabilities(fresh.raw, blocks),
            "requirements": (*fresh.requirements, *asked, *due),
        }
        return trust(UserRecord, {**vars(fresh), **facts})


def _flag(value: object) -> bool | None:
    """Returns a flag, None for another value: what it would mean is not known."""
    return value if isinstance(value, bool) else None
