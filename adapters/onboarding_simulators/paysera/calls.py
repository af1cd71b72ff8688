"""The call that an operation receives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from attrs import field, frozen
from werkzeug.datastructures import Headers

from . import tokens
from .answers import ALREADY_ASSIGNED, ApiError
from .callers import Caller, Rates
from .rows import Account
from .settings import Settings
from .store import Row, Store, TakenError
from .views import user

R = TypeVar("R", bound=Row)


@frozen(kw_only=True)
class Call:
    settings: Settings
    store: Store = field(repr=False)
    rates: Rates = field(repr=False)
    caller: Caller
    parts: Mapping[str, str] = field(factory=dict[str, str], repr=False)  # of the path
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: Any = field(default=None, repr=False)  # as returned by the route's intake
    origin: str = ""  # the scheme and host of the request
    target: str = field(default="", repr=False)  # the raw request target
    header: Headers = field(factory=Headers, repr=False)

    @property
    def now(self) -> float:
        return self.settings.clock()

    def derived(self, *purpose: object) -> str:
        return tokens.derived_text(self.settings.seed, *purpose)

    def asked(self, name: str) -> str | None:
        """Returns the first value of a query parameter, or None."""
        return next((value for key, value in self.query if key == name), None)

    def account(self) -> Account:
        """Returns the account in the path, if the caller has access to it."""
        user = self.parts["user"]  # digits or `me`
        token = self.caller.token
        if user == "me":
            if token is None:
                # The documents allow `me` for access tokens only, and name no error.
                raise ApiError("forbidden", "Only an access token can say me.")
            return self.existing(token.user_id)
        self.own(int(user))
        return self.existing(int(user))

    def own(self, user_id: int | None) -> None:
        """Refuses an access token of another user; the client has access to every user."""
        token = self.caller.token
        if token is not None and token.user_id != user_id:
            raise ApiError("forbidden", "The access token belongs to another user.")

    def existing(self, user_id: int) -> Account:
        account = self.store.account(user_id)
        if account is None:
            raise ApiError("not_found", "There is no such user.")
        return account

    def row(self, kind: type[R]) -> R:
        """Returns the row whose id is in the path, if the caller has access to it."""
        found = self.store.get(kind, int(self.parts["id"]))
        if found is None:
            raise ApiError("not_found", "There is no such thing.")
        self.own(found.user_id)
        return found

    def granted(self, account: Account) -> frozenset[str]:
        return self.caller.scopes(account, self.settings)

    def need(self, account: Account, *scopes: str) -> None:
        """Refuses a caller without any of these scopes for the account."""
        if not self.granted(account) & set(scopes):
            raise ApiError("forbidden", "The scope that this needs is missing.")

    def shown(self, account: Account) -> dict[str, Any]:
        return user(account, self.granted(account), self.settings)

    def require(self, permission: str) -> None:
        """Refuses any caller but the client, and a client without the permission.

        That access tokens have no permissions is an inference.
        """
        if not self.caller.is_client or permission not in self.settings.permissions:
            raise ApiError("forbidden", f"The permission {permission} is missing.")

    def keep(self, account: Account) -> None:
        """Stores the account; refuses a contact, person code or card that another user has."""
        try:
            self.store.put(account)
        except TakenError as taken:
            code = f"{taken}_already_assigned"
            assert code in ALREADY_ASSIGNED
            status = self.settings.already_assigned_status
            raise ApiError(code, "Another user has it already.", status=status) from None

    def too_many(self, what: str, *limited: object) -> NoReturn:
        """Refuses until a captcha is solved; the headers are those that the Java SDK reads.

        `limited` is what the captcha unlocks, such as a user and a channel; it is part of the
        address.
        """
        headers = captcha(self.settings, self.origin, *limited)
        raise ApiError("rate_limit_exceeded", f"Too many {what}.", headers=headers)


def captcha(settings: Settings, origin: str, *limited: object) -> dict[str, str]:
    """Returns the headers that tell where a captcha can be solved."""
    return {
        "g-recaptcha-key": settings.recaptcha_key,
        "recaptcha-unlock-url": f"{origin}/recaptcha/unlock/{'/'.join(map(str, limited))}",
    }
