"""One call of an operation as the operation sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import field, frozen

from .callers import Caller
from .errors import ALREADY_ASSIGNED, ApiError
from .settings import Settings
from .state import Account, Store
from .views import user


@frozen(kw_only=True)
class Call:
    settings: Settings
    store: Store = field(repr=False)
    caller: Caller
    user_id: str = ""  # as the path spells it: digits or `me`
    field_name: str = ""
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: dict[str, Any] = field(factory=dict[str, Any], repr=False)

    def account(self) -> Account:
        """The account that the path names, if this caller may touch it."""
        token = self.caller.token
        if self.user_id == "me":
            if token is None:
                # The documents allow `me` to access tokens only and name no error.
                raise ApiError("forbidden", "Only an access token can say me.")
            return self._existing(token.user_id)
        if token is not None and int(self.user_id) != token.user_id:
            raise ApiError("forbidden", "The access token belongs to another user.")
        return self._existing(int(self.user_id))

    def _existing(self, user_id: int) -> Account:
        account = self.store.account(user_id)
        if account is None:
            raise ApiError("not_found", "There is no such user.")
        return account

    def granted(self, account: Account) -> frozenset[str]:
        return self.caller.scopes(account, self.settings)

    def shown(self, account: Account) -> dict[str, Any]:
        return user(account, self.granted(account), self.settings)

    def require(self, permission: str) -> None:
        """Refuses unless the caller is the client itself, and it has the permission.

        That an access token cannot use a client's permission is an inference.
        """
        if not self.caller.is_client or permission not in self.settings.permissions:
            raise ApiError("forbidden", f"The permission {permission} is missing.")

    def keep(self, account: Account) -> None:
        """Stores the account, unless somebody else has a contact, code or card of it."""
        for claim in account.claims():
            owner = self.store.owner(claim)
            if owner is not None and owner.id != account.id:
                self._refuse_claim(f"{claim[0]}_already_assigned")
        self.store.put(account)

    def _refuse_claim(self, code: str) -> None:
        assert code in ALREADY_ASSIGNED
        status = self.settings.already_assigned_status
        raise ApiError(code, "Another user has it already.", status=status)
