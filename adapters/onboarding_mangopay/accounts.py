"""Bank accounts of a user: add, fetch, list, deactivate.

docs: api-reference/bank-accounts
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from onboarding import InvalidInput, Problem, Unsupported
from onboarding.spi import BankAccount, BankAccountRecord, Flow, Paged, Response

from onboarding_mangopay.content import same_content
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.values import PROVIDER, filters
from onboarding_mangopay.wire.accounts import FORMS, MangoAccount, read_account, word_of

__all__ = ["BankAccounts"]


@frozen(kw_only=True)
class BankAccounts(Keys):
    """The operations on bank accounts.

    Payouts to accounts registered after 30 April 2026 fail: use recipients. Older accounts still
    receive payouts (docs: release-notes/api/2026-04-22).
    """

    def add_bank_account(
        self, user_id: str, account: BankAccount, *, idempotency_key: str | None = None
    ) -> Flow[BankAccountRecord]:
        """Registers a bank account. Raises `Unsupported` for values that MangoPay would refuse.

        A call with the same `idempotency_key` and content returns the first record.

        docs: create-iban-bank-account, and -gb-, -us-, -ca-, -other-
        """
        keyed = self.keyed("add_bank_account", user_id, idempotency_key=idempotency_key)
        word = word_of(account)
        if word is None:
            words = "MangoPay has no account of this kind"
            raise Unsupported([Problem("", "unsupported", words)], provider=PROVIDER)
        form = FORMS[word]
        body, losses = form.to_wire(account)
        self.refuse(losses, accepted=())
        path = ("users", user_id, "bankaccounts", word.lower())
        request = self.request("POST", "add_bank_account", *path, body=body)
        sent = {"Type": word, **body}
        paths = ("Type", *form.plan.by_wire)

        def same(shown: Mapping[str, Any]) -> bool:
            return same_content(sent, shown, paths, defaults=("DepositAccountType",))

        response, _ = yield from self.once(request, keyed, same)
        return self._account(self.answer(response, form.core_path, user_id=user_id), response)

    def fetch_bank_account(self, user_id: str, account_id: str) -> Flow[BankAccountRecord]:
        """Reads a bank account (docs: view-bank-account)."""
        path = ("users", user_id, "bankaccounts", account_id)
        response = yield self.request("GET", "fetch_bank_account", *path)
        return self._account(self.answer(response), response)

    def list_bank_accounts(
        self, user_id: str, page: str | None = None, *, active: bool | None = None
    ) -> Flow[Paged[BankAccountRecord]]:
        """Lists one page of bank accounts, all or those that `active` selects.

        docs: list-bank-accounts-user
        """
        query = filters(Active=active)
        path = ("users", user_id, "bankaccounts")
        listed = self._listed(
            self._account, "list_bank_accounts", *path, page=page, query=query, user_id=user_id
        )
        return (yield from listed)

    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        """Deactivates a bank account, which is final (docs: deactivate-bank-account)."""
        self.require_own(record, BankAccountRecord)
        if record.user_id is None:
            raise InvalidInput([Problem("user_id", "missing", "is required")])
        path = ("users", record.user_id, "bankaccounts", record.id)
        body = {"Active": False}
        response = yield self.request("PUT", "deactivate_bank_account", *path, body=body)
        return self._account(self.answer(response), response)

    def _account(self, payload: Mapping[str, Any], response: Response) -> BankAccountRecord:
        account = read_account(payload)
        return self.read_as(BankAccountRecord, payload, response, by=MangoAccount, account=account)
