"""One call of an operation as the operation sees it."""

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
    body: Any = field(default=None, repr=False)  # as the route's intake gives it
    origin: str = ""  # the scheme and the host that the caller used
    target: str = field(default="", repr=False)  # as it came over the wire
    header: Headers = field(factory=Headers, repr=False)

    @property
    def now(self) -> float:
        return self.settings.clock()

    def derived(self, *purpose: object) -> str:
        return tokens.derived_text(self.settings.seed, *purpose)

    def asked(self, name: str) -> str | None:
        """The first value of this name in the query."""
        return next((value for key, value in self.query if key == name), None)

    def account(self) -> Account:
        """The account that the path names, if this caller may touch it."""
        user = self.parts["user"]  # digits or `me`
        token = self.caller.token
        if user == "me":
            if token is None:
                # The documents allow `me` to access tokens only and name no error.
                raise ApiError("forbidden", "Only an access token can say me.")
            return self.existing(token.user_id)
        self.own(int(user))
        return self.existing(int(user))

    def own(self, user_id: int | None) -> None:
        """Refuses an access token of another user; the client may touch any."""
        token = self.caller.token
        if token is not None and token.user_id != user_id:
            raise ApiError("forbidden", "The access token belongs to another user.")

    def existing(self, user_id: int) -> Account:
        account = self.store.account(user_id)
        if account is None:
            raise ApiError("not_found", "There is no such user.")
        return account

    def row(self, kind: type[R]) -> R:
        """The row whose id the path names, if this caller may touch it."""
        found = self.store.get(kind, int(self.parts["id"]))
        if found is None:
            raise ApiError("not_found", "There is no such thing.")
        self.own(found.user_id)
        return found

    def granted(self, account: Account) -> frozenset[str]:
        return self.caller.scopes(account, self.settings)

    def need(self, account: Account, *scopes: str) -> None:
        """Refuses unless the caller has one of these scopes for this account."""
        if not self.granted(account) & set(scopes):
            raise ApiError("forbidden", "The scope that this needs is missing.")

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
        try:
            self.store.put(account)
        except TakenError as taken:
            code = f"{taken}_already_assigned"
            assert code in ALREADY_ASSIGNED
            status = self.settings.already_assigned_status
            raise ApiError(code, "Another user has it already.", status=status) from None

    def too_many(self, what: str, *limited: object) -> NoReturn:
        """Refuses until a captcha is solved, in the headers that the Java SDK reads.

        Where it is solved says what will be unlocked: `limited`, such as a user and a channel.
        """
        headers = captcha(self.settings, self.origin, *limited)
        raise ApiError("rate_limit_exceeded", f"Too many {what}.", headers=headers)


def captcha(settings: Settings, origin: str, *limited: object) -> dict[str, str]:
    """The headers of a refusal that a captcha lifts, which say where it is solved."""
    return {
        "g-recaptcha-key": settings.recaptcha_key,
        "recaptcha-unlock-url": f"{origin}/recaptcha/unlock/{'/'.join(map(str, limited))}",
    }
