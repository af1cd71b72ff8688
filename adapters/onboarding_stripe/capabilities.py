"""The operations on what an account may do at Stripe (docs: api/capabilities)."""

from __future__ import annotations

from attrs import frozen
from onboarding import UserRecord
from onboarding.spi import Flow, as_list, as_object, known_word, trust

from onboarding_stripe.records import standing
from onboarding_stripe.users import Users
from onboarding_stripe.wire.vocabulary import CAPABILITIES

__all__ = ["Capabilities"]


@frozen(kw_only=True)
class Capabilities(Users):
    """Reads and requests the capabilities of an account."""

    def fetch_capabilities(self, record: UserRecord) -> Flow[UserRecord]:
        """Reads an account, then each of its capabilities with what stops it.

        docs: api/capabilities/list
        """
        self.require_own(record, UserRecord)
        fresh = yield from self.fetch_user(record.id)
        response = yield self.get("fetch_capabilities", "accounts", record.id, "capabilities")
        rows = [as_object(row) for row in as_list(self.answer(response).get("data"))]
        objects = {str(row.get("id")): row for row in rows}
        return trust(UserRecord, {**vars(fresh), **standing(fresh, objects)})

    def request_capability(
        self, record: UserRecord, name: str, *, requested: bool = True
    ) -> Flow[UserRecord]:
        """Requests a capability by Stripe's name, or withdraws the request.

        docs: api/capabilities/update
        """
        self.require_own(record, UserRecord)
        name = known_word("name", name, CAPABILITIES)
        path = ("accounts", record.id, "capabilities", name)
        response = yield self.post("request_capability", *path, body={"requested": requested})
        self.answer(response)
        return (yield from self.fetch_capabilities(record))
