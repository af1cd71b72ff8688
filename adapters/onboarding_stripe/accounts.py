"""Bank accounts of a user, for payouts: add, list, make the default, delete.

docs: api/external_account_bank_accounts
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from attrs import evolve, frozen
from onboarding import InvalidInput, Problem, Unsupported
from onboarding.spi import BankAccount, BankAccountRecord, Flow, Paged, Response, UnresolvedCall

from onboarding_stripe.keys import Keys
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.accounts import FORMS, StripeBank

__all__ = ["BankAccounts"]

_KINDS = (
    "this adapter registers accounts with an IBAN, in the United Kingdom and in the United States; "
    "the user can give any other on Stripe's page (create_link)"
)


# docs: api/external_account_bank_accounts/object, status
_ACTIVE = {
    "new": True,
    "errored": False,
    "verification_failed": False,
    "tokenized_account_number_deactivated": False,
}


@frozen(kw_only=True)
class BankAccounts(Keys):
    """The operations on bank accounts: those of users whose data the platform collects.

    An answer shows only the last four digits of a number: `record.account` is None, except after
    `add_bank_account`.
    """

    def add_bank_account(
        self,
        user_id: str,
        account: BankAccount,
        *,
        idempotency_key: str | None = None,
        default_for_currency: bool | None = None,
    ) -> Flow[BankAccountRecord]:
        """Adds a bank account, the default for its currency if it is the first in it.

        Without a currency, Stripe takes that of the country. Raises `Unsupported` for a kind of
        account that this adapter does not register, and for values that Stripe would refuse.

        docs: api/external_account_bank_accounts/create
        """
        self.validated_key(idempotency_key)
        if type(account) not in FORMS:
            raise Unsupported([Problem("", "unsupported", _KINDS)], provider=PROVIDER)
        form, country = FORMS[type(account)]
        written, losses = form.to_wire(account)
        self.refuse(losses, accepted=())
        metadata = written.pop("metadata", None)
        bank = {"object": "bank_account", **({"country": country} if country else {}), **written}
        body = {
            "external_account": bank,
            "metadata": metadata,
            "default_for_currency": default_for_currency,
        }
        given = {name: value for name, value in body.items() if value is not None}
        request = self.post(
            "add_bank_account", "accounts", user_id, "external_accounts", body=given
        )
        response = yield from self.keyed(request, idempotency_key, user_id)
        answer = self.answer(response, lambda name: form.core_path(_inner(name)))
        return evolve(self._bank(answer, response), account=cast("Any", account))

    def list_bank_accounts(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[BankAccountRecord]]:
        """Lists one page of bank accounts, without cards (docs: .../list)."""
        path = ("accounts", user_id, "external_accounts")
        query = (("object", "bank_account"),)
        response = yield self.page("list_bank_accounts", *path, page=page, query=query)
        return self.paged(response, lambda row: self._bank(row, response))

    def make_default(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        """Makes a bank account the default for payouts in its currency (docs: .../update)."""
        path, body = self._place(record), {"default_for_currency": True}
        response = yield self.post("make_default", *path, body=body)
        return evolve(self._bank(self.answer(response), response), account=record.account)

    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        """Deletes a bank account; the default of a currency only as its last one.

        docs: api/external_account_bank_accounts/delete
        """
        response = yield self.delete("deactivate_bank_account", *self._place(record))
        self.answer(response)
        return evolve(record, active=False, retrieved_at=response.received_at)

    def matcher(self, call: UnresolvedCall, given: Any) -> Callable[[Any], bool] | None:
        """Returns whether a listed bank account may be that of a call, by what a list shows."""
        if type(given) not in FORMS:
            return super().matcher(call, given)
        form, country = FORMS[type(given)]
        sent = {"country": country, **form.to_wire(given)[0]}
        shown = {name: sent.get(name) for name in ("country", "routing_number", "currency")}
        shown["last4"] = "".join(str(sent["account_number"]).split())[-4:]
        return lambda one: all(
            value in (None, one.provider_fields.get(name)) for name, value in shown.items()
        )

    def _place(self, record: BankAccountRecord) -> tuple[str, ...]:
        self.require_own(record, BankAccountRecord)
        if record.user_id is None:
            raise InvalidInput([Problem("user_id", "missing", "is required")])
        return "accounts", record.user_id, "external_accounts", record.id

    def _bank(self, payload: Mapping[str, Any], response: Response) -> BankAccountRecord:
        found = self.read_as(BankAccountRecord, payload, response, by=StripeBank)
        return evolve(found, active=_ACTIVE.get(found.provider_status or ""))


def _inner(name: str) -> str:
    """Returns the name of a parameter in the bank account."""
    return name.partition(".")[2] or name
