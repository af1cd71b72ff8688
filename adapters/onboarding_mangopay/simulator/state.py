"""What the simulated provider remembers, as flat rows that a database could keep as well."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from .values import Value


@frozen(kw_only=True)
class User:
    """One user on file; the facts about the person are keyed by their dotted SCA path."""

    id: str
    person_type: str
    category: str
    status: str
    kyc_level: str = "LIGHT"
    created: int
    terms: bool
    terms_date: int | None = None
    enrolled: bool = False
    last_enrolment: int | None = None
    sca_triggered: bool = False
    """Whether an enrolment was ever triggered; before that there is no SCA status."""
    facts: Mapping[str, Value] = field(repr=False)


@frozen(kw_only=True)
class StoredResponse:
    """The first answer that was given under an idempotency key."""

    made: float
    status: int
    content_type: str
    url: str = field(repr=False)
    body: bytes = field(repr=False)


@define(eq=False)
class Store:
    """Three tables in memory: users in order of creation, tokens, first answers."""

    _users: dict[str, User] = field(factory=dict[str, User], init=False, repr=False)
    _tokens: dict[str, float] = field(factory=dict[str, float], init=False, repr=False)
    _responses: dict[str, StoredResponse] = field(
        factory=dict[str, StoredResponse], init=False, repr=False
    )

    def save_user(self, user: User) -> None:
        """Keeps a user, in place of the one with its id if there is one."""
        self._users[user.id] = user

    def user(self, id: str) -> User | None:
        """Gives the user with that id; ids are case-sensitive."""
        return self._users.get(id)

    def users(self) -> list[User]:
        """Gives all users, oldest first."""
        return list(self._users.values())

    def save_token(self, token: str, expires: float, now: float) -> None:
        """Keeps a token until it expires; forgets the oldest ones that did."""
        while self._tokens and next(iter(self._tokens.values())) <= now:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = expires

    def token_expiry(self, token: str) -> float | None:
        """Gives the second at which a token expires."""
        return self._tokens.get(token)

    def save_response(self, key: str, response: StoredResponse) -> None:
        """Keeps the answer given under an idempotency key."""
        self._responses[key] = response

    def response(self, key: str) -> StoredResponse | None:
        """Gives the answer that was given under an idempotency key."""
        return self._responses.get(key)
